"""From the histories of a fit to posterior draws: levels given the data, responses from the evidence alone.

Sequential Monte Carlo brings the histories to where the data are. There every statistic is close to linear in the free
numbers, so a regression of the statistics on levels and responses, with the spread that it leaves, is a likelihood
(a synthetic likelihood, Wood 2010, with means that are a regression). With the prior, standard normal in scores, the
levels' posterior at given responses follows in closed form. Kernel weights are of no use here: with some forty free
numbers hardly any particle would keep weight. The regression is of statistics on numbers, which does not mind from
where the numbers were proposed.

The posterior is refined: histories are lived at draws of it, somewhat wider, and make a new regression, so that
statistics need to be linear only near the data and over the whole priors of the responses.

Draws take the responses from their priors and the levels from their posterior at these responses. So the data move the
levels and never the responses: the feedback of a modular inference is cut (Plummer 2015, "Cuts in Bayesian graphical
models").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from abm.core import draws
from abm.core.parameters import Parameters
from calibration.fit.fit_file import FitFile
from calibration.fit.fit_folder import GENERATION
from calibration.fit.free_numbers import Response
from calibration.targets.read import Target

Array = NDArray[np.float64]
LAST_GENERATIONS = 3
"""Generations whose histories, accepted or not, make the regression where there is no refinement."""
REFINED = 1000
"""Number of the first refinement among generations."""
_UNLIVABLE = 30.0
"""Standard deviations beyond which a statistic is none: a history that cannot be lived, or nothing to count."""


@dataclass(frozen=True)
class Histories:
    """Histories that were lived: scores of levels and responses, statistics as standard deviations from observed.

    Shapes: (n, levels), (n, responses), (n, fitted targets); ``weights`` of the targets, (fitted targets,).
    """

    levels: Array
    responses: Array
    statistics: Array
    weights: Array


def histories_of(table: pd.DataFrame, fit: FitFile, targets: Sequence[Target]) -> Histories:
    """Histories of the refinements, or else of the last generations, of a table of evaluations (a column for every
    score and target)."""
    fitted = [target for target in targets if target.use == "fit"]
    last = int(table[GENERATION].max())
    table = table[table[GENERATION] >= (REFINED if last >= REFINED else last + 1 - LAST_GENERATIONS)]
    observed = np.array([target.observed for target in fitted])
    spread = np.array([target.sd for target in fitted])
    statistics = (table[[target.id for target in fitted]].to_numpy(float) - observed) / spread
    lived = (np.abs(statistics) < _UNLIVABLE).all(axis=1)
    return Histories(
        table[list(fit.levels)].to_numpy(float)[lived],
        table[list(fit.responses)].to_numpy(float)[lived],
        statistics[lived],
        np.array([target.weight for target in fitted]),
    )


@dataclass(frozen=True)
class Likelihood:
    """Statistics as linear in scores, with normal errors: ``constant + levels @ on_levels + responses @ on_responses``.

    Shapes: (k,), (levels, k), (responses, k), (k, k).
    """

    constant: Array
    on_levels: Array
    on_responses: Array
    errors: Array


def likelihood(histories: Histories) -> Likelihood:
    """The regression of statistics on scores. Errors of targets that share one weight are as much wider."""
    count, levels = histories.levels.shape
    design = np.column_stack([np.ones(count), histories.levels, histories.responses])
    found, *_ = np.linalg.lstsq(design, histories.statistics, rcond=None)
    left = histories.statistics - design @ found
    errors = left.T @ left / max(count - design.shape[1], 1)
    wider = 1.0 / np.sqrt(histories.weights)
    return Likelihood(found[0], found[1 : 1 + levels], found[1 + levels :], errors * np.outer(wider, wider))


def levels_given(
    found: Likelihood, responses: Array, observed: Array | None = None, prior: tuple[Array, Array] | None = None
) -> tuple[Array, Array]:
    """Mean (levels,) and covariance (levels, levels) of the levels' scores at scores of the responses.

    ``observed`` are statistics (default: 0, what the city's targets say); ``prior`` is another normal prior than the
    standard one, as mean and covariance.
    """
    levels = len(found.on_levels)
    mean, spread = (np.zeros(levels), np.eye(levels)) if prior is None else prior
    away = (0.0 if observed is None else observed) - found.constant - responses @ found.on_responses
    seen = np.linalg.solve(found.errors, found.on_levels.T).T  # levels x statistics
    precision = np.linalg.inv(spread)
    covariance = np.linalg.inv(precision + seen @ found.on_levels.T)
    return covariance @ (precision @ mean + seen @ away), covariance


def spread_draws(count: int, columns: int, seed: int) -> Array:
    """A Latin hypercube [count, columns] of shares, keyed."""
    ids = np.arange(count, dtype=np.uint64)
    shares = np.zeros((count, columns))
    for column in range(columns):
        order = np.argsort(draws.uniforms(seed, ids, 2 * column, draws.FIT_DRAW), kind="stable")
        shares[order, column] = (np.arange(count) + draws.uniforms(seed, ids, 2 * column + 1, draws.FIT_DRAW)) / count
    return shares


def posterior_scores(histories: Histories, fit: FitFile, count: int, seed: int, wider: float = 1.0) -> Array:
    """Scores of every free number [count, numbers]: responses from their priors, levels given the data and them.

    ``wider`` multiplies the standard deviations of the levels.
    """
    responses = special.ndtri(spread_draws(count, len(fit.responses), seed))
    chance = wider * special.ndtri(spread_draws(count, len(fit.levels), seed + 1))
    found = likelihood(histories)
    scores = np.zeros((count, len(fit.names)))
    for draw in range(count):
        mean, covariance = levels_given(found, responses[draw])
        scores[draw] = np.concatenate([mean + np.linalg.cholesky(covariance) @ chance[draw], responses[draw]])
    return scores


def shipped_scores(fit: FitFile, shipped: Parameters) -> Array:
    """Scores of the responses as they ship."""
    return np.array([float(entry.prior.score(shipped_value(entry, shipped))) for entry in fit.responses.values()])


def shipped_value(entry: Response, shipped: Parameters) -> float:
    """A response as it ships, within the bounds of its prior."""
    if entry.how == "continue":
        assert entry.about is not None
        drift, years = shipped.list(entry.parameter), shipped.list(f"{entry.parameter}_years")
        trend = np.log(drift[-2] / drift[entry.about]) / (years[-2] - years[entry.about])
        value = float(np.log(drift[-1] / drift[-2]) / (trend * (years[-1] - years[-2])))
    else:
        value = float(np.atleast_1d(shipped.list(entry.parameter))[entry.items[0] if entry.items else 0])
        if entry.response_of is not None:
            value *= entry.response_of.constant + entry.response_of.slope * shipped[entry.response_of.parameter]
    return float(np.clip(value, entry.prior.low, entry.prior.high))


def coverage(histories: Histories, fit: FitFile, tests: int, share: float = 0.8) -> pd.DataFrame:
    """Recovery: the statistics of histories whose numbers are known stand in for the city's, one after the other.

    Every second history makes the regression, others are the tests. The prior of a test is what tests were drawn from:
    the normal distribution of the proposals at its responses. A level is covered when its interval holds the number
    that the history was lived with. Rows: level, tests, covered (share), bias and width of the interval (in standard
    deviations of the prior).
    """
    even = slice(0, None, 2)
    alike = np.ones_like(histories.weights)
    found = likelihood(Histories(histories.levels[even], histories.responses[even], histories.statistics[even], alike))
    chosen = np.arange(1, len(histories.levels), 2)[:: max(1, len(histories.levels) // (2 * tests))][:tests]
    half = special.ndtri(0.5 + share / 2.0)
    covered, off, widths = [], [], []
    for one in chosen:
        prior = _proposals_given(histories, histories.responses[one])
        mean, covariance = levels_given(found, histories.responses[one], histories.statistics[one], prior)
        away, spread = mean - histories.levels[one], np.sqrt(np.diag(covariance))
        covered.append(np.abs(away) <= half * spread)
        off.append(away)
        widths.append(2.0 * half * spread)
    return pd.DataFrame(
        {
            "level": list(fit.levels),
            "tests": len(chosen),
            "covered": np.mean(covered, axis=0),
            "bias": np.mean(off, axis=0),
            "width": np.mean(widths, axis=0),
        }
    )


def _proposals_given(histories: Histories, responses: Array) -> tuple[Array, Array]:
    """Mean and covariance of the proposed levels at given responses."""
    levels = histories.levels.shape[1]
    both = np.column_stack([histories.levels, histories.responses])
    mean, spread = both.mean(axis=0), np.cov(both, rowvar=False)
    if both.shape[1] == levels:
        return mean, spread
    slope = np.linalg.solve(spread[levels:, levels:], spread[levels:, :levels])
    return mean[:levels] + (responses - mean[levels:]) @ slope, spread[:levels, :levels] - spread[
        :levels, levels:
    ] @ slope
