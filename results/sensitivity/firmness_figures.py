"""Figures of a sensitivity report: rank stability, convergence, dose and response, unknown numbers, grids."""

from __future__ import annotations

import math

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from results.analysis import alone
from results.analysis import indices as sensitivity
from results.analysis.compare import FEWEST
from results.content.figure_labels import broken
from results.content.figure_style import INK, MUTED, end_labels
from results.content.words import number
from results.sensitivity.data import StudyData
from results.sensitivity.figures import colour_of, digits_for, name_rows, outcome_words, row_label, rows_canvas

MOST_NAMED = 14
FEW_COLUMNS = 6
MOST_UNKNOWN = 10
"""Unknown numbers that the figure has room for: those with the strongest correlations."""


def rank_stability(data: StudyData, lang: str) -> Figure | None:
    """How often a factor has each rank by total index over bootstrap resamples of the design."""
    if data.kind != "sobol" or data.method != "sobol" or not data.analysed:
        return None
    result = data.indices(data.main)
    count = f"{len(result.total_resamples):,}"
    title = {
        "en": f"Rank by total index in {count} bootstrap resamples, % of resamples",
        "zh": f"{count} 次自助重抽样中按总效应指数的名次（占比，%）",
    }[lang]
    return _rank_map(data, list(result.names), sensitivity.ranks(result.total_resamples), title, lang)


def rank_over_draws(data: StudyData, lang: str) -> Figure | None:
    """How often a measure has each rank by its effect alone, over parameter draws."""
    count = len(data.by_draw)
    if count < FEWEST or data.alone_nothing_changes:
        return None
    title = {
        "en": f"Rank of each measure's effect under {count} parameter draws, % of draws",
        "zh": f"{count} 组行为参数下各措施效果的名次（占比，%）",
    }[lang]
    return _rank_map(data, [str(c) for c in data.by_draw.columns], alone.draw_ranks(data.by_draw), title, lang)


def _rank_map(data: StudyData, names: list[str], found: NDArray[np.int64], title: str, lang: str) -> Figure:
    """Shares of ranks as a map, the strongest first."""
    shares = 100 * sensitivity.rank_shares(found)
    order = np.argsort(found.mean(axis=0), kind="stable")
    count = len(names)
    texts = [[f"{v:.0f}" if v >= 0.5 else "" for v in row] for row in shares[order]]
    size = 0.4 * count + 1.5
    figure, axes = plt.subplots(figsize=(8.6, size))
    figure.subplots_adjust(left=0.32, right=0.97, top=1 - 0.5 / size, bottom=0.75 / size)
    sns.heatmap(
        pd.DataFrame(shares[order]), annot=np.array(texts, dtype=object), fmt="", cmap="Blues", vmin=0, vmax=100,
        linewidths=0.6, linecolor="white", cbar=False, annot_kws={"fontsize": 9}, ax=axes,
    )  # fmt: skip
    axes.set_xticks(np.arange(count) + 0.5, [str(i + 1) for i in range(count)], rotation=0)
    labels = [row_label(data.label(names[i], lang)) for i in order]
    axes.set_yticks(np.arange(count) + 0.5, labels, rotation=0, fontsize=9.5)
    axes.tick_params(length=0, labelcolor=INK)
    axes.grid(False)
    axes.set_xlabel({"en": "rank (1: strongest)", "zh": "名次（1 为最强）"}[lang])
    axes.set_title(title, x=-0.42, fontsize=11)
    return figure


def convergence(data: StudyData, lang: str) -> Figure | None:
    """Total indices from the first 2^k base rows."""
    if data.kind != "sobol" or data.method != "sobol" or not data.analysed:
        return None
    table = data.convergence
    if table.empty or table["base_rows"].nunique() < 2:
        return None
    figure, axes = plt.subplots(figsize=(8.6, 4.4))
    figure.subplots_adjust(left=0.085, right=0.70, top=0.90, bottom=0.14)
    ends = []
    last = table[table["base_rows"] == table["base_rows"].max()].sort_values("total", ascending=False)
    for place, name in enumerate(last["factor"]):
        part = table[table["factor"] == name].sort_values("base_rows")
        colour = colour_of(data, str(name))
        style = ["-", (0, (5, 1.5)), (0, (1.5, 1.2))][place % 3]
        axes.plot(part["base_rows"], part["total"], color=colour, ls=style, marker="o", ms=3.5, lw=1.6)  # type: ignore[arg-type]
        if place < MOST_NAMED:
            end = part.iloc[-1]
            label = broken(data.label(str(name), lang), 30)
            ends.append((float(end["base_rows"]), float(end["total"]), label, colour))
    axes.set_xscale("log", base=2)
    ticks = sorted(int(n) for n in table["base_rows"].unique())
    axes.set_xticks(ticks, [str(n) for n in ticks])
    axes.minorticks_off()
    low, high = table["total"].min(), table["total"].max()
    axes.set_ylim(min(0.0, float(low)) - 0.02, float(high) * 1.08 + 0.02)
    axes.set_xlabel({"en": "base rows N of the design", "zh": "设计基础样本数 N"}[lang])
    axes.set_title({"en": "Total index from the first N rows", "zh": "由前 N 行估计的总效应指数"}[lang])
    end_labels(axes, ends, size=9.5)
    return figure


def curves(data: StudyData, lang: str) -> Figure | None:
    """Dose and response of one factor at a time."""
    if data.method != "one_at_a_time" or data.alone_nothing_changes:
        return None
    names = [str(n) for n in data.measures]
    columns = 3 if len(names) > 2 else max(len(names), 1)
    lines = math.ceil(len(names) / columns)
    figure, grid = plt.subplots(lines, columns, figsize=(8.6, 2.6 * lines + 0.5), squeeze=False, sharey=True)
    height = 2.6 * lines + 0.5
    figure.subplots_adjust(left=0.09, right=0.98, top=1 - 0.75 / height, bottom=0.55 / height, wspace=0.16, hspace=0.72)
    tables = {name: alone.curve_effects(data.runs, name, data.baseline, data.main) for name in names}
    span = max(float(table[["low", "high", "mean"]].abs().max().max()) for table in tables.values())
    for axes, name in zip(grid.flat, names, strict=False):
        _curve(axes, data, name, tables[name], lang, digits_for(span))
    for axes in list(grid.flat)[len(names) :]:
        axes.set_visible(False)
    words = outcome_words(data, data.main, lang)
    figure.suptitle(
        {"en": f"Change against current law: {words}", "zh": f"相对现行政策的变化：{words}"}[lang],
        x=0.012, ha="left", fontsize=11.5, fontweight="bold", y=1 - 0.12 / height,
    )  # fmt: skip
    return figure


def _curve(axes: Axes, data: StudyData, name: str, table: pd.DataFrame, lang: str, digits: int) -> None:
    spans = data.card(name)["spans"]
    span = spans[0]
    steps = len(spans) > 1 and any(each["whole"] for each in spans)
    if steps:  # fields that move in steps and fields that do not: no one unit tells the dose
        x = 100 * table["dose"]
    else:
        x = span["from"] + table["dose"] * (span["to"] - span["from"])
        x = x.round() if span["whole"] else x
    colour = colour_of(data, name)
    axes.axhline(0, color="#7b8794", lw=0.9)
    axes.fill_between(x, table["low"].astype(float), table["high"].astype(float), color=colour, alpha=0.15, lw=0)
    axes.plot(x, table["mean"], color=colour, marker="o", ms=4)
    axes.set_title(row_label(data.label(name, lang), 30), fontsize=10)
    unit = span["unit"] if lang == "en" else span.get("unit_zh") or span["unit"]
    if steps:
        unit = {"en": "% of the range", "zh": "占取值范围的百分比"}[lang]
    axes.set_xlabel(broken(str(unit), 38), fontsize=8.5)
    axes.tick_params(labelsize=8.5)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,.0f}" if abs(v) >= 10 or v == 0 else f"{v:g}"))
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v, digits, sign=True)))


def unknown_numbers(data: StudyData, lang: str) -> Figure | None:
    """Rank correlation over draws between each measure's effect and each unknown number."""
    table = data.moved_by
    if table.empty:
        return None
    reach = table.groupby("parameter")["correlation"].agg(lambda values: values.abs().max())
    table = table[table["parameter"].isin(reach.nlargest(MOST_UNKNOWN).index)]
    wide = table.pivot(index="factor", columns="parameter", values="correlation")
    certain = table.pivot(index="factor", columns="parameter", values="certain").fillna(False).astype(bool)
    order = [str(n) for n in data.alone(data.main)["factor"] if n in wide.index]
    wide, certain = wide.loc[order], certain.loc[order]
    texts = [
        [number(v, 2, sign=True) + ("*" if c else "") for v, c in zip(*rows, strict=True)]
        for rows in zip(wide.to_numpy(), certain.to_numpy(), strict=True)
    ]
    under = 1.2 if wide.shape[1] <= FEW_COLUMNS else 2.3
    size = 0.42 * len(order) + 0.75 + under
    figure, axes = plt.subplots(figsize=(8.6, size))
    figure.subplots_adjust(left=0.30, right=0.98, top=1 - 0.5 / size, bottom=under / size)
    sns.heatmap(
        wide, annot=np.array(texts, dtype=object), fmt="", cmap="vlag", vmin=-1, vmax=1, linewidths=0.6,
        linecolor="white", annot_kws={"fontsize": 8.5}, cbar_kws={"shrink": 0.8}, ax=axes,
    )  # fmt: skip
    names = [data.parameter_label(str(c), lang) for c in wide.columns]
    few = len(names) <= FEW_COLUMNS
    labels = [broken(n, 20 if few else 34) for n in names]
    axes.set_xticks(np.arange(len(names)) + 0.5, labels, rotation=25 if few else 55, ha="right", fontsize=9)
    axes.set_yticks(
        np.arange(len(order)) + 0.5, [row_label(data.label(n, lang)) for n in order], rotation=0, fontsize=9.5
    )
    axes.set_xlabel("")
    axes.set_ylabel("")
    axes.tick_params(length=0, labelcolor=INK)
    axes.grid(False)
    axes.set_title(
        {"en": "Which unknown number moves which effect (rank correlation over draws)",
         "zh": "各未知参数与措施效果的秩相关（按参数组）"}[lang], x=-0.38, fontsize=10.5,
    )  # fmt: skip
    return figure


def grid_map(data: StudyData, lang: str) -> Figure | None:
    """Change against current law on a grid of two factors."""
    if data.method != "grid" or len(data.measures) != 2 or data.nothing_moves:
        return None
    table = data.changes_of_sample(data.main)
    across, down = data.measures[1], data.measures[0]
    fields = [data.card(name)["spans"][0]["name"] for name in (down, across)]
    wide = table.pivot_table(index=fields[0], columns=fields[1], values="mean")
    figure, axes = plt.subplots(figsize=(8.6, 0.62 * len(wide) + 1.9))
    size = 0.62 * len(wide) + 1.9
    figure.subplots_adjust(left=0.16, right=0.98, top=1 - 0.5 / size, bottom=0.8 / size)
    digits = digits_for(float(wide.abs().max().max()))
    texts = [[number(v, digits, sign=True) for v in row] for row in wide.to_numpy()]
    sns.heatmap(
        wide, annot=np.array(texts, dtype=object), fmt="", cmap="crest", linewidths=0.6, linecolor="white",
        annot_kws={"fontsize": 10}, ax=axes,
    )  # fmt: skip
    for setter, name in ((axes.set_ylabel, down), (axes.set_xlabel, across)):
        span = data.card(name)["spans"][0]
        unit = span["unit"] if lang == "en" else span.get("unit_zh") or span["unit"]
        setter(f"{data.label(name, lang)} ({unit})", fontsize=9.5)
    axes.set_xticklabels([f"{v:,.6g}" for v in wide.columns], rotation=0)
    axes.set_yticklabels([f"{v:,.6g}" for v in wide.index], rotation=0)
    axes.tick_params(length=0, labelcolor=INK)
    axes.grid(False)
    words = outcome_words(data, data.main, lang)
    axes.set_title({"en": f"Change against current law: {words}", "zh": f"相对现行政策的变化：{words}"}[lang])
    return figure


def regression(data: StudyData, lang: str) -> Figure | None:
    """Standardised regression coefficients of a Latin hypercube."""
    if data.method != "lhs" or not data.analysed:
        return None
    table, explained = data.regression
    names = [str(n) for n in table["factor"]]
    figure, axes = rows_canvas(len(names))
    for place, row in enumerate(table.itertuples(index=False)):
        colour = colour_of(data, str(row.factor))
        axes.barh(place, row.value, color=colour, height=0.6, alpha=0.85)
        axes.plot([row.low, row.high], [place, place], color=INK, lw=1.3)
    axes.axvline(0, color=MUTED, lw=1)
    name_rows(axes, [data.label(name, lang) for name in names])
    axes.set_xlabel(
        {"en": f"standard deviations of the outcome per standard deviation of the factor (R² = {explained:.2f})",
         "zh": f"标准化回归系数（R² = {explained:.2f}）"}[lang]
    )  # fmt: skip
    words = outcome_words(data, data.main, lang)
    axes.set_title({"en": f"What moves {words}", "zh": f"各因素对 {words}的影响"}[lang])
    return figure
