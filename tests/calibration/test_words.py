"""Words of fit and back-tests: no two numbers of one name, no ids, tables that ship say what their files say."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from calibration.backtests.files import BackTests, Label, read_backtests
from calibration.fit.fit_file import FitFile, read_fit_file
from calibration.fit.free_numbers import Level, Response
from calibration.targets.read import read_kinds
from experiments.study.parameter_words import parameter_words
from policies.catalogue import load_catalogue

CALIBRATION = Path(__file__).resolve().parents[2] / "calibration"
IDS = re.compile(r"[A-Za-z0-9]+_[A-Za-z0-9_]+")


@pytest.fixture(scope="module")
def fit() -> FitFile:
    return read_fit_file(CALIBRATION / "configs" / "suining.yaml")


@pytest.fixture(scope="module")
def tests() -> BackTests:
    return read_backtests(load_catalogue().evidence)


def rows(name: str) -> list[dict[str, str]]:
    with (CALIBRATION / "fitted" / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def is_the_parameter(entry: Level) -> bool:
    """Whether the number of a fit is the one that stands in the parameter files, on the same scale."""
    moves = entry.how != "value" or bool(entry.items)
    return not moves and (not isinstance(entry, Response) or entry.response_of is None)


def test_a_number_of_a_fit_has_its_parameters_name_where_it_is_that_and_no_other(fit: FitFile) -> None:
    words = parameter_words()
    for name, entry in {**fit.levels, **fit.responses}.items():
        parameter = words[entry.parameter]
        for told, label in (("label_en", entry.label.en), ("label_zh", entry.label.zh)):
            assert (label == parameter[told]) == is_the_parameter(entry), (name, label, parameter[told])


def test_the_tables_that_ship_say_what_their_files_say(fit: FitFile, tests: BackTests) -> None:
    entries, kinds = {**fit.levels, **fit.responses}, {kind.id: kind for kind in read_kinds().targets}
    for row in rows("suining/identified.csv"):
        label = entries[row["name"]].label
        assert (row["label_en"], row["label_zh"]) == (label.en, label.zh)
    for row in rows("suining/targets.csv"):
        kind = kinds[row["id"]]
        assert [row["label_en"], row["label_zh"]] == _both(kind.label)
        assert [row["unit_en"], row["unit_zh"]] == _both(kind.unit)
    experiments = {experiment.id: experiment for experiment in tests.experiments}
    for row in rows("backtests.csv"):
        experiment = experiments[row["id"]]
        assert [row["label_en"], row["label_zh"]] == _both(experiment.label)
        assert [row["unit_en"], row["unit_zh"]] == _both(experiment.unit)
        if row["miss_en"] and experiment.miss is not None:
            assert [row["miss_en"], row["miss_zh"]] == _both(experiment.miss)


def _both(label: Label) -> list[str]:
    return [label.en, label.zh]


def test_reasons_and_names_of_back_tests_hold_no_ids(tests: BackTests) -> None:
    for experiment in tests.experiments:
        for label in (experiment.label, experiment.unit, *([experiment.miss] if experiment.miss else [])):
            assert not IDS.search(label.en + label.zh), experiment.id


def test_what_a_back_test_is_held_against_is_there_in_chinese(tests: BackTests) -> None:
    evidence = load_catalogue().evidence
    for experiment in tests.experiments:
        for row_id in (*experiment.evidence, experiment.held.row):
            assert evidence[row_id].what_zh and evidence[row_id].where_zh, (experiment.id, row_id)


def test_doses_of_childcare_are_named_as_they_are_counted(tests: BackTests) -> None:
    """``coverage`` counts children under three in a nursery; the studies call that share coverage."""
    dosed = [test for test in tests.experiments if test.response.dose.kind == "coverage" and not test.compared]
    assert {test.id for test in dosed} >= {"prior_care", "care_germany", "care_norway"}
    for test in dosed:
        assert "coverage (children under three in a nursery)" in test.unit.en, test.id
        assert "托育覆盖率（三岁以下在托儿童占比）" in test.unit.zh, test.id
