"""The order of cash, childcare and housing: when it is called open, and what is said of measures without a cost."""

from __future__ import annotations

import pytest

from policies.catalogue import load_catalogue
from results.content.blocks import Section, both
from results.trust import open_order
from results.trust.marks import with_marks


@pytest.mark.parametrize(
    ("families", "open_"),
    [
        ({"cash", "childcare"}, True),
        ({"childcare", "housing", "leave"}, True),
        ({"cash", "leave", "marriage"}, False),
        ({"childcare"}, False),
        (set(), False),
    ],
)
def test_an_order_is_open_between_two_of_the_families(families: set[str], open_: bool) -> None:
    assert open_order.concerns(families) is open_


def test_its_families_and_free_parameters_are_those_of_the_catalogue() -> None:
    catalogue = load_catalogue()
    assert {lever.family for lever in catalogue.levers.values()} >= open_order.FAMILIES
    assert set(catalogue.fields) >= open_order.FREE
    cards = {name: {"family": lever.family} for name, lever in catalogue.levers.items()}
    fields = ["birth_grant.order1", "nursery_places.added_per_1000", "parental_leave"]
    assert open_order.families_of({"levers": cards}, fields) == {"cash", "childcare", "leave"}


def test_the_reason_names_the_numbers_in_both_languages() -> None:
    for text in open_order.paragraph().values():
        assert all(number in text for number in ("678", "276", "142", "272", "0.20", "−0.65", "15.3", "15.0"))
    assert " %" not in open_order.paragraph()["zh"]
    assert "open" in open_order.short()["en"] and "尚无定论" in open_order.short()["zh"]


def test_what_costs_nothing_is_marked() -> None:
    label = {"en": "Nurseries", "zh": "托育"}
    free, dear = "nursery_places.street_share_added", "nursery_places.added_per_1000"
    assert open_order.marked(label, [dear]) == label
    reach = open_order.FREE_LABELS[free]
    assert open_order.marked(reach, [free])["zh"] == "新增街道覆盖率（模型中不计成本）"
    some = open_order.marked(label, [dear, free])
    assert some["en"] == "Nurseries (“Added share of streets served” costs nothing in the model)"
    assert some["zh"] == "托育（其中“新增街道覆盖率”模型中不计成本）"
    mark = open_order.free_mark(free)
    assert mark is not None and mark["en"] == "costs nothing in the model"
    assert open_order.free_mark(dear) is None


def test_labels_of_what_costs_nothing_are_those_of_the_catalogue() -> None:
    fields = load_catalogue().fields
    for name, text in open_order.FREE_LABELS.items():
        assert fields[name].label.en.startswith(text["en"]) and fields[name].label.zh.startswith(text["zh"])
        marked = {"en": f"{text['en']} (costs nothing in the model)", "zh": f"{text['zh']}（模型中不计成本）"}
        assert open_order.marked(text, [name]) == open_order.marked(marked, [name]) == marked


def test_an_order_across_families_bears_its_mark_in_every_ranked_answer() -> None:
    levers = {"birth_grant": {"family": "cash"}, "nursery_places": {"family": "childcare"}}
    cards = [{"name": n, "changes": [{"lever": lever}]} for n, lever in zip("ab", levers, strict=True)]
    verdicts = [{"topic": topic, "trust": "low"} for topic in ("order", "differences")]
    context = {"levers": levers, "baseline": "law", "scenarios": cards, "fit": {"verdicts": verdicts}}
    nothing = {"en": "", "zh": ""}
    for key in ("effect", "births", "cost"):
        both_kinds = with_marks(Section(key, nothing, nothing), context).trust
        one_alone = with_marks(Section(key, nothing, nothing), {**context, "scenarios": cards[:1]}).trust
        assert any(mark.text["en"].startswith("order of cash") for mark in both_kinds)
        assert not any(mark.text["en"].startswith("order of cash") for mark in one_alone)


def test_marriage_measures_in_a_scenario_bear_the_mark_of_them() -> None:
    verdict = {"number": both("M", "婚"), "why": both("None", "无"), "topic": "marriage_measures", "trust": "low"}
    levers = {"m": {"family": "marriage"}, "flexible_hours": {"family": "work"}, "c": {"family": "cash"}}
    for used, marked in (("m", 1), ("flexible_hours", 1), ("c", 0)):
        context = {"fit": {"verdicts": [verdict]}, "levers": levers, "levers_used": [used]}
        nothing = both("", "")
        assert len(with_marks(Section("effect", nothing, nothing), context).trust) == marked
        assert not with_marks(Section("women", nothing, nothing), context).trust, "tells no difference"
