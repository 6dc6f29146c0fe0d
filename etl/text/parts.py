"""The attachments of DocumentReference and DiagnosticReport, one a row, with what is known of the note around them."""

from collections.abc import Iterable

import duckdb
import pyarrow as pa

from schemas.registry import table
from schemas.segments import whole

DOCUMENTS, REPORTS = "phi/fhir/DocumentReference", "phi/fhir/DiagnosticReport"
USED = {
    DOCUMENTS: "id subject_id status docStatus type category date content context resource_json",
    REPORTS: "id subject_id status code category encounter effectiveDateTime effectivePeriod issued conclusion "
    "presentedForm resource_json",
}
PLAIN = r'^text/plain\s*(;\s*charset\s*=\s*"?(utf-?8|us-ascii)"?\s*)?$'
DOCUMENT_PARTS = """
    SELECT subject_id, 'DocumentReference' AS made_of, id, unnest(range(1, len(content) + 1)) AS part,
        len(content) AS parts, content[part].attachment AS attachment, NULL::VARCHAR AS conclusion,
        context.encounter[1].reference AS encounter,
        coalesce(date, context.period.start, content[part].attachment.creation) AS said,
        to_json(list_prepend(type, coalesce(category, [])))::VARCHAR AS concepts,
        coalesce(context.practiceSetting.text, context.practiceSetting.coding[1].display) AS author_role, resource_json
    FROM documents
    WHERE coalesce(status, '') <> 'entered-in-error' AND coalesce(docStatus, '') <> 'entered-in-error'
"""
REPORT_PARTS = """
    SELECT subject_id, 'DiagnosticReport' AS made_of, 'DiagnosticReport.' || id AS id,
        unnest(range(1, parts + 1)) AS part, parts, presentedForm[part] AS attachment,
        CASE WHEN part > len(coalesce(presentedForm, [])) THEN conclusion END AS conclusion,
        encounter.reference AS encounter, coalesce(effectiveDateTime, effectivePeriod.start, issued) AS said,
        to_json(list_prepend(code, coalesce(category, [])))::VARCHAR AS concepts, NULL AS author_role, resource_json
    FROM (SELECT *, len(coalesce(presentedForm, [])) + (coalesce(trim(conclusion), '') <> '')::INT AS parts
          FROM reports)
    WHERE coalesce(status, '') <> 'entered-in-error'
"""
ROWS = """
    WITH every AS ({documents} UNION ALL BY NAME {reports}), told AS (
        SELECT *, CASE WHEN conclusion IS NOT NULL THEN conclusion
            WHEN regexp_matches(lower(coalesce(attachment.contentType, '')), $plain)
            THEN try(decode(from_base64(attachment.data))) END AS plain
        FROM every WHERE subject_id IS NOT NULL)
    SELECT id || CASE WHEN parts > 1 THEN '.' || part ELSE '' END AS note_id, subject_id, made_of, id, encounter,
        said, concepts, author_role, attachment.contentType AS content_type, attachment.url AS url,
        coalesce(attachment.language, CASE WHEN contains(resource_json, '"language"')
            THEN json_extract_string(resource_json, '$.language') END) AS language,
        CASE WHEN NOT regexp_matches(lower(plain[:50]), $starts)
            THEN replace(replace(plain, chr(13) || chr(10), chr(10)), chr(13), chr(10)) END AS text,
        CASE WHEN text IS NULL THEN attachment.data END AS data
    FROM told
"""


def parts(documents: pa.Table | None, reports: pa.Table | None, starts: Iterable[str]) -> pa.Table:
    """`text` where it is plain UTF-8 (none of `starts` in front); of all others `data`, to be read one by one."""
    connection = duckdb.connect(config={"threads": 1})
    connection.register("documents", _narrow(DOCUMENTS, documents))
    connection.register("reports", _narrow(REPORTS, reports))
    strange = r"^[\s\x{FEFF}]*(" + "|".join(_literal(start) for start in starts) + ")"
    said = ROWS.format(documents=DOCUMENT_PARTS, reports=REPORT_PARTS)
    return connection.sql(said, params={"plain": PLAIN, "starts": strange}).to_arrow_table()


def _literal(text: str) -> str:
    return "".join(letter if letter.isalnum() else f"\\x{{{ord(letter):x}}}" for letter in text)


def _narrow(name: str, rows: pa.Table | None) -> pa.Table:
    """The columns used, null where the table lacks them."""
    declared = table(name)
    rows = declared.empty() if rows is None else rows
    kinds = {column.name: column.type for column in declared.columns}
    return whole(
        pa.table({n: rows[n] if n in rows.column_names else pa.nulls(len(rows), kinds[n]) for n in USED[name].split()})
    )
