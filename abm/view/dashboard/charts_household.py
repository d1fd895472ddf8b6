"""The drawing of one household's life in both cities: what it did, who minded its youngest, what it was to do next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from abm.view.dashboard.charts import CARE, years
from abm.view.dashboard.family import Diary, Standing
from abm.view.dashboard.svg import BASE, COLOURS, INK, POLICY, Drawing, Scale, legend, y_axis, year_axis
from abm.view.dashboard.units import PERCENT, percent
from abm.view.dashboard.words import word
from policies.clock import month_label

WIDE, HIGH = 1020, 300
SHORTEST_YEARS = 4
"""Years that the axis shows at least."""
DOING = {"idle": "#e4e7eb", "trying": "#7a5195", "pregnant": "#d55e00", "postpartum": "#f6c9a8"}
MINDING = dict(zip(CARE, COLOURS, strict=False))


def life_chart(base: Diary, policy: Diary, lang: str) -> str:
    """Two lanes for each city (what she is doing, with births; who minds the youngest under three), and below them the
    chance that the couple starts trying for a child within a year."""
    d = Drawing(WIDE, HIGH, (150, 26, 14, 26))
    first = base.standings[0].month
    last = max(base.standings[-1].month, first + 12 * SHORTEST_YEARS)
    lanes = d.top + 112.0
    chance = Drawing(WIDE, HIGH, (d.left, lanes + 18, 14, 26))
    values = [100 * s.chance for diary in (base, policy) for s in diary.standings if s.chance is not None]
    y = y_axis(chance, [0.0, max([*values, 5.0])], 3, suffix=PERCENT[lang])
    x = year_axis(chance, years(first - 1), years(last))
    d.parts += chance.parts
    for i, line in enumerate(word("chance_short", lang).split("|")):
        d.text(4, chance.top + 12 + 15 * i, line, INK)
    for row, (key, diary, colour) in enumerate((("base", base, BASE), ("policy", policy, POLICY))):
        top = d.top + 6 + 54 * row
        d.text(4, top + 14, word(key, lang), colour, size=12.5, weight=600)
        d.text(d.left - 8, top + 34, word("youngest", lang), anchor="end", size=11)
        _lane(d, x, top, 20, diary, lambda s: s.state if s.here == "resident" else None, DOING, lang)
        _lane(d, x, top + 24, 12, diary, youngest_care, MINDING, lang)
        for standing, order in births(diary):
            place = x(years(standing.month))
            d.dot(place, top + 10, 9, "#ffffff", f"{month_label(standing.month)}: {order}", INK)
            d.text(place, top + 14, str(order), INK, "middle", 11.5, 700)
        for piece in unbroken([(s.month, s.chance) for s in diary.standings if s.chance is not None]):
            d.path([(x(years(m)), y(100 * v)) for m, v in piece], colour, 2.2 if row else 1.8)
            d.dot(x(years(piece[-1][0])), y(100 * piece[-1][1]), 2.8, colour, percent(piece[-1][1], lang, 1))
    doing = [(word(name, lang), colour) for name, colour in DOING.items()]
    minding = [(word(f"minds_{name}", lang), colour) for name, colour in MINDING.items()]
    legend(d, doing, 4, 15)
    legend(d, minding, d.left + 330, 15)
    return d.svg(word("life_title", lang))


def _lane(
    d: Drawing, x: Scale, top: float, height: float, diary: Diary, of: Callable[[Standing], str | None],
    colours: dict[str, str], lang: str,
) -> None:  # fmt: skip
    """A strip of months, one box for each stretch that is alike."""
    for name, begin, end in stretches([(s.month, of(s)) for s in diary.standings]):
        left, right = x(years(begin - 1)), x(years(end))
        said = f"{month_label(begin)} – {month_label(end)}: {word(name, lang)}"
        d.box(left, top, right - left, height, colours[name], said)


def stretches(months: Sequence[tuple[int, str | None]]) -> Iterator[tuple[str, int, int]]:
    """(name, first month, last month) of each stretch of months that bear the same name; months without one are left
    out."""
    begin = 0
    for i, (_, name) in enumerate(months):
        if i + 1 == len(months) or months[i + 1][1] != name:
            if name is not None:
                yield name, months[begin][0], months[i][0]
            begin = i + 1


def youngest_care(standing: Standing) -> str | None:
    """Who minds her youngest child under three, if she has one here."""
    return next((child.care for child in standing.children if child.care), None)


def births(diary: Diary) -> list[tuple[Standing, int]]:
    """(the month, the order) of every child born since the diary begins."""
    found = []
    for before, now in zip(diary.standings, diary.standings[1:], strict=False):
        found += [(now, order) for order in range(before.parity + 1, now.parity + 1)]
    return found


def unbroken(line: Sequence[tuple[int, float]]) -> list[list[tuple[int, float]]]:
    """A line cut where months are missing."""
    pieces: list[list[tuple[int, float]]] = []
    for month, value in line:
        if not pieces or pieces[-1][-1][0] != month - 1:
            pieces.append([])
        pieces[-1].append((month, value))
    return pieces
