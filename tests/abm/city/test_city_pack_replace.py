"""`cradle city --replace`: it never deletes what it did not make, and the old city stands until the new one does."""

from __future__ import annotations

import functools
import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from abm.city.loading import load_city
from abm.city.pack import make, replacing
from abm.city.pack.make import make_pack
from abm.city.pack.replacing import MARK, exchanged, hashes
from policies.errors import InputError

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "rivertown"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder that holds the example, made once; donors that ship are read once."""
    kept = functools.cache(load_city)
    with patch.object(make, "load_city", lambda name: kept(name) if isinstance(name, str) else load_city(name)):
        folder = tmp_path_factory.mktemp("made")
        make_pack(EXAMPLE, folder)
        yield folder


@pytest.fixture
def out(made: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may spoil."""
    return Path(shutil.copytree(made, tmp_path / "out"))


def all_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_made_folder_is_replaced_and_nothing_else_is_left(out: Path, tmp_path: Path) -> None:
    before = all_of(out / "rivertown")
    assert json.loads(before[MARK])["files"] == hashes(out / "rivertown") and len(before) == 28
    again = make_pack(EXAMPLE, out, donor="toytown", replace=True)
    assert load_city(again.folder).folder == (out / "rivertown").resolve()
    assert all_of(out / "rivertown") != before and [path.name for path in out.iterdir()] == ["rivertown"]
    make_pack(EXAMPLE, out, replace=True)
    assert all_of(out / "rivertown") == before, "the same tables make the same folder"


@pytest.mark.parametrize("what", ["a folder of one's own", "a file", "a link", "a broken mark"])
def test_what_was_not_made_here_is_never_deleted(what: str, out: Path, tmp_path: Path) -> None:
    folder = out / "rivertown"
    if what == "a link":
        folder.rename(tmp_path / "elsewhere")
        folder.symlink_to(tmp_path / "elsewhere")
    elif what == "a broken mark":
        (folder / MARK).write_text("[]", encoding="utf-8")
    else:
        shutil.rmtree(folder)
        if what == "a file":
            folder.write_text("thesis", encoding="utf-8")
        else:
            folder.mkdir()
            (folder / "thesis.txt").write_text("three years", encoding="utf-8")
    before = all_of(tmp_path)
    with pytest.raises(InputError, match=f"only replaces what cradle city made, and this folder has no {MARK}"):
        make_pack(EXAMPLE, out, replace=True)
    assert all_of(tmp_path) == before


@pytest.mark.parametrize("change", ["changed", "added", "deleted"])
def test_a_folder_that_was_improved_by_hand_is_not_replaced(change: str, out: Path) -> None:
    path = out / "rivertown" / ("notes.txt" if change == "added" else "economy.csv")
    if change == "deleted":
        path.unlink()
    else:
        path.write_text("better\n", encoding="utf-8")
    before = all_of(out)
    with pytest.raises(InputError, match=rf"would lose changes made to {path.name} \(1 files in all\)"):
        make_pack(EXAMPLE, out, replace=True)
    assert all_of(out) == before


@pytest.mark.parametrize("at", ["write_folder", "mark", "load_city", "put_in_place"])
def test_interrupted_while_it_is_made_the_old_city_stands(at: str, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = all_of(out)
    real = getattr(make, at)

    def stopped(*given: object) -> object:
        if at != "load_city" or Path(str(given[0])).parent.name.startswith(replacing.BESIDE):
            raise KeyboardInterrupt
        return real(*given)

    monkeypatch.setattr(make, at, stopped)
    with pytest.raises(KeyboardInterrupt):
        make_pack(EXAMPLE, out, donor="toytown", replace=True)
    assert all_of(out) == before


@pytest.mark.parametrize("fails", [1, 2])
def test_without_an_exchange_the_old_city_comes_back(fails: int, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, calls = all_of(out), 0
    rename = Path.rename

    def failing(path: Path, target: Path) -> Path:
        nonlocal calls
        calls += 1
        if calls == fails:
            raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(replacing, "exchanged", lambda one, other: False)
    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(KeyboardInterrupt):
        make_pack(EXAMPLE, out, donor="toytown", replace=True)
    assert all_of(out) == before
    monkeypatch.setattr(Path, "rename", rename)
    make_pack(EXAMPLE, out, donor="toytown", replace=True)
    assert all_of(out) != before and [path.name for path in out.iterdir()] == ["rivertown"]


def test_whoever_looks_while_folders_are_exchanged_sees_the_one_or_the_other(tmp_path: Path) -> None:
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "which").write_text(name, encoding="utf-8")
    if not exchanged(tmp_path / "new", tmp_path / "old"):
        pytest.skip("this system cannot exchange folders in one step")
    seen, looked = set(), threading.Event()

    def look() -> None:
        for _ in range(2_000):
            seen.add((tmp_path / "old" / "which").read_text(encoding="utf-8"))
        looked.set()

    thread = threading.Thread(target=look)
    thread.start()
    while not looked.wait(0) and thread.is_alive():
        assert exchanged(tmp_path / "new", tmp_path / "old")
    thread.join()
    assert looked.is_set() and seen == {"old", "new"}


def test_a_failure_leaves_no_folder_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(make, "mark", full)
    with pytest.raises(OSError, match="No space left"):
        make_pack(EXAMPLE, tmp_path / "new" / "cities")
    assert list(tmp_path.iterdir()) == []
