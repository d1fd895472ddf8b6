"""The law of every arm, month by month; of a design with thousands of rows made one by one when asked for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping

from experiments.study.config import BASELINE_SCENARIO
from policies.catalogue import Catalogue
from policies.timeline import Timeline, timeline_for


class Timelines(Mapping[str, Timeline]):
    """Scenario name -> timeline; the baseline first."""

    def __init__(self, made: Mapping[str, Timeline]) -> None:
        self._made = dict(made)

    def __getitem__(self, name: str) -> Timeline:
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)

    def hash_of(self, name: str) -> str:
        """Hash of an arm's law."""
        return self[name].hash()

    def values_of(self, name: str, month: int) -> Mapping[str, float]:
        """Every lever field of an arm as in force in a month from which on nothing changes."""
        return self[name].at(month)

    def differing(self, month: int) -> tuple[str, ...]:
        """Lever fields whose value in a month is not that of the baseline in every arm."""
        values = [self.values_of(name, month) for name in self]
        law = self.values_of(BASELINE_SCENARIO, month)
        return tuple(field for field in law if any(own[field] != law[field] for own in values))


class RowTimelines(Timelines):
    """Every row but the baseline is today's law with changes from one month on; its timeline is never kept."""

    def __init__(self, catalogue: Catalogue, changes: Mapping[str, Mapping[str, float]], start: int) -> None:
        super().__init__({BASELINE_SCENARIO: timeline_for(catalogue)})
        self._catalogue, self._changes, self._start = catalogue, dict(changes), start

    def __getitem__(self, name: str) -> Timeline:
        if name == BASELINE_SCENARIO:
            return super().__getitem__(name)
        return timeline_for(self._catalogue, None, self._changes[name], start=self._start, name=name)

    def __iter__(self) -> Iterator[str]:
        yield BASELINE_SCENARIO
        yield from self._changes

    def __len__(self) -> int:
        return 1 + len(self._changes)

    def __contains__(self, name: object) -> bool:
        return name == BASELINE_SCENARIO or name in self._changes

    def hash_of(self, name: str) -> str:
        """Hash of a row's law, without making its timeline."""
        law, changes = self[BASELINE_SCENARIO].hash(), self._changes.get(name)
        if not changes:
            return law
        return hashlib.sha256(json.dumps([law, self._start, dict(sorted(changes.items()))]).encode()).hexdigest()

    def values_of(self, name: str, month: int) -> Mapping[str, float]:
        """Every lever field of a row once its changes are in force, without making its timeline."""
        return {**self[BASELINE_SCENARIO].at(month), **self._changes.get(name, {})}
