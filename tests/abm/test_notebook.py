"""FamilyModel for a notebook: words for months, a law laid over the present, tables, figures, clear mistakes."""

from __future__ import annotations

import inspect
import io
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
import pytest
from rich.console import Console

import abm
from abm import FamilyModel, load_city, notebook, plot
from policies.errors import InputError

matplotlib.use("Agg")


@pytest.fixture(scope="module")
def lived(toytown_founded: Any) -> FamilyModel:
    """Toytown at the end of 2022. Fork it; do not run it."""
    model = FamilyModel("toytown", scale=1.0, seed=1, start="2020-11")
    model.run_until("2022-12")
    return model


def test_months_are_words_and_mesa_time_goes_on(lived: FamilyModel) -> None:
    assert lived.date == "2023-01" and lived.time == 26 and lived.steps == 26
    other = lived.under()
    other.run_for(3)
    assert other.date == "2023-04" and other.time == 3
    other.run_until(5)
    assert other.date == "2023-06"
    other.run_until("2023-05")  # just lived: nothing to do
    assert other.date == "2023-06" and lived.date == "2023-01"
    with pytest.raises(InputError, match="2023-04 is past; the next month is 2023-06"):
        other.run_until("2023-04")
    assert repr(other).startswith("<FamilyModel toytown, lived through 2023-05, ")


def test_it_gives_the_numbers_of_the_engine(lived: FamilyModel) -> None:
    from abm.model import FamilyModel as Engine

    engine = Engine("toytown", scale=1.0, seed=1, start="2020-11")
    engine.run_until_month(lived.month)
    pd.testing.assert_frame_equal(lived.rows(), engine.rows())


def test_a_law_over_the_present_by_package_or_changes(lived: FamilyModel) -> None:
    now = lived.under({"birth_grant.order1": 20_000})
    later = lived.under({"birth_grant.order1": {"2024-01": 20_000}})
    package = lived.under("voucher-only", {"childcare_voucher.amount": 500})
    assert isinstance(now, FamilyModel) and now.timeline.at(now.month)["birth_grant.order1"] == 20_000
    assert later.timeline.at(later.month)["birth_grant.order1"] == 0
    assert package.timeline.at(12 * 130)["childcare_voucher.amount"] == 500
    assert lived.timeline.at(lived.month)["birth_grant.order1"] == 0
    now.run_until("2023-12")
    assert now.series("cost", "lever:birth_grant").loc[2023] > 0
    for wrong, expected in (
        ("voucher-onli", "did you mean 'voucher-only'"),
        ({"birth_grant.ordr1": 1}, "did you mean 'birth_grant.order1'"),
        ({"birth_grant.order1": 1e9}, "allowed"),
    ):
        with pytest.raises(InputError, match=expected):
            lived.under(wrong)  # type: ignore[arg-type]
    for past in ({"2022-12": 20_000}, {"2022-06": 1, "2024-01": 20_000}, {"value": 1, "from": "2022-12-10"}):
        with pytest.raises(InputError, match="which is past; the next month is 2023-01"):
            lived.under({"birth_grant.order1": past})
    with pytest.raises(InputError, match=r"child_allowance.order2 changes in 2021-08"):
        lived.under("panzhihua-2021")
    with pytest.raises(InputError, match="changes once"):
        lived.under({"birth_grant.order1": 1}, {"birth_grant.order2": 1})


def test_before_a_month_is_lived_it_says_when_it_was_founded(toytown_founded: Any) -> None:
    model = FamilyModel("toytown", scale=1.0, seed=1, start="2020-11")
    assert repr(model).startswith("<FamilyModel toytown, founded ") and model.time == 0


def test_a_year_or_more_shows_how_far_it_has_come(lived: FamilyModel, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = io.StringIO()
    monkeypatch.setattr(notebook, "Console", lambda **_: Console(file=seen, force_terminal=True, width=100))
    city = lived.under()
    city.run_for(11)
    assert seen.getvalue() == "" and city.date == "2023-12"
    city.run_until("2024-12")
    assert "Toytown under current-law, to 2024-12" in seen.getvalue() and "100%" in seen.getvalue()
    assert city.date == "2025-01" and city.time == 24
    city.run_for(0.5)
    assert city.time == 24.5 and city.date == "2025-01"


def test_series_and_groups(lived: FamilyModel) -> None:
    tfr = lived.series("tfr")
    assert tfr.name == "tfr" and tfr.index.name == "year" and list(tfr.index) == [2021, 2022]
    by_order = [lived.series("births", f"order:{order}") for order in (1, 2, 3)]
    assert by_order[0].sum() <= lived.series("births").sum()
    assert "order:2" in lived.groups("births") and "all" in lived.groups("births")
    for name, group, expected in (
        ("tfrr", "all", "did you mean 'tfr'"),
        ("births", "order:two", "did you mean 'order:"),
        ("births_additional", "all", "nothing observed yet"),
    ):
        with pytest.raises(InputError, match=expected):
            lived.series(name, group)


def test_figures_have_a_title_a_unit_and_a_line_a_city(lived: FamilyModel) -> None:
    axes = plot({"law": lived, "again": lived.under()}, "births", "order:1")
    assert axes.get_title(loc="left") == "Births (births), order:1"
    legend = axes.get_legend()
    assert legend is not None and [text.get_text() for text in legend.get_texts()] == ["law", "again"]
    assert np.asarray(axes.lines[0].get_xdata()).tolist() == [2021, 2022]
    alone = lived.plot("tfr", lang="zh")
    assert alone.get_title(loc="left") == "总和生育率" and alone.get_legend() is None
    assert lived.plot("tfr", ax=axes) is axes
    with pytest.raises(InputError, match="did you mean"):
        lived.plot("tfrs")
    matplotlib.pyplot.close("all")


def test_it_is_offered_by_the_package_and_help_says_how() -> None:
    assert abm.FamilyModel is FamilyModel and abm.load_city is load_city
    assert set(abm.__all__) == {"FamilyModel", "load_city", "plot"}
    with pytest.raises(AttributeError, match="it offers FamilyModel"):
        abm.Familymodel  # noqa: B018
    shown = inspect.getdoc(FamilyModel) or ""
    for word in ("scale", "seed", "start", "run_until", "under", "series", "plot", "InputError"):
        assert word in shown
    public = [name for name in vars(FamilyModel) if not name.startswith("_")]
    assert all(inspect.getdoc(getattr(FamilyModel, name)) for name in public)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"city": "toytwn"}, "did you mean 'toytown'"),
        ({"start": "2020-12"}, "allowed: 2010-11, 2020-11"),
        ({"scale": 2.0}, "out of range"),
        ({"hold": ("norm",)}, "did you mean 'norms'"),
    ],
)
def test_wrong_arguments_are_named(arguments: dict[str, Any], expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        FamilyModel(**{"city": "toytown", "scale": 1.0, **arguments})
