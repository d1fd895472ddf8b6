"""Files that are there whole or not at all, and the errors of a run folder that people see."""

from __future__ import annotations

import errno
import os
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pyarrow.lib


class _SaidInBoth(Exception):
    """An error with its message in both languages; its text is the English one."""

    def __init__(self, en: str, zh: str = "") -> None:
        super().__init__(en)
        self.zh = zh or en

    def said_in(self, lang: str) -> str:
        """The message in a language."""
        return self.zh if lang == "zh" else str(self)


class RunFolderError(_SaidInBoth, ValueError):
    """The folder named by the user is not a run folder, or not one that fits; the message says what to do."""


class StoreError(_SaidInBoth, OSError):
    """The run folder cannot be written (disk full, no permission, read-only); the message names the folder."""


_ADVICE = {
    errno.ENOSPC: ("the disk is full", "磁盘已满"),
    errno.EDQUOT: ("the disk quota is used up", "磁盘配额已用完"),
    errno.EACCES: ("no permission to write here", "没有写入权限"),
    errno.EPERM: ("no permission to write here", "没有写入权限"),
    errno.EROFS: ("this disk is read-only", "磁盘为只读"),
    errno.ENOTDIR: ("a part of the path is a file, not a folder", "路径中有一段是文件而非文件夹"),
    errno.EEXIST: ("a file of that name is in the way", "已有同名文件"),
    errno.EISDIR: ("a folder of that name is in the way", "已有同名文件夹"),
}


@contextmanager
def clear_write_errors(path: Path) -> Iterator[None]:
    """Turn an operating-system error on writing ``path`` into one clear StoreError."""
    try:
        yield
    except (OSError, pyarrow.lib.ArrowException) as error:
        if isinstance(error, StoreError):
            raise
        if getattr(error, "errno", None) == errno.ENAMETOOLONG:
            short = f"{str(path)[:60]}..."
            raise RunFolderError(f"{short}: the name is too long", f"{short}：名称过长") from None
        en, zh = _ADVICE.get(getattr(error, "errno", None) or 0, (str(error), str(error)))
        raise StoreError(f"cannot write {path}: {en}", f"无法写入 {path}：{zh}") from error


def write_whole(
    path: Path, write: Callable[[Path], object], before_it_stands: Callable[[Path], None] | None = None
) -> None:
    """Write a file so that it is there whole or not at all.

    ``write`` gets a hidden name beside ``path``; what it wrote is flushed to disk, shown to ``before_it_stands`` and
    renamed. Raises StoreError.
    """
    hidden = path.with_name(f".{path.name}.{machine_name()}.{os.getpid()}.tmp")
    with clear_write_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            write(hidden)
            with open(hidden, "rb+") as handle:
                os.fsync(handle.fileno())
            if before_it_stands is not None:
                before_it_stands(hidden)
            os.replace(hidden, path)
            sync_folder(path.parent)
        except BaseException:
            hidden.unlink(missing_ok=True)
            raise


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries, so that a rename survives a power cut (where the system allows it)."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)


def set_aside(path: Path) -> Path:
    """Rename what cannot be used to ``<name>.unreadable`` (or ``<name>.unreadable-2``, ...), so that nothing is lost;
    returns the new path. Raises StoreError."""
    with clear_write_errors(path):
        aside, turn = path.with_suffix(".unreadable"), 1
        while aside.exists():
            turn += 1
            aside = path.with_suffix(f".unreadable-{turn}")
        os.replace(path, aside)
    return aside


@cache
def machine_name() -> str:
    """Where process numbers mean something: the machine and, where there are such, its space of process numbers."""
    name = "".join(letter if letter.isalnum() or letter == "-" else "-" for letter in platform.node())[:40]
    try:
        return f"{name}-{os.stat('/proc/self/ns/pid').st_ino}"
    except OSError:
        return name


def is_left_behind(hidden: Path) -> bool:
    """True for a temporary file of ``write_whole`` that nobody can be writing any more: of this machine, and its
    process is gone, or is this one, which is about to begin. Of another machine nobody can tell."""
    parts = hidden.name.split(".")
    return len(parts) >= 4 and parts[-3] == machine_name() and _is_over(parts[-2])


def _is_over(process: str) -> bool:
    if not process.isdigit():
        return False
    return int(process) == os.getpid() or not is_alive(int(process))


def is_alive(process: int) -> bool:
    """False when there is surely no such process on this machine."""
    if os.name == "nt":  # where asking would be a signal
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass
    return True
