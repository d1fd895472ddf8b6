"""The figures that regression tests keep: how they are computed, stored and compared."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("baseline.yaml")
YEARS = range(2011, 2016)
INDICATORS = (
    "births", "deaths", "marriages", "separations", "moves_in", "moves_out", "tfr", "tfr_census", "population",
    "household_size", "children_ever_born", "employment", "nursery_enrolment", "homes_bought", "cost",
)  # fmt: skip
RELATIVE_TOLERANCE = 0.002
"""The same code gives the same numbers; this leaves room for the last digits of another processor's mathematics."""
HOW_TO_UPDATE = (
    "results move: if this is meant, run `python -m tests.regression.update` and add a line with **results move** to "
    "CHANGELOG.md that says what moved and why; if not, find the change that did it"
)


@dataclass(frozen=True)
class Figure:
    """A kept number and how far a run may be from it."""

    value: float
    tolerance: float


def figures_of_run(model: Any) -> dict[str, float]:
    """Means over the years 2011 to 2015 of a model at its founding in November 2010; it is run to January 2016."""
    model.run_until_month((YEARS[-1] + 1 - 1900) * 12 + 1)
    rows = model.rows()
    rows = rows[(rows["group"] == "all") & rows["year"].isin(YEARS) & rows["indicator"].isin(INDICATORS)]
    means = rows.groupby("indicator")["value"].mean()
    return {name: float(means[name]) for name in INDICATORS}


def load_baseline() -> dict[str, Figure]:
    """The kept figures by indicator."""
    kept = yaml.safe_load(FILE.read_text(encoding="utf-8"))["figures"]
    return {name: Figure(float(entry["value"]), float(entry["tolerance"])) for name, entry in kept.items()}


def text_of(figures: dict[str, float]) -> str:
    """The file that keeps these figures."""
    lines = [
        "# Toytown, every resident, seed 1, founded in November 2010: means over the years 2011 to 2015.",
        "# Written by `python -m tests.regression.update`; CHANGELOG.md then needs a **results move** line.",
        "figures:",
    ]
    for name, value in figures.items():
        tolerance = abs(value) * RELATIVE_TOLERANCE
        lines.append(f"  {name}: {{value: {value:.6g}, tolerance: {tolerance:.2g}}}")
    return "\n".join(lines) + "\n"
