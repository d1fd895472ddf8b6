"""From the particles of a fit to posterior draws: levels given the data, responses from the evidence alone.

Local linear regression (Beaumont, Zhang and Balding 2002, "Approximate Bayesian computation in population genetics")
of the levels on the distances of statistics from what was observed *and* on the responses. Draws take the responses
from their priors and the levels from their regression at the observed statistics and at these responses, with a
residual of a particle near by. So the data move the levels and never the responses: the feedback of a modular
inference is cut (Plummer 2015, "Cuts in Bayesian graphical models").

Levels and responses stand as normal scores of their priors, which have no bounds that a draw could leave.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from abm import draws
from abm.parameters import Parameters
from calibration.fit_file import FitFile
from calibration.fit_folder import WEIGHT
from calibration.fit_parameters import Response
from calibration.targets import Target

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Particles:
    """Weighted particles: levels and responses as normal scores, statistics as standard deviations from observed.

    Shapes: (n, levels), (n, responses), (n, fitted targets), (n,).
    """

    levels: Array
    responses: Array
    statistics: Array
    weights: Array


def particles_of(table: pd.DataFrame, fit: FitFile, targets: Sequence[Target]) -> Particles:
    """Particles from a table with a column for every free number, target and the weight."""
    fitted = [target for target in targets if target.use == "fit"]
    observed = np.array([target.observed for target in fitted])
    spread = np.array([target.sd for target in fitted])
    return Particles(
        table[list(fit.levels)].to_numpy(float),
        table[list(fit.responses)].to_numpy(float),
        (table[[target.id for target in fitted]].to_numpy(float) - observed) / spread,
        table[WEIGHT].to_numpy(float),
    )


@dataclass(frozen=True)
class Regression:
    """Levels on statistics and responses, near what was observed."""

    constant: Array
    on_responses: Array
    centre: Array
    residuals: Array
    weights: Array

    def mean(self, responses: Array) -> Array:
        """Levels at the observed statistics and these responses; shape (n, levels)."""
        return np.asarray(self.constant + (responses - self.centre) @ self.on_responses)


def regression(particles: Particles, observed: Array | None = None) -> Regression:
    """The regression at observed statistics (default: 0, what the city's targets say).

    Weights are those of the particles times an Epanechnikov kernel of their distance, as wide as the farthest.
    """
    away = particles.statistics - (0.0 if observed is None else observed)
    distance = np.sqrt((away**2).sum(axis=1))
    kernel = 1.0 - (distance / (distance.max() * (1.0 + 1e-9))) ** 2
    weights = particles.weights * kernel
    weights = weights / weights.sum()
    centre = weights @ particles.responses
    design = np.column_stack([np.ones(len(away)), away, particles.responses - centre])
    root = np.sqrt(weights)[:, None]
    found, *_ = np.linalg.lstsq(design * root, particles.levels * root, rcond=None)
    residuals = particles.levels - design @ found
    # What a fit to as many columns takes out of the residuals is given back (degrees of freedom).
    effective = 1.0 / (weights**2).sum()
    inflation = np.sqrt(effective / max(effective - design.shape[1], 0.25 * effective))
    return Regression(found[0], found[1 + away.shape[1] :], centre, residuals * inflation, weights)


def spread_draws(count: int, columns: int, seed: int) -> Array:
    """A Latin hypercube [count, columns] of shares, keyed."""
    ids = np.arange(count, dtype=np.uint64)
    shares = np.zeros((count, columns))
    for column in range(columns):
        order = np.argsort(draws.uniforms(seed, ids, 2 * column, draws.FIT_DRAW), kind="stable")
        shares[order, column] = (np.arange(count) + draws.uniforms(seed, ids, 2 * column + 1, draws.FIT_DRAW)) / count
    return shares


def posterior_draws(particles: Particles, fit: FitFile, count: int | None = None) -> pd.DataFrame:
    """Draws of every free number, one row each: responses from their priors, levels given the data and them."""
    number = fit.draws if count is None else count
    shares = spread_draws(number, len(fit.responses), fit.seed)
    responses = special.ndtri(shares)
    found = regression(particles)
    levels = found.mean(responses) + _drawn_residuals(found, number, fit.seed)
    scores = np.column_stack([levels, responses])
    return pd.DataFrame({name: fit.prior(name).value(scores[:, place]) for place, name in enumerate(fit.names)})


def centre(particles: Particles, fit: FitFile, shipped: Parameters) -> pd.DataFrame:
    """What ``parameters: default`` should hold: levels given the data and the responses that ship.

    Columns name, value (of the free number), shipped (True for a response: it is as it ships).
    """
    responses = {name: _shipped_value(entry, shipped) for name, entry in fit.responses.items()}
    at = np.array([fit.prior(name).score(value) for name, value in responses.items()])
    scores = regression(particles).mean(at[None, :])[0]
    levels = {name: float(fit.prior(name).value(score)) for name, score in zip(fit.levels, scores, strict=True)}
    values = levels | responses
    return pd.DataFrame(
        {"name": list(values), "value": list(values.values()), "shipped": [name in responses for name in values]}
    )


def _shipped_value(entry: Response, shipped: Parameters) -> float:
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


def _drawn_residuals(found: Regression, count: int, seed: int) -> Array:
    """Residuals of particles drawn by their weights, systematically: shape (count, levels)."""
    start = draws.uniforms(seed, np.zeros(1, np.uint64), 0, draws.FIT_RESIDUAL)[0]
    shares = (np.arange(count) + start) / count
    order = np.argsort(draws.uniforms(seed, np.arange(count, dtype=np.uint64), 1, draws.FIT_RESIDUAL), kind="stable")
    rows = np.searchsorted(np.cumsum(found.weights), shares[order], side="right")
    return found.residuals[np.minimum(rows, len(found.residuals) - 1)]


def interval(found: Regression, responses: Array, share: float = 0.8) -> tuple[Array, Array]:
    """Central interval of every level at given responses, shape (levels,) each: weighted quantiles of residuals."""
    tails = ((1.0 - share) / 2.0, 1.0 - (1.0 - share) / 2.0)
    mean = found.mean(responses[None, :])[0]
    low, high = (mean + _weighted_quantiles(found.residuals, found.weights, tail) for tail in tails)
    return low, high


def _weighted_quantiles(columns: Array, weights: Array, share: float) -> Array:
    order = np.argsort(columns, axis=0)
    reached = np.cumsum(weights[order], axis=0)
    first = (reached >= share * reached[-1]).argmax(axis=0)
    return np.take_along_axis(np.take_along_axis(columns, order, axis=0), first[None, :], axis=0)[0]


def coverage(particles: Particles, fit: FitFile, tests: int, share: float = 0.8) -> pd.DataFrame:
    """Recovery: the statistics of particles whose numbers are known stand in for the city's, one after the other.

    Each time the other particles are the fit; a level is covered when its interval holds the number that the particle
    was lived with. Rows: level, tests, covered (share), bias (of the interval's middle, in standard deviations of the
    prior).
    """
    distance = np.sqrt((particles.statistics**2).sum(axis=1))
    chosen = np.argsort(distance, kind="stable")[:: max(1, len(distance) // (2 * tests))][:tests]
    covered, off = [], []
    for one in chosen:
        others = np.arange(len(distance)) != one
        rest = Particles(particles.levels[others], particles.responses[others], particles.statistics[others],
                         np.full(others.sum(), 1.0))  # fmt: skip
        found = regression(rest, particles.statistics[one])
        bottom, top = interval(found, particles.responses[one], share)
        truth = particles.levels[one]
        covered.append((bottom <= truth) & (truth <= top))
        off.append((bottom + top) / 2.0 - truth)
    return pd.DataFrame(
        {
            "level": list(fit.levels),
            "tests": len(chosen),
            "covered": np.mean(covered, axis=0),
            "bias": np.mean(off, axis=0),
        }
    )
