"""The plan of the house, read from the sources: who may import whom, make random numbers, use Ray, open data files."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ORDER = ("cradle", "calibration", "experiments", "abm", "policies")  # imports go to the right only
APART = "results"  # imports none of the others
PARTS = (*ORDER, APART)
ROOMS = {
    "abm": (
        "core", "city", "city/pack", "founding", "money", "processes", "observe", "month.py", "city_state.py",
        "model.py", "cohorts.py", "notebook.py", "view", "view/dashboard", "bench",
    ),
    "calibration": ("targets", "fit", "backtests"),
    "experiments": ("sources.py", "gallery.py", "study", "context", "run", "search", "tools", "commands"),
    "results": (
        "folder", "analysis", "content", "trust", "documents", "finished_run.py", "reproduce.py", "scenario",
        "scenario/figures", "scenario/sections", "scenario/report.py", "sensitivity", "forecast", "optimise",
        "report.py",
    ),
}  # fmt: skip
"""Inside a part: rooms (folders, or files that stand alone) from the ground up; imports go down or stay in a room."""

RANDOM_MODULES = {"random", "secrets", "uuid", "numpy.random", "torch"}
RANDOM_NAMES = {"random", "rvs", "default_rng", "RandomState", "SeedSequence", "shuffle", "rng"}

# `read_bytes` is left out: hashing every file for a run id is not reading a table.
READERS = {"open", "read_text", "read_csv", "read_table", "read_excel", "loadtxt", "genfromtxt", "safe_load"}
DATA_FOLDERS = {"cities", "levers", "packages", "evidence"}


@cache
def sources() -> list[Path]:
    """Every source of the project, tests apart."""
    found = [ROOT / "cradle.py"] if (ROOT / "cradle.py").exists() else []
    for part in PARTS[1:]:
        found += [path for path in sorted((ROOT / part).rglob("*.py")) if "runs" not in path.parts]
    return found


def module_of(path: Path) -> str:
    """`abm/processes/plans_and_conceptions.py` -> `abm.processes.plans_and_conceptions`."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_modules(tree: ast.AST, module: str, is_package: bool) -> Iterator[str]:
    """Full names of the modules (and names) imported anywhere in the file, functions included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = module.split(".")
            above = above[: len(above) - node.level + (1 if is_package else 0)] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


@cache
def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a source."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports_of(path: Path) -> list[str]:
    """What a file imports."""
    return list(imported_modules(tree_of(path), module_of(path), path.name == "__init__.py"))


def allowed_parts(part: str) -> set[str]:
    """Parts of the project that a file of this part may import."""
    if part == APART:
        return {APART}
    below = set(ORDER[ORDER.index(part) :])
    return below | {APART} if part in ("cradle", "experiments", "calibration") else below


def room_of(path: Path) -> str | None:
    """The room of a file inside its part: the longest of the names that its place begins with; None at the door."""
    part, *inside = path.relative_to(ROOT).parts
    place = "/".join(inside)
    fitting = [room for room in ROOMS.get(part, ()) if place == room or place.startswith(room + "/")]
    return max(fitting, key=len, default=None)


@cache
def files_imported(path: Path) -> frozenset[Path]:
    """Files of the project that a file imports; a package counts where something of its ``__init__.py`` is taken."""
    names = set(imports_of(path))
    found = {ROOT.joinpath(*name.split(".")).with_suffix(".py") for name in names}
    inside = {module_of(file).rpartition(".")[0] for file in found if file.is_file()}
    found |= {ROOT.joinpath(*name.split("."), "__init__.py") for name in names - inside}
    return frozenset(file for file in found - {path} if file.is_file())


def circles(imports: dict[Path, frozenset[Path]]) -> list[list[str]]:
    """Groups of files that lead back to each other, from what each imports: what is left when files that import
    nothing, or that nothing imports, are taken away again and again."""
    left = dict(imports)
    while True:
        used = frozenset[Path]().union(*left.values())
        outside = [path for path, targets in left.items() if not targets & left.keys() or path not in used]
        if not outside:
            return [named(sorted(left))] if left else []
        left = {path: targets for path, targets in left.items() if path not in outside}


def named(paths: list[Path]) -> list[str]:
    """Test ids."""
    return [path.relative_to(ROOT).as_posix() for path in paths]


every_source = pytest.mark.parametrize("path", sources(), ids=named(sources()))


@every_source
def test_imports_go_down_the_list(path: Path) -> None:
    part = module_of(path).split(".")[0]
    used = {name.split(".")[0] for name in imports_of(path)} & set(PARTS)
    assert used <= allowed_parts(part), f"{part} may import only {sorted(allowed_parts(part))}"


@pytest.mark.parametrize("path", [p for p in sources() if room_of(p)], ids=named([p for p in sources() if room_of(p)]))
def test_imports_go_down_from_room_to_room(path: Path) -> None:
    part, own = path.relative_to(ROOT).parts[0], room_of(path)
    rooms = ROOMS[part]
    above = [
        named([target])[0]
        for target in files_imported(path)
        if target.relative_to(ROOT).parts[0] == part
        and (room := room_of(target)) is not None
        and rooms.index(room) > rooms.index(str(own))
    ]
    assert above == [], f"{own} stands below"


@pytest.mark.parametrize("part", ROOMS)
def test_every_file_has_a_room(part: str) -> None:
    inside = [path for path in sources() if path.relative_to(ROOT).parts[0] == part and path.name != "__init__.py"]
    assert [named([path])[0] for path in inside if room_of(path) is None] == []


def test_no_files_import_each_other() -> None:
    """No circle, however long; imports for types and inside functions count."""
    assert circles({path: files_imported(path) for path in sources()}) == []


@every_source
def test_only_two_files_import_ray(path: Path) -> None:
    if module_of(path) not in ("experiments.run.on_ray", "experiments.run.ray_connection"):
        assert "ray" not in {name.split(".")[0] for name in imports_of(path)}


@every_source
def test_only_draws_makes_random_numbers(path: Path) -> None:
    if module_of(path) == "abm.core.draws":
        return
    assert not RANDOM_MODULES & set(imports_of(path))
    used = [
        f"line {node.lineno}: .{node.attr}"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and node.attr in RANDOM_NAMES
    ]
    assert used == []


@every_source
def test_only_policies_and_the_city_open_their_data_files(path: Path) -> None:
    """No other file both reads files and names one of the data folders in a path."""
    if module_of(path).startswith(("policies", "abm.city.", "experiments.sources", "abm.core.compiled_cache")):
        return  # the last two hash files and read no number out of them
    tree = tree_of(path)
    reads = any(isinstance(node, ast.Call) and called_name(node) in READERS for node in ast.walk(tree))
    folders = DATA_FOLDERS & {piece for text in path_strings(tree) for piece in text.split("/")}
    assert not (reads and folders), f"reads files and names {sorted(folders)}"


def called_name(call: ast.Call) -> str:
    """The last name of what is called: `pd.read_csv(...)` -> `read_csv`."""
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def path_strings(tree: ast.AST) -> Iterator[str]:
    """Strings joined with `/` to a path, given to `Path` or `joinpath`, or that hold a `/` and no space."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            yield from strings_in(node.left, node.right)
        elif isinstance(node, ast.Call) and called_name(node) in {"Path", "joinpath", "join"}:
            yield from strings_in(*node.args)
        else:
            yield from (text for text in strings_in(node) if "/" in text and " " not in text)


def strings_in(*nodes: ast.AST) -> list[str]:
    """The literal strings among the nodes."""
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def test_the_plan_is_read_rightly() -> None:
    """The checks themselves see what they are for."""
    tree = ast.parse("import ray.data\nfrom . import store\nfrom ..abm import model\ndef f():\n    import random")
    assert list(imported_modules(tree, "results.sub.part", False)) == [
        "ray.data",
        "results.sub",
        "results.sub.store",
        "results.abm",
        "results.abm.model",
        "random",
    ]
    one, two, three = (ROOT / f"{name}.py" for name in "abc")
    assert circles({one: frozenset({two}), two: frozenset({three}), three: frozenset()}) == []
    assert circles({one: frozenset({two}), two: frozenset({one}), three: frozenset({one})}) == [["a.py", "b.py"]]
    assert room_of(ROOT / "abm/city/pack/make.py") == "city/pack" and room_of(ROOT / "abm/__init__.py") is None
    assert allowed_parts("abm") == {"abm", "policies"} and allowed_parts("policies") == {"policies"}
    assert allowed_parts("results") == {"results"} and "results" in allowed_parts("calibration")
    assert set(path_strings(ast.parse("Path('cities') / 'suining'; 'a b/c'; 'x/levers'"))) == {
        "cities",
        "suining",
        "x/levers",
    }
