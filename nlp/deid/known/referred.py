"""Who and what a person's rows refer to: staff, hospitals, places; by reference, or by what is displayed of it."""

import re
from collections.abc import Iterator, Mapping
from operator import itemgetter

import pyarrow as pa

from nlp.deid.known import rows
from nlp.deid.known.columns import distinct, leaf, paths
from nlp.deid.known.sources import sources
from nlp.deid.person import Identifier
from schemas.fhir import resource_types

Row = Mapping[str, object]
SHARED = ("Practitioner", "PractitionerRole", "Organization", "Location")
COLUMNS = (
    "id",
    "source",
    "identifier",
    "name",
    "telecom",
    "address",
    "practitioner",
    "organization",
    "managingOrganization",
)
LAST = re.compile(r"(?:([A-Z]\w+)[/?])?(?:urn:uuid:|urn:oid:|identifier=[^|]*\|)?([^/|]+)(?:/_history/.*)?$")
FURTHER = (
    "practitioner",
    "organization",
    "managingOrganization",
)  # a role leads to its practitioner, a place to its owner


class Rows:
    """Rows of one type by source and id, or identifier; a row is taken out of its table when it is asked for."""

    def __init__(self, kind: str, table: pa.Table) -> None:
        self.kind, self.table = kind, table.select([c for c in COLUMNS if c in table.column_names])
        sources = table["source"].to_pylist() if "source" in table.column_names else [""] * len(table)
        self.places: dict[tuple[str, str], int] = {}
        for row, key in self._keys():
            self.places.setdefault((sources[row] or "", key), row)
        self.taken: dict[int, dict[str, object]] = {}

    def _keys(self) -> list[tuple[int, str]]:
        """Row by row the id first, then identifiers."""
        found: list[tuple[int, str]] = []
        for path in ("id", "identifier.value"):
            rows, values = leaf(self.table, path)
            found += [(row, key) for row, key in zip(rows.tolist(), values.to_pylist(), strict=True) if key]
        return sorted(found, key=itemgetter(0))

    def get(self, source: str, key: str) -> dict[str, object] | None:
        row = self.places.get((source, key))
        if row is not None and row not in self.taken:
            self.taken[row] = {**self.table.slice(row, 1).to_pylist()[0], "kind": self.kind}
        return None if row is None else self.taken[row]


class Referred:
    """Rows of the shared shard by source, type and id, or identifier."""

    def __init__(self, shared: Mapping[str, pa.Table]) -> None:
        self.shared = shared
        self.rows: dict[str, Rows | None] = {}
        self.said: dict[int, tuple[Identifier, ...]] = {}

    def _get(self, source: str, kind: str, key: str) -> dict[str, object] | None:
        if kind not in self.rows:
            table = self.shared.get(f"phi/fhir/{kind}") if kind in SHARED else None
            self.rows[kind] = Rows(kind, table) if table is not None else None
        held = self.rows[kind]
        return held.get(source, key) if held else None

    def of(self, shard: Mapping[str, pa.Table]) -> Iterator[tuple[int, Identifier]]:
        done: set[tuple[int, str, str]] = set()
        for subject, source, kind, key, display in self._asked(shard):
            if (subject, kind, key + display) not in done:
                done.add((subject, kind, key + display))
                row = self._get(source, kind, key)
                yield from ((subject, one) for one in (self._row(row) if row else _displayed(kind, display)))

    def _asked(self, shard: Mapping[str, pa.Table]) -> Iterator[tuple[int, str, str, str, str]]:
        """Subject, source, type, id and display of every different reference to people and places."""
        said = sources()
        for kind in resource_types():
            table = shard.get(f"phi/fhir/{kind}")
            if table is None or kind in SHARED or "subject_id" not in table.column_names:
                continue
            for path, targets in paths(kind, "Reference"):
                wanted = [t for t in targets if t in said["people"] or t in said["places"]]
                if wanted and f"{kind}.{path}" not in said["references_not"]:
                    for found in distinct(table, path, ("reference", "type", "display")):
                        yield found["subject_id"], found.get("source") or "", *_reference(found, wanted)

    def _row(self, row: dict[str, object], depth: int = 0) -> tuple[Identifier, ...]:
        if id(row) not in self.said:
            label = "STAFF" if row["kind"] in ("Practitioner", "PractitionerRole") else "HOSPITAL"
            made = _people(row) if label == "STAFF" else _place(row)
            for column in FURTHER if depth < 2 else ():
                made += self._further(row, column, depth)
            self.said[id(row)] = tuple(made)
        return self.said[id(row)]

    def _further(self, row: dict[str, object], column: str, depth: int) -> list[Identifier]:
        found = row.get(column)
        if not isinstance(found, dict):
            return []
        kind, key, display = _reference(found, ["Practitioner" if column == "practitioner" else "Organization"])
        other = self._get(str(row.get("source") or ""), kind, key)
        return list(self._row(other, depth + 1)) if other else list(_displayed(kind, display))


def _reference(found: Mapping[str, object], wanted: list[str]) -> tuple[str, str, str]:
    """Type, id and display; the type is guessed from what the element allows where the reference does not say."""
    text = str(found.get("reference") or "")
    match = LAST.search(text)
    kind = (match.group(1) if match else None) or str(found.get("type") or "") or wanted[0]
    return kind, match.group(2) if match and text else "", str(found.get("display") or "")


def _people(row: Mapping[str, object]) -> list[Identifier]:
    return rows.named(row, "STAFF")


def _place(row: Mapping[str, object]) -> list[Identifier]:
    name, address = row.get("name"), row.get("address")
    made = [Identifier("HOSPITAL", "organization", name.strip())] if isinstance(name, str) and name.strip() else []
    found = address if isinstance(address, list) else [address] if address else []
    return made + rows.named({"telecom": row.get("telecom"), "address": found}, "HOSPITAL")


def _displayed(kind: str, display: str) -> Iterator[Identifier]:
    if kind in sources()["places"]:
        if len(display) > 3:
            yield Identifier("HOSPITAL", "organization", display.strip())
    elif kind in ("Practitioner", "PractitionerRole", "RelatedPerson") and rows.useful_name(display):
        yield Identifier("RELATIVE" if kind == "RelatedPerson" else "STAFF", "name", display.strip())
