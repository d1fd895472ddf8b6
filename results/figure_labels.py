"""Names of rows and panels in full: broken into lines, in either script, and never cut."""

from __future__ import annotations

import re

_UNIT = re.compile(r"[\u2e80-\uffef][，。、；：）”]*\s*|[^\s\u2e80-\uffef]+[，。、；：）”]*\s*")
"""What a line may not be broken within: a word, or a Chinese character with the marks that end it."""


def width_of(text: str) -> int:
    """Width in Latin characters; a Chinese character counts twice."""
    return sum(2 if ord(character) > 0x2E80 else 1 for character in text)


def broken(text: str, width: int) -> str:
    """The text on as many lines as it needs, each at most ``width`` wide unless one word is wider."""
    lines, line = [], ""
    for unit in _UNIT.findall(text):
        if line and width_of((line + unit).rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += unit
    return "\n".join([*lines, line.rstrip()])


def lines_of(text: str) -> int:
    """How many lines a broken text has."""
    return text.count("\n") + 1
