"""All layers on notes, each switchable: what the nightly step, `apply`, the spaCy component and the benches run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from contract.errors import ConfigError
from nlp.deid.echo import echoes
from nlp.deid.known.layer import Known
from nlp.deid.merge import merge
from nlp.deid.note import Layer, Note
from nlp.deid.pieces import pieces
from nlp.deid.protect import Protect
from nlp.deid.rules.rules import Rules
from nlp.deid.span import Span
from nlp.deid.taggers.tagger import Tagger
from nlp.deid.veto import Veto

LAYERS = ("known", "rules", "tagger", "veto", "protect")
SHIPPED = Path(__file__).parents[2] / "models" / "weights"


@dataclass
class Pipeline:
    """`artifact`: a folder with one tagger per language, deid-en, deid-es ...; empty: those shipped.

    A language without tagger is read by the other layers alone.
    """

    layers: tuple[str, ...] = LAYERS
    artifact: str = ""
    _taggers: dict[str, Tagger] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        unknown = set(self.layers) - set(LAYERS)
        if unknown:
            raise ConfigError(f"de-identification has no layer {min(unknown)!r}; known: {', '.join(LAYERS)}.")

    @property
    def folder(self) -> Path:
        return Path(self.artifact) if self.artifact else SHIPPED

    def spans(self, notes: Sequence[Note]) -> list[list[Span]]:
        """Disjoint spans of each note, in order of start."""
        found: list[list[Span]] = [[] for _ in notes]
        cut = [(k, start, piece) for k, note in enumerate(notes) for start, piece in pieces(note)]
        for (k, start, _), spans in zip(cut, self._read([piece for _, _, piece in cut]), strict=True):
            found[k] += [replace(s, start=s.start + start, end=s.end + start) for s in spans] if start else spans
        return found

    def _read(self, notes: Sequence[Note]) -> list[list[Span]]:
        found, safe = self.by_layer(notes), self.safe(notes)
        return [self.merged(note, [spans[k] for spans in found.values()], safe[k]) for k, note in enumerate(notes)]

    def by_layer(self, notes: Sequence[Note], names: Sequence[str] = LAYERS) -> Mapping[str, list[list[Span]]]:
        """What each layer finds by itself, before protection and merging."""
        found = {name: layer.find(notes) for name, layer in self._layers.items() if name in names}
        if "tagger" in self.layers and "tagger" in names:
            found["tagger"] = self._tagged(notes)
        return found

    def safe(self, notes: Sequence[Note]) -> list[list[Span]]:
        """What protection speaks for."""
        return [self._protect.safe(note) if "protect" in self.layers else [] for note in notes]

    def merged(self, note: Note, found: Sequence[Sequence[Span]], safe: Sequence[Span]) -> list[Span]:
        told = [span for spans in found for span in spans]
        return merge(note.text, [*told, *echoes(note.text, told, note.language)], safe)

    @cached_property
    def _layers(self) -> Mapping[str, Layer]:
        made: dict[str, Layer] = {"known": Known(), "rules": Rules(), "veto": Veto()}
        return {name: layer for name, layer in made.items() if name in self.layers}

    @cached_property
    def _protect(self) -> Protect:
        return Protect()

    def _tagged(self, notes: Sequence[Note]) -> list[list[Span]]:
        """Notes of one language go to its tagger together."""
        found: list[list[Span]] = [[] for _ in notes]
        for language in sorted({note.language for note in notes}):
            tagger = self._tagger(language)
            places = [k for k, note in enumerate(notes) if note.language == language]
            if tagger:
                for k, spans in zip(places, tagger.find([notes[k] for k in places]), strict=True):
                    found[k] = spans
        return found

    def _tagger(self, language: str) -> Tagger | None:
        if language not in self._taggers and (self.folder / f"deid-{language}").is_dir():
            self._taggers[language] = Tagger(self.folder / f"deid-{language}")
        return self._taggers.get(language)
