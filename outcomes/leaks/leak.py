"""A leak that was found: what leaks, how it is known, and what to do; and how a list of them is shown."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from contract.errors import CheckFailed

Kind = Literal[
    "outcome_code", "total", "copy", "identifier", "recorded", "missing", "twins", "encoded", "look_ahead", "form"
]
Severity = Literal["certain", "likely"]

MEANS: Mapping[Kind, str] = {
    "outcome_code": "a code that follows the outcome is known before the index time",
    "total": "a total over the whole stay is known before the stay has ended",
    "copy": "its value moves with the label, and nothing else in the record explains it",
    "identifier": "an identifier is ordered by time or by the label",
    "recorded": "events are recorded before they can have happened",
    "missing": "whether it is there depends on the label, and nothing else in the record explains it",
    "twins": "the same records stand under two ids: a split by id does not part them",
    "encoded": "its values were made with the labels of the same rows",
    "look_ahead": "it knows of later encounters",
    "form": "its unit, precision, wording or place in the file depends on the label",
}
ADVICE: Mapping[Kind, str] = {
    "outcome_code": "leave the code out, or mend its recorded_time to when it was coded",
    "total": "leave it out, or record it at the end of the stay",
    "copy": "leave it out, or show when and from what it was computed",
    "identifier": "never use it as a feature; draw ids at random",
    "recorded": "mend recorded_time: no fact is known before it happens",
    "missing": "leave its presence out, or load the rows of all persons in the same way",
    "twins": "merge the ids, and split again",
    "encoded": "compute it on training rows only, out of fold",
    "look_ahead": "count what is before the index time only",
    "form": "load all rows in one way; take values in one unit and precision",
}


@dataclass(frozen=True)
class Leak:
    """`what`: a code, a column, encounter_id, subject_id, fhir_id, recorded_time, time or row order; never a cell."""

    kind: Kind
    what: str
    evidence: Mapping[str, float | str] = field(default_factory=dict)
    severity: Severity = "certain"
    others: tuple[str, ...] = ()  # more names of the same leak: codes that moved with it

    @property
    def means(self) -> str:
        return MEANS[self.kind]

    @property
    def advice(self) -> str:
        return ADVICE[self.kind]

    def __str__(self) -> str:
        shown = ", ".join(f"{name} {_number(value)}" for name, value in self.evidence.items())
        return f"{self.severity}: {self.what}: {self.means} ({shown}); {self.advice}"


def report(leaks: Sequence[Leak]) -> str:
    """A line a leak, the certain ones first."""
    if not leaks:
        return "No leak found.\n"
    ordered = sorted(leaks, key=lambda leak: (leak.severity != "certain", leak.what))
    return "".join(f"- {leak}\n" for leak in ordered)


def refuse(leaks: Sequence[Leak], allowed: Collection[str] = ()) -> None:
    """Raises CheckFailed where a leak is certain and nobody allowed it."""
    certain = [leak for leak in leaks if leak.severity == "certain" and leak.what not in allowed]
    if certain:
        options = " ".join(f"--allow-leak '{leak.what}'" for leak in certain)
        raise CheckFailed(
            f"{len(certain)} leak(s) found, expected none: a model trained on these rows would know the answer.\n"
            f"{report(certain)}Mend the data, or train in spite of them with {options}."
        )


def _number(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.3g}"
