"""What a Chinese reader of a study meets in Latin letters: citations, symbols and ids, and no prose."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from experiments.context.context import report_context
from experiments.study.study import read_study

CONFIGS = Path(__file__).resolve().parents[3] / "experiments" / "configs"
WORD = re.compile(r"[A-Za-z]{4,}")
LOWER = re.compile(r"(?<![A-Za-z])[a-z]{4,}")
PROSE = re.compile(r"[A-Za-z]{2,}.* .*[A-Za-z]{2,}")
"""Two words or more: no id and no name alone."""
NAME = r"[A-Z][\w-]+"
CITED = re.compile(rf"{NAME}(?:(?:、|, | & ){NAME})*(?: 等)?(?: (?:19|20)\d\d|）| 法则)")
"""Authors as a Chinese sentence cites them: before a year, at the end of a bracket, of a rule."""
NAMES = ("theta", "lambda", "SMAM", "CGSS", "CHARLS 2013", "BMC Public Health 2023")
"""Symbols of the model, and surveys and journals that are cited by name."""
SAID_ELSEWHERE = {"definition", "unit", "sense", "status", "year", "command"}
"""Keys whose Chinese stands with the words of reports (``results``), or that are the same in every language."""


def leaves(node: Any, place: str = "") -> Iterator[tuple[str, str, bool]]:
    """Every text below ``node``: its place, itself, and whether a Chinese one stands beside it."""
    if isinstance(node, dict):
        for key, value in node.items():
            if isinstance(value, str):
                yield f"{place}.{key}", value, ("zh" if key == "en" else f"{key.removesuffix('_en')}_zh") in node
            else:
                yield from leaves(value, f"{place}.{key}")
    elif isinstance(node, list):
        for value in node:
            yield from [(place, value, False)] if isinstance(value, str) else leaves(value, place)


def english_alone(context: dict[str, Any]) -> list[str]:
    """English prose that no Chinese stands beside."""
    return [
        f"{place}: {text}"
        for place, text, beside in leaves(context)
        if not beside and not place.endswith(("zh", *SAID_ELSEWHERE)) and PROSE.search(text)
    ]


def english_in_chinese(context: dict[str, Any]) -> list[str]:
    """Chinese texts with English words in them; a citation may name authors and a journal, and has a year then."""
    found = []
    for place, text, _ in leaves(context):
        if place.endswith("citation_zh"):
            wrong = bool(LOWER.search(text)) or not re.search(r"[\u4e00-\u9fff]|(?:19|20)\d\d", text)
        else:
            wrong = place.endswith((".zh", "_zh")) and bool(WORD.search(without_names(text)))
        if wrong:
            found.append(f"{place}: {text}")
    return found


def without_names(text: str) -> str:
    for name in NAMES:
        text = text.replace(name, "")
    return CITED.sub("", text)


@pytest.mark.parametrize("config", ["scenario/suining_example", "sobol/toytown_quick", "sweep/toytown_hypercube"])
def test_no_english_prose_is_left_to_a_chinese_reader(config: str) -> None:
    context = json.loads(json.dumps(report_context(read_study(CONFIGS / f"{config}.yaml"))))
    assert english_alone(context) == []
    assert english_in_chinese(context) == []


@pytest.mark.parametrize(
    ("card", "alone", "inside"),
    [
        ({"source": "prior"}, 0, 0),
        ({"source": "prior by cohort"}, 1, 0),
        ({"source": "prior by cohort", "source_zh": "分队列先验判断"}, 0, 0),
        ({"label": {"en": "Wages of women", "zh": "Wages of women"}}, 0, 1),
        ({"why": {"en": "As prior_cash", "zh": "同 prior_cash"}}, 0, 1),
        ({"source_zh": "取 Aksoy 等 2025 的一半；Bongaarts & Potter 法则（Gu、Li & Xu 2018）"}, 0, 0),
        ({"citation_zh": "Huang, Jin & Fan 2024, Econ Lab Relat Rev"}, 0, 0),
        ({"citation_zh": "Synthesis"}, 0, 1),
        ({"citation_zh": "City work report via press, 2025"}, 0, 1),
    ],
)
def test_the_count_sees_what_is_not_translated(card: dict[str, Any], alone: int, inside: int) -> None:
    assert (len(english_alone({"cards": [card]})), len(english_in_chinese({"cards": [card]}))) == (alone, inside)
