"""The folder of a fit: what it was asked for, pyABC's database, and every history that was lived.

The folder is named by a hash of all that decides the numbers, so that the same command goes on where it was stopped.
Only the driver writes. A history is a pure function of its free numbers: one that is written here is never lived again.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import struct
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from calibration.fit.fit_file import FitFile
from calibration.targets.read import Target
from experiments.sources import source_hash
from policies.errors import InputError
from policies.messages import tr

Free = Mapping[str, float]
Known = dict[bytes, tuple[float, ...]]
GENERATION, DISTANCE, ACCEPTED, WEIGHT = "generation", "distance", "accepted", "weight"
_OWN = (GENERATION, ACCEPTED, DISTANCE)


def key_of(free: Sequence[float]) -> bytes:
    """Sixteen bytes that tell one set of free numbers from every other."""
    return hashlib.blake2b(struct.pack(f"<{len(free)}d", *free), digest_size=16).digest()


class FitFolder:
    """Where one fit is kept. Raises InputError when it cannot be written."""

    def __init__(self, path: Path, fit: FitFile, targets: Sequence[Target]) -> None:
        self.path, self.fit = path, fit
        self.names, self.stats = fit.names, tuple(target.id for target in targets)
        try:
            path.mkdir(parents=True, exist_ok=True)
            file = path / "config.yaml"
            if not file.exists():
                written = yaml.safe_dump(fit.model_dump(mode="json"), allow_unicode=True, sort_keys=False)
                file.write_text(written, encoding="utf-8")
        except OSError as error:
            raise InputError(
                tr("{path}: cannot be written: {strerror}").format(path=path, strerror=error.strerror)
            ) from None

    @classmethod
    def of(cls, parent: Path, fit: FitFile, targets: Sequence[Target], city_hash: str) -> FitFolder:
        """The folder of this fit under ``parent``; made if it is not there."""
        stated = [
            fit.model_dump(
                mode="json",
                exclude={
                    "generations",
                    "refinements",
                    "steps",
                    "chance_variance",
                    "draws",
                    "predictive_seeds",
                    "title",
                },
            ),
            [target.model_dump(mode="json") for target in targets],
            source_hash(),
            city_hash,
        ]
        name = hashlib.sha256(json.dumps(stated, sort_keys=True).encode()).hexdigest()[:10]
        return cls(parent / f"calibrate-{fit.city}-{name}", fit, targets)

    @property
    def database(self) -> str:
        """Address of pyABC's database."""
        return f"sqlite:///{self.path / 'generations.db'}"

    @property
    def has_generations(self) -> bool:
        """True once a generation has been started."""
        return (self.path / "generations.db").is_file()

    @property
    def _file(self) -> Path:
        return self.path / "evaluations.csv"

    def add(self, generation: int, accepted: bool, distance: float, scores: Free, stats: Free) -> None:
        """Keep a history that was lived."""
        row = [generation, int(accepted), repr(float(distance))]
        row += [repr(float(scores[name])) for name in self.names]
        row += [repr(float(stats[name])) for name in self.stats]
        new = not self._file.exists()
        with self._file.open("a", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            if new:
                writer.writerow([*_OWN, *self.names, *self.stats])
            writer.writerow(row)

    def evaluations(self) -> pd.DataFrame:
        """Every history that was lived, in order: generation, accepted, distance, free numbers, statistics. A last
        line that was cut off is left out."""
        if not self._file.exists():
            return pd.DataFrame(columns=[*_OWN, *self.names, *self.stats])
        text = self._file.read_text(encoding="utf-8")
        whole = text[: text.rfind("\n") + 1]
        if whole != text:
            self._file.write_text(whole, encoding="utf-8")
        table = pd.read_csv(self._file, dtype=str).astype(float)  # by way of text: to the last digit
        return table.drop_duplicates(list(self.names)).reset_index(drop=True)

    def known(self) -> Known:
        """Statistics of every history that was lived, by key."""
        table = self.evaluations()
        free = table[list(self.names)].to_numpy(float)
        stats = np.asarray(table[list(self.stats)].to_numpy(float))
        return {key_of(row): tuple(stats[place]) for place, row in enumerate(free.tolist())}

    def kept(self, name: str) -> pd.DataFrame | None:
        """A table that a finished step left, or None."""
        path = self.path / f"{name}.csv"
        return pd.read_csv(path) if path.is_file() else None

    def keep(self, name: str, table: pd.DataFrame) -> None:
        """Keep the table of a finished step, whole or not at all."""
        hidden = self.path / f".{name}.csv"
        table.to_csv(hidden, index=False, lineterminator="\n")
        os.replace(hidden, self.path / f"{name}.csv")

    @contextmanager
    def clocked(self) -> Iterator[None]:
        """Add the seconds until this context ends, however it ends, to those spent on this fit before."""
        began = time.monotonic()
        try:
            yield
        finally:
            (self.path / "seconds.txt").write_text(f"{self.seconds_spent() + time.monotonic() - began:.1f}\n")

    def seconds_spent(self) -> float:
        """Seconds of all work on this fit."""
        path = self.path / "seconds.txt"
        return float(path.read_text()) if path.is_file() else 0.0
