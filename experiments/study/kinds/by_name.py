"""Every kind of study by its name, as configs write it."""

from __future__ import annotations

from experiments.study.kind import Kind
from experiments.study.kinds.forecast import FORECAST
from experiments.study.kinds.optimise import OPTIMISE
from experiments.study.kinds.scenario import SCENARIO
from experiments.study.kinds.sobol import SOBOL
from experiments.study.kinds.sweep import SWEEP

KINDS: dict[str, Kind] = {kind.name: kind for kind in (SCENARIO, SWEEP, SOBOL, OPTIMISE, FORECAST)}
