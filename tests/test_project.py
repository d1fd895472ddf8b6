"""The project as a thing to install: make on a fresh machine, pinned versions, nothing that ties it to one place."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OWN_FOLDERS = ("abm", "calibration", "experiments", "policies", "results")
BROKEN = "#!/bin/sh\necho 'launcher: no such version' >&2\nexit 127\n"
WORKING = """#!/bin/sh
case "$1" in
  --version) echo "Python 3.13.0";;
  -m) mkdir -p .venv/bin; cp "$0" .venv/bin/python; echo "$@" >> calls;;
esac
"""
TOLD_APART = {"tests/test_project.py"}
SUFFIXES = {".py", ".yaml", ".toml", ".txt", ".md", ".csv", ".j2", ".cfg", ".ini"}


@pytest.fixture
def fresh_clone(tmp_path: Path) -> Path:
    """A clone with nothing set up, and a folder `bin` for launchers of Python."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "bin").mkdir()
    for tool in ("sh", "mkdir", "cp", "touch"):
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool) or "")
    return tmp_path


def launcher(clone: Path, name: str, text: str) -> None:
    """Put a launcher of Python on the path."""
    path = clone / "bin" / name
    path.write_text(text)
    path.chmod(0o755)


def make(clone: Path) -> subprocess.CompletedProcess[str]:
    """`make .venv/.installed` with only the launchers of the clone on the path."""
    command = [shutil.which("make") or "make", ".venv/.installed"]
    environment = {"PATH": f"{clone / 'no such folder'}:{clone / 'bin'}"}
    return subprocess.run(command, cwd=clone, env=environment, capture_output=True, text=True, check=False)


needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@needs_make
def test_make_passes_over_launchers_that_fail_and_sets_up_once(fresh_clone: Path) -> None:
    launcher(fresh_clone, "python3", BROKEN)
    launcher(fresh_clone, "python3.12", BROKEN)
    launcher(fresh_clone, "python3.13", WORKING)
    first = make(fresh_clone)
    assert first.returncode == 0 and "Python 3.13.0" in first.stdout
    assert "up to date" in make(fresh_clone).stdout
    assert (fresh_clone / "calls").read_text().count("-m venv") == 1


@needs_make
def test_make_says_in_one_line_that_python_is_missing(fresh_clone: Path) -> None:
    launcher(fresh_clone, "python3", BROKEN)
    done = make(fresh_clone)
    said = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    assert done.returncode == 2 and len(said) == 1 and "3.12 or newer" in said[0]


def project() -> dict[str, list[str]]:
    """Requirements by group."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {"": table["dependencies"], **table["optional-dependencies"]}


def test_every_direct_requirement_is_pinned() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pinned = {line.split("==")[0] for line in lines if "==" in line}
    wanted = {re.split(r"[\[<>=!~; ]", text)[0].lower() for group in project().values() for text in group}
    assert wanted <= pinned


def test_constraints_are_versions_and_nothing_else() -> None:
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9-]+==[\w.!+]+", line)] == []


def test_no_file_names_a_package_index_or_a_place_on_one_machine() -> None:
    tied = re.compile(r"pypi\.(org|python)|pythonhosted|--(extra-)?index-url|(?<![\w.])/(work|root|home|Users)/\w")
    folders = ("abm", "calibration", "experiments", "policies", "results", "tests", ".ci")
    files = [path for path in ROOT.iterdir() if path.is_file()]
    files += [path for name in folders for path in (ROOT / name).rglob("*") if path.is_file()]
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in files
        if (path.suffix in SUFFIXES or path.name in ("Makefile", "run"))
        and "runs" not in path.relative_to(ROOT).parts
        and path.relative_to(ROOT).as_posix() not in TOLD_APART
        and (match := tied.search(path.read_text(encoding="utf-8")))
    ]
    assert found == []


def test_no_program_is_long_or_lists_the_levers() -> None:
    """A file of more than 400 lines holds more than one idea; a program that names most levers grows with each."""
    programs = [path for folder in (*OWN_FOLDERS, "tests") for path in (ROOT / folder).rglob("*.py")]
    texts = {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in [*programs, ROOT / "cradle.py"]
    }
    texts = {name: text for name, text in texts.items() if not name.startswith("results/runs/")}
    assert [name for name, text in texts.items() if text.count("\n") > 400] == []
    levers = [path.stem for path in (ROOT / "policies" / "levers").glob("*.yaml")]
    naming = {name: sum(lever in set(re.findall(r"\w+", text)) for lever in levers) for name, text in texts.items()}
    assert [name for name, count in naming.items() if 3 * count > 2 * len(levers)] == []


def test_every_library_that_is_imported_is_declared() -> None:
    """Those of the sources among the dependencies, those of the page in its extra; nothing comes in by chance."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    main, page = project["dependencies"], project["optional-dependencies"]["dashboard"]
    sold_as = importlib.metadata.packages_distributions()
    own = {*OWN_FOLDERS, "cradle"}
    for source in [ROOT / "cradle.py", *(path for folder in own for path in (ROOT / folder).rglob("*.py"))]:
        allowed = (*main, *page) if "dashboard" in source.parts else main
        declared = {_plain_name(line) for line in allowed}
        imports = [node for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
                   if isinstance(node, ast.Import | ast.ImportFrom)]  # fmt: skip
        names = {alias.name for node in imports if isinstance(node, ast.Import) for alias in node.names}
        names |= {node.module for node in imports if isinstance(node, ast.ImportFrom) and node.module}
        for name in {name.partition(".")[0] for name in names} - own - sys.stdlib_module_names:
            found = {_plain_name(sold) for sold in (name, *sold_as.get(name, []))}
            assert found & declared, f"{source.relative_to(ROOT)}: imports {name}, which is not declared"


def _plain_name(requirement: str) -> str:
    """Name of a distribution without its version, as indices compare names."""
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", requirement)[0]).lower()  # type: ignore[index]


def built(checkout: Path, hook: str) -> subprocess.CompletedProcess[str]:
    """What pip runs to build from a checkout: a hook of the build backend, in a process of its own."""
    program = f"import sys; from setuptools import build_meta; print(build_meta.{hook}(sys.argv[1]))"
    command = [sys.executable, "-c", program, str(checkout)]
    return subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False)


def test_a_wheel_is_refused_in_words_and_an_editable_install_works(tmp_path: Path) -> None:
    """Configs, cities and levers are read from the checkout, so an installed copy would find none of them."""
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE", "cradle.py"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "abm").mkdir()
    (tmp_path / "abm" / "__init__.py").touch()
    refused = built(tmp_path, "build_wheel")
    assert refused.returncode == 1 and "pip install -e ." in refused.stderr and "Traceback" not in refused.stderr
    assert not list(tmp_path.glob("*.whl"))
    made = built(tmp_path, "build_editable")
    assert made.returncode == 0 and len(list(tmp_path.glob("cradle_abm-*editable*.whl"))) == 1
