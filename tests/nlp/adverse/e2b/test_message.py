"""One event as E2B(R3): well-formed, with every required element, and what is missing said."""

from datetime import date, datetime

import pytest
from lxml import etree

from nlp.adverse.e2b.case import Case, Site, Taken
from nlp.adverse.e2b.message import HL7, write
from nlp.adverse.e2b.required import missing, required

NOW = datetime(2026, 11, 20, 23, 0)
SITE = Site("HOSP1", "AUTH1", "Test Hospital", "US", "3", "1", "27.1", {"dry cough": "10011224"})
CASE = Case(
    "C17", "Dry cough", "ICD-10-CM//R05.9", datetime(2024, 3, 2, 8),
    (Taken("lisinopril", "suspect", datetime(2024, 2, 1), None), Taken("Tulip <3> & Co", "concomitant")),
    "female", date(1950, 6, 1), None, datetime(2024, 3, 5), "Dry cough after lisinopril.",
)  # fmt: skip


def parsed(case: Case = CASE, site: Site = SITE) -> etree._Element:
    return etree.fromstring(write(case, site, NOW))


def values(root: etree._Element, path: str) -> list[str]:
    return [str(one) for one in root.xpath(path, namespaces={"h": HL7})]


def test_a_full_case_lacks_nothing() -> None:
    root = parsed()
    assert root.tag == f"{{{HL7}}}MCCI_IN200100UV01"
    assert missing(root) == []
    assert values(root, "//h:observation[h:code/@code='29']/h:value/@code") == ["10011224"]
    assert values(root, "//h:observation[h:code/@code='29']/h:effectiveTime/h:low/@value") == ["20240302080000+0000"]
    assert values(root, "//h:observation[h:code/@code='3']/h:value/@value") == ["73"]
    assert values(root, "//h:administrativeGenderCode/@code") == ["2"]
    assert values(root, "//h:kindOfProduct/h:name/text()") == ["lisinopril", "Tulip <3> & Co"]


def test_roles_point_to_their_drugs() -> None:
    root = parsed()
    drugs = values(root, "//h:organizer/h:component/h:substanceAdministration/h:id/@root")
    assert values(root, "//h:productUseReference/h:id/@root") == drugs
    assert values(root, "//h:causalityAssessment[h:code/@code='20']/h:value/@code") == ["1", "2"]


def test_without_a_site_and_its_licence_what_is_missing_is_said() -> None:
    root = parsed(Case("C18", "Dry cough", "", None, (Taken("lisinopril", "suspect"),)), Site())
    lacking = {element.number for element in missing(root)}
    assert lacking >= {"N.1.3", "N.1.4", "C.2.r.3", "C.3.2", "E.i.2.1a", "E.i.2.1b", "C.1.4", "H.1"}
    assert not lacking & {"E.i.1.1a", "E.i.3.2a", "D.1", "G.k.1", "G.k.2.2"}
    assert values(root, "//h:observation[h:code/@code='29']/h:value/@nullFlavor") == ["NI"]


def test_the_patient_has_no_name_and_the_same_case_the_same_bytes() -> None:
    assert values(parsed(), "//h:player1/h:name/@nullFlavor") == ["MSK"]
    assert write(CASE, SITE, NOW) == write(CASE, SITE, NOW)


@pytest.mark.parametrize("element", required(), ids=lambda one: one.number)
def test_each_required_element_is_noticed_when_it_goes(element: object) -> None:
    root = parsed()
    for found in root.xpath(element.path, namespaces={"h": HL7}):  # type: ignore[attr-defined]
        owner = found.getparent()
        if not isinstance(found, str):
            owner.remove(found)
        elif found.is_text:
            owner.text = None
        else:
            del owner.attrib[found.attrname]
    assert element in missing(root)


def test_what_xml_cannot_hold_is_left_out() -> None:
    """Notes have form feeds."""
    root = parsed(Case("C19", "Dry\x0ccough", "", None, (Taken("lisinopril\x00", "suspect"),), narrative="a\x0bb"))
    assert values(root, "//h:kindOfProduct/h:name/text()") == ["lisinopril "]
    assert "a b" in values(root, "//h:text/text()")
