"""Rejected rows of raw files as rows of phi/quarantine; the runner adds the source."""

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

from schemas.night import QUARANTINE

MESSAGES = {
    "nul-byte": "the line holds a NUL byte; export the file again",
    "encoding": "the line is not UTF-8; convert the file or mend the line",
    "stray-cr": "a carriage return stands inside the line; quote the cell or remove it",
    "quote": "a quote is stray or never closed; a quoted cell starts and ends with one and doubles those inside",
    "field-count": "the line has more or fewer cells than the header has columns",
    "damaged-file": "the file ends here before its time; deliver it again",
    "hl7-no-header": "segments without MSH before them: the beginning of a message is missing; deliver it again whole",
    "hl7-cut": "the message ends before its time; deliver it again whole",
    "hl7-header": "MSH does not say what the message is: MSH-1, MSH-2 and MSH-9 are needed",
    "hl7-trailer": "the batch or file that this header opens is never closed; messages may be missing at its end",
    "hl7-count": "the trailer counts other than stands before it; messages may be missing",
    "required": "the cell may not be empty",
    "unknown-patient": "no person with this key has been delivered; deliver the person, then this row again",
    "leads-to-nobody": "no row of {through.table} has this {through.key}, so it is nobody's; deliver both",
    "leads-to-several": "rows of {through.table} with this {through.key} are of several persons; mend them",
}


@dataclass(frozen=True)
class Reject:
    file: str
    line: int
    target: str
    column: str
    rule: str
    message: str
    raw: bytes


def quarantine(rejects: Iterable[Reject], group: str) -> pa.Table:
    rows = list(rejects)
    names = [column.name for column in QUARANTINE.columns if column.name != "source"]
    types = {field.name: field.type for field in QUARANTINE.schema}
    columns = {
        "source_group": [group] * len(rows),
        **{name: [getattr(row, name) for row in rows] for name in ("file", "line", "target", "rule", "message")},
        "column": [row.column or None for row in rows],
        "raw": [row.raw.decode("utf-8", "backslashreplace") for row in rows],
    }
    return pa.table({name: pa.array(columns[name], types[name]) for name in names})
