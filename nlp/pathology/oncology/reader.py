"""Oncology reports to fields: morphologies with their ICD-O-3 codes, topography and side.

Spanish is read by the tagger and the normaliser that CANTEMIST taught. English is looked up: listed names, with
behaviour and grade by cues around them; what is not listed is not found.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from models import folder as folders
from nlp.pathology.field import Field, Span
from nlp.pathology.oncology import artifact
from nlp.pathology.oncology.finder import Finder, Mention
from nlp.pathology.oncology.icdo import SYSTEM, Morphology
from nlp.pathology.oncology.listed import listed
from nlp.pathology.oncology.names import LANGUAGES, SECONDARY
from nlp.pathology.oncology.topography import topography
from nlp.text.assertion import Asserter
from nlp.text.language import guess

MORPHOLOGY = "morphology"
UNSPECIFIC = ("8000", "8001")


@dataclass
class OncologyReader:
    """`artifact`: name and digest of the folder it was loaded from."""

    finder: Finder | artifact.Shelved = field(repr=False)
    artifact: str = ""
    name: str = "oncology"
    languages: tuple[str, ...] = LANGUAGES

    @staticmethod
    def load(folder: Path) -> "OncologyReader":
        return OncologyReader(artifact.Shelved(folder), folders.name_of(folder))

    def read(self, reports: Sequence[str]) -> list[list[Field]]:
        spoken = [guess(text) for text in reports]
        spanish = [at for at, language in enumerate(spoken) if language != "en"]
        found = dict(zip(spanish, self.finder.find([reports[at] for at in spanish]), strict=True))
        return [
            _fields(text, found[at].mentions if at in found else listed(text), spoken[at] or "es")
            for at, text in enumerate(reports)
        ]


def _fields(text: str, mentions: Sequence[Mention], language: str) -> list[Field]:
    """Of what the report says of its patient now; a code once, by its surest mention."""
    asserted = Asserter(language).assertions(text, [(each.start, each.end) for each in mentions])
    own = [each for each, said in zip(mentions, asserted, strict=True) if said.kind == "present" and each.codes]
    concepts: dict[str, list[Mention]] = defaultdict(list)
    for each in own:
        concepts[Morphology.of(each.codes[0][0]).plain].append(each)
    told = _specific(concepts)
    primary = [(e.start, e.end) for code, of in told.items() if Morphology.of(code).behaviour != SECONDARY for e in of]
    spread = [
        (e.start, e.end) for code, of in concepts.items() if Morphology.of(code).behaviour == SECONDARY for e in of
    ]
    site = topography(text, primary, spread, language) if primary else []
    return [_morphology(text, code, of) for code, of in told.items()] + site


def _specific(concepts: Mapping[str, list[Mention]]) -> Mapping[str, list[Mention]]:
    """Without "tumour" and "metastasis" where the report says what it is."""
    kept = {code: of for code, of in concepts.items() if not code.startswith(UNSPECIFIC)}
    return kept or concepts


def _morphology(text: str, code: str, mentions: Sequence[Mention]) -> Field:
    surest = sorted(mentions, key=lambda each: (-each.score, each.start))
    top = max(surest[0].score, 1e-6)
    spans = tuple(Span(each.start, each.end, each.score / top, each.source) for each in surest)
    value = text[surest[0].start : surest[0].end]
    return Field(MORPHOLOGY, value, surest[0].score, spans, SYSTEM, code)
