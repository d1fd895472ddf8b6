"""The laws of a design with thousands of rows: a timeline is made when it is asked for, never all at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from experiments.study.config import BASELINE_SCENARIO
from policies.catalogue import Catalogue
from policies.timeline import Timeline, timeline_for


class LazyLaws(Mapping[str, Timeline]):
    """Scenario name -> timeline; the baseline first, every other row today's law with changes from the branch on."""

    def __init__(self, catalogue: Catalogue, changes: Mapping[str, Mapping[str, float]], start: int) -> None:
        self._catalogue, self._changes, self._start = catalogue, dict(changes), start
        self._law = timeline_for(catalogue)

    def __getitem__(self, name: str) -> Timeline:
        if name == BASELINE_SCENARIO:
            return self._law
        return timeline_for(self._catalogue, None, self._changes[name], start=self._start, name=name)

    def __iter__(self) -> Iterator[str]:
        yield BASELINE_SCENARIO
        yield from self._changes

    def __len__(self) -> int:
        return 1 + len(self._changes)

    def __contains__(self, name: object) -> bool:
        return name == BASELINE_SCENARIO or name in self._changes

    def changes_of(self, name: str) -> Mapping[str, float]:
        """Lever fields that a row sets, with their values; nothing for the baseline."""
        return self._changes.get(name, {})

    def hash_of(self, name: str) -> str:
        """Hash of a row's law, without making its timeline."""
        return _hash(self._law.hash(), self._start, self.changes_of(name))


def _hash(law: str, start: int, changes: Mapping[str, Any]) -> str:
    if not changes:
        return law
    return hashlib.sha256(json.dumps([law, start, dict(sorted(changes.items()))]).encode()).hexdigest()
