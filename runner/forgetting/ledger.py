"""Persons told by keyed digests: who was forgotten and must not come back, and who opted out. No name stands there.

Without the lake's key nobody can tell from a digest whose it is, however few keys there are to try.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from contract.errors import StoreError
from etl.identities import TOO_COMMON
from etl.mentions import SURE
from runner.secret import lake_key
from store.parquet import make_folder

BARRED, OPT_OUTS = "barred", "opt_outs"  # files of lake/keys
Names = Iterable[Mapping[str, Any]]
"""Rows with source, key and identifiers, as phi/identities has them."""


@dataclass(frozen=True)
class Ledger:
    """Lines of marks, of which the last that names a mark holds."""

    lake: Path
    file: str

    @property
    def path(self) -> Path:
        return self.lake / "keys" / self.file

    @cached_property
    def lines(self) -> list[dict[str, Any]]:
        if not self.path.exists():
            return []
        try:
            return [json.loads(line) for line in self.path.read_text(encoding="ascii").splitlines()]
        except ValueError as error:
            raise StoreError(
                f"lake/keys/{self.file} is damaged. Restore it from a backup before the next run."
            ) from error

    @cached_property
    def marks(self) -> frozenset[str]:
        """Of whom it holds now."""
        holds: dict[str, bool] = {}
        for line in self.lines:
            holds |= dict.fromkeys(line["marks"], line["holds"])
        return frozenset(mark for mark, held in holds.items() if held)

    @cached_property
    def _key(self) -> bytes:
        return lake_key(self.lake)

    def mark(self, *said: str) -> str:
        return hashlib.blake2b(
            json.dumps(said).encode(), key=self._key, digest_size=16, person=b"chartloom"
        ).hexdigest()

    def add(self, marks: Iterable[str], **said: Any) -> "Ledger":
        """One line more, on disk when this returns; a new file appears whole."""
        line = {"time": datetime.now(UTC).isoformat(timespec="seconds"), "marks": sorted(marks), "holds": True, **said}
        make_folder(self.path.parent, phi=True)
        part = self.path.with_suffix(".part")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.writelines(json.dumps(each) + "\n" for each in [*self.lines, line])
            file.flush()
            os.fsync(file.fileno())
        part.rename(self.path)
        return Ledger(self.lake, self.file)

    def keys(self, rows: Names) -> set[str]:
        return {self.mark("key", row["source"], row["key"]) for row in rows}

    def identifiers(self, rows: Names) -> set[str]:
        return {self.mark("identifier", *pair) for row in rows for pair in pairs(row)}

    def values(self, rows: Names) -> set[str]:
        """Of long identifiers without their system: in a row that cannot be read nobody says which it is of."""
        return {self.mark("value", value) for row in rows for _, value in pairs(row) if len(value) >= SURE}


def pairs(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """system, value."""
    said = ((each["system"] or "", each["value"] or "") for each in row["identifiers"] or ())
    return [(system, value) for system, value in said if value]


def placeholders(rows: Names) -> set[tuple[str, str]]:
    """Identifiers that more keys share than one person has: they say nobody."""
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        for pair in set(pairs(row)):
            seen[pair] = seen.get(pair, 0) + 1
    return {pair for pair, count in seen.items() if count > TOO_COMMON}
