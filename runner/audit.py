"""Who looked at PHI from the command line: one line an act, appended before the act, so that none goes unrecorded."""

import hashlib
import json
import os
import pwd
from datetime import UTC, datetime
from pathlib import Path

from contract.errors import StoreError

FOLDER = "phi-audit"


def record(lake: Path, act: str, said: str) -> None:
    """`said` (the SQL, the rule) may hold PHI itself: its digest is kept, not its words."""
    now = datetime.now(UTC)
    digest = hashlib.sha256(said.encode()).hexdigest()
    line = {"time": now.isoformat(), "user": user(), "act": act, "digest": digest}
    folder = lake / FOLDER
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        _append(folder / f"{now:%Y-%m}.jsonl", json.dumps(line) + "\n")
    except OSError as error:
        raise StoreError(
            f"the audit of PHI cannot be written in {FOLDER}/ of the lake ({error.strerror}), so PHI is not shown. "
            "Ask whoever runs the lake for the right to append there."
        ) from error


def user() -> str:
    """As the system knows who asks; the environment says what anybody writes into it."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _append(path: Path, line: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, line.encode())
        os.fsync(handle)
    finally:
        os.close(handle)
