"""Where something was found: rows of open tables by what names them. What one batch says of its tables."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import pyarrow as pa

from contract.work import Shard, Withheld
from nlp.deid.audit.sightings import digest

PLACES = pa.schema(
    [
        pa.field("table", pa.string()),
        pa.field("column", pa.string()),  # with `value`: which rows, as in contract.work.Withheld
        pa.field("value", pa.string()),
        pa.field("subject_id", pa.int64()),
        pa.field("note_id", pa.string()),
        pa.field("phi_subject_id", pa.int64()),
    ]
)
HITS = PLACES.append(pa.field("rule", pa.string()))
SIGHTINGS = pa.schema([("digest", pa.int64()), ("place", pa.int64())])
ROWS = pa.schema([("table", pa.string()), ("rows", pa.int64())])


@dataclass(frozen=True, slots=True)
class Place:
    table: str
    column: str
    value: str = field(repr=False)
    subject_id: int | None = None
    note_id: str = field(default="", repr=False)
    phi_subject_id: int = 0

    def row(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in PLACES.names}

    def withheld(self, rule: str) -> Withheld:
        return Withheld(self.table, self.column, self.value, rule, self.subject_id, self.note_id, self.phi_subject_id)


@dataclass
class Found:
    """Of one batch. `hits` are decided; `sightings` wait for what is known of everyone."""

    hits: dict[Place, str] = field(default_factory=dict)  # -> rule
    sightings: dict[Place, set[str]] = field(default_factory=dict)
    rows: Counter[str] = field(default_factory=Counter)

    def hit(self, place: Place, rule: str) -> None:
        self.hits.setdefault(place, rule)

    def see(self, place: Place, seen: Iterable[str]) -> None:
        self.sightings.setdefault(place, set()).update(seen)

    def tables(self) -> Shard:
        seen = [(digest(text), k) for k, texts in enumerate(self.sightings.values()) for text in texts]
        return {
            "hits": pa.Table.from_pylist([{**p.row(), "rule": rule} for p, rule in self.hits.items()], schema=HITS),
            "places": pa.Table.from_pylist([p.row() for p in self.sightings], schema=PLACES),
            "sightings": pa.table([[d for d, _ in seen], [k for _, k in seen]], schema=SIGHTINGS),
            "rows": pa.table([list(self.rows), list(self.rows.values())], schema=ROWS),
        }
