"""Cells of a raw column: each different one is judged once by the rules of its type, and brought into FHIR's form."""

from collections.abc import Mapping as Dict
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from etl.mapping.columns import RawColumn
from etl.mapping.frame import Cells, select
from etl.mapping.kinds import CellType
from etl.mapping.written import kind_of

Rules = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Judged:
    """`values`: the cells in FHIR's form. `rule`: 0 for a good cell, else 1 + the place in `rules` of its fault."""

    column: str
    values: Cells
    rule: Rules | None
    rules: tuple[tuple[str, str], ...]  # (rule, message)


def judge(column: RawColumn, found: Cells, years: tuple[int, int], zone: str) -> Judged:
    """The column's cells in FHIR's form (null where bad), and which rule each row breaks."""
    kind = kind_of(column)
    said = {"first": years[0], "last": years[1], "zone": column.zone or zone}
    rules = [(rule, _message(kind.message[rule], said)) for rule in kind.rules]
    values, rule = found.values, np.zeros(len(found.values), np.uint8)
    if not kind.plain:
        values, rule = (_make if kind.first else _judge_values)(kind, found.values, said)
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


def _message(text: str, said: Dict[str, Any]) -> str:
    """A format of a date may hold braces, and is shown as it is written."""
    return text.replace("{first}", str(said["first"])).replace("{last}", str(said["last"]))


def _verdict(kind: CellType, said: Dict[str, Any]) -> str:
    rules = [f"WHEN NOT ({rule.format(**said)}) THEN {i}" for i, rule in enumerate(kind.rules.values(), start=1)]
    return f"CAST(CASE WHEN cell IS NULL THEN 0 {' '.join(rules)} ELSE 0 END AS UTINYINT)"


def _make(kind: CellType, values: pa.Array, said: Dict[str, Any]) -> tuple[pa.Array, Rules]:
    """The value first, then the rules on it."""
    made = select(pa.table({"cell": values}), [kind.value.format(**said)])[0]
    rule = select(pa.table({"cell": values, "made": made}), [_verdict(kind, said)])[0].to_numpy(zero_copy_only=False)
    return _good(made, rule), rule.copy()


def _good(values: pa.Array, rule: Rules) -> pa.Array:
    return pc.if_else(pa.array(rule == 0), values, pa.scalar(None, values.type)) if rule.any() else values


def _judge_values(kind: CellType, values: pa.Array, said: Dict[str, Any]) -> tuple[pa.Array, Rules]:
    rule = select(pa.table({"cell": values}), [_verdict(kind, said)])[0].to_numpy(zero_copy_only=False)
    good = _good(values, rule)
    if not kind.value:
        return good, rule.copy()
    usual = kind.usual and select(pa.table({"cell": good}), [f"bool_and({kind.usual.format(**said)})"])[0][0].as_py()
    if usual or (good.null_count == len(good) and kind.sql == "VARCHAR"):
        return good, rule.copy()
    return select(pa.table({"cell": good}), [kind.value.format(**said)])[0], rule.copy()
