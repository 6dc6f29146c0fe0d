"""One HL7 v2 message parsed (by the package hl7), and whether it is whole; its segments know what they stand under."""

import hashlib
import re
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import Any

import hl7
import yaml

from etl.csv.records import Broken
from etl.formats.hl7_files import RawMessage
from etl.formats.hl7_values import plain, zone_of

HEADER = re.compile(r"MSH([^\w\s])([^\w\s]{2,5})\1")
FRAGMENT = re.compile(r"[A-Z][A-Z0-9]{0,2}")


@cache
def knowledge() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(resources.files("fhir_mappings").joinpath("hl7.yaml").read_text("utf-8"))
    return found


@dataclass
class Segment:
    name: str
    line: int
    fields: list[list[Any]]  # field -> repetitions, each a text or hl7's list of components
    whole: Any  # hl7.Segment


@dataclass
class Message:
    """`key` is drawn from the content: a message sent again has it again. `marks`: |~^& of this message."""

    key: str
    segments: list[Segment]
    marks: str
    escape: str
    charset: str
    zone: str = ""
    seen: dict[tuple[int, str], int] = field(default_factory=dict)
    alike: dict[tuple[str, str], dict[int, list[int]]] = field(default_factory=dict)

    def text(self, at: int, place: int, repeat: int = 1, part: int = 0, sub: int = 0) -> str:
        """Unescaped; part 0 is the whole repetition, sub 0 the whole component."""
        fields = self.segments[at].fields
        repeats = fields[place] if place < len(fields) else ()
        found = repeats[repeat - 1] if 0 < repeat <= len(repeats) else ""
        if not isinstance(found, str):
            found = str(_part(_part(found, part), sub))
        elif part > 1 or sub > 1:
            return ""
        return plain(found, self.marks, self.escape, self.charset).strip(" ") if found else ""

    def repeats(self, at: int, place: int) -> int:
        fields = self.segments[at].fields
        return len(fields[place]) if place < len(fields) else 0

    def at(self, name: str) -> int:
        """The first segment of a name, or -1."""
        return next((i for i, each in enumerate(self.segments) if each.name == name), -1)

    def named(self, name: str) -> list[int]:
        return [i for i, each in enumerate(self.segments) if each.name == name]

    def above(self, at: int, name: str) -> int:
        """The nearest segment of a name at or above a place, of the same patient and order; -1: there is none."""
        if (at, name) not in self.seen:
            self.seen[at, name] = self._above(at, name)
        return self.seen[at, name]

    def _above(self, at: int, name: str) -> int:
        said = knowledge()
        if name in said["header"]:
            return self.at(name)
        for i in range(at, -1, -1):
            if self.segments[i].name == name:
                return i
            if i < at or self.segments[i].name != "PID":
                if self.segments[i].name == "PID":
                    return -1
                if self.segments[i].name == "ORC" and name in said["orders"] and not self._follows(i, "OBR"):
                    return -1
        return -1

    def _follows(self, at: int, name: str) -> bool:
        before = [each.name for each in self.segments[:at] if each.name not in ("PRT", "NTE", "TQ1", "TQ2")]
        return bool(before) and before[-1] == name

    def below(self, at: int, name: str) -> list[int]:
        """Segments of a name between this one and the next of its own name, or the next that opens a group."""
        stops = {self.segments[at].name, *knowledge()["openers"]} - {name}
        found = []
        for i in range(at + 1, len(self.segments)):
            if self.segments[i].name in stops:
                break
            if self.segments[i].name == name:
                found.append(i)
        return found

    def under(self, at: int) -> int:
        """The segment whose group this one belongs to."""
        openers = knowledge()["openers"]
        return next((i for i in range(at - 1, -1, -1) if self.segments[i].name in openers), -1)


def _part(found: Any, place: int) -> Any:
    """A component or subcomponent, from 1; 0 is all of it."""
    if not place:
        return found
    if isinstance(found, str):
        return found if place == 1 else ""
    return found[place - 1] if place <= len(found) else ""


def parsed(raw: RawMessage) -> Message | Broken:
    """The whole message, or why it is none: it goes to quarantine as one."""
    first = raw.lines[0][0]
    if b"\0" in raw.raw:
        return Broken(first, "nul-byte", raw.raw, "MSH")
    text, charset = _decoded(raw)
    if text is None:
        return Broken(first, "encoding", raw.raw, "MSH")
    head = HEADER.match(text[0])
    if not head:
        return Broken(first, "hl7-header", raw.raw, "MSH")
    lines, name = _segments(raw, text, head[1])
    found = hl7.parse("\r".join(line for _, line in lines))
    segments = [
        each
        for (number, line), said in zip(lines, found, strict=True)
        for each in _one_value_each(Segment(line[:3], number, [list(field) for field in said], said))
    ]
    digest = hashlib.blake2b("\r".join(line.strip() for _, line in lines).encode(), digest_size=12).hexdigest()
    marks = str(found.separators[1:])
    message = Message(digest, segments, marks, found.esc if len(head[2]) > 2 else "", charset)
    message.zone = zone_of(message.text(0, 7, 1, 1))
    why = raw.cut or name or _lacking(message)
    if not message.text(0, 9, 1, 1):
        return Broken(first, "hl7-header", raw.raw, "MSH")
    if why:
        last = segments[-1]
        return Broken(
            first, "hl7-cut", raw.raw, last.name, f"{why}; the last segment, {last.name}, is line {last.line}"
        )
    return message


def _one_value_each(segment: Segment) -> list[Segment]:
    """The segment, or where a field of it holds several values, one for each of them."""
    said = knowledge()["several"].get(segment.name)
    if not said or len(segment.fields) <= said["field"] or len(segment.fields[said["field"]]) < 2:
        return [segment]
    kind, values = segment.fields[said["kind"]], segment.fields[said["field"]]
    filled = [value for value in values if str(value)] or values[:1]
    if not kind or str(kind[0]) not in said["of"]:
        return [segment]
    before, after = segment.fields[: said["field"]], segment.fields[said["field"] + 1 :]
    return [replace(segment, fields=[*before, [value], *after]) for value in filled]


def _decoded(raw: RawMessage) -> tuple[list[str] | None, str]:
    """By MSH-18; where it says nothing, as UTF-8 or Windows-1252."""
    lines = [line for _, line in raw.lines]
    mark = lines[0][3:4]
    said = lines[0].split(mark)[17].split(b"~")[0] if mark and lines[0].count(mark) > 16 else b""
    known = knowledge()["charsets"].get(said.decode("ascii", "replace").strip().upper())
    for charset in dict.fromkeys([known, "utf-8"] if known else ["utf-8", "cp1252", "iso8859-1"]):
        try:
            return [line.decode(charset) for line in lines], charset
        except UnicodeDecodeError:
            continue
    return None, ""


def _segments(raw: RawMessage, text: list[str], mark: str) -> tuple[list[tuple[int, str]], str]:
    """A line that begins with no segment's name belongs to the segment before it; why the message is cut, if it is."""
    lines: list[tuple[int, str]] = []
    begins = re.compile(rf"[A-Z][A-Z0-9]{{2}}{re.escape(mark)}")
    for (number, _), line in zip(raw.lines, text, strict=True):
        line = line.lstrip(" \t")
        if begins.match(line):
            lines.append((number, line))
        elif number == raw.lines[-1][0] and FRAGMENT.fullmatch(line.strip()):
            return lines, f"line {number} is the beginning of a segment"
        else:
            lines[-1] = (lines[-1][0], f"{lines[-1][1]}\n{line}")
    return lines, ""


def _lacking(message: Message) -> str:
    """What a whole message of its type has and this one has not."""
    said = knowledge()
    kind, event = message.text(0, 9, 1, 1), message.text(0, 9, 1, 2)
    needed = said["needs"].get(f"{kind}^{event}", said["needs"].get(kind, []))
    names = {each.name for each in message.segments}
    absent = [name for name in needed if name not in names]
    if absent:
        return f"{kind}^{event} has {', '.join(needed)}; {', '.join(absent)} is not there"
    last = message.segments[-1]
    least, fields = said["fields"].get(last.name, 0), len(last.fields) - 1
    return f"{last.name} ends after field {fields}, {least} are expected" if fields < least else ""
