"""Cells of a raw column: each different one is judged once by the rules of its type, and brought into FHIR's form."""

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Dict
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from etl.mapping.columns import RawColumn
from etl.mapping.engine import select
from etl.mapping.frame import Cells
from etl.mapping.kinds import CellType
from etl.mapping.written import kind_of

Rules = npt.NDArray[np.uint8]
FEW = 100_000  # different values of a column that is judged together with others


@dataclass(frozen=True)
class Judged:
    """`values`: the cells in FHIR's form. `rule`: 0 for a good cell, else 1 + the place in `rules` of its fault."""

    column: str
    values: Cells
    rule: Rules | None
    rules: tuple[tuple[str, str], ...]  # (rule, message)


def judge(columns: Sequence[RawColumn], found: Sequence[Cells], years: tuple[int, int], zone: str) -> list[Judged]:
    """Each column's cells in FHIR's form (null where bad), and which rule each row breaks."""
    alike: dict[tuple[object, ...], list[int]] = {}
    for place, (column, cells) in enumerate(zip(columns, found, strict=True)):
        alone = place if len(cells.values) > FEW else None
        said = (column.type, column.variants, column.zone or zone, cells.values.type, alone)
        alike.setdefault(said, []).append(place)
    made: dict[int, tuple[pa.Array, Rules]] = {}
    for places in alike.values():
        first = columns[places[0]]
        words = {"first": years[0], "last": years[1], "zone": first.zone or zone}
        made |= zip(places, _made(kind_of(first), [found[place].values for place in places], words), strict=True)
    return [_judged(column, found[place], made[place], years) for place, column in enumerate(columns)]


def _made(kind: CellType, columns: list[pa.Array], said: Dict[str, Any]) -> Iterator[tuple[pa.Array, Rules]]:
    """Columns of one type are judged together: to start a query costs more than most columns do."""
    if kind.plain:
        yield from ((values, np.zeros(len(values), np.uint8)) for values in columns)
        return
    together = pa.concat_arrays(columns) if len(columns) > 1 else columns[0]
    values, rule = (_make if kind.first else _judge_values)(kind, together, said)
    start = 0
    for length in map(len, columns):
        yield values.slice(start, length), rule[start : start + length].copy()
        start += length


def _judged(column: RawColumn, found: Cells, made: tuple[pa.Array, Rules], years: tuple[int, int]) -> Judged:
    kind = kind_of(column)
    rules = [(name, _message(kind.message[name], years)) for name in kind.rules]
    values, rule = made
    if column.one_of:
        rules.append(("one-of", f"one of {', '.join(column.one_of)} is expected"))
        allowed = pc.is_in(found.values, pa.array(column.one_of)).to_numpy(zero_copy_only=False)
        rule[(rule == 0) & ~allowed & found.values.is_valid().to_numpy(zero_copy_only=False)] = len(rules)
    if column.required:
        rules.append(("required", "the cell may not be empty"))
        rule[found.values.is_null().to_numpy(zero_copy_only=False)] = len(rules)
    typed = Cells(values, found.at)
    if not rule.any():
        return Judged(column.name, typed, None, tuple(rules))
    return Judged(column.name, typed, rule if found.at is None else rule[found.at], tuple(rules))


def _message(text: str, years: tuple[int, int]) -> str:
    """A format of a date may hold braces, and is shown as it is written."""
    return text.replace("{first}", str(years[0])).replace("{last}", str(years[1]))


def _verdict(kind: CellType, said: Dict[str, Any]) -> str:
    rules = [f"WHEN NOT ({rule.format(**said)}) THEN {i}" for i, rule in enumerate(kind.rules.values(), start=1)]
    return f"CAST(CASE WHEN cell IS NULL THEN 0 {' '.join(rules)} ELSE 0 END AS UTINYINT)"


def _make(kind: CellType, values: pa.Array, said: Dict[str, Any]) -> tuple[pa.Array, Rules]:
    """The value first, then the rules on it."""
    made = select(pa.table({"cell": values}), [kind.value.format(**said)])[0]
    rule = select(pa.table({"cell": values, "made": made}), [_verdict(kind, said)])[0].to_numpy(zero_copy_only=False)
    return _good(made, rule), rule


def _good(values: pa.Array, rule: Rules) -> pa.Array:
    return pc.if_else(pa.array(rule == 0), values, pa.scalar(None, values.type)) if rule.any() else values


def _judge_values(kind: CellType, values: pa.Array, said: Dict[str, Any]) -> tuple[pa.Array, Rules]:
    usual = f"coalesce({kind.usual.format(**said)}, true)" if kind.usual else "false"
    verdict, as_usual = select(pa.table({"cell": values}), [_verdict(kind, said), usual])
    rule = verdict.to_numpy(zero_copy_only=False)
    good = _good(values, rule)
    if not kind.value or (good.null_count == len(good) and kind.sql == "VARCHAR"):
        return good, rule
    if kind.usual and (as_usual.to_numpy(zero_copy_only=False) | (rule > 0)).all():
        return good, rule
    return select(pa.table({"cell": good}), [kind.value.format(**said)])[0], rule
