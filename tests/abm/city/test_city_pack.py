"""City folders from a statistics office's tables: the way back is exact, borrowed figures say so, errors are named."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from abm.city.city import City
from abm.city.layout import MARITAL, SEXES
from abm.city.loading import load_city
from abm.city.pack.forms import forms
from abm.city.pack.made import raked
from abm.city.pack.make import infants_tfr, make_pack
from abm.city.pack.people import expected_survivors, survival
from policies.errors import InputError

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "rivertown"
SHARE_ROUNDING = 1e-5


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """A copy of the example that a test may spoil."""
    return Path(shutil.copytree(EXAMPLE, tmp_path / "given"))


def given_of(city: City, folder: Path) -> Path:
    """A city's own figures in the form in which a statistics office gives them."""
    folder.mkdir()
    years, counties = (2010, 2020), city.counties
    people = {year: city.population_by_age(year) for year in years}
    wide = city.tables["population"].pivot(
        index=["year", "county", "age_from", "age_to"], columns="sex", values="persons"
    )
    wide.reset_index().to_csv(folder / "population.csv", index=False)
    elsewhere = city.tables["hukou_elsewhere"].set_index(["year", "county"])
    residence = []
    for year in years:
        for c, county in enumerate(counties):
            total, away = people[year][c].sum(), elsewhere.loc[(year, county)]
            in_town = city.town_share(year)[c] * total
            residence.append((year, county, in_town, away["within_county"] * total, away["outside_county"] * total))
    columns = ["year", "county", "town", "registered_within_county", "registered_outside_county"]
    pd.DataFrame(residence, columns=columns).to_csv(folder / "residence.csv", index=False)
    homes = city.tables["households"]
    homes = homes[homes["area"].isin(counties)].pivot(index=["year", "area"], columns="indicator", values="value")
    tenures = {name: name.removeprefix("tenure_") for name in homes if name.startswith("tenure_")}
    homes = homes.drop(columns="mean_household_size").dropna(axis=1)
    homes = homes.reset_index().rename(columns={"area": "county", **tenures})
    homes.to_csv(folder / "households.csv", index=False)
    marital = [
        (year, sex, age, age, *(city.marital_shares(year)[s, age - 15] * people[year][:, s, age].sum()))
        for year in years
        for s, sex in enumerate(SEXES)
        for age in range(15, 101)
    ]
    columns = ["year", "sex", "age_from", "age_to", *MARITAL]
    pd.DataFrame(marital, columns=columns).to_csv(folder / "marital.csv", index=False)
    names = ["population", "residence", "households", "marital"]
    who = {
        "name": f"{city.name}-again",
        "labels": dict(city.labels),
        "counties": {county: dict(city.county_labels[county]) for county in counties},
        "donor": city.name,
        "sources": {"own": {"title": "The city itself", "kind": "test", "version": "1"}},
        "files": {name: {"source": "own", "grade": "B"} for name in names},
    }
    (folder / "city.yaml").write_text(yaml.safe_dump(who, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", ["toytown", "suining"])
def test_a_city_given_in_the_form_comes_back_as_it_was(name: str, tmp_path: Path) -> None:
    city = load_city(name)
    again = make_pack(given_of(city, tmp_path / "given"), tmp_path / "out").city
    for year in (2010, 2020):
        assert np.array_equal(again.population_by_age(year), city.population_by_age(year))
        assert np.allclose(again.town_share(year), city.town_share(year), atol=SHARE_ROUNDING)
        assert np.allclose(again.hukou_elsewhere_share(year), city.hukou_elsewhere_share(year), atol=SHARE_ROUNDING)
        assert np.allclose(again.marital_shares(year), city.marital_shares(year), atol=SHARE_ROUNDING)
        for area in city.counties:
            told, known = again.households(year)[area], city.households(year)[area]
            for indicator in ("family_households", "family_household_population", "tenure_bought"):
                assert told[indicator] == pytest.approx(known[indicator], rel=1e-4), (area, indicator)
    assert np.allclose(again.absent_by_age(2020), city.absent_by_age(2020), rtol=0.01, atol=2.0)
    assert infants_tfr(again) == pytest.approx(infants_tfr(city))


def test_net_moves_of_suining_are_found_from_its_two_censuses(tmp_path: Path) -> None:
    """The method is that of the shipped table: counted over expected survivors (published: 44,652 leave a year)."""
    city = load_city("suining")
    again = make_pack(given_of(city, tmp_path / "given"), tmp_path / "out").city
    keys = ["county", "sex", "age_from"]
    both = again.tables["migration_cohorts"].merge(city.tables["migration_cohorts"], on=keys, suffixes=("", "_known"))
    assert len(both) == len(city.tables["migration_cohorts"])
    young = both[both["age_from"] < 55]
    assert (young["annual_rate"] - young["annual_rate_known"]).abs().max() < 0.001
    assert again.net_migration_total(2015) == pytest.approx(city.net_migration_total(2015), rel=0.02)
    assert again.net_migration_total(2025) == pytest.approx(city.net_migration_total(2025), rel=0.001)


def test_survivors_without_moves_leave_no_residual(tmp_path: Path) -> None:
    """A city that only dies has rates of zero: give the expected survivors as the census of 2020."""
    city = load_city("toytown")
    folder = given_of(city, tmp_path / "given")
    table = pd.read_csv(folder / "population.csv")
    alive = expected_survivors(city, city.population_by_age(2010) * 1000.0)
    for row in table.index[(table["year"] == 2020) & (table["age_from"].between(10, 80))]:
        low, high = table.at[row, "age_from"], table.at[row, "age_to"]
        county = city.counties.index(table.at[row, "county"])
        for s, sex in enumerate(SEXES):
            table.loc[row, sex] = alive[county, s, low - 10 : high - 9].sum()
    table.loc[table["year"] == 2010, list(SEXES)] *= 1000.0
    table.to_csv(folder / "population.csv", index=False)
    (folder / "residence.csv").unlink()
    (folder / "households.csv").unlink()
    who = yaml.safe_load((folder / "city.yaml").read_text(encoding="utf-8"))
    who["files"] = {name: who["files"][name] for name in ("population", "marital")}
    (folder / "city.yaml").write_text(yaml.safe_dump(who), encoding="utf-8")
    rates = make_pack(folder, tmp_path / "out").city.tables["migration_cohorts"]
    assert rates["annual_rate"].abs().max() < 0.001
    assert survival(city, 0, 0) > survival(city, 0, 60) > survival(city, 0, 90)


def test_raking_meets_both_totals_and_makes_room_where_the_pattern_has_none() -> None:
    pattern = np.array([[0.9, 0.1, 0.0], [0.5, 0.5, 0.0]])
    rows, columns = np.array([60.0, 40.0]), np.array([50.0, 45.0, 5.0])
    found = raked(pattern, rows, columns)
    assert np.allclose(found.sum(axis=1), rows) and np.allclose(found.sum(axis=0), columns, rtol=1e-6)
    odds = found[0, 0] * found[1, 1] / (found[0, 1] * found[1, 0])
    assert odds == pytest.approx(9.0)  # the association of the pattern stays: (0.9 / 0.1) / (0.5 / 0.5)


def test_what_is_borrowed_is_graded_d_in_every_column(tmp_path: Path) -> None:
    pack = make_pack(EXAMPLE, tmp_path)
    content = yaml.safe_load((pack.folder / "sources.yaml").read_text(encoding="utf-8"))
    assert set(pack.tables("borrowed")) >= {"death_rates", "fertility_by_age", "age_split", "sectors", "child_cost"}
    assert set(pack.tables("given")) == {"population", "town_share", "hukou_elsewhere", "life_expectancy"}
    for name in pack.tables("borrowed"):
        entry, table = content["tables"][name], pack.city.tables[name]
        by_row = "source" in table
        assert (entry["source"], entry["grade"]) == (("row", "row") if by_row else ("borrowed", "D")), name
        assert entry["note"].startswith("Borrowed from suining"), name
        if by_row:
            assert set(table["source"]) == {"borrowed"} and set(table["grade"]) == {"D"}, name
        for column, says in entry["columns"].items():
            if says["base"] != "key" and column not in ("source", "grade", "note", "unit", "sense"):
                assert says["note"].startswith("borrowed from suining, grade D"), (name, column)
    economy = pack.city.tables["economy"]
    assert set(economy[economy["indicator"] == "rent"]["grade"]) == {"D"}
    assert set(economy[economy["indicator"] == "house_price"]["source"]) == {"agents"}
    for name in pack.tables("partly given"):
        assert content["tables"][name]["grade"] in ("D", "row"), name


def test_figures_that_were_given_are_used(tmp_path: Path) -> None:
    city = make_pack(EXAMPLE, tmp_path).city
    assert city.life_expectancy_target(2020) == 78.0
    assert city.income_per_head(2020).tolist() == [17_400.0, 36_100.0]
    assert city.house_price(2023).tolist() == [6_400.0, 4_300.0]
    assert city.net_migration_total(2025) == 20.0
    assert city.plan_targets()["tfr"] == 1.3 and city.plan_targets()["urban_share"] == 0.70
    given = pd.read_csv(EXAMPLE / "marital.csv").query("sex == 'female' and age_from == 25").iloc[0]
    women = city.population_by_age(2020)[:, 1, 25:30].sum(axis=0)
    never = np.average(city.marital_shares(2020)[1, 10:15, 0], weights=women)
    assert never == pytest.approx(given["never"] / given[list(MARITAL)].sum(), abs=1e-5)
    assert city.marital_shares(2020)[1, 0].tolist() == [1.0, 0.0, 0.0, 0.0], "nobody is married at 15"


def test_one_census_and_nothing_else_is_enough(tables: Path, tmp_path: Path) -> None:
    for path in tables.glob("*.csv"):
        if path.stem != "population":
            path.unlink()
    table = pd.read_csv(tables / "population.csv").query("year == 2020")
    table.to_csv(tables / "population.csv", index=False)
    who = yaml.safe_load((tables / "city.yaml").read_text(encoding="utf-8"))
    who["files"] = {"population": who["files"]["population"]}
    (tables / "city.yaml").write_text(yaml.safe_dump(who), encoding="utf-8")
    city = make_pack(tables, tmp_path / "out").city
    donor = load_city("suining")
    assert city.population_by_age(2020).sum() == table[["male", "female"]].to_numpy().sum()
    for low in (0, 30, 60):  # the change by age is the donor's
        ages = slice(low, low + 5)
        ours = city.population_by_age(2010)[..., ages].sum() / city.population_by_age(2020)[..., ages].sum()
        theirs = donor.population_by_age(2010)[..., ages].sum() / donor.population_by_age(2020)[..., ages].sum()
        assert ours == pytest.approx(theirs, rel=0.05)
    note = yaml.safe_load((tmp_path / "out/rivertown/sources.yaml").read_text(encoding="utf-8"))["tables"]["population"]
    assert note["grade"] == "D" and "Only 2020 was given" in note["note"]


def test_schooling_and_employment_that_were_given(tables: Path, tmp_path: Path) -> None:
    ages = [(low, low + 4) for low in range(25, 75, 5)] + [(75, 100)]
    rows = [(2020, sex, low, high, 10, 40, 30, 20) for sex in SEXES for low, high in ages]
    names = ["year", "sex", "age_from", "age_to", "primary", "junior", "senior", "college"]
    pd.DataFrame(rows, columns=names).to_csv(tables / "schooling.csv", index=False)
    work = [(year, sex, 15, 59, 200, 150) for year in (2010, 2020) for sex in SEXES]
    work += [(year, sex, 60, 100, 100, 10) for year in (2010, 2020) for sex in SEXES]
    names = ["year", "sex", "age_from", "age_to", "persons", "employed"]
    pd.DataFrame(work, columns=names).to_csv(tables / "employment.csv", index=False)
    spoil(
        tables / "city.yaml",
        "  plan: ",
        "  schooling: {source: census, grade: A}\n  employment: {source: census, grade: A}\n  plan: ",
    )
    city = make_pack(tables, tmp_path / "out").city
    assert np.allclose(city.schooling_goal_shares(1980)[1], [0.1, 0.4, 0.3, 0.2])
    later = city.schooling_goal_shares(2015)[1]
    assert later.sum() == pytest.approx(1.0) and later[0] < 0.1 < 0.2 < later[3], "as in the donor, schooling rises"
    assert np.allclose(city.employment_rate(2020)[0, [5, 50]], [0.75, 0.1])


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


WRONG: list[tuple[str, str, str, str]] = [
    ("population.csv", "harbour,0,4,", "harbour,0,5,", "given/population.csv, row 3, column age_from: found 5 to 9"),
    ("population.csv", "age_to,male", "age_to,males", "column males: unknown column; allowed year, county"),
    ("population.csv", "2010,harbour,0,4,304", "2010,harbor,0,4,304", "did you mean 'harbour'"),
    ("population.csv", "2010,", "2015,", "found 2015, allowed 2010, 2020"),
    ("residence.csv", "2020,harbour,12", "2020,harbour,992", "allowed at most 16564, the residents of harbour in 2020"),
    ("households.csv", "2020,hills,1619,3951", "2020,hills,1619,39510", "family_household_population: found 39510"),
    ("yearbook.csv", "life_expectancy,city,2010", "life_expectancy,harbour,2010", "column area: found 'harbour'"),
    ("yearbook.csv", "yearbook,A", "yearbok,A", "unknown source 'yearbok'; did you mean 'yearbook'"),
    ("yearbook.csv", "net_moves", "net_move", "did you mean 'net_moves'"),
    ("plan.csv", "tfr,2030,1.3", "tfr,2030,lots", "given/plan.csv, row 2, column value: found 'lots'"),
    ("city.yaml", "residence: {source: census", "residence: {source: cencus", "unknown source 'cencus'"),
    ("city.yaml", "  marital: {source: census, grade: B}\n", "", "files: no entry for marital.csv"),
    ("city.yaml", "donor: suining", "donor: suning", "did you mean 'suining'"),
    ("city.yaml", "donor: suining", "doner: suining", "did you mean 'donor'"),
    ("city.yaml", "name: rivertown", "name: suining", "is that of a city which ships"),
    ("city.yaml", "name: rivertown", "name: River Town", "name: String should match pattern"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "expected"), WRONG, ids=[f"{w[0]}-{w[2][:24].strip()}" for w in WRONG])
def test_a_mistake_is_named_and_leaves_nothing_behind(
    file: str, old: str, new: str, expected: str, tables: Path, tmp_path: Path
) -> None:
    spoil(tables / file, old, new)
    with pytest.raises(InputError) as found:
        make_pack(tables, tmp_path / "out")
    assert expected in str(found.value)
    assert not list((tmp_path / "out").rglob("*.csv"))


def test_unknown_files_missing_files_and_folders_that_are_there(tables: Path, tmp_path: Path) -> None:
    (tables / "maritl.csv").write_text("x\n")
    with pytest.raises(InputError, match=r"unknown file 'maritl.csv'; did you mean 'marital.csv'"):
        make_pack(tables, tmp_path / "out")
    (tables / "maritl.csv").unlink()
    make_pack(tables, tmp_path / "out")
    with pytest.raises(InputError, match="is there already; --replace"):
        make_pack(tables, tmp_path / "out")
    assert make_pack(tables, tmp_path / "out", donor="toytown", replace=True).donor == "toytown"
    (tables / "population.csv").unlink()
    with pytest.raises(InputError, match=r"population.csv is missing"):
        make_pack(tables, tmp_path / "out")
    with pytest.raises(InputError, match="no such folder"):
        make_pack(tmp_path / "nowhere", tmp_path / "out")


def test_the_guide_names_every_file_column_and_indicator() -> None:
    text = (EXAMPLE.parents[1] / "adding-a-city.md").read_text(encoding="utf-8")
    for name, form in forms(("north",)).items():
        assert f"`{name}.csv`" in text
        missing = [column for column in (*form.needed, *form.optional) if column not in text]
        assert missing == [], name
        for kind in form.needed.values():
            values = getattr(kind, "values", ())
            assert [v for v in values if v not in (*SEXES, "north", "city", "A", "B", "C", "D") and v not in text] == []


def test_the_example_lives(toytown_founded: Any, tmp_path: Path) -> None:
    """A pack is a city like any other: it is founded near its margins and lives a year."""
    from abm.model import FamilyModel

    model = FamilyModel(make_pack(EXAMPLE, tmp_path).city, scale=1.0, seed=1, start="2020-11")
    assert model.founding_checks["within"].mean() > 0.9
    model.run_until_month(model.month + 14)
    rows = model.rows().query("year == 2021 and group == 'all'").set_index("indicator")["value"]
    assert 60 < rows["births"] < 260 and 0.6 < rows["tfr"] < 1.8
