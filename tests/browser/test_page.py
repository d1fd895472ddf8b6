"""`cradle app` as somebody uses it: opens without a network, plays, takes presets and sliders, speaks two languages."""

from __future__ import annotations

import http.server
import json
import os
import queue
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import PATIENCE_SECONDS
from tests.browser.watched import Watched, problems

pytest.importorskip("solara", reason="the page is an extra: pip install '.[dashboard]'")
pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
MOST_STOPS = 100
"""Stops of the Tab key on a page as it opens: two for each slider shown, and the rest. The end comes before."""
TABS = ("overview", "families", "money", "household", "notes")


class Served:
    """A running `cradle app`: its address, and what it wrote."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = [sys.executable, "-m", "cradle", "app", "--city", "toytown", "--scale", "0.3", "--no-browser"]
        self.process = subprocess.Popen(
            [*command, "--port", str(self.port)],
            cwd=ROOT, env={**os.environ, "PYTHONUNBUFFERED": "1", "SOLARA_KERNEL_CULL_TIMEOUT": "3s"},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self.address = f"http://127.0.0.1:{self.port}"
        self.said: list[str] = []
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self._wait_until_it_listens()

    def kernels(self) -> int:
        """Tabs that the server holds something for."""
        with urllib.request.urlopen(f"{self.address}/resourcez") as answer:
            return int(json.load(answer)["kernels"]["total"])

    def megabytes(self) -> float:
        """Memory of the server that is in use, where the system says it in a file."""
        told = Path(f"/proc/{self.process.pid}/statm")
        if not told.is_file():
            pytest.skip("this system has no /proc to read a process's memory from")
        return int(told.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            self._lines.put(line)

    def _wait_until_it_listens(self) -> None:
        until = time.monotonic() + 5 * PATIENCE_SECONDS
        while time.monotonic() < until:
            try:
                if self._lines.get(timeout=1).startswith("page:"):
                    return
            except queue.Empty:
                assert self.process.poll() is None, "".join(self.said)
        raise AssertionError(f"the page did not come: {''.join(self.said)}")

    def end(self) -> None:
        """As Ctrl-C does."""
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()


@pytest.fixture(scope="module")
def served(toytown_founded: Any) -> Iterator[Served]:
    app = Served()
    yield app
    app.end()


@pytest.fixture
def desk(served: Served, visit: Callable[[str], Watched]) -> Iterator[Watched]:
    """The page, opened and built; whatever a test did, nothing may have gone wrong behind it."""
    watched = visit(served.address)
    watched.page.wait_for_selector(".number-month")
    yield watched
    assert watched.errors == []
    assert watched.asked_elsewhere == []
    assert "Traceback" not in watched.text()
    assert not any("Traceback" in line for line in served.said), "".join(served.said)


def month(watched: Watched) -> str:
    """The month that the page shows."""
    return str(watched.page.inner_text(".number-month .number-value"))


def wait_for_month(watched: Watched, wanted: Callable[[str], bool]) -> None:
    """Until the page shows such a month."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not wanted(month(watched)):
        assert time.monotonic() < until, month(watched)
        watched.page.wait_for_timeout(50)


def number(watched: Watched, name: str) -> str:
    """A number of the headline."""
    return str(watched.page.inner_text(f".number-{name}"))


def press(watched: Watched, name: str) -> None:
    """A button, once it may be pressed."""
    watched.page.locator(f".do-{name}:not([disabled])").click()


def test_steps_play_and_reset(desk: Watched) -> None:
    assert month(desk) == "2026-12"
    press(desk, "month")
    wait_for_month(desk, lambda shown: shown == "2027-01")
    press(desk, "year")
    wait_for_month(desk, lambda shown: shown == "2028-01")
    press(desk, "by_year")
    press(desk, "play")
    wait_for_month(desk, lambda shown: shown >= "2034-01")
    press(desk, "play")
    desk.page.wait_for_selector(".do-year:not([disabled])")
    stopped = month(desk)
    assert stopped >= "2034-01" and number(desk, "additional").splitlines()[-1] not in ("+0", "–")
    press(desk, "reset")
    wait_for_month(desk, lambda shown: shown == "2026-12")


def test_a_slider_a_package_and_apply(desk: Watched) -> None:
    """Arrow keys move a slider; a package sets them all; pressing builds the cities again and they differ."""
    handle = desk.page.locator(".slider-childcare_voucher__amount [role=slider]")
    field = desk.page.locator(".slider-childcare_voucher__amount input[type=text]")
    before = field.input_value()
    handle.focus()
    desk.page.keyboard.press("End")
    desk.page.wait_for_selector(".do-apply")
    highest = handle.get_attribute("aria-valuemax") or ""
    _until(lambda: field.input_value() not in (before, ""), desk)
    assert float(field.input_value().replace(",", "")) == float(highest)
    assert handle.get_attribute("aria-label")

    desk.page.locator(".pick-package").click()
    desk.page.get_by_role("option", name=re.compile("Current law")).click()
    _until(lambda: field.input_value() == "0", desk)
    desk.page.wait_for_selector(".slider-childcare_voucher__amount:not(.moved)")

    field.fill("800")
    desk.page.wait_for_selector(".slider-childcare_voucher__amount.moved")
    press(desk, "apply")
    desk.page.wait_for_selector(".do-apply", state="detached")
    assert month(desk) == "2026-12"
    press(desk, "year")
    wait_for_month(desk, lambda shown: shown == "2027-12")
    _until(lambda: float(number(desk, "cost").splitlines()[-1].split()[0].replace(",", "")) > 0, desk)


def test_both_languages_on_every_tab(desk: Watched) -> None:
    """No figure empty or cut off, no glyph missing, and nothing left in the other language."""
    press(desk, "year")
    wait_for_month(desk, lambda shown: shown == "2027-12")
    for lang in ("en", "zh"):
        for tab in TABS:
            desk.page.locator(f".tab-{tab}").click()
            desk.page.wait_for_selector(f".showing-{tab}")
            wrong = [problem for figure in desk.figures() for problem in problems(figure)]
            assert wrong == [], (lang, tab)
            assert tab == "notes" or len(desk.figures()) >= 2, tab
            missing, looked_at = desk.missing_glyphs()
            assert missing == "" and len(looked_at) > 50, (lang, tab)
            chinese = len(re.findall("[\u4e00-\u9fff]", desk.text()))
            assert chinese > 100 if lang == "zh" else chinese <= len("中文"), (lang, tab, chinese)
        press(desk, "language")
        desk.page.wait_for_selector(".lang-zh" if lang == "en" else ".lang-en")


def test_a_missing_glyph_would_be_seen(desk: Watched) -> None:
    desk.page.evaluate("() => document.querySelector('.caution').append('\\u{10FFFD}\\u{E0F3}')")
    assert set(desk.missing_glyphs()[0]) == {"\U0010fffd", "\ue0f3"}


def test_wrong_input_is_said_in_words(desk: Watched) -> None:
    long = "7" * 5000
    for name, text, said in (
        ("seed", "many", "'many'.*whole numbers"),
        ("seed", long, r"7\.\.\.7+ \(5,000 characters\)'.*whole numbers"),
        ("begins", "soon", "'soon'.*YYYY-MM"),
        ("begins", long, r"7\.\.\.7+ \(5,000 characters\)'.*YYYY-MM"),
    ):
        field = desk.page.locator(f".type-{name} input")
        right = field.input_value()
        field.fill(text)
        desk.page.get_by_text(re.compile(said)).first.wait_for()
        assert desk.page.locator(".do-apply").is_disabled()
        field.fill(right)
    field = desk.page.locator(".slider-maternity_leave__days input[type=text]")
    field.fill("100000")
    desk.page.get_by_text(re.compile("'100000'.*allowed")).first.wait_for()
    press(desk, "month")
    wait_for_month(desk, lambda shown: shown == "2027-01")


def test_the_keyboard_reaches_what_the_mouse_does(desk: Watched) -> None:
    """By Tab alone, from the top of the page to its end: play, a slider, a tab; each shows that it has the focus."""
    desk.page.wait_for_selector(".do-play:not([disabled])")
    seen: dict[str, bool] = {}
    for _ in range(MOST_STOPS):
        desk.page.keyboard.press("Tab")
        name, outlined, left = desk.page.evaluate(
            """() => { const e = document.activeElement, s = getComputedStyle(e);
              const outlined = s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0;
              return [e.className + ' ' + (e.getAttribute('role') || ''), outlined, e === document.body]; }"""
        )
        if left:
            break
        seen[name] = outlined
    for wanted in ("do-play", "do-year", "slider", "tab-money", "do-language"):
        found = [outlined for name, outlined in seen.items() if wanted in name]
        assert found and all(found), (wanted, seen)
    desk.page.locator(".do-month").focus()
    desk.page.keyboard.press("Enter")
    wait_for_month(desk, lambda shown: shown == "2027-01")


def test_the_first_stop_of_the_keyboard_skips_the_sliders(desk: Watched) -> None:
    desk.page.keyboard.press("Tab")
    assert desk.page.evaluate("document.activeElement.className") == "skip"
    assert desk.page.locator(".skip").bounding_box()["x"] >= 0.0  # type: ignore[index]
    desk.page.keyboard.press("Enter")
    desk.page.keyboard.press("Tab")
    assert desk.page.evaluate("document.activeElement.closest('.main') !== null")


def test_couples_can_be_followed(desk: Watched) -> None:
    desk.page.locator(".tab-household").click()
    desk.page.wait_for_selector(".figure-life svg")
    first = desk.page.locator(".pick-couple .v-select__selection").inner_text()
    press(desk, "another")
    _until(lambda: desk.page.locator(".pick-couple .v-select__selection").inner_text() != first, desk)
    _until(lambda: desk.page.locator(".living-base .fact").count() >= 5, desk)  # name and facts are drawn one by one


def _until(true: Callable[[], bool], watched: Watched) -> None:
    """Wait for something that playwright has no name for."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < until
        watched.page.wait_for_timeout(50)


@pytest.mark.parametrize(("locale", "lang"), [("zh-CN", "zh"), ("en-GB", "en")])
def test_the_page_opens_in_the_language_of_the_browser(
    locale: str, lang: str, served: Served, visit: Callable[..., Watched]
) -> None:
    page = visit(served.address, locale=locale).page
    page.wait_for_selector(f".frame.lang-{lang}")


KNOCK = """(address) => new Promise(done => {
  const socket = new WebSocket(address);
  socket.onopen = () => { socket.close(); done('open'); };
  socket.onerror = () => done('refused');
})"""
"""What any page may try: open a websocket to a server of this machine."""


def test_a_page_of_another_origin_drives_nothing(served: Served, visit: Callable[..., Watched]) -> None:
    """It opens no websocket, so no kernel is made; it cannot post, and cannot show the page in a frame of its own."""
    socket_address = f"ws://127.0.0.1:{served.port}/jupyter/api/kernels/stranger/channels?session_id=stranger"
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as elsewhere:
        threading.Thread(target=elsewhere.serve_forever, daemon=True).start()
        stranger = visit(f"http://127.0.0.1:{elsewhere.server_port}").page
        _until(lambda: served.kernels() == 0, Watched(stranger, stranger.url))  # tabs of tests before are put away
        assert stranger.evaluate(KNOCK, socket_address) == "refused"
        assert served.kernels() == 0
        answer = stranger.evaluate(
            "a => fetch(a, {method: 'POST', mode: 'no-cors'}).then(() => performance.getEntriesByName(a)[0])"
            ".then(e => e ? e.responseStatus : 0)",
            f"{served.address}/_solara/api/close/stranger?session_id=stranger",
        )
        assert answer in (0, 403)
        stranger.evaluate("a => { document.body.innerHTML = `<iframe src='${a}'></iframe>`; }", served.address)
        stranger.wait_for_timeout(1500)
        frames = [frame for frame in stranger.frames if frame != stranger.main_frame]
        assert len(frames) == 1 and frames[0].locator(".frame").count() == 0
        assert served.kernels() == 0
        elsewhere.shutdown()


def test_the_page_itself_may_knock(served: Served, visit: Callable[..., Watched]) -> None:
    """What the stranger was refused is open to the page's own origin, so that it was the origin that was refused."""
    page = visit(f"{served.address}/readyz").page
    address = f"ws://127.0.0.1:{served.port}/jupyter/api/kernels/own/channels?session_id=own"
    assert page.evaluate(KNOCK, address) == "open"


class Elsewhere(http.server.BaseHTTPRequestHandler):
    """A site of somebody else."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>elsewhere</title><body>elsewhere</body>")

    def log_message(self, *_: object) -> None:
        return


@pytest.mark.long
def test_ten_tabs_are_opened_and_closed_and_their_memory_is_back(served: Served, visit: Callable[..., Watched]) -> None:
    """Ten have cities and an eleventh waits until one is closed; closed, nothing of them is held (they open side by
    side: half a minute on a busy machine)."""
    first = visit(served.address)
    first.page.wait_for_selector(".number-month")
    first.page.goto("about:blank")
    _until(lambda: served.kernels() == 0, first)
    first.page.wait_for_timeout(2500)  # what it held is looked for
    before = served.megabytes()
    context = first.page.context
    tabs = [context.new_page() for _ in range(10)]
    for tab in tabs:
        tab.goto(served.address, wait_until="commit")
    for tab in tabs:
        tab.wait_for_selector(".number-month")
    waits = context.new_page()
    waits.goto(served.address)
    waits.get_by_text("10 tabs with cities are open").wait_for()
    opened = served.megabytes()
    tabs[0].goto("about:blank")
    _until(lambda: served.kernels() == 10, first)
    waits.locator(".do-enter").click()
    waits.wait_for_selector(".number-month")
    for tab in (*tabs, waits):
        tab.goto("about:blank")
    _until(lambda: served.kernels() == 0, first)
    first.page.wait_for_timeout(2500)
    assert served.megabytes() - before < 0.5 * (opened - before), (before, opened, served.megabytes())
