"""What a report needs and ``results`` may not import: labels, units, lever cards, evidence, targets, observations."""

from __future__ import annotations

from typing import Any

from abm.city.places import positions
from abm.observe.indicators import REGISTER
from experiments.context.backtest_table import backtests_context
from experiments.context.design_card import design_card
from experiments.context.fit_tables import fit_context
from experiments.context.observed import anchors_of
from experiments.context.report_words import report_words
from experiments.study.config import BASELINE_SCENARIO, Scenario
from experiments.study.parameter_words import parameter_words
from experiments.study.study import Study
from policies.catalogue import Catalogue, Lever
from policies.changes import Change
from policies.citations import KINDS
from policies.clock import month_label
from policies.packages import load_package, package_names
from policies.timeline import Timeline

LANGUAGES = ("en", "zh")
BASELINE_CARD: dict[str, Any] = {
    "name": BASELINE_SCENARIO, "label": {"en": "Current law", "zh": "现行政策"}, "package": None, "changes": [],
    "leaves_out": [], "summary": None, "proposer": None, "status": "in force", "law_of": None,
}  # fmt: skip


def report_context(study: Study) -> dict[str, Any]:
    """The content of context.json (plain JSON values)."""
    used = _levers_used(study)
    evidence = sorted({row for name in used for row in study.catalogue.levers[name].evidence})
    return {
        "schema": 1,
        "kind": study.kind.name,
        "report": study.kind.report,
        "config": study.name,
        "title": study.config.title.model_dump(),
        "city": {
            "name": study.city.name,
            "labels": dict(study.city.labels),
            "counties": {c: dict(study.city.county_labels[c]) for c in study.city.counties},
            "places": {county: list(place) for county, place in positions(study.city).items()},
        },
        "start": month_label(study.start_month),
        "branch": month_label(study.branch_month),
        "end": month_label(study.end_month),
        "scale": study.config.scale,
        "people": study.people,
        "seeds": study.seeds,
        "hold": list(study.config.hold),
        "parameters_used": study.config.parameters,
        "parameter_changes": study.config.parameter_changes,
        "baseline": BASELINE_SCENARIO,
        "balanced_budget": study.config.balanced_budget,
        "interactions": [pair.model_dump() for pair in study.interactions],
        "scenarios": _scenario_cards(study),
        "plan": design_card(study) if study.kind.told else None,
        "indicators": {name: _indicator_card(indicator) for name, indicator in REGISTER.items()},
        "levers": {name: _lever_card(study, lever) for name, lever in study.catalogue.levers.items()},
        "levers_used": used,
        "words": report_words(),
        "evidence": {row: _evidence_card(study.catalogue, row) for row in evidence},
        "targets": _targets(study),
        "anchors": anchors_of(study.city.name),
        "parameters": _parameter_cards(study),
        "backtests": backtests_context(),
        "fit": _fit(study),
    }


def _fit(study: Study) -> dict[str, Any] | None:
    """The fit of the city, with names of its packages for people."""
    fit = fit_context(study.city.name, study.config.parameters == "fitted")
    if fit is None:
        return None
    named = {str(row["package"]) for table in ("probabilities", "ranking") for row in fit[table]}
    known = sorted(named & set(package_names()))
    return {**fit, "package_labels": {name: _both(load_package(name, study.catalogue).label) for name in known}}


def _levers_used(study: Study) -> list[str]:
    """Levers that some run changes."""
    if study.design.factors:
        fields = [name for factor in study.design.factors if not factor.is_parameter
                  for name in (*(span.name for span in factor.spans), *factor.fixed)]  # fmt: skip
    else:
        fields = [change.field for timeline in study.timelines.values() for change in timeline.changes]
    return sorted({field.partition(".")[0] for field in fields})


def _scenario_cards(study: Study) -> list[dict[str, Any]]:
    """A card an arm; the rows of a design are told by its own card instead."""
    return [BASELINE_CARD, *(_scenario_card(study, name, arm) for name, arm in study.arms.items())]


def _indicator_card(indicator: Any) -> dict[str, str]:
    names = ("unit", "definition", "base", "label_en", "label_zh", "kind")
    return {name: str(getattr(indicator, name)) for name in names}


def _scenario_card(study: Study, name: str, arm: Scenario) -> dict[str, Any]:
    """Who proposes a scenario, what it changes and what it leaves out."""
    package = load_package(arm.package, study.catalogue) if arm.package else None
    timeline = study.timelines[name]
    return {
        "name": name,
        "label": _both(arm.label or (package.label if package else name)),
        "package": package.name if package else None,
        "summary": _both(package.summary) if package else None,
        "proposer": _both(package.proposer) if package else None,
        "status": package.status if package else "inline",
        "leaves_out": [_both(item) for item in package.leaves_out] if package else [],
        "law_of": month_label(timeline.law_of) if timeline.law_of is not None else None,
        "changes": [_change_card(study, timeline, change) for change in timeline.changes],
        "own_changes": bool(arm.changes),
    }


def _change_card(study: Study, timeline: Timeline, change: Change) -> dict[str, Any]:
    law = study.timelines[BASELINE_SCENARIO]
    parameter = study.catalogue.fields[change.field]
    return {
        "parameter": change.field,
        "lever": change.field.partition(".")[0],
        "label": _both(parameter.label),
        "unit": parameter.unit,
        "unit_zh": parameter.unit_zh,
        "value": change.value,
        "law": law.at(change.from_month)[change.field],
        "from": month_label(change.from_month),
        "to": month_label(change.to_month) if change.to_month is not None else None,
        "announced": month_label(change.announced_month),
        "reference": change.reference,
        "reference_zh": change.reference_zh,
        "assumed": change.assumed or not change.reference,
        "free": study.catalogue.is_free(change.field),
    }


def _lever_card(study: Study, lever: Lever) -> dict[str, Any]:
    grades = [study.catalogue.evidence[row].grade for row in lever.evidence]
    return {
        "label": _both(lever.label),
        "summary": _both(lever.summary),
        "family": lever.family,
        "channel": _both(lever.channel),
        "plan_section": _both(lever.plan_section),
        "payers": {part: dict(shares) for part, shares in lever.payers.items()},
        "payer_note": _both(lever.payer_note),
        "evidence": list(lever.evidence),
        "near": list(lever.near),
        "best_grade": min(grades, default=None),
        "assumption": _both(lever.assumption),
        "not_modelled": [_both(item) for item in lever.not_modelled],
    }


def _evidence_card(catalogue: Catalogue, row_id: str) -> dict[str, Any]:
    """A row in both languages: what was found, how strong the study is and how it was read."""
    row = catalogue.evidence[row_id]
    texts: dict[str, Any] = {name: {lang: row.said(name, lang) for lang in LANGUAGES} for name in ("what", "where")}
    words = {f"{name}_words": {lang: row.kind(name, lang) for lang in LANGUAGES} for name in KINDS}
    return {
        **texts, **words, "found": {lang: row.found(lang) for lang in LANGUAGES},
        "design": row.design, "region": row.region, "measured": row.measured,
        "low": row.low, "high": row.high, "grade": row.grade,
        "citation": row.citation, "citation_zh": row.said("citation", "zh"),
    }  # fmt: skip


def _parameter_cards(study: Study) -> list[dict[str, Any]]:
    """Every behavioural number of the run with its range, source and status."""
    cards, words = [], parameter_words()
    for name, entry in study.parameters.entries.items():
        value = list(entry.value) if isinstance(entry.value, tuple) else entry.value
        known = words.get(name, {})
        label = {lang: known.get(f"label_{lang}", name) for lang in LANGUAGES}
        cards.append(
            {"name": name, "label": label, "value": value, "unit": entry.unit,
             "unit_zh": known.get("unit_zh", entry.unit), "low": entry.low, "high": entry.high,
             "status": entry.status, "source": entry.source, "source_zh": known.get("source_zh", entry.source)}
        )  # fmt: skip
    return cards


def _targets(study: Study) -> list[dict[str, Any]]:
    """The plan's targets, with their sense (at least, about)."""
    rows = study.city.tables["plan_targets"].to_dict("records")
    return [
        {
            "indicator": str(row["indicator"]),
            "year": int(row["year"]),
            "value": float(row["value"]),
            "unit": str(row["unit"]),
            "sense": str(row["sense"]),
        }
        for row in rows
    ]


def _both(text: Any) -> dict[str, str]:
    """A bilingual label as a dict; plain text stands for both languages."""
    if text is None:
        return {"en": "", "zh": ""}
    return {"en": text, "zh": text} if isinstance(text, str) else {"en": text.en, "zh": text.zh}
