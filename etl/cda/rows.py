"""The rows of one document: its person and key, which element belongs to which raw table, and every row's cells."""

from collections.abc import Iterator, Mapping

from lxml import etree

from etl.cda.cells import Document, cell
from etl.cda.ids import SSN, fingerprint, identifiers
from etl.cda.knowledge import Cell, Entry, entries, is_placeholder
from etl.cda.parse import Refused
from etl.cda.times import fhir_time

Cells = dict[str, str | None]
Row = tuple[str, int, Cells]
SAID = (
    "quantity", "unit", "integer", "words", "truth", "concept_first", "low", "high", "moment", "numerator",
    "dose", "rate",
)  # fmt: skip
"""What is measured or given: two elements that differ in it are two facts, though they have one id."""


def rows(root: etree._Element, wanted: frozenset[str]) -> Iterator[Row]:
    """(raw table, line, cells) of the tables that are wanted."""
    return _Rows(root).rows(wanted)


def person(root: etree._Element) -> str:
    """The key of the one person the document is about. Refused: nobody, or two."""
    roles = root.findall("recordTarget/patientRole")
    said = [identifiers(role.findall("id")) for role in roles]
    keys = {key for ids in said if (key := _person_key(ids))}
    if len(keys) > 1 or (len(roles) > 1 and not all(said)):
        raise Refused(roles[1].sourceline or 1, "cda-two-persons")
    if not roles or not any(said):
        where = root.find("recordTarget")
        raise Refused((root if where is None else where).sourceline or 1, "cda-no-person")
    return keys.pop() if keys else fingerprint("nobody", document_key(root, ""))


def _person_key(ids: list[tuple[str, str]]) -> str:
    """Of the first id; of a social security number only where there is no other. A placeholder is nobody's."""
    good = [each for each in ids if not is_placeholder(each[1])]
    first = sorted(good, key=lambda each: each[0] == SSN)[:1]
    return fingerprint(*first[0]) if first else ""


def document_key(root: etree._Element, whose: str, like: etree._Element | None = None) -> str:
    """Versions of a document share its setId; a document of another type under the same setId is another one."""
    own = root.find("code")
    code = like if own is None else own
    said = identifiers(root.findall("setId")) or identifiers(root.findall("id"))
    kind = code.get("code") if code is not None else None
    return fingerprint("document", whose, *(said[0] if said else (etree.tostring(root).hex(),)), kind)


class _Rows:
    def __init__(self, root: etree._Element) -> None:
        self._root = root
        self._person = person(root)
        self._document = document_key(root, self._person)
        written = root.find("effectiveTime")
        self._written = fhir_time(written.get("value", "")) if written is not None else ""
        self._claimed = self._claims()
        self._keys: dict[etree._Element, str] = {}
        self._shared: dict[tuple[Cell, etree._Element], str | None] = {}
        self._sections: dict[etree._Element, str | None] = {}
        ids = {value: each for each in root.iter(etree.Element) if (value := each.get("ID"))}
        self._context = Document(ids, self._key, [])

    def rows(self, wanted: frozenset[str]) -> Iterator[Row]:
        """Elements that say the same of one thing under one id make one row; of two cells the first counts.

        Those that contradict each other in what they measured make rows of their own: documents use an id twice.
        """
        things: dict[tuple[str | None, ...], list[etree._Element]] = {}
        for element, entry in self._claimed.items():
            if entry.table in wanted:
                said = (entry.table, self._key(element), element.get("negationInd"), element.get("moodCode", "EVN"))
                things.setdefault(said, []).append(element)
        for elements in things.values():
            yield from self._told(elements)

    def _told(self, elements: list[etree._Element]) -> Iterator[Row]:
        """The first keeps the key that it has in every document."""
        made: list[tuple[int, Cells]] = []
        for element in elements:
            cells = self._cells(element, self._claimed[element])
            row = next((each for _, each in made if not _contradict(each, cells)), None)
            if row is None:
                if made:
                    cells["entry"] = fingerprint(cells["entry"], *map(cells.get, SAID))
                made.append((element.sourceline or 1, cells))
            else:
                row |= {name: text for name, text in cells.items() if row.get(name) is None}
        yield from ((self._claimed[elements[0]].table, line, row) for line, row in made)

    def _claims(self) -> dict[etree._Element, Entry]:
        """Each element's raw table: the first of entries.yaml that wants it."""
        templates: dict[etree._Element, set[str]] = {}
        for template in self._root.iter("templateId"):
            templates.setdefault(template.getparent(), set()).add(template.get("root", ""))
        claimed: dict[etree._Element, Entry] = {}
        for entry in entries():
            named = [each for path in entry.paths for each in path(self._root)]
            found = [each for each, said in templates.items() if said & entry.templates] + named
            for each in found:
                if entry.unless is None or not entry.unless(each):
                    claimed.setdefault(each, entry)
        return claimed

    def _cells(self, element: etree._Element, entry: Entry) -> Cells:
        self._context.unclear.clear()
        said = {name: self._cell(element, cells) for name, cells in entry.cells.items()}
        unclear = "; ".join(dict.fromkeys(self._context.unclear)) or None
        return {**self._common(element), **entry.says, **said, "entry": self._key(element), "unclear": unclear}

    def _cell(self, element: etree._Element, cells: tuple[Cell, ...]) -> str | None:
        found = (self._above(element, each) if each.above else self._said(element, each) for each in cells)
        return next((text for text in found if text is not None), None)

    def _said(self, element: etree._Element, one: Cell) -> str | None:
        return cell(one.kind, one.path(element), self._context)

    def _above(self, element: etree._Element, one: Cell) -> str | None:
        assert one.above is not None
        there = one.above(element)
        if not there:
            return None
        if (one, there[0]) not in self._shared:
            self._shared[one, there[0]] = self._said(there[0], one)
        return self._shared[one, there[0]]

    def _common(self, element: etree._Element) -> Mapping[str, str | None]:
        section = element if element.tag == "section" else next(element.iterancestors("section"), None)
        status = element.find("statusCode")
        return {
            "person": self._person,
            "document": self._document,
            "written": self._written or None,
            "section": self._section(section) if section is not None else None,
            "element": element.tag,
            "mood": element.get("moodCode"),
            "status": status.get("code") if status is not None else None,
            "negated": "true" if element.get("negationInd") in ("true", "1") else None,
            "absent": element.get("nullFlavor"),
        }

    def _section(self, section: etree._Element) -> str | None:
        """Its code; of one without, that of the section around it."""
        if section not in self._sections:
            code, around = section.find("code"), next(section.iterancestors("section"), None)
            said = code.get("code") if code is not None else None
            self._sections[section] = said or (self._section(around) if around is not None else None)
        return self._sections[section]

    def _key(self, element: etree._Element) -> str | None:
        """A legal FHIR id: of the person, the element's own first id and what else tells it apart.

        Without an id: of all that it says in its document.
        """
        entry = self._claimed.get(element) or self._named(element)
        if entry is None:
            return None
        if element not in self._keys:
            self._keys[element] = self._named_document(element) or self._made(element, entry)
        return self._keys[element]

    def _named_document(self, element: etree._Element) -> str:
        """This document, or one that it replaces; of the same type, where nothing else is said."""
        if element is self._root or element.tag != "parentDocument":
            return self._document if element is self._root else ""
        return document_key(element, self._person, self._root.find("code"))

    def _named(self, element: etree._Element) -> Entry | None:
        """An element that only refers to a row, by the row's id and the table's name."""
        there = element.find("id") is not None
        return next((entry for entry in entries() if there and entry.name == element.tag), None)

    def _made(self, element: etree._Element, entry: Entry) -> str:
        own = identifiers(element.findall("id"))
        said = own[0] if own else (self._document, etree.tostring(element, with_tail=False).hex())
        apart = [self._cell(element, entry.cells[name]) for name in entry.key]
        return fingerprint(*said) if entry.shared and own else fingerprint(entry.name, self._person, *said, *apart)


def _contradict(one: Cells, other: Cells) -> bool:
    return any(one.get(name) and other.get(name) and one[name] != other[name] for name in SAID)
