"""Files of the cache: of this user alone, under a checksum, written whole or not at all; arrays without pickles.

A file is the sha256 of what follows, then an ``.npz``. It is written under a hidden name and renamed, so a reader never
meets half a file. Reading one runs nothing that stands in it.
"""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from policies.private import private_folder, read_private

_CHECKSUM_BYTES = 32
_LONGEST_HEADER = 1_000_000
"""The layout of the ledger is longer than numpy expects of a file it does not know; these are ours."""


class DamagedFileError(ValueError):
    """A file of the cache holds other bytes than were written, or what another version wrote."""


def read_arrays(path: Path) -> dict[str, NDArray[Any]] | None:
    """The arrays of a file, or None if there is none; DamagedFileError, or InputError where it is not private."""
    try:
        content = memoryview(read_private(path))
    except OSError:
        return None
    if hashlib.sha256(content[_CHECKSUM_BYTES:]).digest() != content[:_CHECKSUM_BYTES]:
        raise DamagedFileError(path)
    try:
        file = io.BytesIO(content[_CHECKSUM_BYTES:])
        with np.load(file, allow_pickle=False, max_header_size=_LONGEST_HEADER) as kept:
            return {name: kept[name] for name in kept.files}
    except Exception as error:  # whatever reading what is no .npz may raise
        raise DamagedFileError(path) from error


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> Path | None:
    """Keep arrays; where nothing can be written, do without (None). InputError where the folder is not private."""
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)  # type: ignore[arg-type]
    hidden = None
    try:
        folder = private_folder(path.parent.parent, path.parent.name)
        descriptor, hidden = tempfile.mkstemp(prefix=f".{path.suffix[1:]}-", dir=folder)
        with os.fdopen(descriptor, "wb") as file:
            file.write(hashlib.sha256(buffer.getbuffer()).digest())
            file.write(buffer.getbuffer())
            file.flush()
            os.fsync(file.fileno())
        os.replace(hidden, path)
    except OSError:
        if hidden is not None and os.path.exists(hidden):
            os.unlink(hidden)
        return None
    return path


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
