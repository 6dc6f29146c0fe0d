"""The report on drafts of imaging reports: how many, what they state, why other studies have none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runner.account import Manifest, count
from runner.pages.sections import Bar

WHY = {
    "no-artifact": "no artifact is there: `chartloom train reports` makes one",
    "other-encoder": "images of an encoder that the artifact does not know",
    "other-width": "vectors of another width",
    "not-finite": "vectors that are no numbers",
    "other-modality": "of a modality never trained on",
    "other-body-part": "of a body part never trained on",
    "two-patients": "one study said to be of two persons",
    "no-image": "studies without an image here",
    "image-repeated": "a vector twice, which counts once; or an image with several vectors, of which none is read",
    "many-images": "more images than a study usually has; all are read",
    "unlike-training": "unlike what training saw: nothing is said",
    "doubtful": "findings that may be there and are not stated",
    "open": "what a radiologist expects to be told, neither stated nor denied",
    "side": "a side that is not sure, and not said",
    "severity": "a severity that is not sure, and not said",
    "position": "a device's position that is not sure, and not said",
    "contradiction": "findings that exclude each other; neither is stated",
    "not-read": "what no head of this artifact knows",
    "nothing-sure": "the heads are sure of nothing: nothing is said",
    "nothing-known": "the heads know nothing: nothing is said",
    "prior-not-read": "an earlier study could not be read: nothing is compared",
}


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
    return Section(_said(said), ", ".join(said["artifacts"]), _bars(said["findings"]), _bars(said["flags"]))


def _said(said: Mapping[str, Any]) -> str:
    studies = "1 study" if said["studies"] == 1 else f"{said['studies']:,} studies"
    read = f"{said['images_read']:,} of {count(said['images'], 'image')} were read"
    return f"{count(said['drafts'], 'draft')} of {count(said['sentences'], 'sentence')}, for {studies}; {read}."


def _bars(counts: Mapping[str, int | None]) -> tuple[Bar, ...]:
    most = max((many or 0 for many in counts.values()), default=0) or 1
    said = {name: "under 5" if many is None else f"{many:,}" for name, many in counts.items()}
    return tuple(
        Bar(name.replace("_", " "), 100 * (many or 0) / most, said[name], WHY.get(name, ""))
        for name, many in counts.items()
    )
