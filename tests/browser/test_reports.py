"""A report of a real run, opened as a file without a network: figures, both languages, definitions, A4."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.watched import Watched, problems
from tests.conftest import empty_figures

pytestmark = pytest.mark.browser

CONFIG = """
kind: scenario
title: {en: A voucher in Toytown, zh: 玩具城托育券}
city: toytown
start: 2020-11
end: 2029-12
scale: 0.3
seeds: 2
parameters: default
scenarios:
  voucher:
    label: {en: Voucher of 800 yuan, zh: 每月 800 元托育券}
    changes:
      childcare_voucher.amount: {2027-01: 800}
outputs: [all]
"""


@pytest.fixture(scope="module")
def report(toytown_founded: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a small run of toytown."""
    from typer.testing import CliRunner

    import cradle

    folder = tmp_path_factory.mktemp("report")
    (folder / "voucher.yaml").write_text(CONFIG, encoding="utf-8")
    command = ["run", str(folder / "voucher.yaml"), "--out", str(folder / "run"), "--on", "serial"]
    done = CliRunner().invoke(cradle.app, command)
    assert done.exit_code == 0, done.output
    return next((folder / "run").glob("*/report.html"))


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a made-up run that has everything a report can show."""
    from results.report import write_report
    from tests.results.sample_run import write_sample_run

    return write_report(write_sample_run(tmp_path_factory.mktemp("sample") / "run", seeds=3))


@pytest.mark.parametrize("which", [pytest.param("report", marks=pytest.mark.long), "sample"])
def test_it_opens_in_both_languages(
    which: str, request: pytest.FixtureRequest, visit: Callable[[str], Watched]
) -> None:
    path: Path = request.getfixturevalue(which)
    opened = visit(path.as_uri())
    shown = {}
    for lang in ("en", "zh"):
        opened.page.locator(f"[data-choose={lang}]").click()
        opened.page.wait_for_selector(f"html[data-lang={lang}]")
        wrong = [problem for figure in opened.figures() for problem in problems(figure, picture=lang == "en")]
        assert wrong == [], lang
        missing, looked_at = opened.missing_glyphs()
        assert missing == "" and len(looked_at) > 50, lang
        shown[lang] = (opened.text(), len(opened.figures()))
    chinese = {lang: len(re.findall("[\u4e00-\u9fff]", text)) for lang, (text, _) in shown.items()}
    assert chinese["zh"] > 500 and chinese["en"] < 0.1 * chinese["zh"], chinese
    assert shown["en"][1] == shown["zh"][1] >= 3
    assert opened.errors == [] and opened.asked_elsewhere == []


def test_the_first_screen_answers(report: Path, visit: Callable[[str], Watched]) -> None:
    """Without scrolling on a laptop: the answer and a figure, whole."""
    opened = visit(report.as_uri())
    height = opened.page.viewport_size["height"]
    for part in (".answers .lead", ".opening svg >> visible=true"):
        box = opened.page.locator(part).first.bounding_box()
        assert box and box["y"] >= 0 and box["y"] + box["height"] <= height, (part, box)


def test_a_term_shows_its_definition_to_the_keyboard(report: Path, visit: Callable[[str], Watched]) -> None:
    opened = visit(report.as_uri())
    term = opened.page.locator("a.term:visible").first
    term.focus()
    opened.page.wait_for_selector("#tip:not([hidden])")
    assert len(opened.page.inner_text("#tip")) > 20


def test_nothing_is_wider_than_the_screen(report: Path, visit: Callable[[str], Watched]) -> None:
    opened = visit(report.as_uri())
    for width in (1366, 800):
        opened.page.set_viewport_size({"width": width, "height": 768})
        assert opened.page.evaluate("() => document.documentElement.scrollWidth") <= width


def test_it_prints(report: Path, visit: Callable[[str], Watched]) -> None:
    """As a PDF in A4, every section on it."""
    opened = visit(report.as_uri())
    pdf = opened.page.pdf(format="A4")
    assert pdf.startswith(b"%PDF") and 3 <= pdf.count(b"/Type /Page\n") + pdf.count(b"/Type/Page/") <= 60


@pytest.fixture(scope="module")
def asked_and_not(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A report that was asked for in Chinese, and the same of which no language was asked, without figures."""
    from results.report import write_report
    from tests.results.sample_run import write_sample_run

    pages = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("results.scenario.report.make_figures", empty_figures)
        for follows in (False, True):
            folder = write_sample_run(tmp_path_factory.mktemp("spoken") / "run", seeds=3)
            folder.follows_browser = follows
            pages.append(write_report(folder, "zh"))
    return pages[0], pages[1]


@pytest.mark.parametrize(("locale", "lang"), [("en-GB", "en"), ("zh-CN", "zh"), ("fr-FR", "en")])
def test_a_report_without_a_language_asked_for_follows_its_readers_browser(
    locale: str, lang: str, asked_and_not: tuple[Path, Path], visit: Callable[..., Watched]
) -> None:
    """Written in one language as in the other it opens in that of the browser; one that was asked for stays."""
    in_chinese, in_either = asked_and_not
    asked = visit(in_chinese.as_uri(), locale=locale).page
    assert asked.locator("html").get_attribute("data-lang") == "zh"
    page = visit(in_either.as_uri(), locale=locale).page
    assert page.locator("html").get_attribute("data-lang") == lang
    assert page.title() == page.locator(f"h1 [data-l={lang}]").inner_text()
    page.locator("[data-choose=zh]").click()
    page.reload()
    assert page.locator("html").get_attribute("data-lang") == "zh", "what a reader chose is kept"
