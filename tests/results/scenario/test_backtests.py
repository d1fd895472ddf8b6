"""The section on back-tests: counts worked by hand, misses in full view, a warning when the model has changed since."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from results.content.blocks import Bullets, Cell, Paragraph, Table
from results.documents.page import table_frame
from results.folder.store import CONTEXT, RunFolder
from results.report import write_report
from results.scenario.data import RunData
from results.scenario.figures.backtests import MOST_ROWS, backtests, in_two, scaled
from results.scenario.sections.backtests import backtests_section, counted, digits_of, is_clear, model_digits
from tests.results.sample_backtests import MADE, ROWS, row
from tests.results.sample_run import write_sample_run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: Any) -> RunFolder:
    return write_sample_run(tmp_path_factory.mktemp("runs"), ["current_law", "package"], seeds=2)


def with_backtests(folder: RunFolder, backtests_found: dict[str, Any] | None) -> RunData:
    context = folder.read_json(CONTEXT)
    folder.write_json(CONTEXT, {**context, "backtests": backtests_found})
    return RunData.read(folder)


def words(cell: Cell) -> str:
    """A cell of a head in English."""
    return cell["en"] if isinstance(cell, dict) else str(cell)


def test_counts_leave_out_what_is_imposed_and_count_signs_and_anchors_for_the_sign_alone() -> None:
    found = counted([r for r in ROWS if r["set"] == "default"])
    assert (found["tests"], found["sign"]) == (5, 4)
    assert (found["ranged"], found["inside"], found["overlap"]) == (3, 1, 2)
    assert found["clear"] == 4


def test_a_sign_is_clear_only_where_the_interval_leaves_zero_out() -> None:
    doubt = row("doubt", rule="sign", evidence_value=None, evidence_low=0.0, evidence_high=None, model_low=-0.1)
    assert not is_clear(doubt) and is_clear(row("sure")) and not is_clear(row("alone", model_low=None))
    null = {"evidence_value": 0.0, "evidence_low": -1.0, "evidence_high": 1.0}
    assert is_clear(row("null", **null)), "a null that the interval keeps within"
    assert not is_clear(row("wide", **null, model_high=1.5))
    found = counted([doubt, row("given", imposed=True)])
    assert (found["tests"], found["sign"], found["clear"]) == (1, 1, 0)


def test_signs_within_chance_and_misses_without_a_reason_are_said_to_be_so(folder: RunFolder) -> None:
    rows = [
        row("a", rule="sign", evidence_value=None, evidence_low=0.0, evidence_high=None, model_low=-0.1),
        row("b", rule="sign", sign_right=False, evidence_value=None, evidence_low=0.0, evidence_high=None,
            model_value=-0.2, model_low=-0.5, model_high=0.1, miss_en="unknown", miss_zh="未知"),
        row("c", imposed=True, overlap=False, miss_en="not counted", miss_zh="不计"),
    ]  # fmt: skip
    section = backtests_section(with_backtests(folder, {"rows": rows, "made": MADE, "same_sources": True}))
    (table,) = [block for block in section.blocks if isinstance(block, Table)]
    assert list(table_frame(table)["Verdict"]) == ["right sign, within chance", "wrong sign, within chance",
                                                   "set by a parameter"]  # fmt: skip
    (items,) = [block.items for block in section.blocks if isinstance(block, Bullets)]
    assert items == [{"en": "Test b: no reason is known.", "zh": "检验 b：原因不明。"}]
    lead = section.lead["en"]
    assert lead.startswith("In 1 of 2 experiments") and "1 more is set by a parameter" in lead


def test_the_section_answers_first_and_lists_every_miss(folder: RunFolder) -> None:
    data = with_backtests(folder, {"rows": ROWS, "made": MADE, "same_sources": True})
    section = backtests_section(data)
    assert section.lead["en"].startswith("In 4 of 5 experiments") and "overlaps 2" in section.lead["en"]
    tables = {block.name: table_frame(block) for block in section.blocks if isinstance(block, Table)}
    assert len(tables["backtests"]) == 6 and list(tables["backtests"]["Verdict"]) == [
        "inside", "overlaps", "misses, wrong sign", "right sign", "inside", "set by a parameter",
    ]  # fmt: skip
    assert tables["backtests"].loc[3, "Evidence: note"] == "above zero"
    assert list(tables["backtests"].loc[4, ["Evidence", "Evidence: high"]]) == [None, 0.5], "at most"
    told = next(block for block in section.blocks if isinstance(block, Table) and block.name == "backtests_rho")
    assert [words(cell) for cell in told.head] == ["Response", "Evidence", "Default", "weight 0.05"]
    bullets = [item["en"] for block in section.blocks if isinstance(block, Bullets) for item in block.items]
    assert bullets == ["Test misses: because of this"]
    assert not any(isinstance(block, Paragraph) and block.tone == "warn" for block in section.blocks)


def test_a_table_of_other_sources_is_said_to_be_one(folder: RunFolder) -> None:
    data = with_backtests(folder, {"rows": ROWS, "made": MADE, "same_sources": False})
    first = backtests_section(data).blocks[0]
    assert isinstance(first, Paragraph) and first.tone == "warn" and "other sources" in first.text["en"]


def test_the_city_of_the_back_tests_is_named_in_words_whatever_the_report_is_about(folder: RunFolder) -> None:
    made = {**MADE, "city": "suining", "city_labels": {"en": "Suining", "zh": "遂宁"}}
    section = backtests_section(with_backtests(folder, {"rows": ROWS, "made": made, "same_sources": True}))
    notes = [block.text for block in section.blocks if isinstance(block, Paragraph)]
    assert any("(Suining, " in note["en"] and "（遂宁，" in note["zh"] for note in notes)


def test_the_ends_of_an_interval_are_not_printed_alike() -> None:
    spain = row("spain", evidence_value=-11.0, evidence_low=-15.0, evidence_high=-7.0, model_value=-0.0992,
                model_low=-0.1415, model_high=-0.0569)  # fmt: skip
    assert (digits_of(spain), model_digits(spain)) == (1, 2)
    assert model_digits(row("narrow", model_value=0.14, model_low=0.1401, model_high=0.1419)) == 3
    assert model_digits(row("equal", model_value=0.14, model_low=0.14, model_high=0.14)) == 2


def test_without_a_table_the_section_says_so(folder: RunFolder) -> None:
    assert backtests_section(with_backtests(folder, None)).blocks == []
    context = folder.read_json(CONTEXT)
    del context["backtests"]
    folder.write_json(CONTEXT, context)
    old = RunData.read(folder)
    assert backtests_section(old).blocks == [] and backtests(old, "en") is None


def test_rows_are_scaled_by_the_far_end_of_the_evidence() -> None:
    found = scaled(row("x", evidence_value=-2.0, evidence_low=-4.0, evidence_high=-1.0, model_value=-3.0))
    assert found is not None
    assert (found["evidence_low"], found["evidence_high"], found["model_value"]) == (-1.0, -0.25, -0.75)
    assert scaled(ROWS[3]) is None and scaled(row("x", model_low=None)) is None


def test_too_many_rows_for_a_page_are_drawn_in_two_figures_that_part_between_groups() -> None:
    def rows(**sizes: int) -> list[dict[str, object]]:
        return [row(f"{group}{i}", group=group) for group, size in sizes.items() for i in range(size)]

    assert in_two(rows(cash=MOST_ROWS)) == (rows(cash=MOST_ROWS), [])
    first, second = in_two(rows(cash=18, care=4, leave=12, homes=20))
    assert (len(first), len(second)) == (22, 32) and {r["group"] for r in second} == {"leave", "homes"}
    assert in_two(rows(cash=MOST_ROWS + 9))[1] == [], "one group stays together"


def test_the_report_carries_table_and_figure_in_both_languages(folder: RunFolder, tmp_path: Path) -> None:
    with_backtests(folder, {"rows": ROWS, "made": MADE, "same_sources": True})
    page = write_report(folder).read_text(encoding="utf-8")
    assert 'id="backtests"' in page and "Does the model respond as the evidence says?" in page
    for language in ("en", "zh"):
        svg = folder.path / "figures" / f"backtests.{language}.svg"
        assert svg.is_file() and ("Test misses" if language == "en" else "检验 misses") in svg.read_text(
            encoding="utf-8"
        )
