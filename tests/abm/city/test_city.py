"""Cities: the arrays agree with what the tables say, and a bad table gets one clear message."""

import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from abm.city import derive
from abm.city.city import City
from abm.city.loading import CITIES, city_names, load_city
from abm.city.sources import TableSource
from policies.errors import InputError

CEB_TOLERANCE = 0.1


@pytest.fixture(scope="module", params=["suining", "toytown"])
def city(request: pytest.FixtureRequest) -> City:
    return load_city(request.param)


@pytest.fixture(scope="module")
def suining() -> City:
    return load_city("suining")


# --- what the arrays say ------------------------------------------------------------------------------------------


def test_census_totals_are_exact(suining: City) -> None:
    assert suining.population_by_age(2010).sum() == pytest.approx(3_252_619)
    assert suining.population_by_age(2020).sum() == pytest.approx(2_814_196)
    chuanshan = suining.population_by_age(2020)[suining.counties.index("chuanshan")]
    assert chuanshan[0, 0] == pytest.approx(3140) and chuanshan[1, 0] == pytest.approx(2946)


def test_shapes_and_read_only(city: City) -> None:
    counties = len(city.counties)
    arrays = {
        "population": (city.population_by_age(2020), (counties, 2, 101)),
        "town_share": (city.town_share(2015), (counties,)),
        "hukou": (city.hukou_elsewhere_share(2020), (counties,)),
        "death_rate": (city.death_rate(2016), (2, 111)),
        "migration": (city.net_migration_rate(), (counties, 2, 101)),
        "absent": (city.absent_by_age(2010), (2, 101)),
        "marital": (city.marital_shares(2010), (2, 86, 4)),
        "births": (city.national_birth_rates(1975), (3, 35)),
        "schooling": (city.schooling_shares(2010), (2, 86, 4)),
        "goals": (city.schooling_goal_shares(1990), (2, 4)),
        "couples": (city.couple_schooling(), (4, 4)),
        "income": (city.income_per_head(2020), (2,)),
        "quintiles": (city.income_quintiles(), (5,)),
        "house_price": (city.house_price(2030), (counties,)),
        "rent": (city.rent(2030), (counties,)),
        "child_cost": (city.child_cost(2020), (2, 18)),
        "employment": (city.employment_rate(2015), (2, 86)),
    }
    for name, (array, shape) in arrays.items():
        assert array.shape == shape and array.dtype == np.float64, name
        assert np.isfinite(array).all() and not array.flags.writeable, name
        if name != "migration":
            assert (array >= 0).all(), name


def test_shares_sum_to_one(city: City) -> None:
    for year in (2010, 2020):
        np.testing.assert_allclose(city.marital_shares(year).sum(axis=2), 1.0, atol=1e-5)
        np.testing.assert_allclose(city.schooling_shares(year).sum(axis=2), 1.0, atol=1e-4)
    assert city.couple_schooling().sum() == pytest.approx(1.0, abs=1e-4)
    assert city.income_quintiles().mean() == pytest.approx(1.0, abs=1e-4)
    assert sum(city.sector_shares().values()) == pytest.approx(1.0, abs=1e-4)


def test_town_share_meets_the_census_and_the_plan(suining: City) -> None:
    residents = suining.population_by_age(2010).sum(axis=(1, 2))
    assert np.average(suining.town_share(2010), weights=residents) == pytest.approx(0.3688, abs=1e-4)
    residents = suining.population_by_age(2020).sum(axis=(1, 2))
    assert np.average(suining.town_share(2020), weights=residents) == pytest.approx(0.5730, abs=1e-4)
    assert np.average(suining.town_share(2030), weights=residents) == pytest.approx(0.63, abs=1e-4)
    np.testing.assert_allclose(suining.town_share(2045), suining.town_share(2030))


def test_life_expectancy_is_that_of_the_source(suining: City) -> None:
    rates = suining.death_rate(2017)  # mid-period 2015-2020; the source gives 74.4 to 75.0 and 80.1 to 80.6
    assert derive.life_expectancy(rates[0]) == pytest.approx(75.0, abs=0.4)
    assert derive.life_expectancy(rates[1]) == pytest.approx(80.5, abs=0.4)
    assert suining.life_expectancy_target(2030) == 79.0
    assert 0.9 < suining.death_rate_multiplier(2020) < 1.2
    assert suining.death_rate_multiplier(2040) == pytest.approx(suining.death_rate_multiplier(2030))


def test_constant_hazard_has_life_expectancy_one_over_it() -> None:
    assert derive.life_expectancy(np.full(111, 0.02)) == pytest.approx(50.0)


def test_moves_follow_the_census_residual(suining: City) -> None:
    total = suining.net_migration_total(2015)
    assert total == pytest.approx(-44_652) and suining.net_migration_total(2023) == pytest.approx(-4000)
    rates = suining.net_migration_rate()
    yearly = [(rates * suining.population_by_age(year)).sum() for year in (2010, 2020)]
    assert min(yearly) < total < max(yearly)
    by_age = np.average(rates, axis=(0, 1), weights=np.broadcast_to(suining.population_by_age(2010), rates.shape))
    assert 17 <= int(by_age.argmin()) <= 24


def test_cohort_means_come_back_from_rates_by_age() -> None:
    low = np.arange(0, 75, 5)
    true = -0.05 * np.exp(-0.5 * ((np.arange(101) - 23.0) / 7.0) ** 2)
    paths = np.array([derive.cohort_age_weights(a, a + 4, 10, 101) for a in range(0, 75, 5)])
    np.testing.assert_allclose(paths.sum(axis=1), 1.0)
    found = derive.rates_by_current_age(low, low + 4, paths @ true, 101)
    np.testing.assert_allclose(paths @ found, paths @ true, atol=0.002)
    np.testing.assert_allclose(found, true, atol=0.01)


def test_never_married_anchors(suining: City) -> None:
    women = suining.population_by_age(2020)[:, 1].sum(axis=0)
    never = suining.marital_shares(2020)[1, :, 0]
    assert np.average(never[10:15], weights=women[25:30]) == pytest.approx(0.33, abs=0.002)
    assert np.average(never, weights=women[15:]) == pytest.approx(0.128, abs=0.005)
    for year in (2010, 2020):
        shares = suining.marital_shares(year)
        assert (shares[1, :5, 1:] == 0).all() and (shares[0, :7, 1:] == 0).all()  # legal age 20 and 22
        married = [shares[sex, :, 1] @ suining.population_by_age(year)[:, sex, 15:].sum(axis=0) for sex in (0, 1)]
        assert married[0] == pytest.approx(married[1], rel=0.06)


@pytest.mark.parametrize(("year", "published"), [(2010, 1.35), (2020, 1.31)])
def test_children_ever_born_from_histories(suining: City, year: int, published: float) -> None:
    women = suining.population_by_age(year)[:, 1].sum(axis=0)
    rates = {
        past: suining.national_birth_rates(past).sum(axis=0) * suining.local_fertility_scale(past)
        for past in range(year - 49, year)
    }
    born = np.zeros(101)
    for age in range(15, 65):
        born[age] = sum(rates[year - age + then][then - 15] for then in range(15, min(age, 50)))
    mean = np.average(born[15:65], weights=women[15:65])
    assert mean == pytest.approx(published, abs=CEB_TOLERANCE)


def test_national_births_keep_total_order_and_age(suining: City) -> None:
    rates = suining.national_birth_rates(2010)
    assert rates.sum() == pytest.approx(1.6865, abs=1e-4)
    assert rates[:, 10:15].sum() / 5 == pytest.approx(0.124375, rel=0.002)  # women 25-29
    np.testing.assert_allclose(rates.sum(axis=1) / rates.sum(), [0.545, 0.361, 0.094], atol=0.001)
    with pytest.raises(ValueError, match="1949"):
        suining.national_birth_rates(1949)


def test_a_woman_bears_a_first_child_once(suining: City) -> None:
    first = np.array([suining.national_birth_rates(year)[0] for year in range(1950, 2025)])
    for born in range(1935, 1976):
        ages = np.arange(max(15, 1950 - born), min(50, 2025 - born))
        assert 0.85 < first[born + ages - 1950, ages - 15].sum() < 1.05, born


def test_schooling_meets_the_census(suining: City) -> None:
    people = suining.population_by_age(2020).sum(axis=0)[:, 22:]
    college = (suining.schooling_shares(2020)[:, 7:, 3] * people).sum() / 2_750_000
    assert college == pytest.approx(0.0765, abs=0.015)  # of those aged 3 and over; students not yet counted
    assert suining.schooling_shares(2020)[:, 0, 2:].sum() == 0.0  # at 15 nobody has finished senior secondary


def test_households_fit_the_residents(city: City) -> None:
    for year in (2010, 2020):
        areas = city.households(year)
        assert set(areas) == {"city", *city.counties}
        whole = areas["city"]
        assert whole["collective_population"] > 0
        for key in ("family_households", "family_household_population", "collective_population"):
            assert sum(areas[c][key] for c in city.counties) == pytest.approx(whole[key], rel=1e-4, abs=3)
        for area in areas.values():
            size = area["family_household_population"] / area["family_households"]
            assert size == pytest.approx(area["mean_household_size"], abs=0.01)


def test_collective_households_of_2020(suining: City) -> None:
    assert suining.households(2020)["city"]["collective_population"] == pytest.approx(141_656)
    assert suining.households(2010)["city"]["one_person"] == 175_089


def test_series_run_on_outside_their_years(suining: City) -> None:
    village, town = suining.income_per_head(2023)
    assert 1.9 < town / village < 2.4
    assert suining.income_per_head(2026)[1] == pytest.approx(suining.income_per_head(2024)[1] * 1.05**2)
    assert suining.child_cost(2030).sum() > suining.child_cost(2022).sum()
    assert suining.nursery_places_per_1000(2023) == 3.0 and suining.nursery_fee(2024) == 1300.0
    assert suining.plan_targets()["tfr"] == 1.6 and suining.plan_year == 2030


def test_names_labels_and_hash(city: City) -> None:
    assert city.name in city_names() and set(city.labels) == {"en", "zh"}
    assert set(city.county_labels) == set(city.counties)
    assert city.folder_hash() == load_city(city.folder).folder_hash() and len(city.folder_hash()) == 64
    again: City = pickle.loads(pickle.dumps(city))
    np.testing.assert_array_equal(again.population_by_age(2010), city.population_by_age(2010))


def test_every_table_says_where_it_comes_from(city: City) -> None:
    for name, table in city.tables.items():
        entry = city.sources[name]
        assert isinstance(entry, TableSource) and set(entry.columns) == set(table.columns), name


# --- what is refused ----------------------------------------------------------------------------------------------


def replace(old: str, new: str) -> Callable[[str], str]:
    def edit(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return edit


def without_row(start: str) -> Callable[[str], str]:
    def edit(text: str) -> str:
        lines = text.splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith(start)]
        assert len(kept) < len(lines)
        return "".join(kept)

    return edit


def with_row(row: str) -> Callable[[str], str]:
    return lambda text: text + row + "\n"


BAD = {
    "missing column": (
        "population.csv",
        replace("persons", "person"),
        ["row 1", "column persons", "missing", "person"],
    ),
    "negative count": (
        "population.csv",
        replace("north,male,0,0,", "north,male,0,0,-"),
        ["row 2", "persons", "at least 0"],
    ),
    "not a number": (
        "population.csv",
        replace("north,male,0,0,", "north,male,0,0,x"),
        ["row 2", "persons", "a number"],
    ),
    "unknown county": ("population.csv", replace("north,", "nort,"), ["row 2", "county", "nort", "'north'"]),
    "unknown sex": ("population.csv", replace(",male,", ",man,"), ["row 2", "sex", "man", "male, female"]),
    "ages with a hole": ("population.csv", without_row("2010,north,male,5,9,"), ["row 4", "age_from", "age 5"]),
    "ages that stop": ("population.csv", without_row("2010,north,male,85,"), ["age_to", "100"]),
    "ages that overlap": ("population.csv", replace("north,male,5,9,", "north,male,4,9,"), ["row 4", "age_from"]),
    "missing group": (
        "population.csv",
        without_row("2020,south,female,"),
        ["population.csv", "2020", "south", "female"],
    ),
    "duplicate row": ("town_share.csv", with_row("2010,north,0.5,made_up,D"), ["row 10", "duplicate", "2010", "north"]),
    "share above one": (
        "town_share.csv",
        with_row("2015,north,1.5,made_up,D"),
        ["row 10", "share", "1.5", "from 0 to 1"],
    ),
    "unknown source": ("town_share.csv", replace("made_up", "made_upp"), ["row 2", "source", "'made_up'"]),
    "unknown grade": ("town_share.csv", replace("made_up,D", "made_up,E"), ["row 2", "grade", "A, B, C, D"]),
    "marital shares": (
        "marital.csv",
        replace("male,15,1.0,0.0", "male,15,1.0,0.2"),
        ["row 2", "never", "1.2", "allowed 1"],
    ),
    "couple shares": (
        "couples_schooling.csv",
        replace("primary,primary,0.2", "primary,primary,0.3"),
        ["share", "sum to"],
    ),
    "unknown level": (
        "couples_schooling.csv",
        replace("primary,primary,", "primry,primary,"),
        ["row 2", "husband", "'primary'"],
    ),
    "tenure shares": ("households.csv", replace("tenure_rent,0.0", "tenure_rent,0.5"), ["value", "sum to"]),
    "no death rate": ("death_rates.csv", without_row("2012.5,male,45,"), ["death_rates.csv", "age_from 45"]),
    "year without births": ("fertility_total.csv", without_row("1961,"), ["fertility_total.csv", "1961"]),
    "fractional age": ("child_cost.csv", replace("village,0,", "village,0.5,"), ["row 2", "age", "whole number"]),
    "no fee": ("economy.csv", without_row("nursery_fee,"), ["economy.csv", "nursery_fee"]),
    "unknown column": (
        "sectors.csv",
        lambda text: text.replace("\n", ",1\n").replace("share,1", "share,extra", 1),
        ["extra", "unknown column"],
    ),
    "short row": ("sectors.csv", replace("agriculture,0.1589", "agriculture"), ["row 2", "found 1 cells", "allowed 2"]),
    "long row": (
        "sectors.csv",
        replace("agriculture,0.1589", "agriculture,0.1589,7"),
        ["row 2", "found 3", "allowed 2"],
    ),
    "column twice": ("sectors.csv", replace("sector,share", "share,share"), ["row 1", "share", "2 times"]),
    "empty file": ("sectors.csv", lambda text: "", ["empty"]),
    "no rows": ("sectors.csv", lambda text: text.splitlines()[0] + "\n", ["no rows"]),
    "undescribed column": (
        "sources.yaml",
        replace("      persons: {", "      people: {"),
        ["sources.yaml", "population"],
    ),
    "wrong base": ("sources.yaml", replace("base: resident", "base: residents"), ["sources.yaml", "base", "residents"]),
    "not YAML": ("city.yaml", replace("labels: {", "labels: {{"), ["city.yaml", "YAML"]),
    "no name": ("city.yaml", without_row("name:"), ["city.yaml", "name"]),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_table_gets_one_clear_message(case: str, tmp_path: Path) -> None:
    file, edit, said = BAD[case]
    folder = tmp_path / "toytown"
    shutil.copytree(CITIES / "toytown", folder)
    path = folder / file
    path.write_text(edit(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(InputError) as error:
        load_city(folder)
    message = str(error.value)
    assert f"toytown/{file}" in message and "\n" not in message
    for part in said:
        assert part in message, message


def test_a_missing_file_and_a_missing_city(tmp_path: Path) -> None:
    shutil.copytree(CITIES / "toytown", tmp_path / "toytown")
    (tmp_path / "toytown" / "rent.csv").unlink(missing_ok=True)
    (tmp_path / "toytown" / "absent.csv").unlink()
    with pytest.raises(InputError, match=r"toytown/absent\.csv: the file is missing"):
        load_city(tmp_path / "toytown")
    with pytest.raises(InputError, match="suinin.*did you mean 'suining'"):
        load_city("suinin")
