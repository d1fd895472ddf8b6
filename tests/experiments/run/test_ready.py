"""The engine is compiled once, by one process at a time, and whoever compiles or waits says so."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from abm.core.compiled_cache import made_for
from experiments.run import compiled_once as ready
from policies.messages import process_language

HOLDER = """
import sys, time
from filelock import FileLock
from pathlib import Path
with FileLock(sys.argv[1]):
    print("held", flush=True)
    time.sleep(0.5)
    Path(sys.argv[2]).touch()
"""


@pytest.fixture
def compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """A folder of compiled code without any, and a compiler that takes no time; how often it was called."""
    calls: list[bool] = []
    monkeypatch.delenv("NUMBA_DISABLE_JIT", raising=False)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(ready, "compile_everything", lambda: calls.append(True))
    monkeypatch.setattr(ready, "must_compile", lambda: not calls)
    ready.engine_ready.cache_clear()
    return lambda: len(calls)


def test_who_compiles_says_so_and_only_then(
    compiled: Callable[[], int], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not ready.is_compiled()
    with process_language("zh"):
        ready.engine_ready()
    assert capsys.readouterr().err == "正在为本机编译模型（仅此一次）：第一个月之前需二至四分钟\n"
    ready.engine_ready.cache_clear()  # as in another process
    ready.engine_ready()
    assert (capsys.readouterr().err, compiled(), ready.is_compiled()) == ("", 1, True)
    monkeypatch.setattr(ready, "made_for", lambda: "a copy elsewhere")
    ready.engine_ready.cache_clear()
    ready.engine_ready()
    said = capsys.readouterr().err
    assert said.startswith("compiling the engine for this machine") and compiled() == 2


def test_what_a_full_disk_does_not_keep_is_not_taken_for_compiled(
    compiled: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ready, "must_compile", lambda: True)
    ready.engine_ready()
    assert compiled() == 1 and not ready.is_compiled()


def test_another_process_that_compiles_is_waited_for(
    compiled: Callable[[], int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path / f".compiling-{made_for()}"), str(ready._marker())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3]) as other:
        assert other.stdout is not None and other.stdout.readline() == "held\n"
        ready.engine_ready()
    assert compiled() == 0 and ready.is_compiled()
    assert (
        capsys.readouterr().err
        == "another process is compiling the engine for this machine; waiting until it is done\n"
    )
