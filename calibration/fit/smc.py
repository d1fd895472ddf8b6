"""The fit: approximate Bayesian computation by sequential Monte Carlo (pyABC) with an adaptive distance.

A particle is one history of the city from 2010 under the law as it was, held against the targets that are not held
back. What is observed is uncertain, so a particle's statistics are its predictions with an error of the target's own
size (Wilkinson 2013, "Approximate Bayesian computation gives exact results under the assumption of model error"). The
scale of each statistic follows the accepted particles of the generation before (Prangle 2017).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyabc
from rich.console import Console

from abm.core import draws
from abm.core.hazards import HazardBoundError
from calibration.fit.fit_file import FitFile
from calibration.fit.fit_folder import GENERATION, WEIGHT, FitFolder, Known, key_of
from calibration.fit.free_numbers import parameters_at
from calibration.fit.posterior import REFINED, histories_of, posterior_scores
from calibration.fit.sampler import KeyedSampler
from calibration.fit.workers import InOrder
from calibration.targets.history import run_history
from calibration.targets.predict import predicted
from calibration.targets.read import Target
from experiments.run.compiled_once import engine_ready
from policies.messages import tr

TOLD_EVERY = 50
"""Histories after which a line says how far a fit is."""
FAR = 50.0
WIDER = 1.5
"""Standard deviations at which a history stands that could not be lived (a hazard beyond its bound); how much wider
than the posterior refinements are drawn."""


@dataclass
class CityAt:
    """The simulated statistics of a city at scores of the free numbers: what pyABC calls the model."""

    fit: FitFile
    targets: tuple[Target, ...]
    known: Known = field(default_factory=dict)
    __name__ = "city"

    def __call__(self, free: Mapping[str, float]) -> dict[str, float]:
        """Prediction with error of observation, by target."""
        numbers = [float(free[name]) for name in self.fit.names]
        key = key_of(numbers)
        stats = self.known.get(key)
        if stats is None:
            stats = tuple((self.predictions(numbers, key) + self.errors(key)).tolist())
        return dict(zip((target.id for target in self.targets), stats, strict=True))

    def predictions(self, numbers: Sequence[float], key: bytes) -> np.ndarray:
        """What the model says of every target, in their order; far off where a hazard exceeds its bound."""
        seed = 1 + int.from_bytes(key[:4], "little") % self.fit.founding_seeds
        changes = parameter_changes(self.fit, values_of(self.fit, numbers))
        try:
            history = run_history(changes, seed, self.fit.scale, self.fit.city)
        except HazardBoundError:
            return self._far_off()
        found = predicted(history, self.targets).to_numpy(float)
        return np.where(np.isfinite(found), found, self._far_off())

    def _far_off(self) -> np.ndarray:
        """Where a history stands that says nothing of a target."""
        return np.array([target.observed + FAR * target.sd for target in self.targets])

    def errors(self, key: bytes) -> np.ndarray:
        """Errors of observation: standard normal draws, keyed by the particle, times each target's own."""
        ids = np.arange(len(self.targets), dtype=np.uint64)
        drawn = draws.normals(int.from_bytes(key[4:8], "little"), ids, 0, draws.FIT_NOISE)
        return np.asarray(drawn * np.array([target.sd for target in self.targets]))


def values_of(fit: FitFile, scores: Sequence[float]) -> list[float]:
    """Free numbers at their normal scores, in the order of ``fit.names``."""
    return [float(fit.prior(name).value(score)) for name, score in zip(fit.names, scores, strict=True)]


def parameter_changes(fit: FitFile, values: Sequence[float]) -> dict[str, Any]:
    """Changes of parameters at free numbers in the order of ``fit.names``."""
    named = dict(zip(fit.names, values, strict=True))
    return parameters_at(named, fit.levels, fit.responses, fit.base())


def prior_of(fit: FitFile) -> pyabc.Distribution:
    """Independent priors of all free numbers, as standard normal scores."""
    return pyabc.Distribution({name: pyabc.RV("norm", 0.0, 1.0) for name in fit.names})


def run_fit(
    fit: FitFile, targets: Sequence[Target], folder: FitFolder, in_order: InOrder, screen: Console
) -> pyabc.History:
    """Run a fit, or what is left of it, to its last generation. Numbers do not depend on workers or on stops."""
    model = CityAt(fit, tuple(targets), folder.known())
    told = _Told(screen, fit, len(model.known))

    def keep(generation: int, particle: Any) -> None:
        if key_of([float(particle.parameter[name]) for name in fit.names]) not in model.known:
            folder.add(generation, particle.accepted, particle.distance, particle.parameter, particle.sum_stat)
        told.particle(generation, particle)

    logging.getLogger("ABC").setLevel(logging.ERROR)
    search = pyabc.ABCSMC(
        models=pyabc.FunctionModel(model, name="city"),
        parameter_priors=prior_of(fit),
        distance_function=pyabc.AdaptivePNormDistance(
            p=2,
            fixed_weights={target.id: target.weight if target.use == "fit" else 0.0 for target in targets},
            all_particles_for_scale=False,
        ),
        population_size=fit.population,
        transitions=pyabc.MultivariateNormalTransition(),
        eps=pyabc.QuantileEpsilon(alpha=fit.quantile),
        sampler=KeyedSampler(in_order, fit.seed, keep),
    )
    if folder.has_generations:
        search.load(folder.database, 1)
    else:
        search.new(folder.database, {target.id: target.observed for target in targets})
    left = fit.generations - (search.history.max_t + 1)
    if left > 0 and not ended_early(search.history, fit):
        search.run(
            max_nr_populations=left,
            min_acceptance_rate=fit.least_acceptance,
            max_total_nr_simulations=fit.most_evaluations,
        )
    return search.history


def refine(fit: FitFile, targets: Sequence[Target], folder: FitFolder, in_order: InOrder, screen: Console) -> None:
    """Live the refinements of a fit, or what is left of them: histories at draws of the posterior so far."""
    for turn in range(fit.refinements):
        table = folder.evaluations()
        before = histories_of(table[table[GENERATION] < REFINED + turn], fit, targets)
        scores = posterior_scores(before, fit, fit.refinement_size, fit.seed + 2 * (turn + 1), wider=WIDER)
        known = folder.known()
        left = [row for row in scores.tolist() if key_of(row) not in known]
        name = tr("refinement {turn} of {refinements}").format(turn=turn + 1, refinements=fit.refinements)
        screen.print(tr("{name}: {count} histories to live").format(name=name, count=len(left)))
        lived = in_order(_statistics, left, CityAt(fit, tuple(targets)))
        for count, (row, stats) in enumerate(zip(left, lived, strict=True), start=1):
            folder.add(REFINED + turn, True, 0.0, dict(zip(fit.names, row, strict=True)), stats)
            if count % TOLD_EVERY == 0:
                screen.print(tr("{name}: {count} of {total} lived").format(name=name, count=count, total=len(left)))


def _statistics(scores: list[float], city: CityAt) -> dict[str, float]:
    """In a worker: the statistics of one history."""
    engine_ready()
    return city(dict(zip(city.fit.names, scores, strict=True)))


def acceptance(history: pyabc.History) -> pd.DataFrame:
    """The trace of a fit: generation, tolerance, histories lived, accepted, share accepted."""
    populations = history.get_all_populations()
    populations = populations[populations["t"] >= 0]
    accepted = history.get_nr_particles_per_population().reindex(populations["t"]).to_numpy()
    return pd.DataFrame(
        {
            "generation": populations["t"].to_numpy(int),
            "tolerance": populations["epsilon"].to_numpy(float),
            "histories": populations["samples"].to_numpy(int),
            "accepted": accepted.astype(int),
            "acceptance": accepted / populations["samples"].to_numpy(float),
        }
    )


def ended_early(history: pyabc.History, fit: FitFile) -> bool:
    """True if the last generation accepted so few, or so many histories were lived, that the fit ended there."""
    if history.max_t < 0:
        return False
    trace = acceptance(history)
    return bool(trace["acceptance"].iloc[-1] < fit.least_acceptance or trace["histories"].sum() >= fit.most_evaluations)


def accepted_particles(history: pyabc.History, fit: FitFile, targets: Sequence[Target], last: int = 3) -> pd.DataFrame:
    """Particles of the last generations: scores of the free numbers, statistics, weight (summing to one in each), and
    the generation."""
    tables = []
    for generation in range(max(0, history.max_t + 1 - last), history.max_t + 1):
        rows = [
            {
                **{name: float(particle.parameter[name]) for name in fit.names},
                **{target.id: float(particle.sum_stat[target.id]) for target in targets},
                WEIGHT: float(particle.weight),
                GENERATION: generation,
            }
            for particle in history.get_population(generation).particles
        ]
        tables.append(pd.DataFrame(rows))
    return pd.concat(tables, ignore_index=True)


class _Told:
    """Lines about how far a fit is."""

    def __init__(self, screen: Console, fit: FitFile, known: int) -> None:
        self._screen, self._fit = screen, fit
        self._generation, self._count, self._accepted = -2, 0, 0
        if known:
            screen.print(tr("{known} histories are there from before").format(known=known))

    def particle(self, generation: int, particle: Any) -> None:
        if generation != self._generation:
            self._generation, self._count, self._accepted = generation, 0, 0
        self._count += 1
        self._accepted += bool(particle.accepted)
        if self._count % TOLD_EVERY == 0 or self._accepted == self._fit.population:
            name = tr("generation {generation}").format(generation=generation) if generation >= 0 else tr("prior")
            told = tr("{name}: {accepted} of {population} accepted, {count} lived").format(
                name=name, accepted=self._accepted, population=self._fit.population, count=self._count
            )
            self._screen.print(told)
