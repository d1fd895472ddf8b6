"""The table of back-tests that ships with the project: who writes it and who reads it agree on it here.

``calibration/fitted/backtests.csv`` has one row an experiment and parameter set; ``backtests.yaml`` beside it says how
it was made. The command writes both, a report reads them and says so if the model has changed since.
"""

from __future__ import annotations

import csv
import json
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from abm.city.loading import CITIES
from abm.city.sources import read_description
from experiments.sources import source_hash
from policies.errors import InputError
from policies.messages import tr

FOLDER = Path(__file__).resolve().parents[2] / "calibration" / "fitted"
TABLE, MADE = "backtests.csv", "backtests.yaml"
TEXT_COLUMNS = ("id", "set", "group", "group_en", "group_zh", "label_en", "label_zh", "evidence", "rule", "unit_en",
                "unit_zh", "miss_en", "miss_zh")  # fmt: skip
NUMBER_COLUMNS = ("evidence_value", "evidence_low", "evidence_high", "model_value", "model_low", "model_high", "dose",
                  "events")  # fmt: skip
YES_NO_COLUMNS = ("sign_right", "inside", "overlap", "imposed")
COLUMNS = (*TEXT_COLUMNS, *NUMBER_COLUMNS, *YES_NO_COLUMNS)


def check_folder(folder: Path) -> None:
    """InputError, before minutes of work, if the folder cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise InputError(
            tr("--out: cannot write {folder}: {reason}").format(folder=folder, reason=error.strerror or error)
        ) from None


def write_backtests(folder: Path, table: pd.DataFrame, made: dict[str, Any]) -> Path:
    """Write table and how it was made; returns the table's path. InputError when the folder cannot be written."""
    check_folder(folder)
    try:
        table[list(COLUMNS)].to_csv(folder / TABLE, index=False, float_format="%.5g")
        (folder / MADE).write_text(yaml.safe_dump(made, sort_keys=False, allow_unicode=True), encoding="utf-8")
    except OSError as error:
        raise InputError(
            tr("--out: cannot write {folder}: {reason}").format(folder=folder, reason=error.strerror or error)
        ) from None
    return folder / TABLE


def read_backtests_table(folder: Path = FOLDER) -> list[dict[str, Any]]:
    """Rows of the shipped table, numbers as numbers (infinite limits and unknown values None), [] without a table."""
    path = folder / TABLE
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise InputError(
                tr("{path}: columns: found {fieldnames}, allowed {columns}").format(
                    path=path.name, fieldnames=reader.fieldnames, columns=list(COLUMNS)
                )
            )
        return [_row(path, line, row) for line, row in enumerate(reader, start=2)]


def _row(path: Path, line: int, row: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {name: row[name] for name in TEXT_COLUMNS}
    for name in NUMBER_COLUMNS:
        text = row[name]
        try:
            value = float(text) if text else None
        except ValueError:
            raise InputError(
                tr("{path}, row {line}, column {name}: found {text!r}, allowed a number").format(
                    path=path.name, line=line, name=name, text=text
                )
            ) from None
        found[name] = None if value is None or abs(value) == float("inf") else value
    for name in YES_NO_COLUMNS:
        if row[name] not in ("True", "False"):
            raise InputError(
                tr("{path}, row {line}, column {name}: found {row!r}, allowed True or False").format(
                    path=path.name, line=line, name=name, row=row[name]
                )
            )
        found[name] = row[name] == "True"
    return found


def backtests_context(folder: Path = FOLDER) -> dict[str, Any] | None:
    """What a report tells about back-tests: the rows, how they were made, and whether by these very sources; None
    where no table ships."""
    rows = read_backtests_table(folder)
    if not rows:
        return None
    made = yaml.safe_load((folder / MADE).read_text(encoding="utf-8"))
    if not isinstance(made, dict):
        raise InputError(
            tr("{made}: expected keys and values, found {type}").format(made=MADE, type=type(made).__name__)
        )
    made["city_labels"] = _labels_of(str(made.get("city")))
    context = {"rows": rows, "made": made, "same_sources": made.get("source_hash") == source_hash()}
    json.dumps(context)  # a value that JSON does not know would only show when a run is half done
    return context


def _labels_of(city: str) -> dict[str, str]:
    """Name of a city by language; its id where it does not ship."""
    description = CITIES / city / "city.yaml"
    return dict(read_description(description).labels) if description.is_file() else {"en": city, "zh": city}
