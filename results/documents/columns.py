"""A table of a report as columns of a file, the same for csv and workbook: every number in a column of its own.

A column of numbers becomes ``NAME`` and, where its cells have them, ``NAME: low`` and ``NAME: high`` (the interval),
``NAME: of`` (how many there are, where some are counted), ``NAME: unit`` and ``NAME: note`` (what is said where a
number is missing). A column of words stays one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from results.content.blocks import Cell, Table, Verdict, both
from results.content.cells import Filed, Number, Part, Scaled
from results.content.money import IN_FILES
from results.content.words import Text

HEADS: dict[Part, Text] = {
    "low": both("low", "下限"), "high": both("high", "上限"), "of": both("of", "总数"), "unit": both("unit", "单位"),
    "note": both("note", "说明"),
}  # fmt: skip
PARTS: tuple[Part, ...] = ("value", *HEADS)
NUMBERS: tuple[Part, ...] = ("value", "low", "high")


@dataclass(frozen=True)
class Column:
    """A column of a file: its head in both languages and what stands under it."""

    part: Part
    head: Text
    filed: Sequence[Filed]


def columns_of(table: Table) -> list[list[Column]]:
    """The columns of a file that each column of a table becomes."""
    rows = [[in_files(cell) for cell in row] for row in table.rows]
    return [_spread(text_of(head), [row[place] for row in rows]) for place, head in enumerate(table.head)]


def in_files(cell: Cell) -> Cell:
    """A cell as files hold it: of a number in two units the English one."""
    return cell.en if isinstance(cell, Scaled) else cell


def text_of(cell: Cell) -> Text:
    """Words of a cell in both languages, as files say them."""
    if isinstance(cell, Verdict):
        return cell.text
    if isinstance(cell, dict):
        return both(cell["en"], cell.get(IN_FILES, cell["zh"]))
    return both(str(cell), str(cell))


def _spread(head: Text, cells: Sequence[Cell]) -> list[Column]:
    """The columns that a column of a table becomes."""
    if not any(isinstance(cell, Number | int) for cell in cells):
        return [Column("value", head, [_words(cell) for cell in cells])]
    found = [_parts(cell) for cell in cells]
    used = [part for part in PARTS if any(part in parts for parts in found)]
    return [Column(part, _head(head, part), [parts.get(part) for parts in found]) for part in used]


def _head(head: Text, part: Part) -> Text:
    return head if part == "value" else {lang: f"{head[lang]}: {HEADS[part][lang]}" for lang in ("en", "zh")}


def _parts(cell: Cell) -> dict[Part, Filed]:
    """The parts of a cell in a column of numbers: words there are a note, a dash is nothing."""
    if isinstance(cell, Number):
        return cell.parts()
    if isinstance(cell, int):
        return {"value": cell}
    words = text_of(cell)
    return {} if words["en"] in ("", "–") else {"note": words}


def _words(cell: Cell) -> Text | None:
    """The words of a cell, if there are any."""
    return text_of(cell) if text_of(cell)["en"] else None
