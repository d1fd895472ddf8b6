"""Estimates in words: what is said of an interval that holds zero, and of one that does not."""

from __future__ import annotations

import math

import pytest

from results.estimates import if_not_told

NOTHING = {"en": "", "zh": ""}
UNSURE = {"en": ", which cannot be told from zero", "zh": "，与零无法区分"}


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (-0.002, 0.005, UNSURE),
        (0.0, 0.005, UNSURE),
        (0.001, 0.005, NOTHING),
        (-0.005, -0.001, NOTHING),
        (math.nan, math.nan, NOTHING),
    ],
)
def test_an_effect_whose_interval_holds_zero_is_said_to_be_untold(
    low: float, high: float, said: dict[str, str]
) -> None:
    """Without an interval the sentence says that there is none, and nothing more."""
    assert if_not_told({"mean": 0.001, "low": low, "high": high, "n": 8.0}) == said
