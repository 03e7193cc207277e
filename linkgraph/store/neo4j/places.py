"""Which homes there are in a home of linkgraph, and how each is configured."""

import secrets
from collections.abc import Callable

from linkgraph.settings import Settings
from linkgraph.store.neo4j import Login, login_of
from linkgraph.store.neo4j.homes import Place, write_secret
from linkgraph.store.neo4j.loader import Load
from linkgraph.store.server import EXPLORE, home_text


def graph_place(settings: Settings) -> Place:
    """Where the home of the server stands that readers are sent to."""
    return Place(settings.home / "neo4j", "graph", settings.neo4j_lib)


def graph_load(settings: Settings, at: Callable[[str], None]) -> Load:
    """How that home is filled: a server at the address of the settings, with their password."""
    login = login_of(settings)
    return Load(graph_place(settings), login, home_text(*_listening(login)), settings.threads, at)


def explore_place(settings: Settings) -> Place:
    """Where the home of the exploration instance stands."""
    return Place(settings.home / "neo4j", "explore", settings.neo4j_lib)


def explore_login(settings: Settings) -> Login:
    """How the exploration instance is reached: its own address, and its own password, drawn when first asked for."""
    secret = settings.home / "neo4j" / "explore_auth"
    if not secret.exists():
        secret.parent.mkdir(parents=True, exist_ok=True)
        write_secret(secret, f"neo4j/{secrets.token_hex(16)}")
    user, _, password = secret.read_text(encoding="ascii").strip().partition("/")
    return Login(settings.neo4j_explore_uri, user, password)


def explore_load(settings: Settings, at: Callable[[str], None], starts: bool) -> Load:
    """How its home is filled, while the one in use goes on being served."""
    login = explore_login(settings)
    text = home_text(*_listening(login), EXPLORE)
    return Load(explore_place(settings), login, text, settings.threads, at, replaces=True, starts=starts)


def _listening(login: Login) -> tuple[str, int]:
    host, _, port = login.place.rpartition(":")
    return host, int(port)
