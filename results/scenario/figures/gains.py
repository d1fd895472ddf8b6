"""Who gains, and where: births of groups against current law, and a schematic map of the counties."""

from __future__ import annotations

import math

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize, TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from results.content.figure_labels import broken
from results.content.figure_style import INK, MUTED, inches, scenario_colour
from results.content.words import DIMENSIONS, number, percent
from results.scenario.data import RunData
from results.scenario.gains import DIMENSIONS_SHOWN, MOST_DRAWN, category, drawn, relative_gains, strongest

LARGEST = 2300
"""Area of the largest circle, square points."""
ACROSS, DOWN = (-0.28, 1.12), (-1.14, 0.03)
"""Limits of the schematic map; counties lie between 0 and 1."""
NAME_SIZE, POINTS = 8.5, 72.0
ABOVE, BETWEEN, BELOW = 0.95, 0.56, 0.3
"""Inches above, between and below the rows of panels: room for titles and ticks, however low the panels are."""
FALL_RISE = LinearSegmentedColormap.from_list("fall_rise", ["#b5531c", "#f3d6bf", "#f7f7f7", "#c3dcea", "#1f6fa8"])
LOW_HIGH = LinearSegmentedColormap.from_list("low_high", ["#eef3f7", "#1f6fa8"])


def who_gains(data: RunData, lang: str) -> Figure | None:
    """Relative change of births by group, a panel a dimension, an interval a scenario."""
    names = drawn(data, data.policies, MOST_DRAWN)
    tables = [(dimension, relative_gains(data, dimension)) for dimension in DIMENSIONS_SHOWN]
    tables = [(dimension, table) for dimension, table in tables if not table.empty]
    if not tables or not names:
        return None
    # panels with as many groups beside each other: a row is as high as its fullest panel, and a page of print is short
    tables.sort(key=lambda pair: -len(pair[1]["group"].unique()))
    columns = 2
    rows = math.ceil(len(tables) / columns)
    heights = [
        max(len(table["group"].unique()) for _, table in tables[columns * r : columns * (r + 1)]) for r in range(rows)
    ]
    panel_inches = [(0.1 * len(names) + 0.12) * h + 0.1 for h in heights]
    height = sum(panel_inches) + BETWEEN * (rows - 1) + ABOVE + BELOW
    figure, grid = plt.subplots(
        rows, columns, figsize=(8.6, height), squeeze=False, gridspec_kw={"height_ratios": panel_inches}
    )
    figure.subplots_adjust(
        left=0.165, right=0.985, top=1 - ABOVE / height, bottom=BELOW / height, wspace=0.46,
        hspace=BETWEEN * rows / sum(panel_inches),
    )  # fmt: skip
    for axes, (dimension, table) in zip(grid.flat, tables, strict=False):
        groups = list(dict.fromkeys(table["group"]))
        for index, name in enumerate(names):
            own = table[table["scenario"] == name].set_index("group").reindex(groups)
            places = np.arange(len(groups)) + (index - (len(names) - 1) / 2) * 0.17
            colour = scenario_colour(data.scenarios.index(name))
            axes.hlines(places, 100 * own["low"], 100 * own["high"], color=colour, lw=1.6, alpha=0.55)
            axes.plot(100 * own["mean"], places, "o", color=colour, ms=4)
        axes.axvline(0, color="#7b8794", lw=1)
        axes.set_yticks(range(len(groups)), [broken(category(data, g)[lang], 24) for g in groups], fontsize=8.5)
        axes.set_ylim(len(groups) - 0.4, -0.6)
        axes.set_title(DIMENSIONS[dimension][lang], fontsize=10)
        axes.tick_params(axis="y", length=0, labelcolor=INK)
        axes.tick_params(axis="x", labelsize=8.5)
        axes.grid(True, axis="x")
        axes.grid(False, axis="y")
        axes.spines["left"].set_visible(False)
        axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: _tick(v, lang)))
    for axes in list(grid.flat)[len(tables) :]:
        axes.set_visible(False)
    marks = [grid[0, 0].plot([], [], "o-", color=scenario_colour(data.scenarios.index(n)), ms=4)[0] for n in names]
    figure.legend(
        marks,
        [broken(data.scenario_label(n, lang), 24) for n in names],
        loc="upper left",
        fontsize=8.5,
        bbox_to_anchor=(0.005, 1 - 0.28 / height),
        ncols=len(names),
        handlelength=1.4,
        columnspacing=1.4,
    )
    figure.suptitle(
        {
            "en": f"Births of {data.branch_year}–{data.end_year} against current law, percent of the group's births",
            "zh": f"{data.branch_year}—{data.end_year} 年出生数相对现行政策的变化（占该组出生数 %）",
        }[lang],
        x=0.012,
        ha="left",
        fontsize=11.5,
        fontweight="bold",
        y=1 - 0.1 / height,
    )
    return figure


def _tick(value: float, lang: str) -> str:
    """A change in percent on an axis."""
    return percent(value, lang, int(value % 1 != 0), sign=True) if value else "0"


def county_map(data: RunData, lang: str) -> Figure | None:
    """Counties where they lie, roughly: residents, the TFR under current law, and what the strongest scenario adds."""
    places: dict[str, list[float]] = data.context["city"].get("places", {})
    residents = {c: _ends(data, "population", c) for c in places}
    if not places or any(value is None for value in residents.values()):
        return None
    known = {c: value for c, value in residents.items() if value is not None}
    tfr = {c: data.value("tfr", data.baseline, data.end_year, f"county:{c}") for c in places}
    panels: list[tuple[str, dict[str, float], str]] = [
        (
            {
                "en": f"Residents {data.branch_year}–{data.end_year}, %",
                "zh": f"常住人口变化 {data.branch_year}—{data.end_year}，%",
            }[lang],
            {c: 100 * (end / start - 1) for c, (start, end) in known.items()},
            "change",
        )
    ]
    if all(tfr.values()):
        title = {"en": f"TFR {data.end_year}, current law", "zh": f"{data.end_year} 年总和生育率（现行政策）"}[lang]
        panels.append((title, {c: v["mean"] for c, v in tfr.items() if v}, "level"))
    scenario, gains = strongest(data), relative_gains(data, "county")
    if scenario is not None and not gains.empty:
        own = gains[gains["scenario"] == scenario].set_index("group")["mean"]
        label = broken(data.scenario_label(scenario, lang), 32)
        title = {"en": f"Change of births, %\n{label}", "zh": f"出生变化，%\n{label}"}[lang]
        panels.append((title, {c: 100 * float(own.get(f"county:{c}", 0.0)) for c in places}, "change"))
    figure, grid = plt.subplots(1, len(panels), figsize=(8.6, 3.9), squeeze=False)
    figure.subplots_adjust(left=0.01, right=0.99, top=0.87, bottom=0.02, wspace=0.04)
    largest = max(end for _, end in known.values())
    for axes, (title, values, kind) in zip(grid[0], panels, strict=True):
        _map(axes, data, lang, places, {c: end / largest for c, (_, end) in known.items()}, values, kind)
        axes.set_title(title, fontsize=10)
    return figure


def _ends(data: RunData, indicator: str, county: str) -> tuple[float, float] | None:
    """Level of a county under current law in the branch year and at the end."""
    found = [
        data.value(indicator, data.baseline, year, f"county:{county}") for year in (data.branch_year, data.end_year)
    ]
    start, end = found
    return (start["mean"], end["mean"]) if start and end and start["mean"] > 0 else None


def _map(
    axes: Axes,
    data: RunData,
    lang: str,
    places: dict[str, list[float]],
    sizes: dict[str, float],
    values: dict[str, float],
    kind: str,
) -> None:
    """A circle a county: area by residents, colour and number by value."""
    norm: Normalize
    if kind == "change":
        far = max(max(abs(v) for v in values.values()), 1e-9)
        norm, colours = TwoSlopeNorm(0, -far, far), FALL_RISE
    else:
        norm, colours = Normalize(min(values.values()), max(values.values())), LOW_HIGH
    for county, (x, y) in places.items():
        value = values[county]
        shade = norm(value)
        axes.scatter(
            [x], [-y], s=LARGEST * sizes[county], color=colours(shade), edgecolors="#7b8794", linewidths=0.8, zorder=3
        )
        text = number(value, 1, sign=True) if kind == "change" else number(value, 2)
        dark = shade > 0.85 or (kind == "change" and shade < 0.12)
        axes.annotate(
            text,
            (x, -y),
            ha="center",
            va="center",
            fontsize=8.5,
            color="white" if dark else INK,
            zorder=4,
        )
    axes.set_xlim(*ACROSS)
    axes.set_ylim(*DOWN)
    axes.axis("off")
    _name_counties(axes, {c: broken(data.context["city"]["counties"][c][lang], 22) for c in places}, places, sizes)


def _name_counties(axes: Axes, names: dict[str, str], places: dict[str, list[float]], sizes: dict[str, float]) -> None:
    """A name below its circle, or above it where below it would lie on another circle."""
    box, (width, height) = axes.get_position(), inches(axes)
    across = box.width * width * POINTS / (ACROSS[1] - ACROSS[0])
    down = box.height * height * POINTS / (DOWN[1] - DOWN[0])
    circles = {c: (x * across, -y * down, 0.5 * math.sqrt(LARGEST * sizes[c])) for c, (x, y) in places.items()}
    for county, name in names.items():
        x, y, radius = circles[county]
        half = 0.5 * NAME_SIZE * max(sum(1.0 if ord(c) > 0x2E80 else 0.55 for c in line) for line in name.split("\n"))
        others = [circle for other, circle in circles.items() if other != county]
        lies_on = any(
            _touches((x - half, y - radius - 3 - 1.3 * NAME_SIZE, x + half, y - radius - 3), c) for c in others
        )
        shift = radius + 3 if lies_on else -radius - 3
        axes.annotate(
            name, (places[county][0], -places[county][1]), xytext=(0, shift), textcoords="offset points", ha="center",
            va="bottom" if lies_on else "top", fontsize=NAME_SIZE, color=MUTED, zorder=5,
        )  # fmt: skip


def _touches(rectangle: tuple[float, float, float, float], circle: tuple[float, float, float]) -> bool:
    """True if a rectangle (left, bottom, right, top) and a circle (x, y, radius) have a point in common."""
    left, bottom, right, top = rectangle
    x, y, radius = circle
    return math.hypot(x - min(max(x, left), right), y - min(max(y, bottom), top)) < radius
