"""Who is who: persons, their identifiers and secrets. PHI, all of it."""

import pyarrow as pa

from contract.table import Column, Table

IDENTIFIER = pa.struct([("system", pa.string()), ("value", pa.string())])

IDENTITIES = Table(
    "phi/identities",
    "One person as one source names them. Rows of one human being share a subject: that of the row seen first. "
    "Erasing a person's rows cuts every link to open data.",
    (
        Column("subject_id", pa.int64(), "Random, positive, given at first sight; never reused.", required=True),
        Column("ordinal", pa.int64(), "Order of first sight, from 0: the place of the person's rows.", required=True),
        Column("source", pa.string(), "The source in pipelines.yaml.", required=True),
        Column("key", pa.string(), "How the source's rows name the person.", required=True),
        Column("identifiers", pa.list_(IDENTIFIER), "Identifiers that the mapping names as identifying."),
        Column("replaced_by", pa.string(), "Key of the person in the same source that this one was merged into."),
        Column("merged_into", pa.int64(), "The subject it is part of now; null while it stands for itself."),
        Column("open_id", pa.int64(), "Random subject_id of the open tables.", required=True),
        Column("offset_weeks", pa.int32(), "Whole weeks by which the research policy moves dates.", required=True),
        Column("salt", pa.binary(16), "Random; surrogates are drawn from it.", required=True),
        Column("split", pa.string(), "train, tuning or held_out; drawn once, carried through the gate.", required=True),
        Column("opt_out", pa.bool_(), "True: nothing of the person passes the gate."),
    ),
    key=("source", "key"),
    order=("ordinal",),
    file="identities.parquet",
)
