"""Read one table of a city folder and refuse it, in one clear message, when it cannot be right.

Every message names the file, the row (the line of the file; the header is row 1) and the column,
says what was found and what is allowed.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from policies.errors import InputError, cut, nearest
from policies.messages import tr
from policies.numbers_meant import advice_on_number
from policies.text_files import spreadsheet_text

SHARE_TOLERANCE = 1e-4  # shares are stored with five or six decimals
MOST_LISTED = 400
"""Longest list of names that a message repeats whole."""
SUM_TOLERANCE, SUM_ROUNDING = 1e-3, 0.5
"""By how much parts may exceed their whole: tables of one census are rounded, and corrected, each on its own."""


@dataclass(frozen=True)
class Number:
    """A numeric column: allowed range and whether only whole numbers are allowed."""

    low: float = -np.inf
    high: float = np.inf
    whole: bool = False

    def allowed(self) -> str:
        """Return the allowed values in words."""
        kind = tr("a whole number") if self.whole else tr("a number")
        if np.isfinite(self.low) and np.isfinite(self.high):
            return tr("{kind} from {low:g} to {high:g}").format(kind=kind, low=self.low, high=self.high)
        return tr("{kind}, at least {low:g}").format(kind=kind, low=self.low) if np.isfinite(self.low) else kind


@dataclass(frozen=True)
class Choice:
    """A column of names: `values` lists them."""

    values: tuple[str, ...]


@dataclass(frozen=True)
class Text:
    """A column of free text (notes, source keys)."""


Column = Number | Choice | Text


@dataclass(frozen=True)
class TableSpec:
    """What a table must hold: its columns, and the columns that together name a row."""

    columns: dict[str, Column]
    keys: tuple[str, ...]


def place(path: Path, row: int | None = None, column: str | None = None) -> str:
    """Return `city/file.csv, row 3, column persons` for the head of a message."""
    parts = [f"{path.parent.name}/{path.name}"]
    if row is not None:
        parts.append(tr("row {row}").format(row=row))
    if column is not None:
        parts.append(tr("column {column}").format(column=column))
    return ", ".join(parts)


def hint(name: object, allowed: Sequence[str]) -> str:
    """Return `; did you mean 'x'?` for the allowed name nearest to `name`, or nothing when none is allowed."""
    close = nearest(name, allowed)
    return tr("; did you mean '{name}'?").format(name=close) if close else ""


def read_table(path: Path, spec: TableSpec) -> pd.DataFrame:
    """Return the table with numeric columns as numbers, in file order, indexed by the row in the file.

    Raises InputError for a missing file or column, an unknown column, a cell that is not a number or out
    of range, an unknown name, and a row given twice.
    """
    raw = _read_cells(path)
    _check_columns(path, list(raw.columns), list(spec.columns))
    if raw.empty:
        raise InputError(tr("{place}: the table has no rows").format(place=place(path)))
    table = pd.DataFrame({name: _read_column(path, name, raw[name], kind) for name, kind in spec.columns.items()})
    doubled = table.duplicated(subset=list(spec.keys))
    if doubled.any():
        row = int(table.index[doubled][0])
        key = ", ".join(f"{name} {raw.at[row, name]}" for name in spec.keys)
        raise InputError(
            tr("{place}: duplicate row for {key}; allowed once").format(place=place(path, row, spec.keys[0]), key=key)
        )
    return table


def lines_of(path: Path) -> list[tuple[int, list[str]]]:
    """Return the lines of a table that hold anything, each with its number; InputError for what is no table.

    Cells are parted by commas, or by tabs, as a spreadsheet saves its Unicode text.
    """
    if not path.is_file():
        raise InputError(tr("{place}: the file is missing").format(place=place(path)))
    text = spreadsheet_text(path)
    first = text.lstrip().partition("\n")[0]
    delimiter = "\t" if "\t" in first and "," not in first else ","
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, skipinitialspace=True, delimiter=delimiter)
    try:
        return [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise InputError(
            tr("{place}: no comma-separated text: {error}").format(place=place(path, reader.line_num), error=error)
        ) from None


def _read_cells(path: Path) -> pd.DataFrame:
    """Return the cells as text, indexed by line; InputError for a missing file or a line of the wrong length."""
    lines = lines_of(path)
    if not lines:
        raise InputError(tr("{place}: the file is empty").format(place=place(path)))
    header = lines[0][1]
    for name in header:
        if header.count(name) > 1:
            raise InputError(
                tr("{place}: the column stands {count} times, allowed once").format(
                    place=place(path, 1, name), count=header.count(name)
                )
            )
    for row, cells in lines[1:]:
        if len(cells) != len(header):
            column = header[min(len(cells), len(header)) - 1]
            raise InputError(
                tr("{place}: found {count} cells, allowed {wanted}").format(
                    place=place(path, row, column), count=len(cells), wanted=len(header)
                )
            )
    return pd.DataFrame(
        [cells for _, cells in lines[1:]], columns=header, index=[row for row, _ in lines[1:]], dtype=str
    )


def _check_columns(path: Path, found: list[str], wanted: list[str]) -> None:
    for name in wanted:
        if name not in found:
            raise InputError(
                tr("{place}: missing column; found {found}{hint}").format(
                    place=place(path, 1, name), found=cut(", ".join(found), MOST_LISTED), hint=hint(name, found)
                )
            )
    check_known_columns(path, found, wanted)


def check_known_columns(path: Path, found: Sequence[str], allowed: Sequence[str]) -> None:
    """Refuse a column whose name is none of those allowed."""
    for name in found:
        if name not in allowed:
            raise InputError(
                tr("{place}: unknown column; allowed {wanted}{hint}").format(
                    place=place(path, 1, cut(name)), wanted=", ".join(allowed), hint=hint(name, allowed)
                )
            )


def _read_column(path: Path, name: str, cells: pd.Series, kind: Column) -> pd.Series:
    if isinstance(kind, Text):
        return cells
    if isinstance(kind, Choice):
        unknown = ~cells.isin(kind.values)
        if unknown.any():
            row = int(cells.index[unknown][0])
            raise InputError(
                tr("{place}: found '{cell}', allowed {values}{hint}").format(
                    place=place(path, row, name),
                    cell=cut(cells[row]),
                    values=", ".join(kind.values),
                    hint=hint(cells[row], kind.values),
                )
            )
        return cells
    numbers = pd.to_numeric(cells, errors="coerce")
    wrong = ~np.isfinite(numbers) | (numbers < kind.low) | (numbers > kind.high)
    if kind.whole:
        wrong |= numbers != np.floor(numbers)
    if wrong.any():
        row = int(cells.index[wrong][0])
        raise InputError(
            tr("{place}: found '{cell}', allowed {allowed}").format(
                place=place(path, row, name), cell=cut(cells[row]), allowed=kind.allowed()
            )
            + (advice_on_number(cells[row]) if np.isnan(numbers[row]) else "")
        )
    return numbers.astype(np.int64) if kind.whole else numbers.astype(np.float64)


def check_complete(path: Path, table: pd.DataFrame, wanted: dict[str, Sequence[object]]) -> None:
    """Refuse a table that lacks a row for some combination of the `wanted` values of its key columns."""
    expected = pd.MultiIndex.from_product(list(wanted.values()), names=list(wanted))
    found = pd.MultiIndex.from_frame(table[list(wanted)])
    absent = expected.difference(found)
    if len(absent):
        key = ", ".join(f"{name} {value}" for name, value in zip(wanted, absent[0], strict=True))
        raise InputError(
            tr("{place}: no row for {key} ({count} missing in all)").format(
                place=place(path, None, list(wanted)[-1]), key=key, count=len(absent)
            )
        )


def check_ages_cover(path: Path, table: pd.DataFrame, by: Sequence[str], first: int, last: int) -> None:
    """Refuse age groups `age_from`..`age_to` that do not cover first..last once within each group of `by`."""
    for key, group in table.groupby(list(by), sort=False):
        label = ", ".join(f"{name} {value}" for name, value in zip(by, key, strict=True))
        ordered = group.sort_values("age_from")
        next_age = first
        for row, low, high in zip(ordered.index, ordered["age_from"], ordered["age_to"], strict=True):
            if low != next_age or high < low:
                raise InputError(
                    tr(
                        "{place}: found {low} to {high} for {label}, allowed a group that starts at age {next_age}"
                    ).format(
                        place=place(path, int(row), "age_from"), low=low, high=high, label=label, next_age=next_age
                    )
                )
            next_age = high + 1
        if next_age != last + 1:
            raise InputError(
                tr("{place}: ages for {label} end at {next_age}, allowed only {last}").format(
                    place=place(path, int(ordered.index[-1]), "age_to"), label=label, next_age=next_age - 1, last=last
                )
            )


def check_row_shares(path: Path, table: pd.DataFrame, columns: Sequence[str]) -> None:
    """Refuse a row whose shares in `columns` do not sum to one."""
    total = table[list(columns)].sum(axis=1)
    wrong = (total - 1.0).abs() > SHARE_TOLERANCE
    if wrong.any():
        row = int(table.index[wrong][0])
        raise InputError(
            tr("{place}: shares sum to {total:.6g}, allowed 1").format(
                place=place(path, row, "+".join(columns)), total=total[row]
            )
        )


def check_group_shares(path: Path, table: pd.DataFrame, column: str, by: Sequence[str] = ()) -> None:
    """Refuse a table whose shares in `column` do not sum to one within each group of `by` (all rows if empty)."""
    groups = table.groupby(list(by), sort=False) if by else [((), table)]
    for key, group in groups:
        total = float(group[column].sum())
        if abs(total - 1.0) > SHARE_TOLERANCE:
            label = ", ".join(f"{name} {value}" for name, value in zip(by, key, strict=True)) or "the table"
            raise InputError(
                tr("{place}: shares of {label} sum to {total:.6g}, allowed 1").format(
                    place=place(path, int(group.index[-1]), column), label=label, total=total
                )
            )


def check_sum_within(path: Path, table: pd.DataFrame, parts: Sequence[str], most: pd.Series, whole: str) -> None:
    """Refuse a row whose columns `parts` sum to more than `most` of its row; `whole` says what that is."""
    found = table[list(parts)].sum(axis=1)
    wrong = found > most.reindex(table.index) * (1.0 + SUM_TOLERANCE) + SUM_ROUNDING
    if wrong.any():
        row = int(table.index[wrong][0])
        raise InputError(
            tr("{place}: found {found:.12g}, allowed at most {most:.12g}, {whole}").format(
                place=place(path, row, "+".join(parts)), found=found[row], most=most[row], whole=whole
            )
        )


def check_order(path: Path, table: pd.DataFrame, low: str, high: str) -> None:
    """Refuse a row whose `low` column exceeds its `high` column."""
    wrong = table[low] > table[high]
    if wrong.any():
        row = int(table.index[wrong][0])
        found, most = table.at[row, low], table.at[row, high]
        raise InputError(
            tr("{place}: found {found}, allowed at most {high} ({most})").format(
                place=place(path, row, low), found=found, high=high, most=most
            )
        )
