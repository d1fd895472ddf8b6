"""The right side of the page: what has become of the two cities."""

from __future__ import annotations

import solara
from mesa.visualization.utils import update_counter

from abm.counters import LEDGER_LEVERS
from abm.dashboard import charts
from abm.dashboard.cities import DashboardModel
from abm.dashboard.places import positions
from abm.dashboard.words import NOTES, word
from policies.catalogue import PAYERS, Catalogue
from policies.clock import month_label

LARGEST_LIST = 11


@solara.component
def Figure(title: str, drawing: str, name: str) -> None:
    """A titled drawing."""
    with solara.Div(classes=["figure", f"figure-{name}"]):
        solara.Div(classes=["figure-title"], children=[title])
        solara.HTML(tag="div", unsafe_innerHTML=drawing, classes=["drawing"])


@solara.component
def Number(name: str, label: str, lines: list[tuple[str, str]]) -> None:
    """A number of the headline, one line for each city."""
    with solara.Div(classes=["number", f"number-{name}"]):
        solara.Div(classes=["number-label"], children=[label])
        for kind, text in lines:
            solara.Div(classes=["number-value", kind], children=[text])


@solara.component
def Headline(model: DashboardModel, lang: str) -> None:
    """Where both cities stand, in five numbers and a caution."""
    update_counter.get()
    ages = [history.tfr_path()[1][-1] for history in (model.history, model.policy_history)]
    births = [history.births() / model.scale for history in (model.history, model.policy_history)]
    more, cost = model.additional_births, model.additional_cost
    million = word("million", lang)
    thousand = "千元" if lang == "zh" else "thousand yuan"
    per_birth = f"{cost / more / 1000:,.0f} {thousand}" if more > 0 and cost > 0 else "–"
    with solara.Div(classes=["headline"]):
        Number("month", word("now", lang), [("plain", month_label(model.month - 1))])
        Number("tfr", word("tfr_now", lang), [("base", f"{ages[0]:.2f}"), ("policy", f"{ages[1]:.2f}")])
        Number("births", word("births_now", lang), [("base", f"{births[0]:,.0f}"), ("policy", f"{births[1]:,.0f}")])
        Number("additional", word("additional", lang), [("policy", f"{more:+,.0f}")])
        Number("cost", word("cost_so_far", lang), [("policy", f"{cost / 1e6:+,.0f} {million}")])
        Number("per-birth", word("per_birth", lang), [("policy", per_birth)])
    error = 1.96 * ages[0] / max(model.history.births(), 1.0) ** 0.5
    solara.Div(classes=["caution"], children=[word("one_history", lang).format(n=model.residents, e=error)])


@solara.component
def Overview(model: DashboardModel, lang: str) -> None:
    """TFR path, pyramid, counties, births by order."""
    update_counter.get()
    target = model.city.plan_targets().get("tfr")
    aim = (target, model.city.plan_year) if target is not None else None
    policy = model.policy
    assert policy is not None
    base_side, policy_side = (model, model.history), (policy, model.policy_history)
    tfr = charts.tfr_chart(model.history, model.policy_history, model.parts, aim, lang)
    ages = charts.pyramid_chart(model, policy, model.scale, lang)
    counties = charts.map_chart(base_side, policy_side, positions(model.city), model.scale, lang)
    title = word("birth_orders", lang)
    keys = ("order1", "order2", "order3", "order4")
    orders = charts.stacked_years(model.history, model.policy_history, "births", keys, model.scale, lang, title)
    with solara.Div(classes=["grid"]):
        Figure(word("tfr_title", lang), tfr, "tfr")
        Figure(word("pyramid_title", lang), ages, "pyramid")
        Figure(word("map_title", lang), counties, "map")
        Figure(
            f"{title}. {word('bars_note', lang)}" if lang == "en" else f"{title}。{word('bars_note', lang)}",
            orders,
            "orders",
        )


@solara.component
def Families(model: DashboardModel, lang: str) -> None:
    """Care of small children, marriages."""
    update_counter.get()
    title = word("marriages_title", lang)
    keys = ("first_marriage", "later_marriage")
    marriages = charts.stacked_years(model.history, model.policy_history, "marriages", keys, model.scale, lang, title)
    note = word("bars_note", lang)
    with solara.Div(classes=["grid"]):
        Figure(word("care_title", lang), charts.care_chart(model.history, model.policy_history, lang), "care")
        Figure(f"{title}{'. ' if lang == 'en' else '。'}{note}", marriages, "marriages")


@solara.component
def Money(model: DashboardModel, catalogue: Catalogue, lang: str) -> None:
    """The ledger of the last twelve months by payer and by lever."""
    update_counter.get()
    both = (model.history, model.policy_history)
    payers = [(word(PAYERS[i], lang), own, other) for i, own, other in charts.ledger_rows(*both, model.scale, 0)]
    rows = charts.ledger_rows(*both, model.scale, 1)
    levers: list[tuple[str, float, float | None]] = []
    for i, own, other in rows[:LARGEST_LIST]:
        label = catalogue.levers[LEDGER_LEVERS[i]].label
        levers.append((label.zh if lang == "zh" else label.en, own, other))
    rest = rows[LARGEST_LIST:]
    if rest:
        levers.append((word("other_levers", lang), sum(r[1] for r in rest), sum(r[2] or 0.0 for r in rest)))
    with solara.Div(classes=["grid"]):
        Figure(word("payer_title", lang), charts.pair_bars(payers, lang, word("payer_title", lang)), "payers")
        Figure(word("lever_title", lang), charts.pair_bars(levers, lang, word("lever_title", lang)), "levers")


@solara.component
def Notes(lang: str) -> None:
    """What the figures mean and what they do not."""
    with solara.Div(classes=["notes"]):
        for text in NOTES[lang]:
            solara.Div(classes=["note"], children=[text])
