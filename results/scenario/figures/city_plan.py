"""The plan's scoreboard: where every indicator stands against its target."""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from results.content.figure_labels import broken
from results.content.figure_style import INK, MUTED, TARGET_COLOUR, scenario_colour, side_legend
from results.content.words import percent
from results.scenario.data import RunData
from results.scenario.gains import drawn
from results.scenario.goals import MOST_MARKS, goals_kept, with_unit


def plan_scoreboard(data: RunData, lang: str) -> Figure | None:
    """Every indicator as percent of its target, a mark a scenario."""
    goals = goals_kept(data)
    if not goals:
        return None
    names = drawn(data, data.scenarios, MOST_MARKS)
    height = 0.42 * len(goals) + 1.05
    figure, axes = plt.subplots(figsize=(8.6, height))
    figure.subplots_adjust(left=0.33, right=0.74, top=1 - 0.5 / height, bottom=0.4 / height)
    for place, goal in enumerate(goals):
        target = float(goal.target["value"])
        for index, name in enumerate(names):
            found = goal.values.get(name)
            if found is None:
                continue
            offset = (index - (len(names) - 1) / 2) * 0.11
            colour = scenario_colour(data.scenarios.index(name))
            if found["low"] == found["low"]:
                ends = [100 * found["low"] / target, 100 * found["high"] / target]
                axes.plot(ends, [place + offset] * 2, color=colour, lw=1.6, alpha=0.5)
            axes.plot([100 * found["mean"] / target], [place + offset], "o", color=colour, ms=4.2)
    axes.axvline(100, color=TARGET_COLOUR, lw=1.2, ls=(0, (4, 2)))
    labels = [
        broken(
            data.indicator_label(g.name, lang)
            + {"en": f" {g.year}: ", "zh": f"（{g.year} 年）："}[lang]
            + with_unit(g.target, lang),
            38,
        )
        for g in goals
    ]
    axes.set_yticks(range(len(goals)), labels, fontsize=9)
    axes.set_ylim(len(goals) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.grid(True, axis="x")
    axes.grid(False, axis="y")
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: percent(v, lang)))
    axes.tick_params(axis="x", labelsize=9, labelcolor=MUTED)
    side_legend(
        axes,
        [(broken(data.scenario_label(n, lang), 23), scenario_colour(data.scenarios.index(n)), "-") for n in names],
        size=8.5,
    )
    axes.set_title({"en": "Plan indicators, percent of the target", "zh": "规划指标完成程度（占目标值的百分比）"}[lang])
    return figure
