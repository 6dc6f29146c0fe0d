"""Which version of FHIR something is: R4 is read, the others are recognised and refused."""

from collections import Counter
from collections.abc import Iterable
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from contract.errors import VersionError
from etl.fhir.documents import Wanted
from etl.fhir.entry import Entry
from etl.fhir.files import is_fhir, items
from etl.fhir.knowledge import load

SAMPLE = 40  # resources looked at in a file before the group is believed
SAMPLED_FILES = 12
GLANCE = Wanted(exact=False)
STATEMENTS = ("CapabilityStatement", "Conformance")
SHAPES: dict[type, str] = {str: "string", dict: "object", list: "list"}
ADVICE = "Ask for an export in FHIR R4 (4.0.1), or convert it; nothing of the group was read."


@cache
def _tells() -> dict[str, dict[str, tuple[tuple[str, str], ...]]]:
    """type -> element -> (shape or nothing, version)."""
    made: dict[str, dict[str, tuple[tuple[str, str], ...]]] = {}
    for kind, elements in load("versions")["fields"].items():
        told = made.setdefault(kind, {})
        for said, version in elements.items():
            name, _, shape = said.partition(" ")
            told[name] = (*told.get(name, ()), (shape, version))
    return made


@cache
def _types() -> dict[str, str]:
    return dict(load("versions")["types"])


@cache
def _profiles() -> dict[str, str]:
    return dict(load("versions")["profiles"])


def other_version(kind: str, resource: dict[str, Any]) -> str:
    """The version it is, when it is not R4; empty when nothing speaks against R4."""
    if kind in _types():
        return _types()[kind]
    if kind in STATEMENTS:
        return _stated(resource)
    tells = _tells().get(kind, {})
    if not tells.keys().isdisjoint(resource):
        for name in tells.keys() & resource.keys():
            shape = SHAPES.get(type(resource[name]), "")
            for expected, version in tells[name]:
                if expected in ("", shape):
                    return version
    meta = resource.get("meta")
    return _profiled(meta["profile"]) if isinstance(meta, dict) and isinstance(meta.get("profile"), list) else ""


def _stated(resource: dict[str, Any]) -> str:
    said = str(resource.get("fhirVersion", ""))
    found = next((name for start, name in load("versions")["numbers"].items() if said.startswith(start)), "")
    return "" if found == load("versions")["read"] else found


@cache
def _of_profile(profile: str) -> str:
    return next((version for part, version in _profiles().items() if part in profile), "")


def _profiled(profiles: list[Any]) -> str:
    return next((v for v in (_of_profile(p) for p in profiles if isinstance(p, str)) if v), "")


def refuse_other_versions(files: Iterable[Path]) -> None:
    """Look at the start of some files; a group that is mostly of another version, or says so, is refused."""
    seen, stated = Counter[str](), ""
    in_files = 0
    for file in _spread([file for file in files if is_fhir(file)]):
        here = Counter[str]()
        for item in islice(items(file, GLANCE), SAMPLE):
            if isinstance(item, Entry):
                version = other_version(item.kind, item.resource)
                here[version] += 1
                stated = stated or (version if item.kind in STATEMENTS else "")
        seen += here
        in_files += here.total() > here[""]
    refuse(seen, stated, f"in {in_files} file(s) looked at")


def refuse(seen: Counter[str], stated: str, where: str) -> None:
    """`seen` counts resources by version, R4 under no name."""
    others = Counter({version: count for version, count in seen.items() if version})
    if stated or others.total() * 2 > seen.total():
        version = stated or others.most_common(1)[0][0]
        shapes = f" have the shape of {', '.join(sorted(others))}" if others else ""
        raise VersionError(
            f"FHIR {version} found where R4 was expected: {others.total()} of {seen.total()} resources"
            f"{shapes}, {where}. {ADVICE}"
        )


def _spread(files: list[Path]) -> list[Path]:
    """At most SAMPLED_FILES of them, evenly; a capability statement is always among them."""
    step = max(1, -(-len(files) // SAMPLED_FILES))
    named = [file for file in files if "capability" in file.name.lower() or "metadata" in file.name.lower()]
    return sorted({*files[::step], *named})
