"""The ground truth beside the feeds: who is what, and which groups there are."""

import numpy as np
import pyarrow as pa

from linkgraph.simulate.designs import DESIGNS, GROUP_KINDS, shown_as
from linkgraph.simulate.draws import Ints
from linkgraph.simulate.places import Crowd
from linkgraph.simulate.population import ROLES
from linkgraph.simulate.render import chosen, constant, numbered
from linkgraph.simulate.scene import Scene

_TYPOLOGIES = tuple(sorted({design.typology for design in DESIGNS}))  # the innocent have the empty one
_KIND_NAMES = tuple(kind.name for kind in GROUP_KINDS)


def truth_tables(scene: Scene) -> dict[str, list[pa.Table]]:
    """Tables `accounts` (its one group and role), `groups`, and `crowds` (who may use which public thing)."""
    crowds = scene.crowds.all()
    return {
        "accounts": [_accounts(scene)],
        "groups": [_groups(scene), *(_crowd_groups(crowd) for crowd in crowds)],
        "crowds": [_crowd_members(scene, crowd) for crowd in crowds],
    }


def _accounts(scene: Scene) -> pa.Table:
    people = scene.people
    kind = np.append(people.groups.kind, -1)[people.group]
    return pa.table(
        {
            "account_id": scene.account_ids(np.arange(len(people), dtype=np.int64)),
            "group_kind": chosen(_KIND_NAMES, kind),
            "group_id": scene.numbered("G", people.group),
            "role": chosen(ROLES, people.role),
        }
    )


def _groups(scene: Scene) -> pa.Table:
    groups = scene.people.groups
    shares = pa.array([shown_as(design) for design in DESIGNS], pa.list_(pa.string()))
    rings = np.array([kind.is_ring for kind in GROUP_KINDS])
    return pa.table(
        {
            "group_id": scene.numbered("G", np.arange(len(groups.size), dtype=np.int64)),
            "group_kind": chosen(_KIND_NAMES, groups.kind),
            "is_ring": pa.array(rings[groups.kind]),
            "size": pa.array(groups.size),
            "shares": shares.take(pa.array(groups.design)),
            "design": chosen(tuple(design.name for design in DESIGNS), groups.design),
            "typology": chosen(_TYPOLOGIES, np.array([_TYPOLOGIES.index(d.typology) for d in DESIGNS])[groups.design]),
        }
    )


def _crowd_groups(crowd: Crowd) -> pa.Table:
    size = crowd.size()
    number = np.arange(len(size), dtype=np.int64) + crowd.first
    return pa.table(
        {
            "group_id": _crowd_ids(crowd, number),
            "group_kind": constant(crowd.name, len(size)),
            "is_ring": pa.array(np.zeros(len(size), dtype=np.bool_)),
            "size": pa.array(size),
            "shares": pa.array([[crowd.shows]] * len(size), pa.list_(pa.string())),
            "design": constant(crowd.name, len(size)),
            "typology": constant("", len(size)),
        }
    )


def _crowd_members(scene: Scene, crowd: Crowd) -> pa.Table:
    users = np.flatnonzero(crowd.address >= 0)
    return pa.table({"account_id": scene.account_ids(users), "group_id": _crowd_ids(crowd, crowd.address[users])})


def _crowd_ids(crowd: Crowd, address: Ints) -> pa.Array:
    return numbered(f"{crowd.name}-", address, 6)
