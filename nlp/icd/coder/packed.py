"""JSON and text of an artifact, packed; the same content gives the same bytes."""

import gzip
import json
from pathlib import Path
from typing import Any


def write_text(path: Path, text: str) -> None:
    path.write_bytes(gzip.compress(text.encode("utf-8"), mtime=0))


def read_text(path: Path) -> str:
    return gzip.decompress(path.read_bytes()).decode("utf-8")


def write_json(path: Path, said: Any) -> None:
    write_text(path, json.dumps(said, ensure_ascii=False, separators=(",", ":")))


def read_json(path: Path) -> Any:
    return json.loads(read_text(path))
