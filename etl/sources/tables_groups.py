"""Which files belong together and are complete: a folder with a mapping's files, or each of its sub-folders."""

import time
from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path

from contract.errors import InputError
from contract.work import UNKNOWN, WRITING, Delivery, Group
from etl.mapping.load import Mapping, TableMapping

UNFINISHED = (".tmp", ".part", ".filepart", ".crdownload")
HIDDEN = (".", "~")


def table_of(path: Path, mapping: Mapping) -> TableMapping | None:
    """The raw table a file holds, by its name; upper and lower case and .gz make no difference."""
    name = path.name.lower().removesuffix(".gz")
    return next((t for t in mapping.tables.values() if any(fnmatchcase(name, f.lower()) for f in t.raw.files)), None)


def find_groups(folder: Path, mapping: Mapping, delivery: Delivery, settle_s: float) -> list[Group]:
    if not folder.is_dir():
        raise InputError(
            f"{folder}: there is no such folder. Create it, or mend `path` of the source in pipelines.yaml."
        )
    candidates = _candidates(folder, mapping)
    held = _held(candidates, mapping, delivery)
    if not held:
        raise InputError(_nothing(folder, mapping, {**candidates, "": _files(folder)}))
    ready = {name: files for name, files in held.items() if not _being_written(files, settle_s)}
    if delivery == "full":
        _complete(folder, ready, mapping)
    return [Group(name, tuple(path for path in files if table_of(path, mapping))) for name, files in ready.items()]


def _candidates(folder: Path, mapping: Mapping) -> dict[str, list[Path]]:
    here = _files(folder)
    if any(table_of(path, mapping) for path in here):
        return {folder.name: here}
    return {sub.name: _files(sub) for sub in sorted(folder.iterdir()) if sub.is_dir() and not _hidden(sub)}


def _held(candidates: dict[str, list[Path]], mapping: Mapping, delivery: Delivery) -> dict[str, list[Path]]:
    """Those with a table in them; of full deliveries the newest."""
    held = {name: files for name, files in candidates.items() if any(table_of(path, mapping) for path in files)}
    return dict(list(held.items())[-1:]) if delivery == "full" else held


def left_aside(folder: Path, mapping: Mapping, delivery: Delivery, settle_s: float) -> Counter[str]:
    """What find_groups leaves: groups being written; files beside the tables, and beside the groups."""
    candidates = _candidates(folder, mapping)
    held = _held(candidates, mapping, delivery)
    newer = max(held, default="") if delivery == "full" else ""  # older full deliveries are no news
    looked = {name: files for name, files in candidates.items() if name in held or name > newer}
    waiting = [name for name, files in looked.items() if _being_written(files, settle_s)]
    files = {path for name, files in looked.items() for path in files} | set(_files(folder))
    strange = [path for path in files if not (table_of(path, mapping) or _hidden(path) or _unfinished(path))]
    return +Counter({WRITING: len(waiting), UNKNOWN: len(strange)})


def _complete(folder: Path, groups: dict[str, list[Path]], mapping: Mapping) -> None:
    for name, files in groups.items():
        here = [table_of(path, mapping) for path in files]
        absent = [t.raw for t in mapping.tables.values() if not t.raw.optional and t not in here]
        if absent:
            expected = ", ".join(pattern for table in absent for pattern in table.files)
            raise InputError(
                f"{folder}: group {name} is a full delivery without {expected}. Deliver it, or say `delivery: delta`."
            )


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file())


def _hidden(path: Path) -> bool:
    return path.name.startswith(HIDDEN)


def _unfinished(path: Path) -> bool:
    return path.name.endswith(UNFINISHED) or path.name.startswith("~")


def _being_written(files: list[Path], settle_s: float) -> bool:
    now = time.time()
    return any(
        _unfinished(path) or now - path.stat().st_mtime < settle_s for path in files if not path.name.startswith(".")
    )


def _nothing(folder: Path, mapping: Mapping, candidates: dict[str, list[Path]]) -> str:
    expected = ", ".join(pattern for table in mapping.tables.values() for pattern in table.raw.files)
    count = sum(len(files) for files in candidates.values())
    return (
        f"{folder}: none of {count} file(s) is one that mapping {mapping.name} knows. Expected {expected} "
        "(each may end in .gz), here or in sub-folders. Put the export there, or name another mapping in the plan."
    )
