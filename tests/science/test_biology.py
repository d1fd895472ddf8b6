"""The body with choice switched off: women who try every month against published waiting times to pregnancy.

The Japanese and the European figures disagree with each other at the same age (of couples of 30 to 32 who try for a
first child in Japan 66 % conceive within twelve months; a French model has 75 % conceive *and carry to birth* at 30),
so no curve meets them all. Each gets the same tolerance. Under the default parameters women conceive faster than the
Japanese couples (by 0.05, 0.12 and 0.13 at the three ages) and slower than the Europeans above 40 (by 0.08 to 0.15).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest

from abm.core import draws
from abm.processes import biology

WOMEN = 20_000
SEED = 7
TOLERANCE = 0.16
"""Largest miss of a single published share; a standard error here is 0.003."""
BIAS = 0.03
"""Largest mean miss over all of them, signed."""


class Published(NamedTuple):
    """A share that conceives: ages at the start, months of trying, whether losses are taken off, the figure."""

    ages: tuple[float, float]
    months: int
    live_birth: bool
    share: float


TARGETS = {
    # Konishi & Tamaki 2018, Journal of Population Studies (Japan) 54, first child
    "ttp12_jp_24_26": Published((24, 27), 12, False, 0.80),
    "ttp12_jp_30_32": Published((30, 33), 12, False, 0.66),
    "ttp12_jp_36_38": Published((36, 39), 12, False, 0.48),
    # Wesselink et al. 2017, AJOG 217, planners in North America
    "cum6_na_28_30": Published((28, 31), 6, False, 0.62),
    "cum6_na_40_45": Published((40, 46), 6, False, 0.276),
    # Leridon 2004, Human Reproduction 19(7), model of France
    "leridon1_30": Published((30, 30), 12, True, 0.75),
    "leridon1_35": Published((35, 35), 12, True, 0.66),
    "leridon1_40": Published((40, 40), 12, True, 0.44),
    "leridon4_30": Published((30, 30), 48, True, 0.91),
    "leridon4_35": Published((35, 35), 48, True, 0.84),
    "leridon4_40": Published((40, 40), 48, True, 0.64),
}


def share_conceiving(target: Published, parameters: Any) -> float:
    """Share of heterogeneous women who conceive while trying every month: the rules of ``abm/processes/biology.py`` in
    numpy."""
    p = {
        name: parameters.list(name)
        for name in ("fecundability_ages", "fecundability_by_age", "loss_ages", "loss_by_age")
    }
    ids = np.arange(1, WOMEN + 1, dtype=np.uint64)
    variance = np.log1p(parameters["fecundability_cv"] ** 2)
    multiplier = np.exp(np.sqrt(variance) * draws.normals(SEED, ids, 0, draws.FECUNDITY) - 0.5 * variance)
    u = draws.uniforms(SEED, ids, 0, draws.STERILITY)
    sterile_age = np.interp(u, parameters.list("sterility_share"), parameters.list("sterility_ages"))
    low, high = target.ages
    start = low + (high - low) * draws.uniforms(SEED, ids, 0, draws.FOUNDING_AGE)
    done, pause = np.zeros(WOMEN, bool), np.zeros(WOMEN, int)
    for month in range(target.months):
        age = start + month / 12.0
        base = np.interp(age, p["fecundability_ages"], p["fecundability_by_age"]) * parameters["fecundability_scale"]
        chance = np.minimum(base * multiplier, 0.95)
        conceives = draws.uniforms(SEED, ids, month, draws.CONCEPTION) < chance
        conceives &= ~done & (pause == 0) & (age < sterile_age)
        pause = np.maximum(pause - 1, 0)
        if target.live_birth:
            loss = np.interp(age, p["loss_ages"], p["loss_by_age"])
            lost = conceives & (draws.uniforms(SEED, ids, month, draws.LOSS) < loss)
            pause[lost] = int(parameters["loss_pause_months"])
            conceives &= ~lost
        done |= conceives
    return float(done.mean())


@pytest.fixture(scope="module")
def found(parameters: Any) -> dict[str, float]:
    """Share that conceives, by published figure."""
    return {name: share_conceiving(target, parameters) for name, target in TARGETS.items()}


@pytest.mark.parametrize("name", TARGETS)
def test_waiting_times_are_near_the_published(name: str, found: dict[str, float]) -> None:
    assert found[name] == pytest.approx(TARGETS[name].share, abs=TOLERANCE)


def test_misses_balance_between_the_sources(found: dict[str, float]) -> None:
    misses = {name: round(found[name] - TARGETS[name].share, 3) for name in TARGETS}
    assert abs(np.mean(list(misses.values()))) < BIAS, misses


def test_conception_falls_with_age_within_each_source(found: dict[str, float]) -> None:
    for names in (
        ("ttp12_jp_24_26", "ttp12_jp_30_32", "ttp12_jp_36_38"),
        ("leridon1_30", "leridon1_35", "leridon1_40"),
        ("leridon4_30", "leridon4_35", "leridon4_40"),
        ("cum6_na_28_30", "cum6_na_40_45"),
    ):
        shares = [found[name] for name in names]
        assert all(first > second + 0.02 for first, second in zip(shares, shares[1:], strict=False)), names


def test_the_numpy_rules_above_are_those_of_the_model(parameters: Any) -> None:
    """Each compiled rule at a few ages against the interpolation used here."""
    pars = parameters.row()
    scale = parameters["fecundability_scale"]
    for age in (16.0, 22.5, 29.3, 36.5, 41.9, 49.0):
        base = np.interp(age, parameters.list("fecundability_ages"), parameters.list("fecundability_by_age"))
        assert biology.monthly_conception_probability(age, 1.3, pars) == pytest.approx(1.3 * scale * base)
        loss = np.interp(age, parameters.list("loss_ages"), parameters.list("loss_by_age"))
        assert biology.loss_probability(age, pars) == pytest.approx(loss)
        art = np.interp(age, parameters.list("art_ages"), parameters.list("art_by_age"))
        assert biology.art_live_birth_probability(age, pars) == pytest.approx(art)
    for u in (0.001, 0.03, 0.5, 0.99):
        sterile = np.interp(u, parameters.list("sterility_share"), parameters.list("sterility_ages"))
        assert biology.age_at_sterility_years(u, pars) == pytest.approx(sterile)
    assert biology.monthly_conception_probability(25.0, 100.0, pars) == 0.95


def test_multipliers_have_mean_one_and_their_spread(parameters: Any) -> None:
    pars = parameters.row()
    scores = draws.normals(SEED, np.arange(1, WOMEN + 1, dtype=np.uint64), 0, draws.FECUNDITY)
    values = np.array([biology.fecundability_multiplier(score, pars) for score in scores])
    assert values.mean() == pytest.approx(1.0, abs=0.02)
    assert values.std() == pytest.approx(parameters["fecundability_cv"], rel=0.05)
