"""Numbers of tables, which stay numbers until they are printed: a value with its interval, its digits and its unit.

A page prints a cell by :meth:`Number.first` and :meth:`Number.below`; files hold :meth:`Number.parts`, each in a column
of its own (``results.documents.columns``). Both round alike.
"""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass
from typing import Literal

from results.content.study_words import with_unit
from results.content.words import ANY_VALUE, NO_INTERVAL, NO_UPPER_LIMIT, Text, between, number, percent

Part = Literal["value", "low", "high", "of", "unit", "note"]
Filed = float | int | Text | None
"""What a file holds of a part: a number, words, or nothing."""


@dataclass(frozen=True)
class Number:
    """A number, the ends of its interval, and how they are printed.

    Each of the three is None where none is meant and NaN where one is missing; ``high`` is infinite where there is no
    upper limit. ``figures`` are significant figures and take the place of ``digits``, the
    decimals. A ``percent`` is held as a share. ``of`` is how many there are, where the value counts some of them.
    ``words`` are what a page prints in place of the value and, on a second line, the interval: a text around
    ``{value}``, ``{low}``, ``{high}`` and ``{of}``; of a number that there is none of, why.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    _: KW_ONLY
    digits: int = 0
    sign: bool = False
    figures: int | None = None
    grouped: bool = True
    percent: bool = False
    of: int | None = None
    unit: Text | None = None
    words: Text | None = None

    def first(self, lang: str) -> str:
        """What a page prints, without the interval on a second line."""
        if self.words is not None:
            ends = {name: self._printed(getattr(self, name), lang) for name in ("value", "low", "high")}
            return self.words[lang].format(**ends, of=number(self.of))
        text = self._printed(self.value, lang)
        return text if self.unit is None else with_unit(text, self.unit[lang], lang)

    def below(self, lang: str) -> str:
        """The interval, which stands on a second line; empty where none is meant."""
        if self.words is not None or not self._has_ends():
            return ""
        return between(self.low, self.high, self._printed)[lang]

    def line(self, lang: str = "en") -> str:
        """All of it on one line."""
        below = self.below(lang)
        return f"{self.first(lang)} [{below}]" if below else self.first(lang)

    @property
    def is_point(self) -> bool:
        """True if the ends of the interval are printed as the value is."""
        return self._rounded(self.low) == self._rounded(self.value) == self._rounded(self.high)

    def parts(self) -> dict[Part, Filed]:
        """What files hold: numbers as rounded on the page, a percentage as a share; None for one that is missing."""
        meant: dict[Part, float | None] = {"value": self.value, "low": self.low, "high": self.high}
        found: dict[Part, Filed] = {part: self._rounded(held) for part, held in meant.items() if held is not None}
        others: dict[Part, Filed] = {"of": self.of, "unit": self.unit, "note": self._note()}
        return (found or {"value": None}) | {part: held for part, held in others.items() if held is not None}

    def _note(self) -> Text | None:
        """What is said in place of a number that is missing."""
        if self.words is not None:
            return None if any(map(is_finite, (self.value, self.low, self.high))) else self.words
        if not self._has_ends() or is_finite(self.high):
            return None
        if self.high is None or not math.isinf(self.high):
            return NO_INTERVAL
        return NO_UPPER_LIMIT if is_finite(self.low) else ANY_VALUE

    def _has_ends(self) -> bool:
        return self.low is not None or self.high is not None

    def _digits(self, value: float) -> int:
        return self.digits if self.figures is None else decimals(value, self.figures)

    def _printed(self, value: float | None, lang: str) -> str:
        if value is None or not math.isfinite(value):
            return number(value)
        if self.percent:
            return percent(100 * value, lang, self._digits(100 * value), self.sign)
        text = number(value, self._digits(value), self.sign)
        return text if self.grouped else text.replace(",", "")

    def _rounded(self, value: float | None) -> float | int | None:
        if value is None or not math.isfinite(value):
            return None
        times = 100 if self.percent else 1
        digits = self._digits(times * value)
        rounded = round(times * float(value), digits) + 0.0
        return rounded / 100 if self.percent else int(rounded) if digits == 0 else rounded


@dataclass(frozen=True)
class Scaled:
    """A number that each language counts in a unit of its own (million yuan, 万元); files hold the English one."""

    en: Number
    zh: Number


NOTHING = Number(None)
"""A number that there is none of."""
RANGE: Text = dict.fromkeys(("en", "zh"), "{low} – {high}")
SPREAD: Text = {"en": "{low} to {high}", "zh": "{low} 至 {high}"}
PLACES: Text = dict.fromkeys(("en", "zh"), "{value} ({low}–{high})")
COUNTED: Text = dict.fromkeys(("en", "zh"), "{value} / {of}")


def measured(value: float | None, low: float | None, high: float | None, digits: int = 0, sign: bool = False) -> Number:
    """An estimate that should have an interval: where it has none that is said."""
    ends = (math.nan if end is None else end for end in (low, high))
    return Number(value, *ends, digits=digits, sign=sign)


def missing(why: Text) -> Number:
    """A number that there is none of, and why."""
    return Number(None, words=why)


def decimals(value: float, figures: int) -> int:
    """Decimals with which a number has so many significant figures, without zeros at its end: 2 for 0.250 with 3."""
    if not math.isfinite(value) or value == 0:
        return 0
    digits = max(figures - 1 - math.floor(math.log10(abs(value))), 0)
    while digits and round(value, digits) == round(value, digits - 1):
        digits -= 1
    return digits


def is_finite(value: float | None) -> bool:
    return value is not None and math.isfinite(value)
