"""The timeline: the law by month with a package laid over it, frozen, and what is known of it ahead."""

from __future__ import annotations

import bisect
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from policies.catalogue import Catalogue, Parameter
from policies.changes import ALWAYS, Change, changes_from
from policies.clock import effective_month
from policies.errors import unknown_name
from policies.packages import Package, load_package, package_changes

Steps = tuple[tuple[int, float], ...]
"""A step function of the month: (first month, value) in order; the first value also holds before its month."""


class Values(dict[str, float]):
    """Plain numbers by `lever.parameter` that nobody can change; copies and pickles as itself."""

    __slots__ = ()

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("values of a timeline cannot be changed; make another timeline with timeline_for")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[type[Values], tuple[dict[str, float]]]:
        return Values, (dict(self),)

    def __copy__(self) -> Values:
        return self

    def __deepcopy__(self, _: object) -> Values:
        return self


@dataclass(frozen=True)
class Schedule:
    """One parameter: what holds, and what is known to hold ahead from each month of announcement on."""

    actual: Steps
    known: tuple[tuple[int, Steps], ...]

    def value(self, month: int) -> float:
        """Return the value in force in a month."""
        return _step_value(self.actual, month)

    def expected(self, at_month: int, for_month: int) -> float:
        """Return the value expected for a month by people who know what is announced by `at_month`."""
        return _step_value(_latest(self.known, at_month)[1], for_month)


class Timeline:
    """Law plus changes, frozen. Two timelines with the same behaviour have the same `hash()`.

    `at(month)` is what holds in a month; `expected(at_month, for_month)` what people at `at_month` believe will
    hold. The two agree for the present month, except while a rule made backdated is not yet known (the national
    child allowance from January to July 2025).
    """

    name: str
    start: int | None
    law_of: int | None
    changes: tuple[Change, ...]
    field_names: tuple[str, ...]
    _schedules: tuple[Schedule, ...]
    _announcements: tuple[int, ...]
    _effects: tuple[int, ...]
    _expected_steps: tuple[int, ...]
    _hash: str
    _at: dict[int, Values]
    _expected: dict[tuple[int, int], Values]

    def __init__(
        self,
        catalogue: Catalogue,
        changes: Iterable[Change] = (),
        name: str = "current-law",
        *,
        start: int | None = None,
        law_of: int | None = None,
    ) -> None:
        """Lay `changes` over the law of `catalogue`; where two hold, the one that began later wins, then the last.

        `law_of` freezes the law as it stood in that month, from `start` (or from that month, if it is later) on.
        """
        laid = tuple(changes)
        by_field: dict[str, list[Change]] = {}
        for change in laid:
            catalogue.parameter(change.field, f"timeline {name}")
            by_field.setdefault(change.field, []).append(change)
        schedules = tuple(
            _schedule(_law_entries(field, parameter, start, law_of), tuple(by_field.get(field, ())))
            for field, parameter in catalogue.fields.items()
        )
        self.__dict__.update(
            name=name,
            start=start,
            law_of=law_of,
            changes=laid,
            field_names=catalogue.field_names,
            _schedules=schedules,
            _announcements=_announcement_months(schedules),
            _effects=_effective_months(schedules),
            _expected_steps=_step_months(schedules),
            _hash=_hash_of(catalogue.field_names, schedules),
            _at={},
            _expected={},
        )

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a timeline is frozen; cannot set {name!r}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a timeline is frozen; cannot delete {name!r}")

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_at": {}, "_expected": {}}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Timeline) and self._hash == other._hash

    def __hash__(self) -> int:
        return int(self._hash[:15], 16)

    def __repr__(self) -> str:
        return f"Timeline({self.name!r}, {len(self.changes)} changes, {self._hash[:12]})"

    def at(self, month: int) -> Mapping[str, float]:
        """Return every parameter in force in a month, by `lever.parameter`; cannot be changed; kept until one does."""
        since = _segment_start(self._effects, month)
        values = self._at.get(since)
        if values is None:
            pairs = zip(self.field_names, self._schedules, strict=True)
            values = self._at[since] = Values((name, schedule.value(since)) for name, schedule in pairs)
        return values

    def expected(self, at_month: int, for_month: int) -> Mapping[str, float]:
        """Return every parameter expected for `for_month` given what is announced by `at_month`."""
        key = self._expectation_key(at_month, for_month)
        values = self._expected.get(key)
        if values is None:
            pairs = zip(self.field_names, self._schedules, strict=True)
            values = self._expected[key] = Values((name, schedule.expected(*key)) for name, schedule in pairs)
        return values

    def vector(self, month: int, names: Sequence[str], known_at: int | None = None) -> npt.NDArray[np.float64]:
        """Return the values of `names` in a month, float64 [names]; as expected at `known_at` if that is given."""
        values = self.at(month) if known_at is None else self.expected(known_at, month)
        if tuple(names) == self.field_names:  # all of them, in the order in which they are kept
            return np.fromiter(values.values(), np.float64, len(values))
        for name in names:
            if name not in values:
                raise unknown_name("parameter", name, self.field_names, f"timeline {self.name}")
        return np.array([values[name] for name in names], dtype=np.float64)

    def begins(self, field: str, month: int) -> bool:
        """Return True in the month in which a parameter that was 0 the month before is above 0."""
        return self.at(month)[field] > 0.0 >= self.at(month - 1)[field]

    def change_months(self, start: int, end: int) -> list[int]:
        """Return the months from `start` to `end`, both included, at which law or knowledge of it changes.

        Those are months in which something takes effect, ends or is announced. Between two of them neither
        `at` nor the function `expected(month, .)` changes.
        """
        turning = {*self._effects, *self._announcements}
        return sorted(month for month in turning if start <= month <= end)

    def last_change_month(self) -> int:
        """Return the last month in which anything changes; the law is constant from then on."""
        return max(*self._effects, *self._announcements, ALWAYS, ALWAYS)

    def changed_fields(self, other: Timeline) -> tuple[str, ...]:
        """Return the parameters whose schedules differ between two timelines of one catalogue."""
        mine = dict(zip(self.field_names, self._schedules, strict=True))
        theirs = dict(zip(other.field_names, other._schedules, strict=True))
        return tuple(name for name in sorted(mine | theirs) if mine.get(name) != theirs.get(name))

    def hash(self) -> str:
        """Return the sha256 of what holds and what is known when; the name and the wording do not count."""
        return self._hash

    def _expectation_key(self, at_month: int, for_month: int) -> tuple[int, int]:
        """Return an equivalent (at, for) pair of turning months, so that few expectations are ever worked out."""
        return _segment_start(self._announcements, at_month), _segment_start(self._expected_steps, for_month)


def current_law(catalogue: Catalogue) -> Timeline:
    """Return the law as it is, with its dated changes and nothing else."""
    return Timeline(catalogue)


def timeline_for(
    catalogue: Catalogue,
    package: str | Path | Package | None = None,
    changes: Mapping[Any, Any] | None = None,
    *,
    start: int | str | None = None,
    announced: int | str | None = None,
    name: str | None = None,
    where: str = "changes",
) -> Timeline:
    """Return the timeline of a package (a name, a file or a Package) with inline changes laid over it.

    `changes` maps `lever.parameter` to a number, to {date: value} or to {value, from, to, announced}; see
    `policies.changes`. `start` is the scenario's first month, from which undated values hold (without it: always).
    `announced` is when inline changes that do not say so become known (without it: when they take effect).
    InputError on anything unknown or out of bounds.
    """
    first = effective_month(start) if isinstance(start, str) else start
    known = effective_month(announced) if isinstance(announced, str) else announced
    found = package if isinstance(package, Package) or package is None else load_package(package, catalogue)
    laid = package_changes(found, catalogue, first) if found is not None else ()
    if changes is not None:
        written = changes_from(changes, catalogue, start=first, announced=known, where=where)
        laid += tuple(replace(change, layer=1) for change in written)
    label = name or (found.name if found else "inline" if laid else "current-law")
    return Timeline(catalogue, laid, label, start=first, law_of=found.law_of_month if found else None)


def _law_entries(field: str, parameter: Parameter, start: int | None, law_of: int | None) -> tuple[Change, ...]:
    """Return the law's dated values as changes; with `law_of`, as if nothing had been changed after that month."""
    entries = tuple(Change(field, dated.month, dated.value, None, dated.announced_month) for dated in parameter.values)
    if law_of is None:
        return entries
    kept = tuple(entry for entry in entries if entry.from_month <= law_of) or entries[:1]
    if start is None or start <= law_of:
        return kept
    return (
        *(entry for entry in entries if entry.from_month < start),
        Change(field, start, kept[-1].value, None, start),
    )


def _schedule(law: tuple[Change, ...], changes: tuple[Change, ...]) -> Schedule:
    """Return the schedule of one parameter: what holds, and what was known from each announcement on."""
    actual = _steps(law, changes)
    announcements = sorted({entry.announced_month for entry in (*law[1:], *changes)})
    # The first value of the law has been known for ever.
    known = [(ALWAYS, _steps(law[:1], ()))]
    for month in announcements:
        steps = _steps(
            law[:1] + tuple(entry for entry in law[1:] if entry.announced_month <= month),
            tuple(change for change in changes if change.announced_month <= month),
        )
        if month <= known[0][0]:
            known[0] = (ALWAYS, steps)
        elif steps != known[-1][1]:
            known.append((month, steps))
    return Schedule(actual, tuple(known))


def _steps(law: tuple[Change, ...], changes: tuple[Change, ...]) -> Steps:
    """Return the step function of the law with changes over it, without steps that change nothing."""
    ends = [change.to_month + 1 for change in changes if change.to_month is not None]
    months = sorted({ALWAYS} | {entry.from_month for entry in (*law, *changes)} | set(ends))
    steps: list[tuple[int, float]] = []
    for month in months:
        value = _in_force(law, changes, month)
        if not steps or steps[-1][1] != value:
            steps.append((month, value))
    return tuple(steps)


def _in_force(law: tuple[Change, ...], changes: tuple[Change, ...], month: int) -> float:
    """Return the value in a month: of changes in force, the one of the highest layer that began last; else the law."""
    running = [c for c in changes if c.from_month <= month and (c.to_month is None or month <= c.to_month)]
    if running:
        # max() keeps the first of equals; of changes that began together the one written last holds.
        return max(reversed(running), key=lambda change: (change.layer, change.from_month)).value
    begun = [entry.value for entry in law if entry.from_month <= month]
    return begun[-1] if begun else law[0].value


def _latest[T](entries: Sequence[tuple[int, T]], month: int) -> tuple[int, T]:
    """Return the last entry that starts by `month`, or the first entry if none does."""
    index = bisect.bisect_right(entries, month, key=lambda entry: entry[0])
    return entries[max(index - 1, 0)]


def _step_value(steps: Steps, month: int) -> float:
    """Return the value of a step function in a month."""
    return _latest(steps, month)[1]


def _segment_start(months: tuple[int, ...], month: int) -> int:
    """Return the last turning month up to `month`, or the very first month if there is none."""
    index = bisect.bisect_right(months, month)
    return months[index - 1] if index else ALWAYS


def _announcement_months(schedules: tuple[Schedule, ...]) -> tuple[int, ...]:
    """Return every month in which something becomes known."""
    return tuple(sorted({month for schedule in schedules for month, _ in schedule.known[1:]}))


def _step_months(schedules: tuple[Schedule, ...]) -> tuple[int, ...]:
    """Return every month in which a step stands in anybody's expectation."""
    return tuple(sorted({month for schedule in schedules for _, steps in schedule.known for month, _ in steps[1:]}))


def _effective_months(schedules: tuple[Schedule, ...]) -> tuple[int, ...]:
    """Return every month in which something takes effect or ends."""
    return tuple(sorted({month for schedule in schedules for month, _ in schedule.actual[1:]}))


def _hash_of(names: tuple[str, ...], schedules: tuple[Schedule, ...]) -> str:
    """Return the sha256 of the schedules by name."""
    content = [[name, schedule.actual, schedule.known] for name, schedule in zip(names, schedules, strict=True)]
    return hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()
