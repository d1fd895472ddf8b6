"""What every report shares: the first screen, definitions, workbook, print."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import yaml
from matplotlib.figure import Figure

from abm.observe.indicators import REGISTER
from results.content.blocks import Card, Cards, FigureRef, Opening, Section, Table, Verdict, both
from results.content.cells import NOTHING, Number
from results.content.figures import make_figures, named_in
from results.documents.definitions import VOCABULARY, Marker, definitions_section, terms_of
from results.documents.page import Fact, opening_of, tables_of, unbroken_percent, write_page
from results.documents.workbook import sheet_rows
from results.folder.store import RunFolder

INDICATORS = {
    "tfr": {"unit": "children per woman", "definition": "sum of rates", "base": "resident",
            "label_en": "Total fertility rate", "label_zh": "总和生育率"},
    "births": {"unit": "births", "definition": "births to resident women", "base": "resident",
               "label_en": "Births", "label_zh": "出生人数"},
}  # fmt: skip
CONTEXT = {
    "title": both("A title", "标题"), "indicators": INDICATORS,
    "city": {"labels": both("Suining", "遂宁")},
}  # fmt: skip
SVG = {lang: f'<svg xmlns="x" width="1" height="1"><text>{lang}</text></svg>' for lang in ("en", "zh")}
EFFECTS = Table(
    "effects",
    both("Change of the TFR", "总和生育率变化"),
    [both("Scenario", "情景"), both("Births", "出生人数"), "n", both("Verdict", "判断")],
    [[both("Voucher", "托育券"), Number(1200.0, -50.0, 2450.0, sign=True), Number(0.12, percent=True),
      Verdict(both("met", "达标"), "good")],
     [both("Leave", "休假"), NOTHING, 7, Verdict(both("missed", "未达标"), "bad")]],
)  # fmt: skip


def path(data: Any, lang: str) -> Figure | None:
    """A figure."""
    return Figure() if data == "rows" else None


def absent(data: Any, lang: str) -> Figure | None:
    """A figure that the run has no rows for."""


def sections() -> list[Section]:
    """Three answers and how to reproduce them."""
    drawn = [FigureRef(path, both("The TFR.", "总和生育率。")), FigureRef(absent, both("a", "b"))]
    cards = Cards(
        "levers",
        both("Measures", "措施"),
        [Card(both("Voucher", "券"), None, [(both("Pays", "出资"), both("City", "市"))])],
    )
    return [
        Section("one", both("One?", "一？"), both("The TFR is low.", "总和生育率较低。"), [*drawn, EFFECTS]),
        Section("two", both("Two?", "二？"), both("Births <fall>.", "出生人数下降。"), [cards]),
        Section("three", both("Three?", "三？"), both("So.", "如此。")),
        Section("reproduce", both("How", "如何"), both("Like this.", "这样。")),
    ]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = RunFolder.create(tmp_path_factory.mktemp("run"))
    tables = {"plain": pd.DataFrame({"year": [2030, 2031], "value": [1.5, float("nan")]})}
    return write_page(folder, CONTEXT, [Fact(both("Seeds", "种子"), "3")], sections(), {"path": SVG}, tables, "en")


def test_the_first_screen_has_three_sentences_and_one_figure(page: Path) -> None:
    head = page.read_text(encoding="utf-8").split("</header>")[0]
    assert head.count('class="lead"') == 1 and head.count('class="more"') == 2
    assert head.count("<svg") == 2, "one figure, once a language"
    rest = page.read_text(encoding="utf-8").split("</header>")[1]
    assert "<svg" not in rest, "it is not shown a second time"


def test_an_opening_may_be_written_by_the_report(tmp_path: Path) -> None:
    opening = Opening([both("Only this.", "仅此。")], None, both("", ""))
    path = write_page(RunFolder.create(tmp_path), CONTEXT, [], sections(), {"path": SVG}, {}, "en", opening)
    head, rest = path.read_text(encoding="utf-8").split("</header>")
    assert "Only this." in head and "<svg" not in head and rest.count("<svg") == 2


def test_a_figure_is_drawn_once_in_every_language_where_the_run_has_rows_for_it() -> None:
    named = named_in([*sections(), *sections()])
    assert len(named) == 4 and make_figures("none", named) == {}
    made = make_figures("rows", named)
    assert list(made) == ["path"] and list(made["path"]) == ["en", "zh"] and "<svg" in made["path"]["zh"]
    other = FigureRef(lambda data, lang: None, both("", ""))
    other.draw.__name__ = "path"
    with pytest.raises(ValueError, match="two figures are called path"):
        make_figures("rows", [*named, other])


def test_without_figures_the_first_screen_has_words_alone() -> None:
    own = [Section(s.key, s.title, s.lead) for s in sections()]
    assert opening_of(own).figure is None and len(opening_of(own).sentences) == 3


def test_terms_are_linked_once_a_text_and_listed_with_unit_base_and_definition(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = set(re.findall(r'href="#(term-\w+)"', text))
    rows = re.findall(r'<tr id="(term-\w+)"', text)
    assert links == {"term-tfr", "term-births"} and sorted(rows) == sorted(links), "every link leads to a row"
    listed = text[text.index('id="definitions"') :]
    assert "births to resident women" in listed.lower() and "常住妇女的生育数" in listed
    assert "living in the city" in listed and "children per woman" in listed


def test_a_number_is_not_parted_from_its_percent_sign() -> None:
    """English sets the sign off by a space, which must not be where a line breaks."""
    assert unbroken_percent("a 95 % interval, 0.5 %; 60%") == "a 95\u00a0% interval, 0.5\u00a0%; 60%"


def test_marking_leaves_other_words_alone_and_escapes() -> None:
    marker = Marker(terms_of(CONTEXT))
    marked = marker.mark(both("Rebirths & births, births", "出生人数"))["en"]
    assert str(marked) == 'Rebirths &amp; <a class="term" href="#term-births">births</a>, births'
    assert marker.used == {"births"}
    assert [row[0]["en"] for row in definitions_section(marker).blocks[0].rows] == ["Births"]  # type: ignore[union-attr,index]


def test_every_indicator_has_a_chinese_definition_and_unit() -> None:
    """A new indicator needs a line in results/documents/definitions.yaml."""
    vocabulary = yaml.safe_load(VOCABULARY.read_text(encoding="utf-8"))
    assert set(REGISTER) - set(vocabulary["indicators"]) == set()
    assert {card.unit for card in REGISTER.values()} - set(vocabulary["units"]) == set()
    assert {card.base for card in REGISTER.values()} - set(vocabulary["bases"]) == set()


def test_a_workbook_holds_every_table_with_numbers_as_numbers(page: Path) -> None:
    book = openpyxl.load_workbook(page.parent / "tables" / "tables.xlsx")
    assert book.sheetnames[1:] == ["effects", "levers", "definitions", "plain"]
    rows = list(book["effects"].values)
    assert rows[0] == ("Scenario", "Births", "Births: low", "Births: high", "n", "Verdict")
    assert rows[2] == ("Voucher / 托育券", 1200, -50, 2450, 0.12, "met / 达标")
    assert rows[3] == ("Leave / 休假", None, None, None, 7, "missed / 未达标")
    assert list(book["plain"].values)[1:] == [(2030, 1.5), (2031, None)]
    assert {p.stem for p in (page.parent / "tables").glob("*.csv")} == set(book.sheetnames[1:])


def test_a_sheet_has_heads_in_both_languages() -> None:
    rows = sheet_rows(EFFECTS)
    assert rows[0][:3] == ["Scenario", "Births", "Births: low"] and rows[1][:3] == [
        "情景",
        "出生人数",
        "出生人数: 下限",
    ]


def test_cards_are_a_table_too() -> None:
    found = {table.name: table for table in tables_of(sections())}
    assert found["levers"].rows[0][2] == both("City", "市")


def test_print_is_a4_and_shows_what_is_folded(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert "size: A4" in text and "beforeprint" in text
