"""The report of scenarios: its sections in order, its facts, and the tables behind its figures."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from results.analysis.compare import paired
from results.content.blocks import Opening, both
from results.content.figures import make_figures, named_in
from results.content.words import Text
from results.documents.page import Fact, write_page
from results.folder.store import RunFolder
from results.reproduce import facts_of
from results.scenario.data import RunData
from results.scenario.sections.backtests import backtests_section
from results.scenario.sections.births import births_section, together_section
from results.scenario.sections.city_plan import plan_section
from results.scenario.sections.effects import effect_section, target_section
from results.scenario.sections.evidence import evidence_section
from results.scenario.sections.gains import gains_section
from results.scenario.sections.limits import imposed_section, limits_section
from results.scenario.sections.money import cost_section
from results.scenario.sections.opening import opening, opening_figure
from results.scenario.sections.past import fit_section, reproduction_section
from results.scenario.sections.women import women_section

SECTIONS = [
    target_section, effect_section, births_section, women_section, cost_section, together_section, gains_section,
    plan_section, evidence_section, imposed_section, fit_section, backtests_section, limits_section,
    reproduction_section,
]  # fmt: skip
"""The order in which a scenario report answers; a section that nothing was asked of is left out."""


def write_scenario_report(folder: RunFolder, lang: str) -> tuple[Path, Text]:
    """Write the report; returns the page's path and its first answer."""
    data = RunData.read(folder)
    sections = [section for make in SECTIONS if (section := make(data)) is not None]
    tables = plain_tables(data)
    first = opening(data)
    drawn = make_figures(data, [opening_figure(data), *named_in(sections)])
    page = write_page(folder, data.context, _facts(data), sections, drawn, tables, lang, first)
    return page, headline(data, first)


def _facts(data: RunData) -> list[Fact]:
    scenarios = Fact(both("Scenarios", "情景"), str(len(data.scenarios)))
    draws = ["draws"] if data.draws > 1 else []
    return facts_of(data, scenarios, "seeds", *draws, "people", "history", "parting", "end")


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
        "by_replicate": by_replicate(data),
    }


def by_replicate(data: RunData) -> pd.DataFrame:
    """What the answers are made of, a row a scenario and replicate.

    Change of the TFR in the year judged, births against current law within the horizon and (where cohorts were
    followed) in completed cohorts, extra cost of the horizon in yuan, and the years in force that a cost a year divides
    by.
    """
    change = paired(data.rows("tfr"), "tfr", data.baseline)
    change = change[change["year"] == data.judged_year].set_index(["scenario", "seed"])["value"]
    births = data.birth_differences
    columns = {
        "tfr_change": change,
        "extra_cost_yuan": data.extra_cost_by_seed.set_index(["scenario", "seed"])["value"],
    }
    for quantity in ("within_horizon", "births_additional"):
        own = births[births["quantity"] == quantity]
        if len(own):
            columns[quantity] = own.set_index(["scenario", "seed"])["value"]
    table = pd.DataFrame(columns).rename_axis(["scenario", "replicate"]).reset_index()
    years = {name: data.years_in_force(name) for name in data.policies}
    return table.assign(years_in_force=table["scenario"].map(years))


def headline(data: RunData, first: Opening) -> Text:
    """The sentences of the first screen, a line each, for the end of a run."""
    sentences = first.sentences or [effect_section(data).lead]
    return both("\n".join(each["en"] for each in sentences), "\n".join(each["zh"] for each in sentences))
