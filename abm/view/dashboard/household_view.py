"""The tab of one household: how it lives in both cities, what it weighs, what it chose."""

from __future__ import annotations

import solara
from mesa.visualization.utils import update_counter

from abm.model import FamilyModel
from abm.view.dashboard import charts
from abm.view.dashboard.charts_household import life_chart
from abm.view.dashboard.cities import DashboardModel
from abm.view.dashboard.desk import Desk
from abm.view.dashboard.family import Diary, Event, Standing, budget_lines, care_weighed, part_at
from abm.view.dashboard.units import percent
from abm.view.dashboard.views import Figure
from abm.view.dashboard.words import word
from policies.clock import month_label

EVENTS_SHOWN = 16


@solara.component
def HouseholdTab(desk: Desk, model: DashboardModel, lang: str) -> None:
    """The couple followed, in both cities side by side."""
    update_counter.get()
    policy = model.policy
    if not model.diaries or policy is None:
        solara.Info(word("nobody", lang))
        return
    chosen = desk.couple.value % len(model.diaries)
    with solara.Div(classes=["follow"]):
        solara.v.Select(
            label=word("couple", lang),
            items=[{"value": i, "text": couple_label(model, i, lang)} for i in range(len(model.diaries))],
            v_model=chosen,
            on_v_model=lambda i: desk.follow(int(i)),
            dense=True,
            hide_details=True,
            class_="pick-couple",
        )
        solara.Button(
            word("another", lang),
            on_click=lambda: desk.follow((chosen + 1) % len(model.diaries)),
            outlined=True,
            small=True,
            classes=["do-another"],
        )
    solara.Div(classes=["follow-note"], children=[word("follow_note", lang)])
    diary, policy_diary = model.diaries[chosen], model.policy_diaries[chosen]
    sides = (("base", model, diary), ("policy", policy, policy_diary))
    with solara.Div(classes=["grid"]):
        Figure(word("life_title", lang), life_chart(diary, policy_diary, lang), "life")
        for key, city, own in sides:
            Living(key, city, own, lang)
        if model.month == model.parts:  # no month lived in two cities: nothing to set side by side yet
            return
        rows = weighed_rows(model, policy, diary.wife, lang)
        if rows:
            Figure(word("weighs", lang), charts.pair_bars(rows, lang, word("weighs", lang), 0), "weighs")
        for key, city, own in sides:
            Care(key, city, own, lang)


def couple_label(model: DashboardModel, place: int, lang: str) -> str:
    """A couple in words: how it stood when the cities parted, and whether its lives differ since."""
    own, other = model.diaries[place], model.policy_diaries[place]
    then = own.standings[0]
    county = model.city.county_labels[model.city.counties[then.county]][lang]
    at = word("in_town" if then.in_town else "in_village", lang)
    text = word("couple_is", lang).format(n=place + 1, age=then.age, children=then.parity, county=county, place=at)
    differ = part_at(own, other)
    return text + (word("lives_differ", lang).format(month_label(differ)) if differ is not None else "")


@solara.component
def Living(key: str, city: FamilyModel, diary: Diary, lang: str) -> None:
    """How the couple stands now in one city, and what happened to it."""
    update_counter.get()
    now = diary.standings[-1]
    with solara.Div(classes=["figure", f"living-{key}"]):
        solara.Div(classes=["figure-title", key], children=[f"{word('stands', lang)}: {word(key, lang)}"])
        for name, text in facts(now, city, lang):
            with solara.Div(classes=["fact"]):
                solara.Div(classes=["fact-name"], children=[name])
                solara.Div(classes=["fact-text"], children=[text])
        solara.Div(classes=["figure-title", "events-title"], children=[word("chooses", lang)])
        events = diary.events[-EVENTS_SHOWN:][::-1]
        for event in events:
            with solara.Div(classes=["fact"]):
                solara.Div(classes=["fact-name"], children=[month_label(event.month)])
                with solara.Div(classes=["fact-text"]):
                    solara.Text(event_text(event, lang))
                    if event.weighed:
                        solara.Div(classes=["fact-weighed"], children=[weighed_text(event, lang)])
        if not events:
            solara.Div(classes=["fact-text"], children=[word("nothing_yet", lang)])


@solara.component
def Care(key: str, city: FamilyModel, diary: Diary, lang: str) -> None:
    """What the household weighed when it last decided about its youngest child under three."""
    update_counter.get()
    young = [child for child in diary.standings[-1].children if child.care]
    weighed = care_weighed(city, young[0].row) if young else None
    if weighed is None:
        return
    rows = [(word(name, lang), utility, None) for name, utility in weighed[0].items()]
    title = f"{word('care_weighs', lang)} – {word(key, lang)}"
    Figure(title, charts.pair_bars(rows, lang, title, 2), f"care-{key}")


def weighed_rows(
    model: FamilyModel, policy: FamilyModel, wife: int, lang: str
) -> list[tuple[str, float, float | None]]:
    """Budget lines of a further child in both cities; lines that are nothing in both are left out."""
    own, other = budget_lines(model, wife)[0], budget_lines(policy, wife)[0]
    lines = own or other
    return [
        (word(name, lang), own.get(name, 0.0), other.get(name) if other else None)
        for name in lines
        if abs(own.get(name, 0.0)) + abs(other.get(name, 0.0)) > 0.5
    ]


def facts(now: Standing, city: FamilyModel, lang: str) -> list[tuple[str, str]]:
    """How a woman and her household stand: name and text."""
    if now.here != "resident":
        return [(word("state", lang), word(now.here, lang))]
    aged = word("aged", lang)
    husband = aged.format(age=now.husband_age) if now.husband_age is not None else word("none", lang)
    county = city.city.county_labels[city.city.counties[now.county]][lang]
    comma, colon = ("，", "：") if lang == "zh" else (", ", ": ")
    place = comma.join([county, word("in_town" if now.in_town else "in_village", lang), word(now.tenure, lang)])
    area = f"{now.area:.0f} {'平方米' if lang == 'zh' else 'm²'}"
    children = comma.join(child_text(child.age_months, child.care, lang) for child in now.children)
    found = [
        (f"{word('wife', lang)}{comma}{word('husband', lang)}", f"{aged.format(age=now.age)}{comma}{husband}"),
        (word("state", lang), f"{word(now.state, lang)}{comma}{work_word(now.work, lang)}"),
        (word("children_born", lang), f"{now.parity}{aside(word('ideal', lang) + colon + str(now.ideal), lang)}"),
        (word("children_home", lang), children or word("none", lang)),
        (word("home", lang), f"{place}{comma}{area}"),
    ]
    if now.income is not None and now.prospect is not None and now.chance is not None:
        found += [
            (word("income", lang), f"{now.income:,.0f} {word('yuan_year', lang)}"),
            (word("prospect", lang), f"{now.prospect:.3f}{aside(word('prospect_note', lang), lang)}"),
            (word("time", lang), f"{now.mother_time:.2f}{comma}{now.father_time:.2f} {word('full_years', lang)}"),
            (word("chance", lang), percent(now.chance, lang, 1)),
        ]
    return found


def aside(text: str, lang: str) -> str:
    """A text in brackets after another."""
    return f"（{text}）" if lang == "zh" else f" ({text})"


def child_text(age_months: int, care: str | None, lang: str) -> str:
    """A child in words: age, and who minds it."""
    years = age_months // 12
    if lang == "zh":
        age = f"{years} 岁" if years else f"{age_months} 个月"
    else:
        age = f"{years} y" if years else f"{age_months} months"
    return f"{age}{aside(word(care, lang), lang)}" if care else age


def work_word(work: str, lang: str) -> str:
    """Her work in words."""
    text = word("work_none" if work == "none" else work, lang)
    return f"工作：{text}" if lang == "zh" else f"work: {text}"


def weighed_text(event: Event, lang: str) -> str:
    """What stood behind an event: the chance of a plan, or the utilities among which care was chosen."""
    weighed = dict(event.weighed)
    if "chance" in weighed:
        chance = percent(weighed["chance"], lang, 1)
        return word("weighed_plan", lang).format(chance=chance, prospect=weighed["prospect"])
    parts = [f"{word(name, lang)} {value:+.1f}" for name, value in sorted(weighed.items(), key=lambda pair: -pair[1])]
    comma = "，" if lang == "zh" else ", "
    return word("weighed_care", lang).format(comma.join(parts))


def event_text(event: Event, lang: str) -> str:
    """What happened, in words."""
    what, detail = event.what, event.detail
    if what == "birth":
        return word("birth", lang).format(detail)
    if what == "marital":
        return word(detail, lang)
    if what == "moved":
        return word(f"moved_{detail}", lang)
    if what == "tenure":
        return word("now_tenure", lang).format(word(detail, lang))
    if what == "work":
        return word("now_work", lang).format(word("work_none" if detail == "none" else detail, lang))
    if what == "care":
        return word("now_care", lang).format(word(detail, lang))
    return word(what, lang)
