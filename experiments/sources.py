"""A hash of the sources that decide a result: what a program does, not how it is explained or where it lies.

Of Python the syntax tree counts, without imports, docstrings and comments; of parameters, levers and packages all but
comments and the keys that only explain (:data:`WORDS`); of tables all but the columns that only explain
(:func:`explains`). Files count by their content, so that one moved elsewhere leaves the hash as it was.
"""

from __future__ import annotations

import ast
import csv
import hashlib
import io
import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The safe loader, written in C where PyYAML came with it: the same values, and every command reads all sources."""
PROJECT = Path(__file__).resolve().parent.parent
SUFFIXES = (".py", ".yaml", ".csv")
DECIDE_NOTHING = ("abm/__init__.py", "abm/bench/", "abm/cities/", "abm/city/pack/", "abm/city/places",
                  "abm/core/compiled_cache.py", "abm/notebook.py", "abm/view/", "policies/bilingual.py",
                  "policies/describe.py", "policies/errors.py", "policies/messages.py", "policies/private.py",
                  "policies/streams.py", "policies/vocabulary.py")  # fmt: skip
"""What no result follows from, or (cities) what is hashed on its own."""
WORDS = frozenset({"label", "summary", "channel", "plan_section", "payer_note", "not_modelled", "assumption", "note",
                   "reference", "reference_zh", "unit_zh", "grade", "source", "evidence", "near", "leaves_out",
                   "proposer"})  # fmt: skip
"""Keys of YAML files that tell people what a number is; nothing is computed from them."""
WORD_COLUMNS = WORDS | {"title", "what", "where", "outcome", "who", "tempo_or_quantum", "citation", "design", "region",
                        "measured"}  # fmt: skip
"""Columns of tables that do the same, beside those in a language (``what_zh``, ``label_en``)."""


@cache
def source_hash() -> str:
    """sha256 of every source that decides a result: code, parameters, levers and packages."""
    return hash_of(PROJECT)


def hash_of(project: Path) -> str:
    """The hash of a project's sources."""
    files = [
        *(project / "abm").rglob("*"),
        *(project / "policies").rglob("*"),
        project / "experiments" / "run" / "seed_task.py",
    ]
    found = []
    for path in files:
        relative = path.relative_to(project).as_posix()
        if path.suffix in SUFFIXES and path.is_file() and not relative.startswith(DECIDE_NOTHING):
            found.append(hashlib.sha256(what_decides(path)).hexdigest())
    return hashlib.sha256("\n".join(sorted(found)).encode()).hexdigest()


def what_decides(path: Path) -> bytes:
    """The content of a source as far as it decides: a program's tree, the numbers of a YAML file or a table."""
    content = path.read_bytes()
    if path.suffix == ".py":
        return ast.unparse(without_words(ast.parse(content))).encode()
    if path.suffix == ".yaml":
        return json.dumps(without_word_keys(yaml.load(content, FAST)), sort_keys=True, default=str).encode()
    return json.dumps(without_word_columns(content.decode("utf-8-sig"))).encode()


def without_word_columns(table: str) -> list[list[str]]:
    """Head and rows of a table (CSV) without the columns that only explain."""
    rows = list(csv.reader(io.StringIO(table, newline="")))
    told = {column for column, name in enumerate(rows[0] if rows else []) if explains(name)}
    return [[cell for column, cell in enumerate(row) if column not in told] for row in rows]


def explains(column: str) -> bool:
    """Whether a column of a table tells people what a number is, by its name."""
    return column in WORD_COLUMNS or column.endswith(("_en", "_zh"))


def without_word_keys(held: Any) -> Any:
    """Nested lists and mappings without the keys :data:`WORDS`."""
    if isinstance(held, dict):
        return {str(key): without_word_keys(value) for key, value in held.items() if key not in WORDS}
    return [without_word_keys(value) for value in held] if isinstance(held, list) else held


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
