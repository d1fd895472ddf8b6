"""Estimates in words: what is said of an interval that holds zero, and of one that does not."""

from __future__ import annotations

import math

import pytest

from results.content.estimates import if_not_told, money_said, people_digits, people_said, rounded

NOTHING = {"en": "", "zh": ""}
BARELY = {"en": ", barely told from zero", "zh": "，勉强可与零区分"}
UNSURE = {"en": ", which cannot be told from zero", "zh": "，与零无法区分"}


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (-0.002, 0.005, UNSURE),
        (0.0, 0.005, UNSURE),
        (0.001, 0.005, NOTHING),
        (-0.005, -0.001, NOTHING),
        (0.0004, 0.005, BARELY),
        (math.nan, math.nan, NOTHING),
    ],
)
def test_an_effect_whose_interval_holds_zero_is_said_to_be_untold(
    low: float, high: float, said: dict[str, str]
) -> None:
    """Without an interval the sentence says that there is none, and nothing more."""
    assert if_not_told({"mean": 0.001, "low": low, "high": high, "n": 8.0}, digits=3) == said


def test_less_than_one_birth_is_no_exact_zero() -> None:
    few = people_said({"mean": 0.125, "low": -0.17, "high": 0.42, "n": 8.0})
    assert few["en"] == "+0.1 (95 % interval −0.2 to +0.4)"
    assert few["zh"] == "多出生约 0.1 人（95% 区间 −0.2 至 0.4）"
    many = people_said({"mean": -4253.0, "low": -8311.0, "high": -195.0, "n": 8.0})
    assert many["en"] == "−4,300 (95 % interval −8,300 to −200)"
    assert many["zh"] == "少出生约 4,300 人（95% 区间 200 至 8,300）"


def test_two_significant_digits_where_the_interval_is_wide() -> None:
    wide = {"mean": 4253.0, "low": 186.0, "high": 8321.0, "n": 6.0}
    assert {k: rounded(wide)[k] for k in ("mean", "low", "high")} == {"mean": 4300, "low": 190, "high": 8300}
    narrow = {"mean": 4253.0, "low": 4200.0, "high": 4306.0, "n": 6.0}
    assert rounded(narrow) == narrow


def test_a_narrow_interval_keeps_two_digits_of_its_half_width() -> None:
    cost = {"mean": 508_354.0, "low": 459_908.0, "high": 556_801.0, "n": 5.0}
    assert {k: rounded(cost)[k] for k in ("mean", "low", "high")} == {"mean": 508e3, "low": 460e3, "high": 557e3}
    same = {"mean": 508_354.0, "low": 508_354.0, "high": 508_354.0, "n": 5.0}
    assert rounded(same) == same and rounded({**same, "low": math.nan, "high": math.nan})["mean"] == 508_354


def test_tenths_of_a_person_are_said_only_of_a_narrow_interval() -> None:
    assert people_digits({"mean": 0.6, "low": -1.8, "high": 3.0}) == 1
    assert people_digits({"mean": 1e-15, "low": -23.0, "high": 23.0}) == 0
    assert people_digits({"mean": 0.4, "low": math.nan, "high": math.nan}) == 1


def test_fewer_people_are_said_in_words() -> None:
    fewer = people_said({"mean": -300.0, "low": -500.0, "high": -100.0, "n": 8.0})
    assert fewer["zh"] == "少出生约 300 人（95% 区间 100 至 500）" and fewer["en"].startswith("−300")


def test_a_range_of_money_says_its_unit_once_and_only_where_it_is_one() -> None:
    price = money_said({"mean": 841_334.0, "low": 410_860.0, "high": 19.4e6, "n": 6.0})
    assert price["en"] == "840,000 yuan (95 % interval 410,000 yuan to 19 million yuan)"
    assert price["zh"] == "84 万元（95% 区间 41 至 1,900 万元）"


def test_both_ends_of_a_range_of_money_are_said_alike() -> None:
    narrow = money_said({"mean": 249.1e6, "low": 227.8e6, "high": 270.3e6, "n": 6.0})
    assert narrow["zh"] == "2.49 亿元（95% 区间 2.28 至 2.70 亿元）"
    wide = money_said({"mean": 121.5e6, "low": 99.39e6, "high": 143.7e6, "n": 8.0})
    assert wide["zh"] == "1.2 亿元（95% 区间 0.99 至 1.4 亿元）"
    far = money_said({"mean": 121.5e6, "low": 3e6, "high": 240e6, "n": 8.0})
    assert far["zh"] == "1.2 亿元（95% 区间 300 万元至 2.4 亿元）"
