"""Words that reports take from the run folder: families of measures and payers, as commands and the page say them."""

from __future__ import annotations

from experiments.study.factors import BEHAVIOUR
from policies.bilingual import Label
from policies.vocabulary import FAMILIES, PAYERS

UNKNOWN_BEHAVIOUR = Label(en="Behavioural uncertainty", zh="行为参数不确定性")
"""The family of factors that are behavioural numbers."""


def report_words() -> dict[str, dict[str, dict[str, str]]]:
    """What ``results.finished_run`` calls families and payers: kind of word -> key -> language -> text."""
    words = {"families": {**FAMILIES, BEHAVIOUR: UNKNOWN_BEHAVIOUR}, "payers": PAYERS}
    return {kind: {key: label.model_dump() for key, label in labels.items()} for kind, labels in words.items()}
