"""The text of one attachment: base64, character set, format."""

import base64
import binascii
import codecs
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from charset_normalizer import from_bytes
from striprtf.striprtf import rtf_to_text

from etl.text.html import html_text, xml_text

CHARSET = re.compile(r"charset\s*=\s*\"?([^\";\s]+)", re.IGNORECASE)
LINE_END = re.compile(r"\r\n?")
RTF: Callable[..., str] = rtf_to_text
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class Unreadable:
    rule: str
    message: str


NOT_BASE64 = Unreadable("bad-base64", "Attachment.data is no base64; export the document again")
EMPTY = Unreadable("empty-note", "the attachment holds no text")


@dataclass(frozen=True)
class Reader:
    """What fhir_mappings/notes.yaml says of formats."""

    formats: Mapping[str, str]
    starts: Mapping[str, str]
    charsets: tuple[str, ...]

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Reader":
        return cls(said["formats"], said["starts"], tuple(said["charsets"]))

    def text(self, data: str, content_type: str | None) -> str | Unreadable:
        try:
            content = base64.b64decode("".join(data.split()), validate=True)
        except (binascii.Error, ValueError):
            return NOT_BASE64
        media = (content_type or "").partition(";")[0].strip().lower()
        told = CHARSET.search(content_type or "")
        text = self._read(self._format(content, media), content, told[1] if told else None)
        if text is None:
            return Unreadable("unsupported-content", "text, HTML, RTF or XML was expected; other content holds no note")
        return text if text.strip() else EMPTY

    def _format(self, content: bytes, media: str) -> str:
        start = self.decoded(content[:200].lstrip(b"\xef\xbb\xbf \r\n\t"), None).lower()
        for said, name in self.starts.items():
            if start.startswith(said):
                return name
        return self.formats.get(media, "plain" if not media and b"\x00" not in content[:200] else "")

    def _read(self, name: str, content: bytes, charset: str | None) -> str | None:
        if name == "plain":
            return tidy(self.decoded(content, charset))
        if name == "html":
            return html_text(content if _declares(content) else self.decoded(content, charset))
        if name == "xml":
            return xml_text(content if _declares(content) else self.decoded(content, charset))
        return _rtf(content) if name == "rtf" else None

    def decoded(self, content: bytes, charset: str | None) -> str:
        """As told, if that fits; else as UTF-8, if that fits; else in the first of `charsets` that reads like text."""
        told = [charset] if charset and _known(charset) else []
        for name in (*told, _unicode(content)):
            try:
                return content.decode(name)
            except UnicodeDecodeError:
                continue
        readings = (from_bytes(content, cp_isolation=[name]).best() for name in self.charsets)
        best = next((reading for reading in readings if reading), None)
        return str(best) if best else content.decode(self.charsets[0], "replace")


def _unicode(content: bytes) -> str:
    """UTF-16 shows itself by its mark, or by the zeros beside plain letters; all else may be UTF-8."""
    if content.startswith(UTF16):
        return "utf-16"
    zeros = content[:200].count(b"\0")
    if zeros * 3 < min(len(content), 200):
        return "utf-8"
    return "utf-16-le" if content[1:2] == b"\0" else "utf-16-be"


def tidy(text: str) -> str:
    return LINE_END.sub("\n", text).removeprefix("\ufeff").replace("\x00", "")


def _rtf(content: bytes) -> str | None:
    try:
        return tidy(RTF(content.decode("latin-1"), errors="ignore"))
    except (LookupError, ValueError):  # a code page nobody knows, or codes that end early
        return None


def _known(charset: str) -> bool:
    try:
        return bool(codecs.lookup(charset))
    except LookupError:
        return False


def _declares(content: bytes) -> bool:
    """The document names its own character set, which holds."""
    return b"encoding=" in content[:200] or b"charset=" in content[:1024].lower()
