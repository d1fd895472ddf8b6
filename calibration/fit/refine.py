"""Draws brought to the data one by one: Gauss-Newton steps with the histories that the draws themselves give.

The linear likelihood of ``posterior.py`` says which way statistics answer the levels, but over the whole priors of the
responses it is only roughly right, and draws made from it alone miss the level of births. So every draw is made by
randomised maximum likelihood (Oliver, He and Reynolds 1996; Chen and Oliver 2012): its levels minimise the distance to
a draw from their prior plus the distance of its statistics to what was observed with a drawn error. Steps use the
regression's slopes and the statistics of a history lived at the draw. In a linear model these are exact draws of the
posterior; responses stay where they are.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from rich.console import Console
from scipy import special

from abm.core.parameters import Parameters
from calibration.fit.fit_file import FitFile
from calibration.fit.fit_folder import key_of
from calibration.fit.posterior import (
    Array,
    Histories,
    levels_given,
    likelihood,
    posterior_scores,
    shipped_scores,
    spread_draws,
)
from calibration.fit.smc import CityAt
from calibration.fit.workers import InOrder
from calibration.targets.read import Target
from experiments.run.compiled_once import engine_ready
from policies.messages import tr

FARTHEST_STEP = 1.0
"""Longest step of a level, in standard deviations of its prior."""


def draws_brought_to_data(
    histories: Histories, fit: FitFile, targets: Sequence[Target], in_order: InOrder, screen: Console
) -> pd.DataFrame:
    """Draws of every free number, one row each (natural values), and after them the centre: the likeliest levels at the
    responses that ship, which is what ``parameters: default`` should hold."""
    found = likelihood(histories)
    shipped = shipped_scores(fit, Parameters.load())
    likeliest, _ = levels_given(found, shipped)
    drawn = posterior_scores(histories, fit, fit.draws, fit.seed)
    scores = np.vstack([drawn, np.concatenate([likeliest, shipped])])
    levels, slopes = len(fit.levels), found.on_levels
    variance = (1.0 + fit.chance_variance) / histories.weights
    prior = _centred(special.ndtri(spread_draws(fit.draws, levels, fit.seed + 101)))
    errors = _centred(special.ndtri(spread_draws(fit.draws, len(variance), fit.seed + 102)) * np.sqrt(variance))
    city = CityAt(fit, tuple(target for target in targets if target.use == "fit"))
    for step in range(fit.steps):
        seen = np.array(list(in_order(_standardised, scores.tolist(), city)))
        told = tr("draws, step {step} of {steps}: {off:.2f} standard deviations off")
        screen.print(told.format(step=step + 1, steps=fit.steps, off=np.sqrt(np.mean(seen**2))))
        scores[:, :levels] += gauss_newton_steps(scores[:, :levels], prior, seen, errors, slopes, variance)
    return pd.DataFrame({name: fit.prior(name).value(scores[:, place]) for place, name in enumerate(fit.names)})


def _centred(draws: Array) -> Array:
    """The rows, and a row of zeros for the centre."""
    return np.vstack([draws, np.zeros(draws.shape[1])])


def gauss_newton_steps(
    levels: Array, prior: Array, found: Array, errors: Array, slopes: Array, variance: Array
) -> Array:
    """Steps [draws, levels] towards the least of ``|levels - prior|^2 + |found - errors|^2 / variance``.

    ``found`` are standardised statistics at ``levels`` and ``slopes`` [levels, statistics] how they answer them.
    """
    seen = slopes / variance
    curvature = np.eye(len(slopes)) + seen @ slopes.T
    downhill = (prior - levels) - (found - errors) @ seen.T
    return np.clip(np.linalg.solve(curvature, downhill.T).T, -FARTHEST_STEP, FARTHEST_STEP)


def _standardised(scores: list[float], city: CityAt) -> list[float]:
    """In a worker: what a history says of the targets, in standard deviations from what was observed."""
    engine_ready()
    found = city.predictions(scores, key_of(scores[len(city.fit.levels) :]))
    return [float(np.clip(target.z(value), -10.0, 10.0)) for target, value in zip(city.targets, found, strict=True)]
