"""What de-identification depends on beside its rows: the taggers' weights and the knowledge of the layers."""

import hashlib
from functools import cache
from pathlib import Path

KNOWLEDGE = Path(__file__).parents[2] / "fhir_mappings" / "deid"


@cache
def digest(artifact: Path) -> str:
    """Of every file of the artifact and of fhir_mappings/deid; read once a process."""
    found = hashlib.sha256()
    for folder in (artifact, KNOWLEDGE):
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            found.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return found.hexdigest()[:16]
