"""What tells one kind of study from another, in one object: its config, how that is resolved, its rows, its report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from abm.core.parameters import Parameters
from experiments.study.config import LAST_LAW_MONTH, CommonConfig, Interaction, Scenario
from experiments.study.design import Design, Draws
from experiments.study.timelines import Timelines
from policies.catalogue import Catalogue
from policies.clock import month_index


@dataclass(frozen=True)
class Asked[C: CommonConfig]:
    """A config, and what its names and numbers are looked up in.

    ``is_whole`` is False when something is wrong with its keys already, whose values may then be of any kind.
    ``fitted`` are the draws of the city's fit, if the config asks for them.
    """

    path: Path
    config: C
    is_whole: bool
    catalogue: Catalogue
    parameters: Parameters
    fitted: Draws
    written_branch: int | None
    end: int | None

    @property
    def branch(self) -> int:
        """Month in which scenarios part, unless the kind finds another."""
        return self.written_branch if self.written_branch is not None else month_index(LAST_LAW_MONTH)


@dataclass(frozen=True)
class Resolved:
    """What a kind makes of a config: keys filled in, the month in which scenarios part, its rows and their law.

    ``groups`` are the groups of rows that are kept (empty: all). ``arms`` are those that a report tells one by one, and
    ``interactions`` pairs of them with the arm that has the measures of both. ``completes_cohorts``: every arm lives on
    until the women of the horizon are 50.
    """

    filled_in: Mapping[str, Any]
    branch: int
    timelines: Timelines
    design: Design
    groups: tuple[str, ...] = ()
    arms: Mapping[str, Scenario] = field(default_factory=dict)
    interactions: tuple[Interaction, ...] = ()
    completes_cohorts: bool = False


@dataclass(frozen=True)
class Kind:
    """A kind of study. ``resolve`` returns None, and notes problems, for a config of which no study can be made."""

    name: str
    config: type[CommonConfig]
    resolve: Callable[[Asked[Any], list[str]], Resolved | None]
    report: str
    """Name of its report in ``results``."""
    told: tuple[str, ...] = ()
    """Keys of the config that the analysis of its design reads; none where the arms tell all."""
    core_outputs: tuple[str, ...] = ()
    """Kept whatever the config asks for, because its report needs them."""
    compares_arms: bool = False
    """True when arms with names of their own are held against the baseline, birth by birth."""
    most_packages: Callable[[Any], int] | None = None
    """Of a search, whose runs are not known beforehand: how many packages a config may try, the baseline apart."""

    @property
    def is_search(self) -> bool:
        """True when runs follow from the results of others."""
        return self.most_packages is not None
