"""The report: complete, self-contained, in both languages, honest about what it does not know."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from results.content.figure_style import on_two_lines, spread_positions, wrapped
from results.content.figures import named_in
from results.content.words import interval, number
from results.folder.store import RunFolder
from results.report import write_report
from results.scenario.data import RunData
from results.scenario.report import SECTIONS, headline
from results.scenario.sections.opening import opening, opening_figure
from tests.results.sample_run import write_sample_run


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = write_sample_run(
        tmp_path_factory.mktemp("run"), ["current_law", "package", "leave"], seeds=6, monthly=True
    )
    path = write_report(folder, "zh")
    return path, path.read_text(encoding="utf-8")


def test_the_page_stands_alone(page: tuple[Path, str]) -> None:
    text = page[1]
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text), "nothing is fetched"
    assert not re.search(r"@import|url\(\s*['\"]?https?:", text)
    assert 'data-lang="zh"' in text and "<script>" in text


def test_every_section_answers_in_the_fixed_order(page: tuple[Path, str]) -> None:
    text = page[1]
    keys = re.findall(r'<section id="(\w+)">', text)
    assert keys == [
        "target", "effect", "births", "women", "cost", "gains", "plan", "evidence", "imposed", "fit",
        "backtests", "limits", "definitions", "reproduce",
    ]  # fmt: skip
    assert len(keys) == len(SECTIONS) == text.count('class="answer"'), (
        "pairs were not asked for; definitions come on top"
    )


def test_both_languages_are_there_for_every_text(page: tuple[Path, str]) -> None:
    text = page[1]
    assert text.count('<span data-l="en">') == text.count('<span data-l="zh">')
    assert "总和生育率" in text and "Total fertility rate" in text


def test_figures_and_tables_lie_beside_it_as_files(page: tuple[Path, str]) -> None:
    folder = page[0].parent
    names = {p.name for p in (folder / "figures").iterdir()}
    data = RunData.read(RunFolder(folder))
    named = [opening_figure(data), *named_in(section for make in SECTIONS if (section := make(data)) is not None)]
    drawn = {ref.name for ref in named} - {"backtests_more"}  # so few back-tests stand on one page
    assert names == {f"{name}.{lang}.svg" for name in drawn for lang in ("en", "zh")} and len(drawn) == 22
    svg = (folder / "figures" / "tfr_path.zh.svg").read_text(encoding="utf-8")
    assert "总和生育率" in svg and "Noto Sans CJK SC" in svg, "text is text, the browser supplies the glyphs"
    assert (folder / "tables" / "cost.csv").read_text(encoding="utf-8-sig").startswith("Scenario")
    assert (folder / "tables" / "effects_by_year.csv").stat().st_size > 500


def test_ids_in_figures_do_not_clash(page: tuple[Path, str]) -> None:
    ids = re.findall(r'<clipPath id="([^"]+)"', page[1])
    assert len(ids) == len(set(ids))


def test_misfits_assumptions_and_limits_are_said(page: tuple[Path, str]) -> None:
    text = page[1]
    assert "Misfit: TFR by infants counted" in text
    assert "in the table of changes): Childcare voucher: Voucher per child" in text
    assert "is not identified" in text
    assert "Imposed: not findings" in text and "no forecast of the city" in text


@pytest.mark.long
def test_a_report_is_the_same_twice(tmp_path: Path) -> None:
    folder = write_sample_run(tmp_path, ["current_law", "leave"], seeds=5)
    first = write_report(folder).read_bytes()
    assert write_report(folder).read_bytes() == first


def test_one_seed_gives_a_report_without_intervals_or_tempo(tmp_path: Path, without_figures: None) -> None:
    folder = write_sample_run(tmp_path, ["current_law", "package"], seeds=1)
    text = write_report(folder).read_text(encoding="utf-8")
    assert "no probability from fewer than five runs" in text and "no interval from one run" in text
    assert "The tempo-adjusted TFR of 1 replicates is too noisy to print" not in text
    assert "tempo-adjusted TFR of one replicate is too noisy to print" in text
    assert "Tempo-adjusted TFR, mean of" not in text
    assert "nan" not in re.sub(r"<svg.*?</svg>", "", text, flags=re.S).lower().replace("finance", "")


def test_a_run_with_few_rows_still_gets_a_report(tmp_path: Path) -> None:
    folder = write_sample_run(tmp_path, ["current_law", "package"], seeds=2)
    series = folder.read_table("series.parquet")
    folder.write_table(series[series["indicator"].isin(["tfr", "births"])], "series.parquet")
    text = write_report(folder).read_text(encoding="utf-8")
    assert "The run kept no costs" in text
    assert headline(RunData.read(folder), opening(RunData.read(folder)))["en"].startswith("No: the highest TFR of 2030")


def test_a_run_ends_with_the_sentences_of_the_first_screen(tmp_path: Path) -> None:
    data = RunData.read(write_sample_run(tmp_path, ["current_law", "package"]))
    lines = headline(data, opening(data))["en"].splitlines()
    assert len(lines) == 4
    assert "raises the TFR of 2030 by" in lines[1] and "costs" in lines[2]
    assert "one set of parameters" in lines[3], "intervals without draws cover chance alone"


def test_numbers_in_words() -> None:
    assert number(-1234.5, 0) == "−1,234" and number(0.0004, 2, sign=True) == "0.00"
    assert number(float("nan")) == "–"
    assert "no upper limit" in interval(3.0, float("inf"))["en"]


def test_labels_are_moved_apart_and_keep_their_order() -> None:
    places = spread_positions([1.0, 1.0, 1.01, 5.0], 0.5)
    assert all(b - a >= 0.5 - 1e-12 for a, b in zip(sorted(places), sorted(places)[1:], strict=False))
    assert places[3] == 5.0
    assert wrapped("Voucher, housing and leave", 16) == "Voucher, housing\nand leave"


def test_the_name_at_the_end_of_a_line_takes_two_lines_at_most() -> None:
    assert on_two_lines("Current law", 16) == "Current law"
    assert on_two_lines("Voucher, housing and leave", 16) == "Voucher, housing\nand leave"
    assert on_two_lines("Voucher, housing and leave for all who work", 16) == "Voucher, housing\nand leave for al…"
    assert on_two_lines("托育券与住房优惠及育儿假延长", 16) == "托育券与住房优惠…"
