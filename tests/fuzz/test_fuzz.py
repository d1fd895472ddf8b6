"""Every reader of what people write answers any file: it takes it, or refuses it in one short message."""

from __future__ import annotations

import collections
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

import cradle
from tests.fuzz.mutations import KINDS, Mutation
from tests.fuzz.readers import Reader, answer, cities_kept, mutations_of, readers

SEED = 20261128
LEAST = 20
"""Damaged files a reader and run of the suite; thousands: ``python -m tests.fuzz``."""
COSTLY = {"city pack", "city", "config scenario/interactions", "run folder of an older version"}
"""Where it takes long to find nothing wrong, only damage after which something is."""
READERS = readers()


@pytest.fixture(scope="module", autouse=True)
def _cities_read_once() -> Iterator[None]:
    with cities_kept():
        yield


def chosen(reader: Reader, count: int) -> list[tuple[str, Mutation]]:
    """As many mutations of each kind as of any other, in an order by chance."""
    chance = random.Random(f"{SEED} {reader.name}")
    by_kind: dict[str, list[tuple[str, Mutation]]] = collections.defaultdict(list)
    for file in reader.damaged:
        for mutation in mutations_of(file):
            if mutation.must_fail or mutation.kind == "damage" or reader.name not in COSTLY:
                by_kind[mutation.kind].append((file, mutation))
    for held in by_kind.values():
        chance.shuffle(held)
    turns = max(map(len, by_kind.values()))
    return [by_kind[kind][turn] for turn in range(turns) for kind in KINDS if turn < len(by_kind[kind])][: 3 * count]


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_every_damaged_file_gets_an_answer(reader: Reader, tmp_path: Path) -> None:
    reader.place(tmp_path)
    reader.read(tmp_path)  # whole, they are taken
    found = []
    for file, mutation in chosen(reader, LEAST):
        one = answer(reader, file, mutation, str(SEED), tmp_path)
        found += [one] if one is not None else []
        if len(found) == LEAST:
            break
    assert [one.line() for one in found if one.how.startswith("broken")] == []
    assert len(found) == LEAST and sum(one.how == "refused" for one in found) >= LEAST // 4
    kinds = {mutation.kind for file in reader.damaged for mutation in mutations_of(file)}
    assert len({one.mutation.kind for one in found}) >= min(len(KINDS) - 1, len(kinds))


def test_the_command_ends_with_status_2_and_one_message_in_both_languages() -> None:
    """What a reader refuses comes to people as a message and exit status 2, whatever the language."""
    runner, seen = CliRunner(), 0
    reader = next(reader for reader in READERS if reader.name == "config scenario/toytown_quick")
    (file,) = reader.damaged
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        reader.place(folder)
        whole = (folder / file).read_bytes()
        for number, (_, mutation) in enumerate(chosen(reader, 8)):
            damaged = mutation.apply(whole, random.Random(SEED))
            if damaged is None or not mutation.must_fail:
                continue
            (folder / file).write_bytes(damaged)
            lang = ("en", "zh")[number % 2]
            done = runner.invoke(cradle.app, ["check", str(folder / file), "--lang", lang])
            assert done.exit_code == 2, f"{mutation}: {done.output[:300]}"
            assert done.stdout == "" and 0 < len(done.stderr.encode()) <= 2000 and "Traceback" not in done.stderr
            assert sorted(path.name for path in folder.iterdir()) == [file]
            seen += 1
    assert seen >= 8


def test_the_corpus_holds_every_kind() -> None:
    for file in ("a.yaml", "a.csv"):
        count = collections.Counter(mutation.kind for mutation in mutations_of(file))
        assert set(count) == set(KINDS) and min(count.values()) >= 3 and sum(count.values()) >= LEAST
