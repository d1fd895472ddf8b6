"""Everything that depends on the year, the law or the neighbourhood and not on the person: one row of arrays.

Couples look up and never loop over months or levers. :mod:`abm.processes.yearly_rates` fills what follows from the city
and the year (deaths, moves, marriage, wages, prices), :mod:`abm.money.foreseen` what follows from the law and what is
announced, :mod:`abm.processes.january` what follows from the neighbours.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from abm.core.counters import MAX_COUNTIES
from abm.core.levers import LEDGER_LEVERS, PLACE_LEVERS
from policies.catalogue import PAYERS

PHASE_YEARS = ((0,), (1, 2), (3, 4, 5), tuple(range(6, 15)), tuple(range(15, 19)))
"""Years of the child's age in each phase: birth year, under three, kindergarten, compulsory school, after it."""
N_PHASES = len(PHASE_YEARS)
NOW, LATER = 0, 1
"""First axis of the policy tables: a start this month; the mean of starts 1 to 12 months later."""
MAX_ORDER = 4
PLAN_AGES = 56
"""Ages 0 to 55 of the bounds of plans; later no plan is made."""
PLAN_LEVELS, PLAN_STEP = 24, 0.25
"""Levels of the wish for which plans have bounds, and the utility between them."""
N_AGES = 111
N_WAGES = 12
"""Points of the wage grid of the care table."""
FIRST_COHORT = 1940
N_COHORTS = 120

_C = MAX_COUNTIES
TABLES_DTYPE = np.dtype(
    [
        (name, np.float64, shape)
        for name, shape in (
            # demography: [sex, age] or [county, sex, age], per month
            ("death_hazard", (2, N_AGES)),
            ("death_bound", (2, N_AGES)),
            ("death_candidates", (2, N_AGES + 1)),
            ("out_hazard", (_C, 2, N_AGES)),
            ("town_hazard", (_C,)),
            ("move_level", (1,)),  # level of the net profile that the bound of moves allows for
            ("move_bound", (2, N_AGES)),
            ("move_candidates", (2, N_AGES + 1)),
            ("arrivals", (_C, 2, N_AGES)),  # expected persons a month at the scale of the run
            ("children_per_woman", (_C, 2, 15)),  # under 15, over women of 25 to 44, in the first January
            ("town_share", (_C,)),
            ("marital_shares", (2, N_AGES, 4)),
            ("parity_shares", (8, 4)),  # of wives by age group from 15-19, parity 0 to 3+
            ("marriage_hazard", (2, N_AGES)),
            ("women_first_married", (N_AGES + 1,)),  # share by exact age, from the hazards of 2020
            ("marriage_bound", (2, N_AGES)),
            ("marriage_candidates", (2, N_AGES + 1)),
            ("top_wish", (1,)),  # wish at level 0 of the bounds of plans
            ("plan_bound", (2, PLAN_LEVELS, PLAN_AGES)),  # below her ideal, level of her wish, age
            ("plan_candidates", (2, PLAN_LEVELS, PLAN_AGES + 1)),
            ("separation_level", (1,)),
            ("schooling_goal", (N_COHORTS, 2, 4)),
            ("male_share", (1,)),
            ("employment_base", (2, 13)),  # under the pension age of 2024
            ("employment", (2, 13)),
            # money: yuan
            ("income_head", (2,)),
            ("wage", (_C, 2)),
            ("peer", (_C, 2)),
            ("price", (_C,)),  # a square metre
            ("price_reference", (_C,)),  # without what credit levers add
            ("nursery_fee", (1,)),  # a month
            ("minder_fee", (1,)),  # a month
            ("kindergarten_fee", (1,)),  # a year
            ("child_cost", (2, N_PHASES)),  # a year
            ("phase_weight", (N_PHASES,)),
            ("levy", (1,)),  # share of what couples can spend that balances the public budget
            ("yuan_growth", (1,)),  # income level over 2020
            # law: first axis now, later
            ("announced", (1,)),
            ("benefit", (2, MAX_ORDER, N_PHASES)),
            ("leave_share", (2, MAX_ORDER, 2)),
            ("leave_replacement", (2,)),
            ("leave_days", (MAX_ORDER,)),
            ("father_days", (2, MAX_ORDER)),
            ("rent_benefit", (2, MAX_ORDER, _C)),
            ("purchase_benefit", (2, MAX_ORDER, _C)),
            ("kindergarten_yuan_year", (2,)),
            ("deduction", (2, N_PHASES)),  # from taxable income, a year
            ("out_of_school_kept", (2,)),  # share of out-of-school cost that a lever leaves
            ("time_relief", (2, 2)),  # years of a mother's care that levers spare: outside, in formal work
            ("wage_loss_kept", (2,)),  # of the wage loss of mothers in formal work, the share that protection leaves
            ("campaign", (1,)),  # mean ideal number that a campaign adds
            ("unauthorised", (2, 3, MAX_ORDER)),  # by only children among the parents and order: share of the starts
            ("limit_fee", (2, 2)),
            ("sanction", (2, 2)),
            ("care_wage_grid", (2,)),  # first and second log wage
            ("care", (2, MAX_ORDER, _C, 2, N_WAGES)),  # a year
            ("employer_burden", (1,)),
            ("payer_share", (len(LEDGER_LEVERS), len(PAYERS))),
            ("capital_share", (len(PLACE_LEVERS), len(PAYERS))),
            ("national_part", (3,)),  # of the child allowance by order, the part that the national rule gives
            ("national_age", (1,)),  # months of age at which the national rule ends
            ("allowance_begins", (1,)),  # month in which the national rule begins to give something
            ("parental_begins", (1,)),  # 1 in the month in which a rule on parental leave comes
            # places
            ("places", (_C,)),
            ("places_added", (len(PLACE_LEVERS), _C)),
            ("places_opened", (len(PLACE_LEVERS), _C)),
            ("reach", (1,)),  # share of streets with inclusive childcare: families with a nursery near enough
            ("class_places", (_C,)),  # those for children of 24 to 35 months only
            ("class_share", (1,)),  # of places open to children of 24 to 35 months, those in nursery classes
            ("place_chance", (_C,)),
            ("hold_places", (1,)),
            # neighbours
            ("norm_married", (_C, 2, 4, 7)),
            ("norm_parity", (_C, 2, 4, 7)),
            ("prospect", (_C, 2)),
            ("prospect_reference", (_C, 2)),
            ("access", (_C, 2)),
        )
    ]
    + [("n_counties", np.int64, (1,)), ("access_reference", np.float64, (1,))]
)


def empty_tables(n_counties: int) -> NDArray[np.void]:
    """A row of zeros for a city of so many counties, shape (1,)."""
    tables = np.zeros(1, TABLES_DTYPE)
    tables["n_counties"] = n_counties
    tables["access_reference"] = 1.0
    tables["access"] = 1.0
    tables["place_chance"] = tables["reach"] = 1.0
    tables["wage_loss_kept"] = tables["out_of_school_kept"] = 1.0
    return tables
