"""The report: one self-contained page in English and Chinese, and its tables and figures as files."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from results.analysis.compare import paired
from results.folder.damage import refuse_damage, said_if_not_ours
from results.folder.store import CONTEXT, RunFolder
from results.forecast.report import write_forecast_report
from results.optimise.report import write_optimise_report
from results.page.blocks import Opening, both
from results.page.page import Fact, write_page
from results.page.words import Text, number
from results.scenario.data import LANGUAGES, RunData
from results.scenario.figures.paths import make_figures
from results.scenario.sections.backtests import backtests_section
from results.scenario.sections.births import births_section, together_section
from results.scenario.sections.city_plan import plan_section
from results.scenario.sections.effects import effect_section, target_section
from results.scenario.sections.evidence import evidence_section
from results.scenario.sections.gains import gains_section
from results.scenario.sections.limits import imposed_section, limits_section
from results.scenario.sections.money import cost_section
from results.scenario.sections.opening import opening
from results.scenario.sections.past import fit_section, reproduce_section
from results.scenario.sections.women import women_section
from results.sensitivity.report import write_sensitivity_report

SECTIONS = [
    target_section, effect_section, births_section, women_section, cost_section, together_section, gains_section,
    plan_section, evidence_section, imposed_section, fit_section, backtests_section, limits_section, reproduce_section,
]  # fmt: skip
"""The order in which a scenario report answers; a section that nothing was asked of is left out."""
WRITERS = {
    "sweep": write_sensitivity_report, "sobol": write_sensitivity_report, "forecast": write_forecast_report,
    "optimise": write_optimise_report,
}  # fmt: skip
"""Reports of the other kinds: (folder, language) -> path of the page and its first answer."""


def write_report(folder: RunFolder, lang: str = "en") -> Path:
    """Write ``report.html`` (opening in ``lang``), ``figures/*.svg`` and ``tables/*.csv``; returns the page's path.

    Raises RunFolderError when the run has no merged series yet, StoreError when the folder cannot be written.
    """
    return write_report_of_kind(folder, lang)[0]


def write_report_of_kind(folder: RunFolder, lang: str = "en") -> tuple[Path, Text]:
    """Write the report of whatever kind of run this is; returns the page's path and its first answer.

    Raises RunFolderError that names what is broken in the folder; the report that stands there stays as it is then.
    """
    if lang not in LANGUAGES:
        raise ValueError(f"--lang: found {lang!r}, allowed: {', '.join(LANGUAGES)}")
    refuse_damage(folder)
    with said_if_not_ours(folder):
        kind = str(folder.read_json(CONTEXT).get("kind", "scenario"))
        return WRITERS.get(kind, _write_scenario_report)(folder, lang)


def _write_scenario_report(folder: RunFolder, lang: str) -> tuple[Path, Text]:
    data = RunData.read(folder)
    sections = [section for make in SECTIONS if (section := make(data)) is not None]
    tables = plain_tables(data)
    first = opening(data)
    page = write_page(folder, data.context, _facts(data), sections, make_figures(data), tables, lang, first)
    return page, headline(data, first)


def _facts(data: RunData) -> list[Fact]:
    facts = [
        Fact({"en": "Scenarios", "zh": "情景"}, str(len(data.scenarios))),
        Fact({"en": "Seeds", "zh": "随机种子"}, str(data.design["seed"].nunique())),
        *([Fact({"en": "Parameter draws", "zh": "参数组"}, str(data.draws))] if data.draws > 1 else []),
        Fact({"en": "People simulated", "zh": "模拟人数"}, number(data.context["people"])),
        Fact({"en": "History from", "zh": "历史起点"}, data.context["start"]),
        Fact({"en": "Scenarios part", "zh": "情景分叉"}, data.context["branch"]),
        Fact({"en": "Until", "zh": "截至"}, data.context["end"]),
    ]
    if data.failures:
        facts.append(Fact({"en": "Failed runs", "zh": "失败的模拟"}, str(len(data.failures)), bad=True))
    return facts


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
