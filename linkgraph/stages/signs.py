"""Signs between two accounts that are no identifier they share: who is active when, who pays, trades and refers
whom."""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linkgraph.detect import synchrony
from linkgraph.detect.evidence import UNITS_PER_BIT
from linkgraph.kinds import SIGN_NAMES, SIGNS
from linkgraph.parameters import Parameters
from linkgraph.stages.night import Counts, Night

Columns = dict[str, NDArray[Any]]

_DAY = 86_400
_WINDOWS = tuple(code for code, sign in enumerate(SIGNS) if sign.window is not None)
_IN_TURN = SIGN_NAMES.index("in_turn")
_MATCHED = SIGN_NAMES.index("matched")
_SIGNS = pa.schema(
    [("a", pa.int32()), ("b", pa.int32()), ("sign", pa.int8()), ("value", pa.int32()), ("most", pa.int32())]
)


def sign(night: Night) -> Counts:
    """All signs in the work table `pair_signs`: one row per pair and sign, its value and the most it can be worth."""
    counts = _synchrony(night)
    _trades(night)
    return counts | night.work("mirror_signs", "transfer_signs", "hop_signs", "referral_signs", "pair_signs")


def _synchrony(night: Night) -> Counts:
    """Pairs that log in together or in turn, on more days than chance explains, in the work table `synchrony_signs`.

    Signs that the grain of the times cannot show are not looked for, and counted as not evaluated.
    """
    counts = night.work("login_moments")
    (found,) = night.engine.read("login_grain").to_pylist()
    grain = synchrony.grain(**found)
    windows = [code for code in _WINDOWS if found["moments"] and synchrony.can_tell(SIGNS[code].window or 0, grain)]
    together = [_together(night, code) for code in windows]
    tables = [table for table, _ in together]
    if found["moments"] and synchrony.can_tell(night.parameters.turn_seconds, grain):
        tables.append(_in_turn(night))
    night.keep("synchrony_signs", pa.concat_tables([_SIGNS.empty_table(), *tables]))
    return counts | {
        "synchrony_not_evaluated": len(_WINDOWS) + 1 - len(tables),
        "synchrony_buckets_not_compared": sum(crowded for _, crowded in together),
    }


def _together(night: Night, code: int) -> tuple[pa.Table, int]:
    """Signs of those who met often within one length of time, and the number of time buckets too crowded to be
    compared."""
    given = night.parameters
    part = {"seconds": SIGNS[code].window or 0, "cap": given.sync_bucket_cap, "min_days": given.sync_min_days}
    part["cell"] = synchrony.cell(part["seconds"])
    night.engine.table("part", pa.table({name: [value] for name, value in part.items()}))
    night.work("login_crowds")
    buckets = np.zeros(given.sync_bucket_cap + 2, dtype=np.int64)
    for row in night.engine.read("crowd_sizes").to_pylist():
        buckets[min(row["accounts"], given.sync_bucket_cap + 1)] += row["buckets"]
    cap, crowded = synchrony.bucket_cap(buckets, given.sync_pair_budget)
    night.engine.table("part", pa.table({name: [value] for name, value in (part | {"cap": cap}).items()}))
    night.work("met_often", "chance_meetings")
    chance = night.columns("chance_meetings")
    chance["rate"] = synchrony.rate_together(
        _places(chance), part["seconds"], _looked_at(chance, given), given.sync_small_place
    )
    return _signs(night, code, _by_days(night.columns("met_often")), chance), crowded


def _in_turn(night: Night) -> pa.Table:
    given = night.parameters
    night.engine.table("part", pa.table({"seconds": [given.turn_seconds], "min_days": [given.turn_min_days]}))
    night.work("logins_in_turn", "chance_turns")
    chance = night.columns("chance_turns")
    chance["rate"] = synchrony.rate_in_turn(
        _places(chance), given.turn_seconds, _looked_at(chance, given), given.sync_small_place
    )
    return _signs(night, _IN_TURN, _by_days(night.columns("logins_in_turn")), chance)


def _places(chance: Columns) -> synchrony.Place:
    return synchrony.Place(chance["activity"], chance["accounts"], chance["squares"], chance["weekly_squares"])


def _looked_at(chance: Columns, given: Parameters) -> NDArray[np.int64]:
    """Seconds for which each place is looked at: as long as it was in use, within bounds. What happened in some months
    of a year is no rarer for the months in which nobody came.
    """
    return np.clip(chance["span"], given.sync_least_days * _DAY, given.sync_days * _DAY)


def _by_days(pairs: Columns) -> Columns:
    return pairs | {"met": pairs["days"], "value": pairs["days"]}


def _trades(night: Night) -> None:
    """Pairs that trade with each other more than their shares of the market explain, in the work table
    `trade_signs`."""
    night.work("often_traded")
    traded = night.columns("often_traded")
    night.keep("trade_signs", _signs(night, _MATCHED, traded, traded | {"rate": 1.0 / traded["activity"]}))


def _signs(night: Night, code: int, pairs: Columns, chance: Columns) -> pa.Table:
    """Rows of `pair_signs`. `pairs`: a, b, how often they met, and the value of that, sorted; `chance`: for each of
    them and each place that both used, sorted alike, what either did there, and the rate at which two acts there meet.
    """
    first = np.flatnonzero((np.diff(chance["a"], prepend=-1) != 0) | (np.diff(chance["b"], prepend=-1) != 0))
    expected = synchrony.expected(first, (chance["active_a"], chance["active_b"]), chance["rate"])
    accounts = synchrony.busiest(first, chance["accounts"])
    bits = synchrony.surprise(pairs["met"], expected, accounts, night.parameters.sync_max_bits)
    most = np.rint(bits * UNITS_PER_BIT).astype(np.int32)
    sign = np.full(len(most), code, dtype=np.int8)
    table = pa.table({"a": pairs["a"], "b": pairs["b"], "sign": sign, "value": pairs["value"], "most": most})
    return table.filter(pa.array(most > 0)).cast(_SIGNS)
