"""A finished search for a package as its report sees it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from results.package_data import chosen_packages, package_values, pareto
from results.store import CONTEXT, DESIGN, MANIFEST, SERIES, RunFolder
from results.words import Text, joined

LARGEST = 3


@dataclass(frozen=True)
class SearchData:
    """One run folder of a search, read once."""

    context: dict[str, Any]
    manifest: dict[str, Any]
    design: pd.DataFrame
    series: pd.DataFrame
    failures: list[dict[str, str]]

    @classmethod
    def read(cls, folder: RunFolder) -> SearchData:
        """Read a run folder. Raises RunFolderError when a file is missing."""
        return cls(
            folder.read_json(CONTEXT), folder.read_json(MANIFEST), folder.read_table(DESIGN),
            folder.read_table(SERIES), folder.read_failures(),
        )  # fmt: skip

    @property
    def plan(self) -> dict[str, Any]:
        return dict(self.context["plan"])

    @property
    def baseline(self) -> str:
        return str(self.context["baseline"])

    @property
    def target(self) -> dict[str, Any] | None:
        found = self.plan.get("target")
        return dict(found) if found else None

    @property
    def budget(self) -> float | None:
        found = self.plan.get("budget")
        return float(found) if found else None

    @property
    def gain(self) -> str:
        """What the front is drawn against: the assured TFR when there is a target, births otherwise."""
        return "tfr_assured" if self.target else "births"

    @property
    def factors(self) -> list[dict[str, Any]]:
        return list(self.plan["factors"])

    @property
    def first_year(self) -> int:
        return int(self.context["branch"][:4])

    @property
    def last_year(self) -> int:
        year, month = (int(part) for part in self.context["end"].split("-"))
        return year if month == 12 else year - 1

    @property
    def tfr_year(self) -> int:
        return int(self.target["year"]) if self.target else self.last_year

    @cached_property
    def packages(self) -> pd.DataFrame:
        """Every complete package with its values."""
        probability = float(self.target["probability"]) if self.target else 0.8
        return package_values(
            self.design, self.series, self.baseline, self.first_year, self.last_year, self.tfr_year, probability
        )

    @cached_property
    def front(self) -> pd.DataFrame:
        return pareto(self.packages, self.gain)

    @cached_property
    def chosen(self) -> dict[str, str]:
        """The packages that answer the questions asked."""
        candidates = self.packages[self.packages["role"] != "missing"]
        return chosen_packages(candidates, self.target, self.budget)

    @property
    def farthest(self) -> pd.Series:
        """The package with the highest assured TFR."""
        own = self.packages[self.packages["role"] != "missing"]
        return own.loc[own["tfr_assured"].idxmax()]

    @cached_property
    def missing(self) -> pd.DataFrame | None:
        """The suppositions beyond the best bounds, if they were run."""
        found = self.packages[self.packages["role"] == "missing"]
        return found if len(found) else None

    def row(self, name: str) -> dict[str, float]:
        """Values of one package."""
        row = self.packages[self.packages["scenario"] == name].iloc[0]
        return {str(k): float(v) for k, v in row.items() if k not in ("scenario", "role")}

    def doses_of(self, name: str) -> dict[str, float]:
        """Doses of one package by factor (0 under today's law)."""
        row = self.design[self.design["scenario"] == name].iloc[0]
        doses = {card["name"]: float(row[f"dose:{card['name']}"]) for card in self.factors}
        return {factor: 0.0 if dose != dose else dose for factor, dose in doses.items()}

    def design_value(self, name: str, field: str) -> float:
        """The value of a lever field in a package."""
        return float(self.design[self.design["scenario"] == name].iloc[0][field])

    def largest_doses(self, name: str) -> Text:
        """The measures with the largest doses, in words."""
        doses = self.doses_of(name)
        order = [card for card in sorted(self.factors, key=lambda c: -doses[c["name"]]) if doses[card["name"]] > 0.005]
        shown = order[:LARGEST]
        if not shown:
            return {"en": "none", "zh": "无"}
        return {
            lang: joined([f"{c['label'][lang]} {100 * doses[c['name']]:.0f} %" for c in shown], lang)
            for lang in ("en", "zh")
        }

    @property
    def front_with_doses(self) -> pd.DataFrame:
        """The front with every package's doses."""
        names = [column for column in self.design if column.startswith("dose:")]
        doses = self.design.drop_duplicates("scenario").set_index("scenario")[names]
        return self.front.join(doses, on="scenario")
