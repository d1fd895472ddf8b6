"""The page of a report: sections and figures put into the template, and its tables and figures written as files."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd

from results.content.blocks import Block, Cards, Cell, FigureRef, Opening, Section, Table, both
from results.content.figure_style import inline_svg
from results.content.figures import Figures
from results.content.words import Text, number
from results.documents.columns import columns_of
from results.documents.definitions import Marker, definitions_section, marked_opening, marked_section, terms_of
from results.documents.workbook import write_workbook
from results.folder.store import FIGURES, REPORT, TABLES, WORKBOOK, RunFolder
from results.trust.marks import opening_with_marks, with_marks

TEMPLATES = Path(__file__).resolve().parent / "templates"
OPENING_SENTENCES = 3


@dataclass(frozen=True)
class Fact:
    """A short fact at the head of the page; ``bad`` is set in the colour of a warning."""

    name: Text
    value: str
    bad: bool = False


def write_page(
    folder: RunFolder,
    context: dict[str, Any],
    facts: list[Fact],
    sections: list[Section],
    figures: Figures,
    tables: dict[str, pd.DataFrame],
    lang: str,
    opening: Opening | None = None,
) -> Path:
    """Write ``report.html``, ``figures/*.svg``, ``tables/*.csv`` and ``tables/tables.xlsx``; returns the page's path.

    ``opening`` is the first screen, by default the first answers and the first figure. Figures that a section names but
    that were not made are left out. The last section (how to reproduce) comes after the definitions of all terms that
    the page uses. Raises StoreError.
    """
    sections = [with_marks(_with_figures(section, set(figures)), context) for section in sections]
    opening = opening if opening is not None else opening_of(sections)
    if opening.figure not in figures:
        opening = replace(opening, figure=None)
    opening = opening_with_marks(opening, context)
    sections = [_without(section, opening.figure) for section in sections]
    marker = Marker(terms_of(context), _names(context))
    opening = marked_opening(opening, marker)
    marked = [marked_section(section, marker) for section in sections]
    definitions = definitions_section(marker)
    sections.insert(len(sections) - 1, definitions)
    marked.insert(len(marked) - 1, definitions)
    folder.clear_derived()
    for name, texts in figures.items():
        for language, svg in texts.items():
            folder.write_text(svg, FIGURES, f"{name}.{language}.svg")
    shown = tables_of(sections)
    for table in shown:
        folder.write_table(table_frame(table), TABLES, f"{table.name}.csv")
    for name, frame in tables.items():
        folder.write_table(frame, TABLES, f"{name}.csv")
    folder.write_with(lambda path: write_workbook(path, context["title"], shown, tables), TABLES, WORKBOOK)
    return folder.write_text(_page(context, facts, opening, marked, figures, lang, folder.follows_browser), REPORT)


def _names(context: dict[str, Any]) -> set[str]:
    """Names of scenarios, which hold words but are no terms; current law is one."""
    cards = [card for card in context.get("scenarios", []) if card["name"] != context.get("baseline")]
    return {str(text) for card in cards for text in card["label"].values()}


def opening_of(sections: list[Section]) -> Opening:
    """The first screen of a report that names none: the answers of the first three sections and the first figure."""
    drawn = [block for section in sections for block in section.blocks if isinstance(block, FigureRef)]
    first = drawn[0] if drawn else None
    leads = [section.lead for section in sections[:-1][:OPENING_SENTENCES]] or [sections[0].lead]
    return Opening(leads, first.name if first else None, first.caption if first else both("", ""))


def _with_figures(section: Section, made: set[str]) -> Section:
    """The section without the figures that the run has no rows for."""
    kept: list[Block] = [b for b in section.blocks if not isinstance(b, FigureRef) or b.name in made]
    return replace(section, blocks=kept)


def _without(section: Section, figure: str | None) -> Section:
    """The section without the figure that the first screen shows."""
    kept: list[Block] = [b for b in section.blocks if not isinstance(b, FigureRef) or b.name != figure]
    return replace(section, blocks=kept)


def tables_of(sections: list[Section]) -> list[Table]:
    """Every table of the sections; cards as a table of their facts."""
    found: list[Table] = []
    for section in sections:
        for block in section.blocks:
            if isinstance(block, Table):
                found.append(block)
            elif isinstance(block, Cards) and block.items:
                found.append(_cards_table(block))
    return found


def _cards_table(cards: Cards) -> Table:
    """One row a card, one column a kind of fact."""
    heads: dict[str, Text] = {}
    for card in cards.items:
        for name, _ in card.facts:
            heads.setdefault(name["en"], name)
    rows: list[list[Cell]] = []
    for card in cards.items:
        facts: dict[str, Cell] = {name["en"]: text for name, text in card.facts}
        rows.append([card.title, card.badge or "", *(facts.get(key, "") for key in heads)])
    head: list[Cell] = [both("Name", "名称"), both("Judgement", "判断"), *heads.values()]
    return Table(cards.name, cards.caption, head, rows, text_columns=len(head))


def table_frame(table: Table) -> pd.DataFrame:
    """A report table as it goes into its csv file, in English (``results.documents.columns``)."""
    columns = [column for spread in columns_of(table) for column in spread]
    head = [column.head["en"] for column in columns]
    unique = [name if head.index(name) == i else f"{name} ({i + 1})" for i, name in enumerate(head)]
    filed = [[held["en"] if isinstance(held, dict) else held for held in column.filed] for column in columns]
    return pd.DataFrame(dict(zip(unique, filed, strict=True)), columns=unique, dtype=object)


def _page(
    context: dict[str, Any],
    facts: list[Fact],
    opening: Opening,
    sections: list[Section],
    figures: Figures,
    lang: str,
    follows_browser: bool,
) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    environment.globals["number"] = number
    environment.globals["is_month"] = re.compile(r"\d{4}-\d{2}").fullmatch
    inline = {
        name: {language: inline_svg(svg, context["title"][language]) for language, svg in texts.items()}
        for name, texts in figures.items()
    }
    page = environment.get_template("report.html.j2").render(
        lang=lang,
        follows_browser=follows_browser,
        context=context,
        facts=facts,
        opening=opening,
        sections=sections,
        figures=inline,
        css=(TEMPLATES / "report.css").read_text(encoding="utf-8"),
        js=(TEMPLATES / "report.js").read_text(encoding="utf-8"),
    )
    return unbroken_percent(page)


def unbroken_percent(text: str) -> str:
    """The text with every number kept on one line with its percent sign, which English sets off by a space."""
    return re.sub(r"(?<=\d) (?=%)", "\u00a0", text)
