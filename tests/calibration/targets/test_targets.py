"""Targets as data: each has a source and an uncertainty, none is an input of the history, and wrong files are named."""

from __future__ import annotations

import csv
import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from abm.city.loading import load_city
from abm.model import FamilyModel
from calibration.backtests.files import EXPERIMENTS_FILE
from calibration.targets.distance import FURTHEST, cut_off, distance, standardised
from calibration.targets.read import (
    TARGETS_FILE,
    Target,
    joined,
    load_targets,
    observed_as,
    read_figures,
    read_kinds,
    years_of,
)
from calibration.targets.value_in_history import LongForm
from policies.clock import month_index
from policies.errors import InputError

SUINING_SHARE = 0.02861
BUMP = ("second_births_2014", "second_births_2015", "second_births_2016", "second_births_2017")


@pytest.fixture(scope="module")
def targets() -> tuple[Target, ...]:
    return load_targets("suining")


def by_id(targets: tuple[Target, ...]) -> dict[str, Target]:
    return {target.id: target for target in targets}


# --- what the shipped targets promise ---------------------------------------------------------------------------------


def test_every_entry_has_a_figure(targets: tuple[Target, ...]) -> None:
    assert [target.id for target in targets] == [kind.id for kind in read_kinds().targets]


def test_a_quarter_is_held_back_and_nothing_late_is_fitted(targets: tuple[Target, ...]) -> None:
    scored = [target for target in targets if target.use != "input"]
    held_back = {target.id for target in scored if target.use == "held_back"}
    assert len(held_back) >= len(scored) / 4
    assert set(BUMP) <= held_back
    late = {target.id for target in scored if max(years_of(target.kind.computation)) > 2022}
    assert late and late <= held_back


def test_figures_of_elsewhere_are_wider_than_their_own_error(targets: tuple[Target, ...]) -> None:
    for target in targets:
        if target.figure.geography != "suining":
            assert target.sd > target.figure.sd_observed, target.id


def test_inputs_carry_no_weight_in_the_distance(targets: tuple[Target, ...]) -> None:
    inputs = {target.id for target in targets if target.use == "input"}
    assert {"net_moves_2011_2020", "urban_share_2020", "ideal_children_2021"} <= inputs
    exact = pd.Series({target.id: target.observed for target in targets})
    assert distance(exact, targets) == 0.0
    exact["net_moves_2011_2020"] += 1e9
    assert distance(exact, targets) == 0.0


@pytest.mark.parametrize(
    ("name", "figure"),
    [
        ("births_2022", 535_000 * SUINING_SHARE),
        ("births_2023_over_2022", 9.02 / 9.56),
        ("births_2024_over_2022", 9.54 / 9.56),
        ("second_births_2014", 0.697 / 0.593),
        ("second_births_2016", 0.943 / 0.593),
        ("second_births_2017", 1.013 / 0.593),
        ("first_births_2015_2016", (0.616 + 0.668) / 2 / ((0.882 + 0.955 + 0.807) / 3)),
        ("marriages_2016_over_2013", 11_428_000 / 13_469_300),
        ("marriages_2023_over_2013", 7_682_000 / 13_469_300),
        ("never_married_25_less_29_2022", 0.708 - 0.34),
        ("never_married_men_2020", 34_324 / 155_333),
        ("divorced_women_2020", 3_139 / 149_982),
        ("household_size_2020", 2_672_540 / 1_105_592),
        ("fertility_share_30_34_2020", 0.060102 / (1.2357 / 5)),
        ("deaths_2022", 757 / 807 * 31_700),
    ],
)
def test_derived_figures_follow_from_what_was_published(targets: tuple[Target, ...], name: str, figure: float) -> None:
    assert by_id(targets)[name].figure.observed == pytest.approx(figure, rel=0.002)


def test_long_form_is_ten_times_its_count(targets: tuple[Target, ...]) -> None:
    computations = [target.kind.computation for target in targets]
    people = {each.sex: each.people for each in computations if isinstance(each, LongForm)}
    assert people == {"male": 1_553_330, "female": 1_499_820}


def test_patterns_covered_elsewhere_are_back_tests() -> None:
    experiments = {entry["id"] for entry in yaml.safe_load(EXPERIMENTS_FILE.read_text())["experiments"]}
    for entry in read_kinds().covered_elsewhere:
        assert set(entry.backtests) <= experiments


# --- no input of the history ------------------------------------------------------------------------------------------


def edited_copy(city: str, folder: Path, edits: dict[str, Any]) -> Path:
    """A copy of a city whose tables (name -> function of the table) are changed."""
    source = load_city(city).folder
    shutil.copytree(source, folder)
    for name, edit in edits.items():
        table = pd.read_csv(folder / f"{name}.csv")
        edit(table)
        table.to_csv(folder / f"{name}.csv", index=False)
    return folder


def marry_fewer(table: pd.DataFrame) -> None:
    rows = (table["year"] == 2020) & (table["age"] >= 30)
    part = 0.2 * table.loc[rows, "married"]
    table.loc[rows, "never"] += part.round(6)
    table.loc[rows, "married"] -= part.round(6)


def count_more_children(table: pd.DataFrame) -> None:
    table.loc[(table["year"] == 2020) & (table["age_to"] < 15), "persons"] *= 2


def bear_more_lately(table: pd.DataFrame) -> None:
    table.loc[table["year"] > 2010, "tfr" if "tfr" in table else "rate"] *= 1.2


def swap_orders_lately(table: pd.DataFrame) -> None:
    late = table["year"] > 2010
    firsts, seconds = (late & (table["order"] == order) for order in (1, 2))
    shares = table.loc[firsts, "share"].to_numpy().copy(), table.loc[seconds, "share"].to_numpy().copy()
    table.loc[firsts, "share"], table.loc[seconds, "share"] = shares[1], shares[0]


def test_tables_that_hold_a_target_are_not_read_by_a_history_from_2010(tmp_path: Path, toytown_founded: Any) -> None:
    """With other counts and rates after 2010 in them, every birth is the same; so no target among them is an input."""
    edits = {
        "population": count_more_children,
        "marital": marry_fewer,
        "fertility_total": bear_more_lately,
        "fertility_by_age": bear_more_lately,
        "fertility_order_path": swap_orders_lately,
    }
    logs = []
    for folder in (load_city("toytown").folder, edited_copy("toytown", tmp_path / "toytown", edits)):
        model = FamilyModel(load_city(folder), scale=1.0, seed=1)
        model.run_until_month(month_index("2013-01"))
        logs.append(model.births_log())
    assert len(logs[0]) > 100
    pd.testing.assert_frame_equal(*logs)


def test_every_city_table_named_by_a_scored_target_is_among_those(targets: tuple[Target, ...]) -> None:
    """``households`` of 2020 is read by a founding of 2020 only (`abm/founding/homes.py`)."""
    checked = {"population", "marital", "fertility_total", "fertility_by_age", "fertility_order_path", "households"}
    named = {table for target in targets if target.use != "input" for table in target.kind.in_city_tables}
    assert named <= checked


# --- what is compared -------------------------------------------------------------------------------------------------


def made_target(use: str = "fit", weight: float = 1.0, **figure: Any) -> Target:
    """A target of 10 with an offset of 2 and standard deviations 3 and 4: compared with 12, sd 5."""
    values = {
        "id": "made", "year": "2020", "observed": 10, "offset": 2, "sd_observed": 3, "sd_offset": 4,
        "geography": "china", "base": "national", "grade": "D", "source": "made up", "reason": "made up",
    } | figure  # fmt: skip
    kind = {
        "id": values["id"], "group": "births", "label": {"en": "a", "zh": "b"}, "unit": {"en": "a", "zh": "b"},
        "computation": {"kind": "row", "indicator": "births", "years": [2020]}, "use": use, "weight": weight,
    }  # fmt: skip
    return Target.model_validate({"kind": kind, "figure": values})


def test_offset_and_uncertainty_by_hand() -> None:
    target = made_target()
    assert (target.observed, target.sd) == (12.0, 5.0)
    assert target.z(22.0) == 2.0
    assert (target.low, target.high) == pytest.approx((12.0 - 6.408, 12.0 + 6.408))
    assert target.inside(18.4) and not target.inside(18.5)


def test_distance_by_hand() -> None:
    """Discrepancies 2 and -1 with weights 1 and 0.5: root of (4 + 0.5) / 1.5."""
    targets = (made_target(id="one"), made_target(id="two", weight=0.5), made_target(id="three", use="held_back"))
    predicted = pd.Series({"one": 22.0, "two": 7.0, "three": 1000.0})
    assert standardised(predicted, targets).tolist() == [2.0, -1.0, 197.6]
    assert distance(predicted, targets) == pytest.approx(math.sqrt(3.0))


def test_what_cannot_be_computed_counts_as_furthest() -> None:
    assert cut_off(pd.Series([np.nan, 50.0, -50.0, 1.0])).tolist() == [FURTHEST, FURTHEST, -FURTHEST, 1.0]


def test_distance_asks_for_a_fitted_target() -> None:
    with pytest.raises(ValueError, match="no fitted target"):
        distance(pd.Series({"made": 1.0}), (made_target(use="held_back"),))


def test_a_run_can_be_observed(targets: tuple[Target, ...]) -> None:
    made = observed_as(targets, dict.fromkeys((target.id for target in targets), 0.5))
    assert {target.observed for target in made} == {0.5}
    assert [target.sd for target in made] == [target.sd for target in targets]


# --- wrong files ------------------------------------------------------------------------------------------------------


def kinds_with(tmp_path: Path, **changes: Any) -> Path:
    """``targets.yaml`` with the first target changed."""
    data = yaml.safe_load(TARGETS_FILE.read_text(encoding="utf-8"))
    data["targets"][0] |= changes
    path = tmp_path / "targets.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"wieght": 1.0}, "did you mean 'weight'"),
        ({"use": "fitted"}, "use: .*'fit'.*found 'fitted'"),
        ({"weight": 2.0}, "weight: .*found 2.0"),
        ({"group": "birth"}, "unknown group 'birth'; did you mean 'births'"),
        ({"computation": {"kind": "rows"}}, "'rows'.*'row'"),
        ({"computation": {"kind": "row", "indicator": "tfr", "years": []}}, "years"),
        ({"computation": {"kind": "row", "indicator": "tfr", "yaers": [2020]}}, "did you mean 'years'"),
        ({"computation": {"kind": "infants", "year": 2023}}, "found fit for 2023, allowed held_back"),
        ({"id": "births_2020"}, "used twice"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, changes: dict[str, Any], named: str) -> None:
    with pytest.raises(InputError, match=f"targets.yaml.*{named}"):
        read_kinds(kinds_with(tmp_path, **changes))


def figures_with(tmp_path: Path, **changes: str) -> Path:
    """A folder of figures of one city with a single row."""
    row = {
        "id": "tfr_census_2020", "year": "2020", "observed": "1.12", "offset": "0", "sd_observed": "0.06",
        "sd_offset": "0", "geography": "somewhere", "base": "resident", "grade": "A", "source": "census of 2020",
        "reason": "under-count",
    } | changes  # fmt: skip
    (tmp_path / "somewhere").mkdir()
    with (tmp_path / "somewhere" / "births.csv").open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, list(row))
        writer.writeheader()
        writer.writerow(row)
    return tmp_path


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"observed": "about one"}, "row 2: observed: .*found 'about one'"),
        ({"grade": "E"}, "row 2: grade: .*found 'E'"),
        ({"base": "everybody"}, "row 2: base: .*found 'everybody'"),
        ({"sd_observed": "0"}, "row 2: sd_observed, sd_offset: one of them must be above 0"),
        ({"geography": "china"}, "row 2: sd_offset: found 0 for china, allowed above 0 outside somewhere"),
        ({"colour": "red"}, "columns: found .*colour.*allowed"),
    ],
)
def test_a_wrong_figure_is_named(tmp_path: Path, changes: dict[str, str], named: str) -> None:
    with pytest.raises(InputError, match=f"births.csv.*{named}"):
        read_figures("somewhere", figures_with(tmp_path, **changes))


def test_a_figure_given_twice_is_named(tmp_path: Path) -> None:
    path = figures_with(tmp_path) / "somewhere" / "births.csv"
    path.write_text(path.read_text() + path.read_text().splitlines()[1] + "\n")
    with pytest.raises(InputError, match="row 3: tfr_census_2020 is given twice"):
        read_figures("somewhere", tmp_path)


def test_a_figure_without_an_entry_is_named(tmp_path: Path) -> None:
    figures = read_figures("somewhere", figures_with(tmp_path, id="tfr_census_2021"))
    with pytest.raises(InputError, match="unknown target 'tfr_census_2021'; did you mean 'tfr_census_2020'"):
        joined(read_kinds(), figures)


def test_a_city_without_figures_is_named() -> None:
    with pytest.raises(InputError, match="unknown city with targets 'suinning'; did you mean 'suining'"):
        load_targets("suinning")
