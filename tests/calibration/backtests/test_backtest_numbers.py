"""Doses, responses and verdicts against cases worked by hand."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest
from scipy import stats

from calibration.backtests.arms import births_since
from calibration.backtests.doses import annuity_factor, dose_units, present_value_yuan
from calibration.backtests.files import Dose, Experiment, Held, Response
from calibration.backtests.responses import experiment_value, pooled_estimate, response_value
from calibration.backtests.verdicts import EvidenceInterval, evidence_interval, verdict
from policies.clock import month_index
from policies.errors import InputError
from policies.timeline import timeline_for

INCOME = {"income_yuan": 10_000_000.0, "income_couples": 100.0}  # 100,000 yuan a couple


def experiment(**changes: Any) -> Experiment:
    """A back-test of one grant; ``changes`` replace its keys."""
    written = {
        "id": "one", "group": "cash", "label": {"en": "a", "zh": "a"}, "evidence": ["row"],
        "held": {"row": "row", "rule": "reported"}, "unit": {"en": "a", "zh": "a"},
        "response": {"arm": "grant", "against": "law", "months": [12, 72], "dose": {"kind": "cash"}},
    }  # fmt: skip
    return Experiment.model_validate({**written, **changes})


# --- doses ------------------------------------------------------------------------------------------------------------


def test_the_factor_of_18_years_is_that_of_the_evidence() -> None:
    assert annuity_factor(18.0) == pytest.approx(11.69, abs=0.005)
    assert annuity_factor(1.0) == pytest.approx(1 / 1.05)


def test_present_value_of_a_grant_and_three_years_of_allowance(catalogue: Any) -> None:
    changes = {"birth_grant.order2": 10_000, "child_allowance.order2": 2_000, "child_allowance.max_age_months": 36}
    timeline = timeline_for(catalogue, changes=changes, start=month_index("2027-01"))
    by_hand = 10_000 + 2_000 / 1.05 + 2_000 / 1.05**2 + 2_000 / 1.05**3
    assert present_value_yuan(timeline, 2, month_index("2027-01")) == pytest.approx(by_hand)


def test_cash_is_percent_of_yearly_income_per_paid_birth() -> None:
    parts = {"paid_yuan": 5_000_000.0, "paid_births": 250.0, **INCOME}  # 20,000 a birth of 100,000
    assert dose_units("cash", parts) == pytest.approx(20.0)


@pytest.mark.parametrize(
    ("kind", "parts", "units"),
    [
        ("coverage", {"nursery_arm": 30, "young_arm": 100, "nursery_against": 8, "young_against": 80}, 2.0),
        ("fee_relief", {"spared_yuan": 50_000, "young_months": 3600, **INCOME}, 0.5),  # 500 yuan over three years
        ("leave_weeks", {"days": 280.0, "seeds": 2.0}, 2.0),
        ("father_weeks", {"days": 28.0, "seeds": 1.0}, 2.0),
        ("leave_pay", {"wage_yuan": 400_000.0, "wage_women": 20.0, **INCOME}, 20.0),
        ("house_price", {"rise": 0.6, "seeds": 2.0}, 3.0),
        ("carers", {"carers_at_start": 50, "wives_at_start": 100, "carers_at_end": 30, "wives_at_end": 100}, 0.4),
        ("windfall", {"gift_yuan": 40_000.0, "seeds": 2.0, **INCOME}, 20.0),
        ("price", {"log_ratio": 2 * math.log(2.0), "seeds": 2.0}, math.log(2.0)),
        ("none", {}, 1.0),
    ],
)
def test_units_of_a_dose(kind: str, parts: dict[str, float], units: float) -> None:
    assert dose_units(kind, parts) == pytest.approx(units)


# --- responses --------------------------------------------------------------------------------------------------------


def response(measure: str, kind: str = "none") -> Response:
    return Response(arm="grant", against="law", months=(12, 72), measure=measure, dose=Dose(kind=kind))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("measure", "found"),
    [
        ("percent", 10.0),
        ("gain", 20.0),
        ("per_100", 44.0),
        ("points", 0.8),  # five years
        ("elasticity", math.log(1.1)),
    ],
)
def test_measures(measure: str, found: float) -> None:
    parts = {"arm": 220.0, "against": 200.0, "people": 500.0}
    assert response_value(response(measure), parts) == pytest.approx(found)


def test_a_response_is_put_over_its_dose() -> None:
    parts = {"arm": 220.0, "against": 200.0, "dose.paid_yuan": 2e6, "dose.paid_births": 100.0}
    parts |= {f"dose.{name}": value for name, value in INCOME.items()}
    assert response_value(response("percent", "cash"), parts) == pytest.approx(10.0 / 20.0)


def test_nothing_to_compare_with_is_unknown() -> None:
    assert math.isnan(response_value(response("percent"), {"arm": 3.0, "against": 0.0}))


def test_two_responses_are_divided_or_subtracted() -> None:
    parts = {"0.arm": 220.0, "0.against": 200.0, "1.arm": 105.0, "1.against": 100.0}
    written = {"arm": "grant", "against": "law", "months": [12, 72]}
    ratio = experiment(response=written, compared={"how": "ratio", "months": [72, 84]})
    difference = experiment(response=written, compared={"how": "difference", "population": "owners"})
    assert experiment_value(ratio, parts) == pytest.approx(2.0)
    assert experiment_value(difference, parts) == pytest.approx(5.0)
    assert ratio.responses[1].months == (72, 84) and ratio.responses[1].arm == "grant"


def test_the_interval_of_a_mean_is_the_usual_one() -> None:
    values = [1.0, 2.0, 4.0, 7.0]
    mean, low, high = pooled_estimate(
        [{"sum": value, "n": 1.0} for value in values], lambda total: total["sum"] / total["n"]
    )
    usual = stats.t.interval(0.95, 3, loc=3.5, scale=stats.sem(values))
    assert (mean, low, high) == pytest.approx((3.5, *usual))


def test_one_seed_gives_no_interval() -> None:
    assert pooled_estimate([{"sum": 2.0}], lambda total: total["sum"]) == (2.0, -math.inf, math.inf)


def test_births_are_dated_from_the_branch_and_aged_at_the_birth() -> None:
    log = pd.DataFrame(
        {"mother_id": [1, 2, 3], "mother_birth_month": [1000, 1000, 1001], "month": [1299, 1300, 1300],
         "order": [1, 2, 3]}
    ).astype({"month": "i2", "mother_birth_month": "i2"})  # fmt: skip
    births = births_since(log, 1300)
    assert births.to_dict("list") == {"month": [0, 0], "mother_id": [2, 3], "age": [25, 24], "order": [2, 3]}


# --- verdicts ---------------------------------------------------------------------------------------------------------


def test_intervals_read_out_of_rows(catalogue: Any) -> None:
    rows = catalogue.evidence
    mork = evidence_interval(Held(row="cc_se_mork2013", rule="reported"), rows["cc_se_mork2013"])
    assert (mork.value, mork.low, mork.high) == pytest.approx((0.14, 0.112, 0.168))  # 5 (4 to 6) scaled by 0.14 / 5
    spain = evidence_interval(Held(row="lv_es_fg2019", rule="reported"), rows["lv_es_fg2019"])
    assert (spain.value, spain.low, spain.high) == (-11.0, -15.0, -7.0)
    prior = evidence_interval(Held(row="prior_cash", rule="reported"), rows["prior_cash"])
    assert (prior.value, prior.low, prior.high) == (0.3, 0.05, 0.8)
    factor = evidence_interval(Held(row="ho_us_dk2014", rule="factor"), rows["ho_us_dk2014"])
    assert (factor.value, factor.low, factor.high) == pytest.approx((-1.0, -1.5, -1 / 1.5))
    anchor = evidence_interval(Held(row="ca_fr_ls", rule="at_most"), rows["ca_fr_ls"])
    assert (anchor.value, anchor.low, anchor.high) == (1.1, 0.0, 1.1)
    sign = evidence_interval(Held(row="ho_cn_lxz2020", rule="sign", sign=-1), rows["ho_cn_lxz2020"])
    assert sign.low == -math.inf and sign.high == 0.0 and math.isnan(sign.value)


@pytest.mark.parametrize(
    ("held", "message"),
    [
        (Held(row="ho_cn_lxz2020", rule="sign"), "sign: needed"),
        (Held(row="ho_cn_lxz2020", rule="factor"), "no normalised effect"),
        (Held(row="ho_cn_lxz2020", rule="reported"), "no effect with low and high"),
        (Held(row="ho_cn_lxz2020", rule="judged", value=1, low=2, high=1, why="x"), "low not above high"),
        (Held(row="ho_cn_lxz2020", rule="judged", value=1, low=0, high=1), "why are needed"),
    ],
)
def test_rows_that_lack_what_a_rule_needs(catalogue: Any, held: Held, message: str) -> None:
    with pytest.raises(InputError, match=message):
        evidence_interval(held, catalogue.evidence[held.row])


@pytest.mark.parametrize(
    ("model", "evidence", "expected"),
    [
        ((0.3, 0.2, 0.4), (0.3, 0.05, 0.8), (True, True, True)),
        ((0.9, 0.7, 1.1), (0.3, 0.05, 0.8), (True, False, True)),
        ((0.9, 0.85, 0.95), (0.3, 0.05, 0.8), (True, False, False)),
        ((-0.1, -0.2, 0.1), (0.3, 0.05, 0.8), (False, False, True)),
        ((0.2, 0.1, 0.3), (0.0, -0.05, 0.05), (False, False, False)),  # a null
        ((0.02, -0.1, 0.3), (0.0, -0.05, 0.05), (True, True, True)),
        ((-0.02, -0.1, 0.3), (math.nan, -math.inf, 0.0), (True, True, True)),  # a sign
        ((0.02, -0.1, 0.3), (math.nan, -math.inf, 0.0), (False, False, True)),
        ((0.02, 0.01, 0.3), (math.nan, 0.0, math.inf), (True, True, True)),
        ((math.nan, math.nan, math.nan), (0.3, 0.05, 0.8), (False, False, False)),
    ],
)
def test_verdicts(
    model: tuple[float, float, float], evidence: tuple[float, float, float], expected: tuple[bool, bool, bool]
) -> None:
    found = verdict(*model, EvidenceInterval(*evidence))
    assert (found.sign_right, found.inside, found.overlap) == expected
