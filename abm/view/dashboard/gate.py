"""Who may talk to the page: a browser that opened it on this machine, and no page of another site in that browser.

A page is served to everybody who asks on the loopback address, and any site that a person has open may ask there too.
Three things stop it: the Host must name this machine (else a name of another site was pointed here), the Origin must be
the page's own (browsers let any page open a websocket), and no other site may show the page in a frame.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse
from starlette.websockets import WebSocketClose

from abm.view.dashboard.sessions import MOST_KERNELS

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOSTS = ("127.0.0.1", "localhost")
"""Names under which the page is asked for. A browser adds the port, which must then be that of the Origin."""
KERNELS = "/jupyter/api/kernels/"
"""Websockets stand under this path, the name of a tab's kernel first."""


def guarded(app: ASGIApp, kernels: Callable[[], Collection[str]]) -> ASGIApp:
    """The app behind all checks; ``kernels`` says which tabs are connected."""
    return Gate(TrustedHostMiddleware(app, allowed_hosts=HOSTS, www_redirect=False), kernels)


class Gate:
    """Refuses what comes from a page of another site, and more tabs than can be served, before any kernel is made."""

    def __init__(self, app: ASGIApp, kernels: Callable[[], Collection[str]]) -> None:
        self.app = app
        self.kernels = kernels

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on or answer one request."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        is_socket = scope["type"] == "websocket"
        own = is_own_origin(Headers(scope=scope), must_say=is_socket)
        if own and not (is_socket and self._is_full_for(scope["path"])):
            await self.app(scope, receive, _unframed(send))
        elif is_socket:
            await WebSocketClose()(scope, receive, send)  # answers 403, since nothing was accepted
        else:
            await PlainTextResponse("not from another site", status_code=403)(scope, receive, send)

    def _is_full_for(self, path: str) -> bool:
        """Whether a websocket would make one kernel too many; those that are there may always come back."""
        connected = self.kernels()
        return len(connected) >= MOST_KERNELS and path.removeprefix(KERNELS).partition("/")[0] not in connected


def is_own_origin(headers: Headers, must_say: bool) -> bool:
    """Whether a request comes from the page itself: its Origin is the Host that it asks, a name of this machine.
    Browsers name it with every websocket and with whatever changes something; with a plain visit they need not."""
    origin = headers.get("origin")
    if origin is None:
        return not must_say
    scheme, _, site = origin.lower().partition("://")
    asked = headers.get("host", "").lower()
    return scheme in ("http", "https") and site == asked and site.partition(":")[0] in HOSTS


def _unframed(send: Send) -> Send:
    """What is sent, with the word to browsers that only this page itself may show it in a frame."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)["Content-Security-Policy"] = "frame-ancestors 'self'"
        await send(message)

    return sent
