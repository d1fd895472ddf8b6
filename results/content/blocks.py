"""What a report section is made of; the template knows these and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from results.content.cells import Number, Scaled
from results.content.words import Text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LONG = 14
"""Rows above which a table is folded."""


@dataclass(frozen=True)
class Verdict:
    """A judgement in a cell or on a card; ``tone`` is ``good``, ``near``, ``bad`` or ``none``."""

    text: Text
    tone: str = "none"


Cell = Text | str | int | Number | Scaled | Verdict
"""A cell of a table: words, a number with what it takes to print it, or a judgement. An integer is printed as it is (a
year); a number is never written as a text."""


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
    """A figure and how to read it; ``trust`` are marks of how far to trust it (``results.trust.marks``).

    ``draw`` makes it of a finished run in a language, or None where the run has no rows for it; its name is the
    figure's, and that of its files.
    """

    draw: Callable[[Any, str], Figure | None]
    caption: Text
    kind: str = "figure"
    trust: Sequence[Verdict] = ()

    @property
    def name(self) -> str:
        return self.draw.__name__


@dataclass(frozen=True)
class Table:
    """A table; the first ``text_columns`` columns are words, the others numbers. ``name`` is its csv file's.

    A long table is folded unless it may not (``folds``); an ``annex`` is folded and left out of print. ``row_ids`` are
    places that links of the page lead to.
    """

    name: str
    caption: Text
    head: Sequence[Cell]
    rows: Sequence[Sequence[Cell]]
    text_columns: int = 1
    folds: bool = True
    annex: bool = False
    row_ids: Sequence[str] = ()
    kind: str = "table"
    trust: Sequence[Verdict] = ()

    @property
    def folded(self) -> bool:
        """True if the page shows it only when asked."""
        return self.annex or (self.folds and len(self.rows) > LONG)


@dataclass(frozen=True)
class Code:
    """Commands to type."""

    lines: list[str]
    kind: str = "code"


@dataclass(frozen=True)
class Card:
    """Something with a name, a judgement and a few named facts."""

    title: Text
    badge: Verdict | None
    facts: Sequence[tuple[Text, Text]]


@dataclass(frozen=True)
class Cards:
    """Cards beside each other; ``name`` is the csv file of the same facts."""

    name: str
    caption: Text
    items: Sequence[Card]
    kind: str = "cards"


@dataclass(frozen=True)
class Lists:
    """Lists of short points beside each other, each under its head."""

    columns: Sequence[tuple[Text, Sequence[Text]]]
    kind: str = "lists"


Block = Paragraph | Bullets | FigureRef | Table | Code | Cards | Lists


@dataclass(frozen=True)
class Opening:
    """The first screen: the question answered in a few sentences, and one figure.

    ``topics`` are those of each sentence, by which ``trust`` is found (marks of each sentence; ``figure_trust`` of the
    figure).
    """

    sentences: Sequence[Text]
    figure: str | None
    caption: Text
    topics: Sequence[Sequence[str]] = ()
    trust: Sequence[Sequence[Verdict]] = ()
    figure_trust: Sequence[Verdict] = ()


@dataclass(frozen=True)
class Section:
    """One question, answered in a sentence first; ``trust`` are the marks beside the answer."""

    key: str
    title: Text
    lead: Text
    blocks: list[Block] = field(default_factory=list)
    trust: Sequence[Verdict] = ()


def both(en: str, zh: str) -> Text:
    """A text in both languages."""
    return {"en": en, "zh": zh}
