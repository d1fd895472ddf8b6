"""The words of a page and of a cell, for tests."""

from __future__ import annotations

import re
from pathlib import Path

from results.content.blocks import Cell, Verdict
from results.content.cells import Number, Scaled


def words_of(page: Path) -> str:
    """The text of a page without the links from terms to their definitions."""
    return re.sub(r'<a class="term"[^>]*>(.*?)</a>', r"\1", page.read_text(encoding="utf-8"))


def line_of(cell: Cell, lang: str = "en") -> str:
    """A cell as a reader of a language sees it, on one line."""
    if isinstance(cell, Scaled):
        return (cell.zh if lang == "zh" else cell.en).line(lang)
    if isinstance(cell, Number):
        return cell.line(lang)
    if isinstance(cell, Verdict):
        return cell.text[lang]
    return cell[lang] if isinstance(cell, dict) else str(cell)
