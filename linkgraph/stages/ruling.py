"""What reviewers ruled, as a night acts on it: the verdicts in force as a table of the run, and whom they part."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linkgraph.detect.propagation import Links, Split, split_apart
from linkgraph.engine.duckdb import write_parquet
from linkgraph.model import Verdict
from linkgraph.runs import Run
from linkgraph.stages.night import Night
from linkgraph.tables import VERDICTS


def keep(run: Run, verdicts: Sequence[Verdict]) -> None:
    """Write the verdicts in force into a run's folder; without any there is no table."""
    if verdicts:
        table = pa.Table.from_pylist(_rows(verdicts), VERDICTS)
        write_parquet(run.work("verdicts"), table.schema, table.to_batches())


def described(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """What the record of a night says of its verdicts: their ids, and a digest of all that they say."""
    rows = _rows(verdicts)
    digest = hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()[:16]
    return {"digest": digest, "in_force": [row["verdict_id"] for row in rows]}


def _rows(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    rows = [asdict(each) for each in sorted(verdicts, key=lambda each: each.verdict_id)]
    return [row | {"accounts": sorted(row["accounts"]), "class": row.pop("class_name")} for row in rows]


def is_refuted(night: Night, account: NDArray[np.int32], identifier: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Which of these links carry nothing, since people ruled their account apart from all others there."""
    refuted, size = night.columns("refuted_links"), max(night.size("identifiers_named"), 1)
    keys = refuted["account"].astype(np.int64) * size + refuted["identifier"]
    found: NDArray[np.bool_] = np.isin(account.astype(np.int64) * size + identifier, keys)
    return found


def ruled_apart(night: Night, links: Links) -> Split:
    """The identifiers of `links` over which people ruled some accounts apart and left others linked."""
    apart = night.columns("apart")
    told = ~np.isnan(apart["identifier"].astype(np.float64))
    a, b, identifier = (apart[name][told].astype(np.int32) for name in ("a", "b", "identifier"))
    return split_apart(links, (a, b, identifier))
