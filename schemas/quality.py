"""How good the data are: values that cannot be, facts told twice, and counts in the terms of Kahn 2016."""

import pyarrow as pa

from contract.table import Column, Table

SUBJECT = Column("subject_id", pa.int64(), "The person.", required=True)

IMPLAUSIBLE = Table(
    "phi/implausible",
    "One event whose number and unit cannot both be right. It stands in phi/timeline too, without canonical_value.",
    (
        SUBJECT,
        Column("time", pa.timestamp("us"), "Of the event, UTC."),
        Column("code", pa.string(), "Of the event.", required=True),
        Column("numeric_value", pa.float32(), "As delivered."),
        Column("unit", pa.string(), "As delivered."),
        Column("canonical_unit", pa.string(), "The unit by which values of the code are compared."),
        Column("would_be", pa.float32(), "The value in it, if the unit were right."),
        Column(
            "rule",
            pa.string(),
            "impossible: no living person has this value; wrong-unit: it would be usual in `meant`; contradicts: the "
            "unit measures another kind of thing than the code.",
            required=True,
        ),
        Column("meant", pa.string(), "The unit in which the number would be usual."),
        Column("source", pa.string(), "The source that said so."),
        Column("fhir_id", pa.string(), "Type/id of the resource."),
    ),
    ("subject_id", "time", "code", "fhir_id"),
    ("time", "code", "fhir_id"),
)
DUPLICATES = Table(
    "phi/duplicates",
    "One fact that two sources tell of one person: same code, time and value. Both stand in phi/timeline.",
    (
        SUBJECT,
        Column("time", pa.timestamp("us"), "When `fhir_id` says that it happened, UTC."),
        Column("code", pa.string(), "Of the event.", required=True),
        Column("canonical_value", pa.float32(), "The value that both agree in."),
        Column("agree", pa.string(), "time: to the instant; day: one of the two says only the day.", required=True),
        Column("type", pa.string(), "The FHIR type of `fhir_id`."),
        Column("source", pa.string(), "The one source.", required=True),
        Column("fhir_id", pa.string(), "Its resource."),
        Column("other_source", pa.string(), "The other source.", required=True),
        Column("other_fhir_id", pa.string(), "Its resource."),
    ),
    ("subject_id", "code", "fhir_id", "other_fhir_id"),
    ("time", "code", "fhir_id", "other_fhir_id"),
)
QUALITY = Table(
    "phi/quality",
    "One check of one source and table over all patients, in the terms of Kahn 2016; counts only, no patient.",
    (
        Column(
            "source",
            pa.string(),
            "The source in pipelines.yaml; of duplicates across sources, both: a + b.",
            required=True,
        ),
        Column("table", pa.string(), "The FHIR type, raw table, or timeline.", required=True),
        Column("check", pa.string(), "Name of the check in fhir_mappings/quality.yaml.", required=True),
        Column("category", pa.string(), "conformance, completeness or plausibility.", required=True),
        Column(
            "subcategory", pa.string(), "value, relational, computational; uniqueness, atemporal, temporal; or none."
        ),
        Column("failed", pa.int64(), "Rows for which the check does not hold: the numerator.", required=True),
        Column("looked_at", pa.int64(), "Rows to which the check applies: the denominator; null: not known."),
        Column("threshold", pa.float64(), "Share of failed above which the report marks the check; null: only told."),
    ),
    ("source", "table", "check"),
    ("source", "table", "check"),
    file="quality.parquet",
)
TABLES = (IMPLAUSIBLE, DUPLICATES, QUALITY)
