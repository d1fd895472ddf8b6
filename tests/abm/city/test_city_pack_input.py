"""What an office may give to `cradle city`: tables as Excel saves them, totals without ages; and what it is told when a
figure cannot be."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from abm.city.figures import figures
from abm.city.layout import LEVELS, MARITAL, PLAN_TARGETS, SEXES
from abm.city.loading import load_city
from abm.city.pack.forms import CITY_FIGURES, COUNTY_FIGURES, RESIDENCE_FIGURES
from abm.city.pack.make import make_pack
from abm.city.pack.reading import read_given
from policies.errors import InputError
from policies.messages import process_language

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "rivertown"


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """A copy of the example that a test may change."""
    return Path(shutil.copytree(EXAMPLE, tmp_path / "given"))


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def in_chinese(tables: Path) -> None:
    """Give the counties Chinese names, as an office has them."""
    for path in tables.iterdir():
        text = path.read_text(encoding="utf-8").replace("harbour", "港区").replace("hills", "山县")
        path.write_text(text, encoding="utf-8")


def with_tabs(path: Path) -> None:
    """As Excel saves its "Unicode text": parted by tabs."""
    out = io.StringIO()
    rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8")))
    csv.writer(out, delimiter="\t", lineterminator="\r\n").writerows(rows)
    path.write_text(out.getvalue(), encoding="utf-8", newline="")


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-16", "utf-8-sig"])
def test_tables_are_read_as_spreadsheets_save_them(encoding: str, tables: Path) -> None:
    in_chinese(tables)
    as_given = read_given(tables)
    for path in tables.glob("*.csv"):
        if encoding == "utf-16":
            with_tabs(path)
        path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))
    again = read_given(tables)
    assert again.counties == ("港区", "山县") and len(again.tables) == 6
    for name, table in as_given.tables.items():
        pd.testing.assert_frame_equal(again.tables[name], table)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"year,county,town\n2020,harbour,\xff\xff\n", 2),
        ("year,county\n2020,harbour\n".encode("utf-16-le"), 1),
        (b"\xff\xfeodd", 1),
        (b"year,county\n2020,har\0bour\n", 2),
    ],
    ids=["no encoding", "UTF-16 without its mark", "half a letter", "NUL"],
)
def test_a_table_in_no_encoding_is_refused_by_its_line(content: bytes, line: int, tables: Path) -> None:
    (tables / "residence.csv").write_bytes(content)
    with pytest.raises(InputError, match=rf"neither in UTF-8 nor in GBK nor in UTF-16 \(line {line}\)"):
        read_given(tables)


def test_empty_lines_at_the_end_of_a_table_are_passed_over(tables: Path) -> None:
    with (tables / "residence.csv").open("a", encoding="utf-8") as file:
        file.write(",,,,\n,,,,\n")
    assert len(read_given(tables).tables["residence"]) == 4


def figure(indicator: str, value: object, area: str = "city", year: int = 2021) -> tuple[str, str, str]:
    """A line of the yearbook in the place of one."""
    return "yearbook.csv", "net_moves,city,2021,20.0,", f"{indicator},{area},{year},{value},"


IMPOSSIBLE: list[tuple[tuple[str, str, str], str]] = [
    (("yearbook.csv", "36100.0", "3.61"),
     "row 5, column value: income_town: found 3.61, allowed 100 to 500,000 (yuan a year); "
     "it seems to be in units of 10,000 (万): write 36100"),
    (("yearbook.csv", "6900.0", "0.69"), "house_price: found 0.69"),
    (("yearbook.csv", "6900.0", "0.69"), "write 6900"),
    (figure("rent", 1200, "harbour"), "rent: found 1200, allowed 0.2 to 400 (yuan per square metre a month)"),
    (figure("nursery_places_per_1000", 1001), "found 1001, allowed 0 to 60 (places per 1,000 residents)"),
    (figure("nursery_fee", 0.13), "it seems to be in units of 10,000 (万): write 1300"),
    (figure("kindergarten_fee", -1), "kindergarten_fee: found -1, allowed 10 to 30,000 (yuan a month)"),
    (figure("life_expectancy", 781), "life_expectancy: found 781, allowed 30 to 95 (years)"),
    (figure("boys_per_100_girls", 1.08), "it seems to be a ratio to one: write 108"),
    (figure("net_moves", -30_000), "column |value|: found 30000, allowed at most 20638, the residents of 2020"),
    (figure("absent", 50_000, year=2020), "found 50000, allowed at most 41276, twice the residents of 2020"),
    (figure("absent", 500, year=2015), "column year: found 2015, allowed 2010, 2020"),
    (("plan.csv", "urban_share,2030,0.7", "urban_share,2030,70"), "it seems to be in per cent: write 0.7"),
    (("plan.csv", "urban_share,2030,0.7", "population,2030,2.1"), "(万): write 21000"),
    (("plan.csv", "urban_share,2030,0.7", "schooling_years,2030,0"), "schooling_years: found 0, allowed 1 to 18"),
    (("plan.csv", "tfr,2030,1.3", "tfr,2030,13"), "tfr: found 13, allowed 0.2 to 9 (children per woman)"),
    (("plan.csv", "tfr,2030,1.3", "trf,2030,1.3"), "did you mean 'tfr'"),
    (("households.csv", "34.2", "0"), "column floor_area_per_person: floor_area_per_person: found 0, allowed 3 to 200"),
    (("households.csv", "harbour,4302", "harbour,43020"),
     "column family_households: found 43020, allowed at most 12391, family_household_population"),
    (("households.csv", "12391,602", "12391,6020"), "column one_person: found 6020, allowed at most 4302"),
    (("households.csv", "12391,602", "8391,2"),
     "found 8391, allowed at least 8602, two to a household beside one_person"),
    (("households.csv", "2010,harbour,4302", "2010,harbour,630"),
     "column family_household_population: found 12391, allowed at most 7560, 12 for each of family_households"),
    (("residence.csv", "1826,1434", "1826,14340"),
     "+registered_outside_county: found 16166, allowed at most 13044, the residents of harbour in 2010"),
    (("residence.csv", ",registered_outside_county", ""), "stands without registered_outside_county"),
    (("residence.csv", "7956,1826", '7956,"1,826"'), "found '1,826', allowed a number, at least 0; write 1826"),
    (("marital.csv", "472,0,0,0", "4720,0,0,0"), "found 4720, allowed at most 545, the residents of that sex and age"),
    (("marital.csv", ",age_to", ""), "column age_from: stands without age_to"),
    (("population.csv", "2010,harbour,0,4,304,", "2010,harbour,0,4,304000,"),
     "column male+female: found 304273, allowed at most 158370, half of all ages of harbour"),
    (("population.csv", "2010,harbour,0,4,304,", "2010,harbour,0,4,1e30,"), "population: found 1e+30, allowed 2,000"),
    (("population.csv", "age_to,male", "age_too,male"), "column age_too: unknown column"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "expected"), IMPOSSIBLE, ids=[f"{w[0]} {w[2][:34]}" for w, _ in IMPOSSIBLE])
def test_what_cannot_be_is_refused_with_what_is_allowed(
    wrong: tuple[str, str, str], expected: str, tables: Path
) -> None:
    file, old, new = wrong
    change(tables / file, old, new)
    with pytest.raises(InputError) as found:
        read_given(tables)
    assert expected in str(found.value) and str(found.value).startswith(f"given/{file}, row ")
    with process_language("zh"), pytest.raises(InputError, match="列：") as chinese:
        read_given(tables)
    assert "found" not in str(chinese.value) and "allowed" not in str(chinese.value)


def test_every_figure_has_a_range_and_the_cities_that_ship_are_inside() -> None:
    assert {*CITY_FIGURES, *COUNTY_FIGURES, *RESIDENCE_FIGURES, *PLAN_TARGETS} <= set(figures())
    for name, found in figures().items():
        assert found.range[0] < found.range[1] and found.source and found.unit.zh, name
    for name in ("toytown", "suining"):
        assert load_city(name).plan_targets()["tfr"] == 1.6


def test_a_city_folder_with_a_figure_out_of_range_is_refused(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(load_city("toytown").folder, tmp_path / "toytown"))
    change(folder / "economy.csv", "income_per_head,town,2020,35575.0", "income_per_head,town,2020,3.5575")
    with pytest.raises(InputError, match=r"toytown/economy.csv, row 17, column value: income_town: found 3.5575"):
        load_city(folder)


def totals_of(pack_tables: Path, name: str, statuses: tuple[str, ...], shares: dict[str, list[float]]) -> None:
    """A table of totals by sex alone."""
    rows = [(2020, sex, *(round(8_000 * share) for share in shares[sex])) for sex in SEXES]
    pd.DataFrame(rows, columns=["year", "sex", *statuses]).to_csv(pack_tables / f"{name}.csv", index=False)


def test_marital_totals_without_ages_are_met_with_the_donors_pattern(tables: Path, tmp_path: Path) -> None:
    shares = {"male": [0.24, 0.68, 0.03, 0.05], "female": [0.15, 0.68, 0.03, 0.14]}
    totals_of(tables, "marital", MARITAL, shares)
    city = make_pack(tables, tmp_path / "out").city
    donor = load_city("suining").marital_shares(2020)
    people = city.population_by_age(2020).sum(axis=0)[:, 15:]
    found = city.marital_shares(2020)
    for s, sex in enumerate(SEXES):
        assert np.average(found[s], axis=0, weights=people[s]) == pytest.approx(shares[sex], abs=1e-4)
        # The association of age and status stays the donor's: odds ratios do not move when both totals are met.
        for young, old in ((12, 25), (20, 45)):
            assert _odds(found[s], young, old) == pytest.approx(_odds(donor[s], young, old), rel=0.02)


def _odds(shares: np.ndarray, young: int, old: int) -> float:
    return float(shares[young, 0] * shares[old, 1] / (shares[young, 1] * shares[old, 0]))


def test_schooling_totals_without_ages_are_met_with_the_donors_pattern(tables: Path, tmp_path: Path) -> None:
    shares = {"male": [0.38, 0.34, 0.15, 0.13], "female": [0.50, 0.28, 0.11, 0.11]}
    totals_of(tables, "schooling", LEVELS, shares)
    change(tables / "city.yaml", "  plan: ", "  schooling: {source: census, grade: A}\n  plan: ")
    city = make_pack(tables, tmp_path / "out").city
    people = city.population_by_age(2020).sum(axis=0)[:, 15:]
    found = city.schooling_shares(2020)
    for s, sex in enumerate(SEXES):
        assert np.average(found[s], axis=0, weights=people[s]) == pytest.approx(shares[sex], abs=0.01)
        assert found[s, 15, 0] < 0.2 < 0.5 < found[s, 60, 0], (
            "the old went to school for fewer years, as in the donor city"
        )
