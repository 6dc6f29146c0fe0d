"""A second opinion: fhir.resources (R4B) validates some resources of each type, chosen by their ids."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from contract.work import Shard, Verdict
from etl.fhir.tables import to_json
from etl.rules.policy import policy
from schemas.fhir import resource_types

OPINIONS = "opinions"
CANDIDATES = pa.schema([("target", pa.string()), ("rows", pa.binary())])  # rows: an Arrow stream
SAMPLED, REFUSED = "sampled", "refused"  # counts of resources, beside those of rules
SHOWN = 8  # rules named in a line


@dataclass
class SecondOpinion:
    """Counts what is refused, by type and rule; says nothing of content. Sizes stand in fhir_mappings/rules.yaml."""

    @property
    def reads(self) -> tuple[str, ...]:
        return tuple(f"phi/fhir/{kind}" for kind in resource_types())

    def partial(self, shard: Shard) -> Shard:
        """The candidates of these rows; which of them stand for the night is known when all are there."""
        found = [_candidates(kind, rows) for kind, rows in _held(shard)]
        return {OPINIONS: pa.Table.from_pylist(found, CANDIDATES)}

    def verdict(self, partials: Iterable[Shard]) -> Verdict:
        candidates = pa.concat_tables([CANDIDATES.empty_table(), *(part[OPINIONS] for part in partials)])
        counts: Counter[tuple[str, str]] = Counter()
        for kind in candidates.column("target").unique().to_pylist():
            mine = candidates.filter(pc.equal(candidates.column("target"), kind)).column("rows").to_pylist()
            rows = pa.concat_tables([pa.ipc.open_stream(held).read_all() for held in mine], promote_options="default")
            counts.update(_judge(kind, to_json(kind, _chosen(rows))))
        sampled, refused = (sum(n for (_, rule), n in counts.items() if rule == kind) for kind in (SAMPLED, REFUSED))
        limit = policy().sample_threshold
        return Verdict(refused <= limit * sampled, (_summary(sampled, refused, limit), *_lines(counts)))


def _held(shard: Shard) -> Iterator[tuple[str, pa.Table]]:
    for kind in resource_types():
        rows = shard.get(f"phi/fhir/{kind}")
        if rows is not None and len(rows):
            yield kind, rows


def _candidates(kind: str, rows: pa.Table) -> dict[str, str | bytes]:
    """As Arrow, which costs nothing; most candidates of a batch are not chosen in the end."""
    chosen, sink = _chosen(rows), pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, chosen.schema) as stream:
        stream.write_table(chosen)
    return {"target": kind, "rows": sink.getvalue().to_pybytes()}


def _chosen(rows: pa.Table) -> pa.Table:
    places = sample(rows.column("id"), policy().sample_rows)
    return pa.concat_tables([rows.slice(place, 1) for place in places]).combine_chunks()


def sample(ids: pa.ChunkedArray, rows: int) -> list[int]:
    """Row numbers, in order, of the ids with the smallest hashes: chance, but the same every time."""
    hashes = _hashes(ids.combine_chunks())
    if len(hashes) <= rows:
        return list(range(len(hashes)))
    return sorted(np.argpartition(hashes, rows)[:rows].tolist())


def _hashes(ids: pa.StringArray) -> NDArray[np.uint64]:
    """Of the last eight bytes of each id: ids that differ do so there."""
    offsets = np.frombuffer(ids.buffers()[1], np.int32)[ids.offset : ids.offset + len(ids) + 1]
    data = np.frombuffer(ids.buffers()[2] or b"\0", np.uint8)
    found = np.zeros(len(ids), np.uint64)
    for back in range(1, 9):
        places = np.maximum(offsets[1:] - back, offsets[:-1])
        found = (found + data[np.minimum(places, len(data) - 1)]) * np.uint64(0x9E3779B97F4A7C15)
        found ^= found >> np.uint64(29)
    return found


def _judge(kind: str, resources: Sequence[bytes]) -> Counter[tuple[str, str]]:
    from fhir.resources.R4B import get_fhir_model_class  # the import costs a second
    from pydantic import ValidationError

    model: Any = get_fhir_model_class(kind)
    counts: Counter[tuple[str, str]] = Counter({(kind, SAMPLED): len(resources)})
    for resource in resources:
        try:
            model.model_validate_json(resource)
        except ValidationError as error:
            counts[kind, REFUSED] += 1
            counts.update({(kind, _rule(found["type"], found["loc"])) for found in error.errors(include_input=False)})
    return counts


def _rule(kind: str, place: tuple[str | int, ...]) -> str:
    """What is wrong where: element names only, and none that the standard does not know."""
    names = [name for name in place if isinstance(name, str)]
    return f"{kind} {'.'.join(names[:-1] if kind == 'extra_forbidden' else names)}".strip()


def _summary(sampled: int, refused: int, limit: float) -> str:
    return f"fhir.resources (R4B) refuses {refused} of {sampled} sampled resources; at most {limit:.0%} may be"


def _lines(counts: Counter[tuple[str, str]]) -> list[str]:
    lines = []
    for kind in sorted({kind for kind, rule in counts if rule == REFUSED}):
        rules = Counter({rule: n for (of, rule), n in counts.items() if of == kind and rule not in (SAMPLED, REFUSED)})
        said = ", ".join(f"{rule} ({n})" for rule, n in rules.most_common(SHOWN))
        lines.append(f"{kind}: {counts[kind, REFUSED]} of {counts[kind, SAMPLED]} refused: {said}")
    return lines
