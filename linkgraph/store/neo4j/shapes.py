"""Rows of a run as Neo4j's importer wants them: columns named as its headers are, labels in one column.

Pure: Arrow batches in and out. What is made here is what `queries/neo4j/build` makes; a test compares the two graphs.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

_HIGH: Final = 0.8  # as in `build/accounts`

_TYPES: Final = {
    pa.string(): "string",
    pa.float64(): "double",
    pa.bool_(): "boolean",
    pa.int32(): "long",
    pa.int64(): "long",
    pa.list_(pa.string()): "string[]",
    pa.list_(pa.float64()): "double[]",
}


def accounts(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Nodes of accounts."""
    labels = [
        pa.scalar("Account"),
        _if(batch["flagged"], "Flagged"),
        _if(pc.greater_equal(batch["risk"], _HIGH), "RiskHigh"),
        pc.if_else(pc.equal(batch["role"], "unknown"), pa.scalar(None, pa.string()), _capital(batch["role"])),
    ]
    return _node({"id:ID(Account)": batch["account_id"]}, _values(batch, {"account_id"}), labels)


def identifiers(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Nodes of identifiers."""
    labels = [pa.scalar("Identifier"), _capital(batch["kind"]), _if(pc.invert(batch["counted"]), "Hub")]
    return _node({"key:ID(Identifier)": _key(batch)}, _values(batch, {"identifier"}), labels)


def used(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Relationships from accounts to identifiers."""
    ends = {":START_ID(Account)": batch["account_id"], ":END_ID(Identifier)": _key(batch)}
    return pa.RecordBatch.from_pydict(ends | _values(batch, {"account_id", "kind", "identifier"}))


def links(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Relationships between accounts."""
    ends = {":START_ID(Account)": batch["account_a"], ":END_ID(Account)": batch["account_b"]}
    return pa.RecordBatch.from_pydict(ends | _values(batch, {"account_a", "account_b"}))


def pointer(epoch: int) -> pa.Table:
    """The pointer of a graph that has seen neither schema nor run; a reader of another graph must see it by `epoch`."""
    row = {
        "name:ID(Pointer)": "published",
        "last_seq:long": 0,
        "epoch:long": epoch,
        "schema:long": 0,
        ":LABEL": "Pointer",
    }
    return pa.Table.from_pylist([row])


IMPORTED: Final[Mapping[str, tuple[Callable[[pa.RecordBatch], pa.RecordBatch], str]]] = {
    "accounts": (accounts, "--nodes="),
    "identifiers": (identifiers, "--nodes="),
    "used": (used, "--relationships=USED="),
    "links": (links, "--relationships=LINKED="),
}
"""Tables that go by the importer: their shape, and the option that takes the file. The others are small."""


def has_empty_text(batch: pa.RecordBatch) -> Any:
    """Mask of the rows with an empty text, which the importer takes for an absent one."""
    mask = pa.array([False] * batch.num_rows, pa.bool_())
    for column, field in zip(batch.columns, batch.schema, strict=True):
        if field.type == pa.string():
            mask = pc.or_(mask, pc.fill_null(pc.equal(column, ""), False))
    return mask


def _node(key: dict[str, Any], values: dict[str, Any], labels: list[Any]) -> pa.RecordBatch:
    joined = pc.binary_join_element_wise(*labels, ";", null_handling="skip")
    return pa.RecordBatch.from_pydict({**key, **values, ":LABEL": joined})


def _values(batch: pa.RecordBatch, but: set[str]) -> dict[str, Any]:
    return {f"{field.name}:{_TYPES[field.type]}": batch[field.name] for field in batch.schema if field.name not in but}


def _key(batch: pa.RecordBatch) -> Any:
    return pc.binary_join_element_wise(batch["kind"], batch["identifier"], ":")


def _if(mask: Any, label: str) -> Any:
    return pc.if_else(mask, pa.scalar(label), pa.scalar(None, pa.string()))


def _capital(texts: Any) -> Any:
    first, rest = pc.utf8_slice_codeunits(texts, 0, 1), pc.utf8_slice_codeunits(texts, 1)
    return pc.binary_join_element_wise(pc.utf8_upper(first), rest, "")
