"""DashboardModel: a city under current law and the same city under a package, living month by month side by side."""

from __future__ import annotations

import threading
from typing import Any

import mesa
import numpy as np

from abm.model import FamilyModel
from abm.view.dashboard.family import Diary, choose_wives
from abm.view.dashboard.history import Array, History
from abm.view.dashboard.sliders import moved
from policies.catalogue import Catalogue, load_catalogue
from policies.clock import month_index, month_label
from policies.errors import InputError, cut
from policies.messages import tr
from policies.timeline import Timeline, timeline_for

FOUNDED = "2020-11"
FIRST_BEGINNING, LAST_MONTH = month_index("2021-12"), month_index("2060-12")
DEFAULT_PACKAGE = "example-voucher-housing-leave"
DEFAULT_BEGINS = "2027-01"
LARGEST_SEED = 2**31 - 1
FOLLOWED = 24
"""Couples whose lives are taken down from the month in which the cities part."""
PASTS_KEPT = 4
LARGEST_PAST = 400_000
"""Rows of persons beyond which a past is not kept, for the sake of memory."""

Past = tuple[FamilyModel, History]
_pasts: dict[tuple[Any, ...], Past] = {}
_pasts_lock = threading.Lock()


class DashboardModel(FamilyModel):
    """Two cities with one past and the same chance: itself under current law, and ``policy`` under the sliders.

    It is built ready to play: founded in November 2020 and lived until ``begins`` (YYYY-MM), from which the sliders
    hold. ``package`` is where sliders start; every slider is a keyword named after its lever and parameter
    (``childcare_voucher__amount=800``), and one left out follows the package. ``step`` lives a month in both; the lives
    of :data:`FOLLOWED` couples are taken down in ``diaries`` and ``policy_diaries``, from how they stand when the
    cities part. A past that was lived before in this process is taken up, not lived again. ``scenario`` is what Mesa's
    own page passes along on Reset; nothing is built from it. Raises InputError for anything that is not allowed.
    """

    policy: FamilyModel | None = None

    def __init__(
        self,
        city: str = "suining",
        *,
        scale: float = 0.01,
        seed: int = 1,
        package: str = DEFAULT_PACKAGE,
        begins: str = DEFAULT_BEGINS,
        scenario: object = None,
        **levers: float | None,
    ) -> None:
        catalogue = load_catalogue()
        self.begins = checked_beginning(begins)
        self.policy_law = policy_law(catalogue, package, self.begins, levers)
        seed = checked_seed(seed)
        parts = parting_month(self.policy_law, self.begins)
        self.policy_history, self.diaries, self.policy_diaries = History(), list[Diary](), list[Diary]()
        self._key = (city, scale, seed, parts)
        past = _pasts.get(self._key)
        if past is None:
            super().__init__(city, scale=scale, seed=seed, start=FOUNDED)
            self.history = History()
        else:
            self._take_up_past(*past, seed)
        self.parts = max(parts, self.first_month + 1)
        while self.month < self.begins:
            self.step()
        if self.policy is None:  # nothing was known before the sliders hold
            self._part()

    def step(self) -> None:
        """Live one month of both cities; they part before the month in which the first change is known."""
        if type(self) is not DashboardModel or not hasattr(self, "parts"):  # a fork is one city
            super().step()
            return
        if self.month > LAST_MONTH:
            self.running = False
            return
        if self.month == self.parts and self.policy is None:
            self._part()
        super().step()
        self.history.add(self)
        for diary in self.diaries:
            diary.add(self)
        if self.policy is not None:
            self.policy.step()
            self.policy_history.add(self.policy)
            for diary in self.policy_diaries:
                diary.add(self.policy)
        self.running = self.month <= LAST_MONTH

    def _part(self) -> None:
        """From here on there are two cities."""
        if self.population.n <= LARGEST_PAST and self._key not in _pasts:
            _keep_past(self._key, (self.fork(), self.history.copy()))
        self.policy = self.fork(self.policy_law)
        self.policy_history = self.history.copy()
        wives = choose_wives(self, FOLLOWED)
        self.diaries, self.policy_diaries = [Diary(wife) for wife in wives], [Diary(wife) for wife in wives]
        for diary in (*self.diaries, *self.policy_diaries):
            diary.add(self)  # one life until now

    def let_go(self) -> None:
        """Give the memory of the people of both cities back at once."""
        super().let_go()
        if self.policy is not None:
            self.policy.let_go()

    def _take_up_past(self, city: FamilyModel, history: History, seed: int) -> None:
        """Begin where the cities part, as the copy of a city that was lived until then."""
        mesa.Model.__init__(self, rng=seed)
        ours = set(vars(self))
        for name, value in vars(city.fork()).items():
            if name not in ours:
                setattr(self, name, value)
        self.history = history.copy()

    @property
    def additional_births(self) -> float:
        """Births in the policy city above those of the other since they parted, scaled to the whole city."""
        both = (self.policy_history, self.history)
        policy, base = (sum(m.births.sum() for m in h.since(self.parts)) for h in both)
        return float(policy - base) / self.scale

    @property
    def additional_ledger(self) -> Array:
        """Yuan paid in the policy city above what is paid in the other since they parted, by lever and payer, scaled to
        the whole city."""
        shape = self.history.months[-1].ledger
        both = (self.policy_history, self.history)
        policy, base = (sum((m.ledger for m in h.since(self.parts)), np.zeros_like(shape)) for h in both)
        return (policy - base) / self.scale  # type: ignore[no-any-return]

    @property
    def additional_cost(self) -> float:
        """The sum of :attr:`additional_ledger`, yuan."""
        return float(self.additional_ledger.sum())


def policy_law(catalogue: Catalogue, package: str, begins: int, levers: dict[str, Any]) -> Timeline:
    """The law of the policy city: the package through its own dates, sliders that were moved from ``begins`` on."""
    changes = {
        field: {"value": value, "from": month_label(begins)}
        for field, value in moved(catalogue, package, levers).items()
    }
    return timeline_for(catalogue, package, changes, name="policy", where="sliders")


def first_known(law: Timeline, otherwise: int) -> int:
    """First month in which any change of a package is in force or known."""
    months = [min(change.from_month, change.announced_month) for change in law.changes]
    if law.law_of is not None:
        months.append(law.law_of + 1)
    return min(months, default=otherwise)


def parting_month(law: Timeline, begins: int) -> int:
    """Month in which the cities part: the first of which anything new is known, or the one from which sliders hold."""
    return min(first_known(law, begins), begins)


def _keep_past(key: tuple[Any, ...], past: Past) -> None:
    """Keep a past for the next pair of cities; beyond :data:`PASTS_KEPT` the oldest goes."""
    with _pasts_lock:
        _pasts.setdefault(key, past)
        for old in list(_pasts)[:-PASTS_KEPT]:
            del _pasts[old]


def checked_beginning(text: str) -> int:
    """The month from which sliders hold; InputError unless it is a month the page can begin in."""
    month = month_index(str(text).strip())
    if not FIRST_BEGINNING <= month < LAST_MONTH:
        first, last = month_label(FIRST_BEGINNING), month_label(LAST_MONTH - 1)
        raise InputError(
            tr("begins: found {text}; allowed {first} to {last}").format(text=cut(str(text)), first=first, last=last)
        )
    return month


def checked_seed(seed: int | str) -> int:
    """The seed as a whole number; InputError if it is none."""
    # Python neither reads nor writes a whole number of thousands of digits, but in hexadecimal.
    text = seed.strip() if isinstance(seed, str) else str(seed) if seed.bit_length() < 64 else hex(seed)
    digits = text.lstrip("0") or text[:1]
    short = len(digits) <= len(str(LARGEST_SEED))
    if not (text.isdecimal() and short and int(digits) <= LARGEST_SEED):
        raise InputError(
            tr("seed: found {seed!r}; allowed: whole numbers from 0 to {largest_seed}").format(
                seed=cut(text), largest_seed=LARGEST_SEED
            )
        )
    return int(digits)
