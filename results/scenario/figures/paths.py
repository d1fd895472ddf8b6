"""Paths of scenarios over the years: rates, births, marriages, nursery places."""

from __future__ import annotations

import math
from collections.abc import Sequence

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from results.analysis.compare import FEWEST
from results.content.figure_style import (
    BASELINE_COLOUR,
    MUTED,
    TARGET_COLOUR,
    end_labels,
    note_years,
    on_two_lines,
    people_ticks,
    scenario_colour,
    scenario_dash,
    side_legend,
)
from results.content.words import number, percent
from results.scenario.data import RunData
from results.scenario.figures.fans import draw_fan, predictive


def _canvas(height: float = 3.9, right: float = 0.76) -> tuple[Figure, Axes]:
    figure, axes = plt.subplots(figsize=(8.6, height))
    figure.subplots_adjust(left=0.085, right=right, top=0.90, bottom=0.11)
    return figure, axes


def _lines(
    axes: Axes, data: RunData, table: pd.DataFrame, lang: str, band: bool = True, effects: bool = False
) -> list[tuple]:
    """Draw a line a scenario; before the branch there is one shared history, drawn once. Returns the line ends.

    Levels have a band under current law alone, since those of scenarios would lie on it; ``effects`` have one each.
    """
    ends = []
    for index, name in enumerate(data.scenarios):
        part = table[table["scenario"] == name].sort_values("year")
        if index > 0:
            part = part[part["year"] >= data.branch_year - 1]
        if part.empty:
            continue
        colour = scenario_colour(index)
        if band and part["low"].notna().any() and (index == 0 or effects):
            low, high = (part[end].astype(float).fillna(part["mean"]) for end in ("low", "high"))  # equal in all runs
            axes.fill_between(part["year"], low, high, color=colour, alpha=0.13, lw=0)
        axes.plot(part["year"], part["mean"], color=colour, ls=scenario_dash(index), zorder=10 - index)  # type: ignore[arg-type]
        last = part.iloc[-1]
        ends.append((float(last["year"]), float(last["mean"]), on_two_lines(data.scenario_label(name, lang)), colour))
    return ends


def _mark_branch(axes: Axes, data: RunData, lang: str) -> None:
    axes.axvline(data.branch_year, color="#9aa5b1", lw=0.8, ls=":")
    text = {"en": "scenarios part", "zh": "情景分叉"}[lang]
    axes.annotate(
        text, (data.branch_year, 1.0), xycoords=("data", "axes fraction"), fontsize=8.5, color=MUTED,
        xytext=(-4, -2), textcoords="offset points", va="top", ha="right",
    )  # fmt: skip


def tfr_path(data: RunData, lang: str) -> Figure | None:
    """Path of the total fertility rate, with the target."""
    table = data.levels("tfr")
    if table.empty:
        return None
    figure, axes = _canvas(4.3)
    draw_fan(axes, table[table["scenario"] == data.baseline], BASELINE_COLOUR)
    ends = _lines(axes, data, table, lang, band=False)
    target = data.tfr_target
    top = float(table["mean"].max())
    if data.seeds >= FEWEST:
        top = max(top, float(predictive(table[table["scenario"] == data.baseline], 0.95)[1].max()))
    if target:
        axes.axhline(float(target["value"]), color=TARGET_COLOUR, lw=1.2, ls=(0, (4, 2)))
        axes.plot([float(target["year"])], [float(target["value"])], "o", color=TARGET_COLOUR, ms=5)
        label = {
            "en": f"target {target['value']} in {target['year']}",
            "zh": f"{target['year']} 年目标 {target['value']}",
        }[lang]
        ends.append((float(data.end_year), float(target["value"]), label, TARGET_COLOUR))
        top = max(top, float(target["value"]))
    axes.set_ylim(0, top * 1.12)
    note_years(axes, int(table["year"].min()), data.end_year)
    axes.set_title({"en": "Total fertility rate, children per woman", "zh": "总和生育率（每名妇女生育子女数）"}[lang])
    _mark_branch(axes, data, lang)
    end_labels(axes, ends)
    return figure


def tfr_effect(data: RunData, lang: str) -> Figure | None:
    """Effect on the TFR by year, paired by seed."""
    table = data.effects("tfr")
    if table.empty:
        return None
    figure, axes = _canvas(3.7)
    axes.axhline(0, color="#7b8794", lw=1)
    ends = _lines(axes, data, table, lang, effects=True)
    note_years(axes, data.branch_year, data.end_year)
    axes.set_title({"en": "Change of the TFR against current law", "zh": "总和生育率相对现行政策的变化"}[lang])
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    low, high = axes.get_ylim()
    digits = max(3, math.ceil(-math.log10((high - low) / 6))) if high > low else 3
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v, digits, sign=True)))
    figure.subplots_adjust(left=0.1)
    end_labels(axes, ends)
    return figure


def births(data: RunData, lang: str) -> Figure | None:
    """Births a year."""
    table = data.levels("births")
    if table.empty:
        return None
    figure, axes = _canvas()
    ends = _lines(axes, data, table, lang)
    axes.set_ylim(0, None)
    note_years(axes, int(table["year"].min()), data.end_year)
    _thousands(axes, lang)
    axes.set_title({"en": "Births a year", "zh": "每年出生人数"}[lang])
    _mark_branch(axes, data, lang)
    end_labels(axes, ends)
    return figure


def _thousands(axes: Axes, lang: str, beside: Sequence[Axes] = ()) -> None:
    axes.yaxis.set_major_locator(MaxNLocator(6))
    people_ticks(axes, lang, beside)


def _panels(data: RunData, lang: str, tables: list[tuple[str, pd.DataFrame]], shares: set[int]) -> Figure:
    """Small panels side by side, scenario names once, at the right."""
    count = len(tables)
    figure, all_axes = plt.subplots(1, count, figsize=(8.6, 3.3), squeeze=False)
    figure.subplots_adjust(left=0.075, right=0.725, top=0.86, bottom=0.12, wspace=0.32 if count < 3 else 0.5)
    for number_, (axes, (title, table)) in enumerate(zip(all_axes[0], tables, strict=True)):
        ends = _lines(axes, data, table, lang)
        drawn = [name for name in data.scenarios if name in set(table["scenario"])]
        axes.set_title(title, fontsize=10.5)
        axes.set_ylim(0, None)
        first = int(table["year"].min())
        axes.set_xlim(first - 0.5, data.end_year + 0.5)
        axes.xaxis.set_major_locator(MaxNLocator(4 if count < 3 else 3, integer=True))
        axes.axvline(data.branch_year, color="#9aa5b1", lw=0.8, ls=":")
        if number_ in shares:
            axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: percent(100 * v, lang)))
        else:
            _thousands(axes, lang, [panel for place, panel in enumerate(all_axes[0]) if place not in shares])
        if number_ == count - 1:
            dashes = [scenario_dash(data.scenarios.index(name)) for name in drawn]
            side_legend(axes, [(text, colour, dash) for (_, _, text, colour), dash in zip(ends, dashes, strict=True)])
    return figure


def births_by_order(data: RunData, lang: str) -> Figure | None:
    """Births a year by order."""
    orders = {o: g for o in ("1", "2", "3", "4+") if (g := data.find_group("births", order=o))}
    panels = [
        (("First births a year", "一孩（每年）"), ("1",)),
        (("Second", "二孩"), ("2",)),
        (("Third and later", "三孩及以上"), ("3", "4+")),
    ]
    tables: list[tuple[str, pd.DataFrame]] = []
    for names, wanted in panels:
        groups = tuple(orders[o] for o in wanted if o in orders)
        if groups:
            tables.append((names[lang == "zh"], data.levels("births", groups)))
    if not tables or any(table.empty for _, table in tables):
        return None
    return _panels(data, lang, tables, set())


def marriage(data: RunData, lang: str) -> Figure | None:
    """Marriages a year, and the share of women aged 25 to 29 who never married."""
    tables: list[tuple[str, pd.DataFrame]] = []
    shares: set[int] = set()
    marriages = data.levels("marriages")
    if not marriages.empty:
        tables.append(({"en": "Marriages a year", "zh": "每年结婚对数"}[lang], marriages))
    group = data.find_group("never_married", sex="female", age="25-29")
    if group:
        shares.add(len(tables))
        title = {"en": "Women 25–29 never married", "zh": "25—29 岁女性未婚比例"}[lang]
        tables.append((title, data.levels("never_married", group)))
    tables = [(title, table) for title, table in tables if not table.empty]
    return _panels(data, lang, tables, shares) if tables else None


def nursery_use(data: RunData, lang: str) -> Figure | None:
    """Nursery places, and the share of children under three enrolled."""
    tables: list[tuple[str, pd.DataFrame]] = []
    shares: set[int] = set()
    for name in ("nursery_places", "nursery_use", "nursery_enrolment"):
        table = data.levels(name)
        if not table.empty:
            if data.is_share(name):
                shares.add(len(tables))
            tables.append((data.indicator_label(name, lang), table))
    return _panels(data, lang, tables[:3], shares) if tables else None
