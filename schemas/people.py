"""Who is who: persons, their identifiers and secrets. PHI, all of it."""

import pyarrow as pa

from contract.table import Column, Table

IDENTIFIER = pa.struct([("system", pa.string()), ("value", pa.string())])

IDENTITIES = Table(
    "phi/identities",
    "One person as first seen in one source or several. Erasing the row cuts every link to open data.",
    (
        Column("subject_id", pa.int64(), "Random, positive, given at first sight; never reused.", required=True),
        Column(
            "ordinal",
            pa.int64(),
            "Order of first sight, from 0: the place of the person's rows and shard.",
            required=True,
        ),
        Column("open_id", pa.int64(), "Random subject_id of the open tables.", required=True),
        Column("offset_weeks", pa.int32(), "Whole weeks by which the research policy moves dates.", required=True),
        Column("salt", pa.binary(16), "Random; surrogates are drawn from it.", required=True),
        Column("split", pa.string(), "train, tuning or held_out; drawn once, carried through the gate.", required=True),
        Column("keys", pa.list_(IDENTIFIER), "How sources name the person in their rows: (source, key)."),
        Column("identifiers", pa.list_(IDENTIFIER), "Identifiers that mappings name as identifying: (system, value)."),
        Column("merged_into", pa.int64(), "The subject this one is part of now; null while it stands alone."),
        Column("opt_out", pa.bool_(), "True: nothing of the person passes the gate."),
    ),
    key=("subject_id",),
    order=("ordinal",),
    file="identities.parquet",
)
