"""`cradle app`: build the cities once, so that what is wrong is said at once, then serve the page on this machine."""

from __future__ import annotations

import os
import socket
import threading
import time
import warnings
import webbrowser
from collections.abc import Callable

from abm.view.dashboard.sessions import FORGOTTEN_AFTER
from policies.errors import InputError
from policies.messages import language, tr

HOST = "127.0.0.1"
PORTS = (1, 65535)


def serve(
    city: str, scale: float, port: int, browser: bool, say: Callable[[str], None], lang: str | None = None
) -> None:
    """Serve the page until it is interrupted; it opens in ``lang``, without one in its browser's language.

    InputError for a city, scale or port that cannot be.
    """
    check_port(port)
    check_installed()
    from abm.city.loading import load_city

    load_city(city)
    say(tr("preparing the cities; the first time on a machine the model is compiled, which takes some minutes"))
    from abm.view.dashboard.cities import DashboardModel

    model = DashboardModel(city, scale=scale)
    model.step()
    say(
        tr("{city}: {residents:,} simulated residents in each of the two cities").format(
            city=model.city.labels[language()], residents=model.residents
        )
    )
    _serve_page(city, scale, port, browser, say, lang)


def check_port(port: int) -> None:
    """InputError unless the port can be listened on."""
    if not PORTS[0] <= port <= PORTS[1]:
        raise InputError(
            tr("--port: found {port}; allowed {first} to {last}").format(port=port, first=PORTS[0], last=PORTS[1])
        )
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise InputError(
                tr("--port: found {port}, which cannot be used ({strerror}); choose another").format(
                    port=port, strerror=error.strerror
                )
            ) from None


def check_installed() -> None:
    """InputError if the libraries of the page are missing; they are an extra."""
    try:
        import solara  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError as error:
        raise InputError(
            tr("cradle app: {module} is not installed; in the checkout: pip install -e '.[dashboard]'").format(
                module=error.name
            )
        ) from None


def _serve_page(
    city: str, scale: float, port: int, browser: bool, say: Callable[[str], None], lang: str | None
) -> None:
    """Run Solara's server in this process, without its calls to other machines."""
    os.environ["SOLARA_APP"] = "abm.view.dashboard.page"
    os.environ.setdefault("SOLARA_TELEMETRY_MIXPANEL_ENABLE", "False")
    warnings.filterwarnings("ignore", message="Cookies with samesite")  # of Solara, for pages inside other pages
    import uvicorn
    from solara.server import kernel_context, settings
    from solara.server.starlette import app

    from abm.view.dashboard import desk
    from abm.view.dashboard.gate import guarded

    if "SOLARA_KERNEL_CULL_TIMEOUT" not in os.environ:
        settings.kernel.cull_timeout = FORGOTTEN_AFTER
    settings.main.mode, settings.theme.show_banner, settings.theme.loader = "production", False, "plain"
    desk.CITY.update(city=city, scale=scale)
    desk.ASKED["lang"] = lang
    server = uvicorn.Server(
        uvicorn.Config(
            guarded(app, lambda: kernel_context.contexts), host=HOST, port=port, log_level="error", access_log=False
        )
    )
    address = f"http://{HOST}:{port}"
    threading.Thread(target=_announce, args=(server, address, browser, say), daemon=True).start()
    server.run()


def _announce(server: object, address: str, browser: bool, say: Callable[[str], None]) -> None:
    """Once the server listens, say where, and open a browser if wanted."""
    while not getattr(server, "started", False):
        time.sleep(0.05)
    say(tr("page: {address}  (Ctrl-C ends it)").format(address=address))
    if browser:
        webbrowser.open(address)
