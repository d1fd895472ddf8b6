"""Observed figures of a city that a report holds against the model's past.

One file a city, ``experiments/context/anchors/<city>.csv``; a city without one gets a report that says so. These are
not inputs of the model. ``use`` says what a figure was used for where nothing is fitted; where a fit ships for the city
and has the same figure among its targets (``target``), the report is told what the fit did with it.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from experiments.context.fit_tables import FITTED, shipped_fit
from policies.errors import InputError, unknown_name
from policies.messages import tr

FOLDER = Path(__file__).resolve().parent / "anchors"
COLUMNS = (
    "indicator", "group", "year", "value", "low", "high", "unit", "unit_zh", "label_en", "label_zh", "use", "target",
    "grade", "source", "source_zh",
)  # fmt: skip
BY_HAND, NOT_USED = "by_hand", "not_used"
IMPOSED = ("imposed_migration", "imposed_tables")
"""Figures that enter the model by its migration tables or by other tables of the city."""
USES = (BY_HAND, NOT_USED, *IMPOSED)


def anchors_of(city: str, folder: Path = FOLDER, fitted: Path = FITTED) -> list[dict[str, Any]]:
    """Observed figures of a city: one dict a figure, years and values as numbers, [] when there is no file.

    ``use`` is one of :data:`USES`, or ``fit`` or ``held_back`` where the city's fit has the figure; ``imposed`` is True
    for what enters the model. Raises InputError naming file, row and column.
    """
    path = folder / f"{city}.csv"
    if not path.is_file():
        return []
    fit = shipped_fit(city, fitted)
    uses = dict(zip(fit.tables["targets"]["id"], fit.tables["targets"]["use"], strict=True)) if fit else None
    with path.open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise InputError(
                tr("{path}: columns: found {fieldnames}, allowed {columns}").format(
                    path=path, fieldnames=reader.fieldnames, columns=list(COLUMNS)
                )
            )
        return [_anchor(path, line, row, uses) for line, row in enumerate(reader, start=2)]


def _anchor(path: Path, line: int, row: dict[str, str], uses: dict[str, str] | None) -> dict[str, Any]:
    anchor: dict[str, Any] = dict(row)
    where = f"{path}, row {line}, column"
    for column in ("year", "value", "low", "high"):
        try:
            anchor[column] = int(row[column]) if column == "year" else float(row[column])
        except ValueError:
            raise InputError(
                tr("{where} {column}: found {row!r}, allowed a number").format(
                    where=where, column=column, row=row[column]
                )
            ) from None
    if not anchor["low"] <= anchor["value"] <= anchor["high"]:
        raise InputError(tr("{where} value: {value} lies outside low and high").format(where=where, value=row["value"]))
    if row["use"] not in USES:
        raise unknown_name("use", row["use"], USES, f"{where} use")
    if uses is not None and row["use"] not in IMPOSED:
        anchor["use"] = _use_in_fit(row["target"], uses, where)
    anchor["imposed"] = anchor["use"] in (*IMPOSED, "input")
    return anchor


def _use_in_fit(target: str, uses: dict[str, str], where: str) -> str:
    """What a fit did with a figure: ``not_used`` if it is none of its targets."""
    if not target:
        return NOT_USED
    if target not in uses:
        raise unknown_name("target", target, uses, f"{where} target")
    return uses[target]
