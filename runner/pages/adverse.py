"""The report on adverse events: persons, episodes, what is said of them, what the timeline contradicts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runner.account import Manifest, count
from runner.pages.sections import Bar

WHY = {
    "present": "told as having happened",
    "historical": "told as past",
    "negated": "denied, or the drug was given against it",
    "hypothetical": "feared or warned of",
    "allergy": "listed as an allergy",
    "other_person": "somebody else's",
    "planned": "to come",
    "drug-never-given": "the timeline has no such drug",
    "effect-before-drug": "the effect began before the drug",
    "drug-stopped-long-before": "the drug had ended long before the effect",
    "no-timeline": "persons without a timeline: not checked",
    "exposures-unread": "persons with drugs under unknown codes",
    "other-language": "persons with notes in a language that is not read",
    "note-time-unknown": "persons with notes without a time",
    "note-cut": "persons with notes longer than is read",
}


@dataclass(frozen=True)
class Section:
    said: str
    artifact: str
    assertions: tuple[Bar, ...]
    contradictions: tuple[Bar, ...]
    pairs: tuple[Bar, ...]
    named: tuple[Bar, ...]
    why: tuple[Bar, ...]


def section(manifest: Manifest) -> Section | None:
    """Nothing where no step looks for adverse events."""
    said = manifest.get("adverse")
    if not said:
        return None
    pairs = {f"{pair['drug']}: {pair['effect']}": pair["persons"] for pair in said["pairs"]}
    text = (
        f"{count(said['episodes'], 'episode')} of {count(said['persons_found'], 'person')} told as having happened, "
        f"among {said['persons']:,} with notes. {said['notes_read']:,} of {count(said['notes'], 'note')} were read."
    )
    assertions, contradictions, why = (_bars(said[name]) for name in ("assertions", "contradictions", "flags"))
    return Section(text, ", ".join(said["artifacts"]), assertions, contradictions, _bars(pairs), _named(said), why)


def _named(said: Mapping[str, Any]) -> tuple[Bar, ...]:
    """Manifests of earlier nights name none."""
    named = said.get("named") or {}
    most = max((n or 0 for n in named.values()), default=0) or 1
    return tuple(Bar(name, 100 * (n or 0) / most, f"{n:,}" if n else "under 5") for name, n in named.items())


def _bars(counts: dict[str, int]) -> tuple[Bar, ...]:
    most = max(counts.values(), default=0) or 1
    return tuple(Bar(name, 100 * n / most, f"{n:,}", WHY.get(name, "")) for name, n in counts.items())
