"""Digests of the plants, so that none changes unnoticed. `python -m bench.plants.digests` renews the record."""

import hashlib
from pathlib import Path

import orjson

HERE = Path(__file__).parent
RECORD = HERE / "digests.json"


def found() -> dict[str, str]:
    """Every generator and every file of data, by its content."""
    files = sorted(path for path in HERE.rglob("*") if path.suffix in (".py", ".yaml"))
    return {path.relative_to(HERE).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in files}


if __name__ == "__main__":
    RECORD.write_bytes(orjson.dumps(found(), option=orjson.OPT_INDENT_2) + b"\n")
