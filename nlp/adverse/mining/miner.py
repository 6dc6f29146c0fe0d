"""The trained miner: whole notes in, drugs, effects and which did which out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.folder import name_of
from nlp.adverse.mention import Mention, Mined, Relation
from nlp.adverse.mining import artifact
from nlp.adverse.mining.cascade import Cascade, Read
from nlp.adverse.mining.page import Page, Place, by_page, of_note

TOGETHER = 400  # texts read at once


@dataclass(frozen=True)
class TrainedMiner:
    """`name` is what rows of `findings` say of who found them."""

    cascade: Cascade = field(repr=False)
    languages: Sequence[str] = ("en",)
    name: str = "adverse-mining"

    def mine(self, texts: Sequence[str]) -> list[Mined]:
        found: list[Mined] = []
        for at in range(0, len(texts), TOGETHER):
            found += self._mine(texts[at : at + TOGETHER])
        return found

    def _mine(self, texts: Sequence[str]) -> list[Mined]:
        pages = [of_note(text, self.languages[0]) for text in texts]
        return list(mined(pages, self.cascade.read(pages), self.cascade.cuts.related))

    def save(self, folder: Path, card: str, *, phi: bool, more: Mapping[str, Any] | None = None) -> str:
        """The digest."""
        return artifact.save(self.cascade, folder, {"languages": list(self.languages), **(more or {})}, card, phi=phi)

    @staticmethod
    def load(folder: Path) -> "TrainedMiner":
        cascade, said = artifact.load(folder)
        return TrainedMiner(cascade, tuple(said["languages"]), name_of(folder))


def mined(pages: Sequence[Page], read: Read, cut: float) -> Iterator[Mined]:
    """Of each page, in offsets of its note; what two pieces of a long sentence both found counts once."""
    related: dict[int, list[tuple[Place, Place, float]]] = {}
    for pair, likely in zip(read.pairs, read.likely.tolist(), strict=True):
        if likely >= cut:
            related.setdefault(pair.page, []).append((pair.drug, pair.effect, likely))
    for at, (page, found) in enumerate(by_page(pages, read.found)):
        yield _mined(page, found, related.get(at, []))


def _mined(page: Page, found: Sequence[Any], related: Sequence[tuple[Place, Place, float]]) -> Mined:
    mentions: dict[tuple[int, int, str], Mention] = {}
    places: dict[Place, tuple[int, int, str]] = {}
    for at, (line, spans) in enumerate(zip(page.lines, found, strict=True)):
        for start, end, label, score in spans:
            key = (line.start + start, line.start + end, label)
            places[at, start, end] = key
            if key not in mentions or mentions[key].score < score:
                mentions[key] = Mention(*key, min(float(score), 1.0))
    relations: dict[tuple[Mention, Mention], Relation] = {}
    for drug, effect, likely in related:
        one, other = mentions[places[drug]], mentions[places[effect]]
        if (one, other) not in relations or relations[one, other].score < likely:
            relations[one, other] = Relation(one, other, likely)
    order = sorted(mentions.values(), key=lambda each: (each.start, each.end))
    return Mined(order, sorted(relations.values(), key=lambda each: (each.drug.start, each.effect.start)))
