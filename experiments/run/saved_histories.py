"""Histories on disk: the state in which arms part, so that a resumed or repeated study need not live the past again.

A file is named by a hash of everything that decides the history and holds the state as arrays and JSON
(:mod:`experiments.run.plain_state`) under a checksum, written whole or not at all (:mod:`abm.core.kept_files`). One
that is damaged or of another version is set aside and built again; one that another user may have written is refused.
The folder may be deleted at any time; where nothing can be written a study does without.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from abm.core.compiled_cache import HISTORIES, cache_folder
from abm.core.kept_files import DamagedFileError, forget_oldest, read_arrays, write_arrays
from experiments.run.plain_state import plain_state, state_of
from policies.private import refuse_foreign

_KEPT_BYTES = 4_000_000_000


def histories_folder() -> Path:
    """Where histories are kept."""
    return cache_folder() / HISTORIES


def read_history(name: str) -> dict[str, Any] | None:
    """The state kept under a name, or None if there is none that can be read; InputError if it may be another's."""
    path = _path(name)
    refuse_foreign(path.parent.parent, path.parent.name, contents=False)
    try:
        arrays = read_arrays(path)
    except DamagedFileError:
        _set_aside(path)
        return None
    if arrays is None:
        return None
    try:
        return state_of(name, arrays)
    except Exception:  # of another name, or written by another version: any error may come out of it
        _set_aside(path)
        return None


def is_kept(name: str) -> bool:
    """True if there is a history under this name (it may still turn out unreadable)."""
    return _path(name).is_file()


def keep_history(name: str, state: dict[str, Any]) -> Path | None:
    """Keep a state; where nothing can be written, do without (None)."""
    kept = write_arrays(_path(name), plain_state(name, state))
    if kept is not None:
        forget_oldest(kept.parent, "[!.]*", _KEPT_BYTES)
    return kept


def _path(name: str) -> Path:
    return histories_folder() / f"{name}.history"


def _set_aside(path: Path) -> None:
    with suppress(OSError):  # somebody else may have set it aside, or built it again
        os.replace(path, path.with_suffix(".unreadable"))
