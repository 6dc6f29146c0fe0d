"""Where something was found: rows of open tables by what names them. What one batch says of its tables."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np
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
SPOTS = PLACES.append(pa.field("said", pa.int64()))  # what is said there, by number
SIGHTINGS = pa.schema([("digest", pa.int64()), ("said", pa.int64())])
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
    """Of one batch. `hits` are decided; what is `said`, and where, waits for what is known of everyone."""

    hits: dict[Place, str] = field(default_factory=dict)  # -> rule
    said: list[Collection[str]] = field(default_factory=list)  # sightings of each text
    spots: list[pa.Table] = field(default_factory=list)  # SPOTS
    alone: list[tuple[Place, int]] = field(default_factory=list)
    rows: Counter[str] = field(default_factory=Counter)

    def hit(self, place: Place, rule: str) -> None:
        self.hits.setdefault(place, rule)

    def see(self, place: Place, seen: Collection[str]) -> None:
        if seen:
            self.alone.append((place, len(self.said)))
            self.said.append(seen)

    def see_all(self, places: pa.Table, texts: np.ndarray, seen: Sequence[Collection[str]]) -> None:
        """Many places, and of each the number of its text in `seen`: texts repeat over rows."""
        self.spots.append(places.append_column("said", pa.array(texts + len(self.said), pa.int64())))
        self.said += seen

    def tables(self) -> Shard:
        seen = [(digest(text), k) for k, texts in enumerate(self.said) for text in texts]
        alone = pa.Table.from_pylist([{**place.row(), "said": k} for place, k in self.alone], schema=SPOTS)
        return {
            "hits": pa.Table.from_pylist([{**p.row(), "rule": rule} for p, rule in self.hits.items()], schema=HITS),
            "places": pa.concat_tables([alone, *self.spots]),
            "sightings": pa.table([[d for d, _ in seen], [k for _, k in seen]], schema=SIGHTINGS),
            "rows": pa.table([list(self.rows), list(self.rows.values())], schema=ROWS),
        }
