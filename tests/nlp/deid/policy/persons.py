"""Persons, secrets and layers that are plain to see through."""

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa

from nlp.deid.keys import Secret
from schemas.registry import table

SECRETS = {
    1: Secret(1, 1001, b"a" * 16, offset_weeks=2),
    2: Secret(2, 1002, b"b" * 16, offset_weeks=-3),
    3: Secret(3, 1003, b"c" * 16, opt_out=True),
}
NAME = "Zebulon"


class Drawn:
    """Surrogates that say what was asked of them."""

    def __init__(self, subject: int) -> None:
        self.subject = subject

    def given(self, value: str, gender: str = "") -> str:  # noqa: ARG002
        return f"given{self.subject}{gender}"

    def __getattr__(self, what: str) -> Callable[[str], str]:
        return lambda value: f"{what}{self.subject}"  # noqa: ARG005


def read(texts: Sequence[str], subjects: Sequence[int]) -> list[str | None]:  # noqa: ARG001
    """A layer that knows one name, and cannot read one text."""
    return [None if text == "unreadable" else text.replace(NAME, "***") for text in texts]


def rows(name: str, said: Sequence[dict[str, Any]]) -> pa.Table:
    """Rows of a FHIR type or another table; what a row does not say is null, and its subject 1."""
    declared = table(f"phi/{name}" if name[0].islower() else f"phi/fhir/{name}")
    if not said:
        return declared.empty()
    own = {"source": "ehr", "arrival": 1} if "source" in declared.schema.names else {}
    full = [{"subject_id": 1, **own, **row} for row in said]
    held = {key for row in full for key in row}
    schema = pa.schema([field for field in declared.schema if field.name in held])
    return pa.Table.from_pylist(full, schema=schema)
