"""The two accounts of a night for every source: of its raw rows, and of the resources of each type."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from runner.job import Result

BECAME = ("resources", "nothing", "unchanged", "rejected")  # what a spooled row may become
NOTHING = dict.fromkeys(("in", "out", "quarantined", "duplicates", "superseded", "deleted"), 0)


def tallied(source: str, results: Iterable[Result]) -> dict[str, dict[str, Any]]:
    """What the source says it did: of each raw table what its rows became, and how many resources it made."""
    rows: dict[str, dict[str, int]] = {}
    made: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    for result in results:
        for (mine, table, became), count in result.tally.items():
            if mine == source and became == "made":
                made[table.removeprefix("phi/fhir/")] += count
            elif mine == source and became == "unmatched":
                alone[table] += count
            elif mine == source:
                entry = rows.setdefault(table, dict.fromkeys(BECAME, 0))
                entry[became] += count
    return {
        "rows_read": dict(sorted(rows.items())),
        "rows_unmatched": dict(sorted((+alone).items())),
        "resources_made": dict(sorted(made.items())),
    }


def balance(sources: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Raw rows: in = out + quarantined + barred. Resources: before + made = kept + duplicates + superseded + deleted
    + quarantined.
    """
    lines = []
    for name, source in sources.items():
        lines += _raw(name, source)
        lines += [_of_type(name, kind, source) for kind in sorted({*source["resources"], *source["resources_made"]})]
    return lines


def _raw(name: str, source: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All raw rows together, and each raw table of which other rows were read than spooled."""
    became = {table: source["rows_read"].get(table, {}) for table in {**source["rows_spooled"], **source["rows_read"]}}
    rejected = {table: said.get("rejected", 0) for table, said in became.items()}
    read = {table: sum(said.values()) - rejected[table] for table, said in became.items()}
    total = sum(source["rows_in"].values())
    out, lost = sum(read.values()), source["rows_quarantined"] + sum(rejected.values())
    barred = source.get("rows_barred", 0)
    line = {"what": f"{name}: raw rows", "in": total, "out": out, "quarantined": lost, "barred": barred}
    line["holds"] = total == out + lost + barred
    awry = [
        {
            "what": f"{name}: raw rows of {t}, from the spool on",
            "in": spooled,
            "out": read[t],
            "quarantined": rejected[t],
        }
        for t in sorted(became)
        if (spooled := source["rows_spooled"].get(t, 0)) != read[t] + rejected[t]
    ]
    return [{**NOTHING, **line}, *({**NOTHING, **each, "holds": False} for each in awry)]


def _of_type(name: str, kind: str, source: Mapping[str, Any]) -> dict[str, Any]:
    """Made is what the source says it made: what got lost on the way to the rules is seen here."""
    n, made = Counter(source["resources"].get(kind, {})), source["resources_made"].get(kind, 0)
    given = n["before"] + made
    return {
        "what": f"{name}: {kind}",
        "in": given,
        "out": n["kept"],
        **{what: n[what] for what in ("quarantined", "duplicates", "superseded", "deleted")},
        "holds": given == n["kept"] + n["quarantined"] + n["duplicates"] + n["superseded"] + n["deleted"],
    }
