"""The figure of the first screen: births against cost, a point a scenario, with the intervals of both."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from results.content.estimates import has_interval
from results.content.figure_style import MUTED, kept_inside, scenario_colour, spread_positions, wrapped
from results.content.money import axis_unit, plain_tick
from results.scenario.answers import cost_a_year, years_text, years_zh
from results.scenario.data import RunData

Point = tuple[str, dict[str, float], dict[str, float]]
"""Scenario, cost a year in yuan, births."""


def births_cost(data: RunData, lang: str) -> Figure | None:
    """Births of the leading quantity against the cost a year, both against current law, with 95 % intervals."""
    points = [point for name in data.policies if (point := _point(data, name)) is not None]
    if not points:
        return None
    figure, axes = plt.subplots(figsize=(8.6, 4.3))
    figure.subplots_adjust(left=0.12, right=0.74, top=0.88, bottom=0.14)
    axes.axhline(0, color="#7b8794", lw=1)
    axes.axvline(0, color="#7b8794", lw=1)
    for name, cost, births in points:
        colour = scenario_colour(data.scenarios.index(name))
        for found, along in ((cost, "x"), (births, "y")):
            if has_interval(found):
                ends = [found["low"], found["high"]]
                where = (ends, [births["mean"]] * 2) if along == "x" else ([cost["mean"]] * 2, ends)
                axes.plot(*where, color=colour, lw=2.4, alpha=0.4, solid_capstyle="round")
        axes.plot([cost["mean"]], [births["mean"]], "o", color=colour, ms=8, zorder=5)
    _limits(axes, points)
    _names(axes, data, lang, points)
    scale, unit = axis_unit(axes.get_xlim()[1], lang)
    axes.xaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: plain_tick(v / scale)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: plain_tick(v, sign=True)))
    axes.yaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 2.5, 5, 10]))
    axes.set_xlabel({"en": f"Cost a year in force, {unit} more", "zh": f"实施期内年均多支出（{unit}）"}[lang])
    axes.set_title(_title(data, lang))
    return figure


def _title(data: RunData, lang: str) -> str:
    if data.cohorts_completed:
        return {"en": "Additional births (completed cohorts) and cost, against current law",
                "zh": "新增出生（完整队列）与支出，相对现行政策"}[lang]  # fmt: skip
    return {"en": f"Births within {years_text(data)} and cost, against current law",
            "zh": f"{years_zh(data)} 年内多出生人数与支出，相对现行政策"}[lang]  # fmt: skip


def _point(data: RunData, name: str) -> Point | None:
    cost, births = cost_a_year(data, name), data.split_value(name, data.births_quantity)
    if cost is None or births is None:
        return None
    return name, cost, births


def _limits(axes: Axes, points: list[Point]) -> None:
    """Limits that hold all points, their finite intervals, and the origin."""
    for place, set_limits in ((1, axes.set_xlim), (2, axes.set_ylim)):
        ends = [float(point[place][key]) for point in points for key in ("mean", "low", "high")]  # type: ignore[index]
        values = [0.0, *(end for end in ends if np.isfinite(end))]
        room = 0.06 * max(max(values) - min(values), 1e-9)
        set_limits(min(values) - room, max(values) + room)


def _names(axes: Axes, data: RunData, lang: str, points: list[Point]) -> None:
    """Names in the margin at the height of their points, moved apart, with a thin line to each."""
    low, high = axes.get_ylim()
    gap = (high - low) * 0.13
    places = kept_inside(spread_positions([p[2]["mean"] for p in points], gap), low, high, gap)
    for (name, cost, births), place in zip(points, places, strict=True):
        colour = scenario_colour(data.scenarios.index(name))
        axes.annotate(
            "", (cost["mean"], births["mean"]), (1.012, place), xycoords="data", textcoords=("axes fraction", "data"),
            arrowprops={"arrowstyle": "-", "color": MUTED, "lw": 0.5, "alpha": 0.6}, annotation_clip=False,
        )  # fmt: skip
        axes.annotate(
            wrapped(data.scenario_label(name, lang), 22), (1.018, place), xycoords=("axes fraction", "data"),
            color=colour, fontsize=9.5, va="center", ha="left", annotation_clip=False,
        )  # fmt: skip
