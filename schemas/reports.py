"""Draft reports of imaging studies, under phi/ and open."""

import pyarrow as pa

from contract.table import Column, Table
from schemas.results import ARTIFACT, FLAGS, SUBJECT


def _reports(root: str) -> tuple[Table, ...]:
    return (
        Table(
            root + "reports",
            "The draft report of one study; never signed by chartloom.",
            (
                SUBJECT,
                Column("study_id", pa.string(), "ImagingStudy.id.", required=True),
                Column("time", pa.timestamp("us"), "Of the study, UTC."),
                Column("text", pa.large_string(), "The draft; empty: chartloom abstains, and flags say why."),
                Column(
                    "findings",
                    pa.list_(
                        pa.struct(
                            [
                                ("finding", pa.string()),
                                ("side", pa.string()),
                                ("severity", pa.string()),
                                ("position", pa.string()),
                                ("state", pa.string()),
                                ("score", pa.float32()),
                            ]
                        )
                    ),
                    "What the images show: present, or doubtful (said in no sentence); position is a device's.",
                ),
                Column(
                    "sentences",
                    pa.list_(
                        pa.struct(
                            [
                                ("text", pa.string()),
                                ("finding", pa.string()),
                                ("state", pa.string()),
                                ("score", pa.float32()),
                                ("source", pa.string()),
                                ("prior_study_id", pa.string()),
                            ]
                        )
                    ),
                    "Each with its finding, which is present or negated; or new, unchanged, resolved since a prior. "
                    "score: the probability of that, whatever side, severity or position it names.",
                ),
                FLAGS,
                ARTIFACT,
            ),
            ("study_id",),
            ("study_id",),
            version=2,
        ),
        Table(
            root + "reports_account",
            "One imaging study as drafting saw it: what was read, and why there is no draft or not more.",
            (
                SUBJECT,
                Column("study_id", pa.string(), "ImagingStudy.id.", required=True),
                Column("images", pa.int32(), "Images there are.", required=True),
                Column(
                    "images_read",
                    pa.int32(),
                    "Images of an encoder, width and modality that the artifact knows.",
                    required=True,
                ),
                Column("sentences", pa.int32(), "Of the draft.", required=True),
                FLAGS,
                ARTIFACT,
            ),
            ("study_id",),
            ("study_id",),
        ),
    )


TABLES = (*_reports("phi/"), *_reports(""))
