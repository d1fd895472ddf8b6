"""Sensitivity analysis: which factor moves an outcome, how much of that is known, and what is only chance.

SALib computes the indices; this file sees to what it does not: rows in design order, nothing missing or infinite (one
NaN makes SALib return zeros), positive seeds (0 is not one), at least 1,000 bootstrap resamples, which ranks can be
told apart, and the share of variance that is simulation noise.
"""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from SALib.analyze import morris as morris_analysis
from SALib.analyze import sobol as sobol_analysis
from scipy import stats

from results.analysis.compare import CONFIDENCE, FEWEST
from results.folder.store import RunFolderError

Array = NDArray[np.float64]
RESAMPLES = 1000
BOOTSTRAP_SEED = 20260101
TAIL = 100 * (1 - CONFIDENCE) / 2
FEWEST_BASE_ROWS = 8
MOST_BY_ORDERS = 8
"""Up to so many values a rank correlation is tested by all their orders."""


@dataclass(frozen=True)
class Indices:
    """First and total order indices of each factor (or group), with percentile intervals and their resamples."""

    names: tuple[str, ...]
    first: Array
    first_low: Array
    first_high: Array
    total: Array
    total_low: Array
    total_high: Array
    total_resamples: Array
    first_resamples: Array
    second: Array | None
    second_half: Array | None
    base_rows: int

    def table(self) -> pd.DataFrame:
        """One row a factor, strongest total index first."""
        names = ("first", "first_low", "first_high", "total", "total_low", "total_high")
        frame = pd.DataFrame({"factor": self.names, **{name: getattr(self, name) for name in names}})
        low, high = rank_intervals(self.total_resamples)
        frame["rank_low"], frame["rank_high"] = low, high
        frame = frame.sort_values("total", ascending=False, kind="stable").reset_index(drop=True)
        return frame.assign(rank=np.arange(1, len(frame) + 1), base_rows=self.base_rows)


def names_of(problem: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of what is ranked: groups in order of first appearance, or factors."""
    groups = problem.get("groups")
    return tuple(dict.fromkeys(groups)) if groups else tuple(problem["names"])


def ordered_values(design: pd.DataFrame, values: Mapping[str, float], outcome: str) -> Array:
    """Values in the order of ``design`` by run id.

    Raises RunFolderError naming every run (the first ten) that is missing or not finite.
    """
    found = np.array([float(values.get(run, math.nan)) for run in design["run_id"]])
    bad = ~np.isfinite(found)
    if bad.any():
        rows = design[bad].head(10)
        listed = ", ".join(f"{r.scenario} (seed {r.seed}, run {r.run_id})" for r in rows.itertuples(index=False))
        more = f" and {int(bad.sum()) - 10} more" if bad.sum() > 10 else ""
        raise RunFolderError(
            f"{outcome}: {int(bad.sum())} of {len(design)} runs are missing or not finite: {listed}{more}; indices of"
            " an incomplete design would be wrong; do the rest with cradle resume",
            f"{outcome}：{len(design)} 次模拟中有 {int(bad.sum())} 次缺失或不是有限数值，例如 {listed}；"
            "设计不完整时指数会出错，请用 cradle resume 完成余下的模拟",
        )
    return found


def row_means(design: pd.DataFrame, values: Array, seeds: int) -> Array:
    """Mean over seeds 1 to ``seeds`` of every design row, rows in order of their names.

    Raises RunFolderError when a row lacks a seed or stands twice.
    """
    table = pd.DataFrame({"scenario": design["scenario"].to_numpy(), "seed": design["seed"].to_numpy(), "y": values})
    table = table[table["seed"] <= seeds]
    if table.duplicated(["scenario", "seed"]).any():
        raise RunFolderError("the design holds a row twice", "设计中有重复的行")
    wide = table.pivot(index="scenario", columns="seed", values="y").sort_index()
    if wide.isna().any().any():
        lacking = wide.index[wide.isna().any(axis=1)][0]
        raise RunFolderError(
            f"{lacking} was not run on all of its {seeds} seeds", f"{lacking} 没有用全部 {seeds} 个随机种子模拟"
        )
    return np.asarray(wide.mean(axis=1).to_numpy(), dtype=float)


def is_constant(values: Array) -> bool:
    """Whether values are all the same but for rounding: no factor moves them, and their variance has no shares."""
    return bool(np.ptp(values) <= 1e-12 * max(1.0, float(np.abs(values).max())))


def _refuse_constant(values: Array) -> None:
    if is_constant(values):
        raise RunFolderError(
            "all rows of the design give the same value; no factor moves this outcome",
            "设计的各行数值相同：没有因素影响这一结果",
        )


def sobol_indices(problem: Mapping[str, Any], values: Array, second_order: bool, resamples: int = RESAMPLES) -> Indices:
    """Indices of values [rows of SALib's Sobol design, in order] with bootstrap intervals.

    Raises RunFolderError for values that are not finite or all the same, and for a wrong number of rows.
    """
    names = names_of(problem)
    step = 2 * len(names) + 2 if second_order else len(names) + 2
    if not np.isfinite(values).all() or len(values) % step or not len(values):
        raise RunFolderError(
            f"Sobol indices need a multiple of {step} finite values; found {len(values)}",
            f"Sobol 指数需要 {step} 的整数倍个有限数值；现有 {len(values)} 个",
        )
    _refuse_constant(values)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = sobol_analysis.analyze(
            dict(problem), np.asarray(values, dtype=float), calc_second_order=second_order, num_resamples=resamples,
            conf_level=CONFIDENCE, keep_resamples=True, seed=BOOTSTRAP_SEED,
        )  # fmt: skip
    firsts, totals = np.asarray(found["S1_conf_all"]), np.asarray(found["ST_conf_all"])
    first_low, first_high = np.percentile(firsts, [TAIL, 100 - TAIL], axis=0)
    total_low, total_high = np.percentile(totals, [TAIL, 100 - TAIL], axis=0)
    return Indices(
        names, np.asarray(found["S1"]), first_low, first_high, np.asarray(found["ST"]), total_low, total_high, totals,
        firsts,
        np.asarray(found["S2"]) if second_order else None, np.asarray(found["S2_conf"]) if second_order else None,
        len(values) // step,
    )  # fmt: skip


def interaction_table(found: Indices) -> pd.DataFrame:
    """Second-order index of every pair with half its 95 % interval, strongest first: factor, other, second, half."""
    assert found.second is not None and found.second_half is not None
    rows = [
        {
            "factor": found.names[i],
            "other": found.names[j],
            "second": found.second[i, j],
            "half": found.second_half[i, j],
        }
        for i in range(len(found.names))
        for j in range(i + 1, len(found.names))
    ]
    return pd.DataFrame(rows).sort_values("second", ascending=False, ignore_index=True)


def rank_table(found: Indices) -> pd.DataFrame:
    """For every pair the share of resamples in which the first's total index is above the second's."""
    above = probability_above(found.total_resamples)
    order = np.argsort(-found.total, kind="stable")
    rows = [
        {"factor": found.names[i], "other": found.names[j], "share_above": above[i, j],
         "told_apart": bool(above[i, j] >= CONFIDENCE)}
        for place, i in enumerate(order)
        for j in order[place + 1 :]
    ]  # fmt: skip
    return pd.DataFrame(rows)


def convergence(problem: Mapping[str, Any], values: Array, second_order: bool) -> pd.DataFrame:
    """Indices from the first 2^k base rows that differ: base_rows, factor, first, total and their intervals."""
    count = len(names_of(problem))
    step = 2 * count + 2 if second_order else count + 2
    tables = []
    rows = FEWEST_BASE_ROWS
    while rows * step <= len(values):
        if not is_constant(values[: rows * step]):
            tables.append(sobol_indices(problem, values[: rows * step], second_order).table())
        rows *= 2
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def probability_above(resamples: Array) -> Array:
    """Share of resamples in which factor i's index is above factor j's, [i, j]; the diagonal is NaN."""
    above = (resamples[:, :, None] > resamples[:, None, :]).mean(axis=0)
    np.fill_diagonal(above, np.nan)
    return np.asarray(above, dtype=float)


def ranks(resamples: Array) -> NDArray[np.int64]:
    """Rank of every factor in every resample, 1 the largest, [resample, factor]."""
    order = np.argsort(-resamples, axis=1, kind="stable")
    place = np.empty_like(order)
    np.put_along_axis(place, order, np.arange(1, resamples.shape[1] + 1)[None, :], axis=1)
    return place


def rank_intervals(resamples: Array) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Lowest and highest rank of every factor within the central 95 % of resamples."""
    found = ranks(resamples)
    low, high = np.percentile(found, [TAIL, 100 - TAIL], axis=0, method="closest_observation")
    return low.astype(np.int64), high.astype(np.int64)


def tied_with_first(found: Indices, names: Sequence[str]) -> list[str]:
    """Those of ``names`` (strongest total index first) that cannot be told from the first: it is above them in fewer
    than 95 % of resamples."""
    places = {name: i for i, name in enumerate(found.names)}
    above = probability_above(found.total_resamples)
    return [name for name in names[1:] if not above[places[names[0]], places[name]] >= CONFIDENCE]


def rank_correlation(one: Array, other: Array) -> tuple[float, float]:
    """Spearman's rank correlation and its two-sided p value: of few values by all their orders, since the usual
    formula gives five values in one order p = 0 where it is 2 in 120."""
    x, y = stats.rankdata(one), stats.rankdata(other)
    found = stats.spearmanr(x, y)
    value, p_value = float(found[0]), float(found[1])
    if len(x) > MOST_BY_ORDERS:
        return value, p_value
    orders = np.array(list(itertools.permutations(y)))
    products = orders @ (x - x.mean())
    reached = np.abs(products) >= abs(float(y @ (x - x.mean()))) - 1e-9
    return value, float(reached.mean())


def holm(p_values: Array) -> NDArray[np.bool_]:
    """Which of several tests hold at 5 % together (Holm's step-down correction)."""
    p_values = np.asarray(p_values, dtype=float)
    order = np.argsort(p_values, kind="stable")
    passed = p_values[order] <= (1 - CONFIDENCE) / np.arange(len(order), 0, -1)
    held = np.zeros(len(order), dtype=bool)
    held[order] = np.cumprod(passed).astype(bool)
    return held


def rank_shares(found: NDArray[np.int64]) -> Array:
    """Share of resamples (or draws) in which a factor has each rank, [factor, rank]."""
    count = found.shape[1]
    return np.array([[float((found[:, i] == rank).mean()) for rank in range(1, count + 1)] for i in range(count)])


@dataclass(frozen=True)
class Noise:
    """Simulation noise: its variance in one run, and its share in the variance of the design's values."""

    variance: float
    share: float
    share_low: float
    share_high: float
    rows: int
    seeds: int


def simulation_noise(design: pd.DataFrame, values: Array, seeds: int) -> Noise | None:
    """What is left of replicated rows of one parameter draw after row and seed effects (two-way analysis of variance),
    draws pooled.

    The seed effect is common to all rows of a draw (common random numbers) and is no noise of a comparison; so the
    values of a seed may all be off by one number, as levels are where current law was not run. ``seeds`` is how
    many seeds the design's values are means of. None when no two rows of a draw were run on two seeds.
    """
    table = design[["scenario", "seed", "draw"]].assign(y=values)
    total = float(np.var(row_means(design, values, seeds), ddof=1))
    squares, freedom, rows, columns = 0.0, 0, 0, 0
    for _, own in table.groupby("draw"):
        y = own.pivot(index="scenario", columns="seed", values="y").dropna().to_numpy(dtype=float)
        if min(y.shape) < 2:
            continue
        residual = y - y.mean(axis=1, keepdims=True) - y.mean(axis=0, keepdims=True) + y.mean()
        squares += float((residual**2).sum())
        freedom += (y.shape[0] - 1) * (y.shape[1] - 1)
        rows, columns = rows + y.shape[0], max(columns, y.shape[1])
    if not freedom or total <= 0:
        return None
    low, high = (squares / stats.chi2.ppf(q, freedom) for q in (0.5 + CONFIDENCE / 2, 0.5 - CONFIDENCE / 2))
    scale = seeds * total
    shares = [min(1.0, value / scale) for value in (squares / freedom, low, high)]
    return Noise(squares / freedom, shares[0], shares[1], shares[2], rows, columns)


def morris_measures(problem: Mapping[str, Any], doses: Array, values: Array, levels: int) -> pd.DataFrame:
    """Morris screen: mu, mu* with interval, and sigma of each factor (or group), strongest first. No interval from
    fewer than five trajectories."""
    if not np.isfinite(values).all():
        raise RunFolderError("a Morris screen needs finite values only", "Morris 筛选只能用有限数值")
    found = morris_analysis.analyze(
        dict(problem), np.asarray(doses, dtype=float), np.asarray(values, dtype=float), num_resamples=RESAMPLES,
        conf_level=CONFIDENCE, num_levels=levels, seed=BOOTSTRAP_SEED,
    )  # fmt: skip
    table = pd.DataFrame({"factor": list(names_of(problem))})
    for name in ("mu", "mu_star", "mu_star_conf", "sigma"):
        table[name] = np.ma.filled(np.ma.asarray(found[name], dtype=float), np.nan)
    if len(values) // (len(table) + 1) < FEWEST:
        table["mu_star_conf"] = np.nan
    table["low"], table["high"] = table["mu_star"] - table["mu_star_conf"], table["mu_star"] + table["mu_star_conf"]
    table["low"] = table["low"].clip(lower=0.0)  # a mean of absolute values
    return table.sort_values("mu_star", ascending=False, kind="stable").reset_index(drop=True)


def regression_coefficients(doses: Array, values: Array, names: Sequence[str]) -> tuple[pd.DataFrame, float]:
    """Standardised regression coefficients with 95 % intervals, and the share of variance that they explain. No
    intervals where fewer than five rows are left over. Raises RunFolderError for values that are all the same."""
    _refuse_constant(values)
    x = doses - doses.mean(axis=0)
    x = x / np.where(x.std(axis=0) > 0, x.std(axis=0), 1.0)
    y = (values - values.mean()) / values.std()
    slopes, *_ = np.linalg.lstsq(x, y, rcond=None)
    freedom = len(y) - x.shape[1] - 1
    left = y - x @ slopes
    if freedom < FEWEST:
        half = np.full(len(slopes), np.nan)
    else:
        spread = np.sqrt(np.diag(np.linalg.pinv(x.T @ x)) * float(left @ left) / freedom)
        half = float(stats.t.ppf(0.5 + CONFIDENCE / 2, freedom)) * spread
    table = pd.DataFrame({"factor": list(names), "value": slopes, "low": slopes - half, "high": slopes + half})
    order = table["value"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True), 1.0 - float((left**2).sum() / (y**2).sum())
