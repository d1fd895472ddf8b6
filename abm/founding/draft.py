"""The columns of a population while it is being built, before rows are sorted by household."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.core import draws

Column = NDArray[Any]


@dataclass
class Draft:
    """One array a column, all of shape (n,); rows stand by county, sex, age and town until the end.

    ``columns`` holds what the population will hold and working columns: ``age`` (completed years on the first day of
    ``month``), ``place`` (2 x county + town), ``unit`` (the row that stands for the person's family).
    """

    seed: int
    month: int
    year: int
    columns: dict[str, Column] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Column:
        return self.columns[name]

    def __setitem__(self, name: str, column: Column) -> None:
        self.columns[name] = column

    @property
    def n(self) -> int:
        """Number of people."""
        return len(self.columns["id"])

    def uniforms(self, decision: int, ordinal: int = 0, rows: Column | None = None) -> NDArray[np.float64]:
        """Keyed uniform numbers of everybody, or of the given rows; `ordinal` tells draws of one decision apart."""
        ids = self.columns["id"] if rows is None else self.columns["id"][rows]
        return np.asarray(draws.uniforms(self.seed, ids, ordinal, decision))

    def normals(self, decision: int, ordinal: int = 0, rows: Column | None = None) -> NDArray[np.float64]:
        """Keyed standard normal numbers of everybody, or of the given rows."""
        ids = self.columns["id"] if rows is None else self.columns["id"][rows]
        return np.asarray(draws.normals(self.seed, ids, ordinal, decision))
