"""The report of a sweep or Sobol study: which measure moves births, what it costs, and how firm that is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from results.analysis import indices as sensitivity
from results.content.blocks import Opening, Paragraph, Section, both
from results.content.figures import Figures, make_figures, named_in
from results.content.words import Text
from results.documents.page import Fact, opening_of, write_page
from results.folder.store import RunFolder
from results.reproduce import facts_of
from results.sensitivity.alone import alone_section, money_section
from results.sensitivity.data import StudyData
from results.sensitivity.firmness import (
    indices_section,
    noise_section,
    reproduction_section,
    unknown_section,
)
from results.sensitivity.plausible import plausible_section
from results.sensitivity.ranking import ranking_section
from results.sensitivity.sweeps import sweep_section
from results.trust.open_order import before, paragraph
from results.trust.study_marks import answering, opening_trusted, trusted

ORDERS = ("ranking", "plausible", "alone", "money", "ranks", "unknown", "sweep")
"""Sections that set measures against each other."""


def write_sensitivity_report(folder: RunFolder, lang: str) -> tuple[Path, Text]:
    """Write the report; returns the page's path and its first answer."""
    data = StudyData.read(folder)
    is_open = data.order_is_open and _orders(data)
    sections = trusted(sections_of(data), data.context, is_open)
    figures = make_figures(data, named_in(sections))
    opening = opening_trusted(_opening(sections, figures, is_open), sections, figures)
    told = with_open_order(sections) if is_open else sections
    page = write_page(folder, data.context, _facts(data), told, figures, plain_tables(data), lang, opening)
    return page, told[0].lead


def _orders(data: StudyData) -> bool:
    """True if measures are set against each other: not where none of them changes the outcome."""
    if data.kind == "sweep" and data.method != "one_at_a_time":
        return not data.nothing_moves
    other = data.at_plausible
    return not data.alone_nothing_changes or (other is not None and not other.alone_nothing_changes)


def with_open_order(sections: list[Section]) -> list[Section]:
    """The sections with a word before every order of measures that it is open, and why before the first of them."""
    told: list[Section] = []
    for section in sections:
        if section.key not in ORDERS:
            told.append(section)
            continue
        why = [] if any(own.key in ORDERS for own in told) else [Paragraph(paragraph(), "warn")]
        told.append(replace(section, lead=before(section.lead), blocks=[*why, *section.blocks]))
    return told


def _opening(sections: list[Section], figures: Figures, is_open: bool) -> Opening:
    """The first screen: answers of the first sections, after a word on what no order here can say."""
    first = next((ref for ref in named_in(sections) if ref.name in figures), None)
    sentences = list(opening_of(answering(sections)).sentences)
    if is_open:
        sentences[0] = before(sentences[0])
    return Opening(sentences, first.name if first else None, first.caption if first else both("", ""))


def sections_of(data: StudyData) -> list[Section]:
    """The sections that this kind and method of study can answer, in order."""
    if data.kind == "sweep":
        return [sweep_section(data), reproduction_section(data)]
    makers = [ranking_section, plausible_section, alone_section, money_section, indices_section, unknown_section,
              noise_section]  # fmt: skip
    made = [section for make in makers if (section := make(data)) is not None]
    return [*made, reproduction_section(data)]


def plain_tables(data: StudyData) -> dict[str, pd.DataFrame]:
    """Numbers behind the figures, unrounded."""
    tables = {"runs": data.runs}
    if data.kind == "sobol":
        tables |= {f"alone_{name}": data.alone(name) for name in ("births", "tfr", "cost")}
        tables["births_for_money"] = data.money
        if data.method == "morris" and data.analysed:
            tables["morris"] = data.morris
        elif data.analysed:
            tables |= {f"indices_{name}": data.indices(name).table() for name in data.indexed_outcomes}
            tables["convergence"] = data.convergence
            found = data.indices(data.main)
            if data.plan["has_uncertainty"]:
                tables[f"level_indices_{data.main}"] = data.indices(data.main, of_level=True).table()
            tables["ranks"] = sensitivity.rank_table(found)
            if found.second is not None:
                tables["interactions"] = sensitivity.interaction_table(found)
        if data.noise is not None:
            tables["noise"] = pd.DataFrame([vars(data.noise)])
        other = data.at_plausible
        if other is not None:
            tables |= {f"plausible_{name}": table for name, table in plain_tables(other).items() if name != "runs"}
        if len(data.by_draw):
            tables["effects_by_draw"] = data.by_draw.reset_index()
            tables["unknown_numbers"] = data.moved_by
    elif data.method == "lhs" and data.analysed:
        tables["regression"] = data.regression[0]
    if data.kind == "sweep" and data.method != "one_at_a_time":
        tables["changes"] = data.changes_of_sample(data.main)
    return tables


def _factors_name(data: StudyData) -> Text:
    if data.kind == "sobol" and data.plan["has_uncertainty"]:
        return both("Factors, behaviour among them", "因素（含行为参数）")
    return both("Factors", "因素")


def _facts(data: StudyData) -> list[Fact]:
    factors = Fact(_factors_name(data), str(len(data.plan["factors"])))
    return facts_of(data, factors, "runs", "seeds", "draws", "people", "measures", "end")
