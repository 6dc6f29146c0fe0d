"""The gate: the one nightly step that reads phi/ and writes open tables."""

from dataclasses import dataclass, field
from functools import cached_property

from contract.errors import StageError
from contract.work import Shard
from nlp.deid.passage import Passage
from nlp.deid.pipeline import LAYERS, Pipeline
from nlp.deid.policy.policy import Policy, load
from nlp.deid.versions import digest
from schemas.fhir import resource_types
from schemas.gate import DEID_ACCOUNT, NOTES_WITHHELD, SPANS

CODE_VERSION = "1"  # raise it when the same rows would be released otherwise
KINDS = (*(f"fhir/{kind}" for kind in resource_types()), "fhir/Other")
CLINICAL = ("timeline", "notes", "embeddings")


@dataclass
class Deidentify:
    """Parameters in pipelines.yaml.

    policy: a name of fhir_mappings/deid or a file. artifact: a folder with one tagger a language (deid-en, deid-es);
    empty: those shipped. languages: what notes may be in; the first is taken for short ones. layers: switched on.
    """

    policy: str = "research"
    artifact: str = ""
    languages: list[str] = field(default_factory=lambda: ["en", "es", "zh"])
    layers: list[str] = field(default_factory=lambda: list(LAYERS))
    _key: bytes = field(default=b"", init=False, repr=False)

    @property
    def reads(self) -> tuple[str, ...]:
        return ("phi/identities", "phi/fhir/*", *(f"phi/{name}" for name in CLINICAL))

    @property
    def writes(self) -> tuple[str, ...]:
        return (*KINDS, *CLINICAL, SPANS.name, NOTES_WITHHELD.name, DEID_ACCOUNT.name)

    @property
    def unit(self) -> str:
        return "subject_id"

    @property
    def version(self) -> str:
        return f"{CODE_VERSION}-{self._policy.digest}-{digest(self._pipeline.folder)}"

    @property
    def releases(self) -> bool:
        return True

    def unlock(self, key: bytes) -> None:
        """The lake's key: what ids of shared rows are drawn from."""
        self._key = key

    def open(self) -> None:
        self._pipeline.spans([])

    def run(self, shard: Shard) -> Shard:
        if not self._key:
            raise StageError("de-identification has no key of the lake; the runner hands it over with `unlock`.")
        return Passage(self._policy, self._pipeline, tuple(self.languages), self._key).tables(shard)

    @cached_property
    def _policy(self) -> Policy:
        return load(self.policy)

    @cached_property
    def _pipeline(self) -> Pipeline:
        return Pipeline(tuple(self.layers), self.artifact)
