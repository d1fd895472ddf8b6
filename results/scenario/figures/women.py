"""Births, the rate and the women behind them, beside each other."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from results.content.figure_style import TARGET_COLOUR, people_ticks, scenario_colour
from results.scenario.births_parts import sums_by_year, women_by_age
from results.scenario.data import RunData
from results.scenario.figures.fans import draw_fan

BAND = ((0.80, 0.22),)


def births_and_women(data: RunData, lang: str) -> Figure | None:
    """Three panels under current law: TFR, women of 20 to 34, births."""
    women = women_by_age(data.rows("population"))
    tfr, births = data.levels("tfr"), data.levels("births")
    if women.empty or tfr.empty or births.empty:
        return None
    young = sums_by_year(women, data.baseline, ("20-24", "25-29", "30-34"))
    young = young[young["year"].between(data.start_year, data.end_year)]
    panels = [
        (
            {"en": "TFR, children per woman", "zh": "总和生育率（孩/妇女）"},
            tfr[tfr["scenario"] == data.baseline],
            "#0072B2",
        ),
        ({"en": "× women of 20–34", "zh": "× 20—34 岁妇女"}, young, "#B8860B"),
        (
            {"en": "→ births a year", "zh": "→ 每年出生人数"},
            births[births["scenario"] == data.baseline],
            scenario_colour(0),
        ),
    ]
    figure, grid = plt.subplots(1, 3, figsize=(8.6, 3.0))
    figure.subplots_adjust(left=0.06, right=0.985, top=0.87, bottom=0.11, wspace=0.33)
    for axes, (title, table, colour) in zip(grid, panels, strict=True):
        _panel(axes, data, table, colour, lang)
        axes.set_title(title[lang], fontsize=10.5)
    if data.tfr_target:
        grid[0].axhline(float(data.tfr_target["value"]), color=TARGET_COLOUR, lw=1.1, ls=(0, (4, 2)))
        grid[0].set_ylim(0, max(grid[0].get_ylim()[1], float(data.tfr_target["value"]) * 1.1))
    return figure


def _panel(axes: Axes, data: RunData, table: pd.DataFrame, colour: str, lang: str) -> None:
    draw_fan(axes, table, colour, BAND)
    axes.plot(table["year"], table["mean"], color=colour, lw=1.9)
    axes.axvline(data.branch_year, color="#9aa5b1", lw=0.8, ls=":")
    axes.set_ylim(0, None)
    axes.tick_params(labelsize=9)
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(5))
    people_ticks(axes, lang)
