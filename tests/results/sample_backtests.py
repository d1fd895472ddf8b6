"""A made-up table of back-tests, one row of every kind, for tests of the report."""

from __future__ import annotations

from typing import Any

MADE = {"command": "cradle backtest --scale 0.1 --seeds 8", "city": "suining", "scale": 0.1, "seeds": 8}


def row(name: str, **changes: Any) -> dict[str, Any]:
    """A test that fits; ``changes`` replace its entries."""
    return {
        "id": name, "set": "default", "group": "cash", "group_en": "Cash", "group_zh": "现金",
        "label_en": f"Test {name}", "label_zh": f"检验 {name}", "evidence": "a;b", "rule": "reported",
        "unit_en": "%", "unit_zh": "%", "miss_en": "", "miss_zh": "", "evidence_value": 0.3, "evidence_low": 0.1,
        "evidence_high": 0.5, "model_value": 0.2, "model_low": 0.15, "model_high": 0.25, "dose": 2.0, "events": 900.0,
        "sign_right": True, "inside": True, "overlap": True, "imposed": False, **changes,
    }  # fmt: skip


ROWS = [
    row("fits"),
    row("beside", inside=False, model_value=0.6, model_low=0.45, model_high=0.75),
    row("misses", inside=False, overlap=False, sign_right=False, model_value=-1.0, model_low=-1.2, model_high=-0.8,
        miss_en="because of this", miss_zh="原因如此"),
    row("sign", rule="sign", evidence_value=None, evidence_low=0.0, evidence_high=None),
    row("anchor", rule="at_most", evidence_value=0.5, evidence_low=0.0),
    row("given", imposed=True),
    row("fits", set="rho_005", model_value=0.05, model_low=0.04, model_high=0.06),
]  # fmt: skip
