"""Fan charts: where one more run would go, a panel a scenario, with the target."""

from __future__ import annotations

import math

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from scipy import stats

from results.analysis.compare import FEWEST
from results.content.figure_labels import broken, lines_of
from results.content.figure_style import BASELINE_COLOUR, INK, MUTED, TARGET_COLOUR, scenario_colour
from results.scenario.data import RunData

SHARES = ((0.95, 0.13), (0.80, 0.20), (0.50, 0.28))
"""Shares of runs in a fan, widest first, with the strength of their colour."""
MOST_PANELS = 9


def predictive(table: pd.DataFrame, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Limits within which one more run falls with probability ``share``: Student's t of the runs at hand.

    ``table`` has mean, sd and n by year.
    """
    n = table["n"].to_numpy(dtype=float)
    half = stats.t.ppf(0.5 + share / 2, n - 1) * table["sd"].to_numpy(dtype=float) * np.sqrt(1 + 1 / n)
    mean = table["mean"].to_numpy(dtype=float)
    return mean - half, mean + half


def draw_fan(axes: Axes, table: pd.DataFrame, colour: str, shares: tuple[tuple[float, float], ...] = SHARES) -> None:
    """The fan of one scenario; nothing for fewer runs than give an interval."""
    if table.empty or table["n"].min() < FEWEST:
        return
    for share, alpha in shares:
        low, high = predictive(table, share)
        axes.fill_between(table["year"].to_numpy(dtype=float), low, high, color=colour, alpha=alpha, lw=0)


def tfr_fans(data: RunData, lang: str) -> Figure | None:
    """The TFR of every scenario with its fan, and current law as a dashed line."""
    table = data.levels("tfr")
    if table.empty or data.seeds < FEWEST:
        return None
    names = data.scenarios[:MOST_PANELS]
    columns = min(3, len(names))
    rows = math.ceil(len(names) / columns)
    extra = 0.16 * (max(lines_of(broken(data.scenario_label(name, lang), 31)) for name in names) - 1)
    height = (2.3 + extra) * rows + 0.75
    figure, grid = plt.subplots(rows, columns, figsize=(8.6, height), squeeze=False, sharex=True, sharey=True)
    figure.subplots_adjust(
        left=0.07,
        right=0.985,
        top=1 - (0.72 + extra) / height,
        bottom=0.35 / height,
        wspace=0.1,
        hspace=0.34 + extra / 2,
    )
    base = table[table["scenario"] == data.baseline]
    for index, (name, axes) in enumerate(zip(names, grid.flat, strict=False)):
        own = table[table["scenario"] == name]
        draw_fan(axes, own, scenario_colour(index))
        if index > 0:
            axes.plot(base["year"], base["mean"], color=BASELINE_COLOUR, lw=1.1, ls=(0, (4, 2)))
        axes.plot(own["year"], own["mean"], color=scenario_colour(index), lw=1.8)
        axes.axvline(data.branch_year, color="#9aa5b1", lw=0.8, ls=":")
        axes.set_title(broken(data.scenario_label(name, lang), 31), fontsize=9.5, color=scenario_colour(index))
        axes.tick_params(labelsize=9, labelbottom=True)
        axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
        if data.tfr_target:
            axes.axhline(float(data.tfr_target["value"]), color=TARGET_COLOUR, lw=1.1, ls=(0, (4, 2)))
    for axes in list(grid.flat)[len(names) :]:
        axes.set_visible(False)
    top = max(float(predictive(table, 0.95)[1].max()), float(data.tfr_target["value"]) if data.tfr_target else 0.0)
    grid[0, 0].set_ylim(0, top * 1.08)
    title = {
        "en": "Total fertility rate by scenario: mean, and 50, 80 and 95 % of runs",
        "zh": "各情景总和生育率：均值，以及 50%、80%、95% 的模拟所在范围",
    }[lang]
    figure.suptitle(title, x=0.012, ha="left", fontsize=11.5, fontweight="bold", y=1 - 0.1 / height, color=INK)
    if len(names) > 1:
        figure.text(
            0.985, 1 - 0.12 / height, {"en": "dashed: current law", "zh": "虚线：现行政策"}[lang], ha="right", va="top",
            fontsize=9, color=MUTED,
        )  # fmt: skip
    return figure
