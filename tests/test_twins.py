"""Texts that exist in English and Chinese have the same parts: headings, blocks, tables, list items, names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PLACES = (".", "docs", "experiments", "policies")
"""Folders whose Markdown may have a Chinese twin."""
CHINESE = sorted(path for place in PLACES for path in (ROOT / place).glob("*.zh-CN.md"))
MUST = {
    "README.zh-CN.md",
    "docs/adding-a-city.zh-CN.md",
    "docs/adding-a-lever.zh-CN.md",
    "docs/gallery.zh-CN.md",
    "docs/reading-a-sensitivity-report.zh-CN.md",
    "docs/tutorial.zh-CN.md",
    "experiments/README.zh-CN.md",
    "policies/README.zh-CN.md",
}
FENCED = re.compile(r"^```.*?^```$", re.M | re.S)
OTHER_WORDS = ("现行法律", "今日法律", "当前法律", "基准法律")
"""What is called 现行政策 everywhere."""


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def english_of(path: Path) -> Path:
    return path.with_name(path.name.replace(".zh-CN", ""))


def shape(text: str) -> dict[str, list[int]]:
    """What a text is made of, in order: levels of headings, lines of blocks, cells of table rows, kinds of items."""
    blocks = FENCED.findall(text)
    prose = FENCED.sub("", text).splitlines()
    return {
        "headings": [len(line) - len(line.lstrip("#")) for line in prose if line.startswith("#")],
        "blocks": [block.count("\n") for block in blocks],
        "tables": [line.count("|") for line in prose if line.startswith("|")],
        "items": [line[0].isdigit() for line in prose if re.match(r"(- |\d+\. )", line)],
    }


def names(text: str) -> set[str]:
    """Names in backticks outside blocks, of both languages alike."""
    found = re.findall(r"`([^`\n]+)`", FENCED.sub("", text))
    return {name.replace(".zh-CN", "") for name in found}


def test_the_shape_of_a_text() -> None:
    text = "# A\n\n```sh\n# no heading\nrun\n```\n\n## B\n\n| a | b |\n| - | - |\n\n- one\n1. two\n"
    assert shape(text) == {"headings": [1, 2], "blocks": [3], "tables": [3, 3], "items": [False, True]}


def test_guides_that_must_be_there_in_chinese_are() -> None:
    assert {named(path) for path in CHINESE} >= MUST


@pytest.mark.parametrize("path", CHINESE, ids=named)
def test_both_languages_have_the_same_parts(path: Path) -> None:
    chinese, english = (shape(p.read_text(encoding="utf-8")) for p in (path, english_of(path)))
    assert chinese == english


@pytest.mark.parametrize("path", CHINESE, ids=named)
def test_both_languages_name_the_same_things(path: Path) -> None:
    chinese, english = (names(p.read_text(encoding="utf-8")) for p in (path, english_of(path)))
    assert (english - chinese, chinese - english) == (set(), set())


@pytest.mark.parametrize("path", CHINESE, ids=named)
def test_twins_lead_to_each_other(path: Path) -> None:
    english = english_of(path)
    assert f"[English]({english.name})" in path.read_text(encoding="utf-8")
    assert f"[中文]({path.name})" in english.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", CHINESE, ids=named)
def test_links_of_a_chinese_text_lead_to_chinese_texts(path: Path) -> None:
    links = re.findall(r"\[([^\]]+)\]\(([^)#:]+\.md)\)", path.read_text(encoding="utf-8"))
    for words, link in links:
        twin = (path.parent / link).with_name(Path(link).stem + ".zh-CN.md")
        assert ".zh-CN" in link or words == "English" or not twin.exists(), link


@pytest.mark.parametrize("path", CHINESE, ids=named)
def test_a_chinese_paragraph_is_one_line(path: Path) -> None:
    """Where a line ends a reader sees a space, which Chinese does not have."""
    prose = FENCED.sub("```", path.read_text(encoding="utf-8"))
    broken = re.findall(r"^(?![#|<`!]).*\S\n *(?![-*] |\d+\. )[^\s#|<`!].*$", prose, re.M)
    assert broken == []


@pytest.mark.parametrize("path", CHINESE, ids=named)
def test_chinese_as_it_is_written_here(path: Path) -> None:
    """One term for current law, no space before a percent sign, years from to with a dash."""
    prose = FENCED.sub("", path.read_text(encoding="utf-8"))
    assert [word for word in OTHER_WORDS if word in prose] == []
    assert re.findall(r"\d\s+%", prose) == []
    assert re.findall(r"(?:19|20)\d\d ?(?:至|-|–|~|～) ?(?:19|20)\d\d", prose) == []
