"""Films of one delivery as rows of phi/embeddings, one after the other; what gives no row says why."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import orjson
import pyarrow as pa

from contract.work import Group
from etl.embeddings.rows import BLOCK, MESSAGES, WORDS, Block, Refusal
from etl.films.dicom import StudyTag
from etl.films.encode import Encoding, header
from etl.films.film import Header, Unreadable
from etl.films.study_table import Line, lines

TABLE = ".csv"
KEYS = ("patient_id", "study_id", "image_id")
TAGS = {"patient_id": "PatientID", "image_id": "SOPInstanceUID"}


@dataclass
class Films:
    """`known`: patient ids of persons in the lake; films of others are not encoded. `columns` of study tables."""

    group: Group
    encoding: Encoding
    known: frozenset[str] = field(repr=False)
    study: StudyTag
    columns: Mapping[str, str]
    frames: Counter[str] = field(default_factory=Counter)

    def blocks(self) -> Iterator[Block | Refusal]:
        """Study tables first: a file that one of them names is what the table says."""
        tables = [file for file in self.group.files if file.suffix.lower() == TABLE]
        listed: set[Path] = set()
        for table in tables:
            yield from self._listed(table, listed)
        for file in self.group.files:
            if file not in tables and file.resolve() not in listed:
                yield self._alone(file)

    @property
    def notes(self) -> tuple[str, ...]:
        many = self.frames["several"]
        return (f"{many} film(s) of several frames: the {self.encoding.frame} one was taken",) if many else ()

    def _listed(self, table: Path, listed: set[Path]) -> Iterator[Block | Refusal]:
        name = self._name(table)
        try:
            for line in lines(table, self.columns, self.group.folder or table.parent):
                if line.file is not None:
                    listed.add(line.file.resolve())
                yield self._line(name, line)
        except Unreadable as fault:
            yield Refusal(name, fault.rule, message=fault.message)

    def _line(self, name: str, line: Line) -> Block | Refusal:
        try:
            if line.fault or line.file is None:
                raise line.fault or Unreadable("no-file")
            said = header(line.file, self.study) or Header()
            told = {each: value for each, value in asdict(line.header).items() if value and each != "frames"}
            return self._row(name, line.number, line.raw, line.file, replace(said, **told))
        except Unreadable as fault:
            return Refusal(name, fault.rule, line.number, "file", fault.message, line.raw)

    def _alone(self, file: Path) -> Block | Refusal:
        name = self._name(file)
        try:
            said = header(file, self.study)
            if said is None:
                raise Unreadable(_kind(file))
            return self._row(name, 1, _raw(said), file, said)
        except Unreadable as fault:
            return Refusal(name, fault.rule, message=fault.message)

    def _row(self, name: str, number: int, raw: str, file: Path, said: Header) -> Block | Refusal:
        """Raises Unreadable where the picture is at fault."""
        empty = next((key for key in KEYS if not getattr(said, key)), None)
        if empty:
            tag = {**TAGS, "study_id": self.study}[empty]
            message = f"{tag} is empty, or so is {empty} of the study table; fill it in and deliver again"
            return Refusal(name, "required", number, empty, message, raw)
        if said.patient_id not in self.known:
            return Refusal(name, "unknown-patient", number, "patient_id", MESSAGES["unknown-patient"], raw)
        vector = self.encoding.of(file)
        self.frames["several"] += said.frames > 1
        row = {word: getattr(said, word, "") or None for word in (*WORDS, "time")}
        row |= {"encoder": self.encoding.name, "embedding": vector}
        return Block(name, number, pa.Table.from_pylist([row], BLOCK))

    def _name(self, file: Path) -> str:
        folder = self.group.folder or file.parent
        return file.relative_to(folder).as_posix()


def _kind(file: Path) -> str:
    """Of a file that is no DICOM and stands in no study table."""
    from etl.films.picture import is_picture

    return "not-listed" if is_picture(file) else "not-an-image"


def _raw(said: Header) -> str:
    return orjson.dumps(asdict(said)).decode()
