"""A draft report: sentences, each with the finding, the score and the source that it stands on. Nobody signed it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, Self

from imaging.finding import Finding
from imaging.studies import Studies

TEMPLATE, GENERATED = "template", "generated"
NORMAL = "normal"  # the finding of a sentence that says that nothing was found


@dataclass(frozen=True, slots=True)
class Sentence:
    """`finding`: its name, empty where none is behind it (systems of the literature). `score`: of the state it says.

    `state`: present, negated, or compared with the study `prior`: new, unchanged, resolved. `source`: template,
    generated, or phrase:<id> of the phrase bank.
    """

    text: str
    finding: str = ""
    state: str = "present"
    score: float = 0.0
    source: str = GENERATED
    prior: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """`findings`: what the images show, by score. `flags`: doubts and abstentions, as rule names.

    `doubtful`: what they may show; no sentence states it.
    """

    sentences: tuple[Sentence, ...]
    findings: tuple[Finding, ...] = ()
    flags: tuple[str, ...] = ()
    doubtful: tuple[Finding, ...] = ()

    @property
    def text(self) -> str:
        return " ".join(sentence.text for sentence in self.sentences)


class System(Protocol):
    """Whatever writes drafts: ours, the systems of the literature, the naive baselines. All are deterministic."""

    def fit(self, studies: Studies, reports: Sequence[str], findings: Sequence[Sequence[Finding]]) -> Self:
        """`reports`: the text of each study; `findings`: what is there by its truth or its labels."""

    def predict(self, studies: Studies) -> list[Draft]: ...
