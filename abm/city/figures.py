"""Figures of a city in their ranges (`figures.yaml`): one outside is refused, a slip of its unit recognised."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import pandas as pd

from abm.city.reading import place
from abm.city.sources import Label
from policies.errors import InputError
from policies.messages import language, later, tr
from policies.validation import Real, StrictModel, read_yaml, validated

FILE = Path(__file__).with_name("figures.yaml")
INCOME = "income_per_head"
SLIPS = {
    "ten_thousand": (1e4, later("; it seems to be in units of 10,000 (万): write {meant}")),
    "percent": (0.01, later("; it seems to be in per cent: write {meant}")),
    "ratio": (100.0, later("; it seems to be a ratio to one: write {meant}")),
}
"""Slips of unit: what a figure is to be multiplied with, and what to say of it."""


class FigureRange(StrictModel):
    """Unit and range of a figure, where the range comes from, and the usual slip of its unit."""

    unit: Label
    range: tuple[Real, Real]
    source: str
    slip: Literal["ten_thousand", "percent", "ratio"] | None = None

    def holds(self, value: float) -> bool:
        """Whether a value is in the range."""
        return self.range[0] <= value <= self.range[1]

    def allowed(self) -> str:
        """Return range and unit in words."""
        unit = self.unit.zh if language() == "zh" else self.unit.en
        low, high = (f"{end:,.12g}" for end in self.range)
        return tr("{low} to {high} ({unit})").format(low=low, high=high, unit=unit)

    def advice(self, value: float) -> str:
        """Return what to write instead of a value that stands in another unit, or an empty string."""
        times, said = SLIPS.get(self.slip or "", (1.0, ""))
        meant = value * times
        return tr(said).format(meant=_plain(meant)) if said and self.holds(meant) else ""


def _plain(number: float) -> str:
    """Return a number as a table holds it."""
    return f"{number:.12g}"


@cache
def figures() -> Mapping[str, FigureRange]:
    """Return every figure by name."""
    return {name: validated(FigureRange, entry, f"{FILE.name}: {name}") for name, entry in read_yaml(FILE).items()}


def check_figures(path: Path, table: pd.DataFrame, names: pd.Series | str, column: str = "value") -> None:
    """Refuse the first row whose `column` is outside the range of its figure; rows without a range are left alone."""
    told = pd.Series(names, index=table.index) if isinstance(names, str) else names
    for row, name, value in zip(table.index, told, table[column], strict=True):
        figure = figures().get(name)
        if figure is not None and not figure.holds(value):
            raise InputError(
                tr("{place}: {name}: found {found}, allowed {allowed}{advice}").format(
                    place=place(path, int(row), column),
                    name=name,
                    found=_plain(value),
                    allowed=figure.allowed(),
                    advice=figure.advice(value),
                )
            )


def check_city_figures(folder: Path, tables: Mapping[str, pd.DataFrame]) -> None:
    """Refuse a city with a figure out of range in its tables of money, aims, homes or lives."""
    economy = tables["economy"]
    of_group = "income_" + economy["group"]
    check_figures(folder / "economy.csv", economy, economy["indicator"].mask(economy["indicator"] == INCOME, of_group))
    for name in ("plan_targets", "households"):
        check_figures(folder / f"{name}.csv", tables[name], tables[name]["indicator"])
    check_figures(folder / "life_expectancy.csv", tables["life_expectancy"], "life_expectancy", "years")
