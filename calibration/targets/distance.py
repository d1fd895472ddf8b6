"""How far predictions are from what is observed, in standard deviations of what is observed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from calibration.targets.read import Target
from policies.messages import tr

FURTHEST = 10.0
"""Standard deviations at which a discrepancy is cut off: one absurd figure must not hide all others. A value that
could not be computed counts as this far."""


def standardised(predicted: pd.Series, targets: Sequence[Target]) -> pd.Series:
    """(predicted - observed) / sd of each target, by id; nan stays nan."""
    return pd.Series({target.id: target.z(float(predicted[target.id])) for target in targets}, dtype=float, name="z")


def cut_off(z: pd.Series) -> pd.Series:
    """Discrepancies within :data:`FURTHEST` of zero, a missing one at it."""
    return z.fillna(FURTHEST).clip(-FURTHEST, FURTHEST)


def distance(predicted: pd.Series, targets: Sequence[Target]) -> float:
    """Root of the weighted mean of squared standardised discrepancies of the fitted targets among ``targets``.

    About 1 where the only differences are those that the uncertainty of the figures allows.
    """
    fitted = [target for target in targets if target.use == "fit"]
    if not fitted:
        raise ValueError(tr("distance: no fitted target among those given"))
    weights = np.array([target.weight for target in fitted])
    return float(np.sqrt(np.average(cut_off(standardised(predicted, fitted)).to_numpy() ** 2, weights=weights)))
