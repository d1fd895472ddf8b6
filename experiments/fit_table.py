"""The tables of a fit that ship with the project: who writes them and who reads them agree on them here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from experiments.backtest_table import check_folder

FITTED = Path(__file__).resolve().parent.parent / "calibration" / "fitted"
HOW = "fit.yaml"
TABLES = ("posterior", "draws", "trace", "targets", "identified", "correlations", "coverage", "probabilities",
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


def shipped_fit(city: str, folder: Path = FITTED) -> FitTables | None:
    """The fit that ships for a city, or None if there is none."""
    path = folder / city
    if not (path / HOW).is_file():
        return None
    how = yaml.safe_load((path / HOW).read_text(encoding="utf-8"))
    tables = {name: pd.read_csv(path / f"{name}.csv") for name in TABLES if (path / f"{name}.csv").is_file()}
    return FitTables(how, tables)
