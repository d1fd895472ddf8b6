"""All tables of a report in one Excel workbook: a sheet of contents, then a sheet a table, numbers as numbers."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from results.content.blocks import Table
from results.content.cells import Filed
from results.content.words import Text
from results.documents.columns import NUMBERS, Column, columns_of, text_of
from results.folder.excel import FORMULA_STARTS

Value = str | float | int | bool | None
MOST_ROWS = 50_000
"""A longer table stays in its csv file alone."""
NAME_LENGTH = 31
WIDEST = 60
EPOCH = datetime.datetime(2000, 1, 1)
"""Stands as the date in every workbook, so that the same run gives the same content."""
_HEAD = PatternFill("solid", fgColor="E4EBF2")


def write_workbook(path: Path, title: Text, tables: Sequence[Table], plain: Mapping[str, pd.DataFrame]) -> None:
    """Write the workbook. ``tables`` are those of the page, ``plain`` the unrounded numbers behind its figures."""
    book = Workbook()
    book.properties.created = book.properties.modified = EPOCH
    book.properties.title, book.properties.creator = title["en"], "Cradle"
    contents = book.active
    assert contents is not None
    contents.title = "Contents 目录"
    lines: list[list[Value]] = [["Sheet 工作表", "Table", "表", "Rows 行数"]]
    for table in tables:
        sheet = book.create_sheet(_sheet_name(table.name, book.sheetnames))
        _fill(sheet, sheet_rows(table), heads=2)
        lines.append([sheet.title, table.caption["en"], text_of(table.caption)["zh"], len(table.rows)])
    for name, frame in plain.items():
        if len(frame) > MOST_ROWS:
            lines.append([f"{name}.csv", "Too long for a sheet: see the file", "行数过多，见该文件", len(frame)])
            continue
        sheet = book.create_sheet(_sheet_name(name, book.sheetnames))
        _fill(sheet, [list(frame.columns), *(_plain_row(row) for row in frame.itertuples(index=False))], heads=1)
        lines.append([sheet.title, "Unrounded numbers", "未舍入的数值", len(frame)])
    _fill(contents, lines, heads=1)
    for row in range(2, len(lines) + 1):
        name = str(lines[row - 1][0])
        if name in book.sheetnames:
            contents.cell(row, 1).hyperlink = f"#'{name}'!A1"
            contents.cell(row, 1).font = Font(color="0B4F8A", underline="single")
    book.save(path)


def sheet_rows(table: Table) -> list[list[Value]]:
    """Rows of a page table for a sheet: heads in English and in Chinese, then the rows, in the columns of its csv file
    (``results.documents.columns``). But a note stands in the place of the number that is missing."""
    columns = [column for spread in columns_of(table) for column in _with_notes(spread)]
    heads: list[list[Value]] = [[column.head[lang] for column in columns] for lang in ("en", "zh")]
    return [*heads, *([_told(column.filed[line]) for column in columns] for line in range(len(table.rows)))]


def _with_notes(spread: Sequence[Column]) -> list[Column]:
    """The columns without that of notes, each of which stands where the first number of its row is missing."""
    *columns, last = spread
    if last.part != "note":
        return list(spread)
    held = [list(column.filed) for column in columns]
    numbers = [filed for column, filed in zip(columns, held, strict=True) if column.part in NUMBERS]
    for line, note in enumerate(last.filed):
        if note is not None:
            next(filed for filed in numbers if filed[line] is None)[line] = note
    return [replace(column, filed=filed) for column, filed in zip(columns, held, strict=True)]


def _told(filed: Filed) -> Value:
    """What a sheet holds: numbers as numbers, words in both languages."""
    if not isinstance(filed, dict):
        return filed
    return filed["en"] if filed["en"] == filed["zh"] else f"{filed['en']} / {filed['zh']}"


def _plain_row(row: Sequence[Any]) -> list[Value]:
    return [_known(value) for value in row]


def _known(value: Any) -> Value:
    """A value that a sheet can hold; what is missing or infinite stays empty."""
    if hasattr(value, "item"):
        value = value.item()
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, int | bool | str) else str(value)


def _sheet_name(name: str, taken: Sequence[str]) -> str:
    """A sheet name that is allowed and not taken."""
    clean = re.sub(r"[\[\]:*?/\\]", "_", name)[:NAME_LENGTH]
    number = 2
    found = clean
    while found.lower() in {other.lower() for other in taken}:
        found = f"{clean[: NAME_LENGTH - 3]}_{number}"
        number += 1
    return found


def _fill(sheet: Worksheet, rows: Sequence[Sequence[Value]], heads: int) -> None:
    """Write rows, heads in bold and frozen, columns as wide as they need."""
    for row in rows:
        sheet.append([str(v) if isinstance(v, str) else v for v in row])
        _as_text(sheet, row)
    for line in range(1, heads + 1):
        for cell in sheet[line]:
            cell.font, cell.fill = Font(bold=True), _HEAD
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = sheet.cell(heads + 1, 2)
    for place in range(len(rows[0]) if rows else 0):
        longest = max((_width(row[place]) for row in rows[:200] if place < len(row)), default=8)
        sheet.column_dimensions[get_column_letter(place + 1)].width = min(max(9, longest + 2), WIDEST)


def _as_text(sheet: Worksheet, row: Sequence[Value]) -> None:
    """Texts of the last row as texts: openpyxl takes one that begins with = for a formula, and #N/A for an error; the
    mark before the first letter keeps Excel from running it once the cell is edited."""
    for column, value in enumerate(row, start=1):
        if isinstance(value, str) and value:
            cell = sheet.cell(sheet.max_row, column)
            cell.data_type = "s"
            if value[0] in FORMULA_STARTS:
                cell.quotePrefix = True


def _width(value: Value) -> int:
    return sum(2 if ord(c) > 0x2E80 else 1 for c in str(value)[:WIDEST]) if value is not None else 0
