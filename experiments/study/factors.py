"""Factors: what a sweep, a Sobol study or an optimisation varies, built from the bounds of lever and parameter files.

A factor is a dose between 0 (its weak end) and 1 (its strong end). A measure moves one or several fields of a lever
in step; a behavioural factor moves one number of ``abm/parameters*.yaml``. Bounds stand in those files; a config may
narrow them, never widen them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.core.parameters import Entry, Parameters
from experiments.study.config import FactorConfig, FieldRange
from experiments.study.parameter_words import parameter_words
from experiments.study.problems import attempt
from experiments.study.scenario_arms import LONGEST_NAME, is_name
from policies.catalogue import Catalogue, Parameter
from policies.errors import InputError, cut
from policies.messages import tr

Text = dict[str, str]
BEHAVIOUR = "behaviour"
"""The group of parameters, kept apart from the families of measures."""
DIGITS = 10


@dataclass(frozen=True)
class Span:
    """One number of a factor: from its value at dose 0 to its value at dose 1."""

    name: str
    start: float
    end: float
    whole: bool
    unit: str
    label: Text
    law: float
    items: tuple[int, ...] | None = None
    unit_zh: str = ""

    def at(self, dose: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """Values at doses in [0, 1]; whole numbers take equal shares of the dose."""
        doses = np.asarray(dose, dtype=float)
        if not self.whole:
            return np.round(self.start + doses * (self.end - self.start), DIGITS)
        steps = round(abs(self.end - self.start))
        taken = np.minimum(np.floor(doses * (steps + 1)), steps)
        return self.start + np.sign(self.end - self.start) * taken

    def dose_of(self, value: float) -> float:
        """The dose at which this span has ``value`` (in the middle of a whole number's share)."""
        width = self.end - self.start
        if not self.whole:
            return (value - self.start) / width
        return (abs(value - self.start) + 0.5) / (abs(width) + 1)


@dataclass(frozen=True)
class Factor:
    """One thing that varies."""

    name: str
    label: Text
    group: str
    spans: tuple[Span, ...]
    fixed: Mapping[str, float]
    is_parameter: bool
    values: tuple[float, ...] = ()

    def changes(self, dose: float) -> dict[str, float]:
        """Lever fields and their values at a dose; nothing for a parameter."""
        if self.is_parameter:
            return {}
        own = {span.name: float(span.at(dose)) for span in self.spans}
        return {**own, **self.fixed} if dose > 0 else own

    def free_fields(self, catalogue: Catalogue) -> tuple[str, ...]:
        """Its lever fields that cost nothing in the model."""
        if self.is_parameter:
            return ()
        names = (*(span.name for span in self.spans), *self.fixed)
        return tuple(name for name in names if catalogue.is_free(name))

    def is_free(self, catalogue: Catalogue) -> bool:
        """True when no field of it costs anything in the model."""
        return not self.is_parameter and len(self.free_fields(catalogue)) == len(self.spans) + len(self.fixed)

    @property
    def starts_at_law(self) -> bool:
        """True when dose 0 is today's law."""
        return all(span.start == span.law for span in self.spans)

    def doses(self, points: int) -> list[float]:
        """Doses of a grid or curve: the written values, or ``points`` evenly spaced ones."""
        if self.values:
            return [self.spans[0].dose_of(value) for value in self.values]
        return [float(dose) for dose in np.linspace(0, 1, points)]


def read_factors(
    written: Mapping[str, FactorConfig],
    catalogue: Catalogue,
    parameters: Parameters,
    law: Mapping[str, float],
    problems: list[str],
) -> tuple[Factor, ...]:
    """Factors of a config, with every end of every range resolved; everything wrong goes to ``problems``."""
    factors = []
    for name, config in written.items():
        where = f"factors.{name}"
        if not is_name(name):
            said = tr("{where}: a name is made of at most {most} letters, digits, - and _ (the label may be Chinese)")
            problems.append(said.format(where=cut(where), most=LONGEST_NAME))
            continue
        make = _parameter_factor if config.parameter is not None else _lever_factor
        source: Any = parameters if config.parameter is not None else (catalogue, law)
        factor = attempt(problems, lambda m=make, n=name, c=config, s=source, w=where: m(n, c, s, w))  # type: ignore[misc]
        if factor is not None:
            factors.append(factor)
    seen: dict[str, str] = {}
    for factor in factors:
        for span in factor.spans:
            if span.name in seen:
                problems.append(
                    tr("factors.{factor}: {span} already varies in factors.{seen}").format(
                        factor=factor.name, span=span.name, seen=seen[span.name]
                    )
                )
            seen[span.name] = factor.name
    problems += _set_twice(factors, seen)
    return tuple(factors)


def _set_twice(factors: Sequence[Factor], varied: Mapping[str, str]) -> list[str]:
    """Fields that a factor sets beside its own (``with``) and that vary, or are set otherwise by another: which value
    held would depend on the order of the factors."""
    found: list[str] = []
    held: dict[str, tuple[str, float]] = {}
    for factor in factors:
        for name, value in factor.fixed.items():
            where = f"factors.{factor.name}: with: {name}"
            if name in varied:
                said = tr("{where}: varies in factors.{other}; a field is set by one factor")
                found.append(said.format(where=where, other=varied[name]))
            other, before = held.setdefault(name, (factor.name, value))
            if before != value:
                said = tr("{where}: found {value:g}, but factors.{other} sets {before:g}; a field is set to one value")
                found.append(said.format(where=where, value=value, other=other, before=before))
    return found


def _lever_factor(name: str, config: FactorConfig, source: tuple[Catalogue, Mapping[str, float]], where: str) -> Factor:
    catalogue, law = source
    ranges: dict[str, FieldRange | None]
    ranges = dict(config.fields) if isinstance(config.fields, dict) else dict.fromkeys(config.fields)
    spans = []
    for field, own in ranges.items():
        parameter = catalogue.parameter(field, where)
        low, high = (own.from_ if own else None), (own.to if own else None)
        start = _end(low if low is not None else config.from_, "law", parameter, law[field], f"{where}: {field}: from")
        end = _end(high if high is not None else config.to, "high", parameter, law[field], f"{where}: {field}: to")
        if start == end:
            raise InputError(
                tr("{where}: {field}: from and to are both {start:g}; allowed {low:g} to {high:g}").format(
                    where=where, field=field, start=start, low=parameter.low, high=parameter.high
                )
            )
        both = {"en": parameter.label.en, "zh": parameter.label.zh}
        spans.append(
            Span(
                field, start, end, parameter.kind != "number", parameter.unit, both, law[field], None, parameter.unit_zh
            )
        )
    for field, value in config.with_.items():
        problem = catalogue.parameter(field, f"{where}: with").problem_with(value)
        if problem:
            raise InputError(tr("{where}: with: {field}: {problem}").format(where=where, field=field, problem=problem))
    lever = catalogue.levers[spans[0].name.partition(".")[0]]
    label = config.label.model_dump() if config.label else {"en": lever.label.en, "zh": lever.label.zh}
    factor = Factor(name, label, config.group or lever.family, tuple(spans), dict(config.with_), False)
    return _with_values(factor, config.values, where)


def _end(written: float | str | None, default: str, parameter: Parameter, law: float, where: str) -> float:
    """One end of a field's range as a number inside the lever file's bounds."""
    chosen = default if written is None else written
    words = {"law": law, "low": parameter.low, "high": parameter.high}
    value = float(words[chosen]) if isinstance(chosen, str) else float(chosen)
    problem = parameter.problem_with(value)
    if problem:
        raise InputError(f"{where}: {problem}")
    return value


def _parameter_factor(name: str, config: FactorConfig, parameters: Parameters, where: str) -> Factor:
    assert config.parameter is not None
    low, high = (None if isinstance(end, str) else end for end in (config.from_, config.to))
    if isinstance(config.from_, str) or isinstance(config.to, str) or config.with_:
        raise InputError(tr("{where}: a parameter takes numbers for from and to, and no with").format(where=where))
    span = parameter_span(config.parameter, parameters, low, high, config.items, where)
    label = config.label.model_dump() if config.label else dict(span.label)
    return _with_values(Factor(name, label, config.group or BEHAVIOUR, (span,), {}, True), config.values, where)


def parameter_span(
    name: str, parameters: Parameters, low: float | None, high: float | None, items: tuple[int, ...], where: str
) -> Span:
    """The range of one behavioural number, or of the multiplier of a list."""
    entry = parameters.entry(name)
    if isinstance(entry.value, tuple):
        return _list_span(name, entry, low, high, items, where)
    start, end = (low if low is not None else entry.low), (high if high is not None else entry.high)
    if start is None or end is None:
        raise InputError(
            tr("{where}: {name} has no range in the parameter file; give low and high").format(where=where, name=name)
        )
    for value in (start, end):
        if (entry.low is not None and value < entry.low) or (entry.high is not None and value > entry.high):
            raise InputError(
                tr("{where}: {name}: found {value:g}; allowed {low} to {high} ({unit})").format(
                    where=where, name=name, value=value, low=entry.low, high=entry.high, unit=entry.unit
                )
            )
    if start == end:
        raise InputError(tr("{where}: {name}: both ends are {start:g}").format(where=where, name=name, start=start))
    label, unit_zh = _words(name)
    return Span(name, float(start), float(end), False, entry.unit, label, float(entry.value), unit_zh=unit_zh)


def _words(name: str) -> tuple[Text, str]:
    """What a behavioural number is called in both languages, and its unit in Chinese."""
    words = parameter_words().get(name, {})
    return {lang: words.get(f"label_{lang}", name) for lang in ("en", "zh")}, words.get("unit_zh", "")


def _list_span(
    name: str, entry: Entry, low: float | None, high: float | None, items: tuple[int, ...], where: str
) -> Span:
    """A list varies by a multiplier of its items, which must keep every item in the list's range."""
    values = entry.value if isinstance(entry.value, tuple) else (entry.value,)
    if low is None or high is None or low == high:
        raise InputError(
            tr("{where}: {name} is a list of {count}; give low and high of what multiplies its items").format(
                where=where, name=name, count=len(values)
            )
        )
    chosen = items or tuple(range(len(values)))
    for item in chosen:
        if not 0 <= item < len(values):
            raise InputError(
                tr("{where}: {name}: items: found {item}; allowed 0 to {count}").format(
                    where=where, name=name, item=item, count=len(values) - 1
                )
            )
        for factor in (low, high):
            value = values[item] * factor
            if (entry.low is not None and value < entry.low) or (entry.high is not None and value > entry.high):
                raise InputError(
                    tr("{where}: {name}: item {item} times {factor:g} is {value:g}; allowed {low} to {high}").format(
                        where=where, name=name, item=item, factor=factor, value=value, low=entry.low, high=entry.high
                    )
                )
    return Span(name, low, high, False, "times the value in the file", _words(name)[0], 1.0, chosen, "文件取值的倍数")


def parameter_change(span: Span, dose: float, parameters: Parameters) -> dict[str, Any]:
    """The change of one parameter at a dose, as ``Parameters.replace`` takes it."""
    amount = float(span.at(dose))
    if span.items is None:
        return {span.name: amount}
    values = parameters.list(span.name).tolist()
    return {
        span.name: [round(v * amount, DIGITS) if i in span.items else v for i, v in enumerate(values)]
    }  # fmt: skip


def _with_values(factor: Factor, values: tuple[float, ...], where: str) -> Factor:
    """The factor with its written levels, each inside its range."""
    span = factor.spans[0]
    low, high = sorted((span.start, span.end))
    for value in values:
        if not low <= value <= high or (span.whole and value != int(value)):
            said = tr("{where}: values: found {value:g}; allowed {low:g} to {high:g}")
            if span.whole:
                said = tr("{where}: values: found {value:g}; allowed whole numbers from {low:g} to {high:g}")
            raise InputError(said.format(where=where, value=value, low=low, high=high))
    return replace(factor, values=tuple(values))
