"""READMEs are true: what they name exists, and a folder's README names every source in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("abm", "calibration", "experiments", "policies", "results", "tests")
NAMED_FILE = re.compile(r"`([\w./-]+\.(?:py|md|yaml|csv|txt|toml))`")


def readmes() -> list[Path]:
    """Every README and guide that is kept with the sources."""
    found = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.md") if "runs" not in path.parts]
    return sorted([*ROOT.glob("*.md"), *found])


@pytest.mark.parametrize("path", readmes(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_named_files_exist(path: Path) -> None:
    """A name counts from the README's folder or from the root; a bare name may stand in a folder below."""
    if path.name in ("CHANGELOG.md",) or path.parent.name == "calibration":  # history; a list of what is missing
        return
    missing = [
        name
        for name in NAMED_FILE.findall(path.read_text(encoding="utf-8"))
        if not (path.parent / name).exists()
        and not (ROOT / name).exists()
        and not ("/" not in name and any(path.parent.rglob(name)))
    ]
    assert missing == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_names_its_sources(folder: str) -> None:
    text = (ROOT / folder / "README.md").read_text(encoding="utf-8")
    sources = [path.relative_to(ROOT / folder) for path in (ROOT / folder).rglob("*.py")]
    unnamed = [
        path.as_posix()
        for path in sources
        if not path.name.startswith(("__", "test_"))
        and "runs" not in path.parts
        and f"`{path.as_posix()}`" not in text
        and f"`{path.name}`" not in text
    ]
    assert sorted(unnamed) == []


def test_both_languages_show_the_same_commands_and_files() -> None:
    english, chinese = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh-CN.md"))
    code = re.compile(r"`([^`\n]+)`")
    assert set(code.findall(english)) == set(code.findall(chinese))
