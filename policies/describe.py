"""Levers and packages for people: a table of all levers, a card for one, in English or Chinese."""

from __future__ import annotations

from rich.table import Table

from policies.bilingual import Label
from policies.catalogue import Catalogue, DatedValue, Lever, Parameter
from policies.clock import month_label
from policies.errors import unknown_name
from policies.packages import load_package, package_changes, package_names
from policies.timeline import current_law
from policies.vocabulary import FAMILIES, PAYERS

LANGUAGES = ("en", "zh")

WORDS: dict[str, dict[str, str]] = {
    "levers": {"en": "Levers", "zh": "政策工具"},
    "name": {"en": "name", "zh": "名称"},
    "label": {"en": "measure", "zh": "措施"},
    "family": {"en": "family", "zh": "类别"},
    "value": {"en": "law in {month}", "zh": "{month} 现行值"},
    "bounds": {"en": "bounds", "zh": "取值范围"},
    "unit": {"en": "unit", "zh": "单位"},
    "evidence": {"en": "evidence", "zh": "证据"},
    "rows": {"en": "{count} rows, best read {grade}", "zh": "{count} 条，最佳读取等级 {grade}"},
    "row": {"en": "1 row, read {grade}", "zh": "1 条，读取等级 {grade}"},
    "assumption": {"en": "assumption", "zh": "假设"},
    "decided_by": {"en": "decided by", "zh": "决定层级"},
    "payers": {"en": "who pays", "zh": "支付方"},
    "plan": {"en": "section of the plan", "zh": "规划章节"},
    "channel": {"en": "how it acts", "zh": "作用途径"},
    "not_modelled": {"en": "not modelled", "zh": "未纳入模型"},
    "parameters": {"en": "parameters", "zh": "参数"},
    "from": {"en": "from", "zh": "自"},
    "known": {"en": "known from", "zh": "公布于"},
    "grade": {"en": "grade", "zh": "等级"},
    "nothing": {
        "en": "costs nothing in the model: what it would take is in no payer's ledger",
        "zh": "模型中不计成本：所需支出未记入任何支付方的账目",
    },
    "packages": {"en": "Packages", "zh": "政策组合"},
    "proposer": {"en": "proposed by", "zh": "提出者"},
    "changes": {"en": "changes", "zh": "变动数"},
    "city": {"en": "city", "zh": "市"},
    "province": {"en": "province", "zh": "省"},
    "centre": {"en": "centre", "zh": "中央"},
    "benefit": {"en": "benefit", "zh": "待遇支出"},
    "local_supplement": {"en": "local supplement", "zh": "地方补充"},
    "national_days": {"en": "national days", "zh": "国家规定天数"},
    "extra_days": {"en": "extra days", "zh": "地方增加天数"},
    "capital_grant": {"en": "building grant", "zh": "建设补助"},
    "operating_subsidy": {"en": "running subsidy", "zh": "运营补贴"},
}

MARKS = {
    "en": {"is": ": ", "and": ", ", "part": "; ", "aside": " ({})", "range": " – ", "percent": " %"},
    "zh": {"is": "：", "and": "、", "part": "；", "aside": "（{}）", "range": "—", "percent": "%"},
}
"""Punctuation by language."""


def lever_table(catalogue: Catalogue, month: int, lang: str = "en") -> Table:
    """Return a rich table of every parameter: names, the law's value in `month`, bounds, unit, evidence."""
    law = current_law(catalogue).at(month)
    table = Table(title=_word("levers", lang))
    table.add_column(_word("name", lang), no_wrap=True)
    table.add_column(_word("label", lang), overflow="fold")
    table.add_column(_word("value", lang).format(month=month_label(month)), justify="right")
    table.add_column(_word("bounds", lang), justify="right")
    for heading in ("unit", "evidence"):
        table.add_column(_word(heading, lang), overflow="fold")
    for lever in catalogue.levers.values():
        heading = f"[bold]{_text(lever.label, lang)}[/bold]{_aside(_family(lever, lang), lang)}"
        table.add_row(f"[bold]{lever.name}[/bold]", heading, "", "", "", evidence_summary(catalogue, lever, lang))
        for name, parameter in lever.parameters.items():
            value = number_text(law[f"{lever.name}.{name}"])
            bounds = _bounds(parameter, lang)
            table.add_row(f"  .{name}", _text(parameter.label, lang), value, bounds, _unit(parameter, lang), "")
        table.add_section()
    return table


def lever_card(catalogue: Catalogue, name: str, lang: str = "en") -> str:
    """Return all that is known of a lever as text.

    `name` is a lever or one of its parameters; InputError with the nearest name if it is neither.
    """
    if name in catalogue.fields:
        name = name.partition(".")[0]
    if name not in catalogue.levers:
        raise unknown_name("lever", name, catalogue.levers)
    lever = catalogue.levers[name]
    lines = [f"{_text(lever.label, lang)}  [{lever.name}]", _text(lever.summary, lang), ""]
    lines += [
        _line("family", _family(lever, lang), lang),
        _line("decided_by", MARKS[lang]["and"].join(_word(level, lang) for level in lever.decided_by), lang),
        _line("payers", payers_text(lever, lang), lang),
        _line("plan", _text(lever.plan_section, lang), lang),
        _line("channel", _text(lever.channel, lang), lang),
        "",
        _line("parameters", "", lang).rstrip(),
    ]
    for parameter_name, parameter in lever.parameters.items():
        lines += _parameter_lines(f"{lever.name}.{parameter_name}", parameter, lang)
    lines += ["", _line("evidence", evidence_summary(catalogue, lever, lang), lang)]
    told = [(row_id, catalogue.evidence[row_id].sentence(lang)) for row_id in lever.evidence]
    lines += [f"  {row_id}{MARKS[lang]['is']}{sentence}" for row_id, sentence in told]
    if lever.evidence and lever.assumption:
        lines.append(_line("assumption", _text(lever.assumption, lang), lang))
    lines += [
        "",
        _line("not_modelled", "", lang).rstrip(),
        *(f"  - {_text(item, lang)}" for item in lever.not_modelled),
    ]
    return "\n".join(lines)


def package_table(catalogue: Catalogue, lang: str = "en") -> Table:
    """Return a rich table of the packages: name, label, who proposes it, number of changes."""
    table = Table(title=_word("packages", lang))
    for heading in ("name", "label", "proposer"):
        table.add_column(_word(heading, lang), overflow="fold")
    table.add_column(_word("changes", lang), justify="right")
    for name in package_names():
        package = load_package(name, catalogue)
        count = len(package_changes(package, catalogue))
        table.add_row(name, _text(package.label, lang), _text(package.proposer, lang), str(count))
    return table


def evidence_summary(catalogue: Catalogue, lever: Lever, lang: str = "en") -> str:
    """Return how many rows of evidence a lever cites and the best grade among them, or that it is an assumption."""
    if not lever.evidence:
        return _line("assumption", _text(lever.assumption, lang) if lever.assumption else "", lang)
    best = min(catalogue.evidence[row_id].grade for row_id in lever.evidence)
    return _word("row" if len(lever.evidence) == 1 else "rows", lang).format(count=len(lever.evidence), grade=best)


def payers_text(lever: Lever, lang: str = "en") -> str:
    """Return who pays each part of a lever in one line, with the note on it."""
    marks = MARKS[lang]
    parts = [
        _line(part, marks["and"].join(_share(payer, share, lang) for payer, share in shares.items()), lang)
        for part, shares in lever.payers.items()
    ]
    note = _text(lever.payer_note, lang) if lever.payer_note else ""
    return marks["part"].join(parts) + (_aside(note, lang) if parts and note else note)


def _family(lever: Lever, lang: str) -> str:
    """Return what the family of a lever is called."""
    return _called(FAMILIES[lever.family], lang)


def _called(label: Label, lang: str) -> str:
    """Return a name inside a line of text."""
    return _text(label, lang).lower()


def _share(payer: str, share: float, lang: str) -> str:
    """Return what one payer bears."""
    return f"{_called(PAYERS[payer], lang)} {100 * share:.0f}{MARKS[lang]['percent']}"


def number_text(value: float) -> str:
    """Return a number for reading: thousands set apart, no needless decimals."""
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"


def _parameter_lines(field: str, parameter: Parameter, lang: str) -> list[str]:
    """Return the lines of a card on one parameter: bounds and its dated values."""
    marks = MARKS[lang]
    bounds = f"{_unit(parameter, lang)}{marks['part']}{_word('bounds', lang)} {_bounds(parameter, lang)}"
    lines = [f"  {field}{marks['is']}{_text(parameter.label, lang)}{_aside(bounds, lang)}"]
    if parameter.costs == "nothing":
        lines.append(f"      {_word('nothing', lang)}")
    lines += [_dated_line(dated, lang) for dated in parameter.values]
    return lines + ([f"      {_text(parameter.note, lang)}"] if parameter.note else [])


def _dated_line(dated: DatedValue, lang: str) -> str:
    """Return the line of a card on one dated value."""
    marks = MARKS[lang]
    known = f"{'，' if lang == 'zh' else ', '}{_word('known', lang)} {dated.announced}" if dated.announced else ""
    note = f"{'' if lang == 'zh' else ' '}{_text(dated.note, lang)}" if dated.note else ""
    value = f"{_word('from', lang)} {dated.from_date}{marks['is']}{number_text(dated.value)}"
    reference = (dated.reference_zh if lang == "zh" else "") or dated.reference
    source = _aside(f"{reference}{marks['part']}{_word('grade', lang)} {dated.grade}", lang)
    return f"      {value}{known}{source}{note}"


def _line(word: str, text: str, lang: str) -> str:
    """Return "word: text" in a language."""
    return f"{_word(word, lang)}{MARKS[lang]['is']}{text}"


def _aside(text: str, lang: str) -> str:
    """Return a text in the brackets of a language."""
    return MARKS[lang]["aside"].format(text)


def _bounds(parameter: Parameter, lang: str) -> str:
    """Return the range of a parameter."""
    return f"{number_text(parameter.low)}{MARKS[lang]['range']}{number_text(parameter.high)}"


def _word(key: str, lang: str) -> str:
    """Return a word of this file in a language; InputError for a language there is not."""
    if lang not in LANGUAGES:
        raise unknown_name("language", lang, LANGUAGES)
    return WORDS[key][lang]


def _unit(parameter: Parameter, lang: str) -> str:
    """Return a parameter's unit in a language."""
    return parameter.unit_zh if lang == "zh" else parameter.unit


def _text(label: Label, lang: str) -> str:
    """Return a label's text in a language; InputError for a language there is not."""
    if lang not in LANGUAGES:
        raise unknown_name("language", lang, LANGUAGES)
    return label.in_language(lang)
