"""Rows of a population report against a small population counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from abm.observe.rows import report_rows


def test_rows_of_a_population_counted_by_hand() -> None:
    population = np.zeros((2, 2, 2, 101))  # county, village/town, sex, age
    population[0, 1, 0, 6] = 4  # town
    population[0, 0, 1, 30] = 10
    population[1, 1, 1, 6] = 1
    population[1, 0, 0, 70] = 5
    population[1, 0, 0, 20] = 4
    rows = {(name, group): value for name, group, value in report_rows(population, ("a", "b"), 0.5)}
    assert rows[("school_entrants", "all")] == 10 and rows[("school_entrants", "county:a")] == 8
    assert rows[("dependency_ratio", "all")] == pytest.approx(10 / 14)
    assert rows[("dependency_ratio", "part:young")] == pytest.approx(5 / 14)
    assert rows[("dependency_ratio", "part:old")] == pytest.approx(5 / 14)
    assert rows[("share_16_59", "county:b")] == pytest.approx(0.4)
    assert rows[("urban_share", "county:a")] == pytest.approx(4 / 14)
    assert [rows[("population", f"county:b;band:{band}")] for band in ("0-15", "16-59", "60+")] == [2, 8, 10]
