"""Histories on disk: read back as they were, set aside when damaged, never a reason to stop."""

from __future__ import annotations

import hashlib
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from experiments.run import saved_histories as histories
from experiments.run.run_table import design_table
from experiments.run.saved_histories import histories_folder, is_kept, keep_history, read_history
from experiments.run.seed_task import build_history
from experiments.run.tasks import tasks_of
from experiments.study.study import read_study
from policies.errors import InputError


@pytest.fixture(autouse=True)
def own_histories(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CRADLE_CACHE", str(tmp_path / "cache"))


def test_a_history_reads_back_and_a_damaged_one_is_set_aside() -> None:
    state = {"people": np.arange(1000), "month": 1512}
    path = keep_history("one", state)
    assert path is not None and is_kept("one") and read_history("one") is not None
    np.testing.assert_array_equal(read_history("one")["people"], state["people"])  # type: ignore[index]
    content = bytearray(path.read_bytes())
    content[-30] ^= 1
    path.write_bytes(content)
    assert read_history("one") is None and not is_kept("one")
    assert [p.name for p in histories_folder().iterdir()] == ["one.unreadable"]
    assert read_history("never kept") is None


@pytest.mark.parametrize("content", [b"", b"half a file", pickle.dumps({"month": 1512}, protocol=5)])
def test_a_history_of_an_older_version_is_set_aside(content: bytes) -> None:
    path = keep_history("one", {"month": 1512})
    assert path is not None
    path.write_bytes(hashlib.sha256(content).digest() + content)
    assert read_history("one") is None and path.with_suffix(".unreadable").exists()


def test_a_history_under_another_name_is_not_taken() -> None:
    path = keep_history("one", {"month": 1512})
    assert path is not None
    path.rename(path.with_stem("two"))
    assert read_history("two") is None


@pytest.mark.skipif(os.name != "posix", reason="owners and modes are asked on POSIX systems")
def test_a_history_that_another_may_have_written_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    path = keep_history("one", {"month": 1512})
    assert path is not None
    for place in (path, path.parent, path.parents[1]):
        before = place.stat().st_mode
        place.chmod(before | 0o020)
        with pytest.raises(InputError, match="other users may write to it"):
            read_history("one")
        place.chmod(before)
    assert read_history("one") == {"month": 1512}
    monkeypatch.setattr(os, "geteuid", lambda: 1234567)
    with pytest.raises(InputError, match="belongs to user"):
        read_history("one")


def test_where_nothing_can_be_written_a_study_does_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("CRADLE_CACHE", str(tmp_path / "file"))
    assert keep_history("one", {}) is None and read_history("one") is None


def test_the_oldest_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(histories, "_KEPT_BYTES", 1)
    keep_history("one", {})
    keep_history("two", {})
    assert sorted(path.name for path in histories_folder().iterdir()) == ["two.history"]


def test_what_decides_a_history_names_it(write_config: Callable[..., Path]) -> None:
    def name(**changes: Any) -> str:
        study = read_study(write_config(seeds=1, **changes))
        return tasks_of(study, design_table(study), set())[0].history_name

    assert name() == name(end="2030-12") == name(outputs=["births"]), "what comes later does not"
    others = [name(start="2020-11"), name(parameter_changes={"care_scale": 21000.0}), name(branch="2025-12")]
    assert len({name(), *others}) == 4


def test_arms_of_a_kept_history_are_those_of_the_history_itself(
    write_config: Callable[..., Path], toytown_founded: Any
) -> None:
    study = read_study(write_config(seeds=1, start="2020-11"))
    (task,) = tasks_of(study, design_table(study), set())
    lived = build_history(task)
    assert is_kept(task.history_name)
    kept = build_history(task)
    arms = []
    for history in (lived, kept):
        arm = history.fork(timeline=task.arms[1].timeline)
        arm.run_until_month(task.branch_month + 24)
        arms.append(arm)
    pd.testing.assert_frame_equal(arms[0].rows(), arms[1].rows(), check_exact=True)
    pd.testing.assert_frame_equal(arms[0].births_log(), arms[1].births_log(), check_exact=True)
