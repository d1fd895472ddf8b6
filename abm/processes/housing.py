"""Homes of couples: buying, a public flat, a home of one's own after years with parents."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.core import draws
from abm.core.compiled import compiled
from abm.core.counters import COUNTS
from abm.core.hazards import log_of_no_candidate, next_candidate_constant
from abm.core.kin import move_home, open_household
from abm.core.levers import LEDGER
from abm.core.population import HOUSING, MARRIED, NEVER, OWNS_TOWN, PUBLIC_RENTAL, RENTS, RESIDENT
from abm.core.state import due_rows, fetch_ahead, note_ratio
from abm.money.home_purchase import can_buy, payment_yuan_month
from abm.money.payments import transfer_by_shares
from abm.money.rules import (
    purchase_subsidy_yuan,
    rental_priority,
)
from abm.processes.marriage import bring_children

Rows = NDArray[np.void]

_BOUGHT = COUNTS.index("homes_bought")
_PUBLIC = COUNTS.index("public_rental_moves")


@compiled
def is_short_of_room(s: Any, home: int) -> bool:
    """True if the members have less floor area a head than wanted."""
    household = s.households[home]
    return household.area < s.pars[0].area_per_head_wanted * household.size


@compiled
def is_own_household(s: Any, woman: int) -> bool:
    """True if everybody in the home is the couple or her child (nobody's parents)."""
    man = s.persons[woman].partner
    member = s.households[s.persons[woman].household].head
    while member >= 0:
        if member != woman and member != man and s.persons[member].mother != woman:
            return False
        member = s.persons[member].next_in_household
    return True


@compiled
def children_at_home(s: Any, woman: int, home: int) -> int:
    """Members of the home under 18 who are children of the woman or of her husband."""
    man = s.persons[woman].partner
    children = 0
    member = s.households[home].head
    while member >= 0:
        person = s.persons[member]
        theirs = person.mother == woman or (man >= 0 and person.father == man)
        children += theirs and s.month - person.birth_month < 216
        member = person.next_in_household
    return children


@compiled
def is_settled(s: Any, home: int, own: bool) -> bool:
    """True if a couple looks for no other home: in villages, dormitories, owners with room or who bought lately."""
    household = s.households[home]
    if household.collective == 1 or household.town == 0:
        return True
    if not own or household.tenure != OWNS_TOWN:
        return False
    lately = s.month - household.bought_month < 12 * s.pars[0].years_between_purchases
    return lately or not is_short_of_room(s, home)


@compiled
def move_out_of_parents(s: Any, woman: int) -> int:
    """The couple and her children leave the parents' home for a rented one of their own; its row."""
    man = s.persons[woman].partner
    origin = s.persons[woman].household
    county, town = s.persons[woman].county, s.persons[woman].town
    home = open_household(s, county, town, RENTS, s.pars[0].first_home_area)
    share = s.households[origin].net_worth * s.pars[0].parent_help
    s.households[origin].net_worth -= share
    s.households[home].net_worth = share
    s.households[home].fifth = s.households[origin].fifth
    move_home(s, woman, home)
    move_home(s, man, home)
    bring_children(s, woman, origin, home)
    return int(home)


@compiled
def buy(s: Any, woman: int, home: int, children: int) -> None:
    """Purchase of a town home, with the subsidy for the number of children."""
    p = s.pars[0]
    households = s.households
    subsidy = purchase_subsidy_yuan(s.law, children)
    if subsidy > 0.0:
        fifth = households[home].fifth
        transfer_by_shares(s, LEDGER.purchase_subsidy, households[home].county, children, fifth, subsidy)
        households[home].net_worth += subsidy
    households[home].tenure = OWNS_TOWN
    households[home].area = p.town_home_area
    households[home].payment = payment_yuan_month(s, home, households[home].county, children, p.town_home_area)
    households[home].bought_month = s.month
    s.counters[0].count[_BOUGHT] += 1


@compiled
def homes(s: Any) -> None:
    """This month's candidates among couples: buy, get a public flat, or stay."""
    persons = s.persons
    p = s.pars[0]
    due, log_none = due_rows(s, HOUSING), log_of_no_candidate(p.housing_bound)
    for i in range(due.shape[0]):
        fetch_ahead(s, due, i)
        woman = due[i]
        her = persons[woman]
        if her.status != RESIDENT or her.partner < 0 or her.marital != MARRIED:
            s.calendar[HOUSING, woman] = NEVER
            continue
        home = her.household
        own = is_own_household(s, woman)
        if is_settled(s, home, own):
            s.calendar[HOUSING, woman] = NEVER  # until a birth, a move or a separation wakes the couple
            continue
        consider_home(s, woman, home, own)
        s.calendar[HOUSING, woman] = next_candidate_constant(s.seed, her.id, draws.HOUSING, s.month, log_none)


@compiled
def consider_home(s: Any, woman: int, home: int, own: bool) -> None:
    """Buy with a hazard that is zero for who cannot pay; else a public flat by number of children, for renters."""
    p = s.pars[0]
    her = s.persons[woman]
    children = min(children_at_home(s, woman, home), 3)
    u, v = draws.uniform_pair(s.seed, her.id, s.month, draws.HOUSING_KIND)
    ratio = p.buy_monthly / p.housing_bound
    note_ratio(s, HOUSING, ratio)
    if u < ratio:
        if not own and v < p.leave_parents_share:
            home = move_out_of_parents(s, woman)
        if can_buy(s, woman, her.partner, home, children):
            buy(s, woman, home, children)
            return
    if s.households[home].tenure == RENTS:
        rule = s.law[0]
        priority = rental_priority(s.law, children)
        chance = rule.public_rental__places_per_1000 / 1000.0 * p.public_rental_turnover * priority
        if 1.0 - u < chance / p.housing_bound:
            s.households[home].tenure = PUBLIC_RENTAL
            s.counters[0].count[_PUBLIC] += 1
