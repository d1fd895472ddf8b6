"""What minding a child under three is worth in each of four ways: couples foresee it, families choose from it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from abm.core.compiled import compiled
from abm.money.rules import capped_fee_yuan_month, class_fee_yuan_month, home_care_yuan_month, voucher_yuan_month

Rows = NDArray[np.void]


class Menu(NamedTuple):
    """Utility of each way without chance: yuan over the scale of care choices, plus taste."""

    parent: float
    grandparent: float
    nursery: float
    minder: float


class Heard(NamedTuple):
    """Share of each entitlement that is counted on: less than 1 beforehand, 1 where the family claims it."""

    voucher: float
    fee_cap: float
    home_care: float


IN_FULL = Heard(1.0, 1.0, 1.0)


@compiled
def charged_yuan_month(full: float, capped: float, heard: float) -> float:
    """The fee with as much of a cap as is counted on."""
    return capped if heard == 1.0 else full - heard * (full - capped)


@compiled
def care_menu(
    law: Rows, t: Any, order: int, age_months: int, per_head: float, forgone: float, heard: Heard, pars: Rows
) -> Menu:
    """The menu at an age. ``per_head`` is the income that a voucher may depend on, ``forgone`` what she would earn,
    both yuan a year."""
    p = pars[0]
    scale = p.care_scale * t.yuan_growth[0]
    full = class_fee_yuan_month(law, t, age_months)
    capped = capped_fee_yuan_month(law, full, age_months)
    voucher = heard.voucher * voucher_yuan_month(law, order, age_months, per_head)
    fee = 12.0 * max(charged_yuan_month(full, capped, heard.fee_cap) - voucher, 0.0)
    at_home = 12.0 * heard.home_care * home_care_yuan_month(law, order, age_months, False)
    by_kin = 12.0 * heard.home_care * home_care_yuan_month(law, order, age_months, True)
    return Menu(
        (at_home - forgone) / scale,
        by_kin / scale + p.taste_grandparent,
        -fee / scale + p.taste_nursery,
        -12.0 * t.minder_fee[0] / scale + p.taste_minder,
    )
