"""The plan's targets of a run: what was aimed at, what each scenario comes to, and whether that meets it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from results.content.cells import Number
from results.scenario.data import RunData

MOST_MARKS = 6
"""Marks that a row of the figure has room for: current law and scenarios."""
WHOLE = 1000
"""Numbers from here on are whole, and have the digits that their interval carries."""
AGES = ("life_expectancy",)
"""Targets in years that Chinese counts in years of age."""
NEAR = 0.05
"""A figure given as "about" counts as met within this relative distance; one given as a limit is near within it."""


@dataclass(frozen=True)
class Goal:
    """A target of the plan, the year in which it is judged, and what each scenario comes to (mean, low, high)."""

    name: str
    year: int
    target: dict[str, Any]
    values: dict[str, dict[str, float]]


def goals_kept(data: RunData) -> list[Goal]:
    """The plan's targets that the run kept an indicator of."""
    found = []
    for target in data.context["targets"]:
        year = min(int(target["year"]), data.end_year)
        values = {s: data.value(target["indicator"], s, year) for s in data.scenarios}
        kept = {s: value for s, value in values.items() if value is not None}
        if data.baseline in kept:
            found.append(Goal(str(target["indicator"]), year, target, kept))
    return found


def tone_of(value: float, target: dict[str, Any]) -> str:
    """``good`` if the target is met, ``near`` within :data:`NEAR` of it, else ``bad``."""
    goal = float(target["value"])
    if target["sense"] == "at least":
        gap = goal - value
    elif target["sense"] == "at most":
        gap = value - goal
    else:
        return "good" if abs(value - goal) <= NEAR * abs(goal) else "bad"
    return "good" if gap <= 0 else "near" if gap <= NEAR * abs(goal) else "bad"


def with_unit(target: dict[str, Any], lang: str) -> str:
    """A target's value; years, which its name does not tell from ages, with their unit."""
    value = amount(float(target["value"]), target["unit"], lang)
    if target["unit"] != "years":
        return value
    whole = value.removesuffix(".00")
    return f"{whole} years" if lang == "en" else f"{whole} {'岁' if target['indicator'] in AGES else '年'}"


def amount(value: float, unit: str, lang: str) -> str:
    """A value in the unit's usual form: shares in percent."""
    return level(unit, value).line(lang)


def level(unit: str, value: float, low: float | None = None, high: float | None = None) -> Number:
    """A value with its interval in the unit's usual form."""
    if unit.startswith("share"):
        return Number(value, low, high, digits=1, percent=True)
    return Number(value, low, high, digits=0 if abs(value) >= WHOLE else 2)
