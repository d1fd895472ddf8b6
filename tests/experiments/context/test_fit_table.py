"""The tables of a fit: written and read back, told to a report with reasons for misses, refused if not there."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from experiments.context.fit_tables import FitTables, fit_context, read_fit, write_fit
from experiments.sources import source_hash
from policies.errors import InputError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A fit of two targets, one of them missed."""
    targets = pd.DataFrame(
        {
            "id": ["tfr", "births"],
            "use": ["fit", "held_back"],
            "predicted": [1.1, float("nan")],
            "inside": [True, False],
        }
    )
    tables = {name: pd.DataFrame({"name": ["a"], "value": [1.5]}) for name in ("identified", "correlations")}
    tables |= {
        "targets": targets,
        "trace": pd.DataFrame({"generation": [0]}),
        "coverage": pd.DataFrame({"level": ["a"]}),
    }
    write_fit(tmp_path / "town", FitTables({"city": "town", "source_hash": source_hash()}, tables))
    (tmp_path / "town" / "reasons.yaml").write_text(
        "births: {en: Too few, zh: 偏少}\ntfr: {en: Not shown, zh: 不显示}\n", encoding="utf-8"
    )
    return tmp_path


def test_what_is_written_is_read_back(folder: Path) -> None:
    fit = read_fit(folder / "town")
    assert fit.how["city"] == "town" and set(fit.tables) == {
        "targets",
        "identified",
        "correlations",
        "trace",
        "coverage",
    }
    assert list(fit.tables["targets"]["id"]) == ["tfr", "births"]


def test_a_report_is_told_reasons_for_misses_alone(folder: Path) -> None:
    context = fit_context("town", True, folder)
    assert context is not None and context["used"] and context["same_sources"]
    met, missed = context["targets"]
    assert met["reason_en"] == "" and missed["reason_zh"] == "偏少"
    assert missed["predicted"] is None and json.loads(json.dumps(context)) == context
    assert context["probabilities"] == [] and context["verdicts"] == []


def test_no_fit_is_no_fit(folder: Path) -> None:
    assert fit_context("elsewhere", False, folder) is None
    with pytest.raises(InputError, match="found no fit.yaml"):
        read_fit(folder / "elsewhere")
