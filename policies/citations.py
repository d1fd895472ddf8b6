"""The evidence tables: published effects and behaviour parameters that levers cite by id."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from policies.errors import InputError

GRADES = ("A", "B", "C", "D")
NEEDED = ("id", "what", "where", "effect", "unit", "low", "high", "citation", "grade")
OPTIONAL = ("outcome", "note", "normalised_effect", "normalised_unit")
TABLES: Mapping[str, tuple[str, ...]] = {
    "policy_effects.csv": (*NEEDED, "lever", "outcome"),
    "behaviour_parameters.csv": (*NEEDED, "domain"),
}
"""The columns that must be there; a table may have more."""


@dataclass(frozen=True)
class Evidence:
    """One row of evidence; `effect`, `low` and `high` stay text because some rows give only a sign."""

    id: str
    table: str
    what: str
    where: str
    effect: str
    unit: str
    low: str
    high: str
    citation: str
    grade: str
    outcome: str = ""
    note: str = ""
    normalised_effect: str = ""
    normalised_unit: str = ""

    @property
    def number(self) -> float | None:
        """The effect as a number, or None where the row gives only words."""
        try:
            return float(self.effect)
        except ValueError:
            return None

    @property
    def sentence(self) -> str:
        """The row in one line: what, where, outcome, effect, unit, citation, grade."""
        spread = f" [{self.low}, {self.high}]" if self.low and self.high else ""
        effect = " ".join(part for part in (self.effect, self.unit) if part)
        outcome = f"{self.outcome}: " if self.outcome else ""
        return f"{self.what}; {self.where}: {outcome}{effect}{spread} ({self.citation}; grade {self.grade})"


def load_evidence(folder: Path) -> dict[str, Evidence]:
    """Return every row of the evidence tables by id; InputError names file, row and column."""
    rows: dict[str, Evidence] = {}
    for name, columns in TABLES.items():
        path = folder / name
        if not path.is_file():
            raise InputError(f"{path}: no such file; the evidence tables are {', '.join(TABLES)}")
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            missing = [column for column in columns if column not in (reader.fieldnames or [])]
            if missing:
                raise InputError(f"evidence/{name}: missing column {', '.join(missing)}; found {reader.fieldnames}")
            for line, row in enumerate(reader, start=2):
                if row["grade"] not in GRADES:
                    raise InputError(
                        f"evidence/{name}: row {line} ({row['id']}): grade: found {row['grade']!r};"
                        f" allowed {', '.join(GRADES)}"
                    )
                if not row["id"] or row["id"] in rows:
                    raise InputError(f"evidence/{name}: row {line}: id {row['id']!r} is empty or used twice")
                kept = [column for column in (*NEEDED, *OPTIONAL) if column in row]
                rows[row["id"]] = Evidence(table=name, **{column: row[column] for column in kept})
    return rows
