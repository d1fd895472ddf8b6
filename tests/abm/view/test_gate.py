"""Who may talk to the page: its own browser on this machine, and no more kernels than there is room for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

pytest.importorskip("solara", reason="the page is an extra: pip install '.[dashboard]'")

from abm.view.dashboard import gate, sessions

OWN = ("127.0.0.1:8765", "http://127.0.0.1:8765")


@pytest.mark.parametrize(
    ("kind", "host", "origin", "passes"),
    [
        ("websocket", *OWN, True),
        ("websocket", "localhost:9000", "http://localhost:9000", True),  # through a tunnel, say
        ("websocket", OWN[0], "http://127.0.0.1:3000", False),  # another server of this machine
        ("websocket", OWN[0], "http://localhost:8765", False),
        ("websocket", OWN[0], "https://elsewhere.example", False),
        ("websocket", OWN[0], "null", False),  # a file, or a frame without rights
        ("websocket", OWN[0], None, False),
        ("websocket", "elsewhere.example:8765", "http://elsewhere.example:8765", False),  # a name pointed here
        ("http", *OWN, True),
        ("http", OWN[0], None, True),  # a visit
        ("http", OWN[0], "https://elsewhere.example", False),
        ("http", "elsewhere.example:8765", None, False),
        ("http", "127.0.0.1.elsewhere.example", None, False),
        ("http", "", None, False),
    ],
)
def test_only_the_page_itself_is_answered(kind: str, host: str, origin: str | None, passes: bool) -> None:
    reached, sent = asked(kind, host, origin)
    assert reached is passes
    if passes and kind == "http":
        assert (b"content-security-policy", b"frame-ancestors 'self'") in sent[0]["headers"]
    elif not passes:
        assert sent[0]["type"] == "websocket.close" if kind == "websocket" else sent[0]["status"] in (400, 403)


def test_one_kernel_too_many_is_refused_and_those_there_may_come_back() -> None:
    full = [f"k{number}" for number in range(sessions.MOST_KERNELS)]
    assert asked("websocket", *OWN, kernels=full)[0] is False
    assert asked("websocket", *OWN, kernels=full, kernel="k3")[0] is True
    assert asked("websocket", *OWN, kernels=full[1:])[0] is True


def asked(
    kind: str, host: str, origin: str | None, kernels: Sequence[str] = (), kernel: str = "new"
) -> tuple[bool, list[Any]]:
    """(whether a request comes through to the page, what is answered)."""
    reached: list[bool] = []
    sent: list[Any] = []

    async def page(scope: Any, receive: Any, send: Any) -> None:
        reached.append(True)
        await send({"type": f"{kind}.accept" if kind == "websocket" else "http.response.start", "headers": []})

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": f"{kind}.connect"}

    headers = [(b"host", host.encode()), *([(b"origin", origin.encode())] if origin else [])]
    scope = {"type": kind, "path": f"{gate.KERNELS}{kernel}/channels", "headers": headers}

    async def ask() -> None:
        await gate.guarded(page, lambda: kernels)(scope, receive, send)

    asyncio.run(ask())
    return bool(reached), sent
