"""The night's log: JSON lines of what happened, for machines. Counts, names of parts and rules; never a row."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


class Log:
    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path

    def say(self, event: str, **facts: Any) -> None:
        line = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, **facts}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, default=str) + "\n")
