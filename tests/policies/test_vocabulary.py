"""Families of measures and payers have one name each, which commands, the page, READMEs and reports use."""

import re
from pathlib import Path
from typing import get_args

import pandas as pd
import pytest

from abm.view.dashboard.charts import HEIGHT, WIDTH
from abm.view.dashboard.svg import SMALLEST, Drawing, legend, width_of
from abm.view.dashboard.words import word
from experiments.context.report_words import report_words
from policies.catalogue import PAYERS, Catalogue, Lever
from policies.describe import lever_card
from policies.vocabulary import FAMILIES
from policies.vocabulary import PAYERS as PAYER_NAMES
from results.finished_run import FORMER_WORDS, FinishedRun

POLICIES = Path(__file__).parents[2] / "policies"
LANGUAGES = ("en", "zh")


def run(**context: object) -> FinishedRun:
    """A run folder with nothing but a context."""
    return FinishedRun(context, {}, pd.DataFrame(), pd.DataFrame(), [])


def test_every_family_and_payer_has_a_name() -> None:
    assert tuple(FAMILIES) == get_args(Lever.model_fields["family"].annotation)
    assert tuple(PAYER_NAMES) == PAYERS


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_and_reports_say_the_same(lang: str) -> None:
    data = run(words=report_words())
    for names, said in ((FAMILIES, data.family_label), (PAYER_NAMES, data.payer_label)):
        for key, label in names.items():
            assert word(key, lang) == said(key, lang) == label.in_language(lang)
    assert data.family_label("behaviour", "zh") == "行为参数不确定性"
    assert data.payer_label("lucky_dip", lang) == "lucky dip", "no name for it"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_legend_of_all_payers_can_be_read_inside_its_drawing(lang: str) -> None:
    names = [label.in_language(lang) for label in PAYER_NAMES.values()]
    drawing = Drawing(WIDTH, HEIGHT, (56, 30, 10, 26))
    legend(drawing, [(name, "#000") for name in names], drawing.left, 16)
    written = re.findall(r'<text x="([\d.]+)" y="([\d.]+)"[^>]*font-size="([\d.]+)"[^>]*>([^<]+)', drawing.svg("title"))
    assert [name for *_, name in written] == names
    for x, y, size, name in written:
        assert float(size) >= SMALLEST and float(x) + width_of(name, float(size)) <= WIDTH and float(y) < drawing.top


def test_a_run_folder_that_holds_no_words_has_those_of_its_time() -> None:
    old = run()
    assert old.payer_label("insurance_fund", "zh") == "社会保险基金" and old.family_label("marriage", "zh") == "婚姻"
    assert set(FORMER_WORDS) == set(report_words())


def test_commands_and_readmes_use_them(catalogue: Catalogue) -> None:
    card = lever_card(catalogue, "maternity_leave", "zh")
    assert "类别：休假" in card and "用人单位 100%" in card
    english, chinese = ((POLICIES / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh-CN.md"))
    for label in FAMILIES.values():
        assert f"\n| {label.en.lower()} | `" in english and f"\n| {label.zh} | `" in chinese
