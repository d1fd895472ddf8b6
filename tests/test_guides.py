"""Guides are true: every command in them is run on a small town, or checked where it says why it is not run."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
import pytest
import yaml
from typer.testing import CliRunner

import cradle
from experiments.study.study import read_study
from experiments.tools.gallery import (
    FIGURES,
    PAGES,
    Gallery,
    Measured,
    figure_file,
    minutes_text,
    page,
    read_gallery,
    shipped,
    smaller_zh,
    take_in,
)
from policies.catalogue import load_catalogue
from results.folder.store import RunFolder
from results.trust import open_order

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
GUIDES = [*sorted(DOCS.glob("*.md")), ROOT / "README.md", ROOT / "README.zh-CN.md"]
ENGLISH = [path for path in GUIDES if ".zh-CN" not in path.name]
CHINESE = [path for path in GUIDES if ".zh-CN" in path.name]
BLOCK = re.compile(
    r"(?:<!-- not run: (?P<reason>[^\n]*?) -->\n)?^```(?P<language>[a-z]*)\n(?P<text>.*?)^```$", re.M | re.S
)
SHELL, PYTHON, YAML = "sh", "python", "yaml"
PATCHED = "adding-a-lever.md"
"""The guide that edits sources: its commands run on a copy of them."""
SMALL = {"city": "toytown", "scale": 1.0, "seeds": 2, "end": "2029-12"}
"""What Suining is replaced with in the configs that guides run."""
runner = CliRunner()


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and why it is not run (empty: it is)."""

    language: str
    text: str
    reason: str


def blocks(path: Path, language: str | None = None) -> list[Block]:
    """Fenced blocks of a guide in order."""
    found = [Block(m["language"], m["text"], m["reason"] or "") for m in BLOCK.finditer(path.read_text("utf-8"))]
    return [block for block in found if language in (None, block.language)]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.fixture
def workplace(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A folder like the project's: sources are links, or copies for the guide that edits them; configs are small."""
    patched = getattr(request, "param", "") == PATCHED
    for path in ROOT.iterdir():
        if path.name.startswith(".") or path.name in ("results", "build") or path.suffix == ".egg-info":
            continue
        target = tmp_path / path.name
        if path.name == "experiments" or (patched and path.is_dir()):
            shutil.copytree(path, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target.symlink_to(path)
    if patched:
        shutil.copytree(ROOT / "results", tmp_path / "results", ignore=shutil.ignore_patterns("__pycache__", "runs"))
        (tmp_path / "cradle.py").unlink()
        shutil.copy(ROOT / "cradle.py", tmp_path)
        shutil.copy(ROOT / "pyproject.toml", tmp_path / "copied.toml")
    for config in ("suining_voucher.yaml",):
        make_small(tmp_path / "experiments" / "configs" / "scenario" / config)
    bin_folder = tmp_path / ".venv" / "bin"
    bin_folder.mkdir(parents=True)
    home = tmp_path if patched else ROOT
    shim(bin_folder / "cradle", f'exec {shlex.quote(sys.executable)} {shlex.quote(str(home / "cradle.py"))} "$@"')
    python = f'PYTHONPATH={shlex.quote(str(home))} exec {shlex.quote(sys.executable)} "$@"'
    shim(bin_folder / "python", python)
    return tmp_path


def shim(path: Path, command: str) -> None:
    """A program of one line."""
    path.write_text(f"#!/bin/sh\n{command}\n")
    path.chmod(0o755)


def make_small(config: Path) -> None:
    """Put the small town into a config, keeping its text otherwise (guides edit it with sed)."""
    text = config.read_text(encoding="utf-8")
    for key, value in SMALL.items():
        text, count = re.subn(rf"^{key}: .*$", f"{key}: {value}", text, flags=re.M)
        assert count == 1, key
    config.write_text(text, encoding="utf-8")


def with_shell(path: Path) -> bool:
    return any(not block.reason for block in blocks(path, SHELL))


RUN = [
    pytest.param(path.name, path, id=named(path), marks=() if path.name == "README.md" else pytest.mark.long)
    for path in ENGLISH
    if with_shell(path)
]


@pytest.mark.parametrize(("workplace", "guide"), RUN, indirect=["workplace"])
def test_every_command_runs(workplace: Path, guide: Path, toytown_founded: Any) -> None:
    """The blocks of a guide, one after the other in one folder, as a reader would type them."""
    lines = [f"echo '--- {number}'\n{b.text}" for number, b in enumerate(blocks(guide, SHELL)) if not b.reason]
    environment = {**os.environ, "CRADLE_CACHE": os.environ.get("CRADLE_CACHE", ""), "MPLBACKEND": "Agg"}
    if not environment["CRADLE_CACHE"]:
        del environment["CRADLE_CACHE"]
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(lines)],
        cwd=workplace, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    if guide.name == "tutorial.md":
        assert len(list((workplace / "results" / "runs").glob("*voucher*/report.html"))) == 2, "two runs, two reports"


CHECKED = [pytest.param(path, marks=pytest.mark.long if path.name == "gallery.md" else ()) for path in ENGLISH]


@pytest.mark.parametrize("guide", CHECKED, ids=named)
def test_what_is_not_run_is_there_all_the_same(guide: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands of blocks that are not run exist with their options, and configs they name are fine."""
    monkeypatch.chdir(ROOT)
    files = write_configs(guide, tmp_path)
    commands = [line for block in blocks(guide, SHELL) if block.reason for line in joined(block.text)]
    for words in (shlex.split(line, comments=True) for line in commands):
        if "make" in words[:1]:
            assert re.search(rf"^{words[1]}:", (ROOT / "Makefile").read_text(), re.M), words
        if not words or not words[0].endswith("cradle"):
            continue
        options = [word for word in words if word.startswith("--")]
        told = runner.invoke(cradle.app, [words[1], "--help"], env={"COLUMNS": "200"})
        assert told.exit_code == 0, words
        assert [option for option in options if option not in told.output] == [], words
        if words[1] == "run" and words[2] != "CONFIG":
            config = files.get(words[2], ROOT / words[2])
            done = runner.invoke(cradle.app, ["check", str(config)])
            assert done.exit_code == 0, f"{words}: {done.output}"


def joined(text: str) -> list[str]:
    """Lines of a shell block, those that go on with a backslash in one."""
    return text.replace("\\\n", " ").splitlines()


def write_configs(guide: Path, folder: Path) -> dict[str, Path]:
    """Configs written out in a guide, whose first line is a comment with their name."""
    found = {}
    for block in blocks(guide, YAML):
        name = re.match(r"# (\w+\.yaml)\n", block.text)
        if name:
            found[name[1]] = folder / name[1]
            found[name[1]].write_text(block.text, encoding="utf-8")
    return found


@pytest.mark.parametrize("guide", ENGLISH, ids=named)
def test_configs_written_out_in_a_guide_are_fine(guide: Path, tmp_path: Path) -> None:
    for path in write_configs(guide, tmp_path).values():
        read_study(path)


SNIPPETS = [
    pytest.param(block.text, id=f"{named(path)}-{number}")
    for path in ENGLISH
    for number, block in enumerate(blocks(path, PYTHON))
]


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_notebook_snippets_run(
    snippet: str, toytown_founded: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    matplotlib.use("Agg")
    monkeypatch.chdir(tmp_path)
    small, count = re.subn(r'"suining", scale=[\d.]+', '"toytown", scale=1.0', snippet)
    assert count == 1
    said: dict[str, Any] = {}
    exec(compile(small.replace("2035-12", "2029-12"), "snippet", "exec"), said)
    assert {"births", "tfr", "cost"} <= set(said["table"]["indicator"])
    assert (tmp_path / "tfr.png").stat().st_size > 5_000
    assert len(snippet.strip().splitlines()) <= 12
    matplotlib.pyplot.close("all")


def test_readme_has_a_snippet_and_the_ten_minutes() -> None:
    assert blocks(ROOT / "README.md", PYTHON) and with_shell(ROOT / "README.md")


@pytest.mark.parametrize("guide", CHINESE, ids=named)
def test_both_languages_give_the_same_commands(guide: Path) -> None:
    english = guide.with_name(guide.name.replace(".zh-CN", ""))

    def code(path: Path) -> list[tuple[str, str, str]]:
        shown = [b for b in blocks(path) if b.language in (SHELL, PYTHON, YAML)]
        return [(b.language, b.reason, re.sub(r" *#[^\n]*", "", b.text)) for b in shown]

    assert code(guide) == code(english)


@pytest.mark.parametrize("guide", GUIDES, ids=named)
def test_links_lead_somewhere(guide: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", guide.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (guide.parent / link).exists()] == []


def test_every_guide_is_listed() -> None:
    listed = (DOCS / "README.md").read_text(encoding="utf-8")
    guides = [path.name for path in DOCS.glob("*.md") if path.name != "README.md"]
    assert [name for name in guides if f"({name})" not in listed] == []
    for readme in (ROOT / "README.md", ROOT / "README.zh-CN.md"):
        assert "docs/README.md" in readme.read_text(encoding="utf-8")
    chinese = (DOCS / "README.zh-CN.md").read_text(encoding="utf-8")
    assert [name for name in guides if f"({name})" not in chinese and name != "README.zh-CN.md"] == []


def test_the_gallery_holds_every_config_and_nothing_else() -> None:
    gallery = read_gallery()
    assert sorted(gallery.configs) == shipped()
    for lang, path in PAGES.items():
        assert path.read_text(encoding="utf-8") == page(gallery, lang), "run python -m experiments.tools.gallery"
    english, chinese = ({figure_file(name, lang) for name, entry in gallery.configs.items() if entry.measured}
                        for lang in PAGES)  # fmt: skip
    drawn = set(FIGURES.glob("*"))
    assert english <= drawn <= english | chinese
    assert sum(path.stat().st_size for path in drawn) < 2_500_000
    assert [name for name, entry in gallery.configs.items() if entry.measured is None] == []


def test_the_gallery_says_where_the_order_of_measures_is_open() -> None:
    """Wherever studies of Suining let cash, childcare and housing compete: factors beside each other, or packages."""
    catalogue = load_catalogue()
    compete = {"scenario/suining_example.yaml", "scenario/equal_cost.yaml", "scenario/interactions.yaml"}
    for name in shipped():
        config = yaml.safe_load((ROOT / "experiments" / "configs" / name).read_text(encoding="utf-8"))
        fields = [str(field) for factor in config.get("factors", {}).values() for field in factor.get("fields", ())]
        families = {catalogue.levers[field.partition(".")[0]].family for field in fields}
        if config["city"] == "suining" and open_order.concerns(families):
            compete.add(name)
    gallery = read_gallery()
    assert {name for name, entry in gallery.configs.items() if entry.order_open} == compete
    for lang in PAGES:
        assert page(gallery, lang).count(open_order.short()[lang]) == len(compete)


def test_a_run_is_taken_into_the_gallery_with_the_figures_of_both_languages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run of two seeds where the config has five: two and a half times less."""
    monkeypatch.setattr("experiments.tools.gallery.FIGURES", tmp_path / "gallery")
    name = "scenario/toytown_quick.yaml"
    config = yaml.safe_load((ROOT / "experiments" / "configs" / name).read_text(encoding="utf-8"))
    folder = RunFolder(tmp_path / "toytown_quick-0")
    folder.write_text(yaml.safe_dump({**config, "seeds": 2}), "config.yaml")
    folder.write_json("manifest.json", {"seconds": 30.0, "runs": {"finished": 4}, "people": 19631})
    for lang in PAGES:
        folder.write_text(lang, "figures", f"{read_gallery().configs[name].figure}.{lang}.svg")
    measured = take_in(folder, read_gallery()).configs[name].measured
    assert measured is not None and (measured.minutes, measured.smaller, measured.times) == (0.5, "seeds 2 of 5", 2.5)
    assert {path.name: path.read_text() for path in (tmp_path / "gallery").iterdir()} == {
        "scenario_toytown_quick.svg": "en",
        "scenario_toytown_quick.zh.svg": "zh",
    }


def test_of_two_times_of_one_size_the_shorter_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of the whole config is taken instead of one at a smaller size, however long either took."""
    monkeypatch.setattr("experiments.tools.gallery.FIGURES", tmp_path / "gallery")
    name = "scenario/toytown_quick.yaml"
    gallery = read_gallery()
    folder = RunFolder(tmp_path / "toytown_quick-0")
    folder.write_text((ROOT / "experiments" / "configs" / name).read_text(encoding="utf-8"), "config.yaml")
    for lang in PAGES:
        folder.write_text(lang, "figures", f"{gallery.configs[name].figure}.{lang}.svg")

    def minutes(before: Measured, seconds: float) -> float:
        folder.write_json("manifest.json", {"seconds": seconds, "runs": {"finished": 10}, "people": 19631})
        entry = gallery.configs[name].model_copy(update={"measured": before})
        measured = take_in(folder, Gallery(configs={**gallery.configs, name: entry})).configs[name].measured
        assert measured is not None and (measured.runs, measured.smaller) == (10, "")
        return measured.minutes

    before = Measured(minutes=1.0, runs=10, people=19631)
    assert [minutes(before, seconds) for seconds in (30.0, 90.0)] == [0.5, 1.0]
    smaller = Measured(minutes=0.1, runs=4, people=19631, smaller="seeds 2 of 5", times=2.5)
    assert minutes(smaller, 90.0) == 1.5


def test_times_of_the_gallery_in_both_languages() -> None:
    assert (minutes_text(1.5), minutes_text(2.4)) == ("90 seconds", "2 minutes")
    assert (minutes_text(1.5, "zh"), minutes_text(2.4, "zh")) == (" 90 秒", " 2 分钟")
    assert smaller_zh("scale 0.02 of 0.05, seeds 1 of 3") == "模拟比例 0.02，原为 0.05；种子数 1，原为 3"


def test_the_example_lever_is_a_whole_change() -> None:
    patch = (DOCS / "examples" / "baby_box.patch").read_text(encoding="utf-8")
    touched = set(re.findall(r"^\+\+\+ b/(\S+)$", patch, re.M))
    guide = (DOCS / PATCHED).read_text(encoding="utf-8")
    money = {f"abm/money/{name}.py" for name in ("rules", "payments", "foreseen")}
    assert touched == {*money, "policies/levers/baby_box.yaml", "tests/policies/cases/baby_box.yaml"}, "five files"
    assert [path for path in touched if path not in guide] == []


def test_every_config_is_asked_for_by_the_name_in_its_header() -> None:
    for name in shipped():
        text = (ROOT / "experiments" / "configs" / name).read_text(encoding="utf-8")
        said = re.findall(r"cradle run (\S+)", text)
        assert said in ([], [f"experiments/configs/{name}"]), name
        assert yaml.safe_load(text)["kind"] == name.partition("/")[0]
