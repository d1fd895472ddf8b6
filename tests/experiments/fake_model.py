"""A stand-in for the model that keeps its contract: months, fork, rows, births log; keyed by seed, quick."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pandas as pd

from policies.clock import month_index, year_of


class FakeModel:
    """Births of a few hundred women; a voucher adds some. Same seed, same births."""

    def __init__(
        self, city: Any, *, scale: float = 0.05, seed: int = 1, start: str = "2010-11", parameters: Any = None,
        timeline: Any = None, hold: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        self.city, self.scale, self.seed, self.timeline = city, scale, seed, timeline
        self.month = month_index(start)
        self.births: list[tuple[int, int, int, int, bool]] = []
        if seed == 13:
            raise RuntimeError("seed 13 has no history")

    def run_until_month(self, month: int, on_month: Any = None) -> None:
        """Simulate up to, not including, ``month``."""
        while self.month < month:
            voucher = float(self.timeline.at(self.month)["childcare_voucher.amount"])
            if voucher == 1313:
                raise ValueError("a voucher of 1313 is unlucky")
            rng = np.random.default_rng([self.seed, self.month])
            chance = rng.random(200)
            for mother in np.flatnonzero(chance < 0.02 * (1 + voucher / 8000)):
                self.births.append((int(mother), self.month - 12 * 28, self.month, 1, voucher > 0))
            self.month += 1

    def saved(self) -> dict[str, Any]:
        """Its state."""
        return {name: value for name, value in vars(self).items() if name != "city"}

    @classmethod
    def from_saved(cls, state: dict[str, Any], city: Any, parameters: Any) -> FakeModel:
        """From its state."""
        model = object.__new__(cls)
        vars(model).update(state, city=city)
        return model

    def fork(
        self, timeline: Any = None, hold: Any = None, balanced_budget: bool = False, headline_only: bool = False
    ) -> FakeModel:
        """A branch with its own births."""
        branch = copy.copy(self)
        branch.births = list(self.births)
        branch.timeline = timeline if timeline is not None else self.timeline
        return branch

    def let_go(self) -> None:
        """It holds nobody."""

    def births_log(self) -> pd.DataFrame:
        """One row a birth."""
        columns = ["mother_id", "mother_birth_month", "month", "order", "paid"]
        return pd.DataFrame(self.births, columns=columns).astype({"mother_id": "uint64"}).assign(fifth=-1, hukou=1)

    def rows(self) -> pd.DataFrame:
        """Births, rate and cost a year."""
        log = self.births_log()
        years = sorted({year_of(m) for m in log["month"]})
        found: list[tuple[int, str, str, float]] = []
        for year in years:
            count = float((log["month"].map(year_of) == year).sum()) / self.scale
            voucher = float(self.timeline.at(month_index(f"{year}-06"))["childcare_voucher.amount"])
            found += [
                (year, "births", "all", count),
                (year, "births", "order:1", count),
                (year, "tfr", "all", count / 40),
                (year, "tfr_census", "all", count / 38),
                (year, "cost", "all", voucher * count),
                (year, "cost", "payer:city", voucher * count),
                (year, "cost", "lever:childcare_voucher", voucher * count),
                (year, "marriages", "all", count * 0.8),
            ]
        frame = pd.DataFrame(found, columns=["year", "indicator", "group", "value"])
        return frame.assign(month=pd.array([pd.NA] * len(frame), dtype="Int32"))
