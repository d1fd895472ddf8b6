"""Observed figures of a city that a report holds against the model's past.

One file a city, ``experiments/anchors/<city>.csv``; a city without one gets a report that says so. These are not
inputs of the model; a proper set of targets, fitted and held back, belongs to calibration.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from policies.errors import InputError

FOLDER = Path(__file__).resolve().parent / "anchors"
COLUMNS = (
    "indicator", "group", "year", "value", "low", "high", "unit", "label_en", "label_zh", "use", "grade", "source",
)  # fmt: skip


def anchors_of(city: str, folder: Path = FOLDER) -> list[dict[str, Any]]:
    """Observed figures of a city: one dict a figure, years and values as numbers, [] when there is no file.

    Raises InputError naming file, row and column.
    """
    path = folder / f"{city}.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise InputError(f"{path}: columns: found {reader.fieldnames}, allowed {list(COLUMNS)}")
        return [_anchor(path, line, row) for line, row in enumerate(reader, start=2)]


def _anchor(path: Path, line: int, row: dict[str, str]) -> dict[str, Any]:
    anchor: dict[str, Any] = dict(row)
    for column in ("year", "value", "low", "high"):
        try:
            anchor[column] = int(row[column]) if column == "year" else float(row[column])
        except ValueError:
            raise InputError(f"{path}, row {line}, column {column}: found {row[column]!r}, allowed a number") from None
    if not anchor["low"] <= anchor["value"] <= anchor["high"]:
        raise InputError(f"{path}, row {line}, column value: {row['value']} lies outside low and high")
    return anchor
