"""Which texts of a section a Chinese reader meets in English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from results.content.blocks import Bullets, Card, Cards, Code, FigureRef, Lists, Paragraph, Section, Table
from tests.results.reading import line_of

CITATIONS = {"Source", "Row", "Name in the files"}
"""Heads of columns that keep their language: citations, and ids as such."""
HAN = re.compile(r"[\u4e00-\u9fff]")
WORDS = re.compile(r"[A-Za-z]{3,}.*[A-Za-z]{3,}")
"""Two words or more in Latin letters; a name alone (TFR, IVF, eta) may stand in a Chinese text."""


def english_alone(section: Section) -> list[str]:
    """Every text of a section that says something in English and nothing in Chinese."""
    return [text for text in _chinese(section) if WORDS.search(text) and not HAN.search(text)]


def _chinese(section: Section) -> Iterator[str]:
    """All texts of a section as its Chinese reader sees them."""
    yield from (section.title["zh"], section.lead["zh"])
    for block in section.blocks:
        yield from _of_block(block)


def _of_block(block: Any) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield block.text["zh"]
    elif isinstance(block, Bullets):
        yield from (item["zh"] for item in block.items)
    elif isinstance(block, Lists):
        for head, points in block.columns:
            yield from (head["zh"], *(point["zh"] for point in points))
    elif isinstance(block, FigureRef):
        yield block.caption["zh"]
    elif isinstance(block, Cards):
        yield block.caption["zh"]
        for card in block.items:
            yield from _of_card(card)
    elif isinstance(block, Table):
        yield block.caption["zh"]
        kept = [index for index, head in enumerate(block.head) if line_of(head) not in CITATIONS]
        for row in (block.head, *block.rows):
            yield from (line_of(row[index], "zh") for index in kept)
    else:
        assert isinstance(block, Code), block


def _of_card(card: Card) -> Iterator[str]:
    yield card.title["zh"]
    if card.badge is not None:
        yield card.badge.text["zh"]
    for name, text in card.facts:
        yield from (name["zh"], text["zh"])
