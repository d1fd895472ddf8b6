"""Functions with known sensitivity indices, dressed as the model: their inputs are levers, their value is the TFR."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from policies.clock import month_index, year_of

LEVERS = {
    "birth_grant.order1": 100_000.0, "childcare_voucher.amount": 2_000.0, "home_care_allowance.amount": 2_000.0,
    "marriage_grant.amount": 100_000.0,
}  # fmt: skip
"""Lever fields that carry the inputs, with their upper bound (the lower is 0)."""
G_COEFFICIENTS = (0.0, 1.0, 4.5, 9.0)


def ishigami(u: np.ndarray) -> float:
    """Ishigami and Homma (1990) with a = 7, b = 0.1; inputs on [0, 1]."""
    x = np.pi * (2 * u[:3] - 1)
    return float(np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0]))


def sobol_g(u: np.ndarray) -> float:
    """Sobol's G function with the coefficients above."""
    a = np.array(G_COEFFICIENTS)
    return float(np.prod((np.abs(4 * u - 2) + a) / (1 + a)))


def ishigami_indices() -> tuple[list[float], list[float]]:
    """First and total indices in closed form."""
    first = 0.5 * (1 + 0.1 * np.pi**4 / 5) ** 2
    second, joint = 49 / 8, 0.01 * np.pi**8 * (1 / 18 - 1 / 50)
    total = first + second + joint
    return [first / total, second / total, 0.0], [(first + joint) / total, second / total, joint / total]


def g_indices() -> tuple[list[float], list[float]]:
    """First and total indices in closed form."""
    parts = [1 / (3 * (1 + a) ** 2) for a in G_COEFFICIENTS]
    variance = float(np.prod([1 + v for v in parts])) - 1
    others = [float(np.prod([1 + w for j, w in enumerate(parts) if j != i])) for i in range(len(parts))]
    return [v / variance for v in parts], [v * o / variance for v, o in zip(parts, others, strict=True)]


def model_of(
    function: Callable[[np.ndarray], float], noise: float = 0.0, cost: Callable[[np.ndarray], float] | None = None
) -> type:
    """A class with the model's contract whose TFR (and births) is ``function`` of the levers plus keyed noise; its cost
    is ``cost`` of them, or the same."""

    class KnownModel:
        """Nothing but a law and a clock."""

        def __init__(self, city: Any, *, scale: float, seed: int, start: str, timeline: Any, **_: Any) -> None:
            self.scale, self.seed, self.timeline = scale, seed, timeline
            self.month = month_index(start)

        def run_until_month(self, month: int) -> None:
            self.month = month

        def saved(self) -> dict[str, Any]:
            return dict(vars(self))

        @classmethod
        def from_saved(cls, state: dict[str, Any], city: Any, parameters: Any) -> Any:
            model = object.__new__(cls)
            vars(model).update(state)
            return model

        def fork(self, timeline: Any = None, hold: Any = None, **_: Any) -> Any:
            branch = object.__new__(type(self))
            branch.__dict__.update(self.__dict__, timeline=timeline)
            return branch

        def let_go(self) -> None:
            """It holds nobody."""

        def rows(self) -> pd.DataFrame:
            law = self.timeline.at(self.month - 1)
            inputs = np.array([law[field] / high for field, high in LEVERS.items()])
            key = [self.seed, *(int(1e6 * value) for value in inputs)]
            value = function(inputs) + noise * float(np.random.default_rng(key).normal())
            years = range(2021, year_of(self.month - 1) + 1)
            values = {"tfr": value, "births": value, "cost": value if cost is None else cost(inputs)}
            found = [(y, name, "all", number) for y in years for name, number in values.items()]
            frame = pd.DataFrame(found, columns=["year", "indicator", "group", "value"])
            return frame.assign(month=pd.array([pd.NA] * len(frame), dtype="Int32"))

    return KnownModel
