"""Numbers of the parameter files: a list is refused where its items do not fit together, and ends of ranges live."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from abm.core.parameters import Parameters
from abm.model import FamilyModel
from abm.processes.yearly_rates import coale_mcneil_hazard
from policies.errors import InputError


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("cm_women", [18.8, 0.0, 0.97], "value 0 lies outside 0.2 to 2.5"),
        ("cm_men", [20.4, 0.7, 1.2], "value 1.2 lies outside 0.0 to 1.0"),
        ("ideal_shares", [0.1, 0.3, 0.58, 0.08], "the values add to 1.06; allowed: 1"),
        ("loss_ages", [22.5, 37.5, 32.5, 37.5, 42.5, 47.5], "numbers that do not fall"),
        ("wish_by_order", [2.0, 0.5, 0.4, 11.0], "value 11 lies outside -10.0 to 10.0"),
        ("newcomer_work", [0.25, 0.4, 0.35], "a list of 4 numbers"),
    ],
)
def test_items_that_do_not_fit_together_are_refused(name: str, value: Any, said: str) -> None:
    with pytest.raises(InputError) as refused:
        Parameters.load().replace(**{name: value})
    assert name in str(refused.value) and said in str(refused.value)


def test_what_fits_is_taken() -> None:
    shares = Parameters.load().replace(ideal_shares=(0.1, 0.3, 0.5, 0.1)).list("ideal_shares")
    assert list(shares) == [0.1, 0.3, 0.5, 0.1]


def test_where_everybody_marries_the_hazard_ends_with_those_who_are_left() -> None:
    """A schedule on which all marry leaves nobody at high ages: the hazard there is zero, not a division by none."""
    with np.errstate(divide="raise", invalid="raise"):
        hazard = coale_mcneil_hazard(18.8, 0.2, 1.0)
    assert np.all(np.isfinite(hazard)) and hazard[-1] == 0.0 and hazard.max() > 0.5


def test_a_town_where_nobody_conceives_lives_on(toytown_founded: FamilyModel) -> None:
    """Two years in which only brides who are pregnant already bear: no rate is divided by births that there are not."""
    nobody = (0.0,) * len(toytown_founded.parameters.list("fecundability_by_age"))
    model = toytown_founded.fork(parameters=toytown_founded.parameters.replace(fecundability_by_age=nobody))
    with np.errstate(divide="raise", invalid="raise"):
        model.run_until_month(model.month + 26)
    rows = model.rows()
    births = rows[(rows["indicator"] == "births") & (rows["group"] == "all") & rows["month"].isna()]["value"].to_list()
    assert births[-1] < 0.3 * births[0], births
    assert not rows["value"].isna().any()
