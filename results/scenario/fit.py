"""The fit to the city as a report sees it: the entry ``fit`` of context.json.

``fit`` is absent or None when nothing was fitted. Otherwise it is a dict; every list holds plain dicts (a row each), a
missing number is None, and a list that is missing or empty leaves its part of the report out:

``how``            how the fit was made: command; and, where known, scale, histories, generations, draws, seconds
``used``           True if this run lives on the fitted draws
``same_sources``   True if the fit was made with the sources of this run
``targets``        id, group, use (fit, held_back, input), label_en, label_zh, unit_en, unit_zh, year, geography, base,
                   grade, observed with its 80 % tolerance low and high, predicted (posterior predictive median) with
                   its 80 % interval predicted_low and predicted_high, inside, and for a miss reason_en and reason_zh
``groups``         group -> {en, zh}
``parameters``     name, kind (level: fitted to the city; response: from the evidence), parameter, label_en, label_zh,
                   prior_ and posterior_ low, median, high (80 % intervals), width_ratio (posterior over prior)
``correlations``   first, second, correlation: pairs of free numbers that the data hold together
``coverage``       level, tests, covered, bias: do intervals hold numbers that are known
``trace``          generation, tolerance, histories, accepted, acceptance
``probabilities``  package, drift (stopped, halved, continued, drawn), year, aim, draws, probability, at_most (95 %
                   limit where no draw reaches the aim), median, low, high (TFR of that year, 80 %)
``package_labels`` package -> {en, zh}
``ranking``        package, first_in (share of draws in which it is first), name, correlation (of a free number with its
                   lead)
``verdicts``       topic (``experiments/context/fit_words.py``), number {en, zh}, trust (high, medium, low), why {en,
zh}
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from results.content.words import Text, number

FITTED, HELD_BACK, INPUT = "fit", "held_back", "input"
Row = dict[str, Any]


class HasContext(Protocol):
    """Any kind of run as its report sees it."""

    @property
    def context(self) -> dict[str, Any]:
        """The content of context.json."""


@dataclass(frozen=True)
class FitData:
    """The entry ``fit`` of a context (see the module)."""

    entry: dict[str, Any]

    @classmethod
    def of(cls, context: dict[str, Any]) -> FitData | None:
        """The fit of a context, or None where nothing was fitted."""
        entry = context.get("fit")
        return cls(entry) if entry else None

    def rows(self, name: str) -> list[Row]:
        """A table of the fit, [] where it is not there."""
        return list(self.entry.get(name) or [])

    @property
    def used(self) -> bool:
        return bool(self.entry.get("used", False))

    def targets(self, use: str) -> list[Row]:
        """Targets of one use, those with a prediction; limits of shares within 0 and 1."""
        return [row for row in self.all_targets() if row["use"] == use and row["predicted"] is not None]

    def all_targets(self) -> list[Row]:
        """All targets; limits of shares, which normal errors may carry below 0 or above 1, within 0 and 1."""
        return [_bounded(row) if is_share(row["unit_en"]) else row for row in self.rows("targets")]

    def inside(self, use: str) -> tuple[int, int]:
        """Targets met, and targets, of one use."""
        rows = self.targets(use)
        return sum(bool(row["inside"]) for row in rows), len(rows)

    def group_label(self, group: str, lang: str) -> str:
        return str(self.entry.get("groups", {}).get(group, {}).get(lang, group.replace("_", " ")))

    def target_label(self, row: Row, lang: str) -> str:
        """The label of a target."""
        return closed(str(row[f"label_{lang}"]), lang)

    def package_label(self, package: str) -> Text:
        return dict(self.entry.get("package_labels", {}).get(package) or {"en": package, "zh": package})

    def parameter_label(self, name: str, lang: str) -> str:
        """The label of a free number, or its name."""
        found = [row for row in self.rows("parameters") if row["name"] == name]
        return closed(str(found[0][f"label_{lang}"]), lang) if found else name


def closed(text: str, lang: str) -> str:
    """A text with percentages as its language writes them: without a space in Chinese."""
    return re.sub(r"(?<=\d) %", "%", text) if lang == "zh" else text


def is_share(unit: str) -> bool:
    """True for a unit that is printed in percent."""
    return unit.startswith("share")


def unit_words(unit_en: str, unit_zh: str) -> Text:
    """The unit that numbers from :func:`printed` have: shares are in percent."""
    if not is_share(unit_en):
        return {"en": unit_en, "zh": unit_zh}
    of = "" if unit_zh in ("比重", "比例", "份额", "%") else unit_zh
    return {"en": "%" + unit_en.removeprefix("share"), "zh": f"{of}（%）" if of else "%"}


def printed(values: Sequence[float | None], unit: str) -> list[str]:
    """Numbers of one target, with as many decimals as the largest needs; shares in percent without the sign."""
    digits = digits_in(values, unit)
    return [number(in_unit(value, unit), digits) for value in values]


def in_unit(value: float | None, unit: str) -> float | None:
    """A value as it is printed in a unit: of a share its percent."""
    return 100 * value if value is not None and is_share(unit) else value


def digits_in(values: Sequence[float | None], unit: str) -> int:
    """Decimals of the numbers of one target: as many as the largest needs."""
    if is_share(unit):
        return 1
    largest = max((abs(v) for v in values if v is not None), default=0.0)
    return 0 if largest >= 100 else 1 if largest >= 10 else 2


def _bounded(row: Row) -> Row:
    limits = ("low", "high", "predicted_low", "predicted_high")
    return {**row, **{name: min(max(row[name], 0.0), 1.0) for name in limits if row[name] is not None}}
