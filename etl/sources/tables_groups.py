"""Which files belong together and are complete: a folder with a mapping's files, or each of its sub-folders."""

import time
from collections import Counter
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from contract.errors import InputError
from contract.work import UNKNOWN, WRITING, Delivery, Group
from etl.inbox import UNFINISHED
from etl.mapping.load import Mapping
from etl.sources.tables_places import HIDDEN, depth, files_below, tables_of

GROUP = "{group}"  # in `ready`: the name of the group's folder, beside which the marker lies


@dataclass(frozen=True)
class Candidate:
    """A folder that may be a group. `known`: its files that hold tables."""

    folder: Path
    files: tuple[Path, ...]
    known: tuple[Path, ...]

    @staticmethod
    def of(folder: Path, mapping: Mapping) -> "Candidate":
        files = tuple(files_below(folder, depth(mapping)))
        return Candidate(folder, files, tuple(p for p in files if tables_of(p.relative_to(folder).as_posix(), mapping)))

    @property
    def group(self) -> Group:
        return Group(self.folder.name, self.known, self.folder)


def find_groups(folder: Path, mapping: Mapping, delivery: Delivery, settle_s: float) -> list[Group]:
    if not folder.is_dir():
        raise InputError(
            f"{folder}: there is no such folder. Create it, or mend `path` of the source in pipelines.yaml."
        )
    candidates = candidates_in(folder, mapping)
    held = _held(candidates, delivery)
    if not held:
        raise InputError(_nothing(folder, mapping, candidates))
    ready = [each for each in held if not _waits(each, mapping, settle_s)]
    if delivery == "full":
        _complete(folder, ready, mapping)
    return [each.group for each in ready]


def candidates_in(folder: Path, mapping: Mapping) -> list[Candidate]:
    here = Candidate.of(folder, mapping)
    if here.known:
        return [here]
    return [Candidate.of(sub, mapping) for sub in sorted(folder.iterdir()) if sub.is_dir() and not _hidden(sub)]


def every_group(folder: Path, mapping: Mapping) -> list[Group]:
    """The folder itself and all its sub-folders, whichever hold files of the mapping: deliveries of all nights."""
    below = [Candidate.of(sub, mapping) for sub in sorted(folder.iterdir()) if sub.is_dir()]
    return [each.group for each in (Candidate.of(folder, mapping), *below) if each.known]


def _held(candidates: list[Candidate], delivery: Delivery) -> list[Candidate]:
    """Those with a table in them; of full deliveries the newest."""
    held = [each for each in candidates if each.known]
    return held[-1:] if delivery == "full" else held


def left_aside(folder: Path, mapping: Mapping, delivery: Delivery, settle_s: float) -> Counter[str]:
    """What find_groups leaves: groups being written; files beside the tables, and beside the groups."""
    candidates = candidates_in(folder, mapping)
    held = _held(candidates, delivery)
    newer = max((each.folder.name for each in held), default="") if delivery == "full" else ""  # older ones: no news
    looked = [each for each in candidates if each in held or each.folder.name > newer]
    waiting = [each for each in looked if _waits(each, mapping, settle_s)]
    beside = {path for path in folder.iterdir() if path.is_file()} - {p for each in looked for p in each.files}
    strange = [path for path in beside if not _marks(path, folder, looked, mapping)]
    strange += [p for each in looked for p in {*each.files} - {*each.known} if not _marks(p, each.folder, [], mapping)]
    return +Counter({WRITING: len(waiting), UNKNOWN: sum(not (_hidden(p) or _unfinished(p)) for p in strange)})


def _marks(path: Path, folder: Path, beside: list[Candidate], mapping: Mapping) -> bool:
    """Whether the file says that a group is complete."""
    if not mapping.ready:
        return False
    names = [mapping.ready.replace(GROUP, each.folder.name) for each in beside] or [mapping.ready]
    return any(fnmatchcase(path.relative_to(folder).as_posix(), name) for name in names)


def _waits(group: Candidate, mapping: Mapping, settle_s: float) -> bool:
    """For its marker, where the mapping names one, else until nothing of it is young."""
    if any(_unfinished(path) for path in group.files if not path.name.startswith(".")):
        return True
    if GROUP in mapping.ready:
        name = mapping.ready.replace(GROUP, group.folder.name)
        return not any(fnmatchcase(path.name, name) for path in group.folder.parent.iterdir())
    if mapping.ready:
        return not any(_marks(path, group.folder, [], mapping) for path in group.folder.rglob("*"))
    now = time.time()
    return any(now - path.stat().st_mtime < settle_s for path in group.files if not path.name.startswith("."))


def _complete(folder: Path, groups: list[Candidate], mapping: Mapping) -> None:
    for group in groups:
        places = [path.relative_to(group.folder).as_posix() for path in group.known]
        here = {table.raw.name for place in places for table in tables_of(place, mapping)}
        absent = [t.raw for t in mapping.tables.values() if not t.raw.optional and t.raw.name not in here]
        if absent:
            expected = ", ".join(pattern for table in absent for pattern in table.files)
            raise InputError(
                f"{folder}: group {group.folder.name} is a full delivery without {expected}. "
                "Deliver it, or say `delivery: delta`."
            )


def _hidden(path: Path) -> bool:
    return path.name.startswith(HIDDEN)


def _unfinished(path: Path) -> bool:
    return path.name.endswith(UNFINISHED) or path.name.startswith("~")


def _nothing(folder: Path, mapping: Mapping, candidates: list[Candidate]) -> str:
    expected = ", ".join(pattern for table in mapping.tables.values() for pattern in table.raw.files)
    count = len({path for each in candidates for path in each.files} | {p for p in folder.iterdir() if p.is_file()})
    return (
        f"{folder}: none of {count} file(s) is one that mapping {mapping.name} knows. Expected {expected} "
        "(each may end in .gz), here or in sub-folders. Put the export there, or name another mapping in the plan."
    )
