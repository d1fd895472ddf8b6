"""YAML as people write it, read so that nothing is taken for what was not meant.

PyYAML's safe loader, with its silent readings refused by line and reason (`0500` as 320, `1:30` as 90, a key written
twice) and what stops it in the middle of nowhere turned into one message that says what to write.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from datetime import date
from typing import Any, NoReturn

import yaml

from policies.errors import InputError, cut
from policies.messages import later, tr

MOST_DEPTH = 40
MOST_VALUES = 20_000
MOST_DIGITS = 18
LONGEST_PROBLEM = 300
"""Far above what any file needs, and below what makes reading slow or overflows."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_FULL_WIDTH_COLON = re.compile(r"\s*(?:- )?[\w.\-\"']+：")


def parsed(text: str, where: str) -> Any:
    """Return what a YAML text holds; every InputError starts with `where` and names the line."""
    loader: _Loader | None = None
    try:
        loader = _Loader(text)
        return loader.get_single_data()
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        problem = tr("a control character (code {code})").format(code=error.character)
        raise InputError(_not_yaml(where, line, problem)) from None
    except yaml.MarkedYAMLError as error:
        raise InputError(_said(error, text, where)) from None
    except InputError as error:
        raise InputError(f"{where}: {error}") from None
    except (ValueError, OverflowError, RecursionError, yaml.YAMLError) as error:
        line = loader.line + 1 if loader is not None else 1
        raise InputError(_not_yaml(where, line, cut(" ".join(str(error).split())))) from None
    finally:
        if loader is not None:
            loader.dispose()


def _not_yaml(where: str, line: int, problem: str) -> str:
    """Return the message for a text that is no YAML."""
    return tr("{path}: not valid YAML: line {line}: {problem}").format(path=where, line=line, problem=problem)


PROBLEMS = (
    ("mapping values are not allowed", later("a second colon; put a text that holds a colon into quotes")),
    ("could not find expected ':'", later("a line without a colon; write the key, a colon, a space and the value")),
    ("found character '\\t'", later("a tab; indent with spaces")),
    ("that cannot start any token", later("a text that begins with such a sign stands in quotes")),
    ("while scanning a quoted scalar", later("a text in quotes that does not end")),
    ("expected ',' or", later("a comma, or the end of what was opened by {{ or [, is missing")),
    ("expected the node content", later("a value is missing")),
    (
        "expected <block end>",
        later("it does not belong here; look at how far the line is indented, and at quotes"),
    ),
    ("expected '<document start>'", later("what comes before does not go on like this; look at the line above")),
    ("expected a single document", later("a second document begins; a file holds one")),
    ("found undefined alias", later("* refers to a name that no & gives")),
    ("unknown escape character", later("after \\ in double quotes only a few letters are allowed; use single quotes")),
)
"""What PyYAML says of a text that is no YAML, and what to say to people."""


def _said(error: yaml.MarkedYAMLError, text: str, where: str) -> str:
    """Return PyYAML's complaint in plain words, with the line, and a full-width colon named where there is one."""
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    lines = text.splitlines()
    for near in (line, line - 1, line - 2):
        if 1 <= near <= len(lines) and _FULL_WIDTH_COLON.match(lines[near - 1]):
            return _not_yaml(where, near, tr("a full-width colon (：); write : and a space"))
    problem = " ".join(f"{error.context or ''}: {error.problem or ''}".strip(": ").split())
    plain = next((tr(said).format() for part, said in PROBLEMS if part in problem), "")
    return _not_yaml(where, line, plain or cut(problem, LONGEST_PROBLEM))


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader, refusing what it would read otherwise than it was meant, or could not survive."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._values = self._depth = 0
        self._sizes: dict[str, int] = {}
        super().__init__(text)

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Compose a node unless it nests, repeats or grows without end, or wants a type of its own."""
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent):
            if event.anchor in self.anchors and event.anchor not in self._sizes:
                _refuse(event.start_mark, tr("*{name} stands inside of &{name}, itself").format(name=cut(event.anchor)))
            self._count(self._sizes.get(event.anchor, 0), event.start_mark)
            return super().compose_node(parent, index)
        if event.tag not in (None, "!"):
            said = tr("the type {tag} is not read; leave it out and write the value alone")
            _refuse(event.start_mark, said.format(tag=cut(event.tag).replace("tag:yaml.org,2002:", "!!")))
        before, self._depth = self._values, self._depth + 1
        if self._depth > MOST_DEPTH:
            _refuse(event.start_mark, tr("lists in lists; allowed {most} deep").format(most=MOST_DEPTH))
        node = super().compose_node(parent, index)
        self._depth -= 1
        self._count(1, event.start_mark)
        if event.anchor is not None:
            self._sizes[event.anchor] = self._values - before
        return node

    def _count(self, values: int, mark: yaml.Mark) -> None:
        self._values += values
        if self._values > MOST_VALUES:
            _refuse(mark, tr("more than {most:,} values").format(most=MOST_VALUES))

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Return a mapping whose keys are words, numbers or dates, each written once; merged ones give way."""
        keys: set[Hashable] = set()
        for key_node, value_node in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue
            key = self._key(key_node)
            if key in keys:
                _refuse(key_node.start_mark, tr("the key {key!r} is written twice").format(key=key))
            keys.add(key)
            between = self._text[key_node.end_mark.index : value_node.start_mark.index]
            if node.flow_style and value_node.value == "" and ":" not in between:
                said = tr("{key!r} has no value; put a text that holds a comma into quotes")
                _refuse(key_node.start_mark, said.format(key=key))
        return super().construct_mapping(node, deep=deep)

    def _key(self, node: yaml.Node) -> Hashable:
        """Return a key, unless it is none that anybody means."""
        if not isinstance(node, yaml.ScalarNode):
            said = tr("{{ or [ where a key is wanted; fill in a template such as {{{{ amount }}}} before it is read")
            _refuse(node.start_mark, said.format())
        key = self.construct_object(node, deep=True)
        if isinstance(key, str) and "：" in key:
            _refuse(node.start_mark, tr("a full-width colon (：); write : and a space"))
        if not isinstance(key, str | int | float | date) or isinstance(key, bool):
            said = tr("the key {written!r} is read as {key}; put it into quotes")
            read_as = {True: "true", False: "false"}.get(key, "null")
            _refuse(node.start_mark, said.format(written=cut(node.value), key=read_as))
        return key


def _refuse(mark: yaml.Mark, problem: str) -> NoReturn:
    """Raise the InputError for something that stands at a place of the text."""
    raise InputError(tr("line {line}: {problem}").format(line=mark.line + 1, problem=problem))


def _whole(loader: _Loader, node: yaml.ScalarNode) -> int:
    """Return a whole number written as such; not one that means another number to another program."""
    text = str(node.value).replace("_", "")
    digits = text.lstrip("+-")
    if ":" in digits:
        said = tr("{text} would be read to the base 60, as {number}; write the number, or put a text into quotes")
        _refuse(node.start_mark, said.format(text=cut(text), number=cut(str(_of_base_60(digits)))))
    if digits.startswith("0") and digits.strip("0") and digits[1:2] not in ("x", "b"):
        said = tr("{text} means {decimal} to some programs and, as an octal number, something else to others; {advice}")
        plain = cut(digits.lstrip("0"))
        advice = tr("write {plain}, or put a name into quotes").format(plain=plain)
        _refuse(node.start_mark, said.format(text=cut(text), decimal=plain, advice=advice))
    if len(digits) > MOST_DIGITS:
        said = tr("a number of {count:,} digits; allowed at most {most}")
        _refuse(node.start_mark, said.format(count=len(digits), most=MOST_DIGITS))
    return int(text, 0) if digits.strip("0") else 0


def _of_base_60(digits: str) -> int:
    """Return what YAML 1.1 makes of numbers with colons between them."""
    total = 0
    for part in digits.split(":")[:4]:
        total = 60 * total + int(float(part[:MOST_DIGITS] or 0))
    return total


def _number(loader: _Loader, node: yaml.ScalarNode) -> float:
    """Return a number with a decimal point or an exponent."""
    if ":" in node.value:
        return _whole(loader, node)
    return loader.construct_yaml_float(node)


def _day(loader: _Loader, node: yaml.ScalarNode) -> date:
    """Return a date of the calendar."""
    try:
        return loader.construct_yaml_timestamp(node)  # type: ignore[no-any-return]
    except (ValueError, OverflowError):
        _refuse(node.start_mark, tr("{text!r} is not a day of the calendar").format(text=cut(node.value)))


def _text(loader: _Loader, node: yaml.ScalarNode) -> str:
    """Return a text without the control characters that no file name, message or table can hold."""
    found = _CONTROL.search(node.value)
    if found is not None:
        _refuse(node.start_mark, tr("a control character (code {code})").format(code=ord(found.group())))
    return str(node.value)


_PREFIX = "tag:yaml.org,2002:"
_Loader.add_constructor(f"{_PREFIX}int", _whole)
_Loader.add_constructor(f"{_PREFIX}float", _number)
_Loader.add_constructor(f"{_PREFIX}timestamp", _day)
_Loader.add_constructor(f"{_PREFIX}str", _text)
# YAML 1.1 takes 08 for a text and 1e8 too; both are meant as numbers.
_Loader.add_implicit_resolver(f"{_PREFIX}int", re.compile(r"[-+]?0[0-9_]+$"), list("-+0"))
_Loader.add_implicit_resolver(
    f"{_PREFIX}float", re.compile(r"[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?[eE][-+]?[0-9]+$"), list("-+0123456789")
)
