"""The drawings of the page: fertility, people, counties, families, money. Each returns SVG text."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from abm.model import FamilyModel
from abm.view.dashboard.history import YEAR, History, pyramid
from abm.view.dashboard.svg import (
    BASE,
    COLOURS,
    INK,
    PALE,
    POLICY,
    TARGET,
    Drawing,
    Scale,
    in_two_lines,
    legend,
    tick_text,
    ticks,
    width_of,
    y_axis,
    year_axis,
)
from abm.view.dashboard.units import PEOPLE, PERCENT, percent
from abm.view.dashboard.words import word
from policies.clock import month_label

Array = NDArray[np.float64]
WIDTH, HEIGHT = 500, 250
MAP_MONTHS = 36
WIDEST_NAME = 170
"""Names of bars wider than this stand in two lines."""
CARE = ("parent", "grandparent", "nursery", "minder")


def years(month: float) -> float:
    """A month as a year with decimals (its end)."""
    return 1900 + (month + 1) / 12


def tfr_chart(base: History, policy: History | None, parts: int, target: tuple[float, int] | None, lang: str) -> str:
    """TFR of both cities over time, the plan's target, and where the laws part."""
    d = Drawing(WIDTH, HEIGHT, (44, 30, 14, 26))
    lines = [(base, "base", BASE)] + ([(policy, "policy", POLICY)] if policy else [])
    paths = [(*history.tfr_path(), key, colour) for history, key, colour in lines]
    values = [v for _, path, _, _ in paths for v in path] + ([target[0]] if target else [])
    y = y_axis(d, [min([*values, 0.8]), max([*values, 1.2])])
    last = max(years(base.month), target[1] + 1 if target else 0)
    x = year_axis(d, math.floor(years(base.months[0].month)), math.ceil(last))
    d.line(x(years(parts - 1)), d.top, x(years(parts - 1)), d.bottom, "#9aa5b1", dash="2 3")
    d.text(x(years(parts - 1)) + 3, d.top + 9, word("part", lang), size=10.5)
    names = []
    if target:
        d.line(d.left, y(target[0]), d.right, y(target[0]), TARGET, 1.5, "6 4")
        d.dot(x(target[1] + 1), y(target[0]), 4, TARGET, f"{word('target', lang)}: {target[0]:g}, {target[1]}")
        names.append((f"{word('target', lang)} {target[1]}: {target[0]:g}", TARGET))
    for months, path, key, colour in paths:
        points = [(x(years(m)), y(v)) for m, v in zip(months, path, strict=True)]
        d.path(points, colour, 2.2 if key == "policy" else 1.8)
        if points:
            said = f"{word(key, lang)}, {month_label(months[-1])}: {path[-1]:.2f}"
            d.dot(*points[-1], 3.5, colour, said)
    legend(d, [(word(key, lang), colour) for _, _, key, colour in paths] + names, d.left, 16)
    return d.svg(word("tfr_title", lang))


def pyramid_chart(base: FamilyModel, policy: FamilyModel | None, scale: float, lang: str) -> str:
    """Age pyramid: bars for the policy city, outline steps for the other."""
    d = Drawing(WIDTH, HEIGHT, (8, 26, 8, 22))
    own = pyramid(base) / scale / PEOPLE[lang]
    other = pyramid(policy) / scale / PEOPLE[lang] if policy else own
    top = ticks(0, float(max(own.max(), other.max())), 4)
    middle, gap = d.width / 2, 22.0
    step = (d.bottom - d.top) / 18
    for sex, sign in ((0, -1), (1, 1)):
        x = Scale(0, top[-1], middle + sign * gap, d.left + 4 if sign < 0 else d.right - 4)
        for mark in top:
            d.line(x(mark), d.top, x(mark), d.bottom)
            inwards = ("start" if sign < 0 else "end") if mark == top[-1] else "middle"
            d.text(x(mark), d.bottom + 15, tick_text(mark, top[1]), anchor=inwards, size=11)
        outline = []
        for group in range(18):
            y = d.bottom - (group + 1) * step
            edge = x(float(other[sex, group]))
            said = f"{age_label(group)} {word('women' if sex else 'men', lang)}: {other[sex, group]:.1f}"
            d.box(min(x(0), edge), y + 1, abs(edge - x(0)), step - 2, POLICY if policy else BASE, said, opacity=0.55)
            outline += [(x(float(own[sex, group])), y + step), (x(float(own[sex, group])), y)]
        d.path(outline, BASE, 1.4)
        d.text(x(top[-1]), d.top - 6, word("women" if sex else "men", lang), INK, "end" if sex else "start", 12, 600)
    for group in range(0, 18, 2):
        d.text(middle, d.bottom - (group + 0.5) * step + 4, age_label(group), anchor="middle", size=9.5)
    names = [(word("base", lang), BASE)] + ([(word("policy", lang), POLICY)] if policy else [])
    legend(d, names, d.left + (60 if lang == "zh" else 90), 15)
    return d.svg(word("pyramid_title", lang))


def age_label(group: int) -> str:
    """``20-24``; the last group is open."""
    return f"{5 * group}–{5 * group + 4}" if group < 17 else "85+"


def map_chart(
    base: tuple[FamilyModel, History], policy: tuple[FamilyModel, History] | None,
    places: Mapping[str, tuple[float, float]], scale: float, lang: str,
) -> str:  # fmt: skip
    """Counties as circles at rough places: size by residents, colour by TFR of the city with the package."""
    d = Drawing(WIDTH, HEIGHT, (70, 26, 70, 30))
    model, history = policy or base
    city = model.city
    own, other = base[1].tfr_by_county(MAP_MONTHS), history.tfr_by_county(MAP_MONTHS)
    people = residents_by_county(model) / scale
    largest, unit = people.max(), PEOPLE[lang]
    for c, county in enumerate(city.counties):
        x, y = places[county]
        px, py = d.left + x * (d.right - d.left), d.top + y * (d.bottom - d.top)
        radius = 26 * math.sqrt(people[c] / largest)
        name = city.county_labels[county][lang]
        living = f"{people[c] / unit:,.{0 if lang == 'en' else 1}f} {word('residents_k', lang)}"
        said = f"{name}: {living}"
        d.dot(px, py, radius, shade(other[c]), said, BASE)
        figures = f"{own[c]:.2f}" + (f" → {other[c]:.2f}" if policy else "")
        d.text(px + radius + 6, py - 8, name, INK, "start", 12)
        d.text(px + radius + 6, py + 5, figures, INK, "start", 11, 600)
        d.text(px + radius + 6, py + 18, living, size=10.5)
    for i in range(5):
        d.box(d.right - 62 + 24 * i, 8, 24, 9, shade(0.6 + 0.3 * i))
        d.text(d.right - 50 + 24 * i, 28, f"{0.6 + 0.3 * i:.1f}", anchor="middle", size=10)
    d.text(4, d.height - 6, word("map_note", lang), size=10.5)
    return d.svg(word("map_title", lang))


def shade(tfr: float) -> str:
    """A blue that deepens with TFR, from 0.6 to 1.8."""
    share = min(max((tfr - 0.6) / 1.2, 0.0), 1.0)
    pale, deep = (222, 235, 247), (8, 69, 148)
    return "#" + "".join(f"{round(p + share * (q - p)):02x}" for p, q in zip(pale, deep, strict=True))


def residents_by_county(model: FamilyModel) -> Array:
    """Simulated residents of each county."""
    persons = model.population.persons[: model.population.n]
    return np.bincount(persons["county"][persons["status"] == 0], minlength=len(model.city.counties)).astype(float)


def stacked_years(
    base: History, policy: History | None, what: str, keys: Sequence[str], scale: float, lang: str, title: str
) -> str:
    """Two stacked bars for each whole year, over ``scale``: current law left, the package right. The legend names what
    is there in some year."""
    d = Drawing(WIDTH, HEIGHT, (56, 30, 10, 26))
    pair = [base.by_year(what)] + ([policy.by_year(what)] if policy else [])
    shown = sorted(pair[0])[-16:]
    if not shown:
        return d.svg(title)
    y = y_axis(d, [0.0, max(float(city[year].sum()) / scale for city in pair for year in shown)])
    slot = (d.right - d.left) / len(shown)
    wide = min(slot * 0.4, 26)
    for i, year in enumerate(shown):
        centre = d.left + (i + 0.5) * slot
        for j, city in enumerate(pair):
            left, below = centre + (j - len(pair) / 2) * wide, 0.0
            for k, key in enumerate(keys):
                value = float(city[year][k]) / scale
                said = f"{year}, {word('policy' if j else 'base', lang)}, {word(key, lang)}: {value:,.0f}"
                d.box(left, y(below + value), wide - 1, y(below) - y(below + value), COLOURS[k], said, opacity=0.95)
                below += value
        if len(shown) <= 8 or i % 2 == len(shown) % 2:
            d.text(centre, d.bottom + 17, str(year), anchor="middle", size=11)
    there = [k for k in range(len(keys)) if any(city[year][k] for city in pair for year in shown)]
    legend(d, [(word(keys[k], lang), COLOURS[k]) for k in there], d.left, 16)
    return d.svg(title)


def care_chart(base: History, policy: History | None, lang: str) -> str:
    """Arrangements of children under three in the last month, both cities one above the other."""
    d = Drawing(WIDTH, 160, (10, 34, 10, 10))
    cities = [("base", base)] + ([("policy", policy)] if policy else [])
    for row, (key, history) in enumerate(cities):
        care = history.months[-1].care
        shares = care / max(care.sum(), 1.0)
        y, x = d.top + 18 + row * 56, d.left
        d.text(d.left, y - 4, word(key, lang), INK, size=12)
        for k, name in enumerate(CARE):
            width = float(shares[k]) * (d.right - d.left)
            said = f"{word(key, lang)}, {word(name, lang)}: {percent(shares[k], lang, 1)}"
            d.box(x, y, width, 26, COLOURS[k], said, opacity=0.95)
            if width > 38:
                ink = INK if COLOURS[k] in PALE else "#ffffff"
                d.text(x + width / 2, y + 17, percent(shares[k], lang), ink, "middle", 12, 600)
            x += width
    legend(d, [(word(name, lang), COLOURS[k]) for k, name in enumerate(CARE)], d.left, 16)
    return d.svg(word("care_title", lang))


def pair_bars(
    rows: Sequence[tuple[str, float, float | None]],
    lang: str,
    title: str,
    decimals: int = 1,
    height: float | None = None,
) -> str:
    """Horizontal bars, one pair a row: (name, current law, with the package)."""
    names = [in_two_lines(name, WIDEST_NAME) for name, _, _ in rows]
    room = max([width_of(line) for lines in names for line in lines], default=60.0) + 16
    d = Drawing(WIDTH, height or 34 + 30 * max(len(rows), 1), (room, 26, 66, 4))
    values = [v for _, a, b in rows for v in (a, b) if v is not None]
    x = Scale(min([0.0, *values]), max([1e-9, *values]), d.left, d.right)
    d.line(x(0), d.top, x(0), d.bottom, "#9aa5b1")
    for i, (name, own, other) in enumerate(rows):
        y = d.top + 4 + 30 * i
        for j, line in enumerate(names[i]):
            below = y + 15 + 13 * (j - (len(names[i]) - 1) / 2)
            d.text(d.left - 8 if x.low == 0 else 4, below, line, INK, "end" if x.low == 0 else "start", 12)
        for j, (value, colour) in enumerate(((own, BASE), (other, POLICY))):
            if value is None:
                continue
            said = f"{name}, {word('policy' if j else 'base', lang)}: {value:,.{decimals}f}"
            d.box(min(x(0), x(value)), y + 12 * j, abs(x(value) - x(0)), 10, colour, said)
            d.text(max(x(0), x(value)) + 5, y + 9 + 12 * j, f"{value:,.{decimals}f}", colour, size=11)
    shown = [(word("base", lang), BASE)]
    if any(other is not None for _, _, other in rows):
        shown.append((word("policy", lang), POLICY))
    legend(d, shown, 4, 15)
    return d.svg(title)


def care_paths(base: History, policy: History, lang: str) -> str:
    """Arrangements of children under three month by month: current law thin and dashed, the package full."""
    d = Drawing(WIDTH, 250, (44, 30, 14, 26))
    y = y_axis(d, [0.0, 60.0], 3, suffix=PERCENT[lang])
    x = year_axis(d, math.floor(years(base.months[0].month)), math.ceil(years(base.month)))
    for history, key in ((base, "base"), (policy, "policy")):
        lived = list(history.months)  # another month may be added while this is drawn
        care = np.array([m.care for m in lived])
        shares = 100 * care / np.maximum(care.sum(axis=1, keepdims=True), 1.0)
        for k, name in enumerate(CARE):
            points = [(x(years(m.month)), y(v)) for m, v in zip(lived, shares[:, k], strict=True)]
            d.path(points, COLOURS[k], 2.2 if key == "policy" else 1.3, "" if key == "policy" else "4 3")
            d.dot(
                *points[-1],
                3,
                COLOURS[k],
                f"{word(key, lang)}, {word(name, lang)}: {percent(shares[-1, k] / 100, lang, 1)}",
            )
    legend(d, [(word(name, lang), COLOURS[k]) for k, name in enumerate(CARE)], d.left, 16)
    return d.svg(word("care_paths_title", lang))


def rates_chart(base: History, policy: History, lang: str) -> str:
    """Births per 1,000 women by age, both cities, over the last months."""
    d = Drawing(WIDTH, HEIGHT, (44, 30, 14, 34))
    rates = [(word("base", lang), BASE, base.rates_by_age(MAP_MONTHS)),
             (word("policy", lang), POLICY, policy.rates_by_age(MAP_MONTHS))]  # fmt: skip
    y = y_axis(d, [0.0, max(20.0, *(float(r.max()) for _, _, r in rates))])
    x = Scale(15, 50, d.left, d.right)
    for age in range(15, 51, 5):
        d.line(x(age), d.bottom, x(age), d.bottom + 4, "#9aa5b1")
        d.text(x(age), d.bottom + 16, str(age), anchor="middle", size=11)
    d.text(d.right, d.bottom + 30, word("age_of_mother", lang), anchor="end", size=11)
    for name, colour, values in rates:
        d.path([(x(15.5 + i), y(float(v))) for i, v in enumerate(values)], colour, 2)
        for i, v in enumerate(values):
            d.dot(x(15.5 + i), y(float(v)), 2.2, colour, f"{name}, {15 + i}: {v:.1f}", colour)
    legend(d, [(name, colour) for name, colour, _ in rates], d.left, 16)
    return d.svg(word("rates_title", lang))


def ledger_rows(
    base: History, policy: History | None, scale: float, axis: int
) -> list[tuple[int, float, float | None]]:
    """(index, yuan of the last twelve months over ``scale`` under current law, under the package) along an axis of the
    ledger: 0 by payer, 1 by lever; those that nobody paid for are left out, the largest first."""
    both = [h for h in (base, policy) if h is not None]
    sums = [np.sum([m.ledger for m in h.window(YEAR)], axis=0).sum(axis=axis) / scale for h in both]
    rows = [(i, float(sums[0][i]), float(sums[1][i]) if policy else None) for i in range(len(sums[0]))]
    rows = [row for row in rows if abs(row[1]) + abs(row[2] or 0) > 1e-6]
    return sorted(rows, key=lambda row: -max(row[1], row[2] or 0))
