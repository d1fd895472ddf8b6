"""The report of a study with both bounds ranks measures that cost nothing at plausible doses alone, and names them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.run.progress import LineReporter
from experiments.run.runner import execute, start_run
from experiments.study.equal_cost_bounds import COLUMNS
from experiments.study.study import read_study
from results.report import write_report_of_kind
from results.sensitivity.data import StudyData
from tests.experiments.known_functions import model_of
from tests.results.reading import words_of

Write = Callable[..., Path]


def weighted(u: np.ndarray) -> float:
    return float(u[0] + 0.5 * u[1])


@pytest.mark.parametrize("method", ["sobol", "morris"])
def test_what_costs_nothing_is_ranked_at_plausible_doses_alone(
    write_study: Write, own_histories: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    fields = ["birth_grant.order1", "childcare_voucher.amount"]
    row = dict.fromkeys(COLUMNS, "") | {"city": "toytown"}
    rows = [row | {"field": field, "equal_cost_to": end} for field, end in zip(fields, ("10000", "2000"), strict=True)]
    pd.DataFrame(rows, columns=COLUMNS).to_csv(tmp_path / "bounds.csv", index=False)
    monkeypatch.setattr("experiments.run.seed_task.FamilyModel", model_of(weighted, noise=0.001))
    factors = {
        "campaign": {"fields": ["campaign.ideal_added"]},
        "grant": {"fields": fields[:1]},
        "voucher": {"fields": fields[1:]},
    }
    study = read_study(
        write_study(factors=factors, samples=8, end="2026-12", bounds="both", equal_cost_table="bounds.csv",
                    method=method)
    )  # fmt: skip
    folder, design = start_run(study, tmp_path / "runs")
    assert execute(study, folder, design, LineReporter()) == []
    page, _ = write_report_of_kind(folder)
    data = StudyData.read(folder)
    assert data.at_plausible is not None and data.at_plausible.plan["problem"]["num_vars"] == 3
    ranks = pd.read_csv(page.parent / "tables" / "ranks_both_bounds.csv").set_index("Factor")
    assert ranks.loc["Campaigns for larger families", "Rank at equal cost: note"] == "costs nothing"
    assert sorted(ranks["Rank at equal cost"].dropna()) == [1, 2]
    assert sorted(ranks["Rank at plausible doses"]) == [1, 2, 3]
    assert (
        "they cost nothing in the model and no dose of them costs the sum: campaigns for larger families."
        in words_of(page)
    )
    assert "以下措施在模型中不计成本" in page.read_text(encoding="utf-8")
