"""Money: every yuan received is paid, by the payers of the lever file, and what moves a decision is paid out too."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from abm.core.levers import LEDGER_LEVERS
from abm.core.population import PRIVATE, RENTS, RESIDENT
from abm.model import FamilyModel
from abm.money import law_row
from abm.money.payments import order_of_child
from abm.money.rules import (
    birth_grant_yuan,
    child_allowance_yuan_month,
    deposit_share,
    loan_ceiling_yuan,
    maternity_leave_days,
    maternity_leave_employer_days,
    purchase_subsidy_yuan,
    rent_subsidy_yuan_month,
    voucher_yuan_month,
)
from policies.catalogue import PAYERS
from policies.clock import month_index
from policies.timeline import timeline_for
from tests.abm.conftest import START
from tests.policies.case_files import all_acts


def money(model: FamilyModel) -> tuple[dict[str, float], dict[str, float]]:
    """(paid, received) since January by lever, yuan."""
    counters = model.counters[0]
    paid = counters["ledger"].sum(axis=(1, 2, 3, 4))
    return (
        dict(zip(LEDGER_LEVERS, paid.tolist(), strict=True)),
        dict(zip(LEDGER_LEVERS, counters["received"].tolist(), strict=True)),
    )


def year_under(model: FamilyModel, catalogue: Any, **law: Any) -> FamilyModel:
    """A fork that has lived the eleven months from January 2027 under a package or changes."""
    fork = model.fork(timeline=timeline_for(catalogue, law.get("package"), law.get("changes"), start=START))
    fork.run_until_month(START + 11)
    return fork


def test_the_ledger_names_the_levers_that_move_money(catalogue: Any) -> None:
    """Cost sharing moves money that the leave levers book, so it has no line of its own."""
    paying = {name for name, lever in catalogue.levers.items() if lever.payers}
    assert set(LEDGER_LEVERS) == paying - {"leave_cost_sharing"}


def test_every_yuan_received_is_paid(before_package: FamilyModel, catalogue: Any) -> None:
    model = year_under(before_package, catalogue, package="example-voucher-housing-leave")
    paid, received = money(model)
    for lever in LEDGER_LEVERS:
        assert paid[lever] == pytest.approx(received[lever], rel=1e-9, abs=1e-6)
    assert paid["childcare_voucher"] > 0 and paid["child_allowance"] > 0 and paid["maternity_leave"] > 0
    ledger = model.counters[0]["ledger"]
    n = len(model.city.counties)
    assert not ledger[:, :, n:].any()
    assert np.all(ledger >= 0.0)


def test_the_allowance_paid_is_what_the_children_present_are_due(before_package: FamilyModel, catalogue: Any) -> None:
    """Counted from the rows round each month, without the ledger; those born before the allowance began are paid for
    the month of their third birthday too."""
    model = before_package.fork(timeline=timeline_for(catalogue, start=START))
    begins = month_index("2025-01")
    due, birthdays = 0.0, 0
    for _ in range(3):
        before = model.population.persons[: model.population.n]
        listed = np.flatnonzero((model.month - before["birth_month"].astype(int) == 36) & (before["care"] >= 0))
        model.step()
        persons = model.population.persons[: model.population.n]
        age = model.month - 1 - persons["birth_month"].astype(int)
        entitled = (persons["status"] == RESIDENT) & (age >= 0) & (age < 36) & (persons["care"] >= 0)
        third = (persons["status"][listed] == RESIDENT) & (persons["birth_month"][listed] < begins)
        due += 3_600.0 / 12.0 * (entitled.sum() + third.sum())
        birthdays += int(third.sum())
    assert birthdays > 0
    assert money(model)[0]["child_allowance"] == pytest.approx(due)


def test_payers_are_those_of_the_lever_file(before_package: FamilyModel, catalogue: Any) -> None:
    model = year_under(before_package, catalogue, package="voucher-only")
    by_payer = model.counters[0]["ledger"].sum(axis=(2, 3, 4))
    for lever, part in (("child_allowance", "benefit"), ("childcare_voucher", "benefit")):
        paid = by_payer[LEDGER_LEVERS.index(lever)]
        shares = catalogue.lever(lever).payer_shares(part)
        assert np.allclose(paid / paid.sum(), [shares.get(payer, 0.0) for payer in PAYERS])


STRONG = {lever: acts.paid_at for lever, acts in all_acts().items() if acts.paid_at}
"""A dose of each lever that moves money at which a year's ledger cannot be empty."""


def test_every_lever_that_moves_money_has_a_strong_dose() -> None:
    assert set(STRONG) == set(LEDGER_LEVERS)
    assert all(field.startswith(f"{lever}.") for lever, fields in STRONG.items() for field in fields)


@pytest.fixture(scope="module")
def strongly_paid(before_package: FamilyModel, catalogue: Any) -> FamilyModel:
    """Every lever at once at a strong dose."""
    changes = {field: value for fields in STRONG.values() for field, value in fields.items()}
    return year_under(before_package, catalogue, changes=changes)


@pytest.mark.parametrize("lever", LEDGER_LEVERS)
def test_what_counts_in_a_decision_is_also_paid(strongly_paid: FamilyModel, lever: str) -> None:
    paid, received = money(strongly_paid)
    assert paid[lever] > 0.0, f"{lever} moves decisions and costs nothing"
    assert paid[lever] == pytest.approx(received[lever])


def test_building_grants_are_paid_once_for_places_opened_in_january(
    before_package: FamilyModel, catalogue: Any
) -> None:
    changes = {"nursery_places.added_per_1000": 3.0, "nursery_places.capital_grant": 10_000.0}
    model = year_under(before_package, catalogue, changes=changes)
    expected = 3.0 * before_package.residents / 1000.0 * 10_000.0
    assert money(model)[0]["nursery_places"] == pytest.approx(expected, rel=0.02)


def test_cover_of_flexible_workers_is_paid(before_package: FamilyModel, catalogue: Any) -> None:
    plain = year_under(before_package, catalogue)
    covered = year_under(before_package, catalogue, changes={"maternity_leave.flexible_coverage": 1.0})
    assert money(covered)[0]["maternity_leave"] > 1.1 * money(plain)[0]["maternity_leave"]


def test_an_allowance_to_school_age_is_paid_to_school_age(before_package: FamilyModel, catalogue: Any) -> None:
    plain = year_under(before_package, catalogue)
    longer = year_under(before_package, catalogue, changes={"child_allowance.max_age_months": 72})
    assert money(longer)[0]["child_allowance"] > 1.5 * money(plain)[0]["child_allowance"]


def test_an_allowance_to_school_age_misses_no_child_and_no_month(before_package: FamilyModel, catalogue: Any) -> None:
    """January books the months of the year at ages three and more, so a third birthday in June leaves no gap."""
    changes = {f"child_allowance.order{order}": 3_600.0 for order in (1, 2, 3)}
    model = before_package.fork(
        timeline=timeline_for(catalogue, changes={**changes, "child_allowance.max_age_months": 72}, start=START)
    )
    model.month = START + 12
    model._january(first=False)
    persons = model.population.persons[: model.population.n]
    age = START + 12 - persons["birth_month"].astype(int)
    months = np.array([((age + ahead >= 36) & (age + ahead < 72) & (age >= 0)) for ahead in range(12)]).sum(axis=0)
    due = 300.0 * months[persons["status"] == RESIDENT].sum()
    assert due > 0
    assert money(model)[0]["child_allowance"] == pytest.approx(due)


def test_rent_subsidies_of_the_year_are_booked_in_january(before_package: FamilyModel, catalogue: Any) -> None:
    """Every renting family with children under 18, counted from the rows, until the youngest is 18; no more later."""
    changes = {"rent_subsidy.order1": 100.0, "rent_subsidy.order2": 200.0, "rent_subsidy.order3": 300.0}
    model = before_package.fork(timeline=timeline_for(catalogue, changes=changes, start=START))
    model.step()
    paid = money(model)[0]["rent_subsidy"]
    homes = before_package.fork(timeline=model.timeline)
    homes._january(first=False)
    households = homes.population.households[: homes.population.n_households]
    entitled = (households["size"] > 0) & (households["tenure"] == RENTS)
    persons = homes.population.persons[: homes.population.n]
    young = (persons["status"] == RESIDENT) & (homes.month - persons["birth_month"].astype(int) < 216)
    children = np.bincount(persons["household"][young], minlength=len(households))
    youngest = np.full(len(households), 1000)
    np.minimum.at(youngest, persons["household"][young], homes.month - persons["birth_month"].astype(int)[young])
    months = np.clip(216 - youngest, 0, 12)
    due = 100.0 * (months * np.minimum(children, 3))[entitled].sum()
    assert paid == pytest.approx(due) and due > 0
    model.run_until_month(START + 6)
    assert money(model)[0]["rent_subsidy"] == pytest.approx(paid)


# --- leave pay -------------------------------------------------------------------------------------------------------


def test_cost_sharing_moves_pay_from_employers_to_the_city(before_package: FamilyModel, catalogue: Any) -> None:
    """The same leave is paid; half of what employers owed comes from the city. What employers do not owe stays with the
    fund for maternity leave and with the city for other leave."""
    levers = ("maternity_leave", "paternity_leave", "parental_leave", "marriage_leave", "nursing_leave")
    owed = {f"{lever}.employer_share": 0.6 for lever in levers}
    plain, shared = (
        year_under(before_package, catalogue, changes={**owed, "leave_cost_sharing.rate": rate}).counters[0]["ledger"]
        for rate in (0.0, 0.5)
    )
    for lever in levers:
        by_payer = [ledger[LEDGER_LEVERS.index(lever)].sum(axis=(1, 2, 3)) for ledger in (plain, shared)]
        before, after = (dict(zip(PAYERS, paid, strict=True)) for paid in by_payer)
        assert before["employer"] > 0.0, lever
        assert after["employer"] == pytest.approx(0.5 * before["employer"], rel=0.02), lever
        assert after["insurance_fund"] == pytest.approx(before["insurance_fund"], rel=0.02), lever
        if lever == "maternity_leave":
            assert before["city"] == 0.0 < before["insurance_fund"]
            assert after["city"] == pytest.approx(after["employer"], rel=1e-9)
        else:
            assert before["insurance_fund"] == 0.0, lever
            assert before["city"] == pytest.approx(0.4 / 0.6 * before["employer"], rel=1e-9), lever
            assert after["city"] == pytest.approx((0.4 + 0.3) / 0.3 * after["employer"], rel=1e-9), lever


@pytest.mark.parametrize("insured", [True, False])
def test_maternity_pay_that_employers_need_not_bear_falls_on_the_fund_if_she_is_insured(
    before_package: FamilyModel, catalogue: Any, insured: bool
) -> None:
    """Employers bear no share by law, but all of it where they have not insured her."""
    changes = {"maternity_leave.employer_share": 0.0, "leave_cost_sharing.rate": 0.0}
    model = before_package.fork(timeline=timeline_for(catalogue, changes=changes, start=START))
    persons = model.population.persons
    persons["insured"][persons["work"] >= PRIVATE] = insured
    model.pars = model.pars.copy()
    model.pars["insured_private_share"] = float(insured)
    model.run_until_month(START + 6)
    paid = model.counters[0]["ledger"][LEDGER_LEVERS.index("maternity_leave")].sum(axis=(1, 2, 3))
    payer, other = ("insurance_fund", "employer") if insured else ("employer", "insurance_fund")
    assert paid[PAYERS.index(payer)] > 0.0
    by_other = paid[PAYERS.index(other)]
    # who takes up public work in these months is insured at once
    assert by_other == 0.0 if insured else by_other < 0.1 * paid.sum()
    assert paid[PAYERS.index(payer)] + by_other == pytest.approx(paid.sum())


def test_twins_share_one_leave(before_package: FamilyModel, catalogue: Any) -> None:
    """All who deliver within half a year bear twins: twice the children, but not twice the leave."""
    found = []
    for share in (0.0, 1.0):
        model = before_package.fork(timeline=timeline_for(catalogue, start=START))
        model.pars = model.pars.copy()
        model.pars["twin_share"] = share
        model.run_until_month(START + 6)
        log = model.births_log()
        found.append((money(model)[0], int((log["month"] >= START).sum())))
    (one, births), (two, twice) = found
    assert twice == 2 * births > 40
    for lever in ("maternity_leave", "paternity_leave"):
        assert 0.0 < two[lever] < 1.2 * one[lever], lever


# --- the rules themselves --------------------------------------------------------------------------------------------


def law_of(catalogue: Any, **values: float) -> np.ndarray:
    """The law of January 2027 with some values changed, as one row."""
    row = law_row.law_row(timeline_for(catalogue), catalogue, START).copy()
    for name, value in values.items():
        row[name] = value
    return row


def test_amounts_by_order(catalogue: Any) -> None:
    law = law_of(catalogue, birth_grant__order1=1, birth_grant__order2=2, birth_grant__order3=3)
    assert [birth_grant_yuan(law, order) for order in (1, 2, 3, 4, 5)] == [1, 2, 3, 3, 3]
    rent = law_of(catalogue, rent_subsidy__order1=1, rent_subsidy__order2=2, rent_subsidy__order3=3)
    assert [rent_subsidy_yuan_month(rent, n) for n in (0, 1, 2, 3, 4)] == [0, 1, 2, 3, 3]
    home = law_of(catalogue, purchase_subsidy__order1=1, purchase_subsidy__order2=2, purchase_subsidy__order3=3)
    assert [purchase_subsidy_yuan(home, n) for n in (0, 1, 2, 3, 4)] == [0, 1, 2, 3, 3]


def test_allowance_ends_at_its_age(catalogue: Any) -> None:
    law = law_of(catalogue)
    assert [child_allowance_yuan_month(law, 2, age) for age in (-1, 0, 35, 36)] == [0.0, 300.0, 300.0, 0.0]


def test_voucher_by_age_order_and_income(catalogue: Any) -> None:
    law = law_of(
        catalogue, childcare_voucher__amount=800, childcare_voucher__min_age_months=6, childcare_voucher__min_order=2,
        childcare_voucher__income_limit=30_000,
    )  # fmt: skip
    assert voucher_yuan_month(law, 2, 12, 20_000.0) == 800
    assert [voucher_yuan_month(law, *case) for case in ((2, 5, 2e4), (2, 36, 2e4), (1, 12, 2e4), (2, 12, 4e4))] == [
        0
    ] * 4


def test_leave_beyond_the_national_days_falls_on_the_employer_less_the_shared_part(catalogue: Any) -> None:
    law = law_of(catalogue)
    assert maternity_leave_days(law, 1) == 188 and maternity_leave_days(law, 3) == 218
    assert maternity_leave_employer_days(law, 1) == 90
    assert maternity_leave_employer_days(law_of(catalogue, leave_cost_sharing__rate=0.5), 1) == 45


def test_credit_by_number_of_children(catalogue: Any) -> None:
    law = law_of(
        catalogue, loan_ceiling__raise_order2=0.2, loan_ceiling__raise_order3=0.5, loan_ceiling__deposit_order2=0.1
    )
    base = float(law["loan_ceiling__base"][0])
    assert [loan_ceiling_yuan(law, n) / base for n in (0, 1, 2, 3, 4)] == pytest.approx([1, 1, 1.2, 1.5, 1.5])
    assert deposit_share(law, 2) == 0.1 and deposit_share(law, 0) == deposit_share(law, 1)


def test_the_order_of_a_child_is_its_place_among_her_births(before_package: FamilyModel) -> None:
    persons = before_package.population.persons
    log = before_package.births_log()
    for mother_id, month, order in log[["mother_id", "month", "order"]].tail(50).itertuples(index=False):
        mother = int(np.flatnonzero(persons["id"] == mother_id)[0])
        children = before_package.population.children(mother)
        found = [order_of_child(persons, child) for child in children if persons["birth_month"][child] == month]
        assert order in found
