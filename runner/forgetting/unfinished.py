"""An act of forgetting under way, kept on disk until it is done: killed in the middle, it can be ended."""

import os
from pathlib import Path

from contract.errors import StoreError
from runner.forgetting.person import Person
from store.parquet import make_folder

PLACE = Path("keys") / "forgetting.json"


def begin(lake: Path, person: Person) -> None:
    make_folder((lake / PLACE).parent, phi=True)
    part = (lake / PLACE).with_suffix(".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(person.document())
        file.flush()
        os.fsync(file.fileno())
    part.rename(lake / PLACE)


def left(lake: Path) -> Person | None:
    found = lake / PLACE
    return Person.read(found.read_text(encoding="utf-8")) if found.exists() else None


def end(lake: Path) -> None:
    for path in (lake / PLACE, (lake / PLACE).with_suffix(".part")):
        path.unlink(missing_ok=True)


def require_none(lake: Path) -> None:
    if (lake / PLACE).exists():
        raise StoreError(
            "a person is half forgotten: `chartloom forget` was stopped before it ended. End it first: "
            "`chartloom forget --resume`."
        )
