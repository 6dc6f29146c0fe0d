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

QUIET = 0.15
NAMED = ["opening", "old", "relatives", "relatives", "staff", "staff", "hospitals", "social", "social", "numbers",
         "contact", "contact", "dates", "dates", "letters", "nursing", "report", "case"]  # fmt: skip
FIELDS = ["patient", "patient", "dob", "mrn", "date", "date", "age", "phone", "fax", "email", "ssn", "ssn4", "account",
          "plan", "licence", "vehicle", "device", "accession", "street", "city", "zip", "state", "staff", "staff",
          "hospital", "relative", "employer", "profession", "username", "url", "ip", "plain", "plain2", "plain3",
          "plain4", "plain5"]  # fmt: skip
SEPARATORS = [": ", ": ", ": ", ":", ":  ", " ", " - ", "\t", " = ", ":\t", " | ", "# ", ". ", "....", "  "]


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
            block.add(listed(writer))
            return block
        if drawn < 0.57:
            block.add(header(writer, rng.choice([1, 2, 3, 5])))
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
    if rng.random() < 0.93:
        out.add(writer.write(rng.choice(known["words"])))
        out.say(separator)
    out.add(writer.write(rng.choice(of_split(known["holds"], writer.frames.split) if rng.random() < 0.5 else known["holds"])))
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


def listed(writer: Writer) -> Draft:
    """Rows of a table or a log: the same few things again and again."""
    rng, out = writer.rng, Draft()
    row = rng.choice(ROWS)
    for at in range(rng.choice([2, 3, 4, 6])):
        out.add(writer.write(row.replace("#", str(at + 1))))
        out.say("\n")
    return out


ROWS = [
    "{DATE:part} {clock} <lab> <value>", "{DATE} | <test> | {STAFF:dotlast} | {ACCESSION}", "# . <drug> <dose>", "| <lab> | <value> |",
    "- {RELATIVE:full}, {kin}, {PHONE}", "{clock} - <plan> {STAFF:initialed}", "{DATE:whole}: <problem>", "<lab>\t<value>\t<lab>\t<value>",
    "#) <problem> - <plan>", "{DATE} {USERNAME} [viewed chart|opened record|printed face sheet] {IP}", "{DATE:whole},{PATIENT:lastfirst},{MRN},<test>",
    "<drug>|<dose>|{DATE}|{STAFF:last}", "{STAFF:degree}  <service>  {PHONE:ext}", "{DATE:part}\t<vital>\t<vital>", "* <symptom>", "{PATIENT:full}; {DATE:birth}; {MRN}; {HOSPITAL}",
    "[{clock}] {USERNAME}: [call pt re|refill|pls see note on] <drug>", "{ACCESSION} {DATE:whole} <test> {STAFF:last}", "<eponym>: [negative|positive]", "{kin}: {RELATIVE:first}, {AGE}, <problem>",
    "[Visit|Dose|Cycle] #: {DATE}", "{HOSPITAL} - {DATE:part} - <problem>", "<test> {DATE:part}: <problem>", "{EMPLOYER}, {PROFESSION}, {DATE:part}",
]  # fmt: skip


def ending(writer: Writer) -> Draft:
    """Signatures and what follows them."""
    rng, out = writer.rng, Draft()
    for text in rng.sample(ENDINGS, rng.choice([1, 1, 2, 3])):
        out.add(writer.write(text))
        out.say("\n")
    return out


ENDINGS = [
    "[Electronically signed by|E-signed by|Signed by|Dictated by|Signed|Authenticated by|/s/|Author] {STAFF:form}[ on {DATE} {clock}| {DATE}| at {clock}|]",
    "{STAFF:form}\n<service>\n[Pager|Phone|Tel|p][:|] {PHONE:ext}", "___________________\n{STAFF:form}[\n{DATE}| {DATE:whole} {clock}]",
    "D: {DATE:whole}\nT: {DATE:whole}\n[Job|Doc|#]: {ACCESSION}", "cc: {STAFF:form}[, {HOSPITAL}|; {STAFF:form}|, fax {FAX}]", "{STAFF:initialed}[, RN| RN|/RN| NP]",
    "[Sincerely|Regards|Respectfully|Thank you],\n\n{STAFF:form}\n{HOSPITAL}[\n{STREET}\n{CITY}, {STATE} {ZIP}|]", "[Entered|Signed|Filed] by {USERNAME} {DATE} {clock}",
    "{HOSPITAL} | {STREET} | {CITY}, {STATE} {ZIP} | {PHONE}", "[Page 1 of 2|CONFIDENTIAL|End of report|*** Final ***|Draft]", "[Attending|Resident|Provider]: {STAFF:form} [Date|Time]: {DATE}",
    "[Printed|Faxed|Released] {DATE} [from {IP}|by {USERNAME}|to {FAX}]", "-- {STAFF:full} ({DATE:part})", "[Reviewed with|Discharge instructions given to] {RELATIVE:full} ({kin}) {DATE}",
    "{PATIENT:lastfirst}  {MRN}  {DATE:whole}  [Page 2|pg. 3|2/3]", "[Questions?|For concerns] [call|email] [{PHONE}|{EMAIL}] or visit {URL}",
]  # fmt: skip
