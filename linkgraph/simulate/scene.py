"""Everything that is drawn before the feeds: who exists, what they hold, where and when they come."""

from dataclasses import dataclass

from linkgraph.simulate.places import Crowds, crowds
from linkgraph.simulate.population import Population, populate
from linkgraph.simulate.rounds import meet
from linkgraph.simulate.sessions import Sessions, attend
from linkgraph.simulate.sharing import Holdings, hold
from linkgraph.simulate.world import World


@dataclass(frozen=True, slots=True)
class Scene:
    """A world without its feeds. holdings: by kind. crowds: what strangers share."""

    world: World
    people: Population
    holdings: dict[str, Holdings]
    crowds: Crowds
    sessions: Sessions


def build(world: World) -> Scene:
    """Draw a world."""
    people = populate(world)
    public = crowds(world, people.groups)
    holdings = hold(world, people, {crowd.shows: crowd for crowd in (public.terminal, public.test_card)})
    rounds = meet(world, people, public.carrier)
    return Scene(world, people, holdings, public, attend(world, people, holdings["device"], rounds))
