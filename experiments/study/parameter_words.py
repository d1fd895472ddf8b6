"""What the model's parameters are called for people: a label in two languages, unit and source in Chinese.

One file for all of ``abm/parameters*.yaml``, ``parameter_words.csv``; it stands here because no result follows from it.
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping
from pathlib import Path

from policies.errors import InputError
from policies.messages import tr

FILE = Path(__file__).with_suffix(".csv")
COLUMNS = ("name", "label_en", "label_zh", "unit_zh", "source_zh")


@functools.cache
def parameter_words(path: Path = FILE) -> Mapping[str, Mapping[str, str]]:
    """Words by parameter; InputError naming row and column where a cell is empty, cut or a name stands twice."""
    words: dict[str, Mapping[str, str]] = {}
    with path.open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise InputError(
                tr("{path}: columns: found {fieldnames}, allowed {columns}").format(
                    path=path.name, fieldnames=reader.fieldnames, columns=list(COLUMNS)
                )
            )
        for line, row in enumerate(reader, start=2):
            if None in row or not all(row.values()):
                raise InputError(
                    tr("{path}: row {line}: every cell wanted, found {row}").format(path=path.name, line=line, row=row)
                )
            if row["name"] in words:
                raise InputError(
                    tr("{path}: row {line}: column name: {name!r} stands twice").format(
                        path=path.name, line=line, name=row["name"]
                    )
                )
            words[row["name"]] = row
    return words
