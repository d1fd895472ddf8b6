"""What a history says to a target: every measure against a case worked by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import TypeAdapter

from abm.core.counters import COUNTERS_DTYPE, FIRST_AGE
from abm.core.population import DIVORCED, FEMALE, MALE, MARRIED, NEVER_MARRIED
from abm.model import FamilyModel
from abm.observe.census import CENSUS_DTYPE
from abm.observe.rows import Year
from calibration.targets import demographic_measures as measures
from calibration.targets.history import History, history_of, run_history
from calibration.targets.predict import predicted, scoreboard
from calibration.targets.read import load_targets
from calibration.targets.value_in_history import Computation, ImpliedFertilityRatio, standard_women
from policies.clock import month_index
from policies.errors import InputError

YEAR = 2020
CHINA_CHILDREN = {(0, 0): 11_988_057, (1, 4): 65_895_831, (5, 9): 90_244_056}


def blank_year(year: int) -> Year:
    return Year(year, np.zeros(1, CENSUS_DTYPE), np.zeros(1, COUNTERS_DTYPE))


def history_with(
    city: Any, years: dict[int, Year], rows: Sequence[Any] = (), births: Sequence[Any] = (), scale: float = 0.5
) -> History:
    """A history made by hand: rows (year, indicator, group, value), births (month, order, unplanned, two intervals)."""
    table = pd.DataFrame(list(rows), columns=["year", "indicator", "group", "value"])
    log = pd.DataFrame(list(births), columns=["month", "order", "unplanned", "since_marriage", "since_birth"])
    return History(table, log, years, city, scale)


def value_of(history: History, **computation: Any) -> float:
    return float(TypeAdapter(Computation).validate_python(computation).value(history))


# --- rows and births --------------------------------------------------------------------------------------------------


def test_rows_are_meaned_over_years_and_put_over_others(toytown: Any) -> None:
    rows = [(2019, "births", "all", 10.0), (2020, "births", "all", 20.0), (2021, "births", "all", 30.0)]
    history = history_with(toytown, {}, rows)
    assert value_of(history, kind="row", indicator="births", years=[2020, 2021]) == 25.0
    assert value_of(history, kind="row", indicator="births", years=[2020, 2021], over_years=[2019]) == 2.5
    assert np.isnan(value_of(history, kind="row", indicator="births", years=[2022]))


def test_infants_are_scaled_to_the_city(toytown: Any) -> None:
    year = blank_year(YEAR)
    year.census["population"][0, 0, 0, MALE, 0] = 3
    year.census["population"][0, 1, 1, FEMALE, 0] = 4
    year.census["population"][0, 1, 1, FEMALE, 1] = 99
    assert value_of(history_with(toytown, {YEAR: year}, scale=0.1), kind="infants", year=YEAR) == pytest.approx(70.0)


def year_of_births() -> Year:
    """Ten women-years at every age; one first birth at 20, two second ones at 30, one third at 40."""
    year = blank_year(YEAR)
    assert year.flows is not None
    year.flows["exposure_months"][0, 0, 0, 15 - FIRST_AGE : 50 - FIRST_AGE] = 120.0
    year.flows["births"][0, 0, 0, 0, 20 - FIRST_AGE] = 1
    year.flows["births"][0, 0, 0, 1, 30 - FIRST_AGE] = 2
    year.flows["births"][0, 0, 1, 2, 40 - FIRST_AGE] = 1
    year.flows["exposure_months"][0, 0, 1, 40 - FIRST_AGE] = 0.0
    return year


def test_share_of_fertility_by_age(toytown: Any) -> None:
    history = history_with(toytown, {YEAR: year_of_births()})
    assert value_of(history, kind="fertility_share", years=[YEAR], ages=[15, 24]) == pytest.approx(0.25)
    assert value_of(history, kind="fertility_share", years=[YEAR], ages=[30, 34]) == pytest.approx(0.5)


def test_births_are_standardised_to_the_women_of_china(toytown: Any) -> None:
    """Rates 0.1 at 20, 0.2 at 30 and 0.1 at 40 with 35.27, 60.27 and 45.32 million women in five years of age."""
    history = history_with(toytown, {YEAR: year_of_births()})
    at = {20: 0.1 * 35_265_680 / 5, 30: 0.2 * 60_273_382 / 5, 40: 0.1 * 45_322_636 / 5}
    total = sum(at.values())
    standard = {"kind": "standardised_births", "years": [YEAR]}
    assert value_of(history, **standard, measure="order_share", order=2) == pytest.approx(at[30] / total)
    assert value_of(history, **standard, measure="order_share", order=2, and_over=True) == pytest.approx(
        (at[30] + at[40]) / total
    )
    mean = sum((age + 0.5) * births for age, births in at.items()) / total
    assert value_of(history, **standard, measure="mean_age") == pytest.approx(mean)
    assert value_of(history, **standard, measure="mean_age", less_years=[YEAR]) == 0.0
    assert value_of(history, **standard, measure="mothers_share", ages=[35, 49]) == pytest.approx(at[40] / total)


def test_parity_is_standardised_from_age_18(toytown: Any) -> None:
    """Two children: half of the women of 30, nobody else; only ages 18 and 30 have women."""
    year = blank_year(YEAR)
    year.census["parity"][0, 18, 0] = 5
    year.census["parity"][0, 17, 2] = 50
    year.census["parity"][0, 30, 1] = 1
    year.census["parity"][0, 30, 2] = 1
    share = 0.5 * 60_273_382 / (60_273_382 + 33_630_797)
    found = value_of(history_with(toytown, {YEAR: year}), kind="parity_share", year=YEAR, children=2)
    assert found == pytest.approx(share)


def test_standard_women_add_up() -> None:
    assert standard_women().sum() == pytest.approx(322_291_653)
    assert standard_women()[15] == pytest.approx(60_273_382 / 5)


# --- marriage ---------------------------------------------------------------------------------------------------------


def year_of_marital_states() -> Year:
    year = blank_year(YEAR)
    marital = year.census["marital"][0]
    marital[MALE, 25] = [3, 1, 0, 0]
    marital[FEMALE, 25] = [1, 3, 0, 0]
    marital[MALE, 29] = [1, 3, 0, 0]
    marital[FEMALE, 29] = [0, 4, 0, 0]
    return year


def test_never_married(toytown: Any) -> None:
    history = history_with(toytown, {YEAR: year_of_marital_states()})
    both = {"kind": "never_married", "year": YEAR, "sexes": ["male", "female"]}
    assert value_of(history, **both, ages=[25, 29]) == pytest.approx(5 / 16)
    assert value_of(history, **both, ages=[25, 25], less_ages=[29, 29]) == pytest.approx(4 / 8 - 1 / 8)
    assert value_of(history, kind="never_married", year=YEAR, sexes=["female"], ages=[25, 29]) == pytest.approx(1 / 8)


class OneCity:
    """Residents counted: 60 men and women of 20. Absent: 20 of 40."""

    def population_by_age(self, year: int) -> np.ndarray:
        people = np.zeros((1, 2, 101))
        people[0, :, 20] = 60.0
        return people

    def absent_by_age(self, year: int) -> np.ndarray:
        people = np.zeros((2, 101))
        people[:, 40] = 20.0
        return people

    def national_birth_rates(self, year: int) -> np.ndarray:
        rates = np.zeros((3, 35))
        rates[0, 10] = 1.0  # every birth at 25
        return rates


def test_long_form_counts_the_absent_like_residents_of_their_age() -> None:
    """A long form of 80 for 60 residents: three quarters weigh like residents (all of 20), a quarter like the absent
    (all of 40). Never married: half at 20, a tenth at 40; divorced 0 and 0.3; children 0.2 and 2."""
    year = blank_year(YEAR)
    census = year.census[0]
    census["population"][0, 0, :, 20] = 6.0
    census["marital"][FEMALE, 20, [NEVER_MARRIED, MARRIED]] = 3.0, 3.0
    census["marital"][FEMALE, 40, [NEVER_MARRIED, MARRIED, DIVORCED]] = 1.0, 6.0, 3.0
    census["parity"][20, [0, 1]] = 8.0, 2.0
    census["parity"][40, 2] = 10.0
    census["children_born"][[20, 40]] = 2.0, 20.0
    history = history_with(OneCity(), {YEAR: year})
    form = {"kind": "long_form", "sex": "female", "year": YEAR, "people": 80}
    assert value_of(history, **form, measure="never_married") == pytest.approx(0.75 * 0.5 + 0.25 * 0.1)
    assert value_of(history, **form, measure="divorced") == pytest.approx(0.25 * 0.3)
    born = form | {"measure": "children_ever_born"}
    assert value_of(history, **born, ages=[15, 64]) == pytest.approx(0.75 * 0.2 + 0.25 * 2)
    assert value_of(history, **born, ages=[15, 30]) == pytest.approx(0.2)


def test_two_years_from_wedding_to_conception(toytown: Any) -> None:
    """Planned first births conceived in marriage at 24, 23 and 40 months; the others are no such couple."""
    month = month_index("2020-06")
    births = [
        (month, 1, 0, 33.0, -1),
        (month, 1, 0, 32.0, -1),
        (month, 1, 0, 49.0, -1),
        (month, 1, 0, 4.0, -1),  # conceived before
        (month, 1, 1, 60.0, -1),  # not planned
        (month, 2, 0, 60.0, 30.0),
        (month, 1, 0, -1, -1),
        (month + 12, 1, 0, 60.0, -1),
    ]
    history = history_with(toytown, {}, births=births)
    found = value_of(history, kind="marriage_to_conception", years=[2019, 2020], months=24)
    assert found == pytest.approx(2 / 3)


def test_interval_to_the_birth_before(toytown: Any) -> None:
    births = [
        (month_index("2015-06"), 2, 0, 0.0, 999.0),
        (month_index("2015-07"), 2, 0, 0.0, 40.0),
        (month_index("2016-06"), 3, 0, 0.0, 60.0),
        (month_index("2016-01"), 2, 0, 0.0, -1),
        (month_index("2016-01"), 1, 0, 12.0, -1),
        (month_index("2016-07"), 2, 0, 0.0, 999.0),
    ]
    history = history_with(toytown, {}, births=births)
    assert value_of(history, kind="birth_interval", months=["2015-07", "2016-06"]) == 50.0
    assert value_of(history, kind="birth_interval", months=["2015-07", "2016-06"], orders=[2]) == 40.0


# --- children whose mothers are away ----------------------------------------------------------------------------------


def test_implied_fertility_by_hand() -> None:
    """Every birth at 25: infants are put over women of 25, children of 1 over women of 26."""
    year = blank_year(YEAR)
    people = year.census["population"][0, 0, 0]
    people[MALE, 0], people[FEMALE, 0] = 3.0, 2.0
    people[FEMALE, 1] = 8.0
    people[FEMALE, 25], people[FEMALE, 26] = 10.0, 4.0
    history = history_with(OneCity(), {YEAR: year})
    found = value_of(history, kind="implied_fertility_ratio", year=YEAR, ages=[1, 1], national=2.0)
    assert found == pytest.approx((8 / 4) / (5 / 10) / 2.0)


def test_double_ratios_of_the_census_of_2020(suining: Any) -> None:
    """The observed figures are this measure of the census itself, over the same of China by five-year groups."""
    patterns = np.array([np.asarray(suining.national_birth_rates(2020 - age)).sum(axis=0) for age in range(10)])
    patterns /= patterns.sum(axis=1, keepdims=True)
    people = np.asarray(suining.population_by_age(2020)).sum(axis=0)
    here = {ages: measures.implied_tfr(people.sum(axis=0), people[FEMALE], patterns, ages) for ages in CHINA_CHILDREN}
    women = np.zeros(60)
    women[15:50] = standard_women()
    women[50:55], women[55:60] = 60_058_826 / 5, 50_584_760 / 5
    china = {}
    for ages, number in CHINA_CHILDREN.items():
        children = np.zeros(10)
        children[ages[0] : ages[1] + 1] = number / (ages[1] - ages[0] + 1)
        china[ages] = measures.implied_tfr(children, women, patterns, ages)
    targets = {target.id: target for target in load_targets("suining")}
    for name, ages in (("left_behind_ratio_1_4", (1, 4)), ("left_behind_ratio_5_9", (5, 9))):
        national, computation = china[ages] / china[0, 0], targets[name].kind.computation
        assert isinstance(computation, ImpliedFertilityRatio)
        assert computation.national == pytest.approx(national, abs=0.002)
        assert targets[name].observed == pytest.approx(here[ages] / here[0, 0] / national, abs=0.01)


# --- a real run -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def toytown_history(toytown_founded: FamilyModel) -> History:
    """Toytown from its founding to December 2014."""
    model = toytown_founded.fork()
    model.run_until_month(month_index("2015-01"))
    return history_of(model)


def test_a_run_answers_for_its_own_years(toytown_history: History) -> None:
    """What lies in the run is a number; a year after its end is refused by name."""
    targets = load_targets("suining")
    found = predicted(toytown_history, [t for t in targets if t.id == "second_births_2014"])
    assert np.isfinite(found["second_births_2014"])
    with pytest.raises(InputError, match="no year 2020; it has 2010 to 2014"):
        predicted(toytown_history, [t for t in targets if t.id == "births_2020"])


def test_a_whole_history_answers_every_target(toytown_founded: FamilyModel) -> None:
    """Everything is there to count, two seeds differ, one seed repeats, and the table says who is inside."""
    targets = load_targets("suining")
    runs = [predicted(run_history(None, seed, 1.0, "toytown"), targets) for seed in (1, 2, 1)]
    pd.testing.assert_series_equal(runs[0], runs[2])
    assert np.isfinite(runs[0]).all() and (runs[0] != runs[1]).sum() > len(targets) / 2
    table = scoreboard(targets, runs[:2]).set_index("id")
    row = table.loc["tfr_census_2020"]
    assert row["predicted"] == pytest.approx((runs[0]["tfr_census_2020"] + runs[1]["tfr_census_2020"]) / 2)
    assert row["inside"] == (row["low"] <= row["predicted"] <= row["high"])
    assert row["z"] == pytest.approx((row["predicted"] - 1.12) / 0.0625)


def test_changes_of_parameters_reach_the_run(toytown_founded: FamilyModel) -> None:
    few = run_history({"wish_by_order": [-3.0, -3.0, -3.0, -3.0]}, 1, 1.0, "toytown", "2013-12")
    usual = run_history(None, 1, 1.0, "toytown", "2013-12")
    assert few.mean("tfr", "all", (2013,)) < 0.7 * usual.mean("tfr", "all", (2013,))
    with pytest.raises(InputError, match="wish_by_ordr"):
        run_history({"wish_by_ordr": 1.0}, 1, 1.0, "toytown")
