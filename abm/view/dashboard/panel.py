"""The left side of the page: buttons, package, sliders."""

from __future__ import annotations

import time
from functools import partial

import solara

from abm.view.dashboard.desk import Desk, begins_problem, in_background, seed_problem
from abm.view.dashboard.sliders import Slider, groups
from abm.view.dashboard.words import word
from policies.describe import number_text
from policies.errors import InputError

PAUSE_SECONDS = {False: 0.08, True: 0.35}
"""Between two steps of a month, of a year, while playing: enough for the browser to draw."""


def _typed(desk: Desk, key: str, text: str | None) -> None:
    """Keep what somebody typed into a field."""
    desk.change(**{key: str(text or "")})


@solara.component
def Panel(desk: Desk) -> None:
    """Everything that sets or moves the cities."""
    lang = desk.lang.value
    with solara.Div(classes=["panel"]):
        Buttons(desk)
        Basics(desk)
        SliderGroups(desk)
        solara.Div(classes=["panel-end"], children=[word("title", lang)])


@solara.component
def Buttons(desk: Desk) -> None:
    """Play, step, reset."""
    lang, playing = desk.lang.value, desk.playing.value
    model = desk.model.value
    idle = model is not None and not desk.building.value
    running = idle and (model is None or model.running)

    def play() -> None:
        desk.plays += 1
        mine = desk.plays  # pressed twice in a moment, the older loop ends
        while not desk.left and desk.playing.value and desk.plays == mine:
            desk.step(12 if desk.by_year.value else 1)
            time.sleep(PAUSE_SECONDS[desk.by_year.value])

    solara.use_effect(lambda: in_background(play) if playing else None, [playing])
    with solara.Div(classes=["buttons"]):
        solara.Button(
            word("pause" if playing else "play", lang),
            on_click=lambda: desk.playing.set(not playing),
            color="primary",
            disabled=not running,
            classes=["do-play"],
            small=True,
        )
        for months, key in ((1, "month"), (12, "year")):
            solara.Button(
                word(key, lang),
                on_click=lambda months=months: desk.step(months),
                disabled=playing or not running,
                classes=[f"do-{key}"],
                outlined=True,
                small=True,
            )
        solara.Button(
            word("reset", lang),
            on_click=lambda: desk.build(),
            disabled=not idle and not desk.problem.value,
            classes=["do-reset"],
            outlined=True,
            small=True,
        )
    with solara.Div(classes=["by"]):
        solara.Text(word("by", lang))
        solara.v.BtnToggle(
            v_model=int(desk.by_year.value),
            on_v_model=lambda chosen: desk.by_year.set(bool(chosen)),
            mandatory=True,
            dense=True,
            children=[
                solara.v.Btn(children=[word(key, lang)], x_small=True, class_=f"do-{key}")
                for key in ("by_month", "by_year")
            ],
        )
    if desk.is_changed:
        with solara.Div(classes=["changed"]):
            solara.Text(word("changed", lang))
            wrong = begins_problem(desk.settings.value.begins, lang) or seed_problem(desk.settings.value.seed, lang)
            solara.Button(
                word("apply", lang),
                on_click=lambda: desk.build(),
                color="warning",
                disabled=bool(wrong) or desk.building.value,
                classes=["do-apply"],
                small=True,
            )


@solara.component
def Basics(desk: Desk) -> None:
    """Package, month from which sliders hold, seed."""
    lang, settings = desk.lang.value, desk.settings.value
    solara.v.Select(
        label=word("package", lang),
        items=desk.packages(lang),
        v_model=settings.package,
        on_v_model=desk.choose_package,
        dense=True,
        hide_details=True,
        class_="pick-package",
    )
    with solara.Div(classes=["pair"]):
        for key, problem in (("begins", begins_problem), ("seed", seed_problem)):
            text = getattr(settings, key)
            said = problem(text, lang)
            solara.v.TextField(
                label=word(key, lang),
                v_model=text,
                on_v_model=partial(_typed, desk, key),
                dense=True,
                hide_details="auto",
                error_messages=[said] if said else [],
                class_=f"type-{key}",
            )


@solara.component
def SliderGroups(desk: Desk) -> None:
    """Families of sliders to open and close; only open ones are drawn."""
    lang = desk.lang.value
    if desk.settings.value.moved:
        with solara.Div(classes=["back"]):
            solara.Button(
                word("back", lang),
                on_click=lambda: desk.choose_package(desk.settings.value.package),
                text=True,
                small=True,
                classes=["do-back"],
            )
    opened, set_opened = solara.use_state([0])
    every = solara.use_memo(lambda: groups(desk.catalogue), [])
    panels = []
    for position, (family, members) in enumerate(every.items()):
        moved = sum(slider.keyword in desk.settings.value.moved for slider in members)
        head = f"{word(family, lang)} ({len(members)}{f', ✎ {moved}' if moved else ''})"
        rows = [SliderRow(desk, slider).key(slider.keyword) for slider in members] if position in opened else []
        panels.append(
            solara.v.ExpansionPanel(
                children=[
                    solara.v.ExpansionPanelHeader(children=[head], class_=f"family family-{family}"),
                    solara.v.ExpansionPanelContent(children=rows),
                ]
            )
        )
    solara.v.ExpansionPanels(
        multiple=True, accordion=True, flat=True, v_model=opened, on_v_model=set_opened, children=panels
    )


@solara.component
def SliderRow(desk: Desk, slider: Slider) -> None:
    """One slider: its words, a field to type the value, and the handle."""
    lang, p = desk.lang.value, slider.parameter
    typed, set_typed = solara.use_state("")
    value = desk.value(slider.keyword)
    problem = ""
    if typed:
        try:
            slider.read(typed, lang)
        except InputError as error:
            problem = str(error)

    def take(text: str | None) -> None:
        set_typed(str(text or ""))
        try:
            desk.move(slider.keyword, slider.read(str(text or ""), lang))
        except InputError:
            return

    def drag(place: float) -> None:
        set_typed("")
        desk.move(slider.keyword, place)

    is_moved = slider.keyword in desk.settings.value.moved
    with solara.Div(classes=["lever", f"slider-{slider.keyword}", *(["moved"] if is_moved else [])]):
        with solara.Div(classes=["row-head"]):
            with solara.Div(classes=["row-words"]):
                solara.Div(classes=["row-label"], children=[slider.label(lang)])
                today = desk.today(slider.keyword)
                differs = "" if today == value else word("today", lang).format(number_text(today))
                solara.Div(classes=["row-unit"], children=[slider.span(lang) + differs])
            solara.v.TextField(
                v_model=typed or number_text(value),
                on_v_model=take,
                dense=True,
                single_line=True,
                hide_details=True,
                error=bool(problem),
                attributes={"aria-label": f"{slider.label(lang)}, {slider.unit(lang)}"},
                class_="row-number",
            )
        solara.v.Slider(
            v_model=value,
            on_v_model=drag,
            min=p.low,
            max=p.high,
            step=p.step,
            dense=True,
            hide_details=True,
            attributes={"aria-label": slider.label(lang)},
        )
        if problem:
            solara.Div(classes=["row-problem"], children=[problem])
