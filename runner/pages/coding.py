"""The report on ICD coding: how many encounters have suggestions, how sure those are, why others have none."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from eval.drawing import plots
from runner.account import Manifest, count
from runner.pages.sections import Bar

BANDS = {
    "pre_accept": ("pre-accept", "for a coder to accept"),
    "review": ("review", "for a coder to judge"),
    "hidden": ("hidden", "shown on request"),
}
WHY = {
    "no-artifact": "no trained coder is installed: `chartloom train icd` makes one",
    "language-unsupported": "notes in a language that the coder has not learned",
    "no-text": "notes without text",
    "nothing-found": "read, and nothing reached review",
    "notes-cut": "longer than is read",
    "copied-text": "copied text, read once",
    "note-twice": "a note_id that stood twice",
}


@dataclass(frozen=True)
class Section:
    said: str
    artifact: str
    bands: tuple[Bar, ...]
    why: tuple[Bar, ...]
    scores: Markup | None
    most: str


def section(manifest: Manifest) -> Section | None:
    """Nothing where no step codes."""
    said = manifest.get("coding")
    if not said:
        return None
    most = max(said["bands"].values(), default=0) or 1
    bars = (
        Bar(name, 100 * said["bands"][band] / most, f"{said['bands'][band]:,}", note)
        for band, (name, note) in BANDS.items()
    )
    scores = said["scores"]
    picture = plots.columns(scores, label="suggestions by score, from 0 to 1") if sum(scores) else None
    return Section(
        _said(said), ", ".join(said["artifacts"]), tuple(bars), _why(said), picture, f"{max(scores or [0]):,}"
    )


def _said(said: Mapping[str, int]) -> str:
    share = 100 * said["coded"] / max(said["encounters"], 1)
    abstained = said["encounters"] - said["coded"]
    return (
        f"{said['coded']:,} of {count(said['encounters'], 'encounter')} with notes ({share:.0f} %) have suggestions; "
        f"for {abstained:,} the coder abstains. {said['notes_read']:,} of {count(said['notes'], 'note')} were read."
    )


def _why(said: Manifest) -> tuple[Bar, ...]:
    most = max(said["flags"].values(), default=0) or 1
    return tuple(Bar(flag, 100 * n / most, f"{n:,}", WHY.get(flag, "")) for flag, n in said["flags"].items())
