"""The evidence tables: published effects and behaviour parameters that levers cite by id."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from policies.errors import InputError, nearest
from policies.messages import tr
from policies.text_files import table_text

GRADES = ("A", "B", "C", "D")
"""How the figure was read; nothing about how strong the study is."""

DESIGNS: Mapping[str, Mapping[str, str]] = {
    "randomised": {"en": "randomised", "zh": "随机分配"},
    "natural_experiment": {"en": "natural experiment", "zh": "自然实验"},
    "association": {"en": "association", "zh": "相关关系"},
    "description": {"en": "description, no effect", "zh": "描述数据，无效应"},
    "model": {"en": "model", "zh": "模型推算"},
    "prior": {"en": "expert prior", "zh": "专家先验"},
    "unknown": {"en": "design not told", "zh": "设计未载明"},
}
"""What lets a reader call the figure an effect, strongest first."""

REGIONS: Mapping[str, Mapping[str, str]] = {
    "china": {"en": "China", "zh": "中国"},
    "similar": {"en": "East Asia", "zh": "东亚"},
    "elsewhere": {"en": "elsewhere", "zh": "其他国家和地区"},
    "unknown": {"en": "no one place", "zh": "不限地区"},
}
"""Where the people studied live."""

MEASURED: Mapping[str, Mapping[str, str]] = {
    "births": {"en": "births", "zh": "生育"},
    "marriage": {"en": "marriages", "zh": "结婚"},
    "intention": {"en": "intentions", "zh": "生育意愿"},
    "other": {"en": "something else", "zh": "其他结果"},
}
"""What was measured: only the first two are what a policy is for."""

KINDS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "design": DESIGNS,
    "region": REGIONS,
    "measured": MEASURED,
}
NEEDED = ("id", "what", "where", "effect", "unit", "low", "high", "citation", "grade", *KINDS)
CHINESE = ("what_zh", "where_zh", "outcome_zh", "effect_zh", "unit_zh", "citation_zh")
OPTIONAL = ("outcome", "note", "normalised_effect", "normalised_unit", *CHINESE)
TABLES: Mapping[str, tuple[str, ...]] = {
    "policy_effects.csv": (*NEEDED, "lever", "outcome"),
    "behaviour_parameters.csv": (*NEEDED, "domain"),
}
"""The columns that must be there; a table may have more."""

RANGE = re.compile(r"\((?:range )?[-−]?[\d.]+(?:-| to )[-−]?[\d.]+")
"""A unit that tells the range itself."""
PERCENT, POINTS = re.compile(r"\bpct\b"), re.compile(r"\bpp\b")
"""How the tables shorten per cent and percentage points."""
MINUS = re.compile(r"(?<=[ (])-(?=\d)")
"""A hyphen that stands for a minus."""


@dataclass(frozen=True)
class Evidence:
    """One row of evidence; `effect`, `low` and `high` stay text because some rows give only a sign."""

    id: str
    table: str
    what: str
    where: str
    effect: str
    unit: str
    low: str
    high: str
    citation: str
    grade: str
    design: str
    region: str
    measured: str
    outcome: str = ""
    note: str = ""
    normalised_effect: str = ""
    normalised_unit: str = ""
    what_zh: str = ""
    where_zh: str = ""
    outcome_zh: str = ""
    effect_zh: str = ""
    unit_zh: str = ""
    citation_zh: str = ""

    @property
    def number(self) -> float | None:
        """The effect as a number, or None where the row gives only words."""
        try:
            return float(self.effect)
        except ValueError:
            return None

    def said(self, name: str, lang: str) -> str:
        """A text of the row in a language; the English one where there is no Chinese."""
        if lang == "zh" and (chinese := getattr(self, f"{name}_zh")):
            return str(chinese)
        return MINUS.sub("−", POINTS.sub("percentage points", PERCENT.sub("%", str(getattr(self, name)))))

    def kind(self, name: str, lang: str) -> str:
        """`design`, `region` or `measured` in words."""
        return KINDS[name][getattr(self, name)][lang]

    def found(self, lang: str) -> str:
        """What was found: outcome, effect with its unit, and its interval or reported range where there is one."""
        effect, unit, outcome = (self.said(name, lang) for name in ("effect", "unit", "outcome"))
        ends = [self.low, self.high] if self.low and self.high and not RANGE.search(unit) else []
        low_high = [end.replace("-", "−") for end in ends]
        if lang == "zh":
            measured = f"{effect}（{unit}）" if self.number is None and unit else _with_unit(_minus(effect), unit)
            return (f"{outcome}：" if outcome else "") + _in_brackets(measured, " 至 ".join(low_high), "（）；")
        measured = f"{effect} ({unit})" if not self.number and unit else f"{_minus(effect)} {unit}".strip()
        return (f"{outcome}: " if outcome else "") + _in_brackets(measured, " to ".join(low_high), (" (", ")", "; "))

    def sentence(self, lang: str = "en") -> str:
        """The row in one line: what, where, what was found, citation, how strong and how read."""
        strength = [self.kind(name, lang) for name in KINDS]
        head = [self.said(name, lang) for name in ("what", "where")]
        read = f"读取等级 {self.grade}" if lang == "zh" else f"read {self.grade}"
        if lang == "zh":
            told = [f"{'；'.join(head)}：{self.found(lang)}", self.said("citation", lang), "，".join(strength), read]
            return "；".join(told) + "。"
        return "; ".join([f"{'; '.join(head)}: {self.found(lang)}", self.citation, ", ".join(strength), read]) + "."


def _in_brackets(text: str, more: str, marks: Sequence[str]) -> str:
    """A text and what is told in brackets behind it, in the brackets that it ends with where it does."""
    opening, closing, between = marks
    if more and text.endswith(closing):
        return text.removesuffix(closing) + between + more + closing
    return text + opening + more + closing if more else text


def _minus(effect: str) -> str:
    """A figure with a true minus; words as they are."""
    return "−" + effect[1:] if effect[:1] == "-" else effect


def _with_unit(effect: str, unit: str) -> str:
    """A figure and its Chinese unit: a space before a word, none before a sign."""
    return f"{effect} {unit}" if unit[:1].isalnum() else effect + unit


def load_evidence(folder: Path) -> dict[str, Evidence]:
    """Return every row of the evidence tables by id; InputError names file, row and column."""
    rows: dict[str, Evidence] = {}
    for name, columns in TABLES.items():
        path = folder / name
        if not path.is_file():
            raise InputError(
                tr("{path}: no such file; the evidence tables are {tables}").format(path=path, tables=", ".join(TABLES))
            )
        with io.StringIO(table_text(path), newline="") as file:
            reader = csv.DictReader(file)
            missing = [column for column in columns if column not in (reader.fieldnames or [])]
            if missing:
                raise InputError(
                    tr("evidence/{name}: missing column {missing}; found {fieldnames}").format(
                        name=name, missing=", ".join(missing), fieldnames=reader.fieldnames
                    )
                )
            for line, row in enumerate(reader, start=2):
                _check(row, rows, f"evidence/{name}: row {line}")
                kept = [column for column in (*NEEDED, *OPTIONAL) if column in row]
                rows[row["id"]] = Evidence(table=name, **{column: row[column] for column in kept})
    return rows


def _check(row: dict[str, str], before: Mapping[str, Evidence], where: str) -> None:
    """Refuse a row with an id used twice, a cut or short line, or a value that is not one of the few."""
    if not row["id"] or row["id"] in before:
        raise InputError(tr("{where}: id {id!r} is empty or used twice").format(where=where, id=row["id"]))
    place = f"{where} ({row['id']})"
    if None in row or None in row.values():
        raise InputError(
            tr("{place}: as many cells as columns wanted; is a text with a comma without quotes?").format(place=place)
        )
    allowed = {"grade": GRADES, **{name: tuple(words) for name, words in KINDS.items()}}
    for name, values in allowed.items():
        if row[name] not in values:
            raise InputError(
                tr("{place}: {name}: found {row!r}; did you mean {nearest!r}? allowed {values}").format(
                    place=place, name=name, row=row[name], nearest=nearest(row[name], values), values=", ".join(values)
                )
            )
