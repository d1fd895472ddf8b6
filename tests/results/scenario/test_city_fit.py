"""The section on the fit to the city, from a made-up fit with the documented structure."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import pytest

from experiments.context.fit_tables import FITTED, read_fit
from results.content.blocks import Bullets, Paragraph, Table, Verdict
from results.content.cells import Number
from results.content.figure_labels import broken, width_of
from results.content.figures import make_figures
from results.folder.store import CONTEXT
from results.report import write_report
from results.scenario.figures.calibration import scaled
from results.scenario.fit import FitData, closed, printed, unit_words
from results.scenario.sections.calibration import calibration_section
from results.trust import open_order
from tests.results.reading import line_of, words_of
from tests.results.sample_fit import SAMPLE_FIT, parameter, target
from tests.results.sample_run import write_sample_run


def section_of(**changes: Any) -> Any:
    """The section of the sample with entries replaced."""
    return calibration_section({"fit": {**copy.deepcopy(SAMPLE_FIT), **changes}})


def tables(section: Any) -> dict[str, Table]:
    return {block.name: block for block in section.blocks if isinstance(block, Table)}


def words_in(section: Any, lang: str = "en") -> str:
    """Every word of a section in one language, cells included."""
    found: list[str] = []

    def look(part: Any) -> None:
        if isinstance(part, dict):
            found.append(str(part[lang]))
        elif isinstance(part, str):
            found.append(part)
        elif isinstance(part, (list, tuple)):
            for item in part:
                look(item)
        elif hasattr(part, "__dataclass_fields__"):
            for name in part.__dataclass_fields__:
                look(getattr(part, name))

    look(section)
    return " ".join(found)


def paragraphs(section: Any, tone: str, lang: str = "en") -> list[str]:
    """Paragraphs of one tone."""
    return [block.text[lang] for block in section.blocks if isinstance(block, Paragraph) and block.tone == tone]


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
    assert [line_of(rows[0][2], lang) for lang in ("en", "zh")] == ["at most 4.6 %: 0 of 64 draws",
                                                                   "不超过 4.6%：64 组中 0 组"]  # fmt: skip
    assert line_of(rows[3][2]) == "3.1 % (0.4 % to 11 %): 2 of 64 draws"
    assert rows[3][0] == {"en": "Plan of Suining", "zh": "遂宁规划"}
    assert [row[1]["en"] for row in rows[:3]] == ["the fall stops", "half of the fall goes on", "the fall goes on"]  # type: ignore[index]


def test_parts_that_are_not_there_are_left_out() -> None:
    bare = section_of(
        parameters=[], probabilities=[], verdicts=[], ranking=[], coverage=[], trace=[], correlations=None
    )
    assert set(tables(bare)) == {"fit_targets"}


def test_a_run_on_other_numbers_or_sources_is_warned_of() -> None:
    warned = paragraphs(section_of(used=False, same_sources=False, ranking=[]), "warn")
    assert len(warned) == 2 and "default numbers" in warned[0] and "other sources" in warned[1]
    assert not paragraphs(section_of(ranking=[]), "warn")


def test_without_a_fit_the_report_says_so() -> None:
    for context in ({}, {"fit": None}):
        assert "not fitted" in calibration_section(context).lead["en"]


def test_predictions_are_scaled_by_the_tolerance_on_their_side() -> None:
    row = {"observed": 10.0, "low": 8.0, "high": 14.0, "predicted": 12.0, "predicted_low": 9.0, "predicted_high": 18.0}
    assert scaled(row) == {"predicted": 0.5, "predicted_low": -0.5, "predicted_high": 2.0}


def test_numbers_take_the_form_of_their_unit() -> None:
    assert printed([0.145, None, -0.03], "share") == ["14.5", "–", "−3.0"], "the unit is %"
    assert unit_words("share of births", "占出生比重") == {"en": "% of births", "zh": "占出生比重（%）"}
    assert unit_words("share", "比重") == {"en": "%", "zh": "%"}
    assert unit_words("years", "岁") == {"en": "years", "zh": "岁"}
    assert printed([18157.2, 930.0], "births") == ["18,157", "930"] and printed([1.12], "children per woman") == [
        "1.12"
    ]


def test_trust_is_a_judgement_with_a_reason() -> None:
    rows = tables(section_of())["trust"].rows
    assert [cell.tone for row in rows for cell in row if isinstance(cell, Verdict)] == ["near", "bad", "good"]


def test_no_order_of_measures_is_printed_and_the_report_says_why() -> None:
    section = section_of()
    (why,) = paragraphs(section, "warn")
    assert why == open_order.paragraph()["en"]
    assert any("are not printed" in text for text in paragraphs(section, "note"))
    told = words_in(section)
    assert "first in" not in told and "居首；" not in told, "no share of draws in which a package is first"
    assert not paragraphs(section_of(ranking=[]), "warn")


def test_the_fit_is_told_without_distances_that_cannot_be_compared() -> None:
    note = paragraphs(section_of(), "note")[-1]
    assert "kept 400 of 800, 400 of 800" in note and "5 generations" in note and "scaled anew" in note
    assert "in 100 tests with known numbers the 80 % intervals held them in 81 % of cases" in note
    assert "fit_trace" not in [getattr(block, "name", "") for block in section_of().blocks]


def test_what_the_fit_says_of_the_target_is_told_apart_from_this_run() -> None:
    (note,) = [text for text in paragraphs(section_of(), "note") if "a computation of its own" in text]
    assert "“as each draw has it” is the course that runs on fitted draws have" in note


def test_shares_keep_within_their_bounds() -> None:
    row = target("none", "fit", ("None", "无"), ("share", "比重"), 0.03, 0.05, predicted_low=-0.02)
    (bounded,) = FitData({"targets": [row]}).targets("fit")
    assert (bounded["low"], bounded["predicted_low"]) == (0.0, 0.0) and bounded["high"] == pytest.approx(0.08)
    births = target("births", "fit", ("Births", "出生"), ("ratio", "比值"), 1.59, 0.33, predicted_low=-0.6)
    assert FitData({"targets": [births]}).targets("fit") == [births]


@pytest.mark.parametrize(
    ("low", "median", "high", "line"),
    [
        (2011.26, 2013.5, 2015.04, "2013.5 [2011.3 to 2015.0]"),
        (21034.6, 25000.0, 31000.2, "25,000 [21,035 to 31,000]"),
        (-0.0497437, 0.25, 1.2345, "0.25 [−0.0497 to 1.23]"),
    ],
)
def test_years_amounts_and_small_numbers_are_printed_as_such(low: float, median: float, high: float, line: str) -> None:
    row = parameter("year", ("First year", "起始年"), 0.7)
    ends = {f"{which}_{end}": value for which in ("prior", "posterior")
            for end, value in (("low", low), ("median", median), ("high", high))}  # fmt: skip
    cell = tables(section_of(parameters=[{**row, **ends}], correlations=[]))["fit_parameters"].rows[0][2]
    assert isinstance(cell, Number) and cell.line() == line


def test_chinese_has_no_space_before_a_percent_sign() -> None:
    assert closed("每 1 % 收入", "zh") == "每 1% 收入" and closed("Births per 1 %", "en") == "Births per 1 %"
    assert not re.search(r"[0-9] %", words_in(section_of(), "zh"))


@pytest.mark.parametrize(("lang", "width"), [("en", 44), ("zh", 44), ("en", 28), ("zh", 20)])
def test_no_name_of_a_row_is_cut(lang: str, width: int) -> None:
    for row in read_fit(FITTED / "suining").tables["targets"].to_dict("records"):
        name = closed(str(row[f"label_{lang}"]), lang)
        lines = broken(name, width).split("\n")
        assert "".join(lines).replace(" ", "") == name.replace(" ", "") and "…" not in name
        assert all(width_of(line) <= width for line in lines)
        assert not any(line[0] in "，。、；：）" for line in lines), "a line does not start with a mark"


@pytest.mark.parametrize("kept", [True, False])
def test_the_page_holds_the_fit(tmp_path: Path, kept: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    own = ("fit_predictive", "fit_held_back", "fit_widths", "fit_responses")
    monkeypatch.setattr(
        "results.scenario.report.make_figures",
        lambda data, named: make_figures(data, [ref for ref in named if ref.name in own]),
    )
    folder = write_sample_run(tmp_path, ["current_law", "leave"], seeds=2)
    if not kept:
        folder.write_json(CONTEXT, {k: v for k, v in folder.read_json(CONTEXT).items() if k != "fit"})
    text = words_of(write_report(folder))
    made = {p.name for p in (tmp_path / "figures").iterdir()}
    assert made == ({f"{name}.{lang}.svg" for name in own for lang in ("en", "zh")} if kept else set())
    assert ("Chance of a TFR of 1.6 in 2030 over 64 posterior draws" in text) == kept
    assert ("Behaviour was not fitted" in text) != kept
