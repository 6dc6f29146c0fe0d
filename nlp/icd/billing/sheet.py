"""Codes as CSV, one a line, for billing systems and spreadsheets."""

import csv
import io
from collections.abc import Iterable, Mapping

from nlp.icd.billing.items import WITHDRAWN
from nlp.icd.billing.stay import Stay

COLUMNS = ("patient_id", "identifiers", "encounter_id", "visit", "class", "start", "end", "kind", "sequence", "system",
           "code", "display", "status", "poa", "admitting", "coder", "decided", "score", "band", "flags", "errors",
           "artifact")  # fmt: skip
FORMULA = ("=", "+", "-", "@")  # a spreadsheet would reckon with a text that begins so


def header() -> str:
    return line(COLUMNS)


def lines(stay: Stay, errors: Mapping[str, list[str]]) -> str:
    """`errors`: code -> what is wrong with it on the encounter's date."""
    ids = [str(one["value"]) for one in stay.patient.get("identifier") or () if one.get("value")]
    return "".join(
        line(
            (
                str(stay.patient["id"]),
                " ".join(ids),
                item.encounter_id,
                stay.visit,
                stay.kind,
                stay.period.get("start") or "",
                stay.period.get("end") or "",
                "procedure" if item.procedure else "diagnosis",
                str(item.sequence),
                item.system,
                item.code,
                item.display,
                item.status,
                item.poa,
                "yes" if item.admitting else "",
                item.actor,
                item.decided.isoformat(timespec="seconds") + "Z" if item.decided else "",
                f"{item.score:.4f}" if item.score is not None else "",
                item.band,
                " ".join(item.flags),
                " ".join(errors.get(item.code, ())),
                item.artifact,
            )
        )
        for item in stay.items
        if item.status != WITHDRAWN
    )


def line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells)
    return out.getvalue()
