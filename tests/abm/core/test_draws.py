"""Chance: published known answers, evenness, independence of neighbours, and what the identities promise.

Each statistical test would fail a correct generator for one seed in a million (`bounds.FALSE_ALARM`), all assertions
of a test sharing that rate. The seed is fixed, so none of them can flicker.
"""

from __future__ import annotations

import math
import os
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from abm.core import draws
from tests.statistics import bounds

SEED = 20101101
MONTH = 1330
PEOPLE = np.arange(100_000, 200_000, dtype=np.uint64)
ONES = 0xFFFFFFFF

# Random123 (D. E. Shaw Research), tests/kat_vectors, rows "philox4x32 10".
KNOWN_ANSWERS = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ONES, ONES, ONES, ONES), (ONES, ONES), (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS)
def test_published_known_answers(counter: tuple[int, ...], key: tuple[int, ...], answer: tuple[int, ...]) -> None:
    words = draws.philox4x32(*counter, *key)
    assert tuple(int(word) for word in words) == answer


def test_a_uniform_is_made_of_the_documented_words() -> None:
    person, seed = 0x123456789ABCDEF0, 0x0FEDCBA987654321
    words = draws.philox4x32(person & ONES, person >> 32, MONTH, draws.DEATH, seed & ONES, seed >> 32)
    first, second, third, fourth = (int(word) >> 6 for word in words)
    expected = (((first << 26) + second + 0.5) / 2**52, ((third << 26) + fourth + 0.5) / 2**52)
    assert draws.uniform_pair(seed, np.uint64(person), MONTH, draws.DEATH) == expected
    assert draws.uniform(seed, np.uint64(person), MONTH, draws.DEATH) == expected[0]


def test_ends_of_the_interval_are_never_drawn() -> None:
    zero, ones = np.uint64(0), np.uint64(ONES)
    assert 0.0 < draws._fraction(zero, zero) < draws._fraction(ones, ones) < 1.0


def test_every_form_draws_the_same_numbers() -> None:
    ids = PEOPLE[:50]
    one_by_one = [draws.uniform(SEED, person, MONTH, draws.PLAN) for person in ids]
    assert draws.uniforms(SEED, ids, MONTH, draws.PLAN).tolist() == one_by_one
    filled = np.full(60, -1.0)
    draws.fill_uniforms(filled, SEED, ids, MONTH, draws.PLAN)
    assert filled[:50].tolist() == one_by_one and (filled[50:] == -1.0).all()
    normals = [draws.normal(SEED, person, MONTH, draws.PLAN) for person in ids]
    assert draws.normals(SEED, ids, MONTH, draws.PLAN).tolist() == normals


def test_a_draw_depends_on_each_of_its_four_keys() -> None:
    base = draws.uniform(SEED, np.uint64(7), MONTH, draws.DEATH)
    others = [
        draws.uniform(SEED + 1, np.uint64(7), MONTH, draws.DEATH),
        draws.uniform(SEED + 2**40, np.uint64(7), MONTH, draws.DEATH),
        draws.uniform(SEED, np.uint64(8), MONTH, draws.DEATH),
        draws.uniform(SEED, np.uint64(7 + 2**40), MONTH, draws.DEATH),
        draws.uniform(SEED, np.uint64(7), MONTH + 1, draws.DEATH),
        draws.uniform(SEED, np.uint64(7), -MONTH, draws.DEATH),
        draws.uniform(SEED, np.uint64(7), MONTH, draws.MOVE),
    ]
    assert len({base, *others}) == len(others) + 1


def test_decisions_are_numbered_once_each() -> None:
    assert len(set(draws.DECISIONS.values())) == len(draws.DECISIONS)
    assert {"DEATH", "MARRIAGE", "CONCEPTION", "CARE", "FOUNDING_AGE"} <= set(draws.DECISIONS)


@pytest.mark.parametrize("decision", [draws.DEATH, draws.PLAN, draws.FOUNDING_CARE])
def test_uniform_across_people(decision: int) -> None:
    drawn = draws.uniforms(SEED, PEOPLE, MONTH, decision)
    assert bounds.uniformity_pvalue(drawn) > bounds.FALSE_ALARM


def test_uniform_across_the_months_of_one_person() -> None:
    drawn = np.array([draws.uniform(SEED, np.uint64(42), month, draws.DEATH) for month in range(20_000)])
    assert bounds.uniformity_pvalue(drawn) > bounds.FALSE_ALARM


def test_uniform_across_seeds() -> None:
    drawn = np.array([draws.uniform(seed, np.uint64(42), MONTH, draws.DEATH) for seed in range(20_000)])
    assert bounds.uniformity_pvalue(drawn) > bounds.FALSE_ALARM


def test_low_half_of_a_draw_is_as_even_as_the_high_half() -> None:
    drawn = draws.uniforms(SEED, PEOPLE, MONTH, draws.SEX)
    assert bounds.uniformity_pvalue(np.mod(drawn * 2**26, 1.0)) > bounds.FALSE_ALARM


def test_neighbours_are_independent() -> None:
    """Neighbouring ids, ids one high word apart, months, years, decisions, seeds, and both halves of a pair."""
    base = draws.uniforms(SEED, PEOPLE, MONTH, draws.MARRIAGE)
    neighbours = {
        "next id": draws.uniforms(SEED, PEOPLE + np.uint64(1), MONTH, draws.MARRIAGE),
        "high word of id": draws.uniforms(SEED, PEOPLE + np.uint64(2**32), MONTH, draws.MARRIAGE),
        "next month": draws.uniforms(SEED, PEOPLE, MONTH + 1, draws.MARRIAGE),
        "next year": draws.uniforms(SEED, PEOPLE, MONTH + 12, draws.MARRIAGE),
        "next decision": draws.uniforms(SEED, PEOPLE, MONTH, draws.MATCH_RING),
        "next seed": draws.uniforms(SEED + 1, PEOPLE, MONTH, draws.MARRIAGE),
        "second of pair": np.array([draws.uniform_pair(SEED, person, MONTH, draws.MARRIAGE)[1] for person in PEOPLE]),
    }
    rate = bounds.per_test(2 * len(neighbours))
    correlation_limit = bounds.normal_interval(0.0, 1.0 / math.sqrt(PEOPLE.size), rate)
    for name, drawn in neighbours.items():
        assert bounds.independence_pvalue(base, drawn) > rate, name
        assert bounds.holds(float(np.corrcoef(base, drawn)[0, 1]), correlation_limit), name


def test_all_decisions_are_uncorrelated_pair_by_pair() -> None:
    ids = PEOPLE[:5000]
    drawn = {name: draws.uniforms(SEED, ids, MONTH, number) for name, number in draws.DECISIONS.items()}
    pairs = list(combinations(drawn, 2))
    limit = bounds.normal_interval(0.0, 1.0 / math.sqrt(ids.size), bounds.per_test(len(pairs)))
    correlation = np.corrcoef(np.stack(list(drawn.values())))
    place = {name: i for i, name in enumerate(drawn)}
    apart = [
        (one, other) for one, other in pairs if not bounds.holds(float(correlation[place[one], place[other]]), limit)
    ]
    assert apart == []


def test_rare_events_of_a_rare_rate_come_at_that_rate() -> None:
    drawn = draws.uniforms(SEED, np.arange(2_000_000, dtype=np.uint64), MONTH, draws.TWIN)
    for probability in (1e-2, 1e-4):
        events = int((drawn < probability).sum())
        assert bounds.holds(events, bounds.binomial_interval(drawn.size, probability, bounds.per_test(2)))


def test_normals_are_normal() -> None:
    drawn = draws.normals(SEED, PEOPLE, MONTH, draws.TRAITS)
    assert stats.kstest(drawn, "norm").pvalue > bounds.FALSE_ALARM


@pytest.mark.parametrize("u", [1e-300, 1e-16, 1e-6, 0.074, 0.076, 0.3, 0.5, 0.8, 0.926, 0.99999, 1.0 - 1e-12])
def test_normal_quantile_agrees_with_scipy(u: float) -> None:
    assert draws.normal_quantile(u) == pytest.approx(stats.norm.ppf(u), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("bound", [0.3, 0.02, 1e-4])
def test_waiting_times_are_geometric(bound: float) -> None:
    drawn = draws.uniforms(SEED, PEOPLE, MONTH, draws.SEPARATION)
    months = np.array([draws.months_until(u, bound) for u in drawn])
    assert months.min() >= 1
    mean = bounds.mean_interval(1.0 / bound, math.sqrt(1.0 - bound) / bound, months.size, bounds.per_test(3))
    assert bounds.holds(float(months.mean()), mean)
    for wait in (1, 12):
        survivors = bounds.binomial_interval(months.size, (1.0 - bound) ** wait, bounds.per_test(3))
        assert bounds.holds(int((months > wait).sum()), survivors)


def test_waiting_times_at_the_ends() -> None:
    assert draws.months_until(0.5, 1.0) == 1
    assert draws.months_until(0.5, 0.0) == draws.LONG_WAIT
    assert draws.months_until(1e-15, 1e-12) == draws.LONG_WAIT


def test_ids_of_children_and_newcomers_do_not_meet() -> None:
    children = {int(draws.child_id(mother, order)) for mother in PEOPLE[:20_000] for order in (1, 2, 3)}
    newcomers = {
        int(draws.newcomer_id(month, cell, ordinal))
        for month in range(1330, 1340)
        for cell in range(20)
        for ordinal in range(50)
    }
    assert len(children) == 60_000 and len(newcomers) == 10_000
    assert not children & newcomers and not (children | newcomers) & set(PEOPLE.tolist())
    assert int(draws.child_id(np.uint64(7), 1)) == int(draws.child_id(np.uint64(7), 1))


def test_uncompiled_draws_are_the_same_and_warn_about_nothing() -> None:
    call = (
        "import numpy as np; from abm.core import draws; i = np.uint64(2**63 + 11); "
        "print(repr(float(draws.uniform(2**40 + 3, i, 1330, draws.PLAN))), "
        "repr(float(draws.normal(5, i, -7, draws.PLAN))), int(draws.child_id(i, 2)), "
        "int(draws.newcomer_id(1330, 4, 9)), int(draws.months_until(0.3, 0.01)), "
        "draws.uniforms(5, np.arange(3, dtype=np.uint64), 1330, 4).tolist())"
    )
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    answers = [
        subprocess.run(
            [sys.executable, "-W", "error", "-c", call],
            env=env,
            cwd=Path(__file__).parents[3],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for env in (environment, {key: value for key, value in os.environ.items() if key != "NUMBA_DISABLE_JIT"})
    ]
    assert answers[0] == answers[1]
