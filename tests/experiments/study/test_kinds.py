"""Kinds of study: what each says of itself is true, and a new one needs nothing but itself."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, get_args

import pytest

from abm.city.loading import load_city
from experiments.context.context import report_context
from experiments.run.progress import LineReporter
from experiments.run.run_table import design_table
from experiments.run.runner import execute, start_run
from experiments.study.config import BASELINE_SCENARIO, CommonConfig
from experiments.study.design import one_row
from experiments.study.kind import Asked, Kind, Resolved
from experiments.study.kinds.by_name import KINDS
from experiments.study.study import read_study
from experiments.study.timelines import Timelines
from policies.errors import InputError
from policies.timeline import timeline_for
from results.report import WRITERS

Write = Callable[..., Path]


@pytest.fixture(scope="module", autouse=True)
def _cities_read_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("experiments.study.study.load_city", functools.cache(load_city))
        yield


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_kind_is_what_it_says(kind: Kind) -> None:
    fields = kind.config.model_fields
    assert get_args(fields["kind"].annotation) == (kind.name,)
    assert kind.report in WRITERS
    assert set(kind.told) <= fields.keys()
    assert bool(kind.told) != kind.compares_arms, "either the design tells of the runs, or named arms do"


class ChanceConfig(CommonConfig):
    """Today's law on many seeds."""

    kind: Literal["chance"]
    outputs: tuple[str, ...] = ("births",)


def resolve(asked: Asked[ChanceConfig], problems: list[str]) -> Resolved | None:
    if not asked.is_whole:
        return None
    law = Timelines({BASELINE_SCENARIO: timeline_for(asked.catalogue)})
    return Resolved({}, asked.branch, law, one_row((), asked.config.seeds, ({},)))


CHANCE = Kind("chance", ChanceConfig, resolve, report="scenario")


@pytest.mark.usefixtures("fake_model")
def test_a_new_kind_needs_nothing_but_itself(
    write_config: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = {"kind": "chance", "scenarios": None, "complete_cohorts": None, "start": "2020-11"}
    with pytest.raises(InputError, match="kind: found 'chance'"):
        read_study(write_config(**keys))
    monkeypatch.setattr("experiments.study.study.KINDS", {**KINDS, "chance": CHANCE})
    study = read_study(write_config(**keys))
    assert list(design_table(study)["seed"]) == [1, 2] and report_context(study)["report"] == "scenario"
    folder, design = start_run(study, tmp_path / "runs")
    assert execute(study, folder, design, LineReporter()) == []
    assert set(folder.read_table("series.parquet")["indicator"]) == {"births"}
    again = read_study(folder.file("config.yaml"))
    assert list(design_table(again)["run_id"]) == list(design["run_id"])
    with pytest.raises(InputError, match=r"(?s)3 problems.*end: 3 is not a month.*outputs: unknown"):
        read_study(write_config(**keys, end=3, outputs=["brths"]))
