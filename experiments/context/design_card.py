"""What the analysis of a sweep, a Sobol study, a forecast or an optimisation needs to know of its design."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from experiments.study.design import UNCERTAINTY
from experiments.study.factors import BEHAVIOUR, Factor, Span
from experiments.study.fitted_draws import free_numbers
from experiments.study.parameter_words import parameter_words
from experiments.study.study import Study
from policies.catalogue import Catalogue


def design_card(study: Study) -> dict[str, Any]:
    """Method, factors with their ranges, SALib's problem and the values of every parameter draw (plain values)."""
    design, written = study.design, study.config.model_dump()
    return {
        **{key: written[key] for key in study.kind.told},
        "full_seeds": study.config.seeds,
        "factors": _factor_cards(study, design.factors),
        "factors_plausible": _factor_cards(study, design.plausible_factors) if design.plausible_factors else [],
        "problem": dict(design.problem),
        "problem_plausible": dict(design.plausible_problem) if design.plausible_problem is not None else None,
        "has_uncertainty": design.has_uncertainty,
        "draw_by_seed": design.draw_by_seed,
        "draws": [dict(changes) for changes in design.draw_changes],
        "uncertain": _uncertain_cards(study),
    }


def _factor_cards(study: Study, factors: Sequence[Factor]) -> list[dict[str, Any]]:
    """Cards of the factors, and of the index into parameter draws where that is one."""
    cards = [_factor_card(factor, study.catalogue) for factor in factors]
    if UNCERTAINTY in study.design.problem.get("names", ()):
        label = {"en": "Behavioural uncertainty", "zh": "行为参数不确定性"}
        cards.append({"name": UNCERTAINTY, "label": label, "group": BEHAVIOUR, "spans": [], "is_parameter": True,
                      "starts_at_law": True, "with": {}, "free": False})  # fmt: skip
    return cards


def _factor_card(factor: Factor, catalogue: Catalogue) -> dict[str, Any]:
    free = factor.free_fields(catalogue)
    return {
        "name": factor.name,
        "label": dict(factor.label),
        "group": factor.group,
        "is_parameter": factor.is_parameter,
        "starts_at_law": factor.starts_at_law,
        "free": factor.is_free(catalogue),
        "with": dict(factor.fixed),
        "spans": [{**_span_card(span), "free": span.name in free} for span in factor.spans],
    }


def _span_card(span: Span) -> dict[str, Any]:
    return {
        "name": span.name, "label": dict(span.label), "unit": span.unit,
        "unit_zh": span.unit_zh or span.unit, "from": span.start, "to": span.end,
        "law": span.law, "whole": span.whole, "items": list(span.items) if span.items is not None else None,
    }  # fmt: skip


def _uncertain_cards(study: Study) -> list[dict[str, Any]]:
    """Numbers that differ between draws, with their value in each draw: what was fitted under the names that the fit
    gives it, else every parameter by name (of a list: its last item that differs)."""
    design = study.design
    if not (design.has_uncertainty or design.draw_by_seed):
        return []
    if study.config.parameters == "fitted":
        named = free_numbers(study.city.name)
        if named:
            return [{**card, "values": card["values"][: len(design.draw_changes)]} for card in named]
    cards = []
    for name in dict.fromkeys(name for changes in design.draw_changes for name in changes):
        entry = study.parameters.entry(name)
        columns = np.array([np.atleast_1d(changes.get(name, entry.value)) for changes in design.draw_changes], float)
        differs = np.flatnonzero(np.ptp(columns, axis=0) > 0)
        if len(differs):
            words = parameter_words().get(name, {})
            cards.append({"name": name, "label": None, "values": columns[:, differs[-1]].tolist(),
                          "unit": entry.unit, "unit_zh": words.get("unit_zh", entry.unit),
                          "source": entry.source, "source_zh": words.get("source_zh", entry.source)})  # fmt: skip
    return cards
