"""Strength of evidence: classes and colours of measures, and the count in the section's lead, with right values."""

from __future__ import annotations

from typing import Any

import pytest

from results.trust.evidence_strength import (
    Strength,
    badge_of,
    counted,
    design_badge,
    row_class,
    strength_of,
    strongest_first,
)


def row(design: str, region: str, measured: str = "births", span: bool = False, grade: str = "A") -> dict[str, Any]:
    ends = {"low": "1", "high": "2"} if span else {"low": "", "high": ""}
    return {"design": design, "region": region, "measured": measured, "grade": grade, **ends}


ROWS = {
    "lottery": row("randomised", "elsewhere"),
    "reform_china": row("natural_experiment", "china"),
    "reform_china_span": row("natural_experiment", "china", span=True),
    "reform_korea": row("natural_experiment", "similar", span=True, grade="C"),
    "reform_sweden": row("natural_experiment", "elsewhere", span=True),
    "jobs_china": row("natural_experiment", "china", "other", span=True),
    "wish_china": row("natural_experiment", "china", "intention"),
    "survey_china": row("association", "china", span=True),
    "prior": row("prior", "unknown", span=True),
    "untold_china": row("unknown", "china"),
}
OLD = {"old": {"grade": "A", "low": "", "high": ""}}
"""A row of a run made before designs were written down."""


def lever(*evidence: str, near: tuple[str, ...] = (), assumption: str = "") -> dict[str, Any]:
    return {"evidence": list(evidence), "near": list(near), "assumption": {"en": assumption, "zh": assumption}}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("lottery", "elsewhere"), ("reform_china", "china"), ("reform_korea", "similar"), ("jobs_china", "weak"),
        ("wish_china", "weak"), ("survey_china", "weak"), ("prior", "weak"), ("untold_china", "weak"),
    ],
)  # fmt: skip
def test_only_a_causal_study_of_births_or_marriages_is_causal(name: str, found: str) -> None:
    assert row_class(ROWS[name]) == found


@pytest.mark.parametrize(
    ("card", "found", "tone"),
    [
        (lever("prior", "reform_sweden", "reform_china_span"), Strength("china", "reform_china_span"), "good"),
        (lever("reform_china", "reform_sweden"), Strength("china", "reform_china"), "near"),
        (lever("survey_china", "reform_korea"), Strength("similar", "reform_korea"), "good"),
        (lever("prior", "reform_sweden"), Strength("elsewhere", "reform_sweden"), "near"),
        (lever("prior", "survey_china"), Strength("weak", "survey_china"), "none"),
        (lever("reform_china_span", near=("reform_china_span",)), Strength("weak", None), "none"),
        (lever("prior", "reform_china_span", near=("reform_china_span",)), Strength("weak", "prior"), "none"),
        (lever("reform_china_span", assumption="No study found."), Strength("weak", "reform_china_span"), "none"),
        (lever(assumption="No study found."), Strength("nothing", None), "bad"),
    ],
)
def test_a_lever_is_as_strong_as_its_best_row_on_itself(card: dict[str, Any], found: Strength, tone: str) -> None:
    assert strength_of(card, ROWS) == found
    assert badge_of(found, ROWS).tone == tone


def test_how_a_figure_was_read_gives_no_colour() -> None:
    for grade in "ABCD":
        assert design_badge(row("association", "china", grade=grade)).tone == "none"
        assert design_badge(row("natural_experiment", "china", span=True, grade=grade)).tone == "good"


def test_rows_are_shown_strongest_first() -> None:
    names = ["prior", "untold_china", "reform_sweden", "survey_china", "reform_china", "reform_china_span", "gone"]
    assert strongest_first(names, ROWS) == [
        "reform_china_span", "reform_china", "reform_sweden", "survey_china", "prior", "untold_china",
    ]  # fmt: skip


def test_the_lead_counts_each_measure_once() -> None:
    cards = [
        lever("reform_china_span", "reform_sweden"), lever("reform_sweden"), lever("reform_korea", "prior"),
        lever("prior"), lever("jobs_china"), lever("untold_china"), lever(assumption="No study found."),
    ]  # fmt: skip
    text = counted(cards, ROWS)
    assert text["en"] == (
        "Of 7 measures changed, 1 rests on a causal study of births or marriages in China, 2 on such studies elsewhere "
        "(1 of them in East Asia), 3 on associations, priors or studies of something near, 1 on assumption alone. "
        "In 3 of the 3 with a causal study, the best one gives a range for its figure."
    )
    assert text["zh"] == (
        "各情景共改变 7 项措施：1 项以中国生育或结婚的因果研究为依据，2 项以其他国家和地区的同类研究为依据"
        "（其中东亚 1 项），3 项依据相关关系、先验或相近问题的研究，1 项仅为假设。"
        "在有因果研究的 3 项中，3 项的最佳研究给出了数值范围。"
    )
    assert counted([], ROWS)["en"] == "No scenario changes a measure."
    assert "range" not in counted([lever("prior")], ROWS)["en"]


def test_a_run_made_before_strength_was_recorded_claims_nothing() -> None:
    text = counted([lever("old"), lever(assumption="No study found.")], OLD)
    assert text["en"] == (
        "Of 2 measures changed, 1 rests on assumption alone; how strong the studies of the others are was not recorded "
        "when this run was made."
    )
    assert badge_of(strength_of(lever("old"), OLD), OLD).text["en"] == "strength not recorded"
