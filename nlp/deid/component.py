"""The layers as a component of spaCy: `nlp.add_pipe("chartloom_deid")`."""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from spacy.language import Language
from spacy.tokens import Doc

from nlp.deid.keys import Secret
from nlp.deid.note import Note
from nlp.deid.person import NOBODY
from nlp.deid.pipeline import LAYERS, Pipeline
from nlp.deid.surrogates.rewrite import rewrite
from nlp.deid.surrogates.surrogates import Surrogates

NAME = "chartloom_deid"
DEFAULTS = {"artifact": "", "layers": list(LAYERS), "salt": ""}


class Deid:
    """Sets `doc.spans["chartloom_deid"]` (labels as in nlp.deid.labels) and `doc._.deidentified`, the rewritten text.

    Whose note it is may be said before: `doc._.chartloom_person = Person(...)`, else no known identifiers are looked
    for. `salt` (hexadecimal, 32 digits) keeps surrogates from call to call; without it they are thrown away.
    Dates are not moved: that takes a person's offset, which the nightly step has.
    """

    def __init__(self, language: str, artifact: str, layers: Sequence[str], salt: str) -> None:
        self.language = language
        self.pipeline = Pipeline(tuple(layers), artifact)
        self.secret = Secret(0, 0, bytes.fromhex(salt) if salt else secrets.token_bytes(16))
        for name, default in (("chartloom_person", NOBODY), ("deidentified", None)):
            if not Doc.has_extension(name):
                Doc.set_extension(name, default=default)

    def __call__(self, doc: Doc) -> Doc:
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], batch_size: int = 64) -> Iterator[Doc]:
        rest = iter(stream)
        while docs := list(islice(rest, batch_size)):
            yield from self._read(docs)

    def _read(self, docs: Sequence[Doc]) -> Iterator[Doc]:
        notes = [Note(doc.text, self.language, None, doc._.chartloom_person) for doc in docs]
        for doc, note, spans in zip(docs, notes, self.pipeline.spans(notes), strict=True):
            surrogates = Surrogates(note.person, self.secret)
            doc._.deidentified = rewrite(note.text, spans, surrogates.of)[0]
            found = [doc.char_span(s.start, s.end, s.label, alignment_mode="expand") for s in spans]
            doc.spans[NAME] = [span for span in found if span is not None]
            yield doc


@Language.factory(NAME, default_config=DEFAULTS)
def make(nlp: Language, name: str, artifact: str, layers: list[str], salt: str) -> Deid:
    del name  # there is one, whatever it is called in the pipeline
    return Deid(nlp.lang or "", artifact, layers, salt)
