"""A browser without a network for tests of the page and of reports; skipped with a word where there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser.chromium import NotHereError, chinese_font, chromium
from tests.browser.watched import Watched

PATIENCE_SECONDS = 120
"""How long a thing may take to appear. Nothing waits this long unless the machine is very busy."""
LAPTOP = {"width": 1366, "height": 768}
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Chromium, without a window, that finds no machine but this one."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install '.[dev]'")
    lock = tmp_path_factory.getbasetemp().parent / "apt.lock"
    try:
        path = chromium(lock)
        chinese_font(lock)
    except NotHereError as error:
        pytest.skip(f"no test in a browser: {error}")
    with playwright.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=path, args=FLAGS, chromium_sandbox=False)
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[..., Watched]]:
    """Opens an address in a browser of its own (no shared storage) and watches what it says and asks for."""
    contexts = []

    def to(address: str, locale: str = "en-GB") -> Watched:
        context = browser.new_context(viewport=LAPTOP, locale=locale)
        context.set_default_timeout(1000 * PATIENCE_SECONDS)
        contexts.append(context)
        return Watched(context.new_page(), address)

    yield to
    for context in contexts:
        context.close()
