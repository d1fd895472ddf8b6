"""A made folder takes its place, or that of one made before, whole: at any moment the old one stands there or the new.

A folder holds the hashes of its files (`made_by_cradle_city.json`); one without them, or with a file that is another
since, was not made here or not only here, and is never replaced.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from policies.errors import InputError, cut
from policies.messages import tr

MARK = "made_by_cradle_city.json"
BESIDE = ".making-"
_AT_WORKING_FOLDER, _EXCHANGE = -100, 2
"""AT_FDCWD and RENAME_EXCHANGE of Linux."""


def hashes(folder: Path) -> dict[str, str]:
    """The sha256 of every file in a folder but the mark, by path from there."""
    files = sorted(path for path in folder.rglob("*") if not path.is_dir() and path != folder / MARK)
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def mark(folder: Path) -> None:
    """Write into a folder what its files are."""
    text = json.dumps({"made_by": "cradle city", "files": hashes(folder)}, indent=1)
    (folder / MARK).write_text(text + "\n", encoding="utf-8")


def check_untouched(folder: Path) -> None:
    """Refuse to replace what this command did not make, or what was changed since it did."""
    try:
        known = json.loads((folder / MARK).read_text(encoding="utf-8"))["files"] if not folder.is_symlink() else None
    except (OSError, ValueError, KeyError, TypeError):
        known = None
    if not isinstance(known, dict):
        raise InputError(
            tr(
                "{folder}: --replace only replaces what cradle city made, and this folder has no {mark}; move it away"
            ).format(folder=folder, mark=MARK)
        )
    found = hashes(folder)
    changed = [name for name in sorted({*known, *found}) if known.get(name) != found.get(name)]
    if changed:
        raise InputError(
            tr("{folder}: --replace would lose changes made to {file} ({count} files in all); move it away").format(
                folder=folder, file=cut(changed[0]), count=len(changed)
            )
        )


@contextmanager
def made_beside(out: Path) -> Iterator[Path]:
    """A hidden folder in ``out`` for what is being made; without success ``out`` is left as it was, there or not."""
    new = [path for path in (out, *out.parents) if not path.exists()]
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out, prefix=BESIDE) as hidden:
            yield Path(hidden)
    except BaseException:
        with suppress(OSError):  # somebody else has put something there
            for path in new:
                path.rmdir()
        raise


def put_in_place(draft: Path, folder: Path) -> None:
    """Let a finished folder stand where another may stand; the other is then where the draft was."""
    if not folder.exists():
        draft.rename(folder)
    elif not exchanged(draft, folder):
        _one_after_the_other(draft, folder)


def exchanged(one: Path, other: Path) -> bool:
    """Exchange two folders in one step, where the system can (Linux); False where it cannot."""
    if sys.platform != "linux":
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    first, second = os.fsencode(one), os.fsencode(other)
    return bool(rename(_AT_WORKING_FOLDER, first, _AT_WORKING_FOLDER, second, _EXCHANGE) == 0)


def _one_after_the_other(draft: Path, folder: Path) -> None:
    """Put the old folder aside and the new one in its place; should that fail, the old one comes back."""
    aside = draft.with_name(f"{draft.name}.before")
    try:
        folder.rename(aside)
        draft.rename(folder)
    except BaseException:
        if not folder.exists() and aside.exists():
            aside.rename(folder)
        raise
