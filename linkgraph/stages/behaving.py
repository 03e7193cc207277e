"""behave: what the feeds say of each account's own acts, signal by signal."""

import numpy as np
import pyarrow as pa

from linkgraph.detect import behaviour
from linkgraph.stages.night import Counts, Night

_SCHEMA = pa.schema(
    [
        ("account", pa.int32()),
        ("signal", pa.int16()),
        ("value", pa.float64()),
        ("excess", pa.float64()),
        ("rate", pa.float64()),
        ("seen", pa.int64()),
    ]
)


def behave(night: Night) -> Counts:
    """Feeds -> `signals`: one row per account and signal in which it stands above the median of all accounts."""
    night.work("moves")
    since = {row["name"]: row["since"] for row in night.engine.read("behaviour_known").to_pylist()}
    wanted = behaviour.evaluated(since, night.clock // 1_000_000)
    parts = [_SCHEMA.empty_table()]
    counts: Counts = {f"not_evaluated_{signal.name}": 1 for signal in behaviour.SIGNALS if signal not in wanted}
    for step in behaviour.STEPS:
        night.work(step)
        columns = night.columns(step)
        for signal in (each for each in wanted if each.step == step):
            standing = behaviour.stand(signal, columns, night.size("roster"))
            parts.append(_rows(signal, standing))
            counts[f"above_median_{signal.name}"] = len(standing.account)
    night.keep("signals", pa.concat_tables(parts).sort_by([("account", "ascending"), ("signal", "ascending")]))
    return counts


def _rows(signal: behaviour.Signal, standing: behaviour.Standing) -> pa.Table:
    return pa.table(
        {
            "account": standing.account,
            "signal": np.full(len(standing.account), behaviour.NAMES.index(signal.name), np.int16),
            "value": standing.value,
            "excess": standing.excess,
            "rate": standing.rate,
            "seen": standing.seen,
        },
        _SCHEMA,
    )
