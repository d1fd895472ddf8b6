"""A made-up fit to a city, with the structure that `results/scenario/fit.py` documents, for tests of the report."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]


def target(
    name: str, use: str, label: tuple[str, str], unit: tuple[str, str], observed: float, half: float, **more: Any
) -> Row:
    """A target that is met: predicted a little above what was observed."""
    return {
        "id": name,
        "group": "births",
        "use": use,
        "label_en": label[0],
        "label_zh": label[1],
        "unit_en": unit[0],
        "unit_zh": unit[1],
        "year": "2020",
        "geography": "Suining",
        "base": "resident",
        "grade": "A",
        "observed": observed,
        "low": observed - half,
        "high": observed + half,
        "predicted": observed + 0.3 * half,
        "predicted_low": observed - 0.7 * half,
        "predicted_high": observed + 1.2 * half,
        "inside": True,
        **more,
    }


def parameter(name: str, label: tuple[str, str], ratio: float, kind: str = "level") -> Row:
    """A free number whose posterior is ``ratio`` as wide as its prior."""
    return {
        "name": name,
        "kind": kind,
        "parameter": name,
        "label_en": label[0],
        "label_zh": label[1],
        "prior_low": -0.8,
        "prior_median": 0.0,
        "prior_high": 0.8,
        "posterior_low": 0.2 - 0.8 * ratio,
        "posterior_median": 0.2,
        "posterior_high": 0.2 + 0.8 * ratio,
        "width_ratio": ratio,
    }


def chance(package: str, drift: str, probability: float, median: float) -> Row:
    """Chance of the aim under one package and drift."""
    return {
        "package": package,
        "drift": drift,
        "year": 2030,
        "aim": 1.6,
        "draws": 64,
        "probability": probability,
        "at_most": 0.046 if probability == 0 else None,
        "median": median,
        "low": median - 0.1,
        "high": median + 0.12,
    }


CHILDREN, PERSONS, SHARE = ("children per woman", "孩/妇女"), ("births", "人"), ("share", "比重")
SAMPLE_FIT: Row = {
    "how": {
        "command": "cradle calibrate calibration/configs/suining.yaml",
        "histories": 5600,
        "generations": 7,
        "draws": 64,
    },
    "used": True,
    "same_sources": True,
    "targets": [
        target(
            "tfr_census_2020",
            "fit",
            ("TFR by infants counted, 2020", "按婴儿人数推算的总和生育率，2020年"),
            CHILDREN,
            1.12,
            0.08,
        ),
        target(
            "births_2020",
            "fit",
            ("Births, November 2019 to October 2020", "出生人数，2019年11月至2020年10月"),
            PERSONS,
            18157,
            930,
        ),
        target(
            "third_share_2021",
            "fit",
            ("Share of third and later births, 2021", "三孩及以上占比，2021年"),
            SHARE,
            0.145,
            0.039,
            predicted=0.068,
            predicted_low=0.06,
            predicted_high=0.078,
            inside=False,
            reason_en="few third births in the city's rural counties.",
            reason_zh="本市农村县三孩偏少。",
        ),
        target("births_2021", "held_back", ("Births, 2021", "出生人数，2021年"), PERSONS, 16400, 1370),
        target(
            "second_births_2016",
            "held_back",
            ("Second births of 2016 over 2013", "2016年二孩出生数与2013年之比"),
            ("ratio", "比值"),
            1.59,
            0.33,
            predicted=-0.4,
            predicted_low=-0.6,
            predicted_high=-0.2,
            inside=False,
        ),
        target("population_2020", "input", ("Residents, 2020", "常住人口，2020年"), ("persons", "人"), 2814196, 36000),
        target(
            "unknown",
            "held_back",
            ("Not counted", "未统计"),
            SHARE,
            0.5,
            0.1,
            predicted=None,
            predicted_low=None,
            predicted_high=None,
            inside=False,
        ),
    ],
    "groups": {"births": {"en": "Births and fertility", "zh": "出生与生育水平"}},
    "parameters": [
        parameter("wish_first", ("Wish for a first child", "一孩意愿"), 0.3),
        parameter("wish_second", ("Wish for a second child", "二孩意愿"), 0.45),
        parameter("marriage_fall", ("Steepness of the fall of marriage", "结婚下降幅度"), 0.9),
        parameter("present_weight", ("Weight of the present (rho)", "贴现率 rho"), 1.0, "response"),
    ],
    "correlations": [{"first": "wish_first", "second": "wish_second", "correlation": -0.62}],
    "coverage": [
        {"level": "wish_first", "tests": 100, "covered": 0.79, "bias": 0.01},
        {"level": "wish_second", "tests": 100, "covered": 0.83, "bias": -0.02},
    ],
    "trace": [
        {"generation": g, "tolerance": t, "histories": 800, "accepted": 400, "acceptance": 0.5}
        for g, t in enumerate((2.9, 2.1, 1.7, 1.45, 1.38))
    ],
    "probabilities": [
        chance("current-law", "stopped", 0.0, 1.12),
        chance("current-law", "halved", 0.0, 1.04),
        chance("current-law", "continued", 0.0, 0.96),
        chance("suining-plan", "stopped", 0.03, 1.31),
        chance("suining-plan", "halved", 0.0, 1.2),
        chance("suining-plan", "continued", 0.0, 1.1),
    ],
    "package_labels": {
        "current-law": {"en": "Current law", "zh": "现行政策"},
        "suining-plan": {"en": "Plan of Suining", "zh": "遂宁规划"},
        "all-cash": {"en": "All for cash", "zh": "全部用于现金"},
    },
    "ranking": [
        {"package": "all-cash", "first_in": 0.7, "name": "wish_first", "correlation": 0.2},
        {"package": "all-cash", "first_in": 0.7, "name": "present_weight", "correlation": -0.66},
    ],
    "verdicts": [
        {
            "topic": "differences",
            "number": {"en": "Differences between scenarios", "zh": "情景之间的差异"},
            "trust": "medium",
            "why": {"en": "They rest on studies of other places.", "zh": "依据其他地区的研究。"},
        },
        {
            "topic": "level",
            "number": {"en": "Births of 2030", "zh": "2030 年出生人数"},
            "trust": "low",
            "why": {"en": "The fall of marriage is put in.", "zh": "结婚下降为外部设定。"},
        },
        {
            "topic": "cost_cash",
            "number": {"en": "Births of 2020", "zh": "2020 年出生人数"},
            "trust": "high",
            "why": {"en": "Counted in the census.", "zh": "普查实数。"},
        },
    ],
}
"""A fit with every part: met, missed with and without a reason, given, not counted."""
