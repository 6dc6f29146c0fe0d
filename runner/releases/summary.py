"""What a release holds, counted in persons: cells under 11 are not told, nor what they follow from."""

import csv
import io
from collections.abc import Sequence

import pyarrow as pa

from nlp.deid.anonymity.cells import suppressed, told
from nlp.deid.anonymity.codes import PREFIX

WITHHELD = "under 11, or hides one that is"


def summary(people: pa.Table, held: pa.Table, quasi: Sequence[str]) -> list[tuple[str, str, int | None]]:
    """(what, value, persons)."""
    rows: list[tuple[str, str, int | None]] = [("persons", "all", told(len(people)))]
    for name in quasi:
        counts = {str(each["values"]) or "not told": each["counts"] for each in people[name].value_counts().to_pylist()}
        rows += [(name, value, count) for value, count in sorted(suppressed(counts, len(people)).items())]
    codes = held.group_by("code").aggregate([("subject_id", "count_distinct")])
    by_code = dict(zip(codes["code"].to_pylist(), codes["subject_id_count_distinct"].to_pylist(), strict=True))
    whole = len(people)
    by_code = {code: count for code, count in by_code.items() if not code.startswith(PREFIX)}
    for code, count in sorted(by_code.items()):
        lone = 0 < whole - count < 11  # those without it are few
        rows.append(("code", code, None if lone else told(count)))
    return rows


def as_csv(rows: Sequence[tuple[str, str, int | None]]) -> bytes:
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(("what", "value", "persons"))
    writer.writerows((what, value, WITHHELD if count is None else count) for what, value, count in rows)
    return made.getvalue().encode()
