"""Texts of a table as a spreadsheet leaves them: no cell that it takes for a date, a time of day or a formula.

A csv file has no types, so Excel guesses: "5/8" becomes the 5th of August, "2026-01" a day in January, "-2 (of 5)" a
formula. Such texts are written another way ("5 of 8", "2026M01" as statistical offices write months, a space before
what would be a formula: without it the text is as it was); numbers get the plain minus sign, or they would stay texts.
In the workbook cells have types, and texts stand as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd

_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?([eE][+-]?\d+)? ?%?")
_PLAIN = str.maketrans({"−": "-", "\u00a0": " ", "\u2009": " ", "\u202f": " "})
_MONTHS = (
    "jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?"
    "|dec(ember)?"
)

FORMULA_STARTS = "=+-@＝＋－＠\t\r\n"
"""What a text begins with that a spreadsheet runs as a formula: full-width signs too, and what it skips before one."""

LIKE_A_DATE = re.compile(
    r"\s*(\d{1,4}\s*[-/.]\s*\d{1,2}(\s*[-/.]\s*\d{1,4})?"
    r"|\d{1,2}:\d{1,2}(:\d{2})?(\s*[ap]m)?"
    rf"|(\d{{1,4}}[\s,./-]*)?({_MONTHS})([\s,./-]*\d{{1,4}}){{0,2}}"
    r"|(\d{2,4}年)?\d{1,2}月(\d{1,2}日)?|\d{2,4}年)\s*",
    re.IGNORECASE,
)
"""What Excel, in English or Chinese, takes for a date or a time of day (a decimal number apart)."""

_REWRITTEN: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"(\d{4})[-/年](\d{1,2})月?"), lambda m: f"{m[1]}M{int(m[2]):02d}"),
    (re.compile(r"(\d{4})[-/年](\d{1,2})[-/月](\d{1,2})日?"), lambda m: f"{m[1]}M{int(m[2]):02d}D{int(m[3]):02d}"),
    (re.compile(r"(\d+)\s*/\s*(\d+)"), lambda m: f"{m[1]} of {m[2]}"),
    (re.compile(r"(\d+)\s*[-:]\s*(\d+)"), lambda m: f"{m[1]} to {m[2]}"),
)


def is_number(text: str) -> bool:
    """Whether a spreadsheet reads a text as a number."""
    return any(c.isdigit() for c in text) and _NUMBER.fullmatch(text) is not None


def is_mistaken(text: str) -> bool:
    """Whether a spreadsheet would take a text for a date, a time or a formula."""
    if not text or is_number(text):
        return False
    return text[0] in FORMULA_STARTS or LIKE_A_DATE.fullmatch(text) is not None


def safe_text(text: str) -> str:
    """The text as it goes into a csv file."""
    plain = text.translate(_PLAIN)
    if not is_mistaken(plain):
        return plain
    for pattern, rewritten in _REWRITTEN:
        found = pattern.fullmatch(plain.strip())
        if found:
            return rewritten(found)
    return f" {plain}" if plain[0] in FORMULA_STARTS else f"({plain})"


def safe_for_excel(table: pd.DataFrame) -> pd.DataFrame:
    """The table with every text, heads too, as a spreadsheet leaves it."""
    safe = table.rename(columns=lambda name: safe_text(name) if isinstance(name, str) else name)
    for place, kind in enumerate(safe.dtypes):
        if isinstance(kind, pd.CategoricalDtype | pd.StringDtype) or kind.kind == "O":
            column = safe.iloc[:, place].astype(object)
            safe.isetitem(place, column.map(lambda value: safe_text(value) if isinstance(value, str) else value))
    return safe
