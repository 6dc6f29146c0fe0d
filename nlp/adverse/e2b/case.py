"""What a report on one event says, before it is XML. All of it is PHI."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

DRUG_ROLES = {"suspect": "1", "concomitant": "2", "interacting": "3", "not administered": "4"}  # G.k.1
SEXES = {"male": "1", "female": "2"}  # D.5, ISO 5218


@dataclass(frozen=True)
class Site:
    """Who sends: `sender` and `receiver` are ids agreed with the authority; empty ones are said to be missing.

    kind: C.3.1 (3: health professional, 4: regional centre, 6: other); reporter: C.2.r.4 (1 physician, 2 pharmacist,
    3 other health professional), empty: not known. meddra: term in small letters -> code of a lowest level term, from
    the site's own licence.
    """

    sender: str = ""
    receiver: str = ""
    organisation: str = ""
    country: str = ""
    kind: str = "3"
    reporter: str = ""
    meddra_version: str = ""
    meddra: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Taken:
    """One drug: as written, its role (DRUG_ROLES), since and until when; dose as told."""

    name: str
    role: str
    start: datetime | None = None
    stop: datetime | None = None


@dataclass(frozen=True, repr=False)
class Case:
    """`number`: the case's own id, of no patient's identifiers. `effect`: as the note has it; `code`: SYSTEM//code."""

    number: str
    effect: str
    code: str
    onset: datetime | None
    drugs: tuple[Taken, ...]
    sex: str = ""  # of FHIR
    birth: date | None = None
    died: date | None = None
    told: datetime | None = None  # when the first note told of it
    narrative: str = ""
    language: str = "eng"


def stamp(moment: datetime | date | None) -> str | None:
    """CCYYMMDDhhmmss with its zone, or CCYYMMDD of a day."""
    if moment is None:
        return None
    return f"{moment:%Y%m%d%H%M%S}+0000" if isinstance(moment, datetime) else f"{moment:%Y%m%d}"
