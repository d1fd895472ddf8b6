"""Founding populations on disk, so that a run does not build one that was built before.

A file is named by a hash of everything the population depends on: city folder, month, scale, seed, parameters, layout
of the rows and the sources that build it. It is written under a hidden name and renamed, so a reader never meets half a
file; a file that cannot be read is built again. The folder may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from abm.compiled_cache import cache_folder
from abm.population import HOUSEHOLD_DTYPE, PERSON_DTYPE, Population

_KEPT_BYTES = 2_000_000_000


def populations_folder() -> Path:
    """Where founding populations are kept."""
    return cache_folder() / "populations"


def founding_hash(city: Any, month: int, scale: float, seed: int, parameters: dict[str, Any]) -> str:
    """Twenty-four hexadecimal digits that change with anything that could change the population."""
    digest = hashlib.sha256()
    here = Path(__file__).resolve().parent
    for source in sorted([*here.glob("*.py"), here.parent / "draws.py"]):
        digest.update(source.read_bytes())
    stated = (city.folder_hash(), month, repr(float(scale)), seed, PERSON_DTYPE.descr, HOUSEHOLD_DTYPE.descr)
    digest.update(repr(stated).encode())
    digest.update(repr(sorted((name, repr(value)) for name, value in parameters.items())).encode())
    return digest.hexdigest()[:24]


def read_kept(name: str) -> tuple[Population, pd.DataFrame] | None:
    """The population and check table kept under a hash, or None if there is none that can be read."""
    path = populations_folder() / f"{name}.npz"
    try:
        with np.load(path, allow_pickle=False) as kept:
            persons, households, text = kept["persons"], kept["households"], str(kept["checks"])
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, EOFError):
        return None
    if persons.dtype != PERSON_DTYPE or households.dtype != HOUSEHOLD_DTYPE:
        return None
    return Population.from_arrays(persons, households), pd.read_csv(io.StringIO(text))


def write_kept(name: str, population: Population, checks: pd.DataFrame) -> Path | None:
    """Keep a population; where nothing can be written, do without (None)."""
    folder = populations_folder()
    temporary = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(prefix=".founding-", suffix=".npz", dir=folder)
        with os.fdopen(descriptor, "wb") as file:
            np.savez(
                file,
                persons=population.persons[: population.n],
                households=population.households[: population.n_households],
                checks=np.array(checks.to_csv(index=False)),
            )
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, folder / f"{name}.npz")
    except OSError:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)
        return None
    forget_oldest(folder, "[!.]*.npz", _KEPT_BYTES)
    return folder / f"{name}.npz"


def forget_oldest(folder: Path, pattern: str, most_bytes: int) -> None:
    """Keep the newest files only, up to a total size; the newest stays whatever its size. Other processes may be
    removing files at the same time."""
    dated = []
    for path in folder.glob(pattern):
        try:
            found = path.stat()
        except OSError:
            continue
        dated.append((found.st_mtime, found.st_size, path))
    used = 0
    for position, (_, size, path) in enumerate(sorted(dated, reverse=True)):
        used += size
        if position > 0 and used > most_bytes:
            path.unlink(missing_ok=True)
