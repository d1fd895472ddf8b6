"""What every report says of how it was made: the facts at its head, and how to get the same numbers again."""

from __future__ import annotations

from collections.abc import Sequence

from results.content.blocks import Bullets, Code, Section, both
from results.content.words import Text, number
from results.documents.page import Fact
from results.finished_run import FinishedRun


def facts_of(data: FinishedRun, *wanted: Fact | str) -> list[Fact]:
    """The facts wanted, those that every run has by their name; runs that failed come last."""
    known = {
        "runs": Fact(both("Runs", "模拟次数"), number(len(data.design))),
        "seeds": Fact(both("Seeds", "随机种子"), str(data.design["seed"].nunique())),
        "draws": Fact(both("Parameter draws", "参数组"), str(data.design["draw"].nunique())),
        "people": Fact(both("People simulated", "模拟人数"), number(data.context["people"])),
        "history": Fact(both("History from", "历史起点"), data.context["start"]),
        "parting": Fact(both("Scenarios part", "情景分叉"), data.context["branch"]),
        "measures": Fact(both("Measures from", "措施起始"), data.context["branch"]),
        "end": Fact(both("Until", "截至"), data.context["end"]),
    }
    facts = [known[fact] if isinstance(fact, str) else fact for fact in wanted]
    if data.failures:
        facts.append(Fact(both("Failed runs", "失败的模拟"), str(len(data.failures)), bad=True))
    return facts


def same_numbers(data: FinishedRun, *more: Text) -> Text:
    """That the config gives the same numbers again, how many runs there are, and ``more`` of what they are."""
    runs = data.manifest["runs"]
    return both(
        ", ".join(
            [
                "The same config gives the same numbers on the same type of machine: "
                f"{runs['finished']} of {runs['asked']} runs",
                *(text["en"] for text in more),
            ]
        )
        + ".",
        "，".join(
            [
                f"同一配置在同类机器上得到相同数值：{runs['asked']} 次模拟中完成 {runs['finished']} 次",
                *(text["zh"] for text in more),
            ]
        )
        + "。",
    )


def people_simulated(data: FinishedRun) -> Text:
    """How many people were simulated, and which share of residents that is."""
    people, share = number(data.context["people"]), f"{100 * data.context['scale']:g}"
    return both(f"{people} people ({share} % of residents)", f"模拟 {people} 人（常住人口的 {share}%）")


def reproduce_section(
    data: FinishedRun, lead: Text, more: Sequence[Text] = (), hashes_of: Text | None = None
) -> Section:
    """How to get the same numbers again: what was run (``lead``), on which versions and sources, and ``more``.

    ``hashes_of`` is what the three hashes are of where they stand in one list.
    """
    versions = ", ".join(f"{name} {version}" for name, version in data.manifest["versions"].items())
    sources, tables, runs = (data.manifest[f"{name}_hash"][:12] for name in ("source", "data", "config"))
    hashes = both(f"Sources {sources}, data {tables}, runs {runs}.", f"源码 {sources}，数据 {tables}，配置 {runs}。")
    if hashes_of is not None:
        hashes = both(f"{hashes_of['en']}: {sources}, {tables}, {runs}.",
                      f"{hashes_of['zh']}：{sources}, {tables}, {runs}。")  # fmt: skip
    items = [both(f"Versions: {versions}.", f"版本：{versions}。"), hashes, *more]
    title = both("How to reproduce it", "如何复现")
    return Section("reproduce", title, lead, [Code(["cradle run config.yaml", "cradle report ."]), Bullets(items)])
