"""The bench works and writes its numbers; how fast is for `cradle bench` to say, not for a test."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from abm.bench.engine import PROCESSES
from abm.bench.others import births_only
from abm.bench.run import run_bench

pytestmark = pytest.mark.long
KEYS = {
    "ns_per_person_month",
    "ns_every_lever",
    "ns_full_city",
    "founding_seconds",
    "bytes_per_person",
    "scaling",
    "ratio_mesa_objects",
    "ratio_starsim",
    "stream_ns_per_person_month",
    "compile_seconds",
    "where_time_goes",
    "machine",
}


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict, dict, str]:
    """(what was returned, what was written, what was printed) of a quick bench."""
    path = tmp_path_factory.mktemp("bench") / "bench.json"
    printed = io.StringIO()
    returned = run_bench(path, quick=True, screen=Console(file=printed, width=120))
    return returned, json.loads(path.read_text(encoding="utf-8")), printed.getvalue()


def test_writes_every_number(quick: tuple[dict, dict, str], tmp_path: Path) -> None:
    returned, written, _ = quick
    assert set(written) >= KEYS
    assert written == json.loads(json.dumps(returned))


def test_numbers_are_positive(quick: tuple[dict, dict, str]) -> None:
    _, written, _ = quick
    for name in (
        "ns_per_person_month",
        "ns_every_lever",
        "founding_seconds",
        "bytes_per_person",
        "stream_ns_per_person_month",
    ):
        assert written[name] > 0, name
    assert all(each["people"] > 0 and each["ns"] > 0 for each in written["scaling"])
    assert set(PROCESSES) <= set(written["where_time_goes"])


def test_table_names_each_process(quick: tuple[dict, dict, str]) -> None:
    _, _, printed = quick
    assert "ns per person-month" in printed
    assert all(name.replace("_", " ") in printed for name in PROCESSES)


def test_objects_and_columns_bear_the_same_children() -> None:
    """`births_only` compares the births of its two forms and raises when they differ."""
    objects, columns = births_only(3_000, 12)
    assert objects > 0 and columns > 0
