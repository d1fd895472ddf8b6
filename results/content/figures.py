"""The figures that sections name, drawn in every language: the one place that calls their makers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from matplotlib.figure import Figure

from results.content.blocks import FigureRef, Section
from results.content.figure_style import style, svg_text
from results.content.words import LANGUAGES

Figures = dict[str, dict[str, str]]
"""Figure name -> language -> SVG text."""


def named_in(sections: Iterable[Section]) -> list[FigureRef]:
    """The figures of the sections, in order."""
    return [block for section in sections for block in section.blocks if isinstance(block, FigureRef)]


def make_figures(data: Any, named: Iterable[FigureRef]) -> Figures:
    """Every figure named that the run has rows for. Raises ValueError for two makers of one name, which is a file's."""
    made: Figures = {}
    for name, draw in _makers(named).items():
        texts = {}
        with style():
            for lang in LANGUAGES:
                figure = draw(data, lang)
                if figure is not None:
                    texts[lang] = svg_text(figure, f"{name}.{lang}")
        if texts:
            made[name] = texts
    return made


def _makers(named: Iterable[FigureRef]) -> dict[str, Callable[[Any, str], Figure | None]]:
    found: dict[str, Callable[[Any, str], Figure | None]] = {}
    for ref in named:
        if found.setdefault(ref.name, ref.draw) is not ref.draw:
            raise ValueError(f"two figures are called {ref.name}")
    return found
