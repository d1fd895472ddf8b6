"""The gallery of shipped configs: docs/gallery.md and docs/gallery.zh-CN.md, written from docs/gallery.yaml.

``python -m experiments.tools.gallery RUN...`` takes the figure and the time of finished runs into it; without a run it
writes the pages again. A run counts for the config whose file it is named after; a smaller run too, and the page says
so.
"""

from __future__ import annotations

import math
import shutil
import sys
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field

from policies.bilingual import Label
from policies.errors import InputError, unknown_name
from policies.validation import StrictModel, read_yaml, validated
from results.folder.store import MANIFEST, RunFolder, RunFolderError
from results.trust import open_order

PROJECT = Path(__file__).resolve().parents[2]
CONFIGS = PROJECT / "experiments" / "configs"
DOCS = PROJECT / "docs"
SIZES = ("scale", "seeds", "samples", "population", "generations")
"""Numbers of a config that its time is in proportion to."""
LIST, FIGURES = DOCS / "gallery.yaml", DOCS / "gallery"
PAGES = {"en": DOCS / "gallery.md", "zh": DOCS / "gallery.zh-CN.md"}
SIZE_NAMES = {
    "scale": "模拟比例",
    "seeds": "种子数",
    "draws": "参数组数",
    "samples": "样本量",
    "population": "种群规模",
    "generations": "代数",
}
INTRODUCTION = {
    "en": """# Gallery

[All guides](README.md) · [中文](gallery.zh-CN.md)

Every config that ships under `experiments/configs/`: what it asks, how long it takes, a figure.
Times were measured with one or two workers on a machine with two cores, the engine compiled, some while it had other
work; of several runs of one size the shortest counts. Figures are examples: run the config for numbers to quote, and
never quote Toytown.
Where cash, childcare and housing stand against each other the page says that their order is open; the report of
each run says why.

This page is written by `python -m experiments.tools.gallery` from `docs/gallery.yaml`.
""",
    "zh": """# 配置一览

[全部指南](README.zh-CN.md) · [English](gallery.md)

`experiments/configs/` 下随项目提供的全部配置：回答什么问题、需要多少时间，并附一张图。\
用时是在双核机器上以一个或两个进程测得的，不含编译引擎的时间，部分测量时机器另有任务；同一规模测过多次的取最短一次。图只是示例：要引用数字请自行运行配置；\
虚构小镇（玩具城）的数字请勿引用。现金、托育与住房相互比较之处注明其次序尚无定论，原因见各次运行的报告。

本页由 `python -m experiments.tools.gallery` 根据 `docs/gallery.yaml` 生成。
""",
}


class Measured(StrictModel):
    """What a run took: minutes, runs, people; if it was made smaller, of what it had less, and how many times less."""

    minutes: float = Field(gt=0)
    runs: int = Field(gt=0)
    people: int = Field(gt=0)
    smaller: str = ""
    times: float = Field(default=1.0, ge=1.0)


class Entry(StrictModel):
    """One config of the gallery: what it asks, and which figure of its report answers; ``order_open`` if it lets cash,
    childcare and housing compete, whose order is open."""

    question: Label
    figure: str
    order_open: bool = False
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


def figure_file(config: str, lang: str = "en") -> Path:
    """Where the figure of a config is kept."""
    return FIGURES / f"{config.removesuffix('.yaml').replace('/', '_')}{'.zh' if lang == 'zh' else ''}.svg"


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
    for lang in PAGES:
        shutil.copyfile(drawn.with_name(f"{entry.figure}.{lang}.svg"), figure_file(name, lang))
    measured = Measured(
        minutes=round(max(float(manifest["seconds"]) / 60.0, 0.05), 2),
        runs=int(manifest["runs"]["finished"]),
        people=int(manifest["people"]),
        **made_smaller(CONFIGS / name, run),
    )
    shortest = _shortest(entry.measured, measured)
    return Gallery(configs={**gallery.configs, name: entry.model_copy(update={"measured": shortest})})


def _shortest(before: Measured | None, now: Measured) -> Measured:
    """Of two measurements of one size the shorter: the machine had other work in the longer. Else the newer."""
    if before is None or (before.smaller, before.people) != (now.smaller, now.people):
        return now
    return min(now, before, key=lambda measured: measured.minutes)


def made_smaller(config: Path, run: RunFolder) -> dict[str, Any]:
    """What the run had less of than the shipped config, in words, and how many times less; empty for the same size."""
    asked = yaml.safe_load(config.read_text(encoding="utf-8"))
    had = yaml.safe_load(run.read_text("config.yaml"))
    less = {key: (had[key], asked[key]) for key in SIZES if key in asked and had[key] != asked[key]}
    if not less:
        return {}
    words = ", ".join(f"{key} {small:g} of {whole:g}" for key, (small, whole) in less.items())
    return {"smaller": words, "times": round(max(math.prod(whole / small for small, whole in less.values()), 1.0), 2)}


def page(gallery: Gallery, lang: str = "en") -> str:
    """Text of docs/gallery.md or of its Chinese version."""
    parts = [INTRODUCTION[lang]]
    for name, entry in gallery.configs.items():
        question = getattr(entry.question, lang)
        command = f".venv/bin/cradle run experiments/configs/{name} --workers 2"
        parts += [f"## {question}\n", f"<!-- not run: checked, because most take minutes -->\n```sh\n{command}\n```\n"]
        parts.append(f"{time_text(entry, lang)}\n")
        if entry.order_open:
            parts.append(f"{open_order.short()[lang]}\n")
        figure = figure_file(name, lang) if figure_file(name, lang).is_file() else figure_file(name)
        if figure.is_file():
            english = "（图中文字为英文）" if lang == "zh" and figure == figure_file(name) else ""
            parts.append(f"![{question}{english}](gallery/{figure.name})\n")
    return "\n".join(parts)


def time_text(entry: Entry, lang: str = "en") -> str:
    """Size and minutes of a config in a sentence."""
    if entry.measured is None:
        return {"en": "Not measured yet.", "zh": "尚未测量。"}[lang]
    m = entry.measured
    took, whole = minutes_text(m.minutes, lang), minutes_text(m.minutes * m.times, lang)
    if lang == "zh":
        runs = f"{m.runs:,} 次运行，每次模拟 {m.people:,} 人，用时{took}"
        return (
            f"{runs}。"
            if not m.smaller
            else f"按原配置约需{whole}（按比例推算）。实测规模较小（{smaller_zh(m.smaller)}）：{runs}。"
        )
    runs = f"{took} for {m.runs:,} runs of {m.people:,} people"
    if not m.smaller:
        return f"{runs}."
    return f"As it ships about {whole}, in proportion: measured {runs} at a smaller size ({m.smaller})."


def smaller_zh(smaller: str) -> str:
    """The words of :func:`made_smaller` in Chinese: ``scale 0.05 of 0.2`` is 模拟比例 0.05，原为 0.2."""
    parts = [part.split(" ") for part in smaller.split(", ")]
    return "；".join(f"{SIZE_NAMES[key]} {small}，原为 {whole}" for key, small, _, whole in parts)


def minutes_text(minutes: float, lang: str = "en") -> str:
    """Minutes for people; below two of them seconds."""
    if minutes < 2:
        return f"{60 * minutes:.0f} seconds" if lang == "en" else f" {60 * minutes:.0f} 秒"
    return f"{minutes:.0f} minutes" if lang == "en" else f" {minutes:.0f} 分钟"


def as_yaml(gallery: Gallery) -> str:
    """Text of docs/gallery.yaml."""
    head = (
        "# What docs/gallery.md and its Chinese version show; `python -m experiments.tools.gallery RUN...`"
        " writes `measured` and the figures.\n"
    )
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
    for lang, path in PAGES.items():
        path.write_text(page(gallery, lang), encoding="utf-8")
    measured = sum(entry.measured is not None for entry in gallery.configs.values())
    print(f"{DOCS}: {len(gallery.configs)} configs, {measured} of them measured")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
