"""A hash of the sources that decide a result: what a program does, not how it is explained or where it lies.

Of Python the syntax tree counts, without imports, docstrings and comments; of parameters, levers and packages every
byte. Files count by their content, so that one moved elsewhere leaves the hash as it was.
"""

from __future__ import annotations

import ast
import hashlib
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
SUFFIXES = (".py", ".yaml", ".csv")
DECIDE_NOTHING = ("abm/__init__.py", "abm/bench", "abm/cities/", "abm/city_pack/", "abm/dashboard", "abm/notebook.py",
                  "abm/prospect_lines.py", "policies/describe.py", "policies/messages.py")  # fmt: skip
"""What no result follows from, or (cities) what is hashed on its own."""


@cache
def source_hash() -> str:
    """sha256 of every source that decides a result: code, parameters, levers and packages."""
    return hash_of(PROJECT)


def hash_of(project: Path) -> str:
    """The hash of a project's sources."""
    files = [*(project / "abm").rglob("*"), *(project / "policies").rglob("*"), project / "experiments" / "run_one.py"]
    found = []
    for path in files:
        relative = path.relative_to(project).as_posix()
        if path.suffix in SUFFIXES and path.is_file() and not relative.startswith(DECIDE_NOTHING):
            found.append(hashlib.sha256(what_decides(path)).hexdigest())
    return hashlib.sha256("\n".join(sorted(found)).encode()).hexdigest()


def what_decides(path: Path) -> bytes:
    """The content of a source as far as it decides: the tree of a program, the bytes of any other file."""
    content = path.read_bytes()
    return ast.unparse(without_words(ast.parse(content))).encode() if path.suffix == ".py" else content


def without_words(tree: ast.Module) -> ast.Module:
    """The tree without imports and without strings that stand as statements (docstrings, notes below constants)."""
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            held = getattr(node, name, None)
            if isinstance(held, list):
                setattr(node, name, [each for each in held if not _says_nothing(each)])
    return tree


def _says_nothing(statement: ast.AST) -> bool:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return isinstance(statement.value.value, str)
    return isinstance(statement, ast.Import | ast.ImportFrom)
