"""Folders and files that no other user can have written: what lies in the cache is run, so nothing else is loaded.

On POSIX systems a folder or file is private when it belongs to the user of this process and nobody else may write to
it. What is not is refused with an InputError that says what to do. On Windows, where folders of a user are private by
themselves, nothing is asked.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from policies.errors import InputError
from policies.messages import later, tr

ASKS = os.name == "posix"
EXAMPLE = "~/cradle-cache"
LINK = later("is a symbolic link")
CHOOSE = later("Set CRADLE_CACHE to a folder that only you can write to, such as {example}.")
CLOSE = later(
    "Take the right to write from others (chmod g-w), or set CRADLE_CACHE to a folder that only you can write to, "
    "such as {example}."
)
DELETE = later(
    "Delete this path (what was in it is made again), or set CRADLE_CACHE to a folder that only you can write to, "
    "such as {example}."
)
_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH
_OPEN_TO_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def private_folder(root: Path, *below: str) -> Path:
    """Return the folder ``root/below...``, private; what is missing of it is made for its user alone (0700).

    Folders below ``root`` are closed to others where they were open to be read; ``root`` itself, which a person may
    have chosen, stays as it is. InputError where another user could have written, OSError where it cannot be made.
    """
    for missing in reversed([folder for folder in root.parents if not folder.exists()]):
        missing.mkdir(0o700, exist_ok=True)
    folder = root
    for name in ("", *below):
        folder = folder / name
        folder.mkdir(0o700, exist_ok=True)
        mode = _refuse_folder(folder, chosen=folder == root)
        if ASKS and folder != root and mode & _OPEN_TO_OTHERS:
            with suppress(OSError):
                folder.chmod(0o700)
    return folder


def refuse_foreign(root: Path, *below: str, contents: bool = True) -> None:
    """Raise InputError if another user could have written to ``root``, to a folder on the way to ``root/below...`` or,
    with ``contents``, to anything in the last.

    In a folder that nobody else can open, the mode of a file says nothing: numba's files have that of the umask.
    """
    if not ASKS:
        return
    folder, closed = root, False
    for name in ("", *below):
        folder = folder / name
        try:
            closed = not _refuse_folder(folder, chosen=folder == root) & _OPEN_TO_OTHERS
        except OSError:  # not there, or not to be reached: there is nothing to load
            return
    if contents and folder.is_dir():
        _refuse_contents(str(folder), closed)


def read_private(path: Path) -> bytes:
    """Return the content of a private file; InputError where it is not, OSError where there is none to be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    except OSError:
        if path.is_symlink():
            raise _refused(path, tr(LINK)) from None
        raise
    with os.fdopen(descriptor, "rb") as file:
        if ASKS:
            _refuse(path, _writable_by_another(os.fstat(descriptor)))
        return file.read()


def _refuse_folder(folder: Path, chosen: bool) -> int:
    """The mode of a private folder. One that a person chose may be a link of theirs, and lies where not everybody may
    exchange it; any other is no link."""
    found = folder.lstat()
    if not ASKS:
        return found.st_mode
    if not chosen:
        _refuse(folder, tr(LINK) if stat.S_ISLNK(found.st_mode) else _writable_by_another(found))
        return found.st_mode
    _refuse(folder, _of_another(found), CHOOSE)
    found = folder.stat()
    _refuse(folder, _of_another(found) or _exchangeable(folder), CHOOSE)
    everybody = found.st_mode & stat.S_IWOTH  # such as /tmp, which is as it has to be
    _refuse(folder, _writable_by_another(found), CHOOSE if everybody else CLOSE)
    return found.st_mode


def _refuse_contents(folder: str, closed: bool) -> None:
    """Refuse anything in a folder; other processes may be removing it meanwhile."""
    with os.scandir(folder) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):
                found = entry.stat(follow_symlinks=False)
                if entry.is_symlink():
                    raise _refused(Path(entry.path), tr(LINK))
                if reason := _of_another(found) if closed else _writable_by_another(found):
                    raise _refused(Path(entry.path), reason)
                if stat.S_ISDIR(found.st_mode):
                    _refuse_contents(entry.path, closed or not found.st_mode & _OPEN_TO_OTHERS)


def _exchangeable(folder: Path) -> str:
    """Why others could put another folder in the place of this one, or nothing: links on the way to it are the user's
    or the system's, and folders on it do not let everybody rename what lies in them."""
    for above in _way_to(folder):
        found = above.lstat()
        if stat.S_ISLNK(found.st_mode):
            open_to_others = found.st_uid != 0 and _of_another(found) != ""
        else:
            open_to_others = bool(found.st_mode & stat.S_IWOTH) and not found.st_mode & stat.S_ISVTX
        if open_to_others:
            return tr("other users may exchange it through {folder}").format(folder=above)
    return ""


def _way_to(folder: Path) -> list[Path]:
    """Every folder and link above a folder, above what it is a link to, and above what those links lead to."""
    way: dict[Path, None] = {}
    waiting = [folder]
    while waiting:
        path = waiting.pop()
        for step in (path, *path.parents):
            if step not in way:
                way[step] = None
                if step.is_symlink():
                    waiting.append(step.parent / step.readlink())
    return [step for step in way if step not in (folder, folder.resolve())]


def _writable_by_another(found: os.stat_result) -> str:
    """Why another user may have written to a file or folder, or nothing."""
    reason = _of_another(found)
    if not reason and found.st_mode & _BY_OTHERS:
        reason = tr("other users may write to it (mode {mode:o})").format(mode=stat.S_IMODE(found.st_mode))
    return reason


def _of_another(found: os.stat_result) -> str:
    """Whose a file or folder is if not this user's, or nothing."""
    if found.st_uid == os.geteuid():
        return ""
    reason = tr("belongs to user {owner}, and this is user {user}")
    return reason.format(owner=_user(found.st_uid), user=_user(os.geteuid()))


def _user(number: int) -> str:
    """The name of a user, else the number."""
    try:
        import pwd

        return pwd.getpwuid(number).pw_name
    except (ImportError, KeyError):
        return str(number)


def _refuse(path: Path, reason: str, advice: str = "") -> None:
    if reason:
        raise _refused(path, reason, advice)


def _refused(path: Path, reason: str, advice: str = "") -> InputError:
    """The refusal, and what to do: what lies in the cache can be deleted, what a person chose as the cache need not."""
    said = tr("{path}: {reason}").format(path=path, reason=reason)
    why = tr("The cache holds compiled code, so nothing is loaded from it that another user may have put there.")
    return InputError(f"{said}\n{why}\n{tr(advice or DELETE).format(example=EXAMPLE)}")
