"""A Chinese report has no text that is English alone: the sample's sections, and the shipped example's evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from experiments.context.context import report_context
from experiments.study.study import read_study
from results.content.blocks import Block, Bullets, Cards, Paragraph, Section, Table, both
from results.scenario.data import RunData
from results.scenario.report import SECTIONS
from results.scenario.sections.evidence import evidence_section
from results.trust.evidence_strength import CLASSES, counted, strength_of
from tests.results.chinese import english_alone
from tests.results.sample_run import write_sample_run

CONFIG = Path(__file__).resolve().parents[2] / "experiments" / "configs" / "scenario"
CONFIGS = sorted(CONFIG.glob("*.yaml"))


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> RunData:
    folder = write_sample_run(tmp_path_factory.mktemp("run"), ["current_law", "package", "voucher", "leave"], seeds=6)
    return RunData.read(folder)


@pytest.fixture(scope="module", params=CONFIGS, ids=lambda path: path.stem)
def context(request: pytest.FixtureRequest) -> dict[str, Any]:
    return report_context(read_study(request.param))


def with_context(data: RunData, context: dict[str, Any]) -> RunData:
    """The sample's numbers under the true context of a config."""
    other = RunData(**{name: getattr(data, name) for name in data.__dataclass_fields__})
    object.__setattr__(other, "context", context)
    return other


def test_a_text_in_english_alone_is_found() -> None:
    table = Table("t", both("Table", "表"), [both("Unit", "单位"), both("Source", "来源")],
                  [["yuan per child a year", "Kim 2024, a journal"], [both("yes", "是"), ""]])  # fmt: skip
    blocks: list[Block] = [Paragraph(both("a b", "no Chinese here")), Bullets([both("x", "有")]), table]
    found = english_alone(Section("k", both("Key", "键"), both("Lead", "TFR"), blocks))
    assert found == ["no Chinese here", "yuan per child a year"]


def test_no_section_of_the_sample_is_english_alone_in_chinese(sample: RunData) -> None:
    sections = [section for make in SECTIONS if (section := make(sample)) is not None]
    assert len(sections) > 8
    assert {section.key: english_alone(section) for section in sections if english_alone(section)} == {}


def test_no_evidence_of_a_shipped_config_is_english_alone(sample: RunData, context: dict[str, Any]) -> None:
    section = evidence_section(with_context(sample, context))
    assert english_alone(section) == []
    for block in section.blocks:
        if isinstance(block, Paragraph):
            assert not any(f"{name}." in block.text["zh"] for name in context["levers_used"]), "labels, not ids"


def test_the_lead_of_the_example_counts_its_eight_measures(sample: RunData) -> None:
    context = report_context(read_study(CONFIG / "suining_example.yaml"))
    section = evidence_section(with_context(sample, context))
    cards = [context["levers"][name] for name in context["levers_used"]]
    classes = [strength_of(card, context["evidence"]).name for card in cards]
    assert {name: classes.count(name) for name in CLASSES} == {
        "china": 0, "similar": 0, "elsewhere": 4, "weak": 4, "nothing": 0,
    }  # fmt: skip
    assert section.lead == counted(cards, context["evidence"])
    assert section.lead["en"].startswith(
        "Of 8 measures changed, 0 rest on a causal study of births or marriages in China"
    )
    (shown,) = [block for block in section.blocks if isinstance(block, Cards)]
    tones = {card.title["en"]: card.badge.tone for card in shown.items if card.badge is not None}
    assert tones["Childcare voucher"] == "near" and tones["Sharing of leave costs"] == "none"
