"""The tables of a fit that ship with the project: who writes them and who reads them agree on them here."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from experiments.context.backtest_table import check_folder
from experiments.context.fit_words import REASONS, VERDICTS, read_reasons, read_verdicts
from experiments.sources import source_hash
from policies.errors import InputError, cut
from policies.messages import tr
from policies.text_files import table_text
from policies.validation import read_yaml

FITTED = Path(__file__).resolve().parents[2] / "calibration" / "fitted"
HOW = "fit.yaml"
TABLES = ("posterior", "draws", "trace", "targets", "identified", "correlations", "coverage", "centre", "probabilities",
          "contrasts", "ranking")  # fmt: skip


@dataclass(frozen=True)
class FitTables:
    """How a fit was made, and its tables by name (:data:`TABLES`; a fit without a drift of marriage lacks the last
    three)."""

    how: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]


def write_fit(folder: Path, fit: FitTables) -> list[Path]:
    """Write a fit into a folder: one CSV a table and ``fit.yaml``."""
    check_folder(folder)
    written = []
    for name, table in fit.tables.items():
        path = folder / f"{name}.csv"
        table.to_csv(path, index=False, float_format="%.6g", lineterminator="\n")
        written.append(path)
    (folder / HOW).write_text(yaml.safe_dump(dict(fit.how), sort_keys=False, allow_unicode=True), encoding="utf-8")
    return [*written, folder / HOW]


def read_fit(folder: Path) -> FitTables:
    """The fit in a folder of tables; InputError if there is none."""
    if not (folder / HOW).is_file():
        raise InputError(
            tr("{folder}: found no {how}, allowed a folder of tables that cradle calibrate wrote").format(
                folder=folder, how=HOW
            )
        )
    how = read_yaml(folder / HOW)
    paths = {name: folder / f"{name}.csv" for name in TABLES}
    return FitTables(how, {name: _table(path) for name, path in paths.items() if path.is_file()})


def _table(path: Path) -> pd.DataFrame:
    """One table of a fit; InputError where it is none."""
    text = table_text(path)
    try:
        return pd.read_csv(io.StringIO(text))
    except ValueError as error:
        raise InputError(tr("{path}: no table: {error}").format(path=path, error=cut(str(error)))) from None


def shipped_fit(city: str, folder: Path = FITTED) -> FitTables | None:
    """The fit that ships for a city, or None if there is none."""
    return read_fit(folder / city) if (folder / city / HOW).is_file() else None


def fit_context(city: str, used: bool, folder: Path = FITTED) -> dict[str, Any] | None:
    """What a report tells about the fit of a city (described in ``results/scenario/fit.py``); None where none ships.

    ``reasons.yaml`` (why a target is missed) and ``verdicts.yaml`` (how far to trust which number) beside the tables
    are written by people and read by ``fit_words.py``.
    """
    fit = shipped_fit(city, folder)
    if fit is None:
        return None
    records = {name: _records(table) for name, table in fit.tables.items()}
    reasons = read_reasons(folder / city / REASONS, {str(row["id"]) for row in records["targets"]})
    for row in records["targets"]:
        reason = reasons.get(row["id"]) if not row["inside"] else None
        row["reason_en"], row["reason_zh"] = (reason.en, reason.zh) if reason else ("", "")
    return {
        "how": dict(fit.how),
        "used": used,
        "same_sources": fit.how.get("source_hash") == source_hash(),
        "targets": records["targets"],
        "parameters": records["identified"],
        "correlations": records["correlations"],
        "coverage": records["coverage"],
        "trace": records["trace"],
        "probabilities": records.get("probabilities", []),
        "contrasts": records.get("contrasts", []),
        "ranking": records.get("ranking", []),
        "verdicts": read_verdicts(folder / city / VERDICTS),
    }


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON takes them: no numpy numbers, nothing instead of nan."""
    return [
        {name: None if isinstance(value, float) and value != value else value for name, value in row.items()}
        for row in table.astype(object).to_dict("records")
    ]
