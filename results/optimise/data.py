"""A finished search for a package as its report sees it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from results.analysis.alone import by_replicate
from results.analysis.compare import CONFIDENCE, FEWEST, t_interval
from results.analysis.packages import PAIR, chosen_packages, not_told_apart, package_values, pareto, run_values
from results.content.words import Text, joined
from results.finished_run import FactorRun, fields_of
from results.trust.open_order import marked

LARGEST = 3


@dataclass(frozen=True)
class SearchData(FactorRun):
    """One run folder of a search, read once."""

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
        """What the front is drawn against: births, or when there is a target the TFR, assured or of too few replicates
        its mean."""
        return self.reached if self.target else "births"

    @property
    def reached(self) -> str:
        """The TFR that a target is held against."""
        return "tfr_assured" if self.has_intervals else "tfr"

    @property
    def counted(self) -> pd.DataFrame:
        """Runs of current law: suppositions may live under draws of their own."""
        return self.design[self.design["scenario"] == self.baseline]

    @property
    def factors(self) -> list[dict[str, Any]]:
        """Cards of the factors; a label is marked where the measure costs nothing in the model."""
        return [{**card, "label": marked(card["label"], fields_of(card))} for card in self.plan["factors"]]

    @property
    def tfr_year(self) -> int:
        return int(self.target["year"]) if self.target else self.end_year

    @cached_property
    def packages(self) -> pd.DataFrame:
        """Every complete package with its values."""
        probability = float(self.target["probability"]) if self.target else 0.8
        return package_values(
            self.design, self.series, self.baseline, self.branch_year, self.end_year, self.tfr_year, probability,
            self.years_in_force,
        )  # fmt: skip

    @cached_property
    def run_values(self) -> pd.DataFrame:
        """The same by run."""
        return run_values(
            self.design, self.series, self.baseline, self.branch_year, self.end_year, self.tfr_year, self.years_in_force
        )

    @cached_property
    def _asked(self) -> pd.DataFrame:
        """Different packages that were to be tried: a dose vector once, current law and suppositions left out."""
        names = [column for column in self.design if column.startswith("dose:")]
        own = self.design.drop_duplicates("scenario")
        own = own[~own["role"].isin(["baseline", "missing"]) & (own[names].fillna(0) > 0).any(axis=1)]
        own = own.assign(complete=own["scenario"].isin(set(self.packages["scenario"])))
        return own.sort_values("complete", ascending=False, kind="stable").drop_duplicates(names)

    @cached_property
    def tried(self) -> pd.DataFrame:
        """Different packages with all their runs."""
        names = set(self._asked.loc[self._asked["complete"], "scenario"])
        return self.packages[self.packages["scenario"].isin(names)].reset_index(drop=True)

    @property
    def counts(self) -> dict[str, int]:
        """Different packages: ``tried`` are those on the front and those beaten; ``unfinished`` ones; suppositions."""
        tried, on_front = len(self.tried), len(self.front)
        suppositions = 0 if self.missing is None else len(self.missing)
        return {"tried": tried, "front": on_front, "beaten": tried - on_front,
                "unfinished": int((~self._asked["complete"]).sum()), "suppositions": suppositions}  # fmt: skip

    @cached_property
    def front(self) -> pd.DataFrame:
        """Packages tried that neither another one nor current law beats, cheapest first."""
        law = self.packages[self.packages["scenario"] == self.baseline]
        found = pareto(pd.concat([law, self.tried], ignore_index=True), self.gain)
        return found[found["scenario"] != self.baseline].reset_index(drop=True)

    @cached_property
    def neighbours_told_apart(self) -> int:
        """Of neighbours on the front, how many differ in what the front is drawn against."""
        names = [str(name) for name in self.front["scenario"]]
        column = "extra_births" if self.gain == "births" else "tfr"
        return sum(
            not not_told_apart(self.run_values, one, [two], column) for one, two in zip(names, names[1:], strict=False)
        )

    @cached_property
    def as_good_as_best(self) -> list[str]:
        """Other packages within the budget whose births cannot be told from those of the best."""
        best = self.chosen.get("best")
        if best is None or self.budget is None:
            return []
        within = self.tried.loc[self.tried["cost"] <= self.budget, "scenario"]
        others = [str(name) for name in within if name != best]
        return not_told_apart(self.run_values, best, others, "extra_births")

    @cached_property
    def chosen(self) -> dict[str, str]:
        """The packages that answer the questions asked (current law may be one)."""
        law = self.packages[self.packages["scenario"] == self.baseline]
        candidates = pd.concat([law, self.tried], ignore_index=True)
        return chosen_packages(candidates, self.target, self.budget, self.reached)

    @property
    def farthest(self) -> pd.Series:
        """The package (within the budget, if any is) with the highest TFR that a target is held against."""
        own = self.tried if self.budget is None else self.tried[self.tried["cost"] <= self.budget]
        return (
            self.packages[self.packages["scenario"] == self.baseline].iloc[0]
            if own.empty
            else own.loc[own[self.reached].idxmax()]
        )

    @cached_property
    def missing(self) -> pd.DataFrame | None:
        """The suppositions beyond the best bounds, if they were run."""
        found = self.packages[self.packages["role"] == "missing"]
        return found if len(found) else None

    def step_beyond(self, name: str) -> dict[str, float]:
        """By how much the TFR of a supposition is above that of the best bounds: mean over replicates with its 95 %
        interval (``mean``, ``low``, ``high``, ``n``), paired, or by Welch's t for draws of their own."""
        runs = self.run_values.set_index(PAIR)
        one, two = (runs.loc[runs["scenario"] == own, "tfr"].dropna() for own in (name, "best-bounds"))
        common = one.index.intersection(two.index)
        if len(common):
            paired = by_replicate(one.loc[common] - two.loc[common])
            found = t_interval(paired)
            return dict(zip(("mean", "low", "high"), found, strict=True)) | {"n": float(len(paired))}
        first, second = by_replicate(one), by_replicate(two)
        n, mean = min(len(first), len(second)), float(one.mean() - two.mean())
        low, high = math.nan, math.nan
        if n >= FEWEST and (np.ptp(first) > 0 or np.ptp(second) > 0):
            low, high = stats.ttest_ind(first, second, equal_var=False).confidence_interval(CONFIDENCE)
        return {"mean": mean, "low": float(low), "high": float(high), "n": float(n)}

    @property
    def chance_alone(self) -> Text:
        """What intervals and probabilities leave out where all runs live under one set of behavioural numbers; else
        empty."""
        if not self.has_intervals or self.design["draw"].nunique() > 1:
            return {"en": "", "zh": ""}
        if self.target:
            return {"en": "Intervals and the probability hold chance alone, not what is unknown about behaviour.",
                    "zh": "区间与概率仅反映随机波动，不含行为参数的不确定性。"}  # fmt: skip
        return {"en": "Intervals hold chance alone, not what is unknown about behaviour.",
                "zh": "区间仅反映随机波动，不含行为参数的不确定性。"}  # fmt: skip

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
        """The measures with the largest doses, in words; no order of merit."""
        doses = self.doses_of(name)
        order = [card for card in sorted(self.factors, key=lambda c: -doses[c["name"]]) if doses[card["name"]] > 0.005]
        shown = order[:LARGEST]
        if not shown:
            return {"en": "none", "zh": "无"}
        return {
            lang: joined([f"{c['label'][lang]} {100 * doses[c['name']]:.0f}{unit}" for c in shown], lang)
            for lang, unit in (("en", " %"), ("zh", "%"))
        }

    @property
    def front_with_doses(self) -> pd.DataFrame:
        """The front with every package's doses."""
        names = [column for column in self.design if column.startswith("dose:")]
        doses = self.design.drop_duplicates("scenario").set_index("scenario")[names]
        return self.front.join(doses, on="scenario")
