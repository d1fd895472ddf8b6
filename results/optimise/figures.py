"""Figures of a search: the Pareto front, and what is missing beyond the best bounds."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from results.content.figure_style import BASELINE_COLOUR, INK, MUTED, POLICY_COLOURS, TARGET_COLOUR
from results.content.money import axis_unit, plain_tick
from results.content.words import number
from results.optimise.data import SearchData


def front(data: SearchData, lang: str) -> Figure | None:
    """Cost a year against the outcome: every candidate, the front, each measure alone, target and budget."""
    law = data.packages[data.packages["scenario"] == data.baseline]
    own = pd.concat([law, data.tried], ignore_index=True).dropna(subset=["cost", data.gain])
    if len(own) < 2:
        return None
    figure, axes = plt.subplots(figsize=(8.6, 4.7))
    figure.subplots_adjust(left=0.10, right=0.97, top=0.90, bottom=0.13)
    axes.grid(True, axis="both")
    rest = own[own["role"] == "candidate"]
    axes.plot(rest["cost"], rest[data.gain], "o", color="#b8c1cb", ms=4,
              label={"en": "packages tried", "zh": "所试组合"}[lang])  # fmt: skip
    alone = own[own["role"] == "alone"]
    axes.plot(alone["cost"], alone[data.gain], "^", color=POLICY_COLOURS[1], ms=5.5,
              label={"en": "one measure alone", "zh": "单项措施"}[lang])  # fmt: skip
    best = data.front
    axes.plot(best["cost"], best[data.gain], "-o", color=POLICY_COLOURS[0], ms=4.5, lw=1.6, label={
        "en": "front: nothing is cheaper and better", "zh": "前沿：无更便宜且更优者"}[lang])  # fmt: skip
    corner = own[own["role"] == "corner"]
    axes.plot(corner["cost"], corner[data.gain], "D", color=INK, ms=7, label={
        "en": "every measure at its best bound", "zh": "全部措施取最优上限"}[lang])  # fmt: skip
    axes.plot(law["cost"], law[data.gain], "s", color=BASELINE_COLOUR, ms=7,
              label={"en": "current law", "zh": "现行政策"}[lang])  # fmt: skip
    if data.target is not None:
        axes.axhline(float(data.target["tfr"]), color=TARGET_COLOUR, lw=1.2, ls=(0, (4, 2)),
                     label={"en": "target", "zh": "目标"}[lang])  # fmt: skip
    if data.budget is not None:
        axes.axvline(data.budget, color=MUTED, lw=1.2, ls=":", label={"en": "budget", "zh": "预算"}[lang])
    for key, name in data.chosen.items():
        row = data.row(name)
        axes.plot([row["cost"]], [row[data.gain]], "*", color=TARGET_COLOUR, ms=15, zorder=9,
                  label={"cheapest": {"en": "cheapest that reaches it", "zh": "达标且支出最低"},
                         "best": {"en": "most births within it", "zh": "预算内最优"}}[key][lang])  # fmt: skip
    years = data.in_force[lang]
    scale, unit = axis_unit(float(own["cost"].abs().max()), lang)
    axes.set_xlabel({"en": f"cost over current law, {unit} a year ({years})",
                     "zh": f"较现行政策增加的支出（{unit}/年，{years}）"}[lang])  # fmt: skip
    axes.xaxis.set_major_locator(MaxNLocator(7))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: plain_tick(v / scale)))
    if data.gain == "births":
        axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v, 0, sign=True)))
        title = {"en": f"Births more within {data.period['en']}", "zh": f"{data.period['zh']}内多出生人数"}[lang]
    elif not data.has_intervals:
        title = {"en": f"Mean TFR in {data.tfr_year}", "zh": f"{data.tfr_year} 年平均总和生育率"}[lang]
    else:
        chance = 100 * float((data.target or {})["probability"])
        title = {"en": f"TFR in {data.tfr_year} that is reached with probability {chance:.0f} %",
                 "zh": f"{data.tfr_year} 年以 {chance:.0f}% 概率可达到的总和生育率"}[lang]  # fmt: skip
    axes.set_title(title)
    axes.legend(loc="best", fontsize=9)
    return figure


def missing(data: SearchData, lang: str) -> Figure | None:
    """Steps from current law to the best bounds and beyond, against the target."""
    table = data.missing
    if table is None or data.target is None or "cheapest" in data.chosen:
        return None
    found = table.set_index("scenario")["tfr"]
    names = {
        "law": {"en": "current law", "zh": "现行政策"},
        "best": {"en": "every measure at its best bound", "zh": "全部措施取最优上限"},
        "missing-money": {"en": "… and outer bounds of money", "zh": "……且资金取最大上限"},
        "missing-wanted": {"en": "… and 0.3 more children wanted", "zh": "……且理想子女数提高 0.3"},
        "missing-marriage": {"en": "… and marriage as in 2020", "zh": "……且结婚水平恢复到 2020 年"},
        "missing-all": {"en": "… and all three", "zh": "……且三者同时"},
    }
    values = {"law": data.row(data.baseline)["tfr"], "best": data.row("best-bounds")["tfr"]}
    values |= {str(name): float(value) for name, value in found.items() if name in names}
    figure, axes = plt.subplots(figsize=(8.6, 0.45 * len(values) + 1.3))
    size = 0.45 * len(values) + 1.3
    figure.subplots_adjust(left=0.33, right=0.95, top=1 - 0.48 / size, bottom=0.45 / size)
    axes.grid(True, axis="x")
    axes.grid(False, axis="y")
    colours = [BASELINE_COLOUR, POLICY_COLOURS[0], *["#8fb8d6"] * (len(values) - 3), POLICY_COLOURS[6]]
    axes.barh(range(len(values)), list(values.values()), color=colours[: len(values)], height=0.62)
    for place, value in enumerate(values.values()):
        axes.annotate(
            f"{value:.2f}",
            (value, place),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )
    goal = float(data.target["tfr"])
    axes.axvline(goal, color=TARGET_COLOUR, lw=1.3, ls=(0, (4, 2)))
    axes.set_xlim(0, 1.12 * max(goal, *values.values()))
    axes.set_ylim(len(values) - 0.4, -0.6)
    axes.set_yticks(range(len(values)), [names[name][lang] for name in values], fontsize=9.5)
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.spines["left"].set_visible(False)
    axes.set_title(
        {"en": f"Mean TFR in {data.tfr_year} (dashed: target {goal:g})",
         "zh": f"{data.tfr_year} 年平均总和生育率（虚线：目标 {goal:g}）"}[lang]
    )  # fmt: skip
    return figure
