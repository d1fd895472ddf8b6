"""Figures of a sensitivity report: tornado, births for money, indices, interactions."""

from __future__ import annotations

import math
import re
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from results.content.figure_style import CATEGORY_COLOURS, INK, MUTED, TARGET_COLOUR, wrapped
from results.content.words import number
from results.sensitivity.data import StudyData

ROW_INCHES = 0.36
COLOURS = {
    "cash": "#0072B2",
    "childcare": "#E69F00",
    "education": "#009E73",
    "marriage": "#CC79A7",
    "housing": "#56B4E9",
    "health": "#D55E00",
    "leave": "#7A5195",
    "work": "#999999",
    "rules": "#B8A600",
    "behaviour": "#3d4852",
}
"""One colour a family, the same in every figure."""


def colour_of(data: StudyData, name: str) -> str:
    """Colour of a factor's or group's family."""
    return COLOURS.get(data.colour_group(name), CATEGORY_COLOURS[0])


def rows_canvas(
    rows: int, left: float = 0.30, right: float = 0.97, extra: float = 1.25, under: float = 0.62
) -> tuple[Figure, Axes]:
    """A figure with one row a factor, names at the left and so many inches under the rows."""
    height = ROW_INCHES * max(rows, 2) + extra
    figure, axes = plt.subplots(figsize=(8.6, height))
    figure.subplots_adjust(left=left, right=right, top=1 - 0.48 / height, bottom=under / height)
    axes.grid(True, axis="x")
    axes.grid(False, axis="y")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.set_ylim(rows - 0.4, -0.6)
    return figure, axes


def row_label(name: str, width: int = 34) -> str:
    """A row's name, long ones on several lines: Chinese has no spaces to break at, so its mark stands on a line."""
    broken = re.sub(r"（其中(“.+?”)模型中不计成本）", r"\n（\1不计成本）", name)
    return "\n".join(wrapped(part, width) for part in broken.split("\n"))


def name_rows(axes: Axes, names: list[str]) -> None:
    """Names of the rows, long ones on two lines."""
    labels = [row_label(name) for name in names]
    axes.set_yticks(range(len(names)), labels, fontsize=9.5)


def family_legend(axes: Axes, data: StudyData, names: list[str], lang: str, place: Any = "lower right") -> None:
    """Colours of the families that occur."""
    families = list(dict.fromkeys(data.colour_group(name) for name in names))
    if len(families) < 2:
        return
    marks = [Line2D([], [], color=COLOURS.get(f, INK), marker="s", ls="", ms=7) for f in families]
    labels = [data.family_label(f, lang) for f in families]
    axes.legend(marks, labels, loc=place, fontsize=9, handletextpad=0.3, labelspacing=0.35)


def outcome_words(data: StudyData, outcome: str, lang: str) -> str:
    """The outcome with its years."""
    if outcome == "births":
        return {
            "en": f"births within {data.period['en']}",
            "zh": f"{data.period['zh']}内出生人数",
        }[lang]
    years = data.tfr_period[lang]
    return {"en": f"the TFR, mean of {years}", "zh": f"{years}平均总和生育率"}[lang]


def _signed(axes: Axes, digits: int) -> None:
    axes.xaxis.set_major_locator(MaxNLocator(7))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v, digits, sign=True)))


def digits_for(span: float) -> int:
    """Decimals that tell values of this size apart."""
    return 0 if span >= 20 else max(0, 2 - math.floor(math.log10(span))) if span > 0 else 2


def tornado(data: StudyData, lang: str) -> Figure | None:
    """Every measure alone, from its weak to its strong end, with the interval of the difference."""
    table = data.alone(data.main)
    if table.empty or data.alone_nothing_changes:
        return None
    table = table[np.isfinite(table["mean"].astype(float))]
    names = [str(name) for name in table["factor"]]
    figure, axes = rows_canvas(len(names))
    span = float(table[["mean", "low", "high"]].abs().max().max())
    digits = digits_for(span)
    for place, row in enumerate(table.itertuples(index=False)):
        colour = colour_of(data, str(row.factor))
        weak, strong = float(row.law_to_weak), float(row.law_to_strong)
        axes.barh(
            place,
            strong - weak,
            left=weak,
            color=colour,
            height=0.62,
            alpha=0.85 if row.certain_sign or not data.has_intervals else 0.35,
        )
        if math.isfinite(row.low):
            ends = [weak + float(row.low), weak + float(row.high)]
            axes.plot(ends, [place, place], color=INK, lw=1.3, solid_capstyle="butt")
    axes.axvline(0, color="#52606d", lw=1)
    name_rows(axes, [data.label(name, lang) for name in names])
    _signed(axes, digits)
    axes.set_xlabel(
        {
            "en": "change against current law (line: 95 % interval; pale: sign not certain)",
            "zh": "相对现行政策的变化（黑线为 95% 区间；浅色表示方向不确定）",
        }[lang]
        if data.has_intervals
        else {
            "en": f"change against current law, mean over {data.replicates_text['en']} (too few for intervals)",
            "zh": f"相对现行政策的变化，{data.replicates_text['zh']}的均值（次数太少，不给区间）",
        }[lang]
    )
    words = outcome_words(data, data.main, lang)
    bounds = data.bounds_words[lang]
    axes.set_title(
        {"en": f"Every measure alone, at {bounds}: {words}", "zh": f"各项措施单独效果（{bounds}）：{words}"}[lang]
    )
    family_legend(axes, data, names, lang)
    return figure


def births_for_money(data: StudyData, lang: str) -> Figure | None:
    """Births more per 100 million yuan, where cost and births rise."""
    known = data.money_known
    if known.empty:
        return None
    names = [str(name) for name in known["factor"]]
    figure, axes = rows_canvas(len(names))
    top = float(known["births_per_100_million"].abs().max())
    limit = 1.6 * max(top, float(known["high"].where(np.isfinite(known["high"])).quantile(0.75) or 0.0))
    bottom = min(0.0, float(known["births_per_100_million"].min()) * 1.4)
    for place, row in enumerate(known.itertuples(index=False)):
        colour = colour_of(data, str(row.factor))
        low = float(row.low) if math.isfinite(row.low) else bottom
        high = min(float(row.high), limit) if not math.isnan(row.high) else limit
        if data.has_intervals:
            axes.plot([max(low, bottom), high], [place, place], color=colour, lw=3, alpha=0.4, solid_capstyle="butt")
        axes.plot([row.births_per_100_million], [place], "o", color=colour, ms=7)
    axes.axvline(0, color="#52606d", lw=1)
    axes.set_xlim(bottom, limit)
    name_rows(axes, [data.label(name, lang) for name in names])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v, 0)))
    axes.set_xlabel(
        {
            "en": "births more per 100 million yuan, with 95 % interval (cut at the edge)",
            "zh": "每 1 亿元多出生人数及 95% 区间（超出部分在边缘截断）",
        }[lang]
        if data.has_intervals
        else {
            "en": f"births more per 100 million yuan, mean over {data.replicates_text['en']} (too few for intervals)",
            "zh": f"每 1 亿元多出生人数，{data.replicates_text['zh']}的均值（次数太少，不给区间）",
        }[lang]
    )
    period = data.period[lang]
    axes.set_title(
        {"en": f"What 100 million yuan buys, {period}", "zh": f"每 1 亿元支出多带来的出生（{period}）"}[lang]
    )
    family_legend(axes, data, names, lang)
    return figure


def indices(data: StudyData, lang: str) -> Figure | None:
    """First and total order indices with intervals, and the level that noise alone can reach."""
    if data.kind != "sobol" or not data.analysed:
        return None
    if data.method == "morris":
        return _morris(data, lang)
    table = data.indices(data.main).table()
    names = [str(name) for name in table["factor"]]
    figure, axes = rows_canvas(len(names), extra=1.35)
    for place, row in enumerate(table.itertuples(index=False)):
        colour = colour_of(data, str(row.factor))
        axes.plot([row.total_low, row.total_high], [place - 0.12] * 2, color=colour, lw=2.5, alpha=0.5)
        axes.plot([row.total], [place - 0.12], "o", color=colour, ms=7)
        axes.plot([row.first_low, row.first_high], [place + 0.18] * 2, color=colour, lw=1.5, alpha=0.5)
        axes.plot([row.first], [place + 0.18], "D", mfc="white", mec=colour, ms=5.5)
    marks = [
        Line2D([], [], color=INK, marker="o", ls="-", lw=2, alpha=0.8),
        Line2D([], [], color=INK, marker="D", mfc="white", ls="-", lw=1.2),
    ]
    labels = {"en": ["total index", "first-order index"], "zh": ["总效应指数", "一阶指数"]}[lang]
    noise = data.noise
    if noise is not None:
        axes.axvline(noise.share, color=TARGET_COLOUR, lw=1.1, ls=(0, (4, 2)))
        marks.append(Line2D([], [], color=TARGET_COLOUR, lw=1.1, ls=(0, (4, 2))))
        labels = [*labels, {"en": "noise alone can reach", "zh": "模拟噪声可达水平"}[lang]]
    axes.axvline(0, color="#52606d", lw=1)
    axes.legend(marks, labels, loc="lower right", fontsize=9)
    name_rows(axes, [data.label(name, lang) for name in names])
    axes.set_xlabel({"en": "share of the variance of the change", "zh": "占变化方差的比例"}[lang])
    words = outcome_words(data, data.main, lang)
    bounds = data.bounds_words[lang]
    axes.set_title({"en": f"What changes {words} ({bounds})", "zh": f"各因素对 {words}变化的贡献（{bounds}）"}[lang])
    return figure


def _morris(data: StudyData, lang: str) -> Figure | None:
    """Morris screen: mean absolute effect of a step with interval, and its spread."""
    table = data.morris
    names = [str(name) for name in table["factor"]]
    figure, axes = rows_canvas(len(names), extra=1.45, under=0.82)
    for place, row in enumerate(table.itertuples(index=False)):
        colour = colour_of(data, str(row.factor))
        axes.plot([row.low, row.high], [place, place], color=colour, lw=2.5, alpha=0.5)
        axes.plot([row.mu_star], [place], "o", color=colour, ms=7)
        if math.isfinite(row.sigma):
            axes.plot([row.sigma], [place], "x", color=MUTED, ms=6)
    if data.morris_chance is not None:
        axes.axvline(data.morris_chance, color=TARGET_COLOUR, lw=1.1, ls=(0, (4, 2)))
    name_rows(axes, [data.label(name, lang) for name in names])
    axes.axvline(0, color="#52606d", lw=1)
    axes.set_xlabel(
        {
            "en": "dot: mean absolute effect of the range (line: 95 % interval)\n"
            "cross: standard deviation of the effect over trajectories",
            "zh": "圆点：取遍全范围的平均绝对效应（横线：95% 区间）\n叉号：各轨迹间效应的标准差",
        }[lang]
    )
    words = outcome_words(data, data.main, lang)
    axes.set_title({"en": f"Morris screen: {words}", "zh": f"莫里斯筛选：{words}"}[lang])
    return figure


def interactions(data: StudyData, lang: str) -> Figure | None:
    """Second-order indices of every pair; the diagonal holds first-order indices."""
    if data.kind != "sobol" or data.method != "sobol" or not data.analysed:
        return None
    found = data.indices(data.main)
    if found.second is None or found.second_half is None:
        return None
    order = np.argsort(-found.total, kind="stable")
    both = np.where(np.isnan(found.second), found.second.T, found.second)
    half = np.where(np.isnan(found.second_half), found.second_half.T, found.second_half)
    values, halves = both[np.ix_(order, order)], half[np.ix_(order, order)]
    names = [data.label(found.names[i], lang) for i in order]
    count = len(names)
    texts = np.full((count, count), "", dtype=object)
    for i in range(count):
        for j in range(i):
            certain = abs(values[i, j]) > halves[i, j]
            texts[i, j] = number(100 * values[i, j], 1) + ("*" if certain else "")
    mask = np.triu(np.ones((count, count), dtype=bool))[1:, :-1]
    size = max(3.6, 0.55 * count + 1.9)
    figure, axes = plt.subplots(figsize=(8.6, size))
    figure.subplots_adjust(left=0.30, right=0.98, top=1 - 0.5 / size, bottom=1.45 / size)
    reach = max(1.0, float(np.nanmax(np.abs(100 * values))) if np.isfinite(values).any() else 1.0)
    sns.heatmap(
        pd.DataFrame(100 * values[1:, :-1]),
        mask=mask,
        annot=texts[1:, :-1],
        fmt="",
        cmap="vlag",
        center=0,
        vmin=-reach,
        vmax=reach,
        linewidths=0.6,
        linecolor="white",
        annot_kws={"fontsize": 9},
        cbar_kws={"shrink": 0.7},
        ax=axes,
    )
    axes.set_xticks(
        np.arange(count - 1) + 0.5, [wrapped(n, 18) for n in names[:-1]], rotation=35, ha="right", fontsize=9
    )
    axes.set_yticks(np.arange(count - 1) + 0.5, [wrapped(n, 34) for n in names[1:]], rotation=0, fontsize=9)
    axes.grid(False)
    axes.tick_params(length=0, labelcolor=INK)
    axes.set_title(
        {
            "en": "Interactions: percent of variance of each pair (*: told apart from zero)",
            "zh": "两两交互作用：占方差百分比（*：可与零区分）",
        }[lang],
        x=-0.3,
        fontsize=11,
    )
    return figure


def tornado_plausible(data: StudyData, lang: str) -> Figure | None:
    """The tornado of the second design, where there is one."""
    return tornado(data.at_plausible, lang) if data.at_plausible is not None else None


def indices_plausible(data: StudyData, lang: str) -> Figure | None:
    """The indices of the second design, where there is one."""
    return indices(data.at_plausible, lang) if data.at_plausible is not None else None
