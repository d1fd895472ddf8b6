"""Ways to damage a comma-separated table, beside those that befall any file."""

from __future__ import annotations

import csv
import io
import random
import re
from collections.abc import Callable, Iterator

from tests.fuzz.mutations import Damage, Mutation, in_encoding, of_any_file


def _cells(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def _written(rows: list[list[str]], **form: str) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", **form).writerows(rows)  # type: ignore[arg-type]
    return out.getvalue().encode()


def is_cell_number(cell: str) -> bool:
    """True for a cell that holds a number."""
    return re.fullmatch(r"-?\d+(\.\d+)?", cell) is not None


def _cell(written: str, numbers: bool = True) -> Damage:
    """Another cell in the place of one."""

    def other(content: bytes, chance: random.Random) -> bytes | None:
        rows = _cells(content)
        places = [
            (r, c)
            for r, row in enumerate(rows[1:], 1)
            for c, cell in enumerate(row)
            if not numbers or is_cell_number(cell)
        ]
        if not places:
            return None
        row, column = chance.choice(places)
        rows[row][column] = written
        return _written(rows)

    return other


def _rows(change: Callable[[list[list[str]], random.Random], list[list[str]]]) -> Damage:
    return lambda content, chance: _written(change(_cells(content), chance))


def _without_column(rows: list[list[str]], chance: random.Random) -> list[list[str]]:
    column = chance.randrange(len(rows[0]))
    return [row[:column] + row[column + 1 :] for row in rows]


def _short_row(rows: list[list[str]], chance: random.Random) -> list[list[str]]:
    row = chance.randrange(1, len(rows))
    return [*rows[:row], rows[row][:-1], *rows[row + 1 :]]


def _row_twice(rows: list[list[str]], chance: random.Random) -> list[list[str]]:
    return [*rows, rows[chance.randrange(1, len(rows))]]


def _without_row(rows: list[list[str]], chance: random.Random) -> list[list[str]]:
    row = chance.randrange(1, len(rows))
    return rows[:row] + rows[row + 1 :]


def _times(factor: float) -> Damage:
    """A number in another unit: yuan in 10,000 yuan, persons in thousands, a share in per cent."""

    def other(content: bytes, chance: random.Random) -> bytes | None:
        rows = _cells(content)
        places = [(r, c) for r, row in enumerate(rows[1:], 1) for c, cell in enumerate(row) if is_cell_number(cell)]
        if not places:
            return None
        row, column = chance.choice(places)
        rows[row][column] = f"{float(rows[row][column]) * factor:.10g}"
        return _written(rows)

    return other


def _as_unicode_text(content: bytes, chance: random.Random) -> bytes:
    """The table as Excel saves it under "Unicode text"."""
    return _written(_cells(content), delimiter="\t").decode().encode("utf-16")


def of_tables() -> Iterator[Mutation]:
    """What happens to comma-separated tables."""
    yield from of_any_file()
    yield Mutation("encoding", "GBK", in_encoding("gb18030"), False)
    yield Mutation("encoding", "tabs in UTF-16", _as_unicode_text, False)
    for factor in (1e-4, 1e-3, 0.01, 100.0, 1000.0, 1e4):
        yield Mutation("ranges", f"times {factor:g}", _times(factor), False)
    yield Mutation("structure", "empty lines at the end", lambda c, _: c.rstrip() + b"\n,,,\n,,,\n", False)
    yield Mutation("structure", "the head alone", _rows(lambda rows, _: rows[:1]), True)
    yield Mutation("structure", "a column gone", _rows(_without_column), False)
    yield Mutation("structure", "a short row", _rows(_short_row), True)
    yield Mutation("structure", "a row twice", _rows(_row_twice), True)
    yield Mutation("structure", "a row gone", _rows(_without_row), False)
    yield Mutation("structure", "no head", _rows(lambda rows, _: rows[1:]), True)
    yield Mutation("structure", "semicolons", lambda c, _: _written(_cells(c), delimiter=";"), True)
    yield Mutation("structure", "a column twice", _rows(lambda rows, _: [[*row, row[0]] for row in rows]), True)
    yield Mutation("structure", "a quote not closed", lambda c, _: c + b'"abc', True)
    for cell in ("", "nan", "inf", "-inf", "x", "800元", "１２", "1e400", "--", "1.2.3", "#N/A", "=1+1", "9" * 5000):
        yield Mutation("ranges", f"cell {cell[:9]!r}", _cell(cell), True)
    for cell in ("-1", "0", "1e30", "0.5", "-0.0", "1000000", "2029-02-30"):
        yield Mutation("ranges", f"cell {cell}", _cell(cell), False)
    for cell in ("2029-02-30", "1899", "9999", "二〇二〇"):
        yield Mutation("dates", f"cell {cell}", _cell(cell, numbers=False), False)
    for cell in ("x" * 200_000, "遂" * 50_000):
        yield Mutation("sizes", f"a cell of {len(cell)}", _cell(cell), True)
        yield Mutation("sizes", f"a text of {len(cell)}", _cell(cell, numbers=False), False)
    yield Mutation(
        "sizes", "1,000 columns", _rows(lambda rows, _: [row + [f"c{i}" for i in range(1000)] for row in rows]), True
    )
