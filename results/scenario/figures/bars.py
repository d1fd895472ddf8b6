"""Bars, intervals and pyramid: the figures that are not time paths of scenarios."""

from __future__ import annotations

import math

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from results.content.estimates import people_digits, rounded
from results.content.figure_style import CATEGORY_COLOURS, INK, MUTED, scenario_colour, wrapped
from results.content.money import axis_unit, plain_tick
from results.content.words import number
from results.scenario.answers import years_text, years_zh
from results.scenario.data import RunData, group_dimensions


def _rows_figure(
    rows: int, extra: float = 1.0, right: float = 0.97, left: float = 0.27, bottom: float = 0.5
) -> tuple[Figure, plt.Axes]:
    height = 0.5 * max(rows, 1) + extra
    figure, axes = plt.subplots(figsize=(8.6, height))
    figure.subplots_adjust(left=left, right=right, top=1 - 0.45 / height, bottom=bottom / height)
    axes.grid(True, axis="x")
    axes.grid(False, axis="y")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    return figure, axes


def additional_births(data: RunData, lang: str) -> Figure | None:
    """Births against the baseline by scenario, with intervals: of completed cohorts, and within the horizon."""
    names = [name for name in data.policies if data.split_value(name, "within_horizon")]
    if not names:
        return None
    shown = [("within_horizon", 0.0)]
    if data.cohorts_completed:
        shown = [("births_additional", -0.14), ("within_horizon", 0.2)]
    figure, axes = _rows_figure(len(names), extra=1.35, bottom=0.85 if len(shown) > 1 else 0.5)
    for place, name in enumerate(names):
        colour = scenario_colour(data.scenarios.index(name))
        for index, (quantity, offset) in enumerate(shown):
            row = data.split_value(name, quantity)
            if row is not None:
                _estimate(axes, row, place + offset, colour, first=index == 0)
    if len(shown) > 1:
        years = (years_text(data), years_zh(data))
        labels = {
            "en": ("additional (completed cohorts)", f"within {years[0]}"),
            "zh": ("新增（完整队列）", f"{years[1]} 年内"),
        }[lang]  # fmt: skip
        marks = [axes.plot([], [], "o", color=INK, ms=size, mfc=INK if size > 6 else "white")[0] for size in (8, 6)]
        figure.legend(marks, labels, loc="lower right", ncols=2, frameon=False, fontsize=9)
    axes.axvline(0, color="#7b8794", lw=1)
    axes.set_yticks(range(len(names)), [wrapped(data.scenario_label(name, lang)) for name in names])
    axes.tick_params(axis="y", labelcolor=INK)
    axes.set_ylim(len(names) - 0.5, -0.65)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: plain_tick(v, sign=True)))
    axes.xaxis.set_major_locator(MaxNLocator(7))
    whole = {"en": "Births against current law", "zh": "出生人数相对现行政策的变化"}[lang]
    within = {
        "en": f"Births within {years_text(data)} against current law",
        "zh": f"{years_zh(data)} 年内出生人数相对现行政策的变化",
    }[lang]
    axes.set_title(whole if data.cohorts_completed else within)
    return figure


def _estimate(axes: plt.Axes, row: dict[str, float], place: float, colour: str, first: bool) -> None:
    """A point with its interval; the first quantity filled and in front, the other hollow and smaller."""
    if math.isfinite(row["low"]):
        weight, alpha = (3, 0.45) if first else (2, 0.3)
        axes.plot([row["low"], row["high"]], [place] * 2, color=colour, lw=weight, alpha=alpha, solid_capstyle="round")
    axes.plot([row["mean"]], [place], "o", color=colour, ms=8 if first else 6, mfc=colour if first else "white")
    if first:
        axes.annotate(
            number(rounded(row)["mean"], people_digits(row), sign=True), (row["mean"], place), xytext=(0, 8),
            textcoords="offset points", ha="center", fontsize=10, color=colour,
        )  # fmt: skip


def _stacked(data: RunData, lang: str, dimension: str) -> Figure | None:
    """Mean cost a year by category and scenario, the baseline included, over the years from the first in
    which any scenario differs from it."""
    first = data.first_year_in_force
    table = data.costs_by(dimension, extra=False, first_year=first)
    table = table[table["mean"].abs() > 0]
    if table.empty:
        return None
    wide = table.pivot(index="scenario", columns="category", values="mean").fillna(0.0)
    wide = wide.reindex([s for s in data.scenarios if s in wide.index]) / (data.end_year - first + 1)
    wide = wide[wide.sum().sort_values(ascending=False).index]
    kept = _largest(wide, data.baseline, lang)
    rows = len(kept.index)
    name_of = {"payer": data.payer_label, "lever": data.lever_label}[dimension]
    labels = [wrapped(name_of(str(column), lang), 26) for column in kept.columns]
    legend_rows = sum(1 + label.count("\n") for label in labels)
    height = max(0.55 * rows + 1.0, 0.24 * legend_rows + 0.9)
    figure, axes = plt.subplots(figsize=(8.6, height))
    figure.subplots_adjust(left=0.24, right=0.70, top=1 - 0.45 / height, bottom=0.5 / height)
    axes.grid(True, axis="x")
    axes.grid(False, axis="y")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    start = np.zeros(rows)
    bars = []
    for index, column in enumerate(kept.columns):
        values = kept[column].to_numpy(dtype=float)
        bars.append(axes.barh(
            range(rows), values, left=start, height=0.62, color=CATEGORY_COLOURS[index % len(CATEGORY_COLOURS)],
            edgecolor="white", linewidth=0.8,
        ))  # fmt: skip
        start += values
    scale, unit = axis_unit(float(start.max()), lang)
    digits = 2 if unit == "亿元" else 0 if start.max() >= 10 * scale else 1
    for place, total in enumerate(start):
        axes.annotate(
            number(total / scale, digits), (total, place), xytext=(5, 0), textcoords="offset points",
            va="center", fontsize=10, color=INK,
        )  # fmt: skip
    axes.set_yticks(range(rows), [wrapped(data.scenario_label(str(name), lang)) for name in kept.index])
    axes.set_ylim(rows - 0.45, -0.55)
    axes.set_xlim(0, max(start.max() * 1.12, 1.0))
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: plain_tick(v / scale)))
    axes.legend(
        bars, labels, loc="upper left", bbox_to_anchor=(1.02, 1.02), fontsize=9.5, handlelength=1, handleheight=1
    )
    by = {
        "payer": {"en": "by who pays", "zh": "按出资方"},
        "lever": {"en": "by measure", "zh": "按措施"},
    }[dimension][lang]
    axes.set_title(
        {
            "en": f"Mean cost a year {by}, {unit}, {first}–{data.end_year}",
            "zh": f"{first}—{data.end_year} 年年均支出（{by}，{unit}）",
        }[lang]
    )
    return figure


def _largest(wide: pd.DataFrame, baseline: str, lang: str, limit: int = 8) -> pd.DataFrame:
    """At most ``limit`` of the columns, which come by size: half of them those in which scenarios differ most from the
    baseline, the others the largest; the rest summed."""
    if len(wide.columns) <= limit:
        return wide
    differ = (wide - wide.loc[baseline]).abs().max() if baseline in wide.index else wide.max()
    shown = set(differ.sort_values(ascending=False, kind="stable").index[: limit // 2])
    shown |= set([column for column in wide.columns if column not in shown][: limit - 1 - len(shown)])
    kept = wide[[column for column in wide.columns if column in shown]].copy()
    kept[{"en": "all others", "zh": "其他"}[lang]] = wide[[c for c in wide.columns if c not in shown]].sum(axis=1)
    return kept


def cost_by_payer(data: RunData, lang: str) -> Figure | None:
    """Cost a year by payer."""
    return _stacked(data, lang, "payer")


def cost_by_lever(data: RunData, lang: str) -> Figure | None:
    """Cost a year by measure."""
    return _stacked(data, lang, "lever")


def _age_start(age: str) -> int:
    digits = age.replace("+", "-").split("-")[0]
    return int(digits) if digits.isdigit() else -1


def pyramid(data: RunData, lang: str) -> Figure | None:
    """Residents by age and sex under current law: the branch year as an outline, the last year filled."""
    rows = [(g, group_dimensions(g)) for g in data.groups("population")]
    groups = {(d["sex"], d["age"]): g for g, d in rows if set(d) == {"sex", "age"}}
    ages = sorted({age for _, age in groups}, key=_age_start)
    sexes = [s for s in ("male", "female") if any(s == key[0] for key in groups)]
    if len(sexes) != 2 or len(ages) < 4:
        return None
    years = [data.branch_year, data.end_year]
    counts = _populations(data, years)
    figure, axes = plt.subplots(figsize=(8.6, 0.2 * len(ages) + 1.4))
    figure.subplots_adjust(left=0.09, right=0.80, top=0.90, bottom=0.12)
    for sex, sign, colour in (("male", -1, "#0072B2"), ("female", 1, "#D55E00")):
        shapes = {y: [counts.get((groups.get((sex, age), ""), y), 0.0) for age in ages] for y in years}
        places = np.arange(len(ages))
        axes.barh(places, sign * np.array(shapes[years[1]]), height=0.86, color=colour, alpha=0.75)
        axes.step(
            np.concatenate([[0], sign * np.array(shapes[years[0]]), [0]]),
            np.concatenate([[-0.5], places - 0.5, [places[-1] + 0.5]]),
            where="post", color=INK, lw=1.2,
        )  # fmt: skip
        name = {"male": {"en": "Men", "zh": "男"}, "female": {"en": "Women", "zh": "女"}}[sex][lang]
        axes.annotate(
            name, (0.02 if sign < 0 else 0.98, 0.97), xycoords="axes fraction", color=colour, fontweight="bold",
            ha="left" if sign < 0 else "right", va="top",
        )  # fmt: skip
    step = max(1, len(ages) // 9)
    dash = {"en": "–", "zh": "—"}[lang]
    axes.set_yticks(np.arange(len(ages))[::step], [age.replace("-", dash) for age in ages[::step]])
    axes.grid(True, axis="x")
    axes.grid(False, axis="y")
    count = 1e4 if lang == "zh" and max(counts.values(), default=0.0) >= 2e4 else 1000.0
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: plain_tick(abs(v) / count)))
    axes.set_title(
        {
            "en": "Residents by age and sex under current law, thousand",
            "zh": f"现行政策情景下按年龄和性别的常住人口（{'万人' if count > 1000 else '千人'}）",
        }[lang]
    )
    notes = {
        "en": [f"filled: {years[1]}", f"outline: {years[0]}"],
        "zh": [f"填充：{years[1]} 年", f"轮廓：{years[0]} 年"],
    }[lang]
    for line, note in enumerate(notes):
        axes.annotate(note, (1.02, 0.95 - 0.07 * line), xycoords="axes fraction", fontsize=9.5, color=MUTED)
    return figure


def _populations(data: RunData, years: list[int]) -> dict[tuple[str, int], float]:
    """Mean residents under current law by (group, year)."""
    rows = data.rows("population")
    mask = rows["month"].isna() & (rows["scenario"] == data.baseline) & rows["year"].isin(years)
    means = rows[mask].astype({"group": str, "year": int}).groupby(["group", "year"])["value"].mean()
    return {(str(group), int(year)): float(value) for (group, year), value in means.items()}
