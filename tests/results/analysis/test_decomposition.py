"""The split of a change of the TFR, on numbers worked by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from results.analysis.tfr_parts import tfr_parts


def rows(values: dict[tuple[str, str], float]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"scenario": scenario, "seed": 1, "year": 2030, "month": pd.NA, "group": group, "value": value}
            for (scenario, group), value in values.items()
        ]
    )


def parts(rate: float, married: float, tfr: float) -> pd.Series:
    """One age group: under the baseline half of the women are married and bear 0.2 a year, so the TFR is 0.5."""
    return (
        tfr_parts(
            rows({("base", "age:25-29"): 0.1, ("p", "age:25-29"): rate}),
            rows({("base", "sex:female;age:25-29"): 0.5, ("p", "sex:female;age:25-29"): married}),
            rows({("base", "all"): 0.5, ("p", "all"): tfr}),
            "base",
        )
        .set_index("part")["value"]
        .astype(float)
    )


def test_more_marriages_at_the_same_fertility_are_marriage() -> None:
    found = parts(rate=0.12, married=0.6, tfr=0.6)
    assert found["marriage"] == pytest.approx(0.1) and found["within_marriage"] == pytest.approx(0.0)


def test_more_births_of_as_many_couples_are_within_marriage() -> None:
    found = parts(rate=0.12, married=0.5, tfr=0.6)
    assert found["within_marriage"] == pytest.approx(0.1) and found["marriage"] == pytest.approx(0.0)


def test_parts_add_up_and_what_is_left_is_said() -> None:
    found = parts(rate=0.15, married=0.6, tfr=0.8)
    assert found["total"] == pytest.approx(0.3)
    assert found["marriage"] + found["within_marriage"] == pytest.approx(5 * 0.05)
    assert found["rest"] == pytest.approx(0.05)
