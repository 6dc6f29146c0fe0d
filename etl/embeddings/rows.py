"""Rows of image embeddings on their way in: what readers of files hand to the spool, and what is wrong with a row.

A Source of embeddings is a reader, a function that yields Block and Refusal, and `spool.Pass`, which does the rest:
judges the rows, finds their persons, deals them to batches, fills phi/quarantine. `etl.embeddings.source` reads vectors
that lie in files; a source that makes vectors out of pictures yields the same blocks.
"""

from dataclasses import dataclass, field
from zoneinfo import available_timezones

import pyarrow as pa

from contract.errors import ConfigError

WORDS = ("patient_id", "study_id", "image_id", "modality", "body_part", "view", "encoder")
BLOCK = pa.schema(
    [*((name, pa.string()) for name in WORDS), ("time", pa.string()), ("embedding", pa.list_(pa.float32()))]
)
"""`time` may be a timestamp or a date too. What is not known is null; a null vector: there is no image."""
ROWS = 2_048  # of a block, at most

MESSAGES = {
    "required": "the column may not be empty: a vector belongs to an image of a study of a patient, and has an "
    "encoder; where no file names the encoder, the source does (`encoder` in pipelines.yaml)",
    "study-without-image": "the study table names a study and no image of it; deliver the vectors of its images, or "
    "leave the line out",
    "no-vector": "the image has no vector; encode the image again, or leave the row out",
    "not-finite": "the vector holds NaN, infinity or nothing in a place; encode the image again",
    "width": "the vector has another width than most of this encoder in this delivery, or than `width` of the source "
    "says; name the encoder of another width otherwise, and deliver again",
    "time-format": "a time was expected, such as 2026-11-20T14:03:00Z; without a zone it is in `timezone` of the "
    "source",
    "unknown-patient": "nobody in the lake has this identifier in the system that the source names; deliver the "
    "patient, then `chartloom quarantine replay`",
    "study-of-two": "images of several patients stand under this study_id, and nobody knows whose it is; no row of the "
    "study is taken; correct the patients and deliver again",
    "image-repeated": "the same image comes with several vectors of one encoder, and nobody knows which is right; none "
    "of them is taken; deliver the right one",
    "unreadable": "the file is damaged, cut short or of another kind than its name says; deliver it again",
    "pickled": "the file holds Python objects, which are never loaded: they could run code; save texts as numpy "
    "strings (array.astype(str)) or in a study table beside the file",
    "array-shape": "an array of n images x width was expected, two dimensions; save it so",
    "array-type": "vectors of 16, 32 or 64 bit floating point numbers were expected; save them so",
    "no-array": "one array called embedding or embeddings was expected in the file; save it under that name",
    "no-column": "patient_id, study_id, image_id and, for Parquet, embedding were expected as columns; add what is "
    "absent, to the file or to a study table (CSV or Parquet) of the same name beside it",
    "column-type": "the column holds neither texts nor whole numbers; write ids as texts",
    "column-twice": "a column stands twice in the file; leave one out",
    "table-length": "the study table has more or fewer rows than the array, so nobody knows which row is which "
    "image's; deliver both again",
    "two-tables": "two study tables lie beside the array, .csv and .parquet; leave one",
}


@dataclass(frozen=True)
class Block:
    """Rows of one file that follow each other. `first` is the number of the first one in its file, from 1."""

    file: str
    first: int
    rows: pa.Table = field(repr=False)  # BLOCK


@dataclass(frozen=True)
class Refusal:
    """A file, or a place in one, that gives no row: it counts as one raw row, in phi/quarantine.

    `message` is for rules that MESSAGES does not know; `line` of a file that cannot be read at all is None.
    """

    file: str
    rule: str
    line: int | None = None
    column: str | None = None
    message: str = ""
    raw: str | None = field(default=None, repr=False)


class Refused(Exception):
    """By which rule a whole file is, and for which column."""

    def __init__(self, rule: str, column: str = "") -> None:
        super().__init__(rule)
        self.rule, self.column = rule, column


@dataclass(frozen=True)
class Wanted:
    """`encoder`: of rows that name none. `width`: of all vectors; 0: what most vectors of their encoder have.

    `timezone`: of times without zone.
    """

    encoder: str = ""
    width: int = 0
    timezone: str = "UTC"

    def __post_init__(self) -> None:
        if self.timezone not in available_timezones():
            raise ConfigError(f"timezone {self.timezone!r} is unknown; write it like Europe/Stockholm.")
        if self.width < 0:
            raise ConfigError(f"width is {self.width}; expected the length of a vector, or 0 where any will do.")
