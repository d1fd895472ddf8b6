"""The placebo of the back-tests: the same law lived to another length is no dose, so nothing may come of it.

Chance is keyed, so two arms of one law are the same city month by month until the shorter ends: whatever is counted in
the months that both live must be equal to the last event, for every outcome, every dose and every experiment shipped.
"""

from __future__ import annotations

from typing import Any, get_args

import pytest

from abm.core.parameters import Parameters
from calibration.backtests.arms import BranchCity, Record, branch_cities, run_arm
from calibration.backtests.doses import PARTS, dose_units
from calibration.backtests.files import (
    OF_EVERYBODY,
    BacktestArm,
    BackTests,
    DoseKind,
    Experiment,
    Outcome,
    Response,
    read_backtests,
)
from calibration.backtests.responses import events, response_parts
from policies.timeline import timeline_for

OUTCOMES, DOSES = get_args(Outcome), get_args(DoseKind)
SHORT, LONG = 3, 6
WINDOWS = ((0, 12), (12, 24), (12, 36), (0, 36))
PARTS_OF_THE_CITY = ("all", "women", "village", "insured", "attached", "weakly_attached")
GIVEN = {"birth_grant.order2": 60_000, "birth_grant.order3": 9_000, "fee_cap.fee": 300, "maternity_leave.days": 328}
FIELDS = {"price": "assisted_reproduction.cover"}


@pytest.fixture(scope="module")
def branch(toytown_founded: Any) -> BranchCity:
    model = toytown_founded.fork()
    model.run_until_month(model.month + 14)
    return BranchCity(model)


@pytest.fixture(scope="module")
def lives(branch: BranchCity) -> dict[tuple[str, int], Record]:
    """The law and a package of gifts, each for three years and for six."""
    cover = {"assisted_reproduction.cover": 0.5}
    packages = {"law": cover, "given": {**GIVEN, "assisted_reproduction.cover": 0.8}}
    return {
        (name, years): run_arm(branch, BacktestArm(branch="now", years=years, changes=changes), counts_carers=True)
        for name, changes in packages.items()
        for years in (SHORT, LONG)
    }


def asked(outcome: str, months: tuple[int, int], dose: str = "none", population: str = "all") -> Response:
    written = {"kind": dose, "field": FIELDS.get(dose, "")}
    return Response.model_validate(
        {"arm": "a", "against": "b", "outcome": outcome, "months": months, "dose": written, "population": population}
    )


# --- outcomes and doses -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_the_same_law_lived_longer_changes_no_outcome(
    branch: BranchCity, lives: dict[tuple[str, int], Record], outcome: str
) -> None:
    found = 0.0
    for months in WINDOWS:
        for population in PARTS_OF_THE_CITY if outcome not in OF_EVERYBODY else ("all",):
            response = asked(outcome, months, population=population)
            short, long = (events(branch, response, lives["law", years]) for years in (SHORT, LONG))
            assert short - long == 0.0, (months, population)
            found += short
    assert found > 0.0, "nothing happened: the placebo would be empty"


@pytest.mark.parametrize("dose", DOSES)
def test_how_long_either_arm_lives_changes_no_dose(
    branch: BranchCity, lives: dict[tuple[str, int], Record], dose: str
) -> None:
    """Doses of orders paid differently, so that a mean over births of other months would show."""
    for months in WINDOWS:
        response = asked("births", months, dose, "wives_20_44")
        found = [
            response_parts(branch, response, lives["given", arm], lives["law", against])
            for arm in (SHORT, LONG)
            for against in (SHORT, LONG)
        ]
        assert all(parts == found[0] for parts in found[1:]), months


@pytest.mark.parametrize("dose", [kind for kind in DOSES if kind != "none"])
def test_the_same_law_is_no_dose(branch: BranchCity, lives: dict[tuple[str, int], Record], dose: str) -> None:
    response = asked("births", (0, 36), dose, "wives_20_44")
    parts = PARTS[dose](branch, response, lives["law", SHORT], lives["law", LONG])
    assert dose_units(dose, parts) == 0.0


# --- weddings and states, counted another way -------------------------------------------------------------------------


def test_weddings_are_those_of_the_engines_counters_and_keep_their_month(branch: BranchCity) -> None:
    """Brides by first and later marriage, month by month, against what the engine counts since January."""
    record = run_arm(branch, BacktestArm(branch="now", years=LONG), counts_carers=False)
    arm = branch.model.fork(timeline=timeline_for(branch.model.catalogue, start=branch.month))
    before, lived = 0, 0

    def compare(model: Any) -> None:
        nonlocal before, lived
        brides = model.counters[0]["marriages"][:, 1].sum(axis=(0, 2))
        of_month = brides - before
        weddings = record.weddings[record.weddings["month"] == lived]
        assert [weddings["first"].sum(), (~weddings["first"]).sum()] == list(of_month), lived
        lived += 1
        before = 0 if model.month % 12 == 0 else brides

    assert branch.month % 12 == 0
    arm.run_until_month(branch.month + 12 * LONG, compare)
    assert lived == 12 * LONG and len(record.weddings) > 100
    assert record.weddings["age"].min() >= 20


def test_a_second_marriage_hides_no_first_one_and_an_arrival_is_no_wedding(branch: BranchCity) -> None:
    """What the people of the city at an arm's end say of their marriages is not what happened in it."""
    record = run_arm(branch, BacktestArm(branch="now", years=LONG), counts_carers=False)
    firsts = record.weddings[record.weddings["first"]]
    seconds = record.weddings[~record.weddings["first"]]
    assert not firsts["row"].duplicated().any()
    assert seconds["row"].isin(firsts["row"]).any(), "nobody married twice: choose a longer life"


def test_women_at_work_are_those_of_an_arm_that_ends_then(branch: BranchCity) -> None:
    kept = run_arm(branch, BacktestArm(branch="now", years=LONG), counts_carers=False).formal
    assert sorted(kept) == [12 * year for year in range(1, LONG + 1)]
    for years in (1, SHORT):
        ended = run_arm(branch, BacktestArm(branch="now", years=years), counts_carers=False)
        assert ended.formal[12 * years] == kept[12 * years] > 0


# --- every experiment shipped -----------------------------------------------------------------------------------------


def under_the_law(arm: BacktestArm) -> BacktestArm:
    """An arm as long as this one in which nothing is changed."""
    return BacktestArm(branch=arm.branch, years=arm.years, hold=arm.hold, complete_cohorts=arm.complete_cohorts)


@pytest.fixture(scope="module")
def shipped(catalogue: Any) -> BackTests:
    return read_backtests(catalogue.evidence)


@pytest.fixture(scope="module")
def placebos(shipped: BackTests, toytown: Any, toytown_founded: Any) -> tuple[dict[str, BranchCity], dict[str, Record]]:
    """Toytown at the shipped branches, and every shipped arm without what it changes."""
    branches = branch_cities(toytown, shipped, shipped.branches, 1.0, 1, Parameters.load())
    lived: dict[str, Record] = {}
    for arm in map(under_the_law, shipped.arms.values()):
        key = arm.model_dump_json()
        lived[key] = lived.get(key) or run_arm(branches[arm.branch], arm, counts_carers=True)
    records = {name: lived[under_the_law(arm).model_dump_json()] for name, arm in shipped.arms.items()}
    return branches, records


def test_no_shipped_experiment_finds_anything_in_the_law_alone(
    shipped: BackTests, placebos: tuple[dict[str, BranchCity], dict[str, Record]]
) -> None:
    branches, records = placebos
    different = 0
    for experiment, response in pairs(shipped):
        branch = branches[shipped.arms[response.arm].branch]
        arm, against = (events(branch, response, records[name]) for name in (response.arm, response.against))
        assert arm - against == 0.0, experiment.id
        different += shipped.arms[response.arm].years != shipped.arms[response.against].years
    assert different > 20, "arms of other lengths are what is tried"


def pairs(tests: BackTests) -> list[tuple[Experiment, Response]]:
    return [(experiment, response) for experiment in tests.experiments for response in experiment.responses]
