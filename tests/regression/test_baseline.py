"""The numbers of a fixed small run: they move only on purpose.

A failure says that results move. If that is meant: run ``python -m tests.regression.update`` from the project's folder,
look at the difference of ``baseline.yaml``, and add a line with **results move** to ``CHANGELOG.md``.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.regression.baseline import HOW_TO_UPDATE, figures_of_run, load_baseline

BASELINE = load_baseline()


@pytest.fixture(scope="module")
def figures(toytown_founded: Any) -> dict[str, float]:
    """Figures of five years of toytown, seed 1."""
    return figures_of_run(toytown_founded.fork())


def test_the_same_figures_are_kept(figures: dict[str, float]) -> None:
    assert set(figures) == set(BASELINE), HOW_TO_UPDATE


@pytest.mark.parametrize("name", sorted(BASELINE))
def test_the_figure_has_not_moved(name: str, figures: dict[str, float]) -> None:
    kept = BASELINE[name]
    assert figures[name] == pytest.approx(kept.value, abs=kept.tolerance), HOW_TO_UPDATE
