"""Verdicts and reasons beside a fit: read, and refused where a comma cuts a text in two."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from experiments.context.fit_tables import FITTED, TABLES, fit_context, read_fit
from experiments.context.fit_words import REASONS, VERDICTS, Topic, read_reasons, read_verdicts
from policies.errors import InputError
from results.trust import open_order

ROW = "- {topic: %s, number: %s, trust: low, why: {en: Why, zh: 因为}}\n"
NUMBER = "{en: Births, zh: 出生}"


def written(folder: Path, text: str) -> Path:
    (folder / VERDICTS).write_text(text, encoding="utf-8")
    return folder / VERDICTS


def test_a_verdict_is_read_with_its_topic(tmp_path: Path) -> None:
    (row,) = read_verdicts(written(tmp_path, ROW % ("level", NUMBER)))
    assert row == {"topic": "level", "number": {"en": "Births", "zh": "出生"}, "trust": "low",
                   "why": {"en": "Why", "zh": "因为"}}  # fmt: skip
    assert read_verdicts(tmp_path / "absent.yaml") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (ROW % ("level", NUMBER) + ROW % ("order", "{en: Order of cash, childcare, zh: 次序}"),
         r"verdicts\.yaml, row 2: number: unknown key 'childcare'"),
        (ROW % ("levels", NUMBER), r"row 1: topic: .*found 'levels'"),
        (f"- {{number: {NUMBER}, trust: low, why: {NUMBER}}}", "row 1: topic: Field required"),
        (f"- {{topic: level, number: {NUMBER}, trust: some, why: {NUMBER}}}", "row 1: trust: .*found 'some'"),
        (ROW % ("level", "{en: Births}"), "row 1: number.zh: Field required"),
        (2 * (ROW % ("level", NUMBER)), "topic: written twice: level"),
        ("topic: level", "expected a list of verdicts, found dict"),
        ("- {", "not valid YAML"),
    ],
)  # fmt: skip
def test_a_verdict_that_cannot_be_meant_is_refused(tmp_path: Path, text: str, found: str) -> None:
    with pytest.raises(InputError, match=found):
        read_verdicts(written(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("births: {en: Few, many, zh: 少}", r"reasons\.yaml: line 1: 'many' has no value; put a text"),
        ("birth: {en: Few, zh: 少}", "unknown target 'birth'; did you mean 'births'"),
    ],
)
def test_a_reason_that_cannot_be_meant_is_refused(tmp_path: Path, text: str, found: str) -> None:
    (tmp_path / REASONS).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=found):
        read_reasons(tmp_path / REASONS, {"births"})


def test_every_topic_has_its_verdict_in_the_shipped_fit() -> None:
    fit = fit_context("suining", True)
    assert fit is not None
    trust = {row["topic"]: row["trust"] for row in fit["verdicts"]}
    assert sorted(trust) == sorted(get_args(Topic))
    assert trust["order"] == "low" and trust["level"] == "low" and trust["target"] == "high"


def test_the_shipped_verdict_on_the_order_tells_the_numbers_of_the_open_order() -> None:
    (why,) = [row["why"] for row in read_verdicts(FITTED / "suining" / VERDICTS) if row["topic"] == "order"]
    for number in ("678", "276", "142", "272"):
        assert all(number in why[lang] and number in open_order.paragraph()[lang] for lang in ("en", "zh"))


def test_all_tables_of_the_shipped_fit_are_read() -> None:
    assert set(read_fit(FITTED / "suining").tables) == set(TABLES)
