"""Bilingual texts in the project's YAML and CSV: both languages there, none cut by an unquoted comma, one style.

``{en: a, b, zh: c}`` reads as the keys en, b (null) and zh: the text is cut without a word of complaint.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = {"en", "zh"}
SKIPPED = {".venv", ".git", "runs", "node_modules", "build"}
FILES = sorted(p for p in ROOT.rglob("*.yaml") if not SKIPPED & set(p.relative_to(ROOT).parts))
STYLED = ("policies", "calibration", "experiments")
HAN = r"[\u4e00-\u9fff]"
AGAINST_STYLE = {
    "no space between Chinese and a digit or Latin letter": re.compile(rf"{HAN}[0-9A-Za-z]|[0-9A-Za-z%]{HAN}"),
    "a space before %": re.compile(r"\d %"),
    "a range with a hyphen": re.compile(r"\d[-–~～]\d"),
    "a hyphen for a minus": re.compile(r"(?:^|[（，：； ])-\d"),
    "brackets behind brackets": re.compile(r"）（"),
    "a Latin mark between Chinese": re.compile(rf"{HAN}[,;:?!()]"),
}


def faults(node: Any, place: str = "") -> Iterator[str]:
    """Places below ``node`` where a mapping with a language is no whole bilingual text."""
    if isinstance(node, dict):
        if LANGUAGES & set(node):
            missing = sorted(LANGUAGES - set(node))
            empty = sorted(str(key) for key, value in node.items() if value is None or value == "")
            # an entry of definitions.yaml lists words by language and holds more beside them
            text = any(isinstance(node.get(lang), str) for lang in LANGUAGES)
            more = sorted(str(key) for key in set(node) - LANGUAGES) if text else []
            if missing or empty or more:
                yield f"{place}: missing {missing}, empty {empty}, not a language {more}"
        for key, value in node.items():
            yield from faults(value, f"{place}.{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from faults(value, f"{place}[{index}]")


def test_the_walk_sees_texts_that_are_cut_or_not_there() -> None:
    text = yaml.safe_load("[{en: a, b, zh: c}, {en: a}, {en: a, zh: ''}, {en: a, zh: b}, {en: [a], zh: [], unit: c}]")
    found = list(faults(text))
    assert [fault.partition(":")[0] for fault in found] == ["[0]", "[1]", "[2]"]
    assert "not a language ['b']" in found[0] and "missing ['zh']" in found[1] and "empty ['zh']" in found[2]


def test_the_walk_meets_the_files_with_texts() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in FILES}
    assert names >= {
        "abm/cities/suining/city.yaml",
        "calibration/backtests/backtests.yaml",
        "calibration/fitted/suining/verdicts.yaml",
        "calibration/targets/targets.yaml",
        "experiments/configs/scenario/suining_example.yaml",
        "policies/levers/birth_grant.yaml",
        "policies/packages/all-cash.yaml",
        "results/documents/definitions.yaml",
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_texts_are_whole_in_both_languages(path: Path) -> None:
    for document in yaml.safe_load_all(path.read_text(encoding="utf-8")):
        assert list(faults(document)) == []


def chinese_texts(path: Path) -> Iterator[str]:
    """Every text of a YAML file with Chinese in it, every cell of a table in a Chinese column."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as handle:
            for row in csv.DictReader(handle):
                yield from (cell for name, cell in row.items() if name and name.endswith("_zh") and cell)
        return
    waiting: list[Any] = list(yaml.safe_load_all(path.read_text(encoding="utf-8")))
    while waiting:
        node = waiting.pop()
        if isinstance(node, str) and re.search(HAN, node):
            yield node
        elif isinstance(node, dict | list):
            waiting.extend(node.values() if isinstance(node, dict) else node)


@pytest.mark.parametrize("folder", STYLED)
def test_chinese_texts_have_one_style(folder: str) -> None:
    files = [p for p in FILES if p.is_relative_to(ROOT / folder)]
    files += [p for p in (ROOT / folder).rglob("*.csv") if not SKIPPED & set(p.relative_to(ROOT).parts)]
    texts = [(path.name, text) for path in files for text in chinese_texts(path)]
    assert len(texts) > 50
    for fault, pattern in AGAINST_STYLE.items():
        assert not [(name, text) for name, text in texts if pattern.search(text)], fault


@pytest.mark.parametrize(
    "text", ["2020年", "至 2030年", "IVF周期", "60%的", "60 %", "16-59 岁", "降 -2", "（一）（二）", "出生,结婚"]
)
def test_what_is_against_the_style_is_seen(text: str) -> None:
    assert any(pattern.search(text) for pattern in AGAINST_STYLE.values())
    assert not any(pattern.search("2021—2024 年约 60% 的 IVF 周期（−2 至 3）") for pattern in AGAINST_STYLE.values())
