"""What costs nothing in the model stands in no package, design or search as if money bought it, and is marked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.context.design_card import design_card
from experiments.run.run_table import design_table
from experiments.study.equal_cost_bounds import COLUMNS
from experiments.study.study import read_study
from policies.catalogue import Catalogue, load_catalogue
from policies.errors import InputError
from policies.packages import load_package, package_changes, package_names
from results.trust.open_order import FREE

Write = Callable[..., Path]
CONFIGS = Path(__file__).parents[3] / "experiments" / "configs"
STUDIES = sorted((*CONFIGS.glob("sobol/*.yaml"), *CONFIGS.glob("sweep/*.yaml")))
REACH = "nursery_places.street_share_added"
GRANT, CAMPAIGN = {"fields": ["birth_grant.order1"], "to": 30000}, {"fields": ["campaign.ideal_added"], "to": 0.1}
VOUCHER = {"fields": ["childcare_voucher.amount"], "to": 1000}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def said_to_cost_nothing(catalogue: Catalogue) -> set[str]:
    return {name for name, parameter in catalogue.fields.items() if parameter.costs == "nothing"}


def free_changes(name: str, catalogue: Catalogue) -> set[str]:
    """Fields of a package that cost nothing in the model."""
    changes = package_changes(load_package(name, catalogue), catalogue)
    return {change.field for change in changes if catalogue.is_free(change.field)}


def test_reach_and_measures_without_a_payer_are_free_and_paid_parameters_are_not(catalogue: Catalogue) -> None:
    assert all(catalogue.is_free(name) for name in (REACH, "campaign.ideal_added", "loan_ceiling.raise_order2"))
    paid = ("nursery_places.added_per_1000", "birth_grant.order1", "leave_cost_sharing.rate", "paternity_leave.days")
    assert not any(catalogue.is_free(name) for name in paid)
    with pytest.raises(InputError, match="did you mean 'nursery_places.street_share_added'"):
        catalogue.is_free("nursery_places.street_share_aded")


def test_what_reports_mark_is_what_the_lever_files_say(catalogue: Catalogue) -> None:
    assert said_to_cost_nothing(catalogue) == set(FREE)


def test_no_package_of_the_equal_cost_study_holds_what_nobody_pays_for(catalogue: Catalogue) -> None:
    study = read_study(CONFIGS / "scenario" / "equal_cost.yaml")
    packages = {str(arm.package) for arm in study.arms.values()}
    assert packages == {"all-cash", "all-childcare", "all-housing"}
    assert {name: free_changes(name, catalogue) for name in packages} == dict.fromkeys(packages, set())
    changed = {change.field for timeline in study.timelines.values() for change in timeline.changes}
    assert not [name for name in changed if catalogue.is_free(name)]


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_no_design_at_equal_cost_varies_what_nobody_pays_for(path: Path, catalogue: Catalogue) -> None:
    study = read_study(path)
    if getattr(study.config, "bounds", "plausible") == "plausible":
        return
    assert [factor.free_fields(catalogue) for factor in study.design.factors] == [()] * len(study.design.factors)


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("optimise/*.yaml")), ids=lambda path: path.stem)
def test_no_search_is_shipped_that_buys_what_nobody_pays_for(path: Path, catalogue: Catalogue) -> None:
    design = read_study(path).design
    assert not any(factor.free_fields(catalogue) for factor in design.factors)


def test_a_package_that_takes_something_for_free_says_so_in_both_languages(catalogue: Catalogue) -> None:
    with_reach = [name for name in package_names() if free_changes(name, catalogue) & said_to_cost_nothing(catalogue)]
    assert {"suining-plan", "voucher-only", "example-voucher-housing-leave"} <= set(with_reach)
    for name in with_reach:
        left_out = load_package(name, catalogue).leaves_out
        assert any("added share of streets served for free" in text.en for text in left_out), name
        assert any("新增街道覆盖率不计成本" in text.zh for text in left_out), name


def bounds(folder: Path, fields: list[str]) -> str:
    """A table of bounds at a quarter of each field's range; its name for a config."""
    known = load_catalogue().fields
    rows = [
        dict.fromkeys(COLUMNS, "") | {"city": "toytown", "field": name, "equal_cost_to": f"{known[name].high / 4:g}"}
        for name in fields
    ]
    pd.DataFrame(rows, columns=COLUMNS).to_csv(folder / "bounds.csv", index=False)
    return "bounds.csv"


@pytest.mark.parametrize("bounds_asked", ["equal_cost", "both"])
def test_a_free_field_among_paid_ones_is_refused_at_equal_cost(
    write_study: Write, tmp_path: Path, bounds_asked: str
) -> None:
    table = bounds(tmp_path, ["birth_grant.order1", "nursery_places.added_per_1000", REACH])
    places = {"fields": ["nursery_places.added_per_1000", REACH]}
    config = write_study(factors={"grant": GRANT, "places": places}, bounds=bounds_asked, equal_cost_table=table)
    with pytest.raises(InputError, match=f"factors.places: {REACH}: costs nothing in the model"):
        read_study(config)


def test_equal_cost_alone_refuses_a_measure_that_nobody_pays_for(write_study: Write, tmp_path: Path) -> None:
    table = bounds(tmp_path, ["birth_grant.order1", "campaign.ideal_added"])
    config = write_study(factors={"grant": GRANT, "campaign": CAMPAIGN}, bounds="equal_cost", equal_cost_table=table)
    with pytest.raises(InputError, match="factors.campaign: campaign.ideal_added: costs nothing in the model"):
        read_study(config)
    both = write_study(
        factors={"matchmaking": {"fields": ["matchmaking.strength"]}, "campaign": CAMPAIGN}, bounds="both",
        equal_cost_table=table,
    )  # fmt: skip
    with pytest.raises(InputError, match="bounds: no factor costs anything in the model"):
        read_study(both)


def test_both_bounds_leave_it_to_the_design_at_plausible_doses(write_study: Write, tmp_path: Path) -> None:
    table = bounds(tmp_path, ["birth_grant.order1", "childcare_voucher.amount"])
    factors = {"campaign": CAMPAIGN, "grant": GRANT, "voucher": VOUCHER}
    study = read_study(write_study(factors=factors, bounds="both", equal_cost_table=table))
    assert [factor.name for factor in study.design.factors] == ["grant", "voucher"]
    assert [factor.name for factor in study.design.plausible_factors] == ["campaign", "grant", "voucher"]
    design = design_table(study)
    own, second = (design[(design["role"] == role) & (design["seed"] == 1)] for role in ("sample", "sample-plausible"))
    assert (len(own), len(second)) == (4 * (2 + 2), 4 * (3 + 2))
    assert own["dose:campaign"].isna().all() and (own["campaign.ideal_added"] == 0).all()
    np.testing.assert_allclose(second["campaign.ideal_added"], 0.1 * second["dose:campaign"])
    np.testing.assert_allclose(second["birth_grant.order1"], 30_000 * second["dose:grant"])
    law = study.timelines["campaign-high-plausible"].at(study.end_month)
    assert law["campaign.ideal_added"] == 0.1 and "campaign-high" not in study.timelines
    card = design_card(study)
    assert card["problem"]["names"] == ["grant", "voucher"]
    assert card["problem_plausible"]["names"] == ["campaign", "grant", "voucher"]
    assert [factor["free"] for factor in card["factors_plausible"]] == [True, False, False]


def test_behavioural_numbers_keep_their_draws_where_the_designs_differ(write_study: Write, tmp_path: Path) -> None:
    table = bounds(tmp_path, ["birth_grant.order1"])
    factors = {"grant": GRANT, "campaign": CAMPAIGN, "rho": {"parameter": "present_weight_rho"}}
    config = write_study(factors=factors, bounds="both", equal_cost_table=table, method="morris")
    study = read_study(config)
    span = study.design.plausible_factors[2].spans[0]
    for row in study.design.rows:
        names = study.design.dose_names(row)
        dose = row.doses[names.index("rho")]
        changes = study.design.draw_changes[row.draws[0]]
        if row.role != "baseline" and dose == dose:
            assert changes == {"present_weight_rho": float(span.at(dose))}
    assert set(study.design.rows[0].draws) == set(range(study.draws)), "today's law on every draw"
