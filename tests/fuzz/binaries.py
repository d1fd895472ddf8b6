"""Ways to damage a file that a program wrote, and what answers: kept histories and populations, which are made anew."""

from __future__ import annotations

import atexit
import contextlib
import functools
import hashlib
import io
import pickle
import random
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pandas as pd

from abm.core.population import HOUSEHOLD_DTYPE, PERSON_DTYPE, Population
from abm.founding import keep
from experiments.run import saved_histories as histories
from policies.catalogue import load_catalogue
from policies.errors import InputError
from policies.private import private_folder
from policies.timeline import current_law
from tests.fuzz.mutations import Damage, Mutation, flipped, overwritten, piece_moved, piece_twice, truncated, zeroed

HISTORY, POPULATION = "histories/one.history", "populations/one.population"
CHECKSUM = 32


class Trap:
    """What no reader may run: it ends the test."""

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return SystemExit, ("a pickle was run",)


def _behind_its_checksum(made: Damage) -> Damage:
    """The damage below a checksum that fits it, as a program of another version writes it."""

    def damaged(content: bytes, chance: random.Random) -> bytes | None:
        below = made(content[CHECKSUM:], chance)
        return None if below is None else hashlib.sha256(below).digest() + below

    return damaged


def _arrays(**changed: object) -> Damage:
    """The file of arrays with others in it."""

    def other(content: bytes, _: random.Random) -> bytes:
        with np.load(io.BytesIO(content), allow_pickle=False, max_header_size=1_000_000) as kept:
            arrays = {name: kept[name] for name in kept.files}
        buffer = io.BytesIO()
        np.savez(buffer, **(arrays | changed))  # type: ignore[arg-type]
        return buffer.getvalue()

    return other


def _text(text: bytes) -> Damage:
    return _arrays(state=np.frombuffer(text, np.uint8), checks=np.frombuffer(text, np.uint8), persons=np.zeros(3))


def of_binaries() -> Iterator[Mutation]:
    """What can befall a file of the cache: no file is right after any of it."""
    by_chance = {
        "cut": truncated, "bits": flipped, "bytes": overwritten, "zeros": zeroed, "moved": piece_moved,
        "twice": piece_twice,
    }  # fmt: skip
    for name, apply in by_chance.items():
        yield Mutation("damage", name, apply, True)
        if name in ("cut", "moved"):  # others may miss what is read: the time in the head of an archive
            yield Mutation("damage", f"{name}, with its checksum", _behind_its_checksum(apply), False)
    for name, content in {"nothing": b"", "a line": b"text\n", "PNG": b"\x89PNG\r\n\x1a\n" * 100}.items():
        yield Mutation("structure", name, lambda _, __, content=content: content, True)  # type: ignore[misc]
    pickles = {"a pickle": pickle.dumps({"month": 1512}), "a trap": pickle.dumps(Trap())}
    for name, content in {
        **pickles,
        "an empty archive": b"PK\x05\x06" + bytes(18),
        "no archive": b"PK\x03\x04",
    }.items():
        below = _behind_its_checksum(lambda _, __, content=content: content)  # type: ignore[misc]
        yield Mutation("structure", f"{name}, with its checksum", below, True)
    trap = np.array([Trap()], dtype=object)
    yield Mutation("structure", "a trap among arrays", _behind_its_checksum(_arrays(state=trap, persons=trap)), True)
    texts = {
        "nothing": b"", "half": b'{"name": "one", "state": {"dict": [[', "no state": b'{"name": "one"}',
        "another name": b'{"name": "two", "state": {"dict": []}}', "a list": b'{"name": "one", "state": []}',
        "a call": b'{"name": "one", "state": {"record": ["Popen", ["true"]]}}',
        "no array": b'{"name": "one", "state": {"dict": [["a", {"array": "99"}]]}}',
        "other bytes": b"\xff\xfe", "NaN": b'{"name": NaN}',
        "9,000 lists": b'{"name": "one", "state": ' + b"[" * 9000 + b"]" * 9000 + b"}",
        "5,000 digits": b'{"name": "one", "state": ' + b"7" * 5000 + b"}",
    }  # fmt: skip
    for name, text in texts.items():
        kind = "sizes" if name[0] in "95" else "structure"
        yield Mutation(kind, f"a text with its checksum: {name}", _behind_its_checksum(_text(text)), True)
    for name, size in (("a byte more", 1), ("three million bytes more", 3_000_000)):
        yield Mutation("sizes", name, lambda content, _, size=size: content + bytes(size), True)  # type: ignore[misc]
    yield Mutation("sizes", "a byte less", lambda content, _: content[:-1], True)


@functools.cache
def made_files() -> dict[str, Path]:
    """A history and a population as the project keeps them, by their names in a cache."""
    law = current_law(load_catalogue())
    state = {"month": 1512, "people": np.arange(40), "law": law, "years": {2011: (1.5, None)}}
    population = Population.from_arrays(np.zeros(4, PERSON_DTYPE), np.zeros(2, HOUSEHOLD_DTYPE))
    folder = tempfile.TemporaryDirectory(prefix="fuzz-")
    atexit.register(folder.cleanup)
    with _cache(Path(folder.name)):
        found = (
            histories.keep_history("one", state),
            keep.write_kept("one", population, pd.DataFrame({"within": [True]})),
        )
    assert all(found), "a cache can be written"
    return dict(zip((HISTORY, POPULATION), found, strict=True))  # type: ignore[arg-type]


@contextlib.contextmanager
def _cache(folder: Path) -> Iterator[None]:
    with (
        patch("experiments.run.saved_histories.histories_folder", lambda: folder / "histories"),
        patch("abm.founding.keep.populations_folder", lambda: folder / "populations"),
    ):
        yield


def read_cache(folder: Path) -> object:
    """What is read of a cache; InputError where something is to be made anew, which is set aside without a word."""
    for name in (HISTORY, POPULATION):
        private_folder(folder, Path(name).parent.name)
        (folder / name).chmod(0o600)
    with _cache(folder):
        state, population = histories.read_history("one"), keep.read_kept("one")
    (folder / HISTORY).with_suffix(".unreadable").unlink(missing_ok=True)
    (folder / HISTORY).touch()
    if state is None or population is None:
        raise InputError("made anew")
    return state, population
