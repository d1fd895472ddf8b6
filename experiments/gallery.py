"""The gallery of shipped configs: docs/gallery.md, written from docs/gallery.yaml.

``python -m experiments.gallery RUN...`` takes the figure and the time of finished runs into it; without a run it writes
the page again. A run counts for the config whose file it is named after; a smaller run too, and the page says so.
"""

from __future__ import annotations

import math
import shutil
import sys
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field

from policies.errors import InputError, unknown_name
from policies.validation import StrictModel, read_yaml, validated
from results.store import MANIFEST, RunFolder, RunFolderError

PROJECT = Path(__file__).resolve().parents[1]
CONFIGS = PROJECT / "experiments" / "configs"
DOCS = PROJECT / "docs"
SIZES = ("scale", "seeds", "samples", "population", "generations")
"""Numbers of a config that its time is in proportion to."""
LIST, PAGE, FIGURES = DOCS / "gallery.yaml", DOCS / "gallery.md", DOCS / "gallery"


class Measured(StrictModel):
    """What a run took: minutes, runs, people; if it was made smaller, of what it had less, and how many times less."""

    minutes: float = Field(gt=0)
    runs: int = Field(gt=0)
    people: int = Field(gt=0)
    smaller: str = ""
    times: float = Field(default=1.0, ge=1.0)


class Entry(StrictModel):
    """One config of the gallery: what it asks, and which figure of its report answers."""

    question: str
    figure: str
    measured: Measured | None = None


class Gallery(StrictModel):
    """Configs by path under experiments/configs, in the order of the page."""

    configs: dict[str, Entry]


def shipped() -> list[str]:
    """Every config that ships, by path under ``experiments/configs``."""
    return sorted(path.relative_to(CONFIGS).as_posix() for path in CONFIGS.glob("*/*.yaml"))


def read_gallery() -> Gallery:
    """The list, checked; InputError names what is wrong."""
    return validated(Gallery, read_yaml(LIST), LIST.name)


def figure_file(config: str) -> Path:
    """Where the figure of a config is kept."""
    return FIGURES / f"{config.removesuffix('.yaml').replace('/', '_')}.svg"


def take_in(run: RunFolder, gallery: Gallery) -> Gallery:
    """The gallery with the figure and the time of a finished run; InputError for a run of no config in it."""
    manifest = run.read_json(MANIFEST)
    kind, stem = str(yaml.safe_load(run.read_text("config.yaml"))["kind"]), run.path.name.rpartition("-")[0]
    name = f"{kind}/{stem}.yaml"
    if name not in gallery.configs:
        raise unknown_name("config", name, gallery.configs, str(run.path))
    entry = gallery.configs[name]
    drawn = run.file("figures", f"{entry.figure}.en.svg")
    if not drawn.is_file():
        here = sorted(path.name.removesuffix(".en.svg") for path in drawn.parent.glob("*.en.svg"))
        raise unknown_name("figure", entry.figure, here, f"{LIST.name}: {name}")
    FIGURES.mkdir(exist_ok=True)
    shutil.copyfile(drawn, figure_file(name))
    measured = Measured(
        minutes=round(max(float(manifest["seconds"]) / 60.0, 0.05), 2),
        runs=int(manifest["runs"]["finished"]),
        people=int(manifest["people"]),
        **made_smaller(CONFIGS / name, run),
    )
    return Gallery(configs={**gallery.configs, name: entry.model_copy(update={"measured": measured})})


def made_smaller(config: Path, run: RunFolder) -> dict[str, Any]:
    """What the run had less of than the shipped config, in words, and how many times less; empty for the same size."""
    asked = yaml.safe_load(config.read_text(encoding="utf-8"))
    had = yaml.safe_load(run.read_text("config.yaml"))
    less = {key: (had[key], asked[key]) for key in SIZES if key in asked and had[key] != asked[key]}
    if not less:
        return {}
    words = ", ".join(f"{key} {small:g} of {whole:g}" for key, (small, whole) in less.items())
    return {"smaller": words, "times": round(max(math.prod(whole / small for small, whole in less.values()), 1.0), 2)}


def page(gallery: Gallery) -> str:
    """Text of docs/gallery.md."""
    lines = [
        "# Gallery",
        "",
        "[All guides](README.md)",
        "",
        "Every config that ships under `experiments/configs/`: what it asks, how long it takes, a figure.",
        "Times were measured with `--workers 2` on a machine with two cores, the engine compiled. Figures are",
        "examples: run the config for numbers to quote, and never quote Toytown.",
        "",
        "This page is written by `python -m experiments.gallery` from `docs/gallery.yaml`.",
        "",
    ]
    for name, entry in gallery.configs.items():
        path = f"experiments/configs/{name}"
        lines += [f"## {entry.question}", "", "<!-- not run: checked, because most take minutes -->", "```sh"]
        lines += [f".venv/bin/cradle run {path} --workers 2", "```", "", time_text(name, entry), ""]
        if figure_file(name).is_file():
            lines += [f"![{entry.question}](gallery/{figure_file(name).name})", ""]
    return "\n".join(lines).rstrip() + "\n"


def time_text(name: str, entry: Entry) -> str:
    """Size and minutes of a config in a sentence."""
    if entry.measured is None:
        return "Not measured yet."
    measured = entry.measured
    took = f"{minutes_text(measured.minutes)} for {measured.runs:,} runs of {measured.people:,} people"
    if not measured.smaller:
        return f"{took}."
    whole = minutes_text(measured.minutes * measured.times)
    return f"As it ships about {whole}, in proportion: measured {took} at a smaller size ({measured.smaller})."


def minutes_text(minutes: float) -> str:
    """Minutes for people; below two of them seconds."""
    return f"{60 * minutes:.0f} seconds" if minutes < 2 else f"{minutes:.0f} minutes"


def as_yaml(gallery: Gallery) -> str:
    """Text of docs/gallery.yaml."""
    head = "# What docs/gallery.md shows; `python -m experiments.gallery RUN...` writes `measured` and the figures.\n"
    content: dict[str, Any] = gallery.model_dump(exclude_none=True, exclude_defaults=True)
    return head + yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120)


def main(runs: list[str]) -> int:
    """Take runs in and write the page; exit status 2 for a wrong run."""
    try:
        gallery = read_gallery()
        for run in runs:
            gallery = take_in(RunFolder.find(run), gallery)
    except (InputError, RunFolderError) as error:
        print(error, file=sys.stderr)
        return 2
    LIST.write_text(as_yaml(gallery), encoding="utf-8")
    PAGE.write_text(page(gallery), encoding="utf-8")
    measured = sum(entry.measured is not None for entry in gallery.configs.values())
    print(f"{PAGE}: {len(gallery.configs)} configs, {measured} of them measured")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
