"""Names of rows and panels in full: broken into lines, in either script, and never cut."""

from __future__ import annotations

import re
from collections.abc import Sequence

from matplotlib.axes import Axes

from results.content.figure_style import INK

_UNIT = re.compile(r"[\u2e80-\uffef][，。、；：）”]*\s*|[^\s\u2e80-\uffef]+[，。、；：）”]*\s*")
"""What a line may not be broken within: a word, or a Chinese character with the marks that end it."""


def width_of(text: str) -> int:
    """Width in Latin characters; a Chinese character counts twice."""
    return sum(2 if ord(character) > 0x2E80 else 1 for character in text)


def broken(text: str, width: int) -> str:
    """The text on as few lines as it needs, about equally long, none wider than ``width`` unless one word is."""
    lines = _lines(text, width)
    while len(lines) > 1 and len(closer := _lines(text, width - 1)) == len(lines) and _widest(closer) < width:
        lines, width = closer, width - 1
    return "\n".join(lines)


def _lines(text: str, width: int) -> list[str]:
    lines, line = [], ""
    for unit in _UNIT.findall(text):
        if line and width_of((line + unit).rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += unit
    return [*lines, line.rstrip()]


def _widest(lines: list[str]) -> int:
    return max(width_of(line) for line in lines)


def lines_of(text: str) -> int:
    """How many lines a broken text has."""
    return text.count("\n") + 1


def name_rows(axes: Axes, places: Sequence[float], names: Sequence[str], size: float = 8.5) -> None:
    """Names left of the rows at ``places``. Every line is a text of its own that ends at the axis: the widths of glyphs
    that this machine lacks are not known."""
    axes.set_yticks([])
    for place, name in zip(places, names, strict=True):
        lines = name.split("\n")
        for number, line in enumerate(lines):
            up = ((len(lines) - 1) / 2 - number) * size * 1.18
            axes.annotate(
                line, (0, place), xycoords=("axes fraction", "data"), xytext=(-7, up), textcoords="offset points",
                fontsize=size, color=INK, ha="right", va="center", annotation_clip=False,
            )  # fmt: skip
