"""Rows of the table of back-tests as section and figure read them: what kind of test, its name, its digits."""

from __future__ import annotations

from typing import Any

from results.content.blocks import both
from results.content.words import Text, number
from results.scenario.fit import closed

DEFAULT_SET, FITTED_SET = "default", "fitted"
SIGN, ANCHOR = "sign", "at_most"
MOST_DIGITS = 4
Row = dict[str, Any]


def digits_of(row: Row) -> int:
    """Decimals for the evidence of a row: three figures of its largest limit."""
    known = [row[name] for name in ("evidence_value", "evidence_low", "evidence_high")]
    return _digits_at([value for value in known if value is not None])


def model_digits(row: Row) -> int:
    """Decimals for the model's value: as for its size, and enough that the ends of its interval differ in print."""
    known = [row[name] for name in ("model_value", "model_low", "model_high") if row[name] is not None]
    digits, ends = _digits_at(known), (row["model_low"], row["model_high"])
    while None not in ends and ends[0] != ends[1] and digits < MOST_DIGITS and _alike(*ends, digits):
        digits += 1
    return digits


def _digits_at(values: list[float]) -> int:
    largest = max((abs(value) for value in values), default=0.0)
    return 0 if largest >= 100 else 1 if largest >= 10 else 2


def _alike(low: float, high: float, digits: int) -> bool:
    return number(low, digits) == number(high, digits)


def label_of(row: Row) -> Text:
    """The name of a test."""
    return both(row["label_en"], closed(row["label_zh"], "zh"))
