"""A saved state as arrays and JSON comes back to the bit, with the types it had; nothing else is read."""

from __future__ import annotations

import io
import json
import pickle
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest

from experiments.run.plain_state import TEXT, plain_state, state_of
from policies.timeline import Timeline, timeline_for


def through_a_file(state: dict[str, Any]) -> dict[str, Any]:
    """The state as a file without pickles gives it back."""
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **plain_state("one", state))  # type: ignore[arg-type]
    buffer.seek(0)
    with np.load(buffer, allow_pickle=False, max_header_size=1_000_000) as kept:
        return state_of("one", {name: kept[name] for name in kept.files})


def assert_same(one: Any, other: Any, where: str = "state") -> None:
    """The same values of the same types, arrays to the bit and in the same layout."""
    assert type(one) is type(other), where
    if isinstance(one, np.ndarray | np.generic):
        assert (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes()), where
    if isinstance(one, np.ndarray):
        assert one.dtype.descr == other.dtype.descr and other.flags.writeable, where
        assert one.flags.c_contiguous == other.flags.c_contiguous, where
    elif isinstance(one, dict):
        assert list(one) == list(other), where
        for key in one:
            assert_same(one[key], other[key], f"{where}, {key}")
    elif isinstance(one, list | tuple):
        assert len(one) == len(other), where
        for place, (first, second) in enumerate(zip(one, other, strict=True)):
            assert_same(first, second, f"{where}, {place}")
    elif isinstance(one, pd.DataFrame):
        pd.testing.assert_frame_equal(one, other, check_exact=True)
    elif isinstance(one, Timeline):
        assert_same(_held(one), _held(other), where)
    elif is_dataclass(one):
        for field in fields(one):
            assert_same(getattr(one, field.name), getattr(other, field.name), f"{where}, {field.name}")
    else:
        assert repr(one) == repr(other), where  # -0.0, NaN


def _held(law: Timeline) -> dict[str, Any]:
    return {name: value for name, value in vars(law).items() if name not in ("_at", "_expected")}


def test_the_state_of_a_city_comes_back_to_the_bit(toytown_model: Any) -> None:
    toytown_model.run_until_month(toytown_model.month + 15)
    state = toytown_model.saved()
    assert any(year.flows is not None for year in state["years"].values()), "a whole year is in it"
    assert_same(state, through_a_file(state))


def test_every_kind_of_value_comes_back(catalogue: Any) -> None:
    change = {"value": 800, "from": "2027-01", "to": "2027-12", "announced": "2026-07"}
    laws = [
        timeline_for(catalogue, changes={"childcare_voucher.amount": change}, start="2026-01", name="券"),
        timeline_for(catalogue, "no-policy-2015", start="2026-01"),
        timeline_for(catalogue),
    ]
    layout = np.dtype([("a", "u1"), ("b", "<f8", (2, 3)), ("c", [("d", "?"), ("e", "<i4")])])
    table = pd.DataFrame({"name": ["a", "遂宁"], "share": [0.1, float("nan")], "within": [True, False], "n": [1, 2]})
    state = {
        "numbers": [1, -0.0, float("nan"), float("inf"), 0.1 + 0.2, 10**30, True, None, "遂宁\x00\ud800"],
        "arrays": (np.zeros(2, layout), np.array(3.0), np.empty((0, 4)), np.asfortranarray(np.ones((2, 3)))),
        "scalars": [np.float64(0.1), np.bool_(True), np.uint64(2**63), np.zeros(1, layout)[0]],
        "tables": [table, table[:0]],
        "laws": laws,
        "keys": {2010: (), (1, "b"): {}},
    }
    assert_same(state, through_a_file(state))
    assert [law.at(1530) for law in through_a_file(state)["laws"]] == [law.at(1530) for law in laws]


@pytest.mark.parametrize("value", [object(), np.array([object()]), {1}, b"bytes", pd.DataFrame({"a": [1]}, index=[7])])
def test_what_has_no_plain_form_is_not_written(value: Any) -> None:
    with pytest.raises(TypeError, match="plain form"):
        plain_state("one", {"value": value})


@pytest.mark.parametrize(
    "text",
    [
        {"name": "other", "state": {"dict": []}},
        {"name": "one", "state": []},
        {"name": "one", "state": {"record": ["Popen", ["true"]]}},
        {"name": "one", "state": {"os.system": "true"}},
        {"name": "one", "state": {"dict": [["a", {"array": "9"}]]}},
        {"name": "one", "state": {"timeline": ["x", None, None, {"tuple": []}, "of another law"]}},
        {"name": "one"},
    ],
)
def test_another_text_is_refused(text: dict[str, Any]) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        state_of("one", {TEXT: np.frombuffer(json.dumps(text).encode(), np.uint8)})


def test_a_state_is_no_pickle() -> None:
    text = plain_state("one", {"month": 1512})[TEXT].tobytes()
    with pytest.raises((pickle.UnpicklingError, ValueError)):
        pickle.loads(text)
