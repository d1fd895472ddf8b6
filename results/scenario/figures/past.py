"""The figure of a run's own past against what was observed."""

from __future__ import annotations

import math

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from results.content.figure_labels import broken
from results.content.figure_style import POLICY_COLOURS, TARGET_COLOUR, people_ticks
from results.scenario.data import RunData
from results.scenario.past import panels

COLUMNS = 3
PANEL_INCHES = 2.35
TITLE_WIDTH = 28
MODEL = POLICY_COLOURS[0]


def history_fit(data: RunData, lang: str) -> Figure | None:
    """The model's past under current law against what was observed."""
    shown = panels(data)
    if not shown:
        return None
    rows = math.ceil(len(shown) / COLUMNS)
    height = PANEL_INCHES * rows + 0.3
    figure, grid = plt.subplots(rows, COLUMNS, figsize=(8.6, height), squeeze=False)
    figure.subplots_adjust(left=0.075, right=0.98, top=1 - 0.5 / height, bottom=0.35 / height, wspace=0.32, hspace=0.6)
    for axes, panel in zip(grid.flat, shown, strict=False):
        _draw(data, lang, axes, *panel)
    for axes in list(grid.flat)[len(shown) :]:
        axes.set_visible(False)
    return figure


def _draw(data: RunData, lang: str, axes: plt.Axes, points: pd.DataFrame, past: pd.DataFrame) -> None:
    """One indicator: the model's line with the interval of its mean, the observed points with their ranges."""
    low, high = past["low"].astype(float), past["high"].astype(float)
    if low.notna().any():
        axes.fill_between(past["year"], low, high, color=MODEL, alpha=0.15, lw=0)
    axes.plot(past["year"], past["mean"], color=MODEL, lw=1.8)
    values, lows, highs = (points[name].astype(float).to_numpy() for name in ("value", "low", "high"))
    axes.errorbar(
        points["year"].astype(float), values, yerr=np.vstack([values - lows, highs - values]), fmt="o",
        color=TARGET_COLOUR, ms=5, lw=1.4, capsize=2.5, zorder=5,
    )  # fmt: skip
    name = points.iloc[0][f"label_{lang}"] or data.indicator_label(str(points.iloc[0]["indicator"]), lang)
    axes.set_title(broken(str(name), TITLE_WIDTH), fontsize=9.5)
    top = max(float(highs.max()), float(past["mean"].max()), float(high.max()) if high.notna().any() else 0.0)
    axes.set_ylim(0, top * 1.1)
    axes.tick_params(labelsize=9)
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(5))
    if str(points.iloc[0]["unit"]).startswith("share"):
        sign = {"en": " %", "zh": "%"}[lang]
        axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{100 * v:.0f}{sign}"))
    else:
        people_ticks(axes, lang)
