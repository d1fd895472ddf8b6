"""The evidence interval that an experiment is held against, and the verdict.

===========  =======================================================================================================
rule         interval
===========  =======================================================================================================
reported     the row's own low and high, brought to its normalised unit
factor       the normalised effect divided and multiplied by 1.5: incomes in conversions are recalled, and the table
             itself calls its normalised values good to about that factor
judged       low and high as the back-test states them, with the reason (a band in the row's note, a null's width)
at_most      from 0 to the normalised effect: the table calls the row an upper anchor
sign         all values of one sign
===========  =======================================================================================================
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from calibration.backtests.files import Held
from policies.citations import Evidence
from policies.errors import InputError
from policies.messages import tr

FACTOR = 1.5


@dataclass(frozen=True)
class EvidenceInterval:
    """What studies say, in the unit of the experiment; ``value`` is nan where only a sign is known."""

    value: float
    low: float
    high: float


def evidence_interval(held: Held, row: Evidence) -> EvidenceInterval:
    """The interval that a rule reads out of a row. InputError when the row lacks what the rule needs."""
    where = f"held: {held.row}: {held.rule}"
    if held.rule == "sign":
        if held.sign is None:
            raise InputError(tr("{where}: sign: needed, 1 or -1").format(where=where))
        return EvidenceInterval(math.nan, *((0.0, math.inf) if held.sign > 0 else (-math.inf, 0.0)))
    if held.rule == "judged":
        if held.low is None or held.high is None or held.value is None or not held.why or held.low > held.high:
            raise InputError(tr("{where}: value, low, high and why are needed, low not above high").format(where=where))
        return EvidenceInterval(held.value, held.low, held.high)
    effect, normalised = row.number, _number(row.normalised_effect)
    if held.rule == "reported":
        low, high = _number(row.low), _number(row.high)
        if effect is None or low is None or high is None:
            raise InputError(tr("{where}: the row has no effect with low and high").format(where=where))
        scale = normalised / effect if normalised is not None and effect else 1.0
        return EvidenceInterval(effect * scale, *sorted((low * scale, high * scale)))
    if not normalised:
        raise InputError(tr("{where}: the row has no normalised effect").format(where=where))
    if held.rule == "at_most":
        return EvidenceInterval(normalised, *sorted((0.0, normalised)))
    return EvidenceInterval(normalised, *sorted((normalised / FACTOR, normalised * FACTOR)))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


@dataclass(frozen=True)
class Judgement:
    """Whether the model's value has the sign of the evidence, lies in its interval, and whether intervals overlap."""

    sign_right: bool
    inside: bool
    overlap: bool


def verdict(value: float, low: float, high: float, evidence: EvidenceInterval) -> Judgement:
    """Hold a model value and its interval against the evidence.

    Where the evidence is a null (value 0), the sign is right while the model's value stays in the evidence interval.
    """
    if math.isnan(value):
        return Judgement(False, False, False)
    inside = evidence.low <= value <= evidence.high
    overlap = low <= evidence.high and high >= evidence.low
    centre = evidence.value if not math.isnan(evidence.value) else (1.0 if evidence.high == math.inf else -1.0)
    sign_right = inside if centre == 0.0 else value * centre > 0.0
    return Judgement(sign_right, inside, overlap)
