"""Every message has Chinese: what is in the code is in the catalogue, with the same places to fill."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

from policies.messages import catalogue

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
