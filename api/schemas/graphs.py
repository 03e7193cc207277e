"""Accounts and identifiers as a graph on the wire."""

from typing import Self

from pydantic import Field

from api.schemas.base import AccountIdOut, Answer, Kind, Membership, Risk, Role, Time, Token, Wire
from linkgraph.explain.drawing import Drawing, Edge, Node


class NodeOut(Wire):
    """An account, an identifier, or a group of alike ones; what does not apply is null."""

    id: str = Field(description="'account:ID', 'kind:token' or 'group:...'", examples=["account:A1"])
    type: str = Field(description="account, identifier or group", examples=["account"])
    account_id: AccountIdOut | None = Field(description="of a group, the first of its accounts")
    role: Role | None
    flagged: bool | None
    risk: Risk | None
    membership: Membership | None = Field(description="in the ring")
    kind: Kind | None
    identifier: Token | None
    degree: int | None = Field(description="accounts of the whole run that used it", examples=[3])
    class_name: str | None = Field(examples=[None])
    counted: bool | None = Field(description="false for hubs: shown, not gone through")
    hop: int | None = Field(description="hops from the account asked for", examples=[1])
    size: int = Field(description="accounts or identifiers it stands for", examples=[1])
    alike: list[str] = Field(description="ids of the nodes a group stands for", examples=[[]])
    x: float | None = Field(description="where to draw it, from 0 to 1; null around an account", examples=[0.25])
    y: float | None = Field(examples=[0.75])

    @classmethod
    def of(cls, node: Node) -> Self:
        """From a node."""
        account, found = node.account, node.identifier
        return cls(
            id=node.node_id,
            type=node.type,
            account_id=account.account_id if account else None,
            role=account.role if account else None,
            flagged=account.flagged if account else None,
            risk=account.risk if account else None,
            membership=node.membership,
            kind=found.kind if found else None,
            identifier=found.identifier if found else None,
            degree=found.degree if found else None,
            class_name=found.class_name if found else None,
            counted=found.counted if found else None,
            hop=node.hop,
            size=node.size,
            alike=list(node.alike),
            x=node.x,
            y=node.y,
        )


class EdgeOut(Wire):
    """A use of an identifier by an account, or what two accounts did with each other (`signs`)."""

    source: str = Field(examples=["account:A1"])
    target: str = Field(examples=["device:9f2c31d07a"])
    first_seen: Time | None
    last_seen: Time | None
    n: int | None = Field(description="observations", examples=[3])
    sessions: int | None = Field(examples=[2])
    days: int | None = Field(description="distinct days", examples=[2])
    signs: list[str] = Field(examples=[[]])

    @classmethod
    def of(cls, edge: Edge) -> Self:
        """From an edge."""
        return cls.model_validate(edge)


class Hidden(Wire):
    """What is known and not drawn: things that nobody else used, uses by accounts that are not shown, what was cut."""

    nodes: int = Field(examples=[12])
    edges: int = Field(examples=[40])


class GraphOut(Wire):
    """Nodes by id, edges by their ends."""

    nodes: list[NodeOut]
    edges: list[EdgeOut]
    hidden: Hidden

    @classmethod
    def of(cls, drawing: Drawing) -> Self:
        """From a drawing."""
        return cls(
            nodes=[NodeOut.of(each) for each in drawing.nodes],
            edges=[EdgeOut.of(each) for each in drawing.edges],
            hidden=Hidden(nodes=drawing.hidden_nodes, edges=drawing.hidden_edges),
        )


class GraphAnswer(Answer[GraphOut]):
    """A graph."""
