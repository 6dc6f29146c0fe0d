"""Calls that are no SQL, lines() and unpack(), as steps of their own."""

from collections.abc import Callable
from dataclasses import replace

import pyarrow as pa

from contract.errors import MappingError
from etl.mapping.calls import Call
from etl.mapping.packed import CODECS
from etl.mapping.steps import Lines, Unpack
from etl.mapping.tree import Sql

LINES = "say lines(TEXT, KEY, ORDER): texts of the rows that share KEY, in the order of ORDER"
UNPACK = "say unpack(CELL, 'CODEC', ...), with codecs in the order in which they are taken off: "


def call_step(call: Call, where: str, compiled: Callable[[str], Sql]) -> Lines | Unpack:
    """Without a name yet."""
    if call.name == "lines":
        if len(call.arguments) != 3:
            raise MappingError(f"{where}: {LINES}; {len(call.arguments)} argument(s) were given.")
        text, key, order = map(compiled, call.arguments)
        return Lines("", _text(text, where), key, _placed(order))
    codecs = tuple(codec.strip("'") for codec in call.arguments[1:])
    wrong = [codec for codec in codecs if codec not in CODECS]
    if wrong or not codecs:
        raise MappingError(f"{where}: {', '.join(wrong) or 'no codec'}: {UNPACK}{', '.join(CODECS)}.")
    return Unpack("", _text(compiled(call.arguments[0]), where), codecs)


def _placed(order: Sql) -> Sql:
    """Text is put in the order of the numbers and times in it."""
    if not pa.types.is_string(order.type):
        return order
    return replace(order, text=f"line_place({order.text})")


def _text(sql: Sql, where: str) -> Sql:
    if not pa.types.is_string(sql.type):
        raise MappingError(f"{where}: {sql.text} is {sql.type}; lines() and unpack() read text.")
    return sql
