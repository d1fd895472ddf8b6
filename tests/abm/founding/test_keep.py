"""Founding populations on disk: read back as they were built, rebuilt when anything they depend on changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from abm.founding import found, founding_parameters
from abm.founding.keep import founding_hash, populations_folder, read_kept
from policies.clock import month_index

MONTH = month_index("2010-11")


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own."""
    monkeypatch.setenv("CRADLE_CACHE", str(tmp_path))
    return tmp_path


def test_a_kept_population_is_read_back(toytown: Any, parameters: Any) -> None:
    built = found(toytown, MONTH, 0.3, 1, parameters)
    files = list(populations_folder().iterdir())
    assert len(files) == 1 and files[0].suffix == ".population"
    read = found(toytown, MONTH, 0.3, 1, parameters)
    assert read.population.persons.tobytes() == built.population.persons.tobytes()
    assert read.population.households.tobytes() == built.population.households.tobytes()
    pd.testing.assert_frame_equal(read.checks, built.checks)
    read.population.persons["parity"][:] = 0  # a population that was read may be changed


def test_a_broken_file_is_built_again(toytown: Any, parameters: Any) -> None:
    built = found(toytown, MONTH, 0.3, 1, parameters)
    file = next(populations_folder().iterdir())
    file.write_bytes(b"half a file")
    again = found(toytown, MONTH, 0.3, 1, parameters)
    assert again.population.persons.tobytes() == built.population.persons.tobytes()


def test_the_name_changes_with_what_the_population_depends_on(toytown: Any, parameters: Any) -> None:
    values = founding_parameters(parameters)
    name = founding_hash(toytown, MONTH, 0.3, 1, values)
    others = {
        founding_hash(toytown, MONTH + 120, 0.3, 1, values),
        founding_hash(toytown, MONTH, 0.31, 1, values),
        founding_hash(toytown, MONTH, 0.3, 2, values),
        founding_hash(toytown, MONTH, 0.3, 1, {**values, "couple_gap_sd": [2.5]}),
    }
    assert name not in others and len(others) == 4


def test_without_reuse_nothing_is_written(toytown: Any, parameters: Any, own_cache: Path) -> None:
    found(toytown, MONTH, 0.3, 1, parameters, reuse=False)
    assert not populations_folder().exists()
    assert read_kept("missing") is None
