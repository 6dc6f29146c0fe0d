"""Signs of effects in the timeline: a diagnosis on that day, a measurement out of range. They date what notes tell."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from nlp.adverse.chart.laboratory import ICD, shown_by
from nlp.adverse.chart.timeline import Fact


@dataclass(frozen=True, slots=True)
class Sign:
    """`code`: SYSTEM//code of a diagnosis, or the beginning of the ICD-10-CM codes that a measurement speaks for."""

    code: str
    time: datetime
    fhir_id: str
    measured: bool

    def of(self, code: str) -> bool:
        """Of two codes of a system the longer may say more: R05.9 is R05."""
        system, _, own = code.partition("//")
        mine, _, shown = self.code.partition("//")
        if not own or plain(system) != plain(mine):
            return False
        return own.startswith(shown) or (not self.measured and shown.startswith(own))


def plain(system: str) -> str:
    """ICD10CM of ICD-10-CM: tables and timelines spell systems as they like."""
    return "".join(letter for letter in system if letter.isalnum()).upper()


def signs(mine: Iterable[Fact]) -> Sequence[Sign]:
    """In the order of time."""
    found = []
    for each in mine:
        if each.kind == "condition":
            found.append(Sign(each.code, each.time, each.fhir_id, False))
        elif each.kind == "test" and each.value is not None:
            shown = shown_by(each.code, each.value, each.unit)
            found += [Sign(f"{ICD}//{begin}", each.time, each.fhir_id, True) for begin in shown]
    return sorted(found, key=lambda sign: sign.time)
