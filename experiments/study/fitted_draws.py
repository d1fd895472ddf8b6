"""Draws of a fit: ``parameters: fitted`` takes its numbers from ``calibration/fitted/<city>/posterior.csv``.

One row a draw, all equally likely; one column a number of ``abm/parameters*.yaml``, an item of a list as ``name[0]``.
What the table leaves out stays as it ships; what a config sets itself (``parameter_changes``) wins over the table.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from abm.core.parameters import Parameters
from policies.errors import InputError, unknown_name
from policies.messages import tr
from policies.text_files import table_text

FOLDER = Path(__file__).resolve().parents[2] / "calibration" / "fitted"
TABLE = "posterior.csv"
_ITEM = re.compile(r"(?P<name>[^\[\]]+)(?:\[(?P<item>\d+)\])?")

Changes = Mapping[str, Any]


def is_fitted(city: str, folder: Path | None = None) -> bool:
    """True if draws ship for a city."""
    return ((FOLDER if folder is None else folder) / city / TABLE).is_file()


def fitted_draws(
    city: str, parameters: Parameters, set_by_hand: Collection[str] = (), folder: Path | None = None
) -> tuple[Changes, ...]:
    """Changes of parameters, one mapping a draw, in the order of the table.

    ``set_by_hand`` names parameters that the draws leave alone. Raises InputError when the city has no fit, or the
    table holds an unknown name, an item that a list has not, or a value that is no number or out of its range.
    """
    folder = FOLDER if folder is None else folder
    path = folder / city / TABLE
    if not path.is_file():
        fitted = sorted(found.parent.name for found in folder.glob(f"*/{TABLE}"))
        raise InputError(
            tr(
                "found 'fitted', but no fit of {city} is kept ({path} is missing); fitted are: {fitted}; use "
                "parameters: default, or fit the city with: cradle calibrate"
            ).format(city=city, path=_shown(path), fitted=", ".join(fitted) or tr("none yet"))
        )
    lines = list(csv.reader(io.StringIO(table_text(path), newline="")))
    if len(lines) < 2:
        raise InputError(
            tr("{path}: found no draws, allowed one a row under a line of names").format(path=_shown(path))
        )
    columns = _columns(path, lines[0], parameters)
    draws = tuple(_draw(path, row, line, columns, parameters) for row, line in enumerate(lines[1:], start=2) if line)
    return tuple({name: v for name, v in draw.items() if name not in set_by_hand} for draw in draws)


def free_numbers(city: str, folder: Path | None = None) -> list[dict[str, Any]]:
    """What the fit moved, under its own names: ``name``, ``label`` (en, zh), ``unit``, ``source``, ``values`` by draw.

    From ``draws.csv`` and ``identified.csv`` beside the draws; nothing where they are missing or of other draws.
    """
    own = (FOLDER if folder is None else folder) / city
    if not all((own / name).is_file() for name in (TABLE, "draws.csv", "identified.csv")):
        return []
    values = pd.read_csv(own / "draws.csv")
    if len(values) != len(pd.read_csv(own / TABLE)):
        return []
    labels = {str(row["name"]): row for row in pd.read_csv(own / "identified.csv").to_dict("records")}
    cards = []
    for name in (str(column) for column in values.columns):
        row = labels.get(name, {})
        label = {"en": str(row.get("label_en", name)), "zh": str(row.get("label_zh", name))}
        cards.append({"name": name, "label": label, "unit": "", "source": "fit", "values": values[name].tolist()})
    return cards


def _columns(path: Path, head: Sequence[str], parameters: Parameters) -> list[tuple[str, int | None]]:
    """Name and item of every column."""
    columns: list[tuple[str, int | None]] = []
    for text in head:
        found = _ITEM.fullmatch(text.strip())
        name = found["name"] if found else text.strip()
        if name not in parameters.entries:
            raise unknown_name("parameter", name, parameters.entries, f"{_shown(path)}: column {text}")
        item = int(found["item"]) if found and found["item"] is not None else None
        value = parameters.entry(name).value
        if isinstance(value, tuple) and (item is None or item >= len(value)):
            raise InputError(
                tr("{path}: column {text}: {name} is a list; allowed {name}[0] to {name}[{count}]").format(
                    path=_shown(path), text=text, name=name, count=len(value) - 1
                )
            )
        if not isinstance(value, tuple) and item is not None:
            raise InputError(
                tr("{path}: column {text}: {name} is one number; allowed {name}").format(
                    path=_shown(path), text=text, name=name
                )
            )
        if (name, item) in columns:
            raise InputError(tr("{path}: column {text} is there twice").format(path=_shown(path), text=text))
        columns.append((name, item))
    return columns


def _draw(
    path: Path, row: int, line: Sequence[str], columns: Sequence[tuple[str, int | None]], parameters: Parameters
) -> Changes:
    """One draw, checked against the range of every number."""
    if len(line) != len(columns):
        raise InputError(
            tr("{path}: row {row}: found {count} values, allowed {wanted}").format(
                path=_shown(path), row=row, count=len(line), wanted=len(columns)
            )
        )
    changes: dict[str, Any] = {}
    for (name, item), text in zip(columns, line, strict=True):
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            column = name if item is None else f"{name}[{item}]"
            raise InputError(
                tr("{path}: row {row}: {column}: found {text!r}, allowed a number").format(
                    path=_shown(path), row=row, column=column, text=text
                )
            )
        if item is None:
            changes[name] = value
        else:
            changes.setdefault(name, parameters.list(name).tolist())[item] = value
    try:
        parameters.replace(**changes)
    except InputError as error:
        raise InputError(tr("{path}: row {row}: {error}").format(path=_shown(path), row=row, error=error)) from None
    return changes


def _shown(path: Path) -> str:
    return "/".join(path.parts[-4:])
