"""The section on the fit to the city, from a made-up fit with the documented structure."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from results.blocks import Bullets, Paragraph, Table, Verdict
from results.figures_fit import scaled
from results.fit_data import FitData, printed
from results.report import write_report
from results.sections_calibration import calibration_section
from results.store import CONTEXT
from tests.results.reading import words_of
from tests.results.sample_fit import SAMPLE_FIT
from tests.results.sample_run import write_sample_run


def section_of(**changes: Any) -> Any:
    """The section of the sample with entries replaced."""
    return calibration_section({"fit": {**copy.deepcopy(SAMPLE_FIT), **changes}})


def tables(section: Any) -> dict[str, Table]:
    return {block.name: block for block in section.blocks if isinstance(block, Table)}


def test_fitted_and_held_back_are_scored_apart_and_inputs_not_at_all() -> None:
    assert "2 of 3 figures it was fitted to and 1 of 2 that were held back" in section_of().lead["en"]
    fit = FitData(SAMPLE_FIT)
    assert fit.inside("fit") == (2, 3) and fit.inside("held_back") == (1, 2), "what could not be counted is left out"


def test_every_miss_is_said_with_its_reason_or_that_none_is_known() -> None:
    items = [item["en"] for block in section_of().blocks if isinstance(block, Bullets) for item in block.items]
    assert "Share of third and later births, 2021 (fitted): few third births in the city's rural counties." in items
    assert "Second births of 2016 over 2013 (held back): no reason is known." in items
    assert not any("Residents, 2020" in item for item in items)


def test_a_chance_of_nought_says_what_the_draws_allow() -> None:
    rows = tables(section_of())["fit_probabilities"].rows
    assert rows[0][2].mean == "0 %" and "below 5 %" in rows[0][2].span["en"]  # type: ignore[union-attr]
    assert rows[3][2] == "3 %" and rows[3][0] == {"en": "Plan of Suining", "zh": "遂宁规划"}
    assert [row[1]["en"] for row in rows[:3]] == ["the fall stops", "half of the fall goes on", "the fall goes on"]  # type: ignore[index]


def test_parts_that_are_not_there_are_left_out() -> None:
    bare = section_of(
        parameters=[], probabilities=[], verdicts=[], ranking=[], coverage=[], trace=[], correlations=None
    )
    assert set(tables(bare)) == {"fit_targets"}


def test_a_run_on_other_numbers_or_sources_is_warned_of() -> None:
    warned = [
        b.text["en"]
        for b in section_of(used=False, same_sources=False).blocks
        if isinstance(b, Paragraph) and b.tone == "warn"
    ]
    assert len(warned) == 2 and "default numbers" in warned[0] and "other sources" in warned[1]
    assert not [b for b in section_of().blocks if isinstance(b, Paragraph) and b.tone == "warn"]


def test_without_a_fit_the_report_says_so() -> None:
    for context in ({}, {"fit": None}):
        assert "not fitted" in calibration_section(context).lead["en"]


def test_predictions_are_scaled_by_the_tolerance_on_their_side() -> None:
    row = {"observed": 10.0, "low": 8.0, "high": 14.0, "predicted": 12.0, "predicted_low": 9.0, "predicted_high": 18.0}
    assert scaled(row) == {"predicted": 0.5, "predicted_low": -0.5, "predicted_high": 2.0}


def test_numbers_take_the_form_of_their_unit() -> None:
    assert printed([0.145, None], "share") == ["14.5 %", "–"]
    assert printed([18157.2, 930.0], "births") == ["18,157", "930"] and printed([1.12], "children per woman") == [
        "1.12"
    ]


def test_trust_is_a_judgement_with_a_reason() -> None:
    rows = tables(section_of())["trust"].rows
    assert [cell.tone for row in rows for cell in row if isinstance(cell, Verdict)] == ["near", "bad", "good"]


@pytest.mark.parametrize("kept", [True, False])
def test_the_page_holds_the_fit(tmp_path: Path, kept: bool) -> None:
    folder = write_sample_run(tmp_path, ["current_law", "leave"], seeds=2)
    if not kept:
        folder.write_json(CONTEXT, {k: v for k, v in folder.read_json(CONTEXT).items() if k != "fit"})
    text = words_of(write_report(folder))
    made = {p.name for p in (tmp_path / "figures").iterdir()}
    names = {
        f"{name}.{lang}.svg"
        for name in ("fit_predictive", "fit_held_back", "fit_widths", "fit_trace")
        for lang in ("en", "zh")
    }
    assert (names <= made) == kept
    assert ("Chance of a TFR of 1.6 by 2030 over 64 posterior draws" in text) == kept
    assert ("Behaviour was not fitted" in text) != kept
