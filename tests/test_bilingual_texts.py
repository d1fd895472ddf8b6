"""Bilingual texts in the project's YAML: English and Chinese, both there, none cut by an unquoted comma.

``{en: a, b, zh: c}`` reads as the keys en, b (null) and zh: the text is cut without a word of complaint.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = {"en", "zh"}
SKIPPED = {".venv", ".git", "runs", "node_modules", "build"}
FILES = sorted(p for p in ROOT.rglob("*.yaml") if not SKIPPED & set(p.relative_to(ROOT).parts))


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
        "calibration/backtests.yaml",
        "calibration/fitted/suining/verdicts.yaml",
        "calibration/targets.yaml",
        "experiments/configs/scenario/suining_example.yaml",
        "policies/levers/birth_grant.yaml",
        "policies/packages/all-cash.yaml",
        "results/definitions.yaml",
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_texts_are_whole_in_both_languages(path: Path) -> None:
    for document in yaml.safe_load_all(path.read_text(encoding="utf-8")):
        assert list(faults(document)) == []
