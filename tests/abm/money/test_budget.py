"""The value of a further child: each cost enters once, in full, and income growth that all share leaves M alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from abm.core.population import (
    INFORMAL,
    MARRIED,
    NO_WORK,
    OWNS_TOWN,
    OWNS_VILLAGE,
    PRIVATE,
    PUBLIC_RENTAL,
    RENTS,
    empty_households,
    empty_persons,
)
from abm.core.tables import LATER, N_PHASES, N_WAGES, NOW, PHASE_YEARS, empty_tables
from abm.money.prospect import (
    after_children,
    consumption_reference,
    earnings_yuan_year,
    family_prospect,
    log_relative_income,
    phase_weights,
    potential_earnings_yuan_year,
    time_burden,
)

MONTH = 1500
WIFE, HUSBAND = 0, 1


@dataclass
class Couple:
    """A wife of 28 (row 0), her husband of 30 (row 1), their home, and tables and parameters of their own to change."""

    persons: Any
    households: Any
    tables: Any
    pars: Any
    carer: int = 0

    def prospect(self, when: int = NOW) -> float:
        """M of the couple."""
        return family_prospect(self.persons, self.households, WIFE, self.carer, MONTH, when, self.pars, self.tables[0])

    def costs(self, when: int = NOW) -> np.ndarray:
        """L by phase, shape (5,): read off M with all weight on one phase, L = C (1 - exp M)."""
        weights = self.tables[0]["phase_weight"].copy()
        found = []
        for phase in range(N_PHASES):
            self.tables[0]["phase_weight"] = np.eye(N_PHASES)[phase]
            found.append(self.consumption() * (1.0 - np.exp(self.prospect(when))))
        self.tables[0]["phase_weight"] = weights
        return np.array(found)

    def consumption(self) -> float:
        """C worked out here from the yuan of the couple."""
        p, t = self.pars[0], self.tables[0]
        household = self.households[0]
        hers = self.wage() * (1.0 - p["wage_loss_per_child"]) ** self.persons["parity"][WIFE]
        own = hers * (self.persons["work"][WIFE] > 0)
        own += earnings_yuan_year(self.persons, HUSBAND, MONTH, self.pars, t)
        own += p["net_worth_yield"] * household["net_worth"] - 12.0 * household["payment"]
        own *= 1.0 - p["saving_for_home"] * (household["tenure"] == RENTS)
        peer = t["peer"][0, household["town"]]
        return float(own ** p["own_weight"] * peer ** (1.0 - p["own_weight"]))

    def wage(self) -> float:
        """Her wage before children, in yuan a year."""
        work = max(int(self.persons["work"][WIFE]), 1)
        return potential_earnings_yuan_year(self.persons, WIFE, MONTH, work, self.pars, self.tables[0])


def couple_of(parameters: Any, town: int = 1, tenure: int = RENTS, work: int = PRIVATE) -> Couple:
    """A couple rich enough that no cost reaches the ceiling of 0.7 C."""
    persons, households, tables = empty_persons(2), empty_households(1), empty_tables(1)
    persons["id"] = [1, 2]
    persons["sex"] = [1, 0]
    persons["birth_month"] = MONTH - 12 * np.array([28, 30]) - 3
    persons["partner"] = [1, 0]
    persons["household"] = 0
    persons["next_in_household"] = [1, -1]
    persons["marital"], persons["marriages"], persons["marriage_month"] = MARRIED, 1, MONTH - 20
    persons["work"], persons["insured"] = [work, PRIVATE], [int(work == PRIVATE), 1]
    persons["schooling"], persons["town"], persons["ideal"] = 2, town, 1
    households["head"], households["size"], households["town"] = 0, 2, town
    households["tenure"], households["area"] = tenure, 40.0
    households["net_worth"], households["payment"] = 50_000.0, 500.0
    t = tables[0]
    t["wage"], t["peer"] = 120_000.0, 150_000.0
    t["price"] = t["price_reference"] = 6_000.0
    t["income_head"], t["yuan_growth"] = 40_000.0, 1.0
    t["child_cost"] = [[8_000.0, 7_000.0, 9_000.0, 12_000.0, 15_000.0]] * 2
    t["phase_weight"] = phase_weights(0.2)
    t["care_wage_grid"] = [8.0, 8.4]
    t["care"] = 20_000.0  # more than the pay lost on leave, so that leave is worth taking
    t["kindergarten_yuan_year"] = 10_000.0
    t["unauthorised"][:, :, 3] = 1.0
    t["leave_share"], t["leave_replacement"] = 0.4, 0.8
    t["benefit"] = 1_000.0
    t["rent_benefit"], t["purchase_benefit"] = 600.0, 9_000.0
    return Couple(persons, households, tables, parameters.row())


def care_at(couple: Couple, forgone: float, order: int) -> float:
    """Yearly cost of care where so much pay is forgone, read off the table on its logarithmic grid."""
    t = couple.tables[0]
    grid = t["care_wage_grid"][0] + (t["care_wage_grid"][1] - t["care_wage_grid"][0]) * np.arange(N_WAGES)
    return float(np.interp(np.log(max(forgone, 1.0)), grid, t["care"][NOW, order - 1, 0, couple.carer]))


def expected_costs(couple: Couple) -> dict[str, np.ndarray]:
    """Each line of L by phase, written down from the specification without looking at the code's way of adding up."""
    p, t = couple.pars[0], couple.tables[0]
    household, order = couple.households[0], int(couple.persons["parity"][WIFE]) + 1
    town = int(household["town"])
    attached = 1.0 if couple.persons["work"][WIFE] >= PRIVATE else float(p["attachment_informal"])
    wage = couple.wage() * (1.0 - p["wage_loss_per_child"]) ** (order - 1)
    own = (couple.consumption() / t["peer"][0, town] ** (1 - p["own_weight"])) ** (1 / p["own_weight"])
    per_child = float(p["raising_by_order"][order - 1]) * (own / t["peer"][0, town]) ** p["raising_elasticity"]
    insured = int(couple.persons["insured"][WIFE])
    works = couple.persons["work"][WIFE] > 0  # who has no job has no leave
    leave = float(t["leave_share"][NOW, order - 1, insured]) if works else 0.0
    missing = np.clip(
        p["area_per_head_wanted"] * (household["size"] + 1) - household["area"], 0, p["area_per_head_wanted"]
    )
    subsidy = t["purchase_benefit"][NOW, order - 1, 0] * p["housing_user_cost"]
    if not town:
        room = missing * p["village_building_cost"] * p["housing_user_cost"]
    elif household["tenure"] == OWNS_TOWN:
        room = missing * t["price"][0] * p["housing_user_cost"] - subsidy
    else:
        area = max(missing, p["area_per_head_wanted"] * p["room_share_non_owner"])
        room = area * t["price"][0] * p["housing_user_cost"] - t["rent_benefit"][NOW, order - 1, 0] - subsidy
    fee = t["limit_fee"][NOW, town] / p["fee_years"] * t["unauthorised"][NOW, 0, order - 1]
    loss = float(p["wage_loss_per_child"]) * wage * attached
    care, later_care = (care_at(couple, forgone, order) for forgone in (wage * attached, wage * attached - loss))
    return {
        "raising": per_child * t["child_cost"][town],
        "room": np.full(N_PHASES, room),
        "care": np.array([(1 - leave) * care, later_care, 0, 0, 0]),
        "pay lost on leave": np.array([leave * (1 - t["leave_replacement"][NOW]) * wage, 0, 0, 0, 0]),
        "wage loss after return": np.array([0, loss, loss, loss, loss]),
        "kindergarten": np.array([0, 0, t["kindergarten_yuan_year"][NOW], 0, 0]),
        "fee above the allowed number": np.array([fee, fee, 0, 0, 0]),
        "benefits": -np.asarray(t["benefit"][NOW, order - 1]),
    }


CASES = [(1, RENTS, PRIVATE, 0), (1, OWNS_TOWN, INFORMAL, 1), (0, OWNS_VILLAGE, NO_WORK, 2), (1, RENTS, PRIVATE, 3)]


@pytest.mark.parametrize(("town", "tenure", "work", "parity"), CASES)
def test_the_budget_is_the_sum_of_its_lines(parameters: Any, town: int, tenure: int, work: int, parity: int) -> None:
    couple = couple_of(parameters, town, tenure, work)
    couple.persons["parity"] = parity
    couple.tables[0]["limit_fee"] = 30_000.0
    lines = expected_costs(couple)
    total = np.sum(list(lines.values()), axis=0)
    assert total.max() < 0.7 * couple.consumption()
    assert np.allclose(couple.costs(), total, rtol=1e-9, atol=1e-6)
    weights = couple.tables[0]["phase_weight"]
    reference = float(np.sum(weights * np.log(1.0 - total / couple.consumption())))
    assert couple.prospect() == pytest.approx(reference, rel=1e-9)


def _double(name: str) -> Callable[[Couple], None]:
    def change(couple: Couple) -> None:
        couple.tables[0][name] = 2.0 * couple.tables[0][name]

    return change


def _double_parameter(name: str) -> Callable[[Couple], None]:
    def change(couple: Couple) -> None:
        couple.pars[name] = 2.0 * couple.pars[name]

    return change


@pytest.mark.parametrize(
    ("line", "change"),
    [
        ("raising", _double("child_cost")),
        ("raising", _double_parameter("raising_by_order")),
        ("kindergarten", _double("kindergarten_yuan_year")),
        ("fee above the allowed number", _double("limit_fee")),
        ("benefits", _double("benefit")),
        ("wage loss after return", _double_parameter("wage_loss_per_child")),
    ],
    ids=["raising", "raising by order", "kindergarten", "fee", "benefit", "wage loss"],
)
def test_doubling_a_cost_adds_exactly_that_cost(parameters: Any, line: str, change: Callable[[Couple], None]) -> None:
    couple = couple_of(parameters)
    couple.tables[0]["limit_fee"], couple.tables[0]["unauthorised"] = 12_000.0, 1.0
    before, added = couple.costs(), expected_costs(couple)[line]
    assert np.abs(added).sum() > 0
    change(couple)
    assert np.allclose(couple.costs() - before, added, atol=1e-6)


def test_doubling_care_adds_care_less_the_paid_leave(parameters: Any) -> None:
    couple = couple_of(parameters)
    before, care = couple.costs(), expected_costs(couple)["care"]
    couple.tables[0]["care"] *= 2.0
    assert np.allclose(couple.costs() - before, care, atol=1e-6)
    assert care[0] == pytest.approx(0.6 * care[1]) and not care[2:].any()


def test_care_of_the_second_year_forgoes_the_wage_that_is_left(parameters: Any) -> None:
    """The loss of wage after a child and the forgone pay of a mother at home add up to her pay, and not to more."""
    couple = couple_of(parameters)
    couple.tables[0]["care"] = 20_000.0 + 1_000.0 * np.arange(N_WAGES)
    lines = expected_costs(couple)
    assert np.allclose(couple.costs(), sum(lines.values()), atol=1e-6)
    assert 0.6 * lines["care"][1] < lines["care"][0] < 0.6 * lines["care"][1] + 1_000.0


def test_rent_subsidies_are_for_families_who_rent_and_in_full(parameters: Any) -> None:
    """More than the room costs is a gain; who owns, or lives in a public flat, gets none."""
    for tenure, gain in ((RENTS, 30_000.0), (OWNS_TOWN, 0.0), (PUBLIC_RENTAL, 0.0)):
        couple = couple_of(parameters, tenure=tenure)
        before = couple.costs()
        couple.tables[0]["rent_benefit"] += 30_000.0
        assert np.allclose(before - couple.costs(), gain, atol=1e-6)


def test_a_dearer_room_costs_the_same_in_every_phase(parameters: Any) -> None:
    couple = couple_of(parameters)
    before = couple.costs()
    for name in ("price", "price_reference"):  # dearer, and nobody richer for it
        couple.tables[0][name] *= 2.0
    area = max(24.0 * 3 - 40.0, 0.0)
    extra = min(area, 24.0) * 6_000.0 * couple.pars[0]["housing_user_cost"]
    assert np.allclose(couple.costs() - before, extra, atol=1e-6)


def test_a_large_home_of_ones_own_needs_no_room(parameters: Any) -> None:
    couple = couple_of(parameters, tenure=OWNS_TOWN)
    couple.households["area"] = 120.0
    before = couple.costs()
    for name in ("price", "price_reference"):  # dearer, and nobody richer for it
        couple.tables[0][name] *= 2.0
    assert np.array_equal(couple.costs(), before)


def test_a_carer_only_changes_the_care_looked_up(parameters: Any) -> None:
    couple = couple_of(parameters)
    couple.tables[0]["care"][:, :, :, 1] = 15_000.0
    before = couple.costs()
    couple.carer = 1
    assert np.allclose(couple.costs() - before, [-0.6 * 5_000.0, -5_000.0, 0, 0, 0], atol=1e-6)


def test_a_second_child_in_view_adds_a_share_of_later_costs(parameters: Any) -> None:
    couple = couple_of(parameters)
    couple.tables[0]["benefit"] = 0.0
    before, lines = couple.costs(), expected_costs(couple)
    couple.persons["ideal"][WIFE] = 2
    share = couple.pars[0]["further_child_share"]
    extra = share * lines["room"] + share * lines["raising"] * (np.arange(N_PHASES) >= 3)
    assert np.allclose(couple.costs() - before, extra, atol=1e-6)
    couple.tables[0]["unauthorised"][:, :, 1:] = 1.0
    assert np.allclose(couple.costs(), before, atol=1e-6)


def test_later_law_is_looked_up_for_a_later_start(parameters: Any) -> None:
    couple = couple_of(parameters)
    couple.tables[0]["benefit"][LATER] += 500.0
    assert np.allclose(couple.costs(LATER) - couple.costs(NOW), -500.0, atol=1e-6)


def test_no_cost_takes_more_than_seven_tenths(parameters: Any) -> None:
    couple = couple_of(parameters)
    couple.tables[0]["child_cost"] = 1e7
    assert couple.prospect() == pytest.approx(np.log(0.3))


MONEY = (
    "wage", "peer", "price", "price_reference", "income_head", "child_cost", "kindergarten_yuan_year", "care",
    "benefit", "rent_benefit", "purchase_benefit", "limit_fee", "yuan_growth",
)  # fmt: skip


@pytest.mark.parametrize(("town", "tenure", "work", "parity"), CASES)
def test_growth_that_all_share_moves_nothing(parameters: Any, town: int, tenure: int, work: int, parity: int) -> None:
    couple = couple_of(parameters, town, tenure, work)
    couple.persons["parity"] = parity
    couple.tables[0]["care"] = np.linspace(20_000.0, 40_000.0, couple.tables[0]["care"].shape[-1])
    before = couple.prospect()
    for name in MONEY:
        couple.tables[0][name] *= 1.2
    couple.tables[0]["care_wage_grid"] += np.log(1.2)
    couple.households["net_worth"] *= 1.2
    couple.households["payment"] *= 1.2
    assert couple.prospect() == pytest.approx(before, abs=1e-6)


def test_own_means_against_peers_move_m(parameters: Any) -> None:
    couple = couple_of(parameters)
    before = couple.prospect()
    couple.households["net_worth"] *= 20.0
    assert couple.prospect() > before + 0.005


# --- the small functions ---------------------------------------------------------------------------------------------


def test_phase_weights_are_present_values() -> None:
    weights = phase_weights(0.2)
    yearly = np.exp(-0.2 * np.arange(19))
    assert weights.sum() == pytest.approx(1.0)
    assert weights[0] == pytest.approx(yearly[0] / yearly.sum())
    assert weights[4] == pytest.approx(yearly[15:].sum() / yearly.sum())
    assert np.allclose(phase_weights(0.0), [len(years) / 19 for years in PHASE_YEARS])
    assert [year for years in PHASE_YEARS for year in years] == list(range(19))


def test_earnings_have_mean_one_over_ranks(parameters: Any) -> None:
    couple = couple_of(parameters)
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    earned = []
    for rank in nodes:
        couple.persons["rank"][HUSBAND] = rank
        earned.append(earnings_yuan_year(couple.persons, HUSBAND, MONTH, couple.pars, couple.tables[0]))
    p = couple.pars[0]
    level = 120_000.0 * p["wage_by_schooling"][2] * p["wage_by_work"][PRIVATE] * p["wage_by_age"][3]
    assert float(np.sum(np.array(earned) * weights) / weights.sum()) == pytest.approx(level, rel=1e-6)


def test_without_work_nothing_is_earned(parameters: Any) -> None:
    couple = couple_of(parameters, work=NO_WORK)
    assert earnings_yuan_year(couple.persons, WIFE, MONTH, couple.pars, couple.tables[0]) == 0.0
    assert couple.wage() > 0.0


def test_each_child_costs_a_share_of_her_wage_up_to_three(parameters: Any) -> None:
    pars = parameters.row()
    lost = float(pars["wage_loss_per_child"][0])
    assert [after_children(1.0, n, pars) for n in range(3)] == pytest.approx([1.0, 1 - lost, (1 - lost) ** 2])
    assert after_children(1.0, 5, pars) == after_children(1.0, 3, pars)


def test_consumption_is_a_mean_of_own_and_peers_with_a_floor(parameters: Any) -> None:
    pars = parameters.row()
    eta, floor = float(pars["own_weight"][0]), float(pars["consumption_floor"][0])
    for own, counted in ((80.0, 80.0), (0.0, 50.0 * floor)):
        found = consumption_reference(log_relative_income(own, 50.0, pars), 50.0, pars)
        assert found == pytest.approx(counted**eta * 50.0 ** (1 - eta))


def test_fathers_leave_moves_time_and_creates_none(parameters: Any) -> None:
    couple = couple_of(parameters)
    mother, father = time_burden(couple.persons, WIFE, 0, NOW, couple.pars, couple.tables[0])
    couple.tables[0]["father_days"] = 36.5
    mother2, father2 = time_burden(couple.persons, WIFE, 0, NOW, couple.pars, couple.tables[0])
    assert father2 - father == pytest.approx(0.1)
    assert mother - mother2 == pytest.approx(0.1 * couple.pars[0]["father_leave_shift"])
    before = couple.prospect()
    couple.tables[0]["father_days"] = 0.0
    assert couple.prospect() == before
