"""Checksums of the files of a run folder, in ``checksums.txt`` as ``sha256sum`` writes and checks it.

A line is written before its file gets its name, so every file that stands is known. A file that is written again has a
line for each time until the list is tidied: what fits one of them is a whole file.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path

from results.folder.whole_files import clear_write_errors, write_whole

SUMS = "checksums.txt"
Known = Mapping[str, tuple[str, ...]]
"""File of the folder -> digests with which it was written, the last one at the end."""
_LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")


def digest_of(content: bytes) -> str:
    """sha256 of bytes."""
    return hashlib.sha256(content).hexdigest()


class Checksums:
    """The checksums of one run folder; there are none in a folder of an older version."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / SUMS
        self._read: tuple[tuple[int, int], Known] | None = None

    def exist(self) -> bool:
        """True if there is a list of checksums, in whatever state."""
        return os.path.lexists(self.path)

    def known(self) -> Known:
        """Digests of every file; none where there is no list or it cannot be read."""
        try:
            now = os.stat(self.path)
            state = now.st_mtime_ns, now.st_size
            if self._read is None or self._read[0] != state:
                self._read = state, _parsed(self.path.read_text(encoding="utf-8", errors="replace"))
        except OSError:
            return {}
        return self._read[1]

    def note(self, name: str, content: Path) -> None:
        """Add the checksum of what a file will hold, and flush it to disk. Raises StoreError."""
        with clear_write_errors(self.path), open(content, "rb") as held, open(self.path, "ab+") as sums:
            line = f"{hashlib.file_digest(held, 'sha256').hexdigest()}  {name}\n".encode()
            if sums.tell() and not _ends_with_a_line(self.path):
                line = b"\n" + line
            sums.write(line)
            sums.flush()
            os.fsync(sums.fileno())

    def tidy(self) -> None:
        """Leave the last line of each file alone, so that ``sha256sum -c`` finds nothing wrong. Raises StoreError."""
        self.keep({name: digests[-1] for name, digests in self.known().items()})

    def keep(self, digests: Mapping[str, str]) -> None:
        """Write the list anew with these files alone. Raises StoreError."""
        text = "".join(f"{digest}  {name}\n" for name, digest in digests.items())
        write_whole(self.path, lambda hidden: hidden.write_text(text, encoding="utf-8"))


def _parsed(text: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in text.split("\n"):
        if fit := _LINE.fullmatch(line):
            found[fit[2]] = (*found.get(fit[2], ()), fit[1])
    return found


def _ends_with_a_line(path: Path) -> bool:
    """False where a power cut left half a line."""
    with open(path, "rb") as held:
        held.seek(-1, os.SEEK_END)
        return held.read(1) == b"\n"
