"""Particles of a generation, keyed: candidate number i of generation t is the same one wherever it is evaluated.

pyABC draws proposals from numpy's global generator. Here every candidate's generator is a function of (seed, t, i), and
the first ``n`` accepted in the order of i make the population, so that a fit gives the same numbers in this process
and on any number of Ray workers.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import cache
from itertools import count
from typing import Any

import cloudpickle
import numpy as np
from pyabc.sampler import Sampler

from abm.core import draws
from calibration.fit.workers import InOrder
from experiments.run.compiled_once import engine_ready

EVERY = 5
"""Candidates between which a worker frees what it no longer needs."""
Candidate = tuple[int, int, int]
"""(seed, generation, number) of a candidate."""


def particle_of(candidate: Candidate, simulate_one: bytes) -> Any:
    """In a worker: the particle of one candidate."""
    engine_ready()
    _settled()
    seed, generation, number = candidate
    with draws.global_generators(seed, generation + 1, number, draws.FIT_PROPOSAL):
        particle = cloudpickle.loads(simulate_one)()
    if number % EVERY == 0:
        gc.collect()  # a city is a ring of references, and tens of megabytes
    return particle


@cache
def _settled() -> None:
    """What is loaded by now stays: it is not looked through each time that candidates are freed."""
    gc.collect()
    gc.freeze()


class KeyedSampler(Sampler):
    """The sampler of a fit. ``on_particle(generation, particle)`` is told of every candidate, in order."""

    def __init__(self, in_order: InOrder, seed: int, on_particle: Callable[[int, Any], None]) -> None:
        super().__init__()
        self._in_order, self._seed, self._on_particle = in_order, seed, on_particle

    def sample_until_n_accepted(
        self,
        n: int,
        simulate_one: Callable[[], Any],
        t: int,
        *,
        max_eval: float = np.inf,
        all_accepted: bool = False,
        ana_vars: Any = None,
    ) -> Any:
        """The first ``n`` accepted candidates; a sample that is not ``ok`` when that takes more than ``max_eval``."""
        sample = self._create_empty_sample()
        candidates = ((self._seed, t, number) for number in count())
        particles = self._in_order(particle_of, candidates, cloudpickle.dumps(simulate_one))
        self.nr_evaluations_ = 0
        try:
            for particle in particles:
                self.nr_evaluations_ += 1
                sample.append(particle)
                self._on_particle(t, particle)
                if sample.n_accepted >= n:
                    break
                if self.nr_evaluations_ >= max_eval:
                    sample.ok = False
                    break
        finally:
            particles.close()
        return sample
