"""One process works on a run folder at a time; one that was killed holds nothing and leaves nothing half-written."""

from __future__ import annotations

import errno
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from results.folder.lock import HOLDER, held
from results.folder.store import RunFolderError, StoreError

ROOT = Path(__file__).parents[3]
HOLDS = """
import os, sys, time
from pathlib import Path
from results.folder.lock import held
from results.folder.whole_files import machine_name
with held(Path(sys.argv[1])):
    (Path(sys.argv[1]) / "parts").mkdir()
    name = f".one.parquet.{machine_name()}.{os.getpid()}.tmp"
    (Path(sys.argv[1]) / "parts" / name).write_bytes(b"half")
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def other(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that is writing into the folder."""
    command = [sys.executable, "-c", HOLDS, str(tmp_path)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()


def test_a_second_process_is_told_who_holds_the_folder(tmp_path: Path, other: subprocess.Popen[str]) -> None:
    told = rf"process {other.pid} has been working on this run since 20"
    with pytest.raises(RunFolderError, match=told) as refused, held(tmp_path):
        raise AssertionError("held twice")
    assert f"进程 {other.pid} " in refused.value.said_in("zh")
    assert list(tmp_path.rglob(".*.tmp")), "nobody deletes another's files"


def test_a_killed_process_holds_nothing_and_what_it_left_half_written_is_cleared(
    tmp_path: Path, other: subprocess.Popen[str]
) -> None:
    other.kill()
    other.wait()
    with held(tmp_path):
        assert not list(tmp_path.rglob(".*.tmp")) and (tmp_path / HOLDER).is_file()
    assert not (tmp_path / HOLDER).exists()
    with held(tmp_path):
        pass


NO_LOCKS = {"filelock's word": NotImplementedError(), "no room for locks": OSError(errno.ENOLCK, "no locks available")}


@pytest.fixture(params=NO_LOCKS)
def without_locks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that has none."""

    def refuses(*_: object, **__: object) -> None:
        raise NO_LOCKS[request.param]

    monkeypatch.setattr("filelock.FileLock.acquire", refuses)


def test_without_locks_temporary_files_of_the_living_and_of_other_machines_stay(
    tmp_path: Path, other: subprocess.Popen[str], without_locks: None
) -> None:
    (half,) = tmp_path.rglob(".*.tmp")
    elsewhere = half.with_name(".two.parquet.another-machine.1.tmp")
    elsewhere.write_bytes(b"half")
    with pytest.raises(RunFolderError, match=f"process {other.pid} has been working"), held(tmp_path):
        raise AssertionError("held twice")
    (tmp_path / HOLDER).unlink()  # nothing tells who it is
    with held(tmp_path):
        assert half.exists() and elsewhere.exists()
    other.kill()
    other.wait()
    with held(tmp_path):
        assert not half.exists() and elsewhere.exists()


def test_a_folder_that_cannot_be_made_gives_one_clear_message(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(StoreError, match="cannot write"), held(tmp_path / "runs" / "one"):
        raise AssertionError("held")
