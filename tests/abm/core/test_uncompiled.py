"""Small compiled functions are plain Python as well: with NUMBA_DISABLE_JIT=1 they run, and give the same answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CODE = """
import json
import numba, numpy as np
from abm.processes import biology
from abm.money import prospect as budget
from abm.core import draws
from abm.core import hazards
from abm.core.parameters import Parameters
from abm.processes.plans_and_conceptions import logistic, spacing_utility
from abm.processes.matching import keyed_order

pars = Parameters.load().row()
if numba.config.DISABLE_JIT:
    pars = pars.view(np.recarray)  # plain numpy gives fields of a row as attributes only so
print(json.dumps({
    "jit": not numba.config.DISABLE_JIT,
    "uniform": draws.uniform(7, 11, 1450, draws.PLAN),
    "normal": draws.normal(7, 11, 0, draws.FECUNDITY),
    "child": str(draws.child_id(123456789, 2)),
    "wait": hazards.next_candidate_constant(7, 11, draws.PLAN, 1450, hazards.log_of_no_candidate(0.05)),
    "wait by age": hazards.next_candidate_month(
        7, 11, draws.DEATH, 1450, 1100, hazards.cumulative_candidates(np.full(111, 0.01))
    ),
    "conception": biology.monthly_conception_probability(31.3, 1.1, pars),
    "sterility": biology.age_at_sterility_years(0.3, pars),
    "multiplier": biology.fecundability_multiplier(0.4, pars),
    "consumption": budget.consumption_reference(budget.log_relative_income(50000.0, 70000.0, pars), 70000.0, pars),
    "after": budget.after_children(1.0, 2, pars),
    "logistic": logistic(0.3),
    "spacing": spacing_utility(1450, 1400, pars),
    "order": keyed_order(np.array([0.7, 0.1, 0.4])).tolist(),
}))
"""


def answers(disabled: str) -> dict[str, object]:
    """What a fresh process answers with or without the compiler."""
    environment = {**os.environ, "NUMBA_DISABLE_JIT": disabled, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", CODE], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_python_and_compiled_code_agree() -> None:
    plain, compiled = answers("1"), answers("0")
    assert plain.pop("jit") is False and compiled.pop("jit") is True
    assert plain == {
        name: pytest.approx(value, rel=1e-12) if isinstance(value, float) else value for name, value in compiled.items()
    }
