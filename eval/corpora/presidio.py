"""The generated English sentences of presidio-research (MIT), with spans in our labels."""

from pathlib import Path

import orjson

from eval.corpora.marked import Marked

LABELS = {
    "PERSON": "PATIENT", "STREET_ADDRESS": "STREET", "GPE": "CITY", "ORGANIZATION": "EMPLOYER", "DATE_TIME": "DATE",
    "PHONE_NUMBER": "PHONE", "AGE": "AGE", "EMAIL_ADDRESS": "EMAIL", "ZIP_CODE": "ZIP", "DOMAIN_NAME": "URL",
    "CREDIT_CARD": "ACCOUNT", "IBAN_CODE": "ACCOUNT", "US_SSN": "SSN", "IP_ADDRESS": "IP",
    "US_DRIVER_LICENSE": "LICENSE",
}  # fmt: skip
"""TITLE and NRP (nationality, religion, politics) name nobody here."""


def read_presidio(folder: Path) -> list[Marked]:
    rows = orjson.loads((folder / "data" / "synth_dataset_v2.json").read_bytes())
    return [Marked(f"{row['template_id']}/{at}", row["full_text"], _spans(row)) for at, row in enumerate(rows)]


def _spans(row: dict[str, list[dict[str, str | int]]]) -> tuple[tuple[int, int, str], ...]:
    named = [(int(s["start_position"]), int(s["end_position"]), str(s["entity_type"])) for s in row["spans"]]
    return tuple(sorted((start, end, LABELS[kind]) for start, end, kind in named if kind in LABELS))
