"""A made-up finished run folder, with the shape of a real one, for tests of the report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from results.folder.store import CONFIG, CONTEXT, DESIGN, MANIFEST, RunFolder
from tests.results.sample_backtests import MADE, ROWS
from tests.results.sample_fit import SAMPLE_FIT

LABELS = {
    "current_law": ("Current law", "现行政策"),
    "package": ("Voucher, housing and leave", "托育券、住房与休假"),
    "voucher": ("Voucher and places alone", "仅托育券与托位"),
    "housing": ("Housing alone", "仅住房支持"),
    "leave": ("Leave alone", "仅休假成本共担"),
}
GAIN = {"current_law": 0.0, "package": 0.06, "voucher": 0.03, "housing": 0.02, "leave": -0.004}
COUNTIES = ["chuanshan", "anju", "pengxi", "daying", "shehong"]
COUNTIES_ZH = ["船山区", "安居区", "蓬溪县", "大英县", "射洪市"]
INDICATORS = {
    "tfr": ("Total fertility rate", "总和生育率", "children per woman"),
    "tfr_census": ("TFR by infants counted", "按婴儿推算的总和生育率", "children per woman"),
    "births": ("Births", "出生人数", "persons"),
    "marriages": ("Marriages", "结婚对数", "couples"),
    "never_married": ("Never married", "未婚比例", "share"),
    "household_size": ("Mean household size", "平均家庭户规模", "persons"),
    "population": ("Residents", "常住人口", "persons"),
    "urban_share": ("Urban share", "城镇化率", "share"),
    "nursery_places": ("Nursery places", "托位数", "places"),
    "nursery_enrolment": ("Children under three in nurseries", "入托率", "share"),
    "cost": ("Cost", "成本", "yuan"),
    "asfr": ("Age-specific fertility rate", "年龄别生育率", "births per woman-year"),
    "tfr_tempo_adjusted": ("Tempo-adjusted TFR", "进度调整总和生育率", "children per woman"),
}


def _path(scenario: str, year: int, rng: np.random.Generator) -> float:
    base = 1.45 - 0.028 * (year - 2011) + (0.12 if year in (2016, 2017) else 0)
    gain = GAIN[scenario] * min(max(year - 2026, 0) / 4, 1.2)
    return float(max(base, 0.82) + gain + rng.normal(0, 0.004))


def _one_run(scenario: str, seed: int, monthly: bool) -> pd.DataFrame:
    rows: list[tuple[int, int | None, str, str, float]] = []
    for year in range(2010, 2036):
        noise = np.random.default_rng([seed, year])
        own = np.random.default_rng([seed, year, sorted(GAIN).index(scenario) if year >= 2026 else 99])
        tfr = _path(scenario, year, own) + float(noise.normal(0, 0.02))
        births = tfr * (19000 - 320 * (year - 2011))
        add = lambda name, group, value: rows.append((year, None, name, group, float(value)))  # noqa: E731, B023
        add("tfr", "all", tfr)
        add("tfr_census", "all", tfr + 0.07)
        add("tfr_tempo_adjusted", "all", tfr + 0.2)
        add("births", "all", births)
        for order, share in (("1", 0.5), ("2", 0.38), ("3", 0.12)):
            add("births", f"order:{order}", births * share)
        for county, share in zip(COUNTIES, (0.3, 0.2, 0.18, 0.14, 0.18), strict=True):
            add("births", f"county:{county}", births * share)
            add("tfr", f"county:{county}", tfr * (0.9 + share / 2))
            add("population", f"county:{county}", 2.8e6 * share * (1 - 0.01 * (year - 2010)))
        for age, rate in zip(range(15, 50, 5), (0.01, 0.06, 0.08, 0.06, 0.02, 0.005, 0.001), strict=True):
            add("asfr", f"age:{age}-{age + 4}", rate * tfr / 1.2)
        for place, share in (("town", 0.6), ("village", 0.4)):
            add("births", f"residence:{place}", births * share)
        add("marriages", "all", births * 0.9)
        add("never_married", "sex:female;age:25-29", 0.2 + 0.012 * (year - 2010))
        add("household_size", "all", 3.0 - 0.055 * min(year - 2010, 12))
        add("population", "all", 3.25e6 - 42e3 * min(year - 2010, 10) - 12e3 * max(year - 2020, 0))
        add("urban_share", "all", 0.37 + 0.02 * min(year - 2010, 15))
        for age in range(0, 100, 5):
            size = 170e3 * np.exp(-(((age - 45) / 32) ** 2)) * (1 - 0.006 * (year - 2010))
            add("population", f"age:{age}-{age + 4};sex:male", size)
            add("population", f"age:{age}-{age + 4};sex:female", size * 0.98)
        add(
            "nursery_places",
            "all",
            1500 + 480 * max(year - 2018, 0) + (3000 if GAIN[scenario] > 0.025 and year > 2026 else 0),
        )
        add("nursery_enrolment", "all", min(0.02 + 0.006 * max(year - 2016, 0), 0.2))
        costs = {"child_allowance": ("centre", 9e7 * (year >= 2025)), "maternity_leave": ("insurance_fund", 1.6e8)}
        if year >= 2027 and scenario in ("package", "voucher"):
            costs["childcare_voucher"] = ("city", 4.2e7 * (1 + noise.normal(0, 0.05)))
        if year >= 2027 and scenario in ("package", "housing"):
            costs["purchase_subsidy"] = ("city", 8.5e7 * (1 + noise.normal(0, 0.05)))
        if year >= 2027 and scenario == "package":
            costs["leave_cost_sharing"] = ("centre", 3e6 * (1 + noise.normal(0, 0.05)))
            costs["maternity_leave"] = ("insurance_fund", 1.6e8 - 1.2e7 * (1 + noise.normal(0, 0.05)))
        for lever, (_, value) in costs.items():
            add("cost", f"lever:{lever}", value)
        for payer in sorted({payer for payer, _ in costs.values()}):
            add("cost", f"payer:{payer}", sum(v for p, v in costs.values() if p == payer))
        add("cost", "all", sum(v for _, v in costs.values()))
        if monthly:
            rows.append((year, 1, "births", "all", births / 12))
    frame = pd.DataFrame(rows, columns=["year", "month", "indicator", "group", "value"])
    frame["month"] = frame["month"].astype("Int32")
    return frame.assign(run_id=f"{scenario}-{seed}", scenario=scenario, seed=seed, draw=0)


def _births_log(scenario: str, seed: int, complete: bool = False) -> pd.DataFrame:
    """Births of the horizon; ``complete`` adds those after it of the same women, fewer under a policy that hurries."""
    rng = np.random.default_rng(seed)
    count = 2600
    log = pd.DataFrame(
        {
            "mother_id": rng.permutation(count).astype("uint64"),
            "mother_birth_month": rng.integers(1090, 1200, count).astype("int32"),
            "month": rng.integers(1513, 1632, count).astype("int32"),
            "order": rng.integers(1, 4, count).astype("int8"),
            "paid": True,
            "fifth": rng.integers(0, 5, count).astype("int8"),
            "hukou": (rng.random(count) < 0.9).astype("int8"),
            "weight": 20.0,
        }
    )
    kept = count - 200 + int((1500 + 40 * rng.normal()) * GAIN[scenario])
    if not complete:
        return log.iloc[:kept]
    later = log.iloc[: 600 - int((500 + 40 * rng.normal()) * GAIN[scenario])].assign(month=1700, order=2)
    return pd.concat([log.iloc[:kept], later.astype(log.dtypes.to_dict())], ignore_index=True)


def sample_context(scenarios: list[str], seeds: int) -> dict[str, Any]:
    """A context as ``experiments.context.context`` writes it."""
    change = {
        "parameter": "childcare_voucher.amount",
        "lever": "childcare_voucher",
        "label": {"en": "Voucher per child", "zh": "每孩每月托育券金额"},
        "unit": "yuan per child per month",
        "unit_zh": "元/孩/月",
        "value": 800.0,
        "law": 0.0,
        "from": "2027-01",
        "to": None,
        "announced": "2026-06",
        "reference": "",
        "reference_zh": "",
        "assumed": True,
    }
    lever = {
        "label": {"en": "Childcare voucher", "zh": "托育券"},
        "summary": {"en": "A monthly amount.", "zh": "每月金额。"},
        "family": "childcare",
        "channel": {"en": "Lowers the fee.", "zh": "降低费用。"},
        "plan_section": {"en": "Inclusive childcare", "zh": "普惠托育"},
        "payers": {"benefit": {"city": 1.0}},
        "payer_note": {"en": "", "zh": ""},
        "evidence": ["cc_se_mork2013"],
        "near": [],
        "best_grade": "A",
        "assumption": {"en": "", "zh": ""},
        "not_modelled": [{"en": "Nurseries that raise their fees.", "zh": "机构涨价。"}],
    }
    others = {
        name: {
            **lever,
            "label": {"en": en, "zh": zh},
            "evidence": [],
            "best_grade": None,
            "assumption": {"en": "No study found.", "zh": "未找到研究。"},
        }
        for name, en, zh in (
            ("child_allowance", "National child allowance", "国家育儿补贴"),
            ("maternity_leave", "Maternity leave", "产假"),
            ("purchase_subsidy", "Home purchase subsidy", "购房补贴"),
            ("leave_cost_sharing", "Sharing of leave costs", "生育休假成本共担"),
        )
    }
    return {
        "schema": 1,
        "config": "sample",
        "title": {"en": "Vouchers and housing in Suining", "zh": "遂宁托育券与住房支持"},
        "city": {
            "name": "suining",
            "labels": {"en": "Suining", "zh": "遂宁"},
            "counties": {c: {"en": c.title(), "zh": zh} for c, zh in zip(COUNTIES, COUNTIES_ZH, strict=True)},
            "places": {c: [0.2 * i, 0.15 + 0.2 * (i % 3)] for i, c in enumerate(COUNTIES)},
        },
        "start": "2010-11",
        "branch": "2026-01",
        "end": "2035-12",
        "scale": 0.05,
        "people": 162631,
        "seeds": seeds,
        "hold": [],
        "parameters_used": "default",
        "parameter_changes": {},
        "backtests": {"rows": ROWS, "made": MADE, "same_sources": True},
        "fit": SAMPLE_FIT,
        "baseline": "current_law",
        "scenarios": [
            {
                "name": name,
                "label": {"en": LABELS[name][0], "zh": LABELS[name][1]},
                "package": None,
                "summary": None,
                "proposer": {"en": "Example by the authors", "zh": "作者示例"},
                "status": "example",
                "law_of": None,
                "leaves_out": [{"en": "How the city would pay.", "zh": "资金来源。"}],
                "changes": [] if name == "current_law" else [change],
            }
            for name in scenarios
        ],
        "indicators": {
            name: {"unit": unit, "definition": en, "base": "resident", "label_en": en, "label_zh": zh, "kind": "rate"}
            for name, (en, zh, unit) in INDICATORS.items()
        },
        "levers": {"childcare_voucher": lever, **others},
        "levers_used": ["childcare_voucher", "purchase_subsidy"],
        "evidence": {
            "cc_se_mork2013": {
                "what": {"en": "Childcare fee cap", "zh": "托育收费封顶"},
                "where": {"en": "Sweden", "zh": "瑞典"},
                "found": {"en": "births: 9.8 %", "zh": "出生数：9.8%"},
                "design": "natural_experiment",
                "region": "elsewhere",
                "measured": "births",
                "design_words": {"en": "natural experiment", "zh": "自然实验"},
                "region_words": {"en": "elsewhere", "zh": "其他国家和地区"},
                "measured_words": {"en": "births", "zh": "生育"},
                "low": "",
                "high": "",
                "citation": "Mork et al. 2013",
                "grade": "A",
            }
        },
        "targets": [
            {"indicator": "tfr", "year": 2030, "value": 1.6, "unit": "children per woman", "sense": "at least"},
            {"indicator": "population", "year": 2030, "value": 2.8e6, "unit": "persons", "sense": "about"},
            {"indicator": "urban_share", "year": 2030, "value": 0.63, "unit": "share of residents", "sense": "about"},
            {
                "indicator": "nursery_street_share",
                "year": 2030,
                "value": 0.5,
                "unit": "share of streets",
                "sense": "at least",
            },
        ],
        "anchors": [
            {
                "indicator": "tfr_census",
                "group": "all",
                "year": 2020,
                "value": 1.12,
                "low": 1.04,
                "high": 1.2,
                "unit": "children per woman",
                "unit_zh": "个子女/妇女",
                "label_en": "TFR by infants counted",
                "label_zh": "按婴儿推算的总和生育率",
                "use": "by_hand",
                "grade": "D",
                "source": "Census 2020 (derived)",
            },
            {
                "indicator": "births",
                "group": "all",
                "year": 2020,
                "value": 18157.0,
                "low": 16160.0,
                "high": 20160.0,
                "unit": "persons",
                "unit_zh": "人",
                "label_en": "Births",
                "label_zh": "出生人数",
                "use": "by_hand",
                "grade": "A",
                "source": "Census 2020",
            },
            {
                "indicator": "never_married",
                "group": "sex:female;age:25-29",
                "year": 2020,
                "value": 0.33,
                "low": 0.29,
                "high": 0.37,
                "unit": "share",
                "unit_zh": "比例",
                "label_en": "Women 25-29 never married",
                "label_zh": "25—29 岁女性未婚比例",
                "use": "by_hand",
                "grade": "D",
                "source": "derived",
            },
            {
                "indicator": "household_size",
                "group": "all",
                "year": 2020,
                "value": 2.42,
                "low": 2.37,
                "high": 2.47,
                "unit": "persons",
                "unit_zh": "人",
                "label_en": "Mean household size",
                "label_zh": "平均家庭户规模",
                "use": "by_hand",
                "grade": "A",
                "source": "Census 2020",
            },
            {
                "indicator": "population",
                "group": "all",
                "year": 2020,
                "value": 2814196.0,
                "low": 2730000.0,
                "high": 2898000.0,
                "unit": "persons",
                "unit_zh": "人",
                "label_en": "Residents",
                "label_zh": "常住人口",
                "use": "imposed_migration",
                "imposed": True,
                "grade": "A",
                "source": "Census 2020",
            },
        ],
        "parameters": [
            {
                "name": "marriage_drift",
                "label": {"en": "Level of first marriage", "zh": "初婚水平"},
                "value": -0.03,
                "unit": "per year",
                "unit_zh": "每年",
                "low": -0.06,
                "high": 0.0,
                "status": "assumed",
                "source": "declared unknown",
            },
            {
                "name": "prospect_weight",
                "label": {"en": "Births per 1 % of income in cash", "zh": "现金的出生反应"},
                "value": 3.1,
                "unit": "1",
                "unit_zh": "1",
                "low": 1.0,
                "high": 5.0,
                "status": "literature",
                "source": "x",
            },
        ],
    }


def write_sample_run(
    path: Path, scenarios: list[str] | None = None, seeds: int = 8, monthly: bool = False, complete: bool = False
) -> RunFolder:
    """Write a complete run folder (without report) and return it."""
    names = scenarios or list(LABELS)
    folder = RunFolder.create(path)
    context = sample_context(names, seeds)
    design = pd.DataFrame(
        [
            {"run_id": f"{name}-{s}", "scenario": name, "seed": s, "draw": 0}
            for s in range(1, seeds + 1)
            for name in names
        ]
    )
    folder.write_json(CONTEXT, context)
    folder.write_table(design, DESIGN)
    folder.write_text("kind: scenario\n", CONFIG)
    for run in design.itertuples(index=False):
        rows = _one_run(run.scenario, run.seed, monthly)
        folder.write_part([(run.run_id, rows, _births_log(run.scenario, run.seed, complete))])
    folder.write_failures([])
    folder.write_json(
        MANIFEST,
        {
            "status": "complete",
            "versions": {"python": "3.12", "numpy": "2"},
            "config_hash": "c" * 64,
            "source_hash": "s" * 64,
            "data_hash": "d" * 64,
            "city": "suining",
            "scale": 0.05,
            "people": 162631,
            "seeds": list(range(1, seeds + 1)),
            "start": "2010-11",
            "branch": "2026-01",
            "end": "2035-12",
            "seconds": 100.0,
            "runs": {"asked": len(design), "finished": len(design), "failed": 0},
            "machine": {"system": "Linux", "machine": "x86_64", "cores": 2},
        },
    )
    folder.merge(design, context["indicators"])
    return folder
