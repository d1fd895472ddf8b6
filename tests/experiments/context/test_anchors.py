"""Observed figures beside a run: what a fit did with them is said where there is one."""

from __future__ import annotations

from pathlib import Path

import pytest

from abm.core.parameters import Parameters
from experiments.context.fit_tables import FITTED, shipped_fit
from experiments.context.observed import COLUMNS, anchors_of
from policies.errors import InputError

ROW = {
    "indicator": "births", "group": "all", "year": "2020", "value": "10", "low": "9", "high": "11", "unit": "persons",
    "unit_zh": "人", "label_en": "Births", "label_zh": "出生人数", "use": "by_hand", "target": "births_2020",
    "grade": "A", "source": "Census", "source_zh": "人口普查",
}  # fmt: skip


def written(folder: Path, city: str = "suining", **changes: str) -> Path:
    row = {**ROW, **changes}
    lines = [",".join(COLUMNS), ",".join(row[name] for name in COLUMNS)]
    (folder / f"{city}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def use_of(folder: Path, fitted: Path = FITTED) -> tuple[str, bool]:
    (anchor,) = anchors_of("suining", folder, fitted)
    return anchor["use"], anchor["imposed"]


@pytest.mark.parametrize(
    ("changes", "fitted", "by_hand"),
    [
        ({}, "fit", "by_hand"),
        ({"target": "births_2021"}, "held_back", "by_hand"),
        ({"target": ""}, "not_used", "by_hand"),
        ({"use": "not_used", "target": ""}, "not_used", "not_used"),
        ({"use": "imposed_tables", "target": ""}, "imposed_tables", "imposed_tables"),
    ],
)
def test_the_use_is_the_one_that_is_true_now(
    tmp_path: Path, changes: dict[str, str], fitted: str, by_hand: str
) -> None:
    folder = written(tmp_path, **changes)
    assert use_of(folder)[0] == fitted and use_of(folder, tmp_path / "no_fit")[0] == by_hand
    assert use_of(folder)[1] == fitted.startswith("imposed")


def test_beside_the_shipped_fit_nothing_is_said_to_be_set_by_hand() -> None:
    uses = {(row["indicator"], row["year"]): row["use"] for row in anchors_of("suining")}
    assert "by_hand" not in uses.values()
    assert uses["births", 2021] == "held_back" and uses["births", 2020] == uses["tfr_census", 2020] == "fit"
    assert uses["population", 2020] == "imposed_migration"


def test_a_figure_that_the_fit_has_is_told_as_the_fit_tells_it() -> None:
    """Births apart: the fit counts infants present, a report births of residents, so the range here is a wider one."""
    fit = shipped_fit("suining")
    assert fit is not None
    targets = fit.tables["targets"].set_index("id")
    shared = [row for row in anchors_of("suining") if row["target"]]
    assert len(shared) == 8
    for row in shared:
        target = targets.loc[row["target"]]
        assert row["grade"] == target["grade"], row["target"]
        if row["indicator"] != "births":
            told = [row["value"], row["low"], row["high"]]
            assert told == pytest.approx([target["observed"], target["low"], target["high"]], rel=0.005), row["target"]


def test_no_number_of_the_model_is_said_to_be_fitted_by_eye() -> None:
    entries = Parameters.load().entries
    assert entries and not [name for name, entry in entries.items() if "by eye" in entry.source]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"use": "fitted by eye"}, "row 2, column use: unknown use 'fitted by eye'"),
        ({"target": "birth_2020"}, "row 2, column target: unknown target 'birth_2020'; did you mean 'births_2020'"),
        ({"value": "12"}, "row 2, column value: 12 lies outside low and high"),
        ({"year": "x"}, "row 2, column year: found 'x', allowed a number"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, changes: dict[str, str], found: str) -> None:
    with pytest.raises(InputError, match=found):
        anchors_of("suining", written(tmp_path, **changes))


def test_a_city_without_figures_has_none(tmp_path: Path) -> None:
    assert anchors_of("elsewhere", tmp_path) == []
