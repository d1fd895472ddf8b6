"""The acceptance intervals themselves: closed forms and the rate they promise."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tests.statistics import bounds


def test_normal_interval_of_five_percent_is_the_textbook_one() -> None:
    low, high = bounds.normal_interval(10.0, 2.0, 0.05)
    assert (low, high) == pytest.approx((10.0 - 1.959964 * 2.0, 10.0 + 1.959964 * 2.0), rel=1e-6)


@pytest.mark.parametrize(("trials", "probability"), [(10, 0.5), (1000, 0.001), (50_000, 0.3)])
def test_binomial_interval_keeps_its_rate_and_is_tight(trials: int, probability: float) -> None:
    low, high = bounds.binomial_interval(trials, probability, 0.01)
    law = stats.binom(trials, probability)
    assert law.cdf(low - 1) <= 0.005 and law.sf(high) <= 0.005
    assert law.cdf(low) > 0.005 and law.sf(high - 1) > 0.005


def test_uniformity_sees_a_tilt_of_four_percent() -> None:
    even = (np.arange(100_000) + 0.5) / 100_000
    assert bounds.uniformity_pvalue(even) > 0.5
    assert bounds.uniformity_pvalue(even**1.04) < bounds.FALSE_ALARM


def test_independence_sees_a_copy_and_a_shift() -> None:
    even = (np.arange(4096) * 0.6180339887498949) % 1.0
    assert bounds.independence_pvalue(even, even) < bounds.FALSE_ALARM
    assert bounds.independence_pvalue(even, (even + 0.25) % 1.0) < bounds.FALSE_ALARM


def test_same_share_tells_far_shares_apart() -> None:
    assert bounds.same_share_pvalue((500, 510), (1000, 1000)) > 0.5
    assert bounds.same_share_pvalue((400, 600), (1000, 1000)) < bounds.FALSE_ALARM


def test_rates_are_shared_out() -> None:
    assert bounds.per_test(50) * 50 == pytest.approx(bounds.FALSE_ALARM)
