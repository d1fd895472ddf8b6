"""What the model's parameters are called for people: a label in two languages and the unit in Chinese.

One file for all of ``abm/parameters*.yaml``, ``parameter_words.csv``; it stands here because no result follows from it.
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping
from pathlib import Path

from policies.errors import InputError

FILE = Path(__file__).with_suffix(".csv")
COLUMNS = ("name", "label_en", "label_zh", "unit_zh")


@functools.cache
def parameter_words(path: Path = FILE) -> Mapping[str, Mapping[str, str]]:
    """Words by parameter; InputError naming row and column where a cell is empty, cut or a name stands twice."""
    words: dict[str, Mapping[str, str]] = {}
    with path.open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise InputError(f"{path.name}: columns: found {reader.fieldnames}, allowed {list(COLUMNS)}")
        for line, row in enumerate(reader, start=2):
            if None in row or not all(row.values()):
                raise InputError(f"{path.name}: row {line}: every cell wanted, found {row}")
            if row["name"] in words:
                raise InputError(f"{path.name}: row {line}: column name: {row['name']!r} stands twice")
            words[row["name"]] = row
    return words
