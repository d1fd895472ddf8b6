"""Files of the cache: what is not to the bit what was written is not read, and reading runs nothing."""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from abm.core.kept_files import DamagedFileError, read_arrays, write_arrays
from policies.errors import InputError


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A file of two arrays."""
    path = tmp_path / "cache" / "histories" / "one.history"
    assert write_arrays(path, {"people": np.arange(1000), "text": np.array("遂宁")}) == path
    return path


def test_a_file_is_private_and_comes_back(kept: Path) -> None:
    read = read_arrays(kept)
    assert read is not None and set(read) == {"people", "text"} and str(read["text"]) == "遂宁"
    np.testing.assert_array_equal(read["people"], np.arange(1000))
    assert [path.name for path in kept.parent.iterdir()] == ["one.history"]
    if os.name == "posix":
        assert [path.stat().st_mode & 0o777 for path in (kept, kept.parent, kept.parents[1])] == [0o600, 0o700, 0o700]


def test_any_flipped_bit_is_found(kept: Path) -> None:
    content, chance = kept.read_bytes(), random.Random(1)
    for _ in range(200):
        damaged = bytearray(content)
        damaged[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        kept.write_bytes(damaged)
        with pytest.raises(DamagedFileError):
            read_arrays(kept)
    for length in (0, 31, 32, 33, len(content) - 1):
        kept.write_bytes(content[:length])
        with pytest.raises(DamagedFileError):
            read_arrays(kept)


class Trap:
    """Leaves a mark where it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.mark,)


def test_pickles_are_not_run_even_under_a_right_checksum(kept: Path, tmp_path: Path) -> None:
    trap = Trap(tmp_path / "run")
    pickle.loads(pickle.dumps(trap))
    assert trap.mark.exists(), "it is a trap"
    trap.mark.unlink()
    buffer = io.BytesIO()
    np.savez(buffer, people=np.array([trap], dtype=object))
    for content in (pickle.dumps(trap), buffer.getvalue()):
        kept.write_bytes(hashlib.sha256(content).digest() + content)
        with pytest.raises(DamagedFileError):
            read_arrays(kept)
    assert not trap.mark.exists()


@pytest.mark.skipif(os.name != "posix", reason="owners and modes are asked on POSIX systems")
def test_what_others_may_write_is_neither_read_nor_written(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.chmod(0o660)
    with pytest.raises(InputError, match="mode 660"):
        read_arrays(kept)
    kept.chmod(0o600)
    kept.parent.chmod(0o770)
    with pytest.raises(InputError, match="mode 770"):
        write_arrays(kept, {})
    kept.parent.chmod(0o700)
    monkeypatch.setattr(os, "geteuid", lambda: 1234567)
    for use in (lambda: read_arrays(kept), lambda: write_arrays(kept, {})):
        with pytest.raises(InputError, match="belongs to user"):
            use()
