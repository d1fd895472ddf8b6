"""Sensitivity analysis against cases worked out by hand, and the report of small studies."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from SALib.sample import sobol

from experiments.context.context import report_context
from experiments.run.progress import LineReporter
from experiments.run.runner import execute, start_run
from experiments.study.equal_cost_bounds import COLUMNS
from experiments.study.study import read_study
from results.analysis import alone
from results.analysis import indices as sensitivity
from results.folder.store import MANIFEST, RunFolderError
from results.report import write_report_of_kind
from results.sensitivity.data import StudyData
from tests.experiments.known_functions import LEVERS, model_of
from tests.results.reading import words_of

Write = Callable[..., Path]


@pytest.fixture(autouse=True)
def _own_histories(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Histories of stand-ins are kept in the test's own folder."""
    monkeypatch.setenv("CRADLE_CACHE", str(tmp_path / "cache"))


def test_missing_and_infinite_values_are_refused_by_name() -> None:
    design = pd.DataFrame({"run_id": ["a", "b", "c"], "scenario": ["row-0", "row-1", "row-2"], "seed": [1, 1, 1]})
    with pytest.raises(RunFolderError, match=r"births: 2 of 3 runs.*row-1 \(seed 1, run b\), row-2"):
        sensitivity.ordered_values(design, {"a": 1.0, "b": float("inf")}, "births")
    assert sensitivity.ordered_values(design, {"c": 3.0, "b": 2.0, "a": 1.0}, "births").tolist() == [1, 2, 3]


def test_constant_values_and_wrong_numbers_of_rows_are_refused() -> None:
    problem = {"num_vars": 2, "names": ["a", "b"], "bounds": [[0, 1]] * 2}
    with pytest.raises(RunFolderError, match="same value"):
        sensitivity.sobol_indices(problem, np.ones(8), False)
    with pytest.raises(RunFolderError, match="multiple of 4 finite values; found 7"):
        sensitivity.sobol_indices(problem, np.arange(7.0), False)


def test_ranks_and_who_stands_above_whom() -> None:
    resamples = np.array([[3.0, 2.0, 1.0], [3.0, 1.0, 2.0], [3.0, 2.0, 1.0], [3.0, 2.0, 1.0]])
    assert sensitivity.ranks(resamples).tolist()[1] == [1, 3, 2]
    above = sensitivity.probability_above(resamples)
    assert above[0, 1] == 1.0 and above[1, 2] == 0.75 and np.isnan(above[1, 1])
    assert sensitivity.rank_shares(sensitivity.ranks(resamples)).tolist()[1] == [0.0, 0.75, 0.25]


def test_noise_is_what_rows_and_seeds_do_not_explain() -> None:
    """y = row + seed, plus a residual of +-1 laid out so that row and seed means keep: variance 4 / 1 of freedom."""
    rows = [("r0", 1, 10 + 1), ("r0", 2, 20 - 1), ("r1", 1, 50 - 1), ("r1", 2, 60 + 1)]
    design = pd.DataFrame(rows, columns=["scenario", "seed", "y"]).assign(run_id=list("abcd"), draw=0)
    noise = sensitivity.simulation_noise(design, design["y"].to_numpy(dtype=float), 1)
    assert noise is not None and noise.variance == pytest.approx(4.0)
    assert noise.share == pytest.approx(4.0 / np.var([11, 49], ddof=1))


def test_noise_is_pooled_over_draws_each_with_levels_of_its_own() -> None:
    """A second draw whose seeds lie elsewhere, as levels do where current law was not run, changes nothing."""
    rows = [(f"r{draw}{row}", seed, 10 * row + (99 * draw if seed == 2 else 0) + (1 if row == seed - 1 else -1), draw)
            for draw in (0, 1) for row in (0, 1) for seed in (1, 2)]  # fmt: skip
    design = pd.DataFrame(rows, columns=["scenario", "seed", "y", "draw"]).assign(run_id=list("abcdefgh"))
    noise = sensitivity.simulation_noise(design, design["y"].to_numpy(dtype=float), 1)
    assert noise is not None and noise.variance == pytest.approx(4.0) and (noise.rows, noise.seeds) == (4, 2)


@pytest.mark.parametrize(("second", "p_value"), [([1, 2, 3, 4, 5], 2 / 120), ([1, 2, 3, 5, 4], 10 / 120)])
def test_rank_correlations_of_few_draws_are_tested_by_all_orders(second: list[int], p_value: float) -> None:
    """Of 120 orders of five values two are in line or in reverse, and eight more differ by one swap of neighbours."""
    value, found = sensitivity.rank_correlation(np.arange(5.0), np.array(second, dtype=float))
    assert found == pytest.approx(p_value) and value == pytest.approx(1.0 if p_value == 2 / 120 else 0.9)


def test_effects_alone_are_paired_and_money_is_a_ratio() -> None:
    rows = []
    for seed, level in ((1, 100.0), (2, 300.0)):
        rows += [("current_law", "baseline", "", seed, level, 0.0), ("x-high", "high", "x", seed, level + 10, 1e7)]
        rows += [("y-low", "low", "y", seed, level - 5, 0.0), ("y-high", "high", "y", seed, level + 5, 0.0)]
    table = pd.DataFrame(rows, columns=["scenario", "role", "factor", "seed", "births", "cost"]).assign(draw=0)
    found = alone.effects_alone(table, ["x", "y"], "current_law", "births").set_index("factor")
    assert found.loc["x", ["mean", "law_to_weak"]].tolist() == [10, 0]
    assert found.loc["x", ["low", "high"]].isna().all() and not found.loc["x", "certain_sign"], "two seeds, and equal"
    assert found.loc["y", ["mean", "law_to_weak", "law_to_strong"]].tolist() == [10, -5, 5]
    money = alone.births_per_money(table, ["x", "y"], "current_law", years=2).set_index("factor")
    assert money.loc["x", "births_per_100_million"] == pytest.approx(10 / 2e7 * 1e8)
    assert np.isnan(money.loc["y", "births_per_100_million"]), "no cost, no ratio"


def test_what_the_ledger_does_not_book_is_not_called_cheap(write_study: Write) -> None:
    factors = {"grant": {"fields": ["birth_grant.order1"]}, "campaign": {"fields": ["campaign.ideal_added"]}}
    study = read_study(write_study(factors=factors))
    rows = [("current_law", "baseline", "", 1, 100.0, 0.0), ("current_law", "baseline", "", 2, 90.0, 0.0)]
    for seed, births in ((1, 110.0), (2, 101.0)):
        rows += [(f"{name}-high", "high", name, seed, births, 1e6 + seed) for name in factors]
    runs = pd.DataFrame(rows, columns=["scenario", "role", "factor", "seed", "births", "cost"]).assign(draw=0)
    data = StudyData(report_context(study), {}, pd.DataFrame(), pd.DataFrame({"year": [2028]}), [])
    data.__dict__["runs"] = runs
    assert data.is_booked("grant") and not data.is_booked("campaign")
    assert data.money["factor"].tolist() == ["grant", "campaign"]
    assert data.money_known["factor"].tolist() == ["grant"]


def test_regression_finds_slopes() -> None:
    doses = np.array([[a, b] for a in np.linspace(0, 1, 9) for b in np.linspace(0, 1, 9)])
    table, explained = sensitivity.regression_coefficients(doses, 3 * doses[:, 0] - 4 * doses[:, 1], ["a", "b"])
    assert table["factor"].tolist() == ["b", "a"] and explained == pytest.approx(1.0)
    assert table["value"].tolist() == pytest.approx([-0.8, 0.6])


def additive(u: np.ndarray) -> float:
    return float(u[0] + 0.3 * u[1] + 0.5 * u[0] * u[1])


FACTORS = {f"x{i}": {"fields": [field]} for i, field in enumerate(list(LEVERS)[:2])}
DRAWS = {"draws": 4, "parameters": {"present_weight_rho": None}}


@pytest.mark.parametrize(
    ("changes", "figures", "words"),
    [
        (
            {"second_order": True},
            {"tornado", "indices", "interactions", "rank_stability", "convergence"},
            "birth grant matters most for births",
        ),
        (
            {"uncertainty": DRAWS, "samples": 16},
            {"tornado", "indices", "rank_stability", "convergence"},
            "4 parameter draws, fewer than five",
        ),
        ({"method": "morris", "samples": 6}, {"tornado", "indices"}, "In a Morris screen"),
        ({"kind": "sweep", "method": "grid", "points": 3}, {"grid_map"}, "the largest mean change"),
        ({"kind": "sweep", "method": "lhs", "samples": 12}, {"regression"}, "the largest mean change"),
        ({"kind": "sweep", "method": "one_at_a_time", "points": 3}, {"curves"}, "At its strong end"),
    ],
)
def test_every_method_has_its_report(
    write_study: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict, figures: set, words: str
) -> None:  # fmt: skip
    monkeypatch.setattr("experiments.run.seed_task.FamilyModel", model_of(additive, noise=0.02))
    keys = {"factors": FACTORS, "samples": 16, "end": "2028-12", **changes}
    if keys.get("kind") == "sweep":
        keys = {"replicate_seeds": None, "replicate_rows": None, "seeds": 3, **keys}
        keys["samples"] = changes.get("samples")
    study = read_study(write_study(**keys))
    folder, design = start_run(study, tmp_path / "runs")
    assert execute(study, folder, design, LineReporter()) == []
    page, lead = write_report_of_kind(folder, "zh")
    text = words_of(page)
    made = {p.name.split(".")[0] for p in (page.parent / "figures").iterdir()}
    assert figures <= made
    assert words in text and lead["zh"] in text
    assert text.count('<span data-l="en">') == text.count('<span data-l="zh">')
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text)
    assert "nan" not in re.sub(r"<svg.*?</svg>", "", text, flags=re.S).lower().replace("finance", "")
    assert (page.parent / "tables" / "runs.csv").is_file()


METHODS: list[dict] = [
    {"second_order": True},
    {"uncertainty": {**DRAWS, "draws": 5}, "samples": 8},
    {"method": "morris", "samples": 6},
    {"kind": "sweep", "method": "grid", "points": 3},
    {"kind": "sweep", "method": "lhs", "samples": 12},
    {"kind": "sweep", "method": "one_at_a_time", "points": 3},
]


@pytest.mark.parametrize("changes", METHODS, ids=lambda c: c.get("method", "sobol" if "samples" not in c else "draws"))
def test_a_constant_outcome_is_moved_by_no_factor(
    write_study: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict
) -> None:
    """Nothing is divided by its variance, nothing is ranked or starred, and no figure shows an order of nothing."""
    monkeypatch.setattr("experiments.run.seed_task.FamilyModel", model_of(lambda u: 1.0))
    keys = {"factors": FACTORS, "samples": 8, "end": "2028-12", **changes}
    if keys.get("kind") == "sweep":
        keys = {"replicate_seeds": None, "replicate_rows": None, "seeds": 5, **keys, "samples": changes.get("samples")}
    study = read_study(write_study(**keys))
    folder, design = start_run(study, tmp_path / "runs")
    assert execute(study, folder, design, LineReporter()) == []
    page, lead = write_report_of_kind(folder)
    first = "No measure alone moves" if changes.get("method") == "one_at_a_time" else "No factor moves"
    zh = "没有一项措施单独影响这一结果" if changes.get("method") == "one_at_a_time" else "没有因素影响这一结果"
    assert lead["en"].startswith(f"{first} this outcome: births") and lead["zh"].startswith(zh)
    text = words_of(page)
    never_said = ("matters most", "largest total index", "largest mean", "told apart", "Intervals of indices", "nan",
                  "*:", "影响最大", "区分")  # fmt: skip
    for never in never_said:
        assert never not in re.sub(r"<svg.*?</svg>", "", text, flags=re.S), never
    assert not (page.parent / "figures").exists() or not list((page.parent / "figures").iterdir())


def test_convergence_begins_where_rows_first_differ() -> None:
    problem = {"num_vars": 2, "names": ["a", "b"], "bounds": [[0.0, 1.0]] * 2}
    doses = sobol.sample(problem, 32, calc_second_order=False, seed=1)
    values = doses.sum(axis=1)
    values[: 8 * 4] = 1.0  # the first eight base rows are alike
    assert sorted(sensitivity.convergence(problem, values, False)["base_rows"].unique()) == [16, 32]
    with pytest.raises(RunFolderError, match="no factor moves this outcome"):
        sensitivity.regression_coefficients(doses, np.ones(len(doses)), ["a", "b"])


def test_an_incomplete_design_gets_no_index_but_a_report(
    write_study: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr("experiments.run.seed_task.FamilyModel", model_of(additive))
    study = read_study(write_study(factors=FACTORS, samples=8, end="2028-12"))
    folder, design = start_run(study, tmp_path / "runs")
    lost = design.index[design["scenario"] == "row-00005"]
    execute(study, folder, design.drop(lost), LineReporter())
    manifest = folder.read_json(MANIFEST)
    folder.write_json(MANIFEST, {**manifest, "runs": {**manifest["runs"], "asked": len(design)}})
    page, lead = write_report_of_kind(folder)
    assert "The design is incomplete" in lead["en"]
    assert "row-00005" in page.read_text(encoding="utf-8")
    assert "indices" not in {p.stem for p in (page.parent / "tables").iterdir()}


def weighted(u: np.ndarray) -> float:
    return float(u[0] + 0.5 * u[1])


def test_equal_cost_comes_first_and_plausible_doses_second(
    write_study: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first measure is twice as strong, and ten times as dear: at equal cost it runs to a tenth of its range."""
    fields = list(LEVERS)[:2]
    rows = [
        dict.fromkeys(COLUMNS, "") | {"city": "toytown", "factor": f"x{i}", "field": field, "equal_cost_to": str(end)}
        for i, (field, end) in enumerate(zip(fields, (10_000.0, 2_000.0), strict=True))
    ]
    pd.DataFrame(rows, columns=COLUMNS).to_csv(tmp_path / "bounds.csv", index=False)
    monkeypatch.setattr("experiments.run.seed_task.FamilyModel", model_of(weighted, noise=0.001))
    study = read_study(
        write_study(factors=FACTORS, samples=32, end="2026-12", bounds="both", equal_cost_table="bounds.csv")
    )
    folder, design = start_run(study, tmp_path / "runs")
    assert len(design[(design["role"] == "sample-plausible") & (design["seed"] == 1)]) == 32 * 4
    assert execute(study, folder, design, LineReporter()) == []
    page, _ = write_report_of_kind(folder)
    data = StudyData.read(folder)
    assert data.at_plausible is not None
    assert data.indices("births").table()["factor"].tolist() == ["x1", "x0"]
    assert data.at_plausible.indices("births").table()["factor"].tolist() == ["x0", "x1"]
    own, other = (each.alone("births").set_index("factor")["mean"] for each in (data, data.at_plausible))
    assert other["x0"] / own["x0"] == pytest.approx(10, rel=0.1) and other["x1"] == pytest.approx(own["x1"], rel=0.1)
    tables = {path.stem for path in (page.parent / "tables").iterdir()}
    assert {"ranks_both_bounds", "indices_births", "plausible_indices_births", "plausible_alone_births"} <= tables
    text = words_of(page)
    assert text.index("Which measures matter?") < text.index("And at the largest plausible doses?")
    assert "; at equal cost: childcare voucher." in text


def test_pairs_and_ranks_are_told_as_tables() -> None:
    problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[0, 1]] * 3}
    rows = sobol.sample(problem, 64, calc_second_order=True, seed=1)
    found = sensitivity.sobol_indices(problem, rows[:, 0] + rows[:, 1] * rows[:, 2], True)
    pairs = sensitivity.interaction_table(found)
    assert len(pairs) == 3 and set(pairs.loc[0, ["factor", "other"]]) == {"b", "c"}
    ranks = sensitivity.rank_table(found)
    first = ranks.iloc[0]
    assert first["factor"] == "a" and first["told_apart"]
    assert not ranks[(ranks["factor"] != "a")]["told_apart"].any(), "b and c do the same"
