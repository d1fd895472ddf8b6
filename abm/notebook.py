"""FamilyModel for a notebook: a few lines to a table and a figure. Studies with seeds and a report are configs
(``cradle run``); nothing here takes part in them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.console import Console
from rich.progress import track

from abm import model as engine
from abm.city.city import City
from abm.core.compiled_cache import must_compile
from abm.core.parameters import Parameters
from abm.observe.indicators import REGISTER
from policies.clock import MONTHS_PER_YEAR, month_index, month_label
from policies.errors import InputError, unknown_name
from policies.messages import language, later, tr
from policies.streams import tell
from policies.timeline import Timeline, timeline_for

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Changes = Mapping[str, Any]
COMPILING = later("compiling the engine for this machine, once: two to four minutes before the first month")
COLOURS = ("#4a5560", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#B8860B")


class FamilyModel(engine.FamilyModel):
    """A city of households that marry, bear and care for children, month by month, under the law in force.

    Ten lines to a table and a figure::

        from abm import FamilyModel, plot

        law = FamilyModel("suining", scale=0.01, seed=1, start="2020-11")
        law.run_until("2026-12")                       # lives through December 2026
        voucher = law.under({"childcare_voucher.amount": {"2027-01": 800}})
        for city in (law, voucher):                    # the same people with the same luck, under two laws
            city.run_until("2035-12")
        table = voucher.rows()                         # year, month, indicator, group, value
        print(voucher.series("tfr") - law.series("tfr"))
        plot({"current law": law, "voucher": voucher}, "tfr")

    Parameters
    ----------
    city
        Name of a city under ``abm/cities`` ("suining", "toytown"), the path of a city folder, or a ``City``.
    scale
        Share of residents to simulate, above 0 up to 1 (at least 2,000 people). Every count in the output is scaled
        to the whole city.
    seed
        Whole number; another seed is other luck. One run is one draw of chance: compare several before believing.
    start
        "2010-11" or "2020-11", the month after which the founding census was taken.
    parameters, hold, balanced_budget
        Other behaviour, feedbacks to keep fixed, spending levied on incomes: see :class:`abm.model.FamilyModel`.

    From Mesa it keeps ``time`` (months since this object was made), ``run_for(months)``, ``run_until``, ``step``,
    ``steps`` and ``rng``. Chance does not come from ``rng``: it is keyed by seed, person, month and decision, so that a
    law changes nobody's luck.

    The first month ever lived on a machine compiles the engine, which takes two to four minutes; it says so.
    Raises InputError for a wrong city, start, scale, law or name, with what is allowed.
    """

    def __init__(
        self,
        city: City | str | Path,
        *,
        scale: float = 0.01,
        seed: int = 1,
        start: str = "2020-11",
        parameters: Parameters | None = None,
        timeline: Timeline | None = None,
        hold: tuple[str, ...] = (),
        balanced_budget: bool = False,
    ) -> None:
        if must_compile():
            tell(tr(COMPILING), sys.stderr)
        super().__init__(
            str(city) if isinstance(city, Path) else city,
            scale=scale,
            seed=seed,
            start=start,
            parameters=parameters,
            timeline=timeline,
            hold=hold,
            balanced_budget=balanced_budget,
        )

    def __repr__(self) -> str:
        done = "lived through" if self.month > self.first_month else "founded"
        return (
            f"<FamilyModel {self.city.name}, {done} {month_label(self.month - 1)}, {self.residents:,} people simulated,"
            f" seed {self.seed}, law {self.timeline.name}>"
        )

    @property
    def date(self) -> str:
        """The month that comes next, "YYYY-MM"."""
        return month_label(self.month)

    def run_until(self, end_time: float | str) -> None:
        """Live through the month ``end_time`` ("YYYY-MM", that month included), or until Mesa's ``time`` is a number.

        InputError for a month that has been lived already.
        """
        if not isinstance(end_time, str):
            super().run_until(end_time)
            return
        last = month_index(end_time)
        if last < self.month - 1:
            raise InputError(
                tr("run_until: {end_time} is past; the next month is {date}").format(end_time=end_time, date=self.date)
            )
        self.run_for(last + 1 - self.month)

    def run_for(self, duration: float) -> None:
        """Live ``duration`` months; a year or more shows on a terminal or in a notebook how far it has come."""
        whole = int(max(duration, 0))
        for _ in self._months_shown(whole):
            super().run_for(1)
        if duration > whole:
            super().run_for(duration - whole)

    def _months_shown(self, months: int) -> Iterable[int]:
        """So many turns, with a bar that goes away at the end, where somebody looks and there is time to."""
        console = Console(stderr=True)
        if months < MONTHS_PER_YEAR or not (console.is_terminal or console.is_jupyter):
            return range(months)
        what = tr("{city} under {law}, to {end}").format(
            city=self.city.labels.get(language(), self.city.name), law=self.timeline.name,
            end=month_label(self.month + months - 1),
        )  # fmt: skip
        return track(range(months), what, console=console, transient=True)

    def under(self, law: str | Path | Changes | None = None, changes: Changes | None = None) -> FamilyModel:
        """An independent copy of the city as it is now, which goes on under another law.

        ``law`` is the name of a package (see ``cradle levers``) or its file; ``changes`` are laid over it. Changes
        alone may come first: ``{"childcare_voucher.amount": 800}`` holds from now on,
        ``{"childcare_voucher.amount": {"2027-01": 800}}`` from a month on. Nothing given: today's law.
        InputError for an unknown package, lever or parameter, a value out of bounds, or a change that begins in a month
        already lived, which nobody in the city has seen.
        """
        if isinstance(law, Mapping):
            if changes is not None:
                raise InputError(tr("under: give changes once, or a package and changes"))
            law, changes = None, law
        timeline = timeline_for(self.catalogue, law, changes, start=self.month)
        for change in sorted(timeline.changes, key=lambda change: change.from_month):
            if change.from_month < self.month:
                raise InputError(
                    tr(
                        "under: {field} changes in {month}, which is past; the next month is {date};"
                        " let the change begin then or later, or take the city at an earlier month"
                    ).format(field=change.field, month=month_label(change.from_month), date=self.date)
                )
        return self.fork(timeline)  # type: ignore[return-value]

    def series(self, indicator: str, group: str = "all") -> pd.Series:
        """An indicator by year: values of ``rows()`` of one group, indexed by year, named after the indicator.

        ``model.series("births", "order:2")``; :meth:`groups` says which groups there are. InputError for an indicator
        or group that is not there (also: no year has ended yet).
        """
        return series_of(self.rows(), indicator, group)

    def groups(self, indicator: str) -> list[str]:
        """Groups in which an indicator was observed so far, sorted."""
        rows = self.rows()
        _known(rows, indicator)
        return sorted(rows.loc[rows["indicator"] == indicator, "group"].unique())

    def plot(self, indicator: str = "tfr", group: str = "all", ax: Axes | None = None, lang: str = "en") -> Axes:
        """Draw an indicator by year; returns the matplotlib axes. :func:`plot` draws several cities."""
        return plot({self.city.labels.get(lang, self.city.name): self}, indicator, group, ax, lang)


def series_of(rows: pd.DataFrame, indicator: str, group: str = "all") -> pd.Series:
    """One group of an indicator by year out of a table of rows; InputError for a name that is not in it."""
    _known(rows, indicator)
    chosen = rows[rows["indicator"] == indicator]
    if group not in set(chosen["group"]):
        raise unknown_name("group", group, chosen["group"].unique(), indicator)
    of_group = chosen[chosen["group"] == group]
    return pd.Series(of_group["value"].to_numpy(), index=pd.Index(of_group["year"], name="year"), name=indicator)


def _known(rows: pd.DataFrame, indicator: str) -> None:
    if indicator in set(rows["indicator"]):
        return
    if indicator in REGISTER:
        raise InputError(
            tr(
                "{indicator}: nothing observed yet (a rate needs a year lived from January to December; "
                "comparisons of two laws are in the report of a run)"
            ).format(indicator=indicator)
        )
    raise unknown_name("indicator", indicator, REGISTER)


def plot(
    cities: Mapping[str, engine.FamilyModel] | engine.FamilyModel,
    indicator: str = "tfr",
    group: str = "all",
    ax: Axes | None = None,
    lang: str = "en",
) -> Axes:
    """Draw an indicator by year for several cities by name; returns the matplotlib axes.

    One line a city, named at its end; the title is the indicator's label and unit, in English ("en") or Chinese ("zh").
    The figure is ``axes.figure``: ``plot(...).figure.savefig("tfr.png")``. InputError as :meth:`FamilyModel.series`.
    """
    import matplotlib.pyplot as plt
    from matplotlib.ticker import MaxNLocator

    named = cities if isinstance(cities, Mapping) else {cities.city.labels.get(lang, cities.city.name): cities}
    lines = {name: series_of(city.rows(), indicator, group) for name, city in named.items()}
    with plt.rc_context({"font.family": _fonts(), "text.parse_math": False}):
        if ax is None:
            _, ax = plt.subplots(figsize=(7.5, 4.0), layout="constrained")
        drawn = [
            ax.plot(line.index, line.to_numpy(), color=COLOURS[number % len(COLOURS)])[0]
            for number, line in enumerate(lines.values())
        ]
        entry = REGISTER[indicator]
        label = entry.label_zh if lang == "zh" else f"{entry.label_en} ({entry.unit})"
        ax.set_title(label if group == "all" else f"{label}, {group}", loc="left", fontsize=11)
        if len(lines) > 1:
            ax.legend(drawn, list(lines), frameon=False)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(axis="y", color="#e4e7eb")
    return ax


def _fonts() -> list[str]:
    """Matplotlib's own font, and after it the Chinese ones that this machine has."""
    from matplotlib.font_manager import get_font_names

    chinese = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC",
               "Hiragino Sans GB", "WenQuanYi Micro Hei", "Noto Sans CJK JP")  # fmt: skip
    installed = set(get_font_names())
    return ["DejaVu Sans", *(name for name in chinese if name in installed)]
