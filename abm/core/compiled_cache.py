"""Where compiled code is kept between runs, so that it is never answered from sources that have changed since.

numba stores a compiled function with the time stamp of its own file only: edit a function that it calls in another
file and the old result comes back. Here the folder itself is named by a hash of every source of `abm/` (the page apart)
and of those of `policies/` from which compiled code takes a constant, so an edit of any of them starts afresh.
`abm/__init__.py` calls `use_compiled_folder` before numba is imported.

The cache may be deleted at any time. `CRADLE_CACHE` moves it; a `NUMBA_CACHE_DIR` set by the user is overruled. What
lies in it is run (numba's files are pickles and machine code), so it is private, and a cache that another user may have
written to is refused before anything of it is loaded (:mod:`policies.private`).
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

from policies.private import private_folder, refuse_foreign

try:
    import fcntl
except ImportError:  # Windows: folders in use are then told by their age alone
    fcntl = None  # type: ignore[assignment]

COMPILED, HISTORIES, POPULATIONS = "numba", "histories", "populations"
"""What the cache holds, a folder each."""

KEPT_FOLDERS = 5
"""Compiled folders of this many versions of the sources are kept; older ones go once no process uses them."""

UNCOMPILED = ("view/dashboard/", "city/pack/")
"""Folders of `abm/` that hold nothing compiled (a test looks): an edit of the page needs no compiling."""

FROM_POLICIES = ("catalogue.py", "clock.py")
"""Files of `policies/` from which compiled functions take constants (a test looks): no other is compiled in."""

FROM_LEVERS = re.compile(rb"^(?:payers|moves_cost|gives_when):.*$", re.MULTILINE)
"""Lines of lever files from which compiled functions take constants (:mod:`abm.core.levers`)."""

_IN_USE = ".in_use"
_held: dict[Path, int] = {}  # marker -> descriptor, held for the life of the process: an open lock says "in use"


def cache_folder() -> Path:
    """Root of everything that may be deleted: `CRADLE_CACHE`, or `cradle` in the user's cache folder."""
    chosen = os.environ.get("CRADLE_CACHE")
    if chosen:
        return Path(chosen).expanduser().absolute()  # links stay: whose they are is asked
    home = Path.home()
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "cradle"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "cradle"
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "cradle"


def compiled_hash() -> str:
    """Sixteen hexadecimal digits that change with the name or text of any .py file of `abm/`, the page apart, and of
    `FROM_POLICIES`, and with what is compiled in of lever files."""
    package = Path(__file__).resolve().parents[1]
    root = package.parent
    own = sorted(
        source for source in package.rglob("*.py") if not source.relative_to(package).as_posix().startswith(UNCOMPILED)
    )
    policies = [source for name in FROM_POLICIES if (source := root / "policies" / name).is_file()]
    digest = hashlib.sha256()
    for source in (*own, *policies):
        text = source.read_bytes()
        digest.update(f"{source.relative_to(root).as_posix()} {len(text)}\n".encode())
        digest.update(text)
    for lever in sorted((root / "policies" / "levers").glob("*.yaml")):
        digest.update(lever.name.encode() + b"".join(FROM_LEVERS.findall(lever.read_bytes())))
    return digest.hexdigest()[:16]


def compiled_folder() -> Path:
    """The folder of compiled code for the sources as they are now."""
    return cache_folder() / COMPILED / compiled_hash()


def use_compiled_folder() -> Path:
    """Point numba to `compiled_folder()`, here and in processes started from here; returns the folder.

    Where nothing can be written, a temporary folder serves this process alone. Raises InputError where another user may
    have written to the cache, its histories and populations included.
    """
    folder = compiled_folder()
    for kept in (HISTORIES, POPULATIONS):
        refuse_foreign(cache_folder(), kept)
    refuse_foreign(cache_folder(), COMPILED, folder.name)
    try:
        _hold(folder)
        _prune(folder)
    except OSError:
        folder = Path(tempfile.mkdtemp(prefix="cradle-numba-"))
    os.environ["NUMBA_CACHE_DIR"] = str(folder)
    if "numba" in sys.modules:  # imported before us: it has read the environment already
        sys.modules["numba"].config.CACHE_DIR = str(folder)
    return folder


def made_for() -> str:
    """What compiled code is good for, as a word for a file's name: the place of the sources (numba keeps by path, so a
    copy of them is compiled again), Python, numba and processor."""
    place, python, numba_version, processor = _compiled_by()
    return f"{place}-{python}-{numba_version}-{processor}"


def must_compile() -> bool:
    """True when nothing of these sources is compiled yet for what runs them here (:func:`made_for`): the first month
    then takes some minutes."""
    if os.environ.get("NUMBA_DISABLE_JIT", "0") != "0":
        return False
    place, python, numba_version, processor = _compiled_by()
    indices = (Path(os.environ["NUMBA_CACHE_DIR"]) / place).glob(f"*.{python}*.nbi")
    wanted = (numba_version.encode(), processor.encode())
    return not any(all(word in index.read_bytes() for word in wanted) for index in indices)


def _compiled_by() -> tuple[str, str, str, str]:
    """By what numba keeps compiled code of this package: folder, Python, numba and processor, as it writes them."""
    import numba
    from llvmlite import binding
    from numba.core.caching import UserProvidedCacheLocator

    place = UserProvidedCacheLocator.get_suitable_cache_subpath(__file__)
    python = f"py{sys.version_info.major}{sys.version_info.minor}"
    return place, python, numba.__version__, binding.get_host_cpu_name()


def _hold(folder: Path) -> None:
    """Create the folder, private, mark it used now, and keep a shared lock on its marker until the process ends."""
    marker = folder / _IN_USE
    if marker in _held and marker.exists():
        return
    for _ in range(100):  # again when another process removed the folder between our making and our locking it
        private_folder(folder.parents[1], *folder.parts[-2:])
        try:
            descriptor = os.open(marker, os.O_RDWR | os.O_CREAT, 0o600)
        except FileNotFoundError:
            continue
        if fcntl is not None:
            fcntl.flock(descriptor, fcntl.LOCK_SH)
        if _same_file(descriptor, marker):
            os.utime(marker)
            _held[marker] = descriptor
            return
        os.close(descriptor)
    raise OSError(f"{folder}: cannot be held")


def _same_file(descriptor: int, path: Path) -> bool:
    """Whether the open file is still the one at that path."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False


def _prune(current: Path) -> None:
    """Remove the folders of older sources beyond the newest ones, save those that some process holds."""
    if fcntl is None:
        return
    used = [(marker.stat().st_mtime, marker) for marker in current.parent.glob(f"*/{_IN_USE}")]
    for _, marker in sorted(used, reverse=True)[KEPT_FOLDERS:]:
        if marker.parent == current:
            continue
        descriptor = os.open(marker, os.O_RDWR)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(marker.parent, ignore_errors=True)
        except BlockingIOError:
            continue  # in use
        finally:
            os.close(descriptor)
