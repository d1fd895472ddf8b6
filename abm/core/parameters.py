"""Every behavioural number, by name: value, unit, range or prior, source, status. Frozen and typed.

The numbers stand in ``abm/parameters*.yaml``; none stand in code. Compiled code receives them as one structured row
(:meth:`Parameters.row`), people as ``parameters["own_weight"]``.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import json
import math
import numbers
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from policies.errors import InputError, shown, unknown_name
from policies.messages import tr
from policies.numbers_meant import advice_on_number
from policies.text_files import read_text
from policies.validation import Real, plain_message
from policies.yaml_text import parsed

FOLDER = Path(__file__).resolve().parents[1]
Value = Real | tuple[Real, ...]


class Entry(BaseModel):
    """One number or list of numbers of the model, with where it comes from.

    ``low`` and ``high`` hold for every item of a list, ``low_by_item`` and ``high_by_item`` for each its own;
    ``increasing`` marks the points of a curve, ``adds_to`` parts of a whole.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    value: Value
    unit: str = Field(min_length=1)
    low: Real | None = None
    high: Real | None = None
    low_by_item: tuple[Real, ...] | None = None
    high_by_item: tuple[Real, ...] | None = None
    increasing: bool = False
    adds_to: Real | None = None
    source: str = Field(min_length=1)
    status: Literal["fitted", "literature", "assumed"]

    @model_validator(mode="after")
    def _inside_range(self) -> Entry:
        values = self.value if isinstance(self.value, tuple) else (self.value,)
        for value in values:
            _check_range(value, self.low, self.high)
        return self

    @model_validator(mode="after")
    def _items_fit_together(self) -> Entry:
        """Items of a list within ranges of their own, in order where a curve runs through them, parts of a whole."""
        if not isinstance(self.value, tuple):
            return self
        no_limits = (None,) * len(self.value)
        for value, low, high in zip(
            self.value, self.low_by_item or no_limits, self.high_by_item or no_limits, strict=True
        ):
            _check_range(value, low, high)
        if self.increasing and any(after < before for before, after in itertools.pairwise(self.value)):
            raise ValueError(tr("found {found}; allowed: numbers that do not fall").format(found=shown(self.value)))
        if self.adds_to is not None and not math.isclose(sum(self.value), self.adds_to, abs_tol=1e-6):
            raise ValueError(
                tr("the values add to {sum:.6g}; allowed: {allowed:g}").format(
                    sum=sum(self.value), allowed=self.adds_to
                )
            )
        return self


def _check_range(value: float, low: float | None, high: float | None) -> None:
    if (low is not None and value < low) or (high is not None and value > high):
        raise ValueError(tr("value {value:g} lies outside {low} to {high}").format(value=value, low=low, high=high))


class Parameters:
    """The numbers of one run. Unknown names are refused with the nearest; changing one makes a new object."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self._entries = MappingProxyType(dict(entries))

    @classmethod
    def load(cls, path: Path | None = None, **changes: Value) -> Parameters:
        """Numbers of ``path`` (default: every ``abm/parameters*.yaml``), with changes by name.

        Raises InputError for an unknown name, a value out of range or a malformed file.
        """
        loaded = cls(_read(path))
        return loaded.replace(**changes) if changes else loaded

    def replace(self, /, **changes: Value) -> Parameters:
        """New parameters with these values; InputError for an unknown name or a value outside its range."""
        entries = dict(self._entries)
        for name, value in changes.items():
            if name not in entries:
                raise unknown_name("parameter", name, entries, "parameters")
            new = _like(entries[name].value, value, name)
            entries[name] = _checked(name, {**entries[name].model_dump(), "value": new}, "parameters")
        return Parameters(entries)

    def __getitem__(self, name: str) -> float:
        """A single number; InputError for an unknown name, TypeError for a list."""
        value = self.entry(name).value
        if isinstance(value, tuple):
            raise TypeError(f"{name} is a list of {len(value)} numbers; use parameters.list({name!r})")
        return value

    def list(self, name: str) -> NDArray[np.float64]:
        """A list of numbers as a float64 array."""
        return np.atleast_1d(np.asarray(self.entry(name).value, float))

    def entry(self, name: str) -> Entry:
        """The whole entry of a name; InputError with the nearest name if there is none."""
        if name not in self._entries:
            raise unknown_name("parameter", name, self._entries, "parameters")
        return self._entries[name]

    @property
    def entries(self) -> Mapping[str, Entry]:
        """All entries by name."""
        return self._entries

    def row(self) -> NDArray[np.void]:
        """One structured row, shape (1,), a float64 field (or array of them) for every name, for compiled code."""
        names = sorted(self._entries)
        fields: list[tuple[str, type, tuple[int, ...]]] = []
        for name in names:
            value = self._entries[name].value
            fields.append((name, np.float64, (len(value),) if isinstance(value, tuple) else ()))
        row = np.zeros(1, np.dtype(fields))
        for name in names:
            row[name][0] = self._entries[name].value
        return row

    def hash(self) -> str:
        """Hash of all names and values."""
        values = {name: entry.value for name, entry in sorted(self._entries.items())}
        return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:16]


def _like(shipped: Value, value: object, name: str) -> Value:
    """``value`` if it is of the same kind as what ships: one finite number, or as many of them."""
    if isinstance(shipped, tuple):
        if not isinstance(value, list | tuple) or len(value) != len(shipped):
            raise InputError(
                tr("parameters: {name}: found {found}; allowed: a list of {count} numbers").format(
                    name=name, found=shown(value), count=len(shipped)
                )
            )
        return tuple(_number(item, f"{name}[{place}]") for place, item in enumerate(value))
    return _number(value, name)


def _number(value: object, name: str) -> float:
    """``value`` as a float, if it is a finite number and neither true nor false."""
    if not isinstance(value, numbers.Real) or isinstance(value, bool) or not math.isfinite(value):
        said = tr("parameters: {name}: found {found}; allowed: a number").format(name=name, found=shown(value))
        raise InputError(said + advice_on_number(value))
    return float(value)


def _checked(name: str, data: object, where: str) -> Entry:
    """The entry of a name, or InputError with the first thing that is wrong with it."""
    try:
        return Entry.model_validate(data)
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(str(part) for part in problem["loc"])
        raise InputError(f"{where}: {name}{'.' + place if place else ''}: {plain_message(problem)}") from None


@functools.cache
def _read(path: Path | None) -> Mapping[str, Entry]:
    """Entries of one file, or of every parameter file of the model."""
    entries: dict[str, Entry] = {}
    for file in [path] if path else sorted(FOLDER.glob("parameters*.yaml")):
        content = parsed(read_text(file), file.name)
        if not isinstance(content, dict):
            raise InputError(
                tr("{file}: expected names with their entries, found {type}").format(
                    file=file.name, type=type(content).__name__
                )
            )
        for name, data in content.items():
            if name in entries:
                raise InputError(tr("{file}: {name} is defined twice").format(file=file.name, name=name))
            entries[name] = _checked(name, data, file.name)
    return MappingProxyType(entries)
