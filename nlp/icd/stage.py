"""The stage that suggests codes for every encounter with notes: `codes`, and in `codes_account` what was read."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import pyarrow as pa

from contract.errors import ConfigError
from contract.work import Shard
from nlp.icd import artifact as artifacts
from nlp.icd.artifact import Artifact
from nlp.icd.catalogue.catalogue import Catalogue
from nlp.icd.chart import BANDS, DIAGNOSES, HIDDEN, PRE_ACCEPT, REVIEW, Chart, Suggestion
from nlp.icd.encounter import Encounter, Limits, encounters
from nlp.icd.learning.learned import fingerprint
from nlp.icd.learning.learned import read as terms_of
from nlp.icd.learning.standing import stood, taken_up
from nlp.icd.learning.terms import Learning, Term
from nlp.icd.ruled import Rules
from schemas.registry import table
from schemas.results import TERMS

CODE_VERSION = "1"  # raise it when the same rows and artifact give other codes
AT_ONCE = 32  # charts that one system reads right after the other
NO_ARTIFACT, NOTHING_FOUND = "no-artifact", "nothing-found"


@runtime_checkable
class Limited(Protocol):
    """A System that can be told how many codes of a chart are wanted, and looks for evidence of no more."""

    most: int


@dataclass
class SuggestCodes:
    """Parameters in pipelines.yaml.

    artifact: a folder that `chartloom train icd` wrote; empty: the one shipped. require: without the shipped one the
    step fails; false: it says so in codes_account, and the night goes on. limit: codes of an encounter and code system
    that are kept. hidden: whether codes below review are. pre_accept, review: a site's own least scores for the bands;
    they lower a code's band and never raise it. language: of notes that neither declare nor show theirs.
    most_characters: of an encounter's notes; what is beyond is cut, with a flag. country: whose coding rules hold;
    empty: none.
    """

    artifact: str = ""
    require: bool = False
    limit: int = 100
    hidden: bool = True
    pre_accept: float = 0.0
    review: float = 0.0
    language: str = "en"
    most_characters: int = 200_000
    country: str = "US"
    _terms: list[Term] = field(default_factory=list, init=False, repr=False)

    def __post_init__(self) -> None:
        if self.limit < 1 or self.most_characters < 1:
            raise ConfigError("icd: limit and most_characters are whole numbers from 1.")
        if not (0 <= self.pre_accept <= 1 and 0 <= self.review <= 1):
            raise ConfigError("icd: pre_accept and review are scores, from 0 to 1.")

    @property
    def reads(self) -> tuple[str, ...]:
        return ("notes", "fhir/Encounter", "fhir/Patient")

    @property
    def writes(self) -> tuple[str, ...]:
        return ("codes", "codes_account")

    @property
    def unit(self) -> str:
        return "encounter_id"

    @property
    def version(self) -> str:
        artifact = artifacts.name_of(self._folder) if self._there else NO_ARTIFACT
        return f"{CODE_VERSION}-{artifact}" + (f"-{fingerprint(self._terms)}" if self._terms and self._there else "")

    @property
    def releases(self) -> bool:
        return False

    @property
    def learns(self) -> tuple[str, ...]:
        return (TERMS.name,)

    def teach(self, tables: Shard) -> None:
        """What coders' decisions taught since the artifact was trained."""
        self._terms = terms_of(tables[TERMS.name])

    def open(self) -> None:
        _ = self._coder, self._rules, Catalogue.icd10cm()

    def run(self, shard: Shard) -> Shard:
        if "notes" not in shard or not len(shard["notes"]):
            return {}
        spoken = self._coder.languages if self._coder else (self.language,)
        held = encounters(shard, Limits(self.most_characters, spoken, self.language))
        coded = self._coded(held)
        rows = [row for at, each in enumerate(held) for row in self._rows(each, coded[at])]
        account = [self._account(each, coded[at]) for at, each in enumerate(held)]
        return {
            "codes": pa.Table.from_pylist(rows, schema=table("codes").schema),
            "codes_account": pa.Table.from_pylist(account, schema=table("codes_account").schema),
        }

    def _coded(self, held: Sequence[Encounter]) -> list[dict[str, list[Suggestion]]]:
        """For each encounter, by code system, what is kept."""
        found: list[dict[str, list[Suggestion]]] = [{} for _ in held]
        places = [at for at, each in enumerate(held) if each.chart.notes]
        charts: list[Chart] = [held[at].chart for at in places]
        parts = self._coder.parts if self._coder else {}
        for start, (code_system, system) in product(range(0, len(charts), AT_ONCE), parts.items()):
            some = slice(start, start + AT_ONCE)
            for at, said in zip(places[some], system.suggest(charts[some]), strict=True):
                ranked = taken_up(held[at].chart, said) if self._terms else said
                found[at][code_system] = self._kept(held[at], code_system, ranked[: self.limit])
        return found

    def _kept(self, encounter: Encounter, code_system: str, said: Sequence[Suggestion]) -> list[Suggestion]:
        banded = [stood(replace(each, band=self._band(each))) for each in said]
        ruled = self._rules.ruled(encounter, code_system, banded) if self._rules else banded
        return [each for each in ruled if self.hidden or each.band != HIDDEN]

    def _band(self, said: Suggestion) -> str:
        if said.score < self.review:
            return HIDDEN
        return REVIEW if said.band == PRE_ACCEPT and said.score < self.pre_accept else said.band

    def _rows(self, encounter: Encounter, coded: Mapping[str, Sequence[Suggestion]]) -> list[dict[str, Any]]:
        return [
            {
                "subject_id": encounter.subject_id,
                "encounter_id": encounter.chart.encounter_id,
                "system": code_system,
                "code": said.code,
                "display": self._title(code_system, said.code),
                "rank": rank,
                "score": said.score,
                "band": said.band,
                "evidence": _evidence(encounter, said),
                "flags": list(said.flags),
                "artifact": self._coder.name if self._coder else None,
            }
            for code_system, suggestions in coded.items()
            for rank, said in enumerate(suggestions, 1)
        ]

    def _account(self, encounter: Encounter, coded: Mapping[str, Sequence[Suggestion]]) -> dict[str, Any]:
        bands = Counter(said.band for suggestions in coded.values() for said in suggestions)
        notes = encounter.chart.notes
        nothing = bool(notes and self._coder) and not bands[PRE_ACCEPT] + bands[REVIEW]
        more = {NO_ARTIFACT: self._coder is None, NOTHING_FOUND: nothing}
        return {
            "subject_id": encounter.subject_id,
            "encounter_id": encounter.chart.encounter_id,
            "notes": encounter.notes,
            "notes_read": len(notes),
            "characters": sum(len(note.text) for note in notes),
            "languages": sorted({note.language for note in notes}),
            "setting": encounter.visit.setting or None,
            **{band.replace("-", "_"): bands[band] for band in BANDS},
            "flags": [*encounter.flags, *(flag for flag, true in more.items() if true)],
            "artifact": self._coder.name if self._coder else None,
        }

    def _title(self, code_system: str, code: str) -> str | None:
        """As the installed edition has it; null for a system whose table a site would have to supply."""
        return (Catalogue.icd10cm().title(code) or None) if code_system == DIAGNOSES else None

    @property
    def _folder(self) -> Path:
        return Path(self.artifact) if self.artifact else artifacts.SHIPPED

    @property
    def _there(self) -> bool:
        return bool(self.artifact) or self.require or artifacts.there(artifacts.SHIPPED)

    @cached_property
    def _rules(self) -> Rules | None:
        return Rules(self.country) if self.country else None

    @cached_property
    def _coder(self) -> Artifact | None:
        found = artifacts.load(self._folder) if self._there else None
        for code_system, system in found.parts.items() if found else ():
            if isinstance(system, Limited) and not self._terms:
                system.most = min(system.most, self.limit)
            if isinstance(system, Learning) and self._terms:
                system.learn([term for term in self._terms if term.system == code_system])
        return found


def _evidence(encounter: Encounter, said: Suggestion) -> list[dict[str, Any]]:
    ordered = sorted(said.evidence, key=lambda each: -each.weight)
    return [{name: getattr(each, name) for name in each.__slots__} for each in map(encounter.back, ordered)]
