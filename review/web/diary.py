"""The log of requests: when, who, which route, how it went. Never a filled path, a query, or what an error says."""

import json
import logging
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.types import Scope

logger = logging.getLogger("chartloom.review")
HOUSE = Path(__file__).parents[2]


class Diary:
    """`scope["state"]["who"]` is the name of whoever is signed in: the guard writes it there."""

    def request(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", None) or "unknown"
        who = scope.get("state", {}).get("who", "")
        method = scope["method"] if scope["method"].isalpha() and len(scope["method"]) < 10 else "other"
        self._write(logging.INFO, who=who, method=method, route=route, status=status, ms=round(seconds * 1_000, 1))

    def mishap(self, error: BaseException) -> None:
        """Kind and place: the error's own words may quote a note."""
        self._write(logging.ERROR, unexpected=type(error).__name__, places=places(error))

    def _write(self, level: int, **said: Any) -> None:
        time = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        logger.log(level, "%s", json.dumps({"time": time, **said}))


def places(error: BaseException) -> list[str]:
    """Where in our own code it arose, innermost last, then the very place."""
    frames = traceback.extract_tb(error.__traceback__)
    named = [(Path(f.filename), f"{f.name}:{f.lineno}") for f in frames]
    ours = [f"{path.relative_to(HOUSE)}:{at}" for path, at in named if path.is_relative_to(HOUSE / "review")]
    return [*ours[-3:], *(f"{path.name}:{at}" for path, at in named[-1:] if not path.is_relative_to(HOUSE / "review"))]


class Plain(logging.Formatter):
    """One line a message, and never a trace: it may quote a note."""

    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[1] if record.exc_info else None
        if error is None:
            return record.getMessage()
        return json.dumps({"unexpected": type(error).__name__, "places": places(error)})
