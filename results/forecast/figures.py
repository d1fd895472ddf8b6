"""Figures of a population report: paths with bands, pyramids, shares, counties."""

from __future__ import annotations

import math

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from results.content.figure_labels import broken
from results.content.figure_style import INK, POLICY_COLOURS, people_tick
from results.content.words import percent
from results.forecast.data import ForecastData

COLOURS = {"male": "#0072B2", "female": "#D55E00"}
YEAR_COLOURS = ["#0072B2", "#D55E00", "#009E73"]


def _fan(axes: Axes, data: ForecastData, indicator: str, group: str, lang: str, colour: str) -> None:
    """Median with the 80 and 95 % bands, the branch year marked; further scenarios as a dashed median."""
    table = data.bands(indicator, group)
    if table.empty:
        axes.set_visible(False)
        return
    years = table["year"]
    if data.has_intervals:
        axes.fill_between(years, table["low95"], table["high95"], color=colour, alpha=0.13, lw=0)
    axes.fill_between(years, table["low80"], table["high80"], color=colour, alpha=0.24, lw=0)
    axes.plot(years, table["median"], color=colour, lw=1.9)
    top = float(table["high95" if data.has_intervals else "high80"].max())
    for place, name in enumerate(n for n in data.scenarios if n != data.baseline):
        other = data.bands(indicator, group, name)
        axes.plot(other["year"], other["median"], color=POLICY_COLOURS[(place + 1) % 7], lw=1.7, ls=(0, (5, 1.5)))
        top = max(top, float(other["median"].max()))
    axes.axvline(data.branch_year, color="#9aa5b1", lw=0.8, ls=":")
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.tick_params(labelsize=9)
    if data.is_share(indicator):
        axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: percent(100 * v, lang)))
    elif indicator == "tfr":
        axes.set_ylim(0, top * 1.08)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:.1f}"))
    else:
        axes.set_ylim(0, top * 1.08)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: people_tick(v, lang, top)))


def _panels(
    data: ForecastData, lang: str, wanted: list[tuple[str, str, str]], columns: int, title: str
) -> Figure | None:
    """Fans of several (indicator, group, title)."""
    shown = [w for w in wanted if not data.bands(w[0], w[1]).empty]
    if not shown:
        return None
    columns = min(columns, len(shown))
    lines = math.ceil(len(shown) / columns)
    height = 2.35 * lines + 0.75
    figure, grid = plt.subplots(lines, columns, figsize=(8.6, height), squeeze=False)
    figure.subplots_adjust(
        left=0.085, right=0.985, top=1 - 0.72 / height, bottom=0.35 / height, wspace=0.34, hspace=0.46
    )
    for axes, (indicator, group, name) in zip(grid.flat, shown, strict=False):
        _fan(axes, data, indicator, group, lang, "#0072B2")
        axes.set_title(broken(name, 34), fontsize=10)
    for axes in list(grid.flat)[len(shown) :]:
        axes.set_visible(False)
    figure.suptitle(title, x=0.012, ha="left", fontsize=11.5, fontweight="bold", y=1 - 0.1 / height)
    return figure


def _bands_words(data: ForecastData, lang: str) -> str:
    """What the bands of a figure are, for its title."""
    if data.has_intervals:
        return {"en": " (bands: middle 80 and 95 % of runs)", "zh": "（色带：各次模拟的中间 80% 与 95%）"}[lang]
    return {"en": " (band: lowest to highest run)", "zh": "（色带：各次模拟的最低至最高值）"}[lang]


def residents(data: ForecastData, lang: str) -> Figure | None:
    """Residents, births, deaths, school entrants."""
    names = ["population", "births", "deaths", "school_entrants"]
    title = {"en": "Residents and events", "zh": "人口与事件"}[lang] + _bands_words(data, lang)
    return _panels(data, lang, [(n, "all", data.indicator_label(n, lang)) for n in names], 2, title)


def structure(data: ForecastData, lang: str) -> Figure | None:
    """Shares and rates."""
    names = ["share_16_59", "dependency_ratio", "urban_share"]
    wanted = [(n, "all", data.indicator_label(n, lang)) for n in names]
    wanted.append(("tfr", "all", data.indicator_label("tfr", lang)))
    title = {"en": "Structure", "zh": "人口结构"}[lang] + _bands_words(data, lang)
    return _panels(data, lang, wanted, 2, title)


def counties(data: ForecastData, lang: str) -> Figure | None:
    """Residents by county."""
    wanted = [("population", f"county:{key}", label[lang]) for key, label in data.counties.items()]
    title = {"en": "Residents by county", "zh": "分县区常住人口"}[lang] + _bands_words(data, lang)
    return _panels(data, lang, wanted, 3, title)


def pyramids(data: ForecastData, lang: str) -> Figure | None:
    """Pyramids of the report years beside each other, filled; the outline is the year in which the forecast begins."""
    first = data.pyramid(data.branch_year)
    years = [y for y in data.report_years if not data.pyramid(y).empty][:3]
    if first.empty or not years:
        return None
    ages = list(dict.fromkeys(first["age"]))
    height = 0.19 * len(ages) + 1.5
    figure, grid = plt.subplots(1, len(years), figsize=(8.6, height), squeeze=False, sharey=True, sharex=True)
    figure.subplots_adjust(left=0.085, right=0.985, top=1 - 0.85 / height, bottom=0.55 / height, wspace=0.08)
    places = np.arange(len(ages))
    for axes, year in zip(grid.flat, years, strict=True):
        table = data.pyramid(year)
        for sex, sign in (("male", -1), ("female", 1)):
            own = table[table["sex"] == sex].set_index("age").reindex(ages)
            start = first[first["sex"] == sex].set_index("age").reindex(ages)["median"].to_numpy()
            axes.barh(places, sign * own["median"], height=0.86, color=COLOURS[sex], alpha=0.7)
            ends = sign * own[["low80", "high80"]].to_numpy(dtype=float)
            axes.hlines(places, ends[:, 0], ends[:, 1], color=INK, lw=0.9)
            axes.step(
                np.append(sign * start, 0), np.append(places - 0.5, places[-1] + 0.5), where="post", color=INK, lw=1.0
            )
        axes.set_title(str(year), fontsize=10.5)
        dash = {"en": "–", "zh": "—"}[lang]
        axes.set_yticks(places[::2], [str(age).replace("-", dash) for age in ages[::2]])
        axes.grid(True, axis="x")
        axes.grid(False, axis="y")
        top = float(max(table["high80"].max(), first["median"].max()))
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _, t=top: people_tick(abs(v), lang, t)))  # type: ignore[misc]
        axes.tick_params(labelsize=9)
    names = {"en": ("men", "women"), "zh": ("男", "女")}[lang]
    for axes in grid.flat:
        axes.annotate(names[0], (0.03, 0.96), xycoords="axes fraction", color=COLOURS["male"], fontweight="bold")
        axes.annotate(
            names[1], (0.97, 0.96), xycoords="axes fraction", color=COLOURS["female"], fontweight="bold", ha="right"
        )
    figure.suptitle(
        {"en": f"Residents by age and sex (outline: {data.branch_year}; line: "
               + ("middle 80 % of runs)" if data.has_intervals else "lowest to highest run)"),
         "zh": f"分年龄、性别常住人口（轮廓：{data.branch_year} 年；短线："
               + ("各次模拟的中间 80%）" if data.has_intervals else "最低至最高值）")}[lang],
        x=0.012, ha="left", fontsize=11.5, fontweight="bold", y=1 - 0.12 / height,
    )  # fmt: skip
    return figure
