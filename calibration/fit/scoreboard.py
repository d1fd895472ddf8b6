"""How far to trust a fit: predictions against targets, what the data leave open, what that does to the answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from abm.core import draws
from calibration.fit.fit_file import FitFile
from calibration.fit.smc import parameter_changes
from calibration.fit.workers import InOrder
from calibration.targets.history import run_history
from calibration.targets.predict import predicted
from calibration.targets.read import Target
from experiments.run.compiled_once import engine_ready

SHARE = 0.8
"""Share of the predictive and posterior intervals."""
TAILS = ((1.0 - SHARE) / 2.0, 1.0 - (1.0 - SHARE) / 2.0)


def predictions(
    fit: FitFile, drawn: pd.DataFrame, targets: Sequence[Target], in_order: InOrder, first_seed: int = 101
) -> pd.DataFrame:
    """What each draw predicts: columns draw, seed, and one for every target. Seeds are others than the fit's."""
    numbers = drawn[list(fit.names)].to_numpy(float).tolist()
    asked = [
        (draw, first_seed + seed, free) for draw, free in enumerate(numbers) for seed in range(fit.predictive_seeds)
    ]
    found = in_order(_prediction, asked, (fit, tuple(targets)))
    rows = [{"draw": draw, "seed": seed, **dict(zip((t.id for t in targets), values, strict=True))}
            for (draw, seed, _), values in zip(asked, found, strict=True)]  # fmt: skip
    return pd.DataFrame(rows)


def _prediction(asked: tuple[int, int, list[float]], shared: tuple[FitFile, tuple[Target, ...]]) -> list[float]:
    engine_ready()
    fit, targets = shared
    history = run_history(parameter_changes(fit, asked[2]), asked[1], fit.scale, fit.city)
    return [float(value) for value in predicted(history, targets)]


def scoreboard(predicted_values: pd.DataFrame, targets: Sequence[Target]) -> pd.DataFrame:
    """Every target with its posterior predictive interval, and whether the two meet.

    The interval holds parameters, chance, and the error of the observation itself. ``inside`` is True when the
    observed value lies in it, or the median within the target's tolerance.
    """
    rows = []
    for place, target in enumerate(targets):
        values = predicted_values[target.id].to_numpy(float)
        ids = np.arange(len(values), dtype=np.uint64)
        noisy = values + target.sd * draws.normals(place + 1, ids, 1, draws.FIT_NOISE)
        low, high = np.quantile(noisy, TAILS)
        median = float(np.median(values))
        inside = bool(low <= target.observed <= high) or target.inside(median)
        rows.append(
            {
                "id": target.id, "group": target.kind.group, "use": target.use,
                "label_en": target.kind.label.en, "label_zh": target.kind.label.zh,
                "unit_en": target.kind.unit.en, "unit_zh": target.kind.unit.zh, "year": target.figure.year,
                "geography": target.figure.geography, "base": target.figure.base, "grade": target.figure.grade,
                "observed": target.observed, "low": target.low, "high": target.high, "predicted": median,
                "predicted_low": low, "predicted_high": high, "inside": inside,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def identified(fit: FitFile, drawn: pd.DataFrame) -> pd.DataFrame:
    """Prior against posterior of every free number, on its own scale: 80 % intervals, and the ratio of their widths."""
    rows = []
    for name, entry in (*fit.levels.items(), *fit.responses.items()):
        prior = entry.prior
        before = prior.value(special.ndtri([TAILS[0], 0.5, TAILS[1]]))
        after = drawn[name].quantile([TAILS[0], 0.5, TAILS[1]]).to_numpy()
        rows.append(
            {
                "name": name, "kind": "level" if name in fit.levels else "response", "parameter": entry.parameter,
                "label_en": entry.label.en, "label_zh": entry.label.zh,
                "prior_low": before[0], "prior_median": before[1], "prior_high": before[2],
                "posterior_low": after[0], "posterior_median": after[1], "posterior_high": after[2],
                "width_ratio": (after[2] - after[0]) / (before[2] - before[0]),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def correlations(fit: FitFile, drawn: pd.DataFrame, least: float = 0.4) -> pd.DataFrame:
    """Pairs of free numbers that the data hold together: rank correlation of the draws, strongest first."""
    ranks = drawn[list(fit.names)].corr(method="spearman").to_numpy()
    pairs = [(fit.names[i], fit.names[j], ranks[i, j]) for i in range(len(ranks)) for j in range(i)]
    table = pd.DataFrame(pairs, columns=["first", "second", "correlation"])
    table = table[table["correlation"].abs() >= least]
    return table.iloc[table["correlation"].abs().argsort()[::-1]].reset_index(drop=True)


def shipped_columns(fit: FitFile, drawn: pd.DataFrame) -> pd.DataFrame:
    """Draws as parameters of the model: one column a number, ``name`` or ``name[item]``."""
    rows = []
    for free in drawn[list(fit.names)].to_numpy(float).tolist():
        row: dict[str, float] = {}
        for name, value in parameter_changes(fit, free).items():
            row.update(_named(name, value))
        rows.append(row)
    return pd.DataFrame(rows)


def _named(name: str, value: Any) -> dict[str, float]:
    if isinstance(value, tuple):
        return {f"{name}[{item}]": number for item, number in enumerate(value)}
    return {name: float(value)}
