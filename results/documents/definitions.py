"""What the words of a report mean: the vocabulary, marked where it is used and listed once with unit and base."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from markupsafe import Markup, escape

from results.content.blocks import Block, Cards, Cell, FigureRef, Opening, Section, Table, both
from results.content.words import Text

VOCABULARY = Path(__file__).resolve().with_name("definitions.yaml")
LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class Term:
    """A word with its definition; ``names`` by language are the spellings under which it is found."""

    key: str
    names: dict[str, tuple[str, ...]]
    label: Text
    unit: Text
    base: Text
    definition: Text


def terms_of(context: dict[str, Any]) -> list[Term]:
    """Words of reports and the run's indicators. An indicator without a Chinese definition keeps its English one."""
    vocabulary = yaml.safe_load(VOCABULARY.read_text(encoding="utf-8"))
    found = {name: _indicator(name, card, vocabulary) for name, card in context.get("indicators", {}).items()}
    for key, entry in vocabulary["terms"].items():
        if "indicator" in entry:
            if entry["indicator"] in found:
                found[entry["indicator"]] = _spelled(found[entry["indicator"]], entry)
            continue
        names = {lang: tuple(entry[lang]) for lang in LANGUAGES}
        label = both(names["en"][0], names["zh"][0])
        found[key] = Term(key, names, label, entry["unit"], vocabulary["bases"][entry["base"]], entry["definition"])
    return list(found.values())


def _indicator(name: str, card: dict[str, str], vocabulary: dict[str, Any]) -> Term:
    label = both(card["label_en"] or name, card["label_zh"] or name)
    unit, english = card["unit"], card["definition"]
    return Term(
        name,
        {lang: (label[lang],) for lang in LANGUAGES},
        label,
        both(unit, "岁" if name in vocabulary["ages"] else vocabulary["units"].get(unit, unit)),
        vocabulary["bases"].get(card["base"], both(card["base"], card["base"])),
        both(english[:1].upper() + english[1:] + ".", vocabulary["indicators"].get(name, english)),
    )


def _spelled(term: Term, entry: dict[str, Any]) -> Term:
    """The term under further spellings."""
    return replace(term, names={lang: (*term.names[lang], *entry[lang]) for lang in LANGUAGES})


class Marker:
    """Finds terms in texts and links them to their definitions; ``used`` are those found so far. Quotations, which are
    names, are left alone."""

    def __init__(self, terms: Sequence[Term], names: Iterable[str] = ()) -> None:
        """``names`` are texts that stay as they are, such as those of scenarios."""
        self._names = frozenset(names)
        self.terms = {term.key: term for term in terms}
        self.used: set[str] = set()
        self._keys: dict[str, dict[str, str]] = {lang: {} for lang in LANGUAGES}
        for term in terms:
            for lang in LANGUAGES:
                for name in term.names[lang]:
                    self._keys[lang][name.lower()] = term.key  # words of reports come last and win
        self._patterns = {lang: _pattern(self._keys[lang], lang) for lang in LANGUAGES}

    def mark(self, text: Text) -> Text:
        """The text with the first mention of every term made a link to its definition."""
        return {lang: self._marked(text[lang], lang) for lang in LANGUAGES}

    def _marked(self, text: str, lang: str) -> Markup:
        pattern = self._patterns[lang]
        if pattern is None or text in self._names:
            return escape(text)
        done: set[str] = set()
        pieces: list[Markup] = []
        place = 0
        for found in pattern.finditer(text):
            key = self._keys[lang].get(found.group().lower())
            if key is None or key in done:
                continue
            done.add(key)
            pieces += [
                escape(text[place : found.start()]),
                Markup('<a class="term" href="#term-{}">{}</a>').format(key, found.group()),
            ]
            place = found.end()
        self.used |= done
        return Markup("").join([*pieces, escape(text[place:])])


def _pattern(names: Iterable[str], lang: str) -> re.Pattern[str] | None:
    ordered = sorted((re.escape(name) for name in names if name), key=len, reverse=True)
    if not ordered:
        return None
    edge = (r"(?<![\w-])", r"(?![\w-])") if lang == "en" else ("", "")
    return re.compile(f"“[^”]*”|{edge[0]}(?:{'|'.join(ordered)}){edge[1]}", re.IGNORECASE)


def marked_opening(opening: Opening, marker: Marker) -> Opening:
    """The opening with its terms marked."""
    sentences = [marker.mark(sentence) for sentence in opening.sentences]
    return replace(opening, sentences=sentences, caption=marker.mark(opening.caption))


def marked_section(section: Section, marker: Marker) -> Section:
    """The section with terms marked in its answer, captions, table heads and row names."""
    blocks = [_marked_block(block, marker) for block in section.blocks]
    return replace(section, lead=marker.mark(section.lead), blocks=blocks)


def _marked_block(block: Block, marker: Marker) -> Block:
    if isinstance(block, FigureRef):
        return replace(block, caption=marker.mark(block.caption))
    if isinstance(block, Cards):
        return replace(block, caption=marker.mark(block.caption))
    if isinstance(block, Table):
        head = [_marked_cell(cell, marker) for cell in block.head]
        rows = [[_marked_cell(cell, marker) if i == 0 else cell for i, cell in enumerate(row)] for row in block.rows]
        return replace(block, caption=marker.mark(block.caption), head=head, rows=rows)
    return block


def _marked_cell(cell: Cell, marker: Marker) -> Cell:
    return marker.mark(cell) if isinstance(cell, dict) else cell


def definitions_section(marker: Marker) -> Section:
    """Every term that the page uses, with unit, whom it counts, and definition."""
    terms = [term for key, term in marker.terms.items() if key in marker.used]
    rows: list[list[Cell]] = [[term.label, term.unit, term.base, term.definition] for term in terms]
    head: list[Cell] = [
        both("Term", "名称"),
        both("Unit", "单位"),
        both("Who counts", "统计对象"),
        both("Definition", "定义"),
    ]
    title = both("What do the numbers mean?", "各项数字的含义")
    lead = both(
        f"{len(terms)} terms of this page, each with its unit, the people or budgets it counts, and its definition; "
        "words with a dotted line show theirs under the pointer.",
        f"本页共用到 {len(terms)} 个名词，各列出单位、统计对象与定义；带虚线的词语在指向时显示其定义。",
    )
    caption = both("Definitions", "定义")
    table = Table("definitions", caption, head, rows, text_columns=4, row_ids=[f"term-{term.key}" for term in terms])
    return Section("definitions", title, lead, [replace(table, folds=False)])
