"""Refused when a config is checked, not when it runs: numbers that are none, years outside, fields set twice."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from abm.city.loading import load_city
from experiments.study.study import read_study
from experiments.study.years import first_december, last_full_year, years_told
from policies.clock import month_index
from policies.errors import InputError

Write = Callable[..., Path]
ALONE = {
    "voucher": {"changes": {"childcare_voucher.amount": {"2027-01": 800}}},
    "grant": {"changes": {"birth_grant.order1": {"2027-01": 5000}}},
}


@pytest.fixture(scope="module", autouse=True)
def _cities_read_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("experiments.study.study.load_city", functools.cache(load_city))
        yield


def said(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_study(path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"own_weight": float("nan")}, "own_weight: found nan; allowed: a number"),
        ({"own_weight": float("inf")}, "own_weight: found inf; allowed: a number"),
        ({"own_weight": True}, "own_weight: found True; allowed: a number"),
        ({"own_weight": "0.5"}, "own_weight: found '0.5'; allowed: a number; write 0.5"),
        ({"own_weight": {"value": 0.5}}, "own_weight: found {'value': 0.5}; allowed: a number"),
        ({"own_weight": [0.5]}, "own_weight: found [0.5]; allowed: a number"),
        ({"marriage_drift": [1.0, 1.0]}, "marriage_drift: found [1.0, 1.0]; allowed: a list of 6 numbers"),
        ({"marriage_drift": 1.0}, "marriage_drift: found 1.0; allowed: a list of 6 numbers"),
        ({"marriage_drift": [1.0] * 5 + [float("nan")]}, "marriage_drift[5]: found nan; allowed: a number"),
        ({"self": 1.0}, "unknown parameter 'self'"),
        ([1.0], "expected names and numbers, found [1.0]"),
    ],
)
def test_parameter_changes_are_numbers_of_the_shape_that_ships(
    write_config: Write, changes: Any, expected: str
) -> None:
    if isinstance(changes, dict):
        assert expected in said(write_config(parameter_changes=changes))
    else:
        assert "parameter_changes" in said(write_config(parameter_changes=changes))


@pytest.mark.parametrize("key", ["seeds", "scale"])
def test_true_is_no_number(write_config: Write, key: str) -> None:
    assert f"{key}: Input should be a valid" in said(write_config(**{key: True}))


def test_what_a_number_with_a_unit_means_is_said(write_config: Write) -> None:
    assert "found '60%'; write 0.6" in said(write_config(scale="60%"))
    changes = {"voucher": {"changes": {"childcare_voucher.amount": "800元"}}}
    assert "found '800元'; write 800" in said(write_config(scenarios=changes))


def test_two_values_from_one_month_are_refused(write_config: Write) -> None:
    amount: dict[str, Any] = {"2027-01": 800, "2027-01-10": 900}
    assert "two values from 2027-01: 800 and 900" in said(
        write_config(scenarios={"a": {"changes": {"childcare_voucher.amount": amount}}})
    )
    # A year of another amount inside of one that goes on is meant.
    amount = {"2027-01": 800, "2027-01-10": {"value": 900, "to": "2027-12"}}
    read_study(write_config(scenarios={"a": {"changes": {"childcare_voucher.amount": amount}}}))


def test_the_years_of_a_run() -> None:
    assert first_december(month_index("2026-01")) == first_december(month_index("2026-12")) == month_index("2026-12")
    assert last_full_year(month_index("2030-12")) == 2030 and last_full_year(month_index("2030-11")) == 2029
    assert list(years_told(month_index("2026-07"), month_index("2029-06"))) == [2026, 2027, 2028]


@pytest.mark.parametrize("kind", ["sweep", "sobol", "forecast", "optimise"])
def test_every_kind_lives_a_year_to_its_end(write_study: Write, write_config: Write, kind: str) -> None:
    own: dict[str, Any] = {"kind": kind}
    if kind != "sobol":
        own |= {"samples": None, "replicate_seeds": None, "replicate_rows": None}
    more: dict[str, dict[str, Any]] = {
        "sweep": {"method": "grid"},
        "forecast": {"factors": None},
        "optimise": {"budget": 1e8},
    }
    own |= more.get(kind, {})
    assert "end: found 2026-11; allowed 2026-12 or later" in said(write_study(**own, end="2026-11"))
    assert "end: found 2026-11; allowed 2026-12 or later" in said(write_config(end="2026-11"))
    read_study(write_study(**own, end="2026-12"))


def test_years_asked_for_are_years_of_the_run(write_study: Write) -> None:
    common = {"samples": None, "replicate_seeds": None, "replicate_rows": None, "end": "2030-06"}
    for year in (2025, 2030):
        target = {"tfr": 1.5, "year": year}
        message = said(write_study(**common, kind="optimise", target=target))
        assert f"target.year: found {year}; allowed 2026 to 2029" in message
    forecast = common | {"kind": "forecast", "factors": None}
    assert "report_years: found 2050; allowed 2026 to 2029" in said(write_study(**forecast, report_years=[2027, 2050]))
    assert read_study(write_study(**forecast)).config.years_asked() == [("report_years", 2029)], (
        "the usual ones are not reached"
    )
    assert read_study(write_study(**forecast | {"end": "2040-12"})).config.years_asked() == [("report_years", 2035)]


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({"birth_grant.order1": 5000}, "with: birth_grant.order1: varies in factors.grant"),
        ({"rent_subsidy.order1": 500}, "with: rent_subsidy.order1: varies in factors.rent"),
        ({"nursery_places.added_per_1000": 6}, "found 6, but factors.voucher sets 5"),
        ({"nursery_places.added_per_1000": 5}, None),
    ],
)
@pytest.mark.parametrize("kind", ["sobol", "morris", "sweep", "optimise"])
def test_a_field_is_set_by_one_factor(
    write_study: Write, kind: str, other: dict[str, int], expected: str | None
) -> None:
    factors = {
        "voucher": {"fields": ["childcare_voucher.amount"], "with": {"nursery_places.added_per_1000": 5}},
        "grant": {"fields": ["birth_grant.order1"], "to": 30000},
        "rent": {"fields": ["rent_subsidy.order1"], "with": other},
    }
    gone = {"samples": None, "replicate_seeds": None, "replicate_rows": None}
    kinds: dict[str, dict[str, Any]] = {
        "sobol": {}, "morris": {"method": "morris"}, "sweep": {**gone, "kind": "sweep", "method": "lhs"},
        "optimise": {**gone, "kind": "optimise", "budget": 1e8},
    }  # fmt: skip
    for order in (factors, dict(reversed(factors.items()))):
        path = write_study(**kinds[kind], factors=order)
        if expected is None:
            read_study(path)
        elif "but factors" in expected:
            assert "a field is set to one value" in said(path)
        else:
            assert expected in said(path)


def test_together_holds_the_changes_of_both_and_no_others(write_config: Write) -> None:
    def of(changes: dict[str, Any], alone: tuple[str, str] = ("voucher", "grant")) -> Path:
        pair = {"alone": list(alone), "together": "both"}
        return write_config(scenarios={**ALONE, "both": {"changes": changes}}, interactions=[pair])

    both = ALONE["voucher"]["changes"] | ALONE["grant"]["changes"]
    read_study(of(both))
    assert "birth_grant.order1: not as in grant" in said(of(ALONE["voucher"]["changes"]))
    assert "childcare_voucher.amount: not as in voucher" in said(
        of(both | {"childcare_voucher.amount": {"2027-01": 700}})
    )
    assert "rent_subsidy.order1: changes in neither" in said(of(both | {"rent_subsidy.order1": {"2027-01": 500}}))
    assert "the same scenario twice" in said(of(both, ("voucher", "voucher")))


def test_names_are_names_of_files(write_config: Write, tmp_path: Path) -> None:
    assert "at most 60 letters" in said(write_config(scenarios={"n" * 300: ALONE["grant"]}))
    assert "at most 60 letters" in said(write_config(scenarios={"../up": ALONE["grant"]}))
    assert "title.en: String should have at most 300 characters" in said(write_config(title="x" * 100_000))
    long = tmp_path / f"{'x' * 200}.yaml"
    long.write_bytes(write_config().read_bytes())
    assert "too long for that of a run folder" in said(long)
