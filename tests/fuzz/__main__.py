"""Thousands of bad inputs by one command: ``python -m tests.fuzz --count 5000``; exit status 1 if an answer is none."""

from __future__ import annotations

import argparse
import collections
import random
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzz.readers import Answer, Reader, answer, cities_kept, mutations_of, readers


def answers(reader: Reader, count: int, seed: int) -> list[Answer]:
    """Every mutation of every file in turn, in an order by chance, until there are ``count`` answers."""
    found: list[Answer] = []
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        reader.place(folder)
        reader.read(folder)  # whole, they are taken
        every = [(file, mutation) for file in reader.damaged for mutation in mutations_of(file)]
        turn = 0
        while len(found) < count and turn < 50:
            turn += 1
            random.Random(f"{seed} {reader.name} {turn}").shuffle(every)
            for file, mutation in every:
                one = answer(reader, file, mutation, f"{seed} {turn} {file}", folder)
                found += [one] if one is not None else []
                if len(found) == count:
                    break
    return found


def main(arguments: list[str] | None = None) -> int:
    """Ask every reader, and print what it answered."""
    options = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    options.add_argument("--count", type=int, default=5000, help="bad inputs in all (5000)")
    options.add_argument("--seed", type=int, default=1, help="where chance begins (1)")
    options.add_argument("--reader", default="", help="only readers whose name holds this")
    asked = options.parse_args(arguments)
    chosen = [reader for reader in readers() if asked.reader in reader.name]
    quick = [reader for reader in chosen if not reader.slow]
    slow = [reader for reader in chosen if reader.slow]
    shares = {reader.name: asked.count // (4 * len(quick) + len(slow)) * (1 if reader.slow else 4) for reader in chosen}
    totals: collections.Counter[str] = collections.Counter()
    with cities_kept():
        for reader in chosen:
            begun = time.monotonic()
            found = answers(reader, max(1, shares[reader.name]), asked.seed)
            count = collections.Counter(one.how.partition(":")[0] for one in found)
            totals.update(count)
            said = ", ".join(f"{how} {number}" for how, number in sorted(count.items()))
            print(f"{reader.name}: {len(found)} inputs, {said} ({time.monotonic() - begun:.0f} s)", flush=True)
            for one in found:
                if one.how.startswith("broken"):
                    print(f"  {one.line()}", flush=True)
    print(f"{sum(totals.values())} inputs: {dict(totals)}")
    return 1 if totals["broken"] else 0


if __name__ == "__main__":
    sys.exit(main())
