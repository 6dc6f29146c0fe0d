"""Whole practice notes: a header in one of many layouts, a body of frames and of other people's text, an ending."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from nlp.deid.practice.cast import Cast
from nlp.deid.practice.draft import Draft
from nlp.deid.practice.insertion import Insertion
from nlp.deid.practice.knowledge import Split, frames, load, of_split
from nlp.deid.practice.names import Names, names
from nlp.deid.practice.noise import noisy
from nlp.deid.practice.slots import Writer
from nlp.deid.practice.terse import terse

QUIET = 0.38
"""Part of the notes in which hardly anybody is named."""
TERSE = 0.3
"""Part of the notes that are logs, grids, orders and shorthand."""
NAMED = ["opening", "old", "relatives", "relatives", "staff", "staff", "hospitals", "social", "social", "numbers",
         "contact", "contact", "dates", "dates", "letters", "nursing", "report", "case",
         "prose", "prose", "old"]  # fmt: skip
FIELDS = ["patient", "patient", "dob", "mrn", "date", "date", "age", "phone", "fax", "email", "ssn", "ssn4", "account",
          "plan", "licence", "vehicle", "device", "accession", "street", "city", "zip", "state", "staff", "staff",
          "hospital", "relative", "employer", "profession", "username", "url", "ip", "plain", "plain2", "plain3",
          "plain4", "plain5"]  # fmt: skip
NEVER_BARE = {"ssn4", "age", "state", "profession", "plain", "plain2", "plain3", "plain4", "plain5"}
"""Fields that nobody could tell without their name."""
SEPARATORS = ["\n", ": ", ": ", ": ", ":", ":  ", " ", " - ", "\t", " = ", ":\t", " | ", "# ", ". ", "....", "  "]


@dataclass(frozen=True)
class Practice:
    """`texts`: openly licensed text, one paragraph each, that people are put into; without it all comes from frames."""

    split: Split = "train"
    texts: Sequence[str] = ()
    lexicons: Path | None = None

    def notes(self, count: int, seed: int) -> Iterator[Draft]:
        pools = names(self.split, self.lexicons)
        for number in range(count):
            rng = Random(f"{self.split}/{seed}/{number}")
            yield noisy(self._note(rng, pools), rng)

    def _note(self, rng: Random, pools: Names) -> Draft:
        writer = Writer(frames(self.split), Cast(pools, rng), rng)
        if rng.random() < TERSE:
            return self._terse(writer)
        if self.texts and rng.random() < QUIET:
            return self._quiet(writer)
        note = Draft()
        if rng.random() < 0.7:
            note.add(header(writer, rng.choice([2, 3, 4, 5, 6, 8, 12])))
            note.say(rng.choice(["\n\n", "\n", "\n\n\n", "\n-----\n"]))
        for _ in range(rng.choice([1, 2, 3, 3, 4, 5])):
            note.add(self._block(writer))
            note.say(rng.choice(["\n\n", "\n", "\n\n", " "]))
        if rng.random() < 0.6:
            note.add(ending(writer))
        return note

    def _quiet(self, writer: Writer) -> Draft:
        """A long text in which hardly anybody is named."""
        rng, note = writer.rng, Draft()
        for _ in range(rng.choice([1, 2, 3])):
            text = self.texts[int(rng.random() * len(self.texts))]
            note.add(Insertion(writer, rng.choice([0.0, 0.03, 0.1])).into(text))
            note.say("\n")
        return note

    def _terse(self, writer: Writer) -> Draft:
        rng, note = writer.rng, Draft()
        if rng.random() < 0.5:
            note.add(header(writer, rng.choice([1, 2, 3, 4])))
            note.say("\n")
        named = rng.choice([0.0, 0.05, 0.2, 0.4])
        for _ in range(rng.choice([1, 2, 3, 4])):
            if rng.random() < 0.3:
                note.say(heading(writer))
            note.add(terse(writer, named))
            note.say(rng.choice(["\n", "\n\n", "\n", "\n---\n"]))
        if rng.random() < 0.3:
            note.add(ending(writer))
        return note

    def _block(self, writer: Writer) -> Draft:
        rng, drawn = writer.rng, writer.rng.random()
        block = Draft()
        if rng.random() < 0.5:
            block.say(heading(writer))
        if drawn < 0.4 and self.texts:
            text = self.texts[int(rng.random() * len(self.texts))]
            block.add(Insertion(writer, rng.choice([0.0, 0.2, 0.5, 0.8])).into(text))
            return block
        if drawn < 0.5:
            block.add(listed(writer) if drawn < 0.45 else terse(writer, rng.choice([0.0, 0.2])))
            return block
        if drawn < 0.6:
            block.add(header(writer, rng.choice([1, 2, 3, 5])) if drawn < 0.56 else grid(writer))
            return block
        for _ in range(rng.choice([1, 2, 3, 4, 6])):
            block.add(writer.topic("neutral" if rng.random() < 0.4 else rng.choice(NAMED)))
            block.say(rng.choice([" ", " ", " ", "\n", "  ", ". "]))
        return block


def heading(writer: Writer) -> str:
    word = writer.frames.pick("heading", writer.rng)
    word = writer.rng.choice([word, word, word.upper(), word.lower()])
    return word + writer.rng.choice([": ", ":\n", "\n", ":", " - ", ":  "])


def field(writer: Writer, kind: str, separator: str) -> Draft:
    """One field with its name, or now and then without."""
    known, rng = load("fields")[kind], writer.rng
    out = Draft()
    if rng.random() < 0.95 or kind in NEVER_BARE:
        out.add(writer.write(rng.choice(known["words"])))
        out.say(separator)
    out.add(
        writer.write(
            rng.choice(of_split(known["holds"], writer.frames.split) if rng.random() < 0.5 else known["holds"])
        )
    )
    return out


def header(writer: Writer, count: int) -> Draft:
    """Fields one a line, in columns, between pipes, or all in a row."""
    rng, out = writer.rng, Draft()
    separator = rng.choice(SEPARATORS)
    between = rng.choice(["\n", "\n", "\n", "\n", " | ", "  ", "; ", ", ", "\t", " / ", "|", "\n\n", "     ", " - "])
    if rng.random() < 0.2:
        out.say(rng.choice(["", "| ", "* ", "[", "### ", "** "]))
    shout = rng.random() < 0.12
    for at in range(count):
        kind = rng.choice(FIELDS) if at or rng.random() < 0.4 else "patient"
        made = field(writer, kind, separator)
        out.add(made.outside(str.upper, str.upper) if shout else made)
        out.say(between if at + 1 < count else "")
    return out


def grid(writer: Writer) -> Draft:
    """A line of field names, then lines of what they hold."""
    rng, out, known = writer.rng, Draft(), load("fields")
    kinds, between = rng.sample(FIELDS, rng.choice([2, 3, 4, 6])), rng.choice([" | ", "|", ",", "\t", "   ", "; "])
    if rng.random() < 0.7:
        out.say(between.join(writer.write(rng.choice(known[kind]["words"])).text for kind in kinds) + "\n")
    for _ in range(rng.choice([1, 1, 2, 4])):
        for at, kind in enumerate(kinds):
            out.say(between if at else "")
            out.add(writer.write(rng.choice(known[kind]["holds"])))
        out.say("\n")
    return out


def listed(writer: Writer) -> Draft:
    """Rows of a table or a log: the same few things again and again."""
    rng, out = writer.rng, Draft()
    row = writer.frames.pick("row", rng)
    for at in range(rng.choice([2, 3, 4, 6])):
        out.add(writer.write(row.replace("<nth>", str(at + 1))))
        out.say("\n")
    return out


def ending(writer: Writer) -> Draft:
    """Signatures and what follows them."""
    rng, out = writer.rng, Draft()
    for _ in range(rng.choice([1, 1, 2, 3])):
        out.add(writer.topic("ending"))
        out.say("\n")
    return out
