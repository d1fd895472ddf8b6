"""Money on pages: each language in its own unit, files in one; what the ledger does not book apart; spans in force."""

from __future__ import annotations

import copy
import math
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from results.content.blocks import Lists, Paragraph, Table
from results.content.cells import NOTHING, Scaled, missing
from results.content.estimates import people_cell
from results.content.money import axis_unit, money_cell, plain_tick
from results.content.study_words import in_force_text as span_in_force
from results.documents.page import table_frame
from results.documents.workbook import write_workbook
from results.scenario.answers import in_force_text
from results.scenario.data import RunData
from results.scenario.figures.bars import _largest
from results.scenario.sections.evidence import one_row_each
from results.scenario.sections.limits import imposed_section
from results.scenario.sections.money import NOT_BOOKED, cost_section
from tests.results.reading import line_of
from tests.results.sample_run import write_sample_run

NAN = math.nan


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> RunData:
    return RunData.read(write_sample_run(tmp_path_factory.mktemp("run"), ["current_law", "package", "leave"], seeds=6))


def test_an_amount_is_said_in_millions_and_in_wan() -> None:
    cell = money_cell({"mean": 4.0e8, "low": 3.2e8, "high": 4.8e8, "n": 6.0})
    assert isinstance(cell, Scaled)
    assert (line_of(cell), line_of(cell, "zh")) == ("+400 [+320 to +480]", "+40,000 [+32,000 至 +48,000]")
    small = money_cell({"mean": 3.6e4, "low": 2.6e4, "high": 4.6e4, "n": 6.0})
    assert line_of(small) == "+0.04 [+0.03 to +0.05]", "not free"
    saved = money_cell({"mean": -5.0e5, "low": NAN, "high": NAN, "n": 3.0})
    assert (line_of(saved), line_of(saved, "zh")) == ("−0.5", "−50.0")
    assert money_cell(None) == NOTHING


def test_files_hold_millions_in_both_languages(data: RunData, tmp_path: Path) -> None:
    (table,) = [block for block in cost_section(data).blocks if isinstance(block, Table) and block.name == "cost"]
    assert "万元/年" in table.caption["zh"] and "百万元" not in table.caption["zh"]
    cell = table.rows[0][2]
    assert isinstance(cell, Scaled)
    frame = table_frame(table)
    assert [frame.iloc[0, place] for place in (2, 3, 4)] == list(cell.en.parts().values())
    write_workbook(tmp_path / "tables.xlsx", {"en": "t", "zh": "t"}, [table], {})
    book = load_workbook(tmp_path / "tables.xlsx")
    assert "百万元/年" in str(book.worksheets[0]["C2"].value)
    assert book["cost"]["C3"].value == cell.en.parts()["value"]


def test_a_measure_that_the_ledger_does_not_book_is_named(data: RunData) -> None:
    """Sharing the cost of leave moves it between payers: the sum stays, and the table by measure says so."""
    context = copy.deepcopy(data.context)
    card = next(card for card in context["scenarios"] if card["name"] == "leave")
    card["changes"].append({**card["changes"][0], "lever": "unbooked"})
    label = {"en": "Shared leave", "zh": "休假分担"}
    context["levers"]["unbooked"] = {**context["levers"]["leave_cost_sharing"], "label": label}
    for told, apart in ((replace(data, context=context), 1), (data, 0)):
        blocks = cost_section(told).blocks
        (table,) = [block for block in blocks if isinstance(block, Table) and block.name == "cost_by_measure"]
        rows = [row for row in table.rows if missing(NOT_BOOKED) in row]
        assert len(rows) == apart
        notes = [block for block in blocks if isinstance(block, Paragraph) and "ot booked apart" in block.text["en"]]
        assert len(notes) == apart
        for row in rows:
            assert row == [{"en": "Shared leave", "zh": "休假分担"}, NOTHING, missing(NOT_BOOKED)]


@pytest.mark.parametrize(
    ("first", "last", "en", "zh"),
    [
        ("2027-01", 2035, "2027–2035", "2027—2035 年"),
        ("2027-07", 2035, "July 2027 to 2035", "2027 年 7 月至 2035 年"),
        ("2027-01", "2030-06", "2027 to June 2030", "2027 年至 2030 年 6 月"),
        ("2027-07", "2030-06", "July 2027 to June 2030", "2027 年 7 月至 2030 年 6 月"),
        ("2027-01", "2027-12", "2027", "2027 年"),
    ],
)
def test_one_form_for_the_time_in_force(first: str, last: int | str, en: str, zh: str) -> None:
    assert span_in_force(first, last) == {"en": en, "zh": zh}


def test_scenarios_and_studies_say_the_time_in_force_alike(data: RunData) -> None:
    assert in_force_text(data, "package") == span_in_force("2027-01", data.end_year)


def test_less_than_one_birth_keeps_a_tenth_in_cells() -> None:
    assert people_cell({"mean": 0.38, "low": -0.2, "high": 1.0, "n": 8.0}).line("zh") == "+0.4 [−0.2 至 +1.0]"
    assert people_cell({"mean": 370.0, "low": 170.0, "high": 570.0, "n": 8.0}).line() == "+370 [+170 to +570]"


def test_axes_count_money_as_people_do() -> None:
    assert axis_unit(9e8, "en") == (1e6, "million yuan")
    assert axis_unit(9e8, "zh") == (1e8, "亿元") and axis_unit(9e6, "zh") == (1e4, "万元")
    assert [plain_tick(v) for v in (-0.0, 2.5, 1000.0, -150.0)] == ["0", "2.5", "1,000", "−150"]
    assert plain_tick(0.0025, sign=True) == "+0.0025"


def test_one_figure_of_one_study_is_one_row() -> None:
    def card(citation: str, found: str) -> dict[str, object]:
        return {"citation": citation, "found": {"en": found, "zh": found}}

    cited = {
        "long": card("Huang, Jin & Fan 2024, Econ Lab Relat Rev", "urban gender wage gap: 12.86 % wider"),
        "short": card("Huang, Jin & Fan 2024", "0.1286 relative increase"),
        "other": card("Huang, Jin & Fan 2024", "births: −3.1 %"),
        "sign": card("Shi & Wang 2024", "sign only"),
        "same_sign": card("Shi & Wang 2024", "sign only"),
    }
    shown = one_row_each(cited)
    assert shown == {"long": "long", "short": "long", "other": "other", "sign": "sign", "same_sign": "same_sign"}


def test_numbers_of_the_files_are_not_passed_off_as_those_of_fitted_draws(data: RunData) -> None:
    for used, said in (("default", 0), ("fitted", 1)):
        lists = imposed_section(replace(data, context={**data.context, "parameters_used": used})).blocks[0]
        assert isinstance(lists, Lists)
        assert sum("parameter files" in text["en"] for text in lists.columns[0][1]) == said


def test_what_scenarios_change_is_drawn_before_larger_costs_that_stay() -> None:
    """Eight places: four for what differs most, the others for the largest; the rest is summed and not the largest."""
    sizes = {f"lever{place}": [100.0 - place] * 2 for place in range(12)}
    for place, change in ((6, 1.0), (7, 5.0), (8, -4.0), (9, 3.0), (10, 2.0)):
        sizes[f"lever{place}"][1] += change
    wide = pd.DataFrame(sizes, index=["baseline", "package"])
    kept = _largest(wide, "baseline", "en")
    assert list(kept.columns) == [*(f"lever{place}" for place in (0, 1, 2, 7, 8, 9, 10)), "all others"]
    assert kept.sum(axis=1).to_numpy() == pytest.approx(wide.sum(axis=1).to_numpy())
