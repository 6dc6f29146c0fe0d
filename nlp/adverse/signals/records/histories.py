"""One shard's persons as days: who they are, when they were seen, what they took, what befell them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from contract.work import Shard

DAY = pa.int32()  # since 1970
PEOPLE = pa.schema(
    [
        ("subject_id", pa.int64()),
        ("sex", pa.string()),
        ("birth", DAY),
        ("death", DAY),
        ("first", DAY),  # seen at first and at last
        ("last", DAY),
    ]
)
COURSES = pa.schema([("subject_id", pa.int64()), ("drug", pa.string()), ("start", DAY), ("stop", DAY)])
EVENTS = pa.schema([("subject_id", pa.int64()), ("event", pa.string()), ("day", DAY)])  # the first of each kind
VISITS = pa.schema([("subject_id", pa.int64()), ("day", DAY), ("inside", pa.bool_())])  # inside: a stay begins
PARTS = {"people": PEOPLE, "courses": COURSES, "events": EVENTS, "visits": VISITS}

Naming = Callable[[Iterable[str]], dict[str, str]]
"""Codes of drugs, such as RXNORM//314076, to what they are called; a code that nobody knows is its own name."""


@dataclass(frozen=True)
class Sources:
    """events: `codes` of conditions, `findings` or `both`."""

    events: str = "both"
    score: float = 0.5  # of a finding that counts


def histories(shard: Shard, timeline: str, findings: str, sources: Sources, naming: Naming) -> Shard:
    """PARTS of a shard; nothing where it has no timeline."""
    import duckdb

    if timeline not in shard or not len(shard[timeline]):
        return {}
    con = duckdb.connect()
    con.execute("SET threads=1")
    kept = [n for n in ("subject_id", "time", "code", "fhir_id") if n in shard[timeline].schema.names]
    con.register("timeline", shard[timeline].select(kept))
    has = "fhir_id" if "fhir_id" in kept else "NULL::VARCHAR"
    con.execute(
        f"CREATE TEMP TABLE seen AS SELECT subject_id, (epoch(time) // 86400)::INT AS day, code, {has} AS fhir_id "
        "FROM timeline"
    )
    made = {"people": _table(con, SQL_PEOPLE, PEOPLE), "visits": _table(con, SQL_VISITS, VISITS)}
    made["courses"] = _courses(con, naming)
    made["events"] = _events(con, shard.get(findings), sources)
    return made


def _courses(con: Any, naming: Naming) -> pa.Table:
    con.execute(SQL_STARTS)
    codes = [code for (code,) in con.execute("SELECT DISTINCT code FROM starts ORDER BY code").fetchall()]
    named = naming(codes)
    con.register("named", pa.table({"code": codes, "drug": [named[code] for code in codes]}, NAMED))
    return _table(con, SQL_COURSES, COURSES)


def _events(con: Any, findings: pa.Table | None, sources: Sources) -> pa.Table:
    parts = []
    if sources.events in ("codes", "both"):
        parts.append(SQL_CONDITIONS)
    if sources.events in ("findings", "both") and findings is not None and len(findings):
        con.register(
            "findings", findings.select(["subject_id", "kind", "effect", "assertion", "code", "onset", "score"])
        )
        parts.append(SQL_FINDINGS.format(score=sources.score))
    if not parts:
        return EVENTS.empty_table()
    every = " UNION ALL ".join(parts)
    return _table(con, f"SELECT subject_id, event, min(day) AS day FROM ({every}) GROUP BY ALL ORDER BY ALL", EVENTS)


def _table(con: Any, sql: str, schema: pa.Schema) -> pa.Table:
    found: pa.Table = con.sql(sql).to_arrow_table().cast(schema)
    return found


NAMED = pa.schema([("code", pa.string()), ("drug", pa.string())])

SQL_PEOPLE = """
SELECT subject_id, max(code[9:]) FILTER (WHERE code LIKE 'GENDER//%') AS sex,
       min(day) FILTER (WHERE code = 'MEDS_BIRTH') AS birth, min(day) FILTER (WHERE code = 'MEDS_DEATH') AS death,
       min(day) FILTER (WHERE code NOT LIKE 'MEDS_%') AS first, max(day) FILTER (WHERE code NOT LIKE 'MEDS_%') AS last
FROM seen GROUP BY subject_id HAVING first IS NOT NULL ORDER BY subject_id"""

SQL_VISITS = """
SELECT subject_id, day, bool_or(code LIKE 'HOSPITAL_ADMISSION%') AS inside FROM seen
WHERE day IS NOT NULL AND (code LIKE 'VISIT_START%' OR code LIKE 'HOSPITAL_ADMISSION%') GROUP BY ALL ORDER BY ALL"""

SQL_STARTS = r"""
CREATE TEMP TABLE starts AS
SELECT subject_id, day, fhir_id, regexp_replace(code, '//(ORDER|GIVEN)$', '') AS code, code LIKE '%//GIVEN' AS given
FROM seen WHERE day IS NOT NULL AND (code LIKE '%//ORDER' OR code LIKE '%//GIVEN') AND code NOT LIKE 'UNCODED//%'"""

SQL_COURSES = """
SELECT starts.subject_id, named.drug, starts.day AS start,
       coalesce(max(ends.day), CASE WHEN bool_or(starts.given) THEN starts.day END) AS stop
FROM starts JOIN named USING (code)
LEFT JOIN (SELECT subject_id, fhir_id, day FROM seen WHERE code LIKE '%//ORDER//END' OR code LIKE '%//GIVEN//END') ends
    ON ends.subject_id = starts.subject_id AND ends.fhir_id = starts.fhir_id AND ends.day >= starts.day
GROUP BY starts.subject_id, named.drug, starts.day ORDER BY ALL"""

SQL_CONDITIONS = """
SELECT subject_id, code AS event, day FROM seen WHERE day IS NOT NULL AND code NOT LIKE '%//END'
AND code NOT LIKE 'UNCODED//%' AND fhir_id LIKE 'Condition/%'"""

SQL_FINDINGS = """
SELECT subject_id, coalesce(replace(code, 'ICD-10-CM//', 'ICD10CM//'), lower(trim(effect))) AS event,
       (epoch(onset) // 86400)::INT AS day
FROM findings WHERE kind = 'adverse_event' AND assertion = 'present' AND onset IS NOT NULL
AND coalesce(score, 1) >= {score} AND coalesce(code, effect) IS NOT NULL"""
