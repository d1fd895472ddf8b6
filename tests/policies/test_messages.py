"""Every message has Chinese: what is in the code is in the catalogue, with the same places to fill."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from policies.messages import CATALOGUES, asked_in, catalogue, language_from_system, process_language, speaking, tr

ROOT = Path(__file__).parents[2]
SOURCES = [
    ROOT / "cradle.py",
    *(p for f in ("abm", "policies", "experiments", "calibration") for p in (ROOT / f).rglob("*.py")),
]
LOOKED_UP = {"tr", "later", "about", "option", "argument", "translated"}
NAMES_A_KIND = {"unknown_name", "unknown", "_known"}
OF_PEOPLE = {"InputError", "BackendError"}


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in SOURCES:
        yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))


def called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else ""


def templates() -> dict[str, str]:
    """Every template of the code -> where it stands."""
    found: dict[str, str] = {}
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and called(node) in LOOKED_UP | NAMES_A_KIND and node.args:
                text = node.args[0]
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    found.setdefault(text.value, f"{path}:{node.lineno}")
            elif isinstance(node, ast.FunctionDef) and any(
                isinstance(mark, ast.Call) and called(mark) == "command" for mark in node.decorator_list
            ):
                found.setdefault(" ".join((ast.get_docstring(node) or "").split()), f"{path}:{node.lineno}")
    return found


def places(template: str) -> list[str]:
    """Names of what is filled in, sorted, with their conversion; the format may differ."""
    return sorted(f"{name}!{kind or ''}" for _, name, _, kind in string.Formatter().parse(template) if name is not None)


TEMPLATES = templates()


def test_the_code_holds_many_messages() -> None:
    assert len(TEMPLATES) > 250


def test_every_message_has_chinese_with_the_same_places_to_fill() -> None:
    chinese = catalogue("zh")
    assert [f"{where}: {text!r}" for text, where in TEMPLATES.items() if text not in chinese] == []
    wrong = [text for text in TEMPLATES if "{" in text and filled(text) and places(text) != places(chinese[text])]
    assert wrong == []


def filled(template: str) -> bool:
    """Whether a template is formatted (one with single braces of its own is not)."""
    try:
        list(string.Formatter().parse(template))
    except ValueError:
        return False
    return True


def words(node: ast.expr) -> bool:
    """Whether an f-string or a text has words of its own between what is filled in."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    texts = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    return any(c.isalpha() for text in texts for c in text)


def test_no_error_of_a_person_bypasses_the_catalogue() -> None:
    bypassing = [
        f"{path}:{node.lineno}"
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and called(node) in OF_PEOPLE
        and node.args
        and isinstance(node.args[0], ast.JoinedStr | ast.Constant)
        and words(node.args[0])
    ]
    assert bypassing == []


def test_no_check_of_a_form_bypasses_the_catalogue() -> None:
    """What a validator of pydantic raises comes to people in an InputError."""
    bypassing = [
        f"{path}:{node.lineno}"
        for path, tree in trees()
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef) and any("validator" in ast.unparse(m) for m in function.decorator_list)
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and called(node) == "ValueError" and not any(map(is_looked_up, node.args))
    ]
    assert bypassing == []


def is_looked_up(node: ast.expr) -> bool:
    return any(isinstance(part, ast.Call) and called(part) == "tr" for part in ast.walk(node))


def test_chinese_percent_and_terms() -> None:
    chinese = [text for english, text in catalogue("zh").items() if english in TEMPLATES]
    assert [text for text in chinese if " %" in text or "现行法律" in text or "今日法律" in text] == []


def test_the_catalogue_holds_no_message_that_is_gone() -> None:
    assert sorted(set(catalogue("zh")) - set(TEMPLATES)) == []


@pytest.mark.parametrize(
    ("environment", "lang"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "zh_TW"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "CRADLE_LANG": "en"}, "en"),
        ({"LANG": "", "LC_ALL": "C"}, "en"),
        ({}, "en"),
    ],
)
def test_the_language_of_the_system(environment: dict[str, str], lang: str) -> None:
    assert language_from_system(environment) == lang


def test_the_language_that_a_command_line_asks_for() -> None:
    assert asked_in(["run", "x.yaml", "--lang", "zh"]) == "zh"
    assert asked_in(["run", "x.yaml", "--lang=en"]) == "en"
    assert asked_in(["run", "x.yaml", "--lang", "fr"]) is None
    assert asked_in(["run", "--lang"]) is None


def test_a_message_is_said_in_the_language_of_its_context() -> None:
    with process_language("zh"):
        assert tr("stopped") == "已停止"
        with speaking("en"):
            assert tr("stopped") == "stopped"
    assert tr("stopped") == "stopped"
    assert tr("no such template") == "no such template"
    assert (CATALOGUES / "zh" / "LC_MESSAGES" / "cradle.po").is_file()
