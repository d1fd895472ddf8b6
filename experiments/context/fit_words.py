"""What people write beside the tables of a fit: how far to trust which number, and why a target is missed."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any, Literal

import yaml

from policies.bilingual import Label
from policies.errors import InputError, unknown_name
from policies.messages import tr
from policies.validation import StrictModel, read_yaml, validated

VERDICTS, REASONS = "verdicts.yaml", "reasons.yaml"
Topic = Literal[
    "target", "level", "differences", "order", "marriage_measures", "cost_cash", "cost_housing", "cost_nursery",
    "deadweight", "third_births", "groups",
]  # fmt: skip
"""What a verdict is about: a report sets its mark beside the sentences, figures and tables on that topic."""


class FitVerdict(StrictModel):
    """One row of ``verdicts.yaml``."""

    topic: Topic
    number: Label
    trust: Literal["high", "medium", "low"]
    why: Label


def read_verdicts(path: Path) -> list[dict[str, Any]]:
    """Verdicts as a report's context holds them, [] without a file.

    InputError naming file, row (from 1) and key: unknown keys (an unquoted comma makes one), other topics, one twice.
    """
    if not path.is_file():
        return []
    try:
        written = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise InputError(
            tr("{path}: not valid YAML: {error}").format(path=path, error=" ".join(str(error).split()))
        ) from None
    if not isinstance(written, list):
        raise InputError(
            tr("{path}: expected a list of verdicts, found {type}").format(path=path, type=type(written).__name__)
        )
    verdicts = [validated(FitVerdict, row, f"{path}, row {place}") for place, row in enumerate(written, start=1)]
    topics = [verdict.topic for verdict in verdicts]
    twice = sorted({topic for topic in topics if topics.count(topic) > 1})
    if twice:
        raise InputError(tr("{path}: topic: written twice: {twice}").format(path=path, twice=", ".join(twice)))
    return [verdict.model_dump() for verdict in verdicts]


def read_reasons(path: Path, targets: Collection[str]) -> dict[str, Label]:
    """Reasons by target, {} without a file; InputError for a target that the fit does not have or a key too many."""
    if not path.is_file():
        return {}
    reasons = {}
    for target, text in read_yaml(path).items():
        if target not in targets:
            raise unknown_name("target", target, targets, str(path))
        reasons[target] = validated(Label, text, f"{path}, {target}")
    return reasons
