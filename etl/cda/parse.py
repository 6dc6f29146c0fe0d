"""A CDA document as a tree of elements with plain names; what is no whole, safe CDA document is refused."""

import gzip
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

LARGEST = 128 << 20  # bytes of one document: its tree takes some twelve times as much memory
HEAD = 4096  # bytes within which a declaration stands
RAW = 1 << 16  # bytes of a refused document that the quarantine shows: its header says whose it is
V3, SDTC = "urn:hl7-org:v3", "urn:hl7-org:sdtc"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.-]+)["']""")
MESSAGES = {
    "cda-encoding": "the document holds bytes that its declared encoding (UTF-8 where it says none) does not have; "
    "declare the right one in its first line, or convert it",
    "cda-not-well-formed": "the XML breaks off or is not well-formed from here on; deliver the document again whole",
    "cda-doctype": "the document declares a DTD or entities: no CDA document needs them, attacks do; remove them",
    "cda-other": "this is XML, but no ClinicalDocument of urn:hl7-org:v3; move it out of the folder of documents",
    "cda-too-large": f"a document of more than {LARGEST >> 20} MB is not read",
    "cda-damaged": "the compressed file is cut off or damaged; deliver it again",
    "cda-no-person": "recordTarget/patientRole/id names nobody; whose document it is cannot be known",
    "cda-two-persons": "the document has record targets with different ids; whose its entries are cannot be known",
}
FORBIDDEN = (b"<!DOCTYPE", b"<!ENTITY")
UTF8 = ("utf-8", "utf8", "us-ascii", "ascii")


@dataclass(frozen=True)
class Refused(Exception):
    """Why a document is not read; `line` is where."""

    line: int
    rule: str
    raw: bytes = b""

    @property
    def message(self) -> str:
        return MESSAGES[self.rule]


def parse(path: Path) -> etree._Element:
    """The ClinicalDocument: HL7 elements under their own names, those of SDTC as sdtc.NAME, xsi:type as xsi.type."""
    data = _bytes(path)
    _encoded(data)
    if any(word in _prolog(data) for word in FORBIDDEN):  # before anything could be expanded
        raise Refused(1, "cda-doctype", data[:RAW])
    reader = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True,
                             remove_pis=True, huge_tree=len(data) > 8 << 20)  # fmt: skip
    try:
        root = etree.fromstring(data, reader)
    except etree.XMLSyntaxError as error:
        raise Refused(error.lineno or 1, "cda-not-well-formed", data[:RAW]) from None
    except ValueError:
        raise Refused(1, "cda-encoding", data[:RAW]) from None
    if etree.QName(root).localname != "ClinicalDocument" or etree.QName(root).namespace != V3:
        raise Refused(1, "cda-other", data[:RAW])
    _plain(root)
    return root


def holds(path: Path) -> bool:
    """Whether there is anything in the file, be it damaged."""
    try:
        return bool(_read(path, 1))
    except Refused:
        return True


def _bytes(path: Path) -> bytes:
    data = _read(path, LARGEST + 1)
    if len(data) > LARGEST:
        raise Refused(1, "cda-too-large", data[:RAW])
    return data


def _read(path: Path, size: int) -> bytes:
    with gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb") as file:
        try:
            return file.read(size)
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise Refused(1, "cda-damaged") from None


def _encoded(data: bytes) -> None:
    """A document that says UTF-8, or nothing, is UTF-8; one that has the marks of UTF-16 is left to the parser."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:4]:
        return
    found = DECLARED.match(data[:HEAD].removeprefix(b"\xef\xbb\xbf"))
    if found and found[1].decode().lower() not in UTF8:
        return
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(data.count(b"\n", 0, error.start) + 1, "cda-encoding", data[:RAW]) from None


def _prolog(data: bytes) -> bytes:
    """What stands before the document's first element, of UTF-16 every other byte."""
    plain = data[: 1 << 20].replace(b"\0", b"")
    return plain[: plain.find(b"<ClinicalDocument")]


def _plain(root: etree._Element) -> None:
    for element in root.iter(etree.Element):
        name = element.tag
        if name.startswith("{"):
            space, local = name[1:].split("}")
            element.tag = local if space == V3 else f"sdtc.{local}" if space == SDTC else name
        if XSI_TYPE in element.attrib:
            element.set("xsi.type", element.attrib[XSI_TYPE].split(":")[-1])
