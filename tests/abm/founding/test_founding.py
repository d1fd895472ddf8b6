"""The founding population: margins, links, kin, households and states agree with the tables and with each other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from abm.core.population import FEMALE, MALE, MARRIED, NEVER, NEVER_MARRIED, POSTPARTUM, PREGNANT, TRYING, link_errors
from abm.founding import Founding, found, founding_parameters, parameter_names
from abm.founding.checks import COLUMNS
from abm.founding.people import census_people
from policies.clock import month_index
from policies.errors import InputError

MONTHS = {2010: month_index("2010-11"), 2020: month_index("2020-11")}


def ages(persons: np.ndarray, month: int) -> np.ndarray:
    """Completed years on the first day of the founding month."""
    return (month - 1 - persons["birth_month"].astype(int)) // 12


@pytest.fixture(scope="module", params=["toytown 2010", "toytown 2020", "suining 2010", "suining 2020"])
def founded(request: Any, toytown: Any, suining: Any, parameters: Any) -> tuple[Any, int, Founding]:
    """(city, month, founding): all of toytown, or 28 thousand people of Suining."""
    name, year = request.param.split()
    city, scale = (toytown, 1.0) if name == "toytown" else (suining, 0.01)
    month = MONTHS[int(year)]
    return city, month, found(city, month, scale, 1, parameters, reuse=False)


def test_every_margin_is_within_its_tolerance(founded: Any) -> None:
    checks = founded[2].checks
    assert tuple(checks.columns) == COLUMNS
    assert checks["target_name"].nunique() >= 18
    outside = checks[~checks["within"]]
    assert outside.empty, outside.to_string()


def test_links_are_whole(founded: Any) -> None:
    assert link_errors(founded[2].population) == []


def test_rows_stand_by_household(founded: Any) -> None:
    population = founded[2].population
    household = population.persons["household"]
    assert np.all(np.diff(household) >= 0)
    assert household[0] == 0 and household[-1] == population.n_households - 1
    for name in ("county", "town"):
        assert np.array_equal(population.persons[name], population.households[name][household])


def test_ids_are_unique(founded: Any) -> None:
    persons = founded[2].population.persons
    assert len(np.unique(persons["id"])) == len(persons)


def test_parity_is_at_least_the_children_who_are_here(founded: Any) -> None:
    persons = founded[2].population.persons
    for parent in ("mother", "father"):
        here = np.bincount(persons[parent][persons[parent] >= 0], minlength=len(persons))
        assert np.all(persons["parity"] >= here)
    assert np.all(persons["sons"] <= persons["parity"])
    mothers = persons["mother"][(persons["mother"] >= 0) & (persons["sex"] == MALE)]
    assert np.all(persons["sons"] >= np.bincount(mothers, minlength=len(persons)))
    women = persons[persons["sex"] == FEMALE]
    assert np.array_equal(women["parity"] > 0, women["last_birth_month"] != NEVER)


def test_parents_are_of_an_age_to_be_parents(founded: Any) -> None:
    persons = founded[2].population.persons
    born = persons["birth_month"].astype(int)
    for parent, least, most in (("mother", 14, 51), ("father", 15, 75)):
        has = persons[parent] >= 0
        years = (born[has] - born[persons[parent][has]]) / 12
        assert years.min() >= least and years.max() <= most
        assert np.all(persons["sex"][persons[parent][has]] == (FEMALE if parent == "mother" else MALE))


def test_births_of_a_mother_are_spaced(founded: Any) -> None:
    persons = founded[2].population.persons
    older = persons["next_sibling"]
    has = older >= 0
    months = persons["birth_month"][has].astype(int) - persons["birth_month"][older[has]]
    assert months.min() >= 12


def test_nobody_married_a_sibling_or_a_parent(founded: Any) -> None:
    persons = founded[2].population.persons
    has = persons["partner"] >= 0
    partner = persons["partner"][has]
    own, theirs = persons["mother"][has], persons["mother"][partner]
    assert not np.any((own >= 0) & (own == theirs))
    assert not np.any(own == partner)


def test_couples_are_married_and_share_household_and_date(founded: Any) -> None:
    persons = founded[2].population.persons
    has = persons["partner"] >= 0
    partner = persons["partner"][has]
    assert np.all(persons["marital"][has] == MARRIED)
    assert np.all(persons["sex"][has] != persons["sex"][partner])
    for name in ("household", "marriage_month"):
        assert np.array_equal(persons[name][has], persons[name][partner])


def test_marriage_comes_before_the_founding_and_for_all_who_ever_married(founded: Any) -> None:
    _, month, founding = founded
    persons = founding.population.persons
    ever = persons["marital"] != NEVER_MARRIED
    assert np.array_equal(ever, persons["marriage_month"] != NEVER)
    assert persons["marriage_month"][ever].max() < month
    assert np.array_equal(persons["marriages"], ever)
    women = persons[ever & (persons["sex"] == FEMALE)]
    assert ((women["marriage_month"].astype(int) - women["birth_month"]) / 12).min() >= 14


def test_children_left_behind_live_with_adults(founded: Any) -> None:
    _, month, founding = founded
    persons = founding.population.persons
    age = ages(persons, month)
    assert np.array_equal(persons["left_behind"] == 1, (age < 15) & (persons["mother"] < 0))
    adults = np.bincount(persons["household"][age >= 18], minlength=founding.population.n_households)
    assert np.all(adults[persons["household"][age < 15]] >= 1)


def test_children_with_a_mother_live_with_her(founded: Any) -> None:
    _, month, founding = founded
    persons = founding.population.persons
    young = (ages(persons, month) < 15) & (persons["mother"] >= 0)
    assert np.array_equal(persons["household"][young], persons["household"][persons["mother"][young]])


def test_most_young_children_have_a_grandparent_in_the_county(founded: Any) -> None:
    _, month, founding = founded
    persons = founding.population.persons
    child = np.flatnonzero((ages(persons, month) < 3) & (persons["mother"] >= 0))
    near = np.zeros(len(child), bool)
    for parent in ("mother", "father"):
        row = persons[parent][child]
        near |= (row >= 0) & ((persons["mother"][row] >= 0) | (persons["father"][row] >= 0))
    assert 0.6 < near.mean() < 0.99


def test_reproductive_states_have_their_months(founded: Any) -> None:
    _, month, founding = founded
    persons = founding.population.persons
    assert np.all(persons["sex"][persons["state"] > 0] == FEMALE)
    when = persons["state_month"].astype(int)
    expecting = persons["state"] == PREGNANT
    assert when[expecting].min() >= month and when[expecting].max() <= month + 8
    assert np.all(when[persons["state"] == POSTPARTUM] >= month)
    trying = persons["state"] == TRYING
    assert np.all(when[trying] < month) and np.all(persons["partner"][trying] >= 0)
    assert np.all(persons["sterile_month"][expecting] > when[expecting])
    gap = when[expecting] - persons["last_birth_month"][expecting]
    assert gap[persons["parity"][expecting] > 0].min() >= 12


def test_traits_have_their_distributions(founded: Any) -> None:
    persons = founded[2].population.persons
    assert persons["rank"].mean() == pytest.approx(0.0, abs=0.05)
    assert persons["rank"].std() == pytest.approx(1.0, abs=0.05)
    assert persons["fecundability"].mean() == pytest.approx(1.0, abs=0.03)
    assert 1.6 < persons["ideal"].mean() < 2.1
    assert np.all(persons["schooling"] <= persons["schooling_goal"])
    assert set(np.unique(persons["ideal"])) <= {0, 1, 2, 3}


def test_two_kinds_of_ownership(founded: Any) -> None:
    households = founded[2].population.households
    town_owner, village_owner = households["tenure"] == 0, households["tenure"] == 1
    assert households["town"][town_owner].mean() > 0.8
    assert households["town"][village_owner].mean() < 0.5
    assert np.all(households["bought_month"][~town_owner] == NEVER)
    assert np.all(households["area"] > 0) and np.all(np.isfinite(households["net_worth"]))


def test_full_scale_meets_every_five_year_group_exactly(suining: Any, parameters: Any) -> None:
    low = [0, 1, *range(5, 86, 5)]
    for year, month in MONTHS.items():
        draft = census_people(suining, month, year, 1.0, 1, parameters)
        built = np.zeros((5, 2, 101))
        np.add.at(built, (draft["county"], draft["sex"], draft["age"]), 1)
        target = np.add.reduceat(suining.population_by_age(year), low, axis=2)
        assert np.abs(np.add.reduceat(built, low, axis=2) - target).max() < 1e-6
        assert len(np.unique(draft["id"])) == draft.n


def test_same_seed_same_population_and_another_seed_another(toytown: Any, parameters: Any) -> None:
    first = found(toytown, MONTHS[2010], 0.5, 7, parameters, reuse=False).population
    again = found(toytown, MONTHS[2010], 0.5, 7, parameters, reuse=False).population
    other = found(toytown, MONTHS[2010], 0.5, 8, parameters, reuse=False).population
    assert first.persons.tobytes() == again.persons.tobytes()
    assert first.households.tobytes() == again.households.tobytes()
    assert first.persons.tobytes() != other.persons.tobytes()


def test_rates_agree_across_scales(suining: Any, parameters: Any) -> None:
    month = MONTHS[2020]
    small = rates(found(suining, month, 0.003, 2, parameters, reuse=False), month)
    large = rates(found(suining, month, 0.02, 2, parameters, reuse=False), month)
    for name, (share, n) in small.items():
        error = 4.0 * np.sqrt(max(share * (1 - share), 0.01) / n)
        assert share == pytest.approx(large[name][0], abs=error + 0.02), name


def rates(founding: Founding, month: int) -> dict[str, tuple[float, int]]:
    """Shares (and the people they are shares of) that should not depend on scale."""
    persons = founding.population.persons
    age = ages(persons, month)
    women = persons[(persons["sex"] == FEMALE) & (age >= 25) & (age < 50)]
    married = persons[persons["marital"] == MARRIED]
    return {
        "childless": ((women["parity"] == 0).mean(), len(women)),
        "two or more": ((women["parity"] >= 2).mean(), len(women)),
        "never married": ((women["marital"] == NEVER_MARRIED).mean(), len(women)),
        "spouse away": ((married["partner"] < 0).mean(), len(married)),
        "mother here": (
            (persons["mother"][(age >= 20) & (age < 40)] >= 0).mean(),
            int(((age >= 20) & (age < 40)).sum()),
        ),
        "insured": (women["insured"].mean(), len(women)),
        "only child": (persons["only_child"][age < 30].mean(), int((age < 30).sum())),
    }


def test_two_thousand_people_can_stand_for_the_city(suining: Any, parameters: Any) -> None:
    scale = 2000.5 / suining.population_by_age(2010).sum()
    founding = found(suining, MONTHS[2010], scale, 3, parameters, reuse=False)
    assert founding.population.n == 2000
    assert link_errors(founding.population) == []
    assert founding.checks["within"].mean() > 0.98


def test_a_population_takes_at_most_two_hundred_bytes_a_person(founded: Any) -> None:
    assert founded[2].population.bytes_per_resident <= 200


@pytest.mark.parametrize("label", ["2010-10", "2015-11", "2020-12"])
def test_other_months_cannot_be_founded(label: str, toytown: Any, parameters: Any) -> None:
    with pytest.raises(InputError, match="2010-11, 2020-11"):
        found(toytown, month_index(label), 1.0, 1, parameters)


@pytest.mark.parametrize("scale", [0.0, -1.0, 1.01, float("nan"), 1e-5])
def test_scales_out_of_range_are_refused(scale: float, suining: Any, parameters: Any) -> None:
    with pytest.raises(InputError, match="out of range"):
        found(suining, MONTHS[2010], scale, 1, parameters)


class Recorder:
    """Parameters that remember which names were asked for."""

    def __init__(self, parameters: Any) -> None:
        self.parameters, self.asked = parameters, set[str]()

    def __getitem__(self, name: str) -> float:
        self.asked.add(name)
        return float(self.parameters[name])

    def list(self, name: str) -> Any:
        """A list parameter."""
        self.asked.add(name)
        return self.parameters.list(name)


def test_the_names_that_a_kept_population_depends_on_are_those_that_are_asked_for(
    toytown: Any, parameters: Any
) -> None:
    asked: set[str] = set()
    for month in MONTHS.values():
        recorder = Recorder(parameters)
        found(toytown, month, 0.3, 1, recorder, reuse=False)
        asked |= recorder.asked
    assert asked <= set(parameter_names())
    assert set(founding_parameters(parameters)) == set(parameter_names())
