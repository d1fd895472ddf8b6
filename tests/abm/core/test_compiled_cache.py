"""Compiled code is kept, and never answered from sources that have been edited."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from abm.core import compiled_cache

ROOT = Path(__file__).parents[3]
CALLEE = "from numba import njit\n\n@njit(cache=True)\ndef answer():\n    return {answer}\n"
CALLER = (
    "from numba import njit\nfrom abm.core.callee import answer\n\n@njit(cache=True)\ndef ask():\n    return answer()\n"
)


@pytest.fixture
def tiny_package(tmp_path: Path) -> Path:
    """A package `abm` of two compiled functions in two files, with the project's own `__init__` and cache module."""
    package = tmp_path / "tiny" / "abm"
    (package / "core").mkdir(parents=True)
    for name in ("__init__.py", "core/__init__.py", "core/compiled_cache.py"):
        (package / name).write_bytes((ROOT / "abm" / name).read_bytes())
    (package / "core" / "caller.py").write_text(CALLER)
    (package / "core" / "callee.py").write_text(CALLEE.format(answer=1))
    return package


def ask(package: Path, first: str = "") -> tuple[int, int]:
    """The answer of a fresh process, and how many functions of `caller` it took from the cache."""
    code = f"{first}\nfrom abm.core.caller import ask; print(ask(), sum(ask.stats.cache_hits.values()))"
    environment = {**os.environ, "CRADLE_CACHE": str(package.parents[1] / "cache")}
    environment["NUMBA_CACHE_DIR"] = str(package.parents[1] / "left_over")  # what a user may have set is overruled
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=package.parent, env=environment, capture_output=True, text=True, check=True
    )
    answer, hits = done.stdout.split()
    return int(answer), int(hits)


@pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT", "0") != "0", reason="nothing is compiled")
@pytest.mark.parametrize("first", ["", "import numba"], ids=["", "numba imported first"])
def test_an_edited_callee_is_never_answered_from_the_cache(tiny_package: Path, first: str) -> None:
    assert ask(tiny_package, first) == (1, 0)
    assert ask(tiny_package, first) == (1, 1)
    (tiny_package / "core" / "callee.py").write_text(CALLEE.format(answer=2))
    assert ask(tiny_package, first) == (2, 0)
    assert not (tiny_package.parents[1] / "left_over").exists()


@pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT", "0") != "0", reason="nothing is compiled")
def test_a_copy_of_the_sources_has_to_be_compiled_again(tiny_package: Path) -> None:
    """What is compiled is answered for by place, as numba looks for it: the first place stays compiled."""

    def must(package: Path) -> str:
        code = "from abm.core.compiled_cache import must_compile; print(int(must_compile()))"
        environment = {**os.environ, "CRADLE_CACHE": str(tiny_package.parents[1] / "cache")}
        environment.pop("PYTHONPATH", None)
        command = [sys.executable, "-c", code]
        return subprocess.check_output(command, cwd=package.parent, env=environment, text=True).strip()

    assert must(tiny_package) == "1"
    assert ask(tiny_package) == (1, 0)
    assert must(tiny_package) == "0"
    copy = tiny_package.parents[1] / "copy" / "abm"
    shutil.copytree(tiny_package, copy)
    assert must(copy) == "1"


def test_the_hash_sees_text_and_names(tiny_package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled_cache, "__file__", str(tiny_package / "core" / "compiled_cache.py"))
    hashes = [compiled_cache.compiled_hash(), compiled_cache.compiled_hash()]
    (tiny_package / "core" / "callee.py").rename(tiny_package / "core" / "called.py")
    hashes.append(compiled_cache.compiled_hash())
    (tiny_package.parent / "policies").mkdir()
    for name in ("new.py", compiled_cache.FROM_POLICIES[0]):
        (tiny_package.parent / "policies" / name).write_text("")
        hashes.append(compiled_cache.compiled_hash())
    levers = tiny_package.parent / "policies" / "levers"
    levers.mkdir()
    for text in ("payers: {}\n", "payers: {}\nsummary: words\n", "payers:\n  benefit: {city: 1}\n"):
        (levers / "grant.yaml").write_text(text)
        hashes.append(compiled_cache.compiled_hash())
    assert hashes[0] == hashes[1] and hashes[2] == hashes[3] and hashes[5] == hashes[6] and len(set(hashes)) == 5


def is_compiled(function: ast.FunctionDef) -> bool:
    return any(isinstance(mark, ast.Name) and mark.id in ("compiled", "inlined") for mark in function.decorator_list)


def test_folders_that_are_not_hashed_hold_nothing_compiled_and_give_it_nothing() -> None:
    apart = tuple(ROOT / "abm" / folder for folder in compiled_cache.UNCOMPILED)
    assert all(folder.is_dir() for folder in apart)
    for source in (ROOT / "abm").rglob("*.py"):
        tree = ast.parse(source.read_text(encoding="utf-8"))
        compiled = any(is_compiled(node) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
        if any(folder in source.parents for folder in apart):
            assert not compiled, source
        elif compiled:
            modules = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
            assert not [name for name in modules if name.startswith(("abm.view.dashboard", "abm.city.pack"))], source


def test_compiled_functions_take_constants_of_policies_from_the_files_that_are_hashed() -> None:
    found = set()
    for source in (ROOT / "abm").rglob("*.py"):
        tree = ast.parse(source.read_text(encoding="utf-8"))
        imported = {
            alias.asname or alias.name: f"{(node.module or '').removeprefix('policies.')}.py"
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("policies")
            for alias in node.names
        }
        compiled = [node for node in tree.body if isinstance(node, ast.FunctionDef) and is_compiled(node)]
        constants = [node for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign)]
        for node in (*compiled, *constants) if compiled else ():  # a constant may be passed on under another name
            found |= {
                imported[name.id] for name in ast.walk(node) if isinstance(name, ast.Name) and name.id in imported
            }
    assert "clock.py" in found
    assert found <= set(compiled_cache.FROM_POLICIES)


def test_the_cache_goes_where_it_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CRADLE_CACHE", str(tmp_path / "here"))
    assert compiled_cache.cache_folder() == tmp_path / "here"
    assert compiled_cache.compiled_folder() == tmp_path / "here" / "numba" / compiled_cache.compiled_hash()
    monkeypatch.delenv("CRADLE_CACHE")
    assert compiled_cache.cache_folder().name == "cradle"


def test_a_cache_that_cannot_be_written_is_replaced_by_a_passing_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "a_file").write_text("")
    monkeypatch.setenv("CRADLE_CACHE", str(tmp_path / "a_file"))
    monkeypatch.setenv("NUMBA_CACHE_DIR", os.environ.get("NUMBA_CACHE_DIR", ""))
    numba = sys.modules.get("numba")
    if numba is not None:
        monkeypatch.setattr(numba.config, "CACHE_DIR", numba.config.CACHE_DIR)
    folder = compiled_cache.use_compiled_folder()
    assert folder.is_dir() and not any(folder.iterdir())
    folder.rmdir()


@pytest.mark.skipif(os.name != "posix", reason="owners and modes are asked on POSIX systems")
@pytest.mark.parametrize("place", ["", "numba", "histories", "populations", "histories/one.history"])
def test_a_cache_that_another_may_have_written_stops_every_command_before_anything_is_loaded(
    tmp_path: Path, place: str
) -> None:
    """In both languages, with what to do and exit status 2; a cache that is not there yet is made private."""
    cache, config = tmp_path / "cache", ROOT / "experiments/configs/scenario/toytown_quick.yaml"
    for folder in ("numba", "histories", "populations"):
        (cache / folder).mkdir(parents=True, exist_ok=True)
    (cache / "histories" / "one.history").write_bytes(b"")
    for path in (cache, *cache.rglob("*")):
        path.chmod(0o755)
    (cache / place).chmod(0o775)
    environment = {**os.environ, "CRADLE_CACHE": str(cache), "CRADLE_LANG": "zh" if place else "en"}
    command = [sys.executable, str(ROOT / "cradle.py"), "check", str(config)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "CRADLE_CACHE" in done.stderr and "Traceback" not in done.stderr and len(done.stderr.encode()) < 2000
    assert str(cache / place) in done.stderr.replace("\n", "")
    assert not any((cache / "numba").iterdir())


def test_old_folders_go_unless_in_use(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fcntl = pytest.importorskip("fcntl")
    folders = [tmp_path / f"version_{number}" for number in range(9)]
    for number, folder in enumerate(folders):
        folder.mkdir()
        (folder / ".in_use").touch()
        os.utime(folder / ".in_use", (number, number))
    with (folders[1] / ".in_use").open() as other_process:
        fcntl.flock(other_process, fcntl.LOCK_SH)
        compiled_cache._prune(folders[8])
    kept = [number for number, folder in enumerate(folders) if folder.exists()]
    assert kept == [1, 4, 5, 6, 7, 8]
