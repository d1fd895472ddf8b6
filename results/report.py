"""The report: one self-contained page in English and Chinese, and its tables and figures as files."""

from __future__ import annotations

from pathlib import Path

import jinja2
import pandas as pd

from results.blocks import Block, Cell, FigureRef, Measured, Section, Table
from results.figure_style import inline_svg
from results.figures import make_figures
from results.run_data import LANGUAGES, RunData
from results.sections_backtests import backtests_section
from results.sections_basis import evidence_section, plan_section
from results.sections_births import births_section, together_section
from results.sections_effects import effect_section, target_section
from results.sections_fit import fit_section, reproduce_section
from results.sections_money import cost_section, gains_section
from results.store import FIGURES, REPORT, TABLES, RunFolder
from results.words import Text, number

TEMPLATES = Path(__file__).resolve().parent / "templates"

SECTIONS = [
    target_section, effect_section, births_section, cost_section, together_section, gains_section,
    plan_section, evidence_section, fit_section, backtests_section, reproduce_section,
]  # fmt: skip
"""The order in which a report answers."""


def write_report(folder: RunFolder, lang: str = "en") -> Path:
    """Write ``report.html`` (opening in ``lang``), ``figures/*.svg`` and ``tables/*.csv``; returns the page's path.

    Raises RunFolderError when the run has no merged series yet, StoreError when the folder cannot be written.
    """
    if lang not in LANGUAGES:
        raise ValueError(f"--lang: found {lang!r}, allowed: {', '.join(LANGUAGES)}")
    data = RunData.read(folder)
    figures = make_figures(data)
    sections = [_with_figures(make(data), set(figures)) for make in SECTIONS]
    folder.clear_derived()
    for name, texts in figures.items():
        for language, svg in texts.items():
            folder.write_text(svg, FIGURES, f"{name}.{language}.svg")
    for section in sections:
        for block in section.blocks:
            if isinstance(block, Table):
                folder.write_table(table_frame(block), TABLES, f"{block.name}.csv")
    for name, table in plain_tables(data).items():
        folder.write_table(table, TABLES, f"{name}.csv")
    return folder.write_text(_page(data, sections, figures, lang), REPORT)


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


def plain_tables(data: RunData) -> dict[str, pd.DataFrame]:
    """Numbers behind the figures, unrounded: levels and effects by year, additional births, costs."""
    names = [n for n in ("tfr", "tfr_census", "births", "marriages", "cost") if n in data.groups_by_indicator()]
    levels = [data.levels(name).assign(indicator=name) for name in names]
    effects = [data.effects(name).assign(indicator=name) for name in names]
    return {
        "levels_by_year": pd.concat(levels, ignore_index=True) if levels else pd.DataFrame(),
        "effects_by_year": pd.concat(effects, ignore_index=True) if effects else pd.DataFrame(),
        "births_matched": data.split,
        "cost_by_payer_total": data.costs_by("payer"),
        "cost_by_lever_total": data.costs_by("lever"),
    }


def headline(data: RunData) -> Text:
    """The report's first answer, for the end of a run."""
    return target_section(data).lead if data.tfr_target else effect_section(data).lead


def _page(data: RunData, sections: list[Section], figures: dict[str, dict[str, str]], lang: str) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    environment.globals["number"] = number
    inline = {
        name: {language: inline_svg(svg, data.context["title"][language]) for language, svg in texts.items()}
        for name, texts in figures.items()
    }
    return environment.get_template("report.html.j2").render(
        lang=lang,
        context=data.context,
        manifest=data.manifest,
        scenarios=[data.scenario_card(name) for name in data.scenarios],
        seeds=data.seeds,
        failures=len(data.failures),
        sections=sections,
        figures=inline,
        css=(TEMPLATES / "report.css").read_text(encoding="utf-8"),
        js=(TEMPLATES / "report.js").read_text(encoding="utf-8"),
    )
