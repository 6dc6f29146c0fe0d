"""The phrase bank: sentences of training reports that say one finding each, safe to stand in another person's draft.

A phrase is said of at least `persons` persons (k-anonymity: Sweeney, 2002), in words of bank.yaml only: no
numbers, names, comparisons, places within the lung, or other details that no finding stands behind. Of
the studies it was said of it keeps the mean direction of their vectors: no vector of one person.
"""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from contract.errors import ConfigError, InputError
from imaging.drafting.stated import Said, changes, said
from imaging.drafting.words import capitals, vocabulary
from imaging.finding import Finding
from imaging.labeller.headings import stated
from imaging.labeller.labeller import pieces
from imaging.studies import Studies

Vectors = npt.NDArray[np.float32]
Key = tuple[str, str, str, str, str]  # name, state, side, severity, position
NUMBERED = re.compile(r"^(?:\d{1,2}[.)]|[-•*])\s*")
PLAIN = re.compile(r"[A-Za-z ,-]+\.")
WORD = re.compile(r"[a-z]+(?:-[a-z]+)*")
LONGEST = 100  # characters
BYTES = 1_500_000  # of all vectors
PHRASES, VECTORS = "phrases.json", "phrases.npy"


@dataclass(frozen=True, slots=True)
class Phrase:
    """`said`: in how many studies; `persons`: of how many persons."""

    text: str
    name: str
    state: str
    side: str
    severity: str
    position: str
    said: int
    persons: int

    @property
    def key(self) -> Key:
        return (self.name, self.state, self.side, self.severity, self.position)

    @property
    def id(self) -> str:
        """Of its text: the same phrase has the same id in every bank."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:10]


@dataclass(frozen=True)
class Bank:
    """`vectors`: (p, width), of length 1: the mean of the unit vectors of the studies that say the phrase."""

    phrases: tuple[Phrase, ...] = ()
    vectors: Vectors = field(default_factory=lambda: np.zeros((0, 0), np.float32))

    @classmethod
    def fit(cls, studies: Studies, reports: Sequence[str], findings: Sequence[Sequence[Finding]],
            persons: int = 3) -> "Bank":  # fmt: skip
        """A sentence counts where the study's `findings` say the same. Rows of `reports` are those of `studies`."""
        if persons < 2:
            raise ConfigError(f"phrase bank: persons is {persons}, expected 2 or more: a phrase of one could be his.")
        if not len(studies) == len(reports) == len(findings):
            raise InputError(
                f"phrase bank: {len(studies)} studies, {len(reports)} reports and {len(findings)} lists of findings; "
                "expected one report and one list a study."
            )
        places: dict[str, list[int]] = defaultdict(list)
        ones: dict[str, Said] = {}
        for study, report in enumerate(reports):
            for text in dict.fromkeys(candidates(report)):
                if (one := single(text)) and _agrees(one, findings[study]):
                    places[text].append(study)
                    ones[text] = one
        phrases = [_phrase(text, ones[text], at, studies) for text, at in places.items()]
        return _bank(studies, [phrase for phrase in phrases if phrase.persons >= persons], places)

    def choose(self, found: Finding, state: str, vector: Vectors) -> Phrase | None:
        """The nearest by cosine to the study; between equals the more frequent, then the first by text."""
        at = self._places.get((found.name, state, found.side, found.severity, found.position))
        if not at:
            return None
        near: npt.NDArray[Any] = np.zeros(len(at))
        if self.vectors.shape[1] == len(vector) and 0 < (length := float(np.linalg.norm(vector))) < np.inf:
            near = np.round(self.vectors[at] @ (vector / length), 6)
        return min(zip(-near, (self.phrases[each] for each in at), strict=True),
                   key=lambda pair: (pair[0], -pair[1].said, pair[1].text))[1]  # fmt: skip

    @cached_property
    def _places(self) -> dict[Key, list[int]]:
        found: dict[Key, list[int]] = defaultdict(list)
        for at, phrase in enumerate(self.phrases):
            found[phrase.key].append(at)
        return dict(found)

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        said = json.dumps([asdict(phrase) for phrase in self.phrases], indent=0)
        (folder / PHRASES).write_text(said + "\n", encoding="utf-8")
        np.save(folder / VECTORS, self.vectors.astype(np.float16))

    @classmethod
    def load(cls, folder: Path) -> "Bank":
        if lost := [name for name in (PHRASES, VECTORS) if not (folder / name).is_file()]:
            raise InputError(f"phrase bank: {folder.name} has no {' and no '.join(lost)}; train reports again.")
        try:
            phrases = tuple(Phrase(**each) for each in json.loads((folder / PHRASES).read_text(encoding="utf-8")))
            vectors = np.load(folder / VECTORS).astype(np.float32)
        except (ValueError, TypeError) as error:
            raise InputError(f"phrase bank: {folder.name} cannot be read; train reports again.") from error
        if len(vectors) != len(phrases):
            raise InputError(f"phrase bank: {len(phrases)} phrases and {len(vectors)} vectors; train reports again.")
        return cls(phrases, vectors)


def candidates(report: str) -> Iterator[str]:
    """Sentences of the parts that speak of the film, in one spelling: small letters but the first, no list numbers."""
    for start, end in stated(report):
        part = report[start:end]
        for begin, finish in pieces(part, start - report.rfind("\n", 0, start) - 1):
            words = NUMBERED.sub("", " ".join(part[begin:finish].split())).rstrip(" .;,")
            if 3 < len(words) <= LONGEST:
                yield _spelled(words.lower()) + "."


@lru_cache(maxsize=50_000)
def single(text: str) -> Said | None:
    """The one finding that the sentence says, present or negated; None: it is not fit for a phrase."""
    if not PLAIN.fullmatch(text) or changes(text):
        return None
    every = said(text)
    if len(every) != 1 or every[0].tip or every[0].state == "uncertain":
        return None
    allowed = vocabulary().get(every[0].finding.name, frozenset())
    return every[0] if allowed.issuperset(WORD.findall(text.lower())) else None


def _agrees(one: Said, findings: Iterable[Finding]) -> bool:
    """What the study is known to have says the same, as far as it says anything."""
    there = [each for each in findings if each.name == one.finding.name]
    if one.state == "negated":
        return not there
    return any(
        all(getattr(one.finding, aspect) in {"", getattr(each, aspect)} or not getattr(each, aspect)
            for aspect in ("side", "severity", "position"))
        for each in there
    )  # fmt: skip


def _bank(studies: Studies, phrases: list[Phrase], places: dict[str, list[int]]) -> Bank:
    """As many phrases as BYTES allow; of those left out the rarest first."""
    often = sorted(phrases, key=lambda phrase: (-phrase.said, phrase.text))
    kept = sorted(often[: BYTES // (2 * max(studies.width, 1))], key=lambda phrase: (phrase.key, phrase.text))
    unit = np.nan_to_num(studies.pooled, posinf=0, neginf=0)
    unit /= np.maximum(np.linalg.norm(unit, axis=1, keepdims=True), 1e-9)
    means = np.array([unit[places[phrase.text]].mean(axis=0) for phrase in kept]).reshape(len(kept), studies.width)
    means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
    return Bank(tuple(kept), means.astype(np.float16).astype(np.float32))


def _phrase(text: str, one: Said, at: list[int], studies: Studies) -> Phrase:
    f = one.finding
    return Phrase(text, f.name, one.state, f.side, f.severity, f.position, len(at), len(set(studies.subject_id[at])))


def _spelled(lower: str) -> str:
    words = re.sub(r"[a-z]+", lambda match: capitals().get(match.group(), match.group()), lower)
    return words[0].upper() + words[1:]
