"""The words of a page, for tests."""

from __future__ import annotations

import re
from pathlib import Path


def words_of(page: Path) -> str:
    """The text of a page without the links from terms to their definitions."""
    return re.sub(r'<a class="term"[^>]*>(.*?)</a>', r"\1", page.read_text(encoding="utf-8"))
