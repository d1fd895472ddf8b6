"""What a history says to every target, and the table of the two side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from calibration.targets.distance import standardised
from calibration.targets.history import History
from calibration.targets.read import Target


def predicted(history: History, targets: Iterable[Target]) -> pd.Series:
    """The value of each target in a history, by id; nan where nothing is there to count."""
    values = {target.id: target.kind.computation.value(history) for target in targets}
    return pd.Series(values, dtype=float, name="predicted")


def scoreboard(targets: Sequence[Target], runs: Sequence[pd.Series]) -> pd.DataFrame:
    """Observed against predicted: one row a target, from the predictions of several seeds.

    Columns: id, group, use, year, geography, grade, observed (offset added), low, high (80 % interval), predicted (mean
    over seeds), between_seeds (standard deviation), z (of the mean), inside.
    """
    table = pd.DataFrame(list(runs))[[target.id for target in targets]]
    mean, spread = table.mean(), table.std(ddof=1) if len(table) > 1 else table.mean() * float("nan")
    return pd.DataFrame(
        {
            "id": [target.id for target in targets],
            "group": [target.kind.group for target in targets],
            "use": [target.use for target in targets],
            "year": [target.figure.year for target in targets],
            "geography": [target.figure.geography for target in targets],
            "grade": [target.figure.grade for target in targets],
            "observed": [target.observed for target in targets],
            "low": [target.low for target in targets],
            "high": [target.high for target in targets],
            "predicted": mean.to_numpy(),
            "between_seeds": spread.to_numpy(),
            "z": standardised(mean, targets).to_numpy(),
            "inside": [target.inside(float(mean[target.id])) for target in targets],
        }
    )
