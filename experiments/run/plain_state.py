"""The saved state of a model as arrays and one JSON text, and back to the bit: a closed set of kinds, so that reading a
state runs nothing that stands in it."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from abm.money.paid_ahead import PaidAhead
from abm.observe.rows import Year
from policies.catalogue import load_catalogue
from policies.changes import Change
from policies.timeline import Timeline

TEXT = "state"
"""The name of the JSON text among the arrays, whose other names are numbers."""
Arrays = dict[str, NDArray[Any]]
_RECORDS = {kind.__name__: kind for kind in (Change, PaidAhead, Year)}
_SCALARS = (type(None), bool, int, float, str)


def plain_state(name: str, state: dict[str, Any]) -> Arrays:
    """A state under its name; TypeError for a kind of value that has no plain form."""
    arrays: Arrays = {}
    text = json.dumps({"name": name, "state": _plain(state, arrays)})
    return {**arrays, TEXT: np.frombuffer(text.encode(), np.uint8)}


def state_of(name: str, arrays: Arrays) -> dict[str, Any]:
    """The state; ValueError, KeyError or TypeError where it is that of another name, or of another version."""
    held = json.loads(arrays[TEXT].tobytes())
    if held["name"] != name:
        raise ValueError(f"the state of {held['name']}")
    state = _value(held["state"], arrays)
    if not isinstance(state, dict):
        raise TypeError("no state")
    return state


def _plain(value: Any, arrays: Arrays) -> Any:
    """What JSON can hold of a value: what is no plain scalar or list is a mapping with its kind as the one key."""
    if type(value) in _SCALARS:
        return value
    if type(value) is list:
        return [_plain(each, arrays) for each in value]
    if type(value) is tuple:
        return {"tuple": [_plain(each, arrays) for each in value]}
    if type(value) is dict:
        return {"dict": [[_plain(key, arrays), _plain(each, arrays)] for key, each in value.items()]}
    if isinstance(value, np.ndarray | np.generic) and not value.dtype.hasobject:
        number = str(len(arrays))
        arrays[number] = np.asarray(value)
        return {"array" if isinstance(value, np.ndarray) else "number": number}
    if type(value) is Timeline:
        return {"timeline": [_plain(each, arrays) for each in (*_arguments(value), value.hash())]}
    if type(value) is pd.DataFrame:
        return {"table": [[_plain(each, arrays) for each in _column(value, name)] for name in value]}
    if type(value).__name__ in _RECORDS:
        held = [_plain(getattr(value, each.name), arrays) for each in fields(value)]
        return {"record": [type(value).__name__, *held]}
    raise TypeError(f"{type(value).__name__} has no plain form")


def _value(plain: Any, arrays: Arrays) -> Any:
    """The value of a plain form."""
    if isinstance(plain, list):
        return [_value(each, arrays) for each in plain]
    if not isinstance(plain, dict):
        return plain
    ((kind, held),) = plain.items()
    if kind == "array":
        return arrays[held]
    if kind == "number":
        return arrays[held][()]
    parts = _value(held, arrays)
    if kind == "tuple":
        return tuple(parts)
    if kind == "dict":
        return dict(parts)
    if kind == "record":
        return _RECORDS[parts[0]](*parts[1:])
    if kind == "timeline":
        return _timeline(*parts)
    if kind == "table":
        return pd.DataFrame({name: pd.Series(values, dtype=dtype) for name, dtype, values in parts})
    raise ValueError(f"unknown kind {kind!r}")


def _arguments(timeline: Timeline) -> tuple[Any, ...]:
    """What a timeline is made from, the catalogue apart."""
    return timeline.name, timeline.start, timeline.law_of, timeline.changes


def _timeline(name: str, start: int | None, law_of: int | None, changes: tuple[Change, ...], made: str) -> Timeline:
    """The timeline made again; ValueError where today's catalogue makes another law of it."""
    timeline = Timeline(load_catalogue(), changes, name, start=start, law_of=law_of)
    if timeline.hash() != made:
        raise ValueError("a timeline of another catalogue")
    return timeline


def _column(table: pd.DataFrame, name: str) -> tuple[str, str, Any]:
    """Name, type and values of a column: an array of numbers, or a list."""
    if not table.index.equals(pd.RangeIndex(len(table))):
        raise TypeError("only tables whose rows are numbered from 0 have a plain form")
    dtype, values = table[name].dtype, table[name].to_numpy()
    return name, str(dtype), values if isinstance(dtype, np.dtype) and not dtype.hasobject else values.tolist()
