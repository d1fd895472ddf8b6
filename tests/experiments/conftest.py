"""Configs and studies on the fake model, for tests of experiments."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

WRITTEN: dict[str, Any] = {
    "kind": "scenario",
    "title": {"en": "Vouchers", "zh": "托育券"},
    "city": "toytown",
    "end": "2028-12",
    "scale": 1.0,
    "seeds": 2,
    "parameters": "default",
    "complete_cohorts": False,
    "scenarios": {"voucher": {"changes": {"childcare_voucher.amount": {"2027-01": 800}}}},
}


@pytest.fixture
def write_config(tmp_path: Path) -> Callable[..., Path]:
    """Write a config: ``write_config(seeds=3, city=None)`` changes keys, None leaves one out."""

    def write(**changes: Any) -> Path:
        content = {key: value for key, value in {**WRITTEN, **changes}.items() if value is not None}
        path = tmp_path / "study.yaml"
        path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
        return path

    return write


STUDY: dict[str, Any] = {
    "kind": "sobol",
    "title": {"en": "Measures", "zh": "措施"},
    "city": "toytown",
    "start": "2020-11",
    "end": "2028-12",
    "scale": 1.0,
    "samples": 4,
    "replicate_seeds": 2,
    "replicate_rows": 4,
    "factors": {
        "voucher": {"fields": ["childcare_voucher.amount"], "to": 1000},
        "grant": {"fields": ["birth_grant.order1", "birth_grant.order2"], "to": 30000},
        "kindergarten": {"fields": {"kindergarten_waiver.years": {"from": "low"}}},
    },
}


@pytest.fixture
def write_study(tmp_path: Path) -> Callable[..., Path]:
    """Write a planned config: ``write_study(samples=8)`` changes keys, None leaves one out."""

    def write(**changes: Any) -> Path:
        content = {key: value for key, value in {**STUDY, **changes}.items() if value is not None}
        path = tmp_path / "planned.yaml"
        path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
        return path

    return write


@pytest.fixture(autouse=True)
def own_histories(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Histories of stand-ins for the model must never be taken for the city's."""
    monkeypatch.setattr("experiments.run.saved_histories.histories_folder", lambda: tmp_path / "histories")


@pytest.fixture
def fake_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Runs use the stand-in for the model, and keep its histories in the test's own folder."""
    from tests.experiments.fake_model import FakeModel

    monkeypatch.setattr("experiments.run.seed_task.FamilyModel", FakeModel)
    monkeypatch.setenv("CRADLE_CACHE", str(tmp_path / "cache"))
