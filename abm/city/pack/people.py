"""Tables about people: who lives where, wedlock, schooling, work, moves and deaths."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from abm.city.city import City
from abm.city.derive import Array, value_in_year
from abm.city.layout import CENSUS_YEARS, FIRST_ADULT, LEVELS, MARITAL, OLDEST, OLDEST_DEATH, SEXES
from abm.city.pack.checks import SCHOOL_IS_OVER_AT
from abm.city.pack.forms import Given
from abm.city.pack.made import (
    BORROWED,
    DERIVED,
    GRADE_OF_BORROWED,
    OWN,
    PARTLY,
    Made,
    borrowed,
    donor_counts,
    donor_mean,
    noted,
    partly,
    raked,
)

Counts = dict[int, Array]
FIRST, LAST = CENSUS_YEARS
BETWEEN = LAST - FIRST
MID_YEAR_OF_CENSUS = 10.0 / 12.0
OLDEST_COHORT = 70
"""Cohorts aged at most so much (last age 74) in 2010 are followed to 2020; older ones are too few to tell moves from
errors of their ages."""
WIDEST_GROUP, COHORT_YEARS = 10, 5
"""Ages in a group that is taken as one cohort, and in the cohorts that a wider one is parted into."""
FEW = 1e-6
"""Stands for nobody where something is divided among ages."""
DECIMALS = 6


def population(given: Given, donor: City) -> Made:
    """Residents by county, sex and age group; a census of 2010 that was not given is the donor's change since."""
    wide = given.tables["population"]
    long = wide.melt(["year", "county", "age_from", "age_to"], list(SEXES), "sex", "persons")
    source, grade = given.source("population")
    if FIRST in given.years("population"):
        return Made(_ordered(long, given), OWN, source, grade)
    ratio = donor_counts(donor, FIRST), donor_counts(donor, LAST)
    earlier = long.assign(year=FIRST)
    change = [_ratio_of(ratio, SEXES.index(r.sex), r.age_from, r.age_to) for r in long.itertuples()]
    earlier["persons"] = (earlier["persons"] * change).round()
    note = (
        f"Only {LAST} was given; {FIRST} is that times the donor's ratio of residents {FIRST} to {LAST} of the same sex"
        f" and age. Start runs in {LAST}-11."
    )
    return partly(_ordered(pd.concat([earlier, long]), given), source, grade, note)


def _ratio_of(counts: tuple[Array, Array], sex: int, low: int, high: int) -> float:
    before, after = (count[sex, low : high + 1].sum() for count in counts)
    return float(before / after) if after > 0.0 else 1.0


def _ordered(table: pd.DataFrame, given: Given) -> pd.DataFrame:
    """Columns and rows in the order of a city folder."""
    ranks = table.assign(county=table["county"].map(given.counties.index), sex=table["sex"].map(SEXES.index))
    order = ranks.reset_index(drop=True).sort_values(["year", "county", "sex", "age_from"]).index
    columns = ["year", "county", "sex", "age_from", "age_to", "persons"]
    return table.reset_index(drop=True).loc[order, columns].reset_index(drop=True)


def town_share(given: Given, donor: City, counts: Counts) -> Made:
    """Share of residents living in town, by census year and county; held after the last."""
    return _residence_share(given, donor, counts, {"share": ("town", "town_share")})


def hukou_elsewhere(given: Given, donor: City, counts: Counts) -> Made:
    """Shares of residents registered elsewhere in their county, and outside it."""
    columns = {
        "within_county": ("registered_within_county", "hukou_elsewhere"),
        "outside_county": ("registered_outside_county", "hukou_elsewhere"),
    }
    return _residence_share(given, donor, counts, columns)


def _residence_share(given: Given, donor: City, counts: Counts, columns: dict[str, tuple[str, str]]) -> Made:
    table = given.tables.get("residence")
    rows = []
    own = 0
    for year in CENSUS_YEARS:
        for c, county in enumerate(given.counties):
            row: dict[str, object] = {"year": year, "county": county}
            has = table is not None and all(column in table for column, _ in columns.values())
            has = has and year in given.years("residence") and year in given.years("population")
            for share, (column, of_donor) in columns.items():
                if has:
                    assert table is not None
                    persons = table[(table["year"] == year) & (table["county"] == county)][column].iloc[0]
                    row[share] = round(float(persons / max(counts[year][c].sum(), 1.0)), DECIMALS)
                else:
                    row[share] = round(_donor_share(donor, of_donor, share, year), DECIMALS)
            source, grade = given.source("residence") if has else (BORROWED, GRADE_OF_BORROWED)
            own += has
            rows.append(row | {"source": source, "grade": grade})
    made = pd.DataFrame(rows)
    if not own:
        return borrowed(made, "The donor's mean over its counties, for every county.")
    kind = OWN if own == len(rows) else PARTLY
    return Made(made, kind, "row", "row", "" if kind == OWN else "Rows that were not given are the donor's mean.")


def _donor_share(donor: City, name: str, column: str, year: int) -> float:
    table = donor.tables[name]
    by_county = table[table["year"] == year].set_index("county")[column].reindex(donor.counties)
    return donor_mean(donor, by_county.to_numpy(), year)


def absent(given: Given, donor: City, counts: Counts) -> Made:
    """Registered members who live outside the city, by sex and age: a total if it was given, the donor's pattern."""
    totals = figures(given, "absent")
    table = donor.tables["absent"].copy()
    for year in CENSUS_YEARS:
        of_year = table["year"] == year
        usual = donor_counts(donor, year).sum()
        total = totals.get(year, table.loc[of_year, "persons"].sum() * counts[year].sum() / usual)
        table.loc[of_year, "persons"] *= total / table.loc[of_year, "persons"].sum()
    table["persons"] = table["persons"].round()
    if not totals:
        return noted(borrowed(table), "In the donor's proportion to residents.")
    source = given.tables["yearbook"].query("indicator == 'absent'")["source"].iloc[-1]
    note = f"Totals of {', '.join(map(str, totals))} as given; sexes and ages, and other years, as in the donor city."
    return Made(table, PARTLY, source, GRADE_OF_BORROWED, note)


def figures(given: Given, indicator: str) -> dict[int, float]:
    """Values of a yearbook figure of the city by year."""
    if "yearbook" not in given.tables:
        return {}
    rows = given.tables["yearbook"]
    rows = rows[rows["indicator"] == indicator].sort_values("year")
    return {int(year): float(value) for year, value in zip(rows["year"], rows["value"], strict=True)}


def marital(given: Given, donor: City, counts: Counts) -> Made:
    """Marital status by single age: groups as given, inside them the donor's pattern by age."""
    table = donor.tables["marital"].copy()
    years = given.years("marital")
    if not years:
        return borrowed(table)
    for year in years:
        for s, sex in enumerate(SEXES):
            chosen = (table["year"] == year) & (table["sex"] == sex)
            rows = table[chosen].sort_values("age")
            shares = rows[list(MARITAL)].to_numpy(copy=True)
            people = counts[year][:, s, FIRST_ADULT:].sum(axis=0)
            groups = given.tables["marital"].query("year == @year and sex == @sex")
            for group in groups.itertuples():
                at = slice(max(group.age_from, FIRST_ADULT) - FIRST_ADULT, group.age_to - FIRST_ADULT + 1)
                totals = np.array([getattr(group, status) for status in MARITAL], dtype=float)
                if at.stop <= 0 or totals.sum() <= 0.0:
                    continue
                weight = np.maximum(people[at], FEW)
                shares[at] = raked(shares[at], weight, totals) / weight[:, None]
            table.loc[rows.index, list(MARITAL)] = _rounded_shares(shares)
    source, grade = given.source("marital")
    note = "Groups of ages as given; inside a group the donor's pattern by age, scaled to the group."
    if set(years) < set(CENSUS_YEARS):
        note += f" Only {', '.join(map(str, years))} was given; the other census is borrowed."
        return partly(table, source, grade, note)
    return Made(table, OWN, source, grade, note)


def _rounded_shares(shares: Array) -> Array:
    """Shares of rows with a fixed number of decimals that still sum to one."""
    rounded: Array = np.round(shares / shares.sum(axis=1, keepdims=True), DECIMALS)
    largest = rounded.argmax(axis=1)
    rounded[np.arange(len(rounded)), largest] += 1.0 - rounded.sum(axis=1)
    return np.round(rounded, DECIMALS)


def _left_school(donor: City, group: Any, sex: int, year: int, people: Array) -> Iterator[tuple[int, Array]]:
    """Birth years of a group and their shares by level, the oldest first: a group of ten years or fewer as given; of
    a wider one, or one that holds pupils, the donor's pattern by age scaled to its total, five years at a time."""
    totals = np.array([getattr(group, level) for level in LEVELS], dtype=float)
    if group.age_from >= SCHOOL_IS_OVER_AT and group.age_to - group.age_from < WIDEST_GROUP:
        yield round(year - (group.age_from + group.age_to) / 2), totals / totals.sum()
        return
    low = max(group.age_from, FIRST_ADULT)
    pattern = donor.schooling_shares(year)[sex, low - FIRST_ADULT : group.age_to - FIRST_ADULT + 1]
    reached = raked(pattern, np.maximum(people[low : group.age_to + 1], FEW), totals)
    for youngest in reversed(range(max(low, SCHOOL_IS_OVER_AT), group.age_to + 1, COHORT_YEARS)):
        oldest = min(youngest + COHORT_YEARS - 1, group.age_to)
        levels = reached[youngest - low : oldest - low + 1].sum(axis=0)
        yield round(year - (youngest + oldest) / 2), levels / levels.sum()


def schooling_cohorts(given: Given, donor: City, counts: Counts) -> Made:
    """Final level by birth year: given for people who have left school, moved like the donor's for later births."""
    table = donor.tables["schooling_cohorts"]
    years = given.years("schooling")
    if not years:
        return borrowed(table)
    year = years[-1]
    made = []
    for s, sex in enumerate(SEXES):
        rows = given.tables["schooling"].query("year == @year and sex == @sex and age_to >= @SCHOOL_IS_OVER_AT")
        rows = rows[rows[list(LEVELS)].sum(axis=1) > 0].sort_values("age_from", ascending=False)
        people = counts[year][:, s].sum(axis=0)
        cohorts = [one for group in rows.itertuples() for one in _left_school(donor, group, s, year, people)]
        born, shares = [year_of for year_of, _ in cohorts], np.array([of_levels for _, of_levels in cohorts])
        path = table[table["sex"] == sex].sort_values("birth_year")
        known = path["birth_year"].to_numpy(float), path[list(LEVELS)].to_numpy()
        usual = value_in_year(*known, born[-1])
        later = path[path["birth_year"] > born[-1]]
        ahead = later[list(LEVELS)].to_numpy() * (shares[-1] / np.maximum(usual, 1e-6))
        ahead = ahead / np.maximum(ahead.sum(axis=1, keepdims=True), 1e-12)
        values = _rounded_shares(np.vstack([shares, ahead]) if len(later) else shares)
        frame = pd.DataFrame(values, columns=list(LEVELS))
        frame.insert(0, "birth_year", [*born, *later["birth_year"]])
        frame.insert(1, "sex", sex)
        made.append(frame)
    both = pd.concat(made).sort_values(["birth_year", "sex"], ascending=[True, False], ignore_index=True)
    source, grade = given.source("schooling")
    note = (
        f"From levels by age in {year}, people of {SCHOOL_IS_OVER_AT} and over (in groups wider than ten years, or"
        " where no ages were given, the donor's pattern scaled to the total); later cohorts change as the donor's."
        " Residents: the well schooled may have left more often."
    )
    return partly(both, source, grade, note)


def employment(given: Given, donor: City) -> Made:
    """Share at work by sex and age group; a census that was not given is the donor's."""
    years = given.years("employment")
    parts = [donor.tables["employment"].query("year not in @years")]
    if not years:
        return borrowed(parts[0])
    own = given.tables["employment"].copy()
    own["share"] = (own["employed"] / own["persons"].clip(lower=1.0)).round(DECIMALS)
    parts.append(own[["year", "sex", "age_from", "age_to", "share"]])
    source, grade = given.source("employment")
    joined = pd.concat(parts).sort_values(["year", "sex", "age_from"], ascending=[True, False, True], ignore_index=True)
    if set(years) < set(CENSUS_YEARS):
        return partly(joined, source, grade, f"Only {years[0]} was given; the other census is borrowed.")
    return Made(joined, OWN, source, grade)


def life_expectancy(given: Given, donor: City) -> Made:
    """The path of life expectancy at birth; the donor's where none was given."""
    totals = figures(given, "life_expectancy")
    if not totals:
        return borrowed(donor.tables["life_expectancy"])
    return _own_rows(given, "life_expectancy", {"year": "year", "years": "value"})


def _own_rows(given: Given, indicator: str, columns: dict[str, str]) -> Made:
    rows = given.tables["yearbook"].query("indicator == @indicator").sort_values("year")
    table = pd.DataFrame({name: rows[column].to_numpy() for name, column in columns.items()})
    return Made(
        table.assign(source=rows["source"].to_numpy(), grade=rows["grade"].to_numpy()), OWN, "row", "row"
    )  # fmt: skip


def sex_ratio_at_birth(given: Given, donor: City) -> Made:
    """Boys per girl at birth: the donor's until the first year that was given."""
    table = borrowed(donor.tables["sex_ratio_at_birth"])
    if not figures(given, "boys_per_100_girls"):
        return table
    own = _own_rows(given, "boys_per_100_girls", {"year": "year", "males_per_female": "value"}).table
    own["males_per_female"] = own["males_per_female"] / 100.0
    before = table.table[table.table["year"] < own["year"].min()]
    return Made(pd.concat([before, own], ignore_index=True), PARTLY, "row", "row")


def survival(donor: City, sex: int, age: int) -> float:
    """Chance to live from the census of 2010 to that of 2020 for people of a sex and age, under the donor's rates."""
    alive = 1.0
    for passed in range(BETWEEN):
        year = FIRST + passed
        rates = donor.death_rate(year + MID_YEAR_OF_CENSUS)[sex] * donor.death_rate_multiplier(year)
        now = min(age + passed, OLDEST_DEATH - 1)
        alive *= float(np.exp(-0.5 * (rates[now] + rates[now + 1])))
    return alive


def expected_survivors(donor: City, counts: Array) -> Array:
    """Residents of 2010 [county, sex, age] who are expected to live in 2020, at their age of 2010."""
    alive = np.array([[survival(donor, s, age) for age in range(OLDEST + 1)] for s in range(len(SEXES))])
    return np.asarray(counts * alive)


def migration_cohorts(given: Given, donor: City, counts: Counts) -> Made:
    """Net moves by cohort: the logarithm of counted over expected survivors, divided by the years between."""
    if FIRST not in given.years("population"):
        return _borrowed_moves(given, donor)
    expected = expected_survivors(donor, counts[FIRST])
    rows = []
    for c, county in enumerate(given.counties):
        for s, sex in enumerate(SEXES):
            for low in range(0, OLDEST_COHORT + 1, 5):
                counted = counts[LAST][c, s, low + BETWEEN : low + BETWEEN + 5].sum()
                survivors = expected[c, s, low : low + 5].sum()
                rate = np.log(max(counted, 0.5) / max(survivors, 0.5)) / BETWEEN
                rows.append((county, sex, low, low + 4, round(float(np.clip(rate, -1.0, 1.0)), 5)))
    table = pd.DataFrame(rows, columns=["county", "sex", "age_from", "age_to", "annual_rate"])
    note = (
        "Logarithm of counted over expected survivors of the two censuses given, divided by ten; the donor's deaths."
        " Includes differences in under-count."
    )
    return Made(table, DERIVED, "derived", "D", note)


def _borrowed_moves(given: Given, donor: City) -> Made:
    table = donor.tables["migration_cohorts"]
    people = pd.DataFrame({"county": donor.counties, "weight": donor.population_by_age(FIRST).sum(axis=(1, 2))})
    joined = table.merge(people, on="county")
    joined["part"] = joined["annual_rate"] * joined["weight"] / people["weight"].sum()
    mean = joined.groupby(["sex", "age_from", "age_to"], as_index=False)["part"].sum()
    mean = mean.rename(columns={"part": "annual_rate"}).assign(annual_rate=lambda t: t["annual_rate"].round(5))
    parts = [mean.assign(county=county) for county in given.counties]
    columns = ["county", "sex", "age_from", "age_to", "annual_rate"]
    return borrowed(pd.concat(parts, ignore_index=True)[columns], "The donor's mean over its counties.")


def migration_level(given: Given, donor: City, counts: Counts) -> Made:
    """Net moves a year: between two censuses their residual, afterwards as given, else in the donor's proportion."""
    of_donor = donor.tables["migration_level"].sort_values("from_year")
    scale = counts[LAST].sum() / donor_counts(donor, LAST).sum()
    levels = zip(of_donor["from_year"], of_donor["persons_per_year"], strict=True)
    rows = [(int(year), round(persons * scale), BORROWED, GRADE_OF_BORROWED) for year, persons in levels]
    if FIRST in given.years("population"):
        expected = expected_survivors(donor, counts[FIRST])
        expected = expected[..., : OLDEST_COHORT + 5]
        counted = counts[LAST][..., BETWEEN : BETWEEN + OLDEST_COHORT + 5].sum()
        rows = [row for row in rows if row[0] > LAST]
        rows.insert(0, (FIRST, round(float(counted - expected.sum()) / BETWEEN), "derived", "D"))
    own = given.tables["yearbook"].query("indicator == 'net_moves'") if "yearbook" in given.tables else None
    if own is not None and len(own):
        rows = [row for row in rows if row[0] < own["year"].min()]
        own = own.sort_values("year")
        rows += list(zip(own["year"], own["value"], own["source"], own["grade"], strict=True))
    table = pd.DataFrame(rows, columns=["from_year", "persons_per_year", "source", "grade"])
    if (table["source"] == BORROWED).all():
        return borrowed(table, "In the donor's proportion to residents.")
    return Made(table, PARTLY, "row", "row", "Borrowed rows are in the donor's proportion to residents.")
