"""Packages: all of ours resolve; headers, includes, frozen law; wrong files are refused."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from policies.catalogue import Catalogue
from policies.clock import month_index
from policies.errors import InputError
from policies.packages import load_package, package_changes, package_names
from policies.timeline import current_law, timeline_for

HEADER: dict[str, Any] = {
    "label": {"en": "Mine", "zh": "我的方案"},
    "summary": {"en": "Mine", "zh": "我的方案"},
    "proposer": {"en": "A test", "zh": "测试"},
    "status": "example",
    "leaves_out": [{"en": "Everything else", "zh": "其他"}],
}


def write(folder: Path, name: str = "mine", **content: Any) -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump({"name": name, **HEADER, **content}, allow_unicode=True), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", package_names())
def test_every_package_resolves_and_changes_something(catalogue: Catalogue, name: str) -> None:
    package = load_package(name, catalogue)
    timeline = timeline_for(catalogue, name, start="2026-01")
    assert timeline.name == name
    assert package.leaves_out
    assert bool(timeline.changed_fields(current_law(catalogue))) == (name != "current-law")


def test_the_example_is_its_three_parts(catalogue: Catalogue) -> None:
    whole = package_changes(load_package("example-voucher-housing-leave", catalogue), catalogue)
    parts = [
        change
        for name in ("voucher-only", "housing-only", "leave-only")
        for change in package_changes(load_package(name, catalogue), catalogue)
    ]
    assert list(whole) == parts
    values = timeline_for(catalogue, "example-voucher-housing-leave").at(month_index("2030-01"))
    assert values["childcare_voucher.amount"] == 800
    assert values["loan_ceiling.raise_order3"] == 0.5
    assert values["leave_cost_sharing.rate"] == 0.5


def test_the_package_announcement_is_known_ahead(catalogue: Catalogue) -> None:
    timeline = timeline_for(catalogue, "voucher-only")
    then = month_index("2027-01")
    assert timeline.expected(month_index("2026-06"), then)["childcare_voucher.amount"] == 0
    assert timeline.expected(month_index("2026-07"), then)["childcare_voucher.amount"] == 800


def test_frozen_law_from_the_beginning_and_from_a_start(catalogue: Catalogue) -> None:
    always = timeline_for(catalogue, "no-policy-2015")
    old = current_law(catalogue).at(month_index("2015-12"))
    assert always.at(month_index("2030-01")) == old
    assert always.expected(month_index("2015-12"), month_index("2016-06"))["birth_limit.allowed"] == 1
    later = timeline_for(catalogue, "no-policy-2015", start="2026-01")
    assert later.at(month_index("2025-12")) == current_law(catalogue).at(month_index("2025-12"))
    assert later.at(month_index("2026-01")) == old


@pytest.mark.parametrize("family", ["cash", "childcare", "housing"])
def test_the_three_equal_cost_packages_keep_to_one_family(catalogue: Catalogue, family: str) -> None:
    changes = package_changes(load_package(f"all-{family}", catalogue), catalogue)
    assert {catalogue.lever(change.field.partition(".")[0]).family for change in changes} == {family}


def test_the_national_allowance_alone_differs_from_the_law_of_2024_in_nothing_else(catalogue: Catalogue) -> None:
    alone = timeline_for(catalogue, "national-allowance-2025")
    changed = alone.changed_fields(timeline_for(catalogue, "law-2024"))
    assert changed == tuple(f"child_allowance.order{order}" for order in (1, 2, 3))
    assert alone.at(month_index("2030-01"))["child_allowance.order1"] == 3600
    assert alone.at(month_index("2030-01"))["maternity_leave.days"] == 158


def test_other_cities_measures_lie_on_top_of_the_national_allowance_and_end_when_theirs_did(
    catalogue: Catalogue,
) -> None:
    tianmen, panzhihua = (timeline_for(catalogue, name) for name in ("tianmen-2024", "panzhihua-2021"))
    months = ("2024-03", "2024-04", "2026-01", "2027-05", "2027-06")
    second = [tianmen.at(month_index(month))["child_allowance.order2"] for month in months]
    assert second == [0, 9600, 13200, 13200, 3600]
    assert [panzhihua.at(month_index(m))["child_allowance.order2"] for m in ("2021-07", "2021-08")] == [0, 6000]
    assert panzhihua.at(month_index("2026-01"))["child_allowance.order1"] == 3600


def test_every_dose_of_the_plan_is_above_the_law_it_is_laid_over(catalogue: Catalogue) -> None:
    """The fee cap aside, where lower is stronger and 0 is none."""
    changes = package_changes(load_package("suining-plan", catalogue), catalogue)
    law = current_law(catalogue)
    assert all(change.value > law.at(change.from_month)[change.field] for change in changes)


def test_a_package_of_ones_own(catalogue: Catalogue, tmp_path: Path) -> None:
    changes = {"birth_grant.order2": [{"from": "2027-01", "value": 10000, "reference": "council paper"}]}
    path = write(tmp_path, includes=["leave-only"], changes=changes)
    values = timeline_for(catalogue, path).at(month_index("2027-01"))
    assert (values["birth_grant.order2"], values["leave_cost_sharing.rate"]) == (10000, 0.5)
    assert timeline_for(catalogue, str(path)) == timeline_for(catalogue, path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"chnages": {}}, r"unknown key 'chnages' \(did you mean 'changes'\?\)"),
        ({"changes": {"birth_grant.order4": 5}}, "did you mean 'birth_grant.order"),
        ({"changes": {"birth_grant.order2": 5}}, "birth_grant.order2: give a reference, or say assumed: true"),
        ({"includes": ["leave-onyl"]}, "includes: unknown package 'leave-onyl'; did you mean 'leave-only'"),
        ({"includes": ["no-policy-2015"]}, "name only plain packages"),
        ({"status": "law"}, "status: Input should be 'in force'"),
        ({"leaves_out": []}, "leaves_out: .*at least 1 item"),
        ({"law_of": "long ago"}, "law_of: 'long ago' is not a date"),
        ({"name": "other"}, "name: found 'other'; allowed: the file's own name, 'mine'"),
    ],
)
def test_wrong_packages_are_refused(
    catalogue: Catalogue, tmp_path: Path, content: dict[str, Any], message: str
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump({"name": "mine", **HEADER, **content}, allow_unicode=True), encoding="utf-8")
    with pytest.raises(InputError, match=message):
        load_package(path, catalogue)


def test_an_unknown_package_is_answered_with_the_nearest(catalogue: Catalogue) -> None:
    with pytest.raises(InputError, match="did you mean 'voucher-only'"):
        timeline_for(catalogue, "voucher")
