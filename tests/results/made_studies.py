"""Finished studies, searches and forecasts made up by hand: every run's value is written in the test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from SALib.sample import sobol

from results.content.blocks import Bullets, Cards, Cell, FigureRef, Paragraph, Section, Table, Verdict
from results.content.cells import Number, Scaled
from results.content.words import Text
from results.forecast.data import ForecastData
from results.optimise.data import SearchData
from results.sensitivity.data import StudyData
from tests.results.reading import line_of

LAW = "current_law"
LABELS: dict[str, Text] = {
    "grant": {"en": "Birth grant", "zh": "生育补助"},
    "voucher": {"en": "Childcare voucher", "zh": "托育券"},
    "waiver": {"en": "Fee waiver", "zh": "免费学前教育"},
    "reach": {"en": "Streets served", "zh": "街道覆盖"},
}
FIELDS = {
    "grant": "birth_grant.order1", "voucher": "childcare_voucher.amount", "waiver": "kindergarten_waiver.years",
    "reach": "nursery_places.street_share_added",
}  # fmt: skip
FAMILY = {"grant": "cash", "voucher": "childcare", "waiver": "education", "reach": "childcare"}
INDICATORS = {
    "births": ("Births", "出生人数"), "tfr": ("Total fertility rate", "总和生育率"),
    "population": ("Residents", "常住人口"),
    "deaths": ("Deaths", "死亡人数"), "school_entrants": ("School entrants", "小学入学人数"),
    "share_16_59": ("Share aged 16–59", "16—59 岁人口占比"), "net_migration": ("Net moves", "净迁入"),
    "dependency_ratio": ("Dependency ratio", "总抚养比"), "urban_share": ("Urban share", "城镇化率"),
    "life_expectancy": ("Life expectancy", "平均预期寿命"),
}  # fmt: skip
SHARES = ("share_16_59", "dependency_ratio", "urban_share")
MANIFEST = {
    "runs": {"finished": 1, "asked": 1}, "versions": {"python": "3"},
    **dict.fromkeys(("source_hash", "data_hash", "config_hash"), "0" * 16),
}  # fmt: skip
Pair = tuple[int, int]


def context(kind: str, names: Iterable[str], branch: str, plan: Mapping[str, Any]) -> dict[str, Any]:
    """What a report of ``kind`` reads of a run's context."""
    factors = [
        {
            "name": name, "label": LABELS[name], "group": FAMILY[name], "is_parameter": False, "starts_at_law": True,
            "with": {}, "spans": [{
                "name": FIELDS[name], "label": LABELS[name], "unit": "yuan per birth", "unit_zh": "元/次生育",
                "from": 0.0, "to": 1000.0, "law": 0.0, "whole": False, "items": None,
            }],
        }
        for name in names
    ]  # fmt: skip
    cards = {FIELDS[name].partition(".")[0]: {"family": FAMILY[name], "payers": {"benefit": {"city": 1.0}}}
             for name in LABELS}  # fmt: skip
    indicators = {
        name: {"label_en": en, "label_zh": zh, "unit": "share" if name in SHARES else "persons", "definition": en,
               "base": "residents"}
        for name, (en, zh) in INDICATORS.items()
    }  # fmt: skip
    return {
        "kind": kind, "branch": branch, "start": "2020-11", "end": "2030-12", "baseline": LAW, "levers": cards,
        "scenarios": [{"name": LAW, "label": {"en": "Current law", "zh": "现行政策"}}], "scale": 1.0, "people": 1000,
        "parameters_used": "shipped", "indicators": indicators,
        "city": {"counties": {"north": {"en": "North", "zh": "北区"}, "south": {"en": "South", "zh": "南区"}}},
        "plan": {
            "factors": factors, "factors_plausible": [], "bounds": "plausible", "outcome": "births", "full_seeds": 1,
            "has_uncertainty": False, "draws": [{}], "uncertain": [], "levels": 4, "second_order": False, **plan,
        },
    }  # fmt: skip


def yearly(rows: Iterable[tuple[str, str, int, int, int, str, str, float]]) -> pd.DataFrame:
    """Series from run_id, scenario, seed, draw, year, indicator, group and value."""
    names = ["run_id", "scenario", "seed", "draw", "year", "indicator", "group", "value"]
    table = pd.DataFrame(list(rows), columns=names)
    return table.assign(month=pd.array([pd.NA] * len(table), dtype="Int32"))


def study(
    births: Mapping[str, Sequence[float]],
    cost: Mapping[str, float],
    pairs: Sequence[Pair],
    branch: str = "2026-01",
    level: float = 1000.0,
) -> StudyData:
    """A study with every measure alone: ``births`` more by pair of seed and draw, ``cost`` of all years together."""
    design, rows = [], []
    for name in (LAW, *births):
        for place, (seed, draw) in enumerate(pairs):
            run, extra = f"{name}-{seed}-{draw}", 0.0 if name == LAW else float(births[name][place])
            role = "baseline" if name == LAW else "high"
            design.append((run, name if name == LAW else f"{name}-high", seed, draw, role, "" if name == LAW else name))
            rows.append((run, name, seed, draw, 2028, "births", "all", level + 10 * seed + extra))
            rows.append((run, name, seed, draw, 2028, "cost", "all", 0.0 if name == LAW else cost[name] + seed))
            rows += [(run, name, seed, draw, year, "tfr", "all", 1 + extra / 1000) for year in range(2026, 2031)]
    table = pd.DataFrame(design, columns=["run_id", "scenario", "seed", "draw", "role", "factor"])
    plan = {"method": "sobol", "samples": 8, "problem": {}}
    return StudyData(context("sobol", births, branch, plan), MANIFEST, table, yearly(rows), [])


def sobol_study(weights: Mapping[str, float], rows: int = 64) -> StudyData:
    """A Sobol design over measures whose births are the sum of weight times dose; nothing alone."""
    names = list(weights)
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    doses = sobol.sample(problem, rows, calc_second_order=False, seed=1)
    ids = [f"row-{place:05d}" for place in range(len(doses))]
    design = pd.DataFrame({"run_id": ["law", *ids], "scenario": [LAW, *ids], "seed": 1, "draw": 0,
                           "role": ["baseline", *["sample"] * len(ids)], "factor": ""})  # fmt: skip
    for place, name in enumerate(names):
        design[f"dose:{name}"] = [np.nan, *doses[:, place]]
    births = [100.0, *(100 + doses @ np.array(list(weights.values())))]
    series = yearly((run, run, 1, 0, 2030, what, "all", float(value))
                    for run, value in zip(design["run_id"], births, strict=True)
                    for what in ("births", "cost", "tfr"))  # fmt: skip
    plan = {"method": "sobol", "samples": rows, "problem": problem}
    return StudyData(context("sobol", names, "2026-01", plan), MANIFEST, design, series, [])


def search(packages: Mapping[str, tuple[float, float, float]], seeds: int, **plan: Any) -> SearchData:
    """A search over grant and voucher: packages by name with their doses' sum, births more and mean TFR; the cost is
    the sum of doses in million yuan a year. Names begin with their role."""
    design, rows = [], []
    for name, (dose, births, tfr) in {LAW: (0.0, 0.0, 1.0), **packages}.items():
        for seed in range(1, seeds + 1):
            run, role = f"{name}-{seed}", "baseline" if name == LAW else name.partition("-")[0]
            values = {"dose:grant": dose / 2, "dose:voucher": dose / 2, FIELDS["grant"]: dose, FIELDS["voucher"]: dose}
            design.append({"run_id": run, "scenario": name, "seed": seed, "draw": 0, "role": role, **values})
            chance = seed / 100
            rows += [(run, name, seed, 0, 2028, "births", "all", 100 + seed + births * (1 + chance)),
                     (run, name, seed, 0, 2028, "cost", "all", 5e6 * dose * (1 + chance)),
                     (run, name, seed, 0, 2030, "tfr", "all", tfr + chance)]  # fmt: skip
    made = {"method": "optimise", "population": 4, "generations": 1, **plan}
    return SearchData(context("optimise", ("grant", "voucher"), "2026-01", made), MANIFEST, pd.DataFrame(design),
                      yearly(rows), [])  # fmt: skip


def forecast(residents: Mapping[Pair, tuple[float, float]]) -> ForecastData:
    """A forecast with residents of 2026 and 2030 by pair of seed and draw; the north has three quarters of them at
    first and all the change."""
    design, rows = [], []
    for (seed, draw), (first, last) in residents.items():
        run = f"{seed}-{draw}"
        design.append({"run_id": run, "scenario": LAW, "seed": seed, "draw": draw})
        for year, people in ((2026, first), (2030, last)):
            parts = {"all": people, "county:north": people - first / 4, "county:south": first / 4}
            for group, size in parts.items():
                values = {what: 0.5 if what in SHARES else size / 10 for what in INDICATORS} | {"population": size}
                rows += [(run, LAW, seed, draw, year, what, group, value) for what, value in values.items()]
    plan = {"report_years": [2030], "method": "forecast"}
    return ForecastData(context("forecast", (), "2026-01", plan), MANIFEST, pd.DataFrame(design), yearly(rows), [])


def texts_of(section: Section) -> Iterator[Text]:
    """Every text of a section that has two languages."""
    yield section.title
    yield section.lead
    for block in section.blocks:
        if isinstance(block, Paragraph):
            yield block.text
        elif isinstance(block, Bullets):
            yield from block.items
        elif isinstance(block, FigureRef):
            yield block.caption
        elif isinstance(block, Table):
            yield block.caption
            for cell in [*block.head, *(cell for row in block.rows for cell in row)]:
                yield from _texts(cell)
        elif isinstance(block, Cards):
            yield block.caption


def _texts(cell: Cell) -> Iterator[Text]:
    if isinstance(cell, dict):
        yield cell
    elif isinstance(cell, Number | Scaled):
        yield {lang: line_of(cell, lang) for lang in ("en", "zh")}
    elif isinstance(cell, Verdict):
        yield cell.text


def table_of(section: Section, name: str) -> Table:
    """A table of the section by its name."""
    return next(block for block in section.blocks if isinstance(block, Table) and block.name == name)
