"""What a report section is made of; the template knows these and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from results.words import Text


@dataclass(frozen=True)
class Measured:
    """An estimate and its interval, set on two lines of one cell."""

    mean: str
    span: Text

    def plain(self, lang: str = "en") -> str:
        """The estimate on one line."""
        return f"{self.mean} [{self.span[lang]}]"


Cell = Text | str | Measured


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; ``tone`` is ``plain``, ``note`` (smaller) or ``warn`` (a caution in a box)."""

    text: Text
    tone: str = "plain"
    kind: str = "paragraph"


@dataclass(frozen=True)
class Bullets:
    """A list of short points."""

    items: list[Text]
    kind: str = "bullets"


@dataclass(frozen=True)
class FigureRef:
    """A figure by name, with how to read it."""

    name: str
    caption: Text
    kind: str = "figure"


@dataclass(frozen=True)
class Table:
    """A table; the first ``text_columns`` columns are words, the others numbers. ``name`` is its csv file's."""

    name: str
    caption: Text
    head: Sequence[Cell]
    rows: Sequence[Sequence[Cell]]
    text_columns: int = 1
    kind: str = "table"


@dataclass(frozen=True)
class Code:
    """Commands to type."""

    lines: list[str]
    kind: str = "code"


Block = Paragraph | Bullets | FigureRef | Table | Code


@dataclass(frozen=True)
class Section:
    """One question, answered in a sentence first."""

    key: str
    title: Text
    lead: Text
    blocks: list[Block] = field(default_factory=list)


def both(en: str, zh: str) -> Text:
    """A text in both languages."""
    return {"en": en, "zh": zh}
