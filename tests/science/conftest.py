"""Suining at small scale, at the start of scenarios; shared, to be forked."""

from __future__ import annotations

from typing import Any

import pytest

from policies.clock import month_index

BRANCH = month_index("2026-01")


@pytest.fixture(scope="session")
def suining_2026(suining: Any, toytown_founded: Any) -> Any:
    """Two in a hundred residents of Suining from November 2020, run to January 2026. Fork it; do not run it."""
    from abm.model import FamilyModel

    model = FamilyModel(suining, scale=0.02, seed=1, start="2020-11")
    model.run_until_month(BRANCH)
    return model
