"""What `cradle levers` shows."""

import io
import re

import pytest
from rich.console import Console
from rich.table import Table

from policies.catalogue import Catalogue
from policies.clock import month_index
from policies.describe import lever_card, lever_table, number_text, package_table
from policies.errors import InputError


def text_of(table: Table) -> str:
    console = Console(width=300, record=True, file=io.StringIO())
    console.print(table)
    return console.export_text()


@pytest.mark.parametrize(("lang", "word"), [("en", "Childcare voucher"), ("zh", "托育券")])
def test_the_table_names_every_lever_and_its_law(catalogue: Catalogue, lang: str, word: str) -> None:
    text = text_of(lever_table(catalogue, month_index("2026-01"), lang))
    assert word in text
    assert "188" in text
    assert all(name in text for name in catalogue.levers)


def test_the_card_tells_law_payers_evidence_and_what_is_left_out(catalogue: Catalogue) -> None:
    card = lever_card(catalogue, "maternity_leave")
    for part in ("from 2016-01-22: 158", "employers 100 %", "lv_no_dahl2016", "grade C", "not modelled"):
        assert part in card
    assert lever_card(catalogue, "maternity_leave.days") == card
    assert "产假" in lever_card(catalogue, "maternity_leave", "zh")


def test_a_card_says_what_is_assumed_beside_its_evidence(catalogue: Catalogue) -> None:
    assert catalogue.levers["campaign"].evidence
    assert "assumption: No study of a campaign" in lever_card(catalogue, "campaign")
    assert "assumption: No study of marriage leave" in lever_card(catalogue, "marriage_leave")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_card_can_be_shown(catalogue: Catalogue, lang: str) -> None:
    for name in catalogue.levers:
        assert name in lever_card(catalogue, name, lang)


def test_packages_are_listed(catalogue: Catalogue) -> None:
    assert "example-voucher-housing-leave" in text_of(package_table(catalogue))


def test_wrong_names_and_languages(catalogue: Catalogue) -> None:
    with pytest.raises(InputError, match="did you mean 'maternity_leave'"):
        lever_card(catalogue, "maternity")
    with pytest.raises(InputError, match="unknown language 'fr'"):
        lever_card(catalogue, "maternity_leave", "fr")


def test_numbers_for_reading() -> None:
    assert [number_text(value) for value in (3600, 0.2, 1500000)] == ["3,600", "0.2", "1,500,000"]


ENGLISH = re.compile(r"\b(?:[A-Za-z]{3,}[ ,;:.]+){4,}")
"""Five English words in a row."""


def test_a_chinese_card_is_chinese(catalogue: Catalogue) -> None:
    """But for the citations of studies, which stay as they are printed."""
    for name, lever in catalogue.levers.items():
        lines = lever_card(catalogue, name, "zh").splitlines()
        cited = tuple(f"  {row_id}：" for row_id in lever.evidence)
        own = [line for line in lines if not line.startswith(cited) and "Population Studies" not in line]
        assert [line for line in own if ENGLISH.search(line)] == [], name
        assert [line for line in own if re.search("[\u4e00-\u9fff][:;,(]|[:;,)][\u4e00-\u9fff]", line)] == [], name
