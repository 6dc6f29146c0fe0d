"""Down a nested column and up again: every leaf is changed as the policy says, and what became empty goes."""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from nlp.deid.policy.account import Account
from nlp.deid.policy.cells import Cells, Parts
from nlp.deid.policy.context import Context, Owners
from nlp.deid.policy.elements import Node
from nlp.deid.policy.rules import Action
from nlp.deid.policy.verbs import Call, change, passes

LOST = {
    "keep": "unlisted",
    "shift": "no date",
    "generalise": "unreadable",
    "rekey": "nowhere",
    "render": "no surrogate",
    "text": "withheld",
}
"""Why a value did not pass although its rule lets such values pass."""


@dataclass
class Walk:
    """One table's worth. `ages`: rows whose value is the age of the person; `read`: elements that layers have read."""

    table: str
    context: Context
    owners: Owners
    account: Account
    ages: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))
    read: frozenset[str] = frozenset()

    def column(self, node: Node, values: pa.Array, beside: Parts) -> pa.Array:
        return self._down(node, values, np.arange(len(values)), beside)

    def dropped(self, node: Node, values: pa.ChunkedArray) -> bool:
        """A whole column that does not pass is counted and not touched: resources as received are long."""
        action = self.context.policy.action(self.table, node)
        if node.parts or action.verb != "drop":
            return False
        self._count(node, action.label, np.flatnonzero(values.is_valid().to_numpy()))
        return True

    def _down(self, node: Node, values: pa.Array, rows: np.ndarray, beside: Parts) -> pa.Array:
        if values.null_count == len(values):
            return values
        if pa.types.is_list(values.type) and (node.parts or not pa.types.is_floating(values.type.value_type)):
            return self._list(node, values, rows)
        if pa.types.is_struct(values.type):
            return self._struct(node, values, rows)
        return self._leaf(node, values, rows, beside)

    def _list(self, node: Node, values: pa.Array, rows: np.ndarray) -> pa.Array:
        lengths = values.value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
        inner, parents = values.flatten(), np.repeat(np.arange(len(values)), lengths)
        allowed = passes(node, inner, self.context)
        if allowed is not None and not allowed.all():
            self._count(node, "drop: unlisted", rows[parents[~allowed]])
            inner, parents = inner.filter(pa.array(allowed)), parents[allowed]
        changed = self._down(node, inner, rows[parents], Parts())
        valid = np.asarray(changed.is_valid())
        if not valid.all():
            changed, parents = changed.filter(pa.array(valid)), parents[valid]
        counts = np.bincount(parents, minlength=len(values))
        offsets = pa.array(np.concatenate(([0], np.cumsum(counts))).astype(np.int32))
        return pa.ListArray.from_arrays(offsets, changed, type=values.type, mask=pa.array(counts == 0))

    def _struct(self, node: Node, values: pa.Array, rows: np.ndarray) -> pa.Array:
        parts = values.flatten()
        names = [values.type.field(place).name for place in range(values.type.num_fields)]
        beside = Parts(zip(names, parts, strict=True))
        changed, valid = [], np.zeros(len(values), dtype=bool)
        for name, part in beside.items():
            child = node.part(name)
            out = self._down(child, part, rows, beside) if child else pa.nulls(len(part), part.type)
            valid |= np.asarray(out.is_valid())
            changed.append(out)
        return pa.StructArray.from_arrays(changed, fields=list(values.type), mask=pa.array(~valid))

    def _leaf(self, node: Node, values: pa.Array, rows: np.ndarray, beside: Parts) -> pa.Array:
        action = self.context.policy.action(self.table, node)
        before = np.asarray(values.is_valid())
        if action.verb == "drop":
            self._count(node, action.label, rows[before])
            return pa.nulls(len(values), values.type)
        cells = Cells(values, self.owners.of_row[rows], beside)
        done = action.verb == "text" and node.path in self.read
        out = values if done else change(self._call(node, action, rows), cells)
        after = np.asarray(out.is_valid())
        self._count(node, action.label, rows[after])
        if not after.all():
            self._count(node, f"drop: {LOST[action.verb]}", rows[before & ~after])
        return out

    def _call(self, node: Node, action: Action, rows: np.ndarray) -> Call:
        ages = self.ages[rows] if len(self.ages) else None
        return Call(self.table, node, action, self.context, self.owners, ages)

    def _count(self, node: Node, action: str, rows: np.ndarray) -> None:
        self.account.add(self.owners.subjects, self.table, node.path, action, self.owners.of_row[rows])
