"""Founding populations on disk, so that a run does not build one that was built before.

A file is named by a hash of everything the population depends on: city folder, month, scale, seed, parameters, layout
of the rows and the sources that build it. How it is kept is told in :mod:`abm.core.kept_files`; one that is damaged is
built again. The folder may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from abm.core.compiled_cache import POPULATIONS, cache_folder
from abm.core.kept_files import DamagedFileError, forget_oldest, read_arrays, write_arrays
from abm.core.population import HOUSEHOLD_DTYPE, PERSON_DTYPE, Population
from policies.private import refuse_foreign

_KEPT_BYTES = 2_000_000_000


def populations_folder() -> Path:
    """Where founding populations are kept."""
    return cache_folder() / POPULATIONS


def founding_hash(city: Any, month: int, scale: float, seed: int, parameters: dict[str, Any]) -> str:
    """Twenty-four hexadecimal digits that change with anything that could change the population."""
    digest = hashlib.sha256()
    here = Path(__file__).resolve().parent
    for source in sorted([*here.glob("*.py"), here.parent / "core" / "draws.py"]):
        digest.update(source.read_bytes())
    stated = (city.folder_hash(), month, repr(float(scale)), seed, PERSON_DTYPE.descr, HOUSEHOLD_DTYPE.descr)
    digest.update(repr(stated).encode())
    digest.update(repr(sorted((name, repr(value)) for name, value in parameters.items())).encode())
    return digest.hexdigest()[:24]


def read_kept(name: str) -> tuple[Population, pd.DataFrame] | None:
    """The population and check table kept under a hash, or None if there is none that can be read; InputError if it may
    be another user's."""
    path = _path(name)
    refuse_foreign(path.parent.parent, path.parent.name, contents=False)
    try:
        kept = read_arrays(path)
    except DamagedFileError:
        return None
    if kept is None or not {"persons", "households", "checks"} <= set(kept):
        return None
    persons, households = kept["persons"], kept["households"]
    if persons.dtype != PERSON_DTYPE or households.dtype != HOUSEHOLD_DTYPE:
        return None
    return Population.from_arrays(persons, households), pd.read_csv(io.StringIO(str(kept["checks"])))


def write_kept(name: str, population: Population, checks: pd.DataFrame) -> Path | None:
    """Keep a population; where nothing can be written, do without (None)."""
    arrays = {
        "persons": population.persons[: population.n],
        "households": population.households[: population.n_households],
        "checks": np.array(checks.to_csv(index=False)),
    }
    kept = write_arrays(_path(name), arrays)
    if kept is not None:
        forget_oldest(kept.parent, "[!.]*", _KEPT_BYTES)
    return kept


def _path(name: str) -> Path:
    return populations_folder() / f"{name}.population"
