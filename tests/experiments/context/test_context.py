"""What a report is told besides numbers: words for parameters, changes and evidence, in both languages."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from abm.core.parameters import Parameters
from experiments.context.context import report_context
from experiments.study.parameter_words import FILE, parameter_words
from experiments.study.study import read_study
from policies.errors import InputError

CONFIG = Path(__file__).resolve().parents[3] / "experiments" / "configs" / "scenario" / "suining_example.yaml"
HAN = re.compile(r"[\u4e00-\u9fff]")


def test_every_parameter_has_its_words_and_no_other_has() -> None:
    words = parameter_words()
    assert set(words) == set(Parameters.load().entries)
    labels = [row["label_zh"] for row in words.values()]
    assert len(set(labels)) == len(labels), "no two parameters are called alike"
    for name, row in words.items():
        assert all(HAN.search(row[column]) for column in ("label_zh", "unit_zh", "source_zh")), name
        assert row["label_en"].isascii() and "_" not in row["label_en"], name
        assert not re.search(r"\d %", row["label_zh"] + row["unit_zh"] + row["source_zh"]), name


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("own_weight,Own weight,自身收入权重,权重,判断值", "row [0-9]+: column name: 'own_weight' stands twice"),
        ("new,New,,权重,判断值", "row [0-9]+: every cell wanted"),
        ("new,New, cut,新,权重,判断值", "row [0-9]+: every cell wanted"),
        ("new,New", "row [0-9]+: every cell wanted"),
    ],
)
def test_words_that_cannot_be_meant_are_refused(tmp_path: Path, line: str, found: str) -> None:
    path = tmp_path / FILE.name
    path.write_text(FILE.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=rf"parameter_words\.csv: {found}"):
        parameter_words(path)


def test_a_context_tells_changes_evidence_and_parameters_in_both_languages() -> None:
    context = json.loads(json.dumps(report_context(read_study(CONFIG))))
    assert context["scenarios"][0]["label"] == {"en": "Current law", "zh": "现行政策"}
    changes = [change for scenario in context["scenarios"] for change in scenario["changes"]]
    voucher = next(change for change in changes if change["parameter"] == "childcare_voucher.amount")
    assert (voucher["unit"], voucher["unit_zh"]) == ("yuan per child per month", "元/孩/月")
    assert voucher["reference_zh"] == "接近讨论中的 200—1000 元的中间值；约为收费的 60%"
    assert all(HAN.search(change["reference_zh"]) for change in changes if change["reference"])
    fee = context["evidence"]["cc_se_mork2013"]
    assert fee["where"] == {"en": "Sweden, 2001-2002", "zh": "瑞典，2001—2002"}
    assert fee["found"]["zh"] == "18 个月内出生数变化：5.0%（每千名妇女多 3—5 个出生；4 至 6）"
    assert (fee["design"], fee["region"], fee["measured"]) == ("natural_experiment", "elsewhere", "births")
    assert fee["design_words"] == {"en": "natural experiment", "zh": "自然实验"}
    assert "cc_cn_kindergarten2024" in context["levers"]["nursery_places"]["near"]
    (weight,) = [card for card in context["parameters"] if card["name"] == "prospect_weight"]
    assert weight["label"] == {"en": "Weight of money in the wish (b)", "zh": "经济条件在生育意愿中的权重 b"}
    assert weight["source_zh"] == "按二孩推导：一次性现金每相当于年收入的 1%，出生数变化约 0.3%（现金反应先验）"
    prior = context["evidence"]["prior_care"]
    assert (prior["citation"], prior["citation_zh"]) == ("Synthesis", "本项目综合判断")
    assert fee["citation_zh"] == "Moerk, Sjoegren & Svaleryd 2013, J Popul Econ 26(1)；工作论文 2009"
    assert weight["unit_zh"] == "效用/对数消费"
