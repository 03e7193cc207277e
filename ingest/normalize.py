"""Reads the text of identifiers, times, amounts and words: one macro of `queries/ingest/` per form, run on whole
columns.

A form gives named parts, each NULL where there is none, and `fault`, a code of `ingest.rejects`. Normalising is
idempotent: the value part of an identifier (of an IP address the exact part), read again, is itself. Secret parts
leave here only as tokens.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from graphlib import TopologicalSorter
from typing import Any, Protocol, TypeVar

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from duckdb import ColumnExpression, ConstantExpression, Expression, FunctionExpression, StarExpression

from ingest.pseudonyms import Key
from linkgraph.errors import InputError
from linkgraph.kinds import KIND_NAMES
from linkgraph.queries import load, names

T = TypeVar("T")
R = TypeVar("R")

_PLACE = "place in its column"
_SHAPE = "its shape"
_FEW = 64  # distinct values of a column of words


@dataclass(frozen=True, slots=True)
class Form:
    """How one sort of text is read.

    shape: a macro that is computed once per value, and whose answer `macro` takes after the value; it takes the first
    `shaping` options itself.
    secret: the key under which a part becomes a token. folded: NFKC comes first.
    looked_up: parts that only lists are asked about; they never leave. What lists say is the part `listed`.
    same: pairs of a part and the part that it is where the macro gives none, so that no token is made twice.
    """

    macro: str
    parts: tuple[str, ...] = ("value",)
    secret: tuple[tuple[str, str], ...] = ()
    shape: str = ""
    shaping: int = 0
    folded: bool = False
    same: tuple[tuple[str, str], ...] = ()
    looked_up: tuple[str, ...] = ()


def _identifier(kind: str, macro: str, *more: str, shape: str = "", folded: bool = False, **secret: str) -> Form:
    return Form(macro, ("value", *more), (("value", kind), *secret.items()), shape, folded=folded)


# A kind without a row here is read as `opaque`, so that a new kind is one row of `linkgraph.kinds`.
FORMS: dict[str, Form] = {
    **{kind: _identifier(kind, "read_opaque", "length", "card") for kind in KIND_NAMES},
    "ip": replace(
        _identifier("ip", "read_ip", "exact", "version", shape="ip_form", exact="ip"),
        same=(("exact", "value"),),
        looked_up=("number",),
    ),
    "asn": Form("read_asn", looked_up=("key",)),
    "card": _identifier("card", "read_card"),
    "bank": _identifier("bank", "read_opaque", "card"),
    "payer": _identifier("payer", "read_account_number", "card", folded=True),
    "document": _identifier("document", "read_account_number", "card", folded=True),
    "wallet": replace(_identifier("wallet", "read_wallet", "has_memo"), looked_up=("key",)),
    "email": replace(
        _identifier("email", "read_email", "stem", shape="email_form", folded=True, stem="stem"), looked_up=("domain",)
    ),
    "stem": _identifier("stem", "read_stem", folded=True),
    "phone": _identifier("phone", "read_phone", shape="phone_form", folded=True),
    "name": _identifier("name", "read_name", "surname", shape="fold_text", folded=True, surname="surname"),
    "address": _identifier("address", "read_address", shape="fold_text", folded=True),
    "user_agent": _identifier("user_agent", "read_user_agent"),
    "bank_reference": _identifier("bank_reference", "read_opaque", "card"),
    "proof_phash": _identifier("proof_phash", "read_opaque"),
    "id": Form("read_id", ("value", "card")),
    "text": Form("read_text", folded=True),
    "chain": Form("read_chain", folded=True),
    "code": Form("read_code", folded=True),
    "choice": Form("read_choice"),
    "integer": Form("read_integer"),
    "boolean": Form("read_boolean"),
    "amount": Form("read_amount"),
    "time": Form("read_time", shape="time_of", shaping=1),
    "event": Form("read_time", shape="time_of", shaping=1),
}


# Takes a kind, tokens, and the values that they are made of: the vault, where there is one.
Keep = Callable[[str, Sequence[str], Sequence[str]], None]
_PLAIN = "plain"


class Lists(Protocol):
    """What look-up lists say of values before they become tokens; see `ingest.registry`."""

    def codes(self, form: str, answer: pa.Table) -> pa.Array | None: ...


class Normalizer:
    """One DuckDB database with the macros of `queries/ingest/`, and the keys. Each thread has its own connection."""

    def __init__(
        self, keys: Mapping[str, Key], memory_limit: str = "1GB", threads: int = 2, lists: Lists | None = None
    ) -> None:
        self._keys = keys
        self._lists = lists
        self._database = duckdb.connect(config={"memory_limit": memory_limit, "threads": threads})
        for statement in _macros():
            self._database.execute(statement)
        self._mine = threading.local()
        self._words: dict[tuple[str, str, bool], tuple[pa.Array, pa.Table]] = {}
        self._keep: Keep | None = None
        self._pool = ThreadPoolExecutor(threads)

    def close(self) -> None:
        """Release threads and connections."""
        self._pool.shutdown()
        self._database.close()

    @contextmanager
    def keeping(self, keep: Keep | None) -> Iterator[None]:
        """Hand every token that is made in the block to `keep`, with its value."""
        self._words.clear()  # what was remembered would not be kept again
        self._keep = keep
        try:
            yield
        finally:
            self._keep = None

    def each(self, function: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """`function` of each item, in order; several at a time, because one column alone keeps no two threads busy."""
        return list(self._pool.map(function, items))

    def read(self, form: str, values: pa.Array, options: Sequence[Any] = (), *, tokens: bool = True) -> pa.Table:
        """Parts and `fault` of each of `values`, in order; secret parts as tokens unless `tokens` is False.

        Words that come again chunk after chunk are remembered: planning a statement takes as long as thousands of rows.
        """
        key = (form, repr(options), tokens)
        if key in self._words:
            words, answers = self._words[key]
            places = pc.index_in(values, words)
            if not places.null_count:
                return answers.take(places)
        answers = self._read(form, values, options, tokens=tokens)
        if len(values) <= _FEW:
            self._words[key] = values, answers
        return answers

    def token_of(self, kind: str, value: str) -> tuple[str | None, str | None]:
        """The token of one value of a kind, or what is wrong with it. Nothing of it is remembered."""
        row = self._read(kind, pc.utf8_trim_whitespace(pa.array([value], pa.string())), (), tokens=True)
        token, fault = row["value"][0].as_py(), row["fault"][0].as_py()
        return (token, None) if fault is None and token is not None else (None, fault or "empty")

    def _read(self, form: str, values: pa.Array, options: Sequence[Any], *, tokens: bool) -> pa.Table:
        how = FORMS[form]
        asked = how.looked_up if self._lists and tokens else ()
        if how.folded:
            values = pc.utf8_trim_whitespace(pc.utf8_normalize(values, "NFKC"))
        secret = dict(how.secret) if tokens else {}
        columns = [self._part(part, secret.get(part)) for part in (*how.parts, *asked, "fault")]
        keep = self._keep if tokens and form in KIND_NAMES else None
        columns += [self._part("value", None).alias(_PLAIN)] if keep is not None else []
        rows = self._rows({"value": values})
        arguments = [ColumnExpression("value")]
        if how.shape:
            rows = rows.select(StarExpression(), _call(how.shape, arguments, options[: how.shaping]).alias(_SHAPE))
            arguments.append(ColumnExpression(_SHAPE))
        answer = _call(how.macro, arguments, options[how.shaping :]).alias("answer")
        table = _in_order(rows.select(answer, ColumnExpression(_PLACE)).select(*columns, ColumnExpression(_PLACE)))
        for part, other in how.same:
            place = table.schema.get_field_index(part)
            table = table.set_column(place, part, pc.coalesce(table[part], table[other]))
        if keep is not None:
            table = _kept(form, table, keep)
        return self._listed(form, table).drop_columns(list(asked)) if tokens else table

    def _listed(self, form: str, table: pa.Table) -> pa.Table:
        codes = self._lists.codes(form, table) if self._lists else None
        return table if codes is None else table.append_column("listed", codes)

    def call(self, macro: str, columns: Mapping[str, pa.Array], options: Sequence[Any] = ()) -> pa.ChunkedArray:
        """The macro's answer for each row of `columns`, in order."""
        answer = _call(macro, [*map(ColumnExpression, columns)], options).alias("answer")
        return _in_order(self._rows(columns).select(answer, ColumnExpression(_PLACE)))["answer"]

    def _rows(self, columns: Mapping[str, pa.Array]) -> duckdb.DuckDBPyRelation:
        if not hasattr(self._mine, "connection"):
            self._mine.connection = self._database.cursor()
        connection: duckdb.DuckDBPyConnection = self._mine.connection
        table = pa.table(dict(columns))
        return connection.from_arrow(table.append_column(_PLACE, pa.array(np.arange(len(table)))))

    def _part(self, part: str, key: str | None) -> Expression:
        value = FunctionExpression("struct_extract", ColumnExpression("answer"), ConstantExpression(part))
        if key is None:
            return value.alias(part)
        pads = (ConstantExpression(self._keys[key].inner), ConstantExpression(self._keys[key].outer))
        return FunctionExpression("token", *pads, value).alias(part)


def _kept(form: str, table: pa.Table, keep: Keep) -> pa.Table:
    """The table without its plain values, which `keep` has had: none that is refused or looks like a card number."""
    good = pc.and_(table["fault"].is_null(), table["value"].is_valid())
    if "card" in table.column_names:
        good = pc.and_not(good, pc.fill_null(table["card"], False))
    pairs = table.select(["value", _PLAIN]).filter(good)
    if len(pairs):
        keep(form, pairs["value"].to_pylist(), pairs[_PLAIN].to_pylist())
    return table.drop_columns([_PLAIN])


def _call(macro: str, arguments: list[Expression], options: Sequence[Any]) -> Expression:
    return FunctionExpression(macro, *arguments, *map(ConstantExpression, options))


def _in_order(rows: duckdb.DuckDBPyRelation) -> pa.Table:
    """The rows in the order they went in: threads hand in their batches in any order, whatever the settings say."""
    try:
        table = rows.to_arrow_table()
    except duckdb.Error as error:  # its message may hold a value
        raise InputError(f"a step of reading failed: {type(error).__name__}") from error
    place = table[_PLACE].to_numpy()
    if np.any(place[1:] < place[:-1]):
        table = table.take(np.argsort(place))
    return table.drop_columns([_PLACE])


def _macros() -> list[str]:
    """The statements of `queries/ingest/`, each after those it calls."""
    texts = {name: load("ingest", name).text for name in names("ingest")}
    calls = {name: [other for other in texts if other != name and f"{other}(" in text] for name, text in texts.items()}
    return [texts[name] for name in TopologicalSorter(calls).static_order()]
