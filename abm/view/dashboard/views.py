"""The right side of the page: what has become of the two cities."""

from __future__ import annotations

from html import escape

import numpy as np
import solara
from mesa.visualization.utils import update_counter

from abm.city.places import positions
from abm.core.levers import LEDGER_LEVERS
from abm.view.dashboard import charts
from abm.view.dashboard.cities import DashboardModel
from abm.view.dashboard.history import Array
from abm.view.dashboard.units import YUAN, YUAN_DECIMALS, large_sum, sum_per_birth
from abm.view.dashboard.words import NOTES, word
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
    per_birth = sum_per_birth(cost / more, lang) if more > 0 and cost > 0 else "–"
    with solara.Div(classes=["headline"]):
        Number("month", word("now", lang), [("plain", month_label(model.month - 1))])
        Number("tfr", word("tfr_now", lang), [("base", f"{ages[0]:.2f}"), ("policy", f"{ages[1]:.2f}")])
        Number("births", word("births_now", lang), [("base", f"{births[0]:,.0f}"), ("policy", f"{births[1]:,.0f}")])
        Number("additional", word("additional", lang), [("policy", f"{more:+,.0f}")])
        Number("cost", word("cost_so_far", lang), [("policy", large_sum(cost, lang))])
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
        Figure(with_note(title, "bars_note", lang), orders, "orders")


@solara.component
def Families(model: DashboardModel, lang: str) -> None:
    """Care of small children, births by age, marriages."""
    update_counter.get()
    title = word("marriages_title", lang)
    keys = ("first_marriage", "later_marriage")
    base, policy = model.history, model.policy_history
    marriages = charts.stacked_years(base, policy, "marriages", keys, model.scale, lang, title)
    with solara.Div(classes=["grid"]):
        Figure(word("care_title", lang), charts.care_chart(base, policy, lang), "care")
        Figure(word("care_paths_title", lang), charts.care_paths(base, policy, lang), "care-paths")
        Figure(word("rates_title", lang), charts.rates_chart(base, policy, lang), "rates")
        Figure(with_note(title, "bars_note", lang), marriages, "marriages")


@solara.component
def Money(model: DashboardModel, catalogue: Catalogue, lang: str) -> None:
    """The ledger: of the last twelve months by payer and by lever, of each year, and what the package adds."""
    update_counter.get()
    base, policy = model.history, model.policy_history
    scale = model.scale * YUAN[lang]
    payers = [(word(PAYERS[i], lang), own, other) for i, own, other in charts.ledger_rows(base, policy, scale, 0)]
    rows = charts.ledger_rows(base, policy, scale, 1)
    levers = [(lever_label(catalogue, i, lang), own, other) for i, own, other in rows[:LARGEST_LIST]]
    rest = rows[LARGEST_LIST:]
    if rest:
        levers.append((word("other_levers", lang), sum(r[1] for r in rest), sum(r[2] or 0.0 for r in rest)))
    decimals, title = YUAN_DECIMALS[lang], word("payer_years_title", lang)
    with solara.Div(classes=["grid"]):
        with solara.Div(classes=["stack"]):
            bars = charts.pair_bars(payers, lang, word("payer_title", lang), decimals)
            Figure(word("payer_title", lang), bars, "payers")
            by_year = charts.stacked_years(base, policy, "payers", PAYERS, scale, lang, title)
            Figure(with_note(title, "bars_note", lang), by_year, "payer-years")
        Figure(word("lever_title", lang), charts.pair_bars(levers, lang, word("lever_title", lang), decimals), "levers")
        with solara.Div(classes=["figure", "figure-ledger"]):
            solara.Div(classes=["figure-title"], children=[word("ledger_title", lang)])
            solara.HTML(tag="div", unsafe_innerHTML=ledger_table(model, catalogue, lang), classes=["ledger"])


def lever_label(catalogue: Catalogue, place: int, lang: str) -> str:
    """Label of a row of the ledger."""
    label = catalogue.levers[LEDGER_LEVERS[place]].label
    return label.zh if lang == "zh" else label.en


def with_note(title: str, note: str, lang: str) -> str:
    """A title and a sentence after it."""
    return f"{title}{'. ' if lang == 'en' else '。'}{word(note, lang)}"


def ledger_table(model: DashboardModel, catalogue: Catalogue, lang: str) -> str:
    """HTML table: what the policy city paid above the other since they parted, by measure and payer."""
    table = model.additional_ledger / YUAN[lang]
    decimals = YUAN_DECIMALS[lang]
    shown = [i for i in np.argsort(-np.abs(table).sum(axis=1)) if np.abs(table[i]).max() >= 0.5 * 10.0**-decimals]
    payers = [p for p in range(len(PAYERS)) if len(shown) and np.abs(table[shown, p]).max() >= 0.5 * 10.0**-decimals]
    if not payers:
        return f"<p>{escape(word('ledger_empty', lang))}</p>"

    def row(name: str, values: Array) -> str:
        cells = "".join(f"<td>{figure(v)}</td>" for v in [*values[payers], values.sum()])
        return f'<tr><th scope="row">{escape(name)}</th>{cells}</tr>'

    def figure(value: float) -> str:
        return "–" if abs(value) < 0.5 * 10.0**-decimals else f"{value:+,.{decimals}f}"

    heads = [word("measure", lang), *(word(PAYERS[p], lang) for p in payers), word("sum", lang)]
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    rows = [row(lever_label(catalogue, int(i), lang), table[i]) for i in shown]
    total = row(word("sum", lang), table.sum(axis=0))
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody><tfoot>{total}</tfoot></table>"


@solara.component
def Notes(lang: str) -> None:
    """What the figures mean and what they do not."""
    with solara.Div(classes=["notes"]):
        for text in NOTES[lang]:
            solara.Div(classes=["note"], children=[text])
