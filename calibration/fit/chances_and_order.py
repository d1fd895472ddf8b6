"""What the draws say of the city's aim: the chance of a TFR by a year, and which measure is strongest, draw by draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from abm.core.parameters import Parameters
from abm.model import FamilyModel
from calibration.fit.fit_file import FitFile
from calibration.fit.scoreboard import TAILS
from calibration.fit.smc import parameter_changes
from calibration.fit.workers import InOrder
from experiments.run.compiled_once import engine_ready
from experiments.run.seed_task import load_once
from experiments.study.config import LAST_LAW_MONTH
from policies.catalogue import load_catalogue
from policies.clock import month_index
from policies.timeline import timeline_for

DRIFTS = {"stopped": 0.0, "halved": 0.5, "continued": 1.0, "drawn": None}
"""Share of marriage's drift of 2016 to 2023 that goes on after 2023; drawn: as the draw has it."""
DRIFT = "marriage_drift_continued"
"""The free number that says so."""
AIM, YEAR = 1.6, 2030
LAW, PLAN = "current-law", "suining-plan"
CONTRASTS = ("all-cash", "all-childcare", "all-housing")
LAST_YEAR = 2035


@dataclass(frozen=True)
class Asked:
    """One draw under one drift: which arms to live, to which year."""

    draw: int
    seed: int
    free: tuple[float, ...]
    drift: str
    packages: tuple[str, ...]
    last_year: int


def outlook(fit: FitFile, drawn: pd.DataFrame, in_order: InOrder, first_seed: int = 201) -> pd.DataFrame:
    """TFR, births and public cost by draw, drift of marriage, package and year: one row each.

    Under the drift that each draw has itself the contrasts of equal cost are lived too, to :data:`LAST_YEAR`.
    """
    asked = []
    for draw, free in enumerate(drawn[list(fit.names)].to_numpy(float).tolist()):
        for drift, share in DRIFTS.items():
            numbers = dict(zip(fit.names, free, strict=True))
            if share is not None:
                numbers[DRIFT] = share
            packages = (LAW, PLAN) if share is not None else (LAW, PLAN, *CONTRASTS)
            last = YEAR if share is not None else LAST_YEAR
            asked.append(Asked(draw, first_seed + draw, tuple(numbers.values()), drift, packages, last))
    return pd.concat(list(in_order(_lived, asked, fit)), ignore_index=True)


def _lived(asked: Asked, fit: FitFile) -> pd.DataFrame:
    engine_ready()
    branch = month_index(LAST_LAW_MONTH)
    parameters = Parameters.load().replace(**parameter_changes(fit, asked.free))
    history = FamilyModel(load_once(fit.city), scale=fit.scale, seed=asked.seed, start="2010-11", parameters=parameters)
    history.run_until_month(branch)
    tables = []
    for package in asked.packages:
        arm = history.fork(timeline=timeline_for(load_catalogue(), package, start=branch), headline_only=True)
        arm.run_until_month(month_index(f"{asked.last_year + 1}-01"))
        rows = arm.rows()
        arm.let_go()
        rows = rows[(rows["year"] >= 2024) & rows["month"].isna() & (rows["group"] == "all")]
        rows = rows[rows["indicator"].isin(["tfr", "births", "cost"])]
        tables.append(rows.assign(package=package))
    history.let_go()
    table = pd.concat(tables, ignore_index=True)[["package", "year", "indicator", "value"]]
    return table.assign(draw=asked.draw, drift=asked.drift)


def probabilities(table: pd.DataFrame) -> pd.DataFrame:
    """Chance over draws of :data:`AIM` by :data:`YEAR`, and the TFR of that year, by package and drift of marriage.

    ``probability`` is the share of draws that reach it; where none of n does, ``at_most`` says what 95 % confidence
    allows (1 - 0.05^(1/n)).
    """
    at = table[(table["indicator"] == "tfr") & (table["year"] == YEAR)]
    rows = []
    for (package, drift), part in at[at["package"].isin([LAW, PLAN])].groupby(["package", "drift"], sort=False):
        values = part["value"].to_numpy(float)
        reached = values >= AIM
        rows.append(
            {
                "package": package, "drift": drift, "year": YEAR, "aim": AIM, "draws": len(values),
                "probability": float(reached.mean()),
                "at_most": float(1.0 - 0.05 ** (1.0 / len(values))) if not reached.any() else float("nan"),
                "median": float(np.median(values)), "low": float(np.quantile(values, TAILS[0])),
                "high": float(np.quantile(values, TAILS[1])),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def contrasts(table: pd.DataFrame) -> pd.DataFrame:
    """Births added per 100 million yuan of public money by each contrast against current law, draw by draw, over the
    years to :data:`LAST_YEAR`: columns draw, then one for each package."""
    part = table[table["drift"] == "drawn"]
    sums = (
        part[part["year"] >= int(LAST_LAW_MONTH[:4])].groupby(["draw", "package", "indicator"])["value"].sum().unstack()
    )
    births, cost = sums["births"].unstack(), sums["cost"].unstack()
    found = {package: (births[package] - births[LAW]) / ((cost[package] - cost[LAW]) / 1e8) for package in CONTRASTS}
    return pd.DataFrame(found).rename_axis("draw").reset_index()


def what_moves_the_ranking(by_draw: pd.DataFrame, drawn: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Rank correlation over draws of each free number with the lead of every contrast over the best of the others."""
    effects = by_draw[list(CONTRASTS)].to_numpy(float)
    rows = []
    for place, package in enumerate(CONTRASTS):
        lead = effects[:, place] - np.delete(effects, place, axis=1).max(axis=1)
        linked = drawn[list(names)].corrwith(pd.Series(lead, index=drawn.index), method="spearman")
        rows += [
            {"package": package, "first_in": float((lead > 0).mean()), "name": name, "correlation": float(value)}
            for name, value in linked.items()
        ]
    return pd.DataFrame(rows)
