"""Independent replicates of a run: what an interval may count.

Runs of one seed under several parameter draws share their chance, and seeds of one draw share its numbers, so pairs of
seed and draw are not independent of each other. Where a run has several draws, a replicate is a draw: its series are
means over its seeds, its births log is that of all its seeds with weights divided by their number. With one draw a
replicate is a seed. Tables keep the column ``seed``, which numbers replicates from 1.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from results.analysis.compare import SUMS

MOTHERS_A_SEED = np.uint64(2**40)
"""Ids of mothers of different seeds are told apart by this offset; a city has far fewer people."""
KEYS = ["seed", "draw"]


def has_several_draws(design: pd.DataFrame) -> bool:
    """True if replicates are parameter draws."""
    return bool(design["draw"].nunique() > 1)


def complete_pairs(design: pd.DataFrame, finished: pd.DataFrame) -> pd.DataFrame:
    """Pairs of seed and draw of which all scenarios of the design are finished, or as many as any pair has."""
    asked = design.merge(finished[["run_id"]].drop_duplicates(), on="run_id")
    counts = asked.groupby(KEYS)["scenario"].nunique()
    return counts[counts == counts.max()].index.to_frame(index=False)


def numbered(design: pd.DataFrame, finished: pd.DataFrame) -> pd.DataFrame:
    """Pairs that count, with their replicate (from 1) and ``share`` (one over the seeds of it): seed, draw, replicate,
    share."""
    pairs = complete_pairs(design, finished)
    codes, _ = pd.factorize(pairs["draw"], sort=True)
    return pairs.assign(replicate=codes + 1, share=1.0 / pairs.groupby("draw")["seed"].transform("size"))


def replicate_series(series: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Series with one row a replicate in place of one a seed and draw; ``pairs`` is of :func:`numbered`.

    A row that some seeds lack counts as zero for sums of events and money, and is left out of means of rates.
    """
    own = series.merge(pairs, on=KEYS)
    if own["share"].eq(1.0).all():
        return own.assign(seed=own["replicate"])[series.columns]
    keys = [c for c in series.columns if c not in ("value", "run_id", *KEYS)]
    own = own.assign(weighted=own["value"] * own["share"])
    found = own.groupby([*keys, "replicate", "draw"], observed=True, dropna=False, sort=False).agg(
        total=("weighted", "sum"), mean=("value", "mean"), run_id=("run_id", "first")
    )
    found = found.reset_index().rename(columns={"replicate": "seed"})
    adds = found["indicator"].astype(str).isin(SUMS)
    return found.assign(value=found["total"].where(adds, found["mean"]))[series.columns]


def replicate_births(births: pd.DataFrame, design: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Births logs by replicate: mothers of different seeds stay different; weights are those of a mean over seeds."""
    draws = design.set_index("run_id")["draw"]
    own = births.assign(draw=births["run_id"].astype(str).map(draws)).merge(pairs, on=KEYS)
    mothers = own["mother_id"].to_numpy(np.uint64) + own["seed"].to_numpy(np.uint64) * MOTHERS_A_SEED
    return own.assign(mother_id=mothers, weight=own["weight"] * own["share"], seed=own["replicate"])[births.columns]
