"""A finished sweep or Sobol run as its report sees it: one value a run for each outcome, and the analyses of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from results.analysis import alone
from results.analysis import indices as sensitivity
from results.analysis.compare import t_interval
from results.content.study_words import years_text
from results.content.words import Text
from results.finished_run import FactorRun, fields_of
from results.folder.store import RunFolderError
from results.trust import open_order

AT_PLAUSIBLE = "plausible"
"""What roles of the second design end in (``experiments/study/design_rows.py``)."""
TFR_YEARS = 5
OUTCOMES = ("births", "tfr", "cost")


@dataclass(frozen=True)
class StudyData(FactorRun):
    """One run folder of a planned study, read once."""

    # ---- what was asked --------------------------------------------------------------------------------------

    @cached_property
    def at_plausible(self) -> StudyData | None:
        """The same study seen at plausible doses, where its own design is at equal cost and it has both."""
        cards = self.plan.get("factors_plausible")
        if not cards:
            return None
        ending = f"-{AT_PLAUSIBLE}"
        own = self.design["role"].str.endswith(ending)
        design = self.design[own | (self.design["role"] == "baseline")].copy()
        design["role"] = design["role"].str.removesuffix(ending)
        problem = self.plan.get("problem_plausible") or self.plan["problem"]
        plan = {
            **self.plan, "factors": cards, "factors_plausible": [], "bounds": "plausible", "problem": problem,
        }  # fmt: skip
        runs = set(design["run_id"])
        failures = [failure for failure in self.failures if failure["run_id"] in runs]
        return replace(self, context={**self.context, "plan": plan}, design=design, failures=failures)

    @property
    def method(self) -> str:
        return str(self.plan["method"])

    @property
    def main(self) -> str:
        """The outcome that measures are ranked by."""
        return str(self.plan.get("outcome", "births"))

    @cached_property
    def end_year(self) -> int:
        return min(self.last_full_year, int(self.series["year"].max()))

    @property
    def tfr_years(self) -> int:
        return min(TFR_YEARS, self.end_year - self.branch_year + 1)

    @property
    def tfr_period(self) -> Text:
        """The years over which the TFR is averaged."""
        return years_text(self.end_year - self.tfr_years + 1, self.end_year)

    @cached_property
    def _arms(self) -> pd.DataFrame:
        """Seeds and draws of every arm whose effect is told: of a sweep its rows, else the measures alone."""
        rows = self.design[self.design["role"] != "baseline"]
        own = rows if self.kind == "sweep" else rows[rows["role"].isin(["high", "low"])]
        return (own if len(own) else rows).groupby("scenario")[["seed", "draw"]].nunique()

    @property
    def replicates_are_draws(self) -> bool:
        return bool((self._arms["draw"] > 1).all())

    @cached_property
    def replicates(self) -> int:
        """Independent replicates of an arm: draws where it has several, else seeds."""
        return int(self._arms["draw" if self.replicates_are_draws else "seed"].min())

    @property
    def groups(self) -> dict[str, str]:
        """Family of every factor."""
        return {card["name"]: card["group"] for card in self.plan["factors"]}

    @property
    def measures(self) -> list[str]:
        """Factors that run alone: all but the index into parameter draws."""
        return [card["name"] for card in self.plan["factors"] if card["spans"]]

    def is_booked(self, factor: str) -> bool:
        """True when the ledger books what a measure costs (a campaign's cost, say, is not known)."""
        fields = [span["name"] for span in self.card(factor)["spans"]]
        levers = {name.partition(".")[0] for name in fields if name not in open_order.FREE}
        return any(self.context["levers"].get(name, {}).get("payers") for name in levers)

    def card(self, factor: str) -> dict[str, Any]:
        return dict(next(card for card in self.plan["factors"] if card["name"] == factor))

    def label(self, name: str, lang: str) -> str:
        """Label of a factor (marked where it costs nothing in the model) or of a family."""
        for card in self.plan["factors"]:
            if card["name"] == name:
                return open_order.marked(card["label"], fields_of(card))[lang]
        return self.family_label(name, lang)

    def colour_group(self, name: str) -> str:
        """The family that decides a factor's colour."""
        return self.groups.get(name, name)

    # ---- one value a run -------------------------------------------------------------------------------------

    @cached_property
    def runs(self) -> pd.DataFrame:
        """The design with one column an outcome: births (sum of all years), tfr (mean of the last years), cost a year
        of those in which the measures are in force.

        A run that is missing or failed has NaN.
        """
        yearly = self.series[self.series["month"].isna() & (self.series["group"].astype(str) == "all")]
        yearly = yearly[yearly["year"].between(self.branch_year, self.end_year)]
        table = self.design.copy()
        for name in OUTCOMES:
            own = yearly[yearly["indicator"].astype(str) == name]
            if name == "tfr":
                own = own[own["year"] > self.end_year - self.tfr_years]
            grouped = own.groupby(own["run_id"].astype(str))["value"]
            found = grouped.mean() if name == "tfr" else grouped.sum(min_count=1)
            if name == "cost":
                found = found / self.years_in_force
            table[name] = found.reindex(table["run_id"]).to_numpy()
        return table

    @cached_property
    def sample(self) -> pd.DataFrame:
        """Rows of the design proper, in design order."""
        return self.runs[self.runs["role"] == "sample"].reset_index(drop=True)

    @cached_property
    def sample_changes(self) -> pd.DataFrame:
        """The same rows with every outcome's change against current law on the same seed and parameter draw.

        So a measure is judged by what it does, and behaviour by how it alters that, not by the level it sets.
        """
        baseline = self.runs[self.runs["role"] == "baseline"].set_index(alone.PAIR)[list(OUTCOMES)]
        table = self.sample.copy()
        own = baseline.reindex(pd.MultiIndex.from_frame(table[alone.PAIR]))
        table[list(OUTCOMES)] = table[list(OUTCOMES)].to_numpy(dtype=float) - own.to_numpy(dtype=float)
        return table

    def values(self, outcome: str, of_level: bool = False) -> np.ndarray:
        """Mean over the design's seeds of every design row, in SALib's order: the change against current law, or the
        level (where asked for, of a sweep, and where parameters are factors themselves). Raises RunFolderError."""
        behavioural = any(card["is_parameter"] and card["spans"] for card in self.plan["factors"])
        sample = self.sample if of_level or self.kind == "sweep" or behavioural else self.sample_changes
        design = sample[sample["seed"] <= self.plan["full_seeds"]]
        ordered = sensitivity.ordered_values(design, dict(zip(design["run_id"], design[outcome], strict=True)), outcome)
        return sensitivity.row_means(design, ordered, self.plan["full_seeds"])

    def doses(self) -> np.ndarray:
        """Doses of every design row, in the order of ``values``."""
        rows = self.sample[self.sample["seed"] == 1].sort_values("scenario")
        names = [card["name"] for card in self.plan["factors"]]
        return rows[[f"dose:{name}" for name in names]].to_numpy(dtype=float)

    # ---- analyses --------------------------------------------------------------------------------------------

    @cached_property
    def problem_with_sample(self) -> str:
        """What keeps the design from being analysed, or an empty text."""
        try:
            values = self.values(self.main)
            if self.kind == "sobol" and self.method == "sobol" and not sensitivity.is_constant(values):
                self.indices(self.main)
        except RunFolderError as error:
            return str(error)
        return ""

    @cached_property
    def nothing_moves(self) -> bool:
        """True if the main outcome is the same in every row of the design, so that there is nothing to divide up."""
        return not self.problem_with_sample and sensitivity.is_constant(self.values(self.main))

    @property
    def analysed(self) -> bool:
        """True if the design is complete and some factor moves the main outcome."""
        return not self.problem_with_sample and not self.nothing_moves

    @cached_property
    def alone_nothing_changes(self) -> bool:
        """True if no run of a measure alone differs in the main outcome from current law."""
        return alone.nothing_changes(self.runs, self.baseline, self.main)

    @cached_property
    def indexed_outcomes(self) -> list[str]:
        """Outcomes that some factor moves (a constant one has no indices)."""
        return [name for name in OUTCOMES if not sensitivity.is_constant(self.values(name))]

    def indices(self, outcome: str, of_level: bool = False) -> sensitivity.Indices:
        """Sobol indices of an outcome's change against current law, or of its level. Raises RunFolderError for an
        incomplete design."""
        key = outcome, of_level
        if key not in self._indices:
            self._indices[key] = sensitivity.sobol_indices(
                self.plan["problem"], self.values(outcome, of_level), bool(self.plan["second_order"])
            )
        return self._indices[key]

    @cached_property
    def _indices(self) -> dict[tuple[str, bool], sensitivity.Indices]:
        return {}

    @cached_property
    def morris(self) -> pd.DataFrame:
        """Morris measures of the main outcome. Raises RunFolderError for an incomplete design."""
        return sensitivity.morris_measures(
            self.plan["problem"], self.doses(), self.values(self.main), int(self.plan["levels"])
        )

    @cached_property
    def morris_chance(self) -> float | None:
        """The mean absolute effect that simulation noise alone gives to a factor that does nothing."""
        noise, levels = self.noise, int(self.plan["levels"])
        if noise is None:
            return None
        step = levels / (2 * (levels - 1))
        return float(np.sqrt(2 / np.pi) * np.sqrt(2 * noise.variance / self.plan["full_seeds"]) / step)

    @cached_property
    def convergence(self) -> pd.DataFrame:
        return sensitivity.convergence(self.plan["problem"], self.values(self.main), bool(self.plan["second_order"]))

    @cached_property
    def last_doubling(self) -> tuple[int, int, float] | None:
        """Base rows before and after the last doubling of the design, and by how much it moved a total index."""
        if self.kind != "sobol" or self.method != "sobol" or not self.analysed or self.convergence.empty:
            return None
        wide = self.convergence.pivot(index="base_rows", columns="factor", values="total").sort_index()
        if len(wide) < 2:
            return None
        before, after = wide.index[-2:]
        return int(before), int(after), float((wide.iloc[-1] - wide.iloc[-2]).abs().max())

    @cached_property
    def noise(self) -> sensitivity.Noise | None:
        """Simulation noise of the main outcome's change against current law."""
        change, seeds = self.sample_changes[self.main], self.plan["full_seeds"]
        usable = self.sample_changes[np.isfinite(change) | (self.sample_changes["seed"] > seeds)]
        if usable.empty:
            return None
        # further seeds may lack current law: there a level does, which is off by one number for all rows of a draw
        values = change.where(np.isfinite(change), self.sample[self.main]).loc[usable.index]
        return sensitivity.simulation_noise(usable, values.to_numpy(dtype=float), seeds)

    def alone(self, outcome: str) -> pd.DataFrame:
        """Effect of every measure alone, largest first."""
        table = alone.effects_alone(self.runs, self.measures, self.baseline, outcome)
        order = table["mean"].abs().sort_values(ascending=False, kind="stable").index
        return table.loc[order].reset_index(drop=True)

    @cached_property
    def money(self) -> pd.DataFrame:
        """Births per 100 million yuan of every measure."""
        return alone.births_per_money(self.runs, self.measures, self.baseline, self.years_in_force)

    @property
    def money_booked(self) -> pd.DataFrame:
        """The measures whose cost the ledger books and that cost more than current law."""
        table = self.money
        if table.empty:
            return table
        booked = table["factor"].map(lambda name: self.is_booked(str(name))).astype(bool)
        return table[booked & table["costs"]]

    @property
    def money_known(self) -> pd.DataFrame:
        """Those of them under which births rise in the mean, most births for money first."""
        table = self.money_booked
        if table.empty:
            return table
        known = table[np.isfinite(table["births_per_100_million"]) & (table["births_per_100_million"] > 0)]
        return known.sort_values("births_per_100_million", ascending=False)

    @cached_property
    def by_draw(self) -> pd.DataFrame:
        """Effects of measures under every parameter draw (empty when there is only one)."""
        if len(self.plan["draws"]) < 2 or not self.plan["has_uncertainty"]:
            return pd.DataFrame()
        return alone.effects_by_draw(self.runs, self.measures, self.baseline, self.main)

    @cached_property
    def moved_by(self) -> pd.DataFrame:
        """Which unknown number moves which measure's effect."""
        draws = {card["name"]: np.asarray(card["values"], dtype=float) for card in self.plan["uncertain"]}
        return alone.what_moves_effects(self.by_draw, draws) if len(self.by_draw) else pd.DataFrame()

    @cached_property
    def regression(self) -> tuple[pd.DataFrame, float]:
        """Standardised regression coefficients of a Latin hypercube, and the variance they explain."""
        names = [card["name"] for card in self.plan["factors"]]
        return sensitivity.regression_coefficients(self.doses(), self.values(self.main), names)

    def changes_of_sample(self, outcome: str) -> pd.DataFrame:
        """Every design row's change against current law: its values of levers and parameters, mean, low, high."""
        spans = {span["name"]: (card["name"], span) for card in self.plan["factors"] for span in card["spans"]}
        rows = []
        for scenario, part in self.sample.groupby("scenario", sort=True):
            values = alone.change(self.runs, str(scenario), self.baseline, outcome)
            mean, low, high = t_interval(values)
            row = part.iloc[0]
            own = {
                field: float(row[field]) if field in row.index
                else span["from"] + float(row[f"dose:{factor}"]) * (span["to"] - span["from"])
                for field, (factor, span) in spans.items()
            }  # fmt: skip
            rows.append({"scenario": scenario, **own, "mean": mean, "low": low, "high": high, "n": len(values)})
        return pd.DataFrame(rows)

    @property
    def bounds_words(self) -> Text:
        """What the strong ends are: doses of equal cost, or the most that is plausible."""
        if self.plan.get("bounds", "plausible") == "plausible":
            return {"en": "plausible doses", "zh": "合理剂量"}
        return {"en": "equal cost", "zh": "同等成本"}

    @cached_property
    def baseline_level(self) -> dict[str, float]:
        """Mean of every outcome under current law."""
        rows = self.runs[self.runs["role"] == "baseline"]
        return {name: float(rows[name].mean()) for name in OUTCOMES}
