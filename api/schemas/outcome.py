"""What became of a verdict in a run."""

from typing import Literal, Self

from pydantic import Field

from api.schemas.base import AccountIdOut, Answer, Wire
from linkgraph.casework.outcome import Came, Outcome, Shrunk


class CameOut(Wire):
    """An account that was foreseen to lose or to get a flag."""

    account_id: AccountIdOut
    foreseen: Literal["released", "condemned"] = Field(description="lose its flag, or get one")
    as_foreseen: bool = Field(description="this is so in the run")
    flagged: bool | None = Field(description="null where the run does not know the account")
    ring_id: str | None = Field(examples=["R-b249a6f2f726"])

    @classmethod
    def of(cls, came: Came) -> Self:
        """From the domain value."""
        return cls(
            account_id=came.account_id,
            foreseen=came.foreseen,
            as_foreseen=came.as_foreseen,
            flagged=came.flagged,
            ring_id=came.ring_id,
        )


class ShrunkOut(Wire):
    """A ring that was foreseen to shrink."""

    ring_id: str = Field(examples=["R-b249a6f2f726"])
    size: int | None = Field(description="its members in the run; null where no ring has that id there")

    @classmethod
    def of(cls, ring: Shrunk) -> Self:
        """From the domain value."""
        return cls(ring_id=ring.ring_id, size=ring.size)


class OutcomeOut(Wire):
    """What the verdict changed in the run, beside what was foreseen when it was proposed."""

    acted: bool = Field(description="the run was made with this verdict in force")
    pairs_parted: int = Field(description="pairs of accounts between which it ruled evidence out", examples=[15])
    accounts_parted: int = Field(description="accounts in these pairs", examples=[6])
    together: list[AccountIdOut] = Field(
        description="those of them that are in one ring with somebody they were parted from, by other evidence"
    )
    together_more: bool = Field(description="there are more than are listed")
    accounts: list[CameOut] = Field(description="foreseen to lose or get a flag; first what has not come about")
    accounts_more: bool = Field(description="there are more than are listed")
    rings: list[ShrunkOut] = Field(description="foreseen to shrink")

    @classmethod
    def of(cls, found: Outcome, most: int) -> Self:
        """From the domain value, with at most so many accounts in a list."""
        return cls(
            acted=found.acted,
            pairs_parted=found.pairs_parted,
            accounts_parted=found.accounts_parted,
            together=list(found.together[:most]),
            together_more=len(found.together) > most,
            accounts=[CameOut.of(each) for each in found.accounts[:most]],
            accounts_more=len(found.accounts) > most,
            rings=[ShrunkOut.of(each) for each in found.rings],
        )


class OutcomeAnswer(Answer[OutcomeOut]):
    """An outcome, in one run."""
