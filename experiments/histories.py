"""Histories on disk: the state in which arms part, so that a resumed or repeated study need not live the past again.

A file is named by a hash of everything that decides the history and holds the pickled state under a checksum. It is
written under a hidden name and renamed; one that cannot be read is set aside and built again. The folder may be deleted
at any time; where nothing can be written a study does without.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from abm.compiled_cache import cache_folder
from abm.founding.keep import forget_oldest

_KEPT_BYTES = 4_000_000_000
_CHECKSUM_BYTES = 32


def histories_folder() -> Path:
    """Where histories are kept."""
    return cache_folder() / "histories"


def read_history(name: str) -> dict[str, Any] | None:
    """The state kept under a name, or None if there is none that can be read."""
    path = histories_folder() / f"{name}.history"
    try:
        content = memoryview(path.read_bytes())
    except OSError:
        return None
    if hashlib.sha256(content[_CHECKSUM_BYTES:]).digest() == content[:_CHECKSUM_BYTES]:
        try:
            state = pickle.loads(content[_CHECKSUM_BYTES:])
        except Exception:  # written by other versions of the libraries: any error may come out of it
            state = None
        if isinstance(state, dict):
            return state
    _set_aside(path)
    return None


def is_kept(name: str) -> bool:
    """True if there is a history under this name (it may still turn out unreadable)."""
    return (histories_folder() / f"{name}.history").is_file()


def keep_history(name: str, state: dict[str, Any]) -> Path | None:
    """Keep a state; where nothing can be written, do without (None)."""
    folder = histories_folder()
    content = pickle.dumps(state, protocol=5)
    hidden = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, hidden = tempfile.mkstemp(prefix=".history-", dir=folder)
        with os.fdopen(descriptor, "wb") as file:
            file.write(hashlib.sha256(content).digest())
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(hidden, folder / f"{name}.history")
    except OSError:
        if hidden is not None and os.path.exists(hidden):
            os.unlink(hidden)
        return None
    forget_oldest(folder, "[!.]*", _KEPT_BYTES)
    return folder / f"{name}.history"


def _set_aside(path: Path) -> None:
    with suppress(OSError):  # somebody else may have set it aside, or built it again
        os.replace(path, path.with_suffix(".unreadable"))
