"""READMEs and docstrings are true: what they name exists, and a folder's README names every source in it."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
import yaml
from typer.main import get_command

import cradle
from abm.city.pack.forms import forms
from abm.core.population import HOUSEHOLD_DTYPE, PERSON_DTYPE
from abm.month import STEPS
from experiments.commands.check import warnings
from experiments.study.study import read_study
from experiments.tools.gallery import read_gallery, shipped
from policies.catalogue import load_catalogue
from policies.packages import package_names

ROOT = Path(__file__).parents[1]
FOLDERS = ("abm", "calibration", "experiments", "policies", "results", "tests")
NAMED_FILE = re.compile(r"`([\w./-]+\.(?:py|md|yaml|csv|txt|toml))`")
NAMED_THING = re.compile(r"`([^`\n]+)`")
FENCED = re.compile(r"^```.*?^```$", re.M | re.S)
REFERENCE = re.compile(r":(?:data|mod|func|class|meth|attr|exc):`~?([\w.]+)`")
OTHERS = frozenset({"RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH", "symmetric", "CONTRIBUTING"})
"""Words in backticks that stand in no source of ours: names of Ray, and a text."""
FIRST_RUN = {"en": "two to four minutes", "zh": "二至四分钟"}
"""How long the engine compiles, wherever it is said (measured: 130 to 240 s on two cores)."""


def is_kept(path: Path) -> bool:
    return not {"runs", ".venv", "__pycache__"} & set(path.relative_to(ROOT).parts)


def readmes() -> list[Path]:
    """Every README and guide that is kept with the sources; not the list of changes, which is history."""
    found = [path for folder in (*FOLDERS, "docs") for path in (ROOT / folder).rglob("*.md") if is_kept(path)]
    return sorted(path for path in [*ROOT.glob("*.md"), *found] if path.name != "CHANGELOG.md")


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def all_words() -> frozenset[str]:
    """Words of every source, table and file name of the project."""
    paths = [path for folder in (*FOLDERS, "docs") for path in (ROOT / folder).rglob("*") if is_kept(path)]
    kinds = {".py", ".yaml", ".csv", ".j2", ".patch", ".txt"}
    texts = [
        path.read_text(encoding="utf-8") for path in paths if path.suffix in kinds and path.name != Path(__file__).name
    ]
    texts += [text_of(name) for name in ("cradle.py", "Makefile", "pyproject.toml", "start.sh", "start.bat")]
    texts += [named(path) for path in [*paths, *ROOT.iterdir()]]
    return frozenset(word.strip("_") for word in re.findall(r"[A-Za-z_]\w*", "\n".join(texts)))


@cache
def bare_names() -> frozenset[str]:
    """Names of files that are here, that programs write, and that people may give for a city."""
    here = {path.name for folder in (*FOLDERS, "docs") for path in (ROOT / folder).rglob("*.*") if is_kept(path)}
    sources = [path for folder in FOLDERS[:-1] for path in (ROOT / folder).rglob("*.py") if is_kept(path)]
    written = {name for path in sources for name in re.findall(r'"([\w-]+\.\w+)"', path.read_text(encoding="utf-8"))}
    return frozenset(here | written | {f"{name}.csv" for name in forms(("somewhere",))})


@pytest.mark.parametrize("path", readmes(), ids=named)
def test_named_files_exist(path: Path) -> None:
    """A name counts from the README's folder or from the root; a bare name may stand anywhere, or be written by a
    program or read from people; the worked example of a lever adds its own files."""
    example = text_of("docs/examples/baby_box.patch")
    missing = [
        name
        for name in NAMED_FILE.findall(path.read_text(encoding="utf-8"))
        if not (path.parent / name).exists()
        and not (ROOT / name).exists()
        and not ("/" not in name and name in bare_names())
        and f"+++ b/{name}" not in example
    ]
    assert missing == []


@pytest.mark.parametrize("path", readmes(), ids=named)
def test_named_things_exist(path: Path) -> None:
    """Whatever stands in backticks is made of words that some source or file name of the project has."""
    text = FENCED.sub("", path.read_text(encoding="utf-8"))
    found = {word.strip("_") for name in NAMED_THING.findall(text) for word in re.findall(r"[A-Za-z_]\w{2,}", name)}
    assert found - all_words() - OTHERS == set()


@pytest.mark.parametrize("folder", FOLDERS[:-1])
def test_a_folder_names_its_sources(folder: str) -> None:
    text = text_of(f"{folder}/README.md")
    sources = [path.relative_to(ROOT / folder) for path in (ROOT / folder).rglob("*.py") if is_kept(path)]
    unnamed = [
        path.as_posix()
        for path in sources
        if not path.name.startswith("__") and f"`{path.as_posix()}`" not in text and f"`{path.name}`" not in text
    ]
    assert sorted(unnamed) == []


def test_the_readme_of_tests_names_every_file_once_in_its_section() -> None:
    """Sections are headed by the folder; the first one is of the folder itself."""
    first, *sections = re.split(r"^## `([\w/]+)/`$", text_of("tests/README.md"), flags=re.M)
    listed = {".": first, **dict(zip(sections[::2], sections[1::2], strict=True))}
    assert len(sections) == 2 * (len(listed) - 1), "a folder has two sections"
    rows = {folder: re.findall(r"^\| `([\w.]+\.py)` \|", text, re.M) for folder, text in listed.items()}
    tests = ROOT / "tests"
    there = {
        folder: sorted(path.name for path in (tests / folder).glob("*.py") if not path.name.startswith("__"))
        for folder in {path.parent.relative_to(tests).as_posix() for path in tests.rglob("*.py") if is_kept(path)}
    }
    assert {folder: sorted(names) for folder, names in rows.items()} == there


@pytest.mark.parametrize("folder", FOLDERS)
def test_references_in_docstrings_lead_somewhere(folder: str) -> None:
    wrong = [
        f"{named(path)}: {name}"
        for path in (ROOT / folder).rglob("*.py")
        if is_kept(path)
        for name in REFERENCE.findall(path.read_text(encoding="utf-8"))
        if not leads_somewhere(name, path)
    ]
    assert wrong == []


def leads_somewhere(name: str, path: Path) -> bool:
    """Whether a name of a docstring is a module, or is defined in the module it names, else in the file itself."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        module = ROOT.joinpath(*parts[:end])
        for file in (module.with_suffix(".py"), module / "__init__.py"):
            if file.is_file():
                return set(parts[end:]) <= defined(file)
    return parts[-1] in defined(path)


@cache
def defined(path: Path) -> frozenset[str]:
    """Names that a file defines at any level, or imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            found.add(node.id if isinstance(node, ast.Name) else node.attr)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).partition(".")[0])
    return frozenset(found)


def test_a_reference_to_nothing_is_seen() -> None:
    month = ROOT / "abm" / "month.py"
    assert leads_somewhere("abm.model.FamilyModel.step", month) and leads_somewhere("STEPS", month)
    assert leads_somewhere("abm.month", month)
    assert not leads_somewhere("BEFORE", month) and not leads_somewhere("abm.core.tables.Tables", month)


def test_both_languages_show_the_same_commands_and_files() -> None:
    english, chinese = (set(NAMED_THING.findall(text_of(name))) for name in ("README.md", "README.zh-CN.md"))
    assert english == chinese


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_table_of_commands_is_that_of_the_program(name: str) -> None:
    rows = re.findall(r"^\| `cradle ([\w-]+)[^`]*` \|", text_of(name), re.M)
    assert sorted(rows) == sorted(get_command(cradle.app).commands)  # type: ignore[attr-defined]


def test_the_program_says_in_its_source_which_commands_it_has() -> None:
    said = re.search(r"The command ``cradle``: ([\w, -]+)\.", cradle.__doc__ or "")
    assert said and sorted(said[1].split(", ")) == sorted(get_command(cradle.app).commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["experiments/README.md", "experiments/README.zh-CN.md"])
def test_every_config_is_named_once(name: str) -> None:
    rows = re.findall(r"^\| `configs/([\w/]+\.yaml)` \|", text_of(name), re.M)
    assert sorted(rows) == shipped()


@pytest.mark.parametrize("name", ["policies/README.md", "policies/README.zh-CN.md"])
def test_every_lever_stands_in_its_family_and_every_package_is_named(name: str) -> None:
    tables = re.split(r"^## ", text_of(name), flags=re.M)
    levers, packages = (next(table for table in tables if f"| `{first}`" in table or f"| {first}" in table)
                        for first in (families(name), "current-law"))  # fmt: skip
    listed = [re.findall(r"`(\w+)`", row.split("|")[2]) for row in levers.splitlines() if row.startswith("| ")]
    there: dict[str, list[str]] = {}
    for lever, card in load_catalogue().levers.items():
        there.setdefault(card.family, []).append(lever)
    assert sorted(sorted(row) for row in listed if row) == sorted(sorted(row) for row in there.values())
    named_packages = {
        word for row in packages.splitlines() if row.startswith("| ") for word in re.findall(r"`([\w-]+)`", row)
    }
    assert named_packages == set(package_names())


def families(name: str) -> str:
    """The first family of the table of levers."""
    return "托育" if "zh-CN" in name else "childcare"


def test_it_is_said_once_and_alike_how_long_the_first_run_takes() -> None:
    for name in ("README", "docs/tutorial", "docs/cluster"):
        assert FIRST_RUN["en"] in text_of(f"{name}.md") and FIRST_RUN["zh"] in text_of(f"{name}.zh-CN.md"), name
    stale = ("one to two minutes", "a minute or two before", "一到两分钟", "一至两分钟")
    texts = [*readmes(), ROOT / "cradle.py", ROOT / "Makefile"]
    assert [(named(path), words) for path in texts for words in stale if words in path.read_text("utf-8")] == []


def test_the_studies_of_the_two_commands_take_no_longer_than_they_say() -> None:
    """A minute or two, with two processes and the engine compiled."""
    for name in ("scenario/suining_voucher.yaml", "scenario/suining_example.yaml"):
        measured = read_gallery().configs[name].measured
        assert measured is not None and measured.minutes * measured.times < 2.0


def test_the_odd_states_the_numbers_of_the_code() -> None:
    odd = " ".join(text_of("abm/ODD.md").split())
    parameters = yaml.safe_load(text_of("abm/parameters.yaml"))
    tests = pd.read_csv(ROOT / "calibration" / "fitted" / "backtests.csv").set_index(["id", "set"])["model_value"]
    draws = pd.read_csv(ROOT / "calibration" / "fitted" / "suining" / "posterior.csv").mean()
    assert (
        f"| person | {PERSON_DTYPE.itemsize} bytes" in odd and f"| household | {HOUSEHOLD_DTYPE.itemsize} bytes" in odd
    )
    assert f"*lambda is {parameters['care_scale']['value']:,} yuan*" in odd
    assert f"*b is {parameters['prospect_weight']['value']}.*" in odd
    assert f"the back-test gives {tests['prior_cash', 'default']:.2f}" in odd
    second, further = draws["wish_drift_by_order[1]"], draws["wish_drift_by_order[2]"]
    assert f"second children about {second:.1f} of it and further ones {further:.2f} on average" in odd
    steps = re.search(r"one list in `month.py`: (.*?)\. Steps 4", odd)
    assert steps and re.sub(r"\d+ ", "", steps[1]) == ", ".join(step.name for step in STEPS)


def test_a_city_has_as_many_tables_as_the_guide_says() -> None:
    tables = len(list((ROOT / "abm" / "cities" / "suining").glob("*.csv")))
    assert f"a folder of {tables} tables" in text_of("docs/adding-a-city.md")
    assert f"内有 {tables} 张表" in text_of("docs/adding-a-city.zh-CN.md")


@pytest.mark.parametrize("name", ["docs/adding-a-city.md", "docs/adding-a-city.zh-CN.md"])
def test_the_guide_to_a_city_lists_the_columns_that_are_read(name: str) -> None:
    rows = dict(re.findall(r"^\| `(\w+)\.csv` \| ([^|]+) \|", text_of(name), re.M))
    ours = {word for form in forms(("somewhere",)).values() for word in (*form.needed, *form.optional)}
    said = {table: set(re.findall(r"[a-z_\d]+", columns)) & ours for table, columns in rows.items()}
    assert said == {table: {*form.needed, *form.optional} for table, form in forms(("somewhere",)).items()}


@pytest.mark.parametrize("name", shipped())
def test_shipped_configs_lack_nothing_that_check_warns_of(name: str) -> None:
    """Above all enough independent runs for an interval."""
    assert warnings(read_study(ROOT / "experiments" / "configs" / name)) == []
