"""The kit over HTTP, for the Neo4j Browser on the same machine: style, start guide, saved queries, and the guide of any
ring or account, made from the published run when it is asked for.

Only loopback is listened on and only names of loopback are answered, so that no page from elsewhere gets at a guide by
a name of its own; only pages of the Browser's origin may read what is answered. A guide holds what the graph holds.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final, NamedTuple
from urllib.parse import quote, unquote, urlsplit

from linkgraph.errors import LinkgraphError, NotFoundError
from linkgraph.kit import fixed_files, guides
from linkgraph.store.base import GraphView

BROWSER: Final = "http://localhost:7474/browser/"
"""Where the Neo4j Browser is if nothing else is said."""

OpenView = Callable[[], AbstractContextManager[GraphView]]

_HOST: Final = re.compile(r"(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?")
_TYPES: Final = {"html": "text/html", "grass": "text/plain", "cypher": "text/plain", "zip": "application/zip"}
_GUIDES: Final = {"rings": guides.ring_guide, "accounts": guides.account_guide}
_SECONDS: Final = 30.0
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    # A guide that is opened as a page of its own may do nothing at all.
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
    "Vary": "Origin",
}


class Page(NamedTuple):
    """What is answered: a status, a media type, a body."""

    status: HTTPStatus
    media_type: str = "text/plain"
    body: bytes = b""


def guide_address(port: int, group: str, name: str) -> str:
    """Where the kit served at `port` has the guide of a ring or account; `group` is `rings` or `accounts`.

    By the name of the host: the Browser takes guides from `localhost` and not from 127.0.0.1.
    """
    return f"http://localhost:{port}/{group}/{quote(name, safe='')}.html"


def deep_link(browser: str, port: int, group: str, name: str) -> str:
    """The address that opens the Neo4j Browser at `browser` with that guide."""
    return f"{browser}?cmd=guide&arg={quote(guide_address(port, group, name), safe='')}"


def origin_of(address: str) -> str:
    """Scheme, host and port of an address, as browsers name the origin of its pages."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".lower()


def page_of(path: str, files: Mapping[str, bytes], open_view: OpenView) -> Page:
    """The answer to a request for `path`, which is percent-encoded as it was sent."""
    name = path.partition("?")[0].removeprefix("/")
    file = files.get(unquote(name))
    if file is not None:
        return Page(HTTPStatus.OK, _TYPES[name.rpartition(".")[2]], file)
    group, _, last = name.partition("/")
    if group not in _GUIDES or not last.endswith(".html") or "/" in last:
        return Page(HTTPStatus.NOT_FOUND)
    try:
        with open_view() as view:
            text = _GUIDES[group](view, unquote(last.removesuffix(".html"), errors="strict"))
    except (NotFoundError, UnicodeDecodeError):
        return Page(HTTPStatus.NOT_FOUND)
    except LinkgraphError:
        return Page(HTTPStatus.SERVICE_UNAVAILABLE)
    return Page(HTTPStatus.OK, "text/html", text.encode())


def server_of(port: int, browser: str, open_view: OpenView) -> ThreadingHTTPServer:
    """A server on loopback, not yet serving; port 0 takes a free one. OSError if the port is taken.

    browser: address of the Neo4j Browser, whose pages alone may read what is answered.
    """
    files, origin = fixed_files(), origin_of(browser)

    class Handler(_Handler):
        def page(self) -> Page:
            return page_of(self.path, files, open_view)

        def is_reader(self, asked: str | None) -> bool:
            return asked is not None and asked.lower() == origin

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "linkgraph"
    sys_version = ""
    timeout = _SECONDS

    def page(self) -> Page:
        raise NotImplementedError

    def is_reader(self, asked: str | None) -> bool:
        raise NotImplementedError

    def do_GET(self) -> None:
        self._answer(self.page() if self._is_ours() else Page(HTTPStatus.MISDIRECTED_REQUEST))

    def do_OPTIONS(self) -> None:
        """The Browser asks first, since it sends headers of its own; without this answer it knows no guide."""
        self._answer(Page(HTTPStatus.NO_CONTENT if self._is_ours() else HTTPStatus.MISDIRECTED_REQUEST))

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a path names whom somebody looks at."""

    def _is_ours(self) -> bool:
        hosts = self.headers.get_all("Host") or []
        return len(hosts) == 1 and _HOST.fullmatch(hosts[0].lower()) is not None

    def _answer(self, page: Page) -> None:
        self.send_response(page.status)
        for name, value in (_HEADERS | self._allowed()).items():
            self.send_header(name, value)
        if page.status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Type", f"{page.media_type}; charset=utf-8")
            self.send_header("Content-Length", str(len(page.body)))
        self.end_headers()
        self.wfile.write(page.body)

    def _allowed(self) -> dict[str, str]:
        origin = self.headers.get("Origin")
        if origin is None or not self.is_reader(origin):
            return {}
        return {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Methods": "GET",
            # Asked for: cache-control, pragma, and what the Browser's own watching of errors adds.
            "Access-Control-Allow-Headers": "*",
        }
