"""The report on drafts of imaging reports: how many, what they state, why other studies have none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from imaging.flags import Meaning, meanings
from runner.account import Manifest, count
from runner.pages.sections import Bar


@dataclass(frozen=True)
class Section:
    said: str
    artifact: str
    findings: tuple[Bar, ...]
    why: tuple[Bar, ...]


def section(manifest: Manifest) -> Section | None:
    """Nothing where no step drafts."""
    said = manifest.get("drafts")
    if not said:
        return None
    return Section(_said(said), ", ".join(said["artifacts"]), _bars(said["findings"]), _bars(said["flags"], meanings()))


def _said(said: Mapping[str, Any]) -> str:
    studies = "1 study" if said["studies"] == 1 else f"{said['studies']:,} studies"
    read = f"{said['images_read']:,} of {count(said['images'], 'image')} were read"
    return f"{count(said['drafts'], 'draft')} of {count(said['sentences'], 'sentence')}, for {studies}; {read}."


def _bars(counts: Mapping[str, int | None], why: Mapping[str, Meaning] | None = None) -> tuple[Bar, ...]:
    most = max((many or 0 for many in counts.values()), default=0) or 1
    said = {name: "under 5" if many is None else f"{many:,}" for name, many in counts.items()}
    notes = {name: each.counted for name, each in (why or {}).items()}
    return tuple(
        Bar(name if why else name.replace("_", " "), 100 * (many or 0) / most, said[name], notes.get(name, ""))
        for name, many in counts.items()
    )
