"""Everything that is drawn before the feeds: who exists, what they hold, where and when they come."""

from dataclasses import dataclass

import pyarrow as pa

from linkgraph.simulate.draws import Ints
from linkgraph.simulate.places import Crowds, crowds
from linkgraph.simulate.population import Population, populate
from linkgraph.simulate.render import known, numbered
from linkgraph.simulate.rounds import meet
from linkgraph.simulate.sessions import Sessions, attend
from linkgraph.simulate.sharing import Holdings, hold
from linkgraph.simulate.world import World

_SEVEN_DIGITS = 10**7
_ROOM = 10**8  # numbers that a part of a world has for each sort of row


@dataclass(frozen=True, slots=True)
class Scene:
    """A world without its feeds. holdings: by kind. crowds: what strangers share."""

    world: World
    people: Population
    holdings: dict[str, Holdings]
    crowds: Crowds
    sessions: Sessions

    def account_ids(self, accounts: Ints) -> pa.Array:
        """Public ids of accounts; null where the index is negative."""
        first = self.world.part.first
        width = 7 if first + self.world.accounts <= _SEVEN_DIGITS else 8
        return known(numbered("A", accounts + first, width), accounts >= 0)

    def numbered(self, prefix: str, rows: Ints) -> pa.Array:
        """Public ids of rows of a feed, of sessions, of groups; null where the number is negative."""
        return known(numbered(prefix, rows + self.world.part.number * _ROOM, 10), rows >= 0)


def build(world: World) -> Scene:
    """Draw a world."""
    people = populate(world)
    public = crowds(world, people.groups)
    holdings = hold(world, people, {crowd.shows: crowd for crowd in (public.terminal, public.test_card)})
    rounds = meet(world, people, public.carrier)
    return Scene(world, people, holdings, public, attend(world, people, holdings["device"], rounds))
