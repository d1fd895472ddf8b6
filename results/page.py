"""The page of a report: sections and figures put into the template, and its tables and figures written as files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd

from results.blocks import Block, Cell, FigureRef, Measured, Section, Table
from results.figure_style import inline_svg
from results.store import FIGURES, REPORT, TABLES, RunFolder
from results.words import Text, number

TEMPLATES = Path(__file__).resolve().parent / "templates"
Figures = dict[str, dict[str, str]]
"""Figure name -> language -> SVG text."""


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
) -> Path:
    """Write ``report.html``, ``figures/*.svg`` and ``tables/*.csv``; returns the page's path.

    Figures that a section names but that were not made are left out. Raises StoreError.
    """
    sections = [_with_figures(section, set(figures)) for section in sections]
    folder.clear_derived()
    for name, texts in figures.items():
        for language, svg in texts.items():
            folder.write_text(svg, FIGURES, f"{name}.{language}.svg")
    for section in sections:
        for block in section.blocks:
            if isinstance(block, Table):
                folder.write_table(table_frame(block), TABLES, f"{block.name}.csv")
    for name, table in tables.items():
        folder.write_table(table, TABLES, f"{name}.csv")
    return folder.write_text(_page(context, facts, sections, figures, lang), REPORT)


def _with_figures(section: Section, made: set[str]) -> Section:
    """The section without the figures that the run has no rows for."""
    kept: list[Block] = [b for b in section.blocks if not isinstance(b, FigureRef) or b.name in made]
    return Section(section.key, section.title, section.lead, kept)


def table_frame(table: Table) -> pd.DataFrame:
    """A report table as it goes into its csv file, in English."""
    head = [_plain_cell(cell) for cell in table.head]
    unique = [name if head.index(name) == i else f"{name} ({i + 1})" for i, name in enumerate(head)]
    return pd.DataFrame([[_plain_cell(cell) for cell in row] for row in table.rows], columns=unique)


def _plain_cell(cell: Cell) -> str:
    if isinstance(cell, Measured):
        return cell.plain()
    return cell if isinstance(cell, str) else cell["en"]


def _page(context: dict[str, Any], facts: list[Fact], sections: list[Section], figures: Figures, lang: str) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    environment.globals["number"] = number
    inline = {
        name: {language: inline_svg(svg, context["title"][language]) for language, svg in texts.items()}
        for name, texts in figures.items()
    }
    return environment.get_template("report.html.j2").render(
        lang=lang,
        context=context,
        facts=facts,
        sections=sections,
        figures=inline,
        css=(TEMPLATES / "report.css").read_text(encoding="utf-8"),
        js=(TEMPLATES / "report.js").read_text(encoding="utf-8"),
    )
