"""What is predicted of stays, and what was seen of each person on the way."""

import pyarrow as pa

from contract.table import Column, Table
from schemas.results import ARTIFACT, ENCOUNTER, FLAGS, SUBJECT


def _predictions(root: str) -> tuple[Table, ...]:
    return (
        Table(
            root + "outcomes",
            "One prediction.",
            (
                SUBJECT,
                ENCOUNTER,
                Column("task", pa.string(), "mortality, readmission, long_stay, diagnoses, ...", required=True),
                Column("target", pa.string(), "Of a task with many targets, which."),
                Column("prediction_time", pa.timestamp("us"), "Nothing recorded later was used.", required=True),
                Column("horizon", pa.duration("us"), "How far ahead; null: until the stay ends."),
                Column("probability", pa.float32(), "Calibrated."),
                Column("decision", pa.string(), "yes, no or abstain."),
                Column(
                    "contributions",
                    pa.list_(pa.struct([("feature", pa.string()), ("value", pa.float32()), ("shap", pa.float32())])),
                    "What moved the prediction, strongest first.",
                ),
                Column("observed", pa.bool_(), "What became of it, once the timeline shows it; null: not yet."),
                Column("in_training", pa.bool_(), "The person's record taught the model: no proof of its quality."),
                FLAGS,
                ARTIFACT,
            ),
            ("subject_id", "encounter_id", "task", "target", "prediction_time"),
            ("encounter_id", "task", "target", "prediction_time"),
            version=2,
        ),
        Table(
            root + "outcomes_account",
            "One person and task as the prediction of outcomes saw them: what was predicted, and why not more.",
            (
                SUBJECT,
                Column("task", pa.string(), "The task; null: no artifact is there.", required=False),
                Column("events", pa.int64(), "Events of the person.", required=True),
                Column("unseen", pa.int64(), "Events whose code the artifact has never seen.", required=True),
                Column("predictions", pa.int32(), "Rows of the person and task in outcomes.", required=True),
                FLAGS,
                ARTIFACT,
            ),
            ("subject_id", "task"),
            ("subject_id", "task"),
        ),
    )


TABLES = (*_predictions("phi/"), *_predictions(""))
