"""One event as an ICH E2B(R3) individual case safety report: HL7 v3, MCCI_IN200100UV01 around PORR_IN049016UV.

After the ICH implementation guide. The number of each element stands beside what writes it. What is not known has a
nullFlavor (NI, UNK; MSK for names, which are never sent).
"""

import re
import uuid
from datetime import datetime
from typing import Any

from nlp.adverse.e2b.case import DRUG_ROLES, SEXES, Case, Site, Taken, stamp

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # form feeds of notes: XML has none
HL7, XSI = "urn:hl7-org:v3", "http://www.w3.org/2001/XMLSchema-instance"
ICH, LISTS = "2.16.840.1.113883.3.989.2.1.3.", "2.16.840.1.113883.3.989.2.1.1."  # ids, code lists
OBSERVED, GROUPED = LISTS + "19", LISTS + "20"
MEDDRA = "2.16.840.1.113883.6.163"
SERIOUS = {"34": "resultsInDeath", "21": "isLifeThreatening", "33": "requiresInpatientHospitalization",
           "35": "resultsInPersistentOrSignificantDisability", "12": "congenitalAnomalyBirthDefect",
           "26": "otherMedicallyImportantCondition"}  # fmt: skip
"""E.i.3.2a to f."""


def write(case: Case, site: Site, now: datetime) -> bytes:
    """The message as UTF-8 XML. Ids inside follow from the case, so that the same case gives the same bytes."""
    from lxml import etree

    root = message(case, site, now)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def element(name: str, *children: Any, text: str = "", **attributes: str | None) -> Any:
    """`kind` is xsi:type; an attribute that is None is left out."""
    from lxml import etree

    made = etree.Element(f"{{{HL7}}}{name}", nsmap={None: HL7, "xsi": XSI})
    for key, value in attributes.items():
        if value is not None:
            made.set(f"{{{XSI}}}type" if key == "kind" else key, CONTROL.sub(" ", value))
    made.text = CONTROL.sub(" ", text) or None
    made.extend([child for child in children if child is not None])
    return made


E = element


def message(case: Case, site: Site, now: datetime) -> Any:
    made = E(
        "MCCI_IN200100UV01",
        E("id", root=ICH + "22", extension=f"{case.number}-{now:%Y%m%d%H%M%S}"),  # N.1.2
        E("creationTime", value=stamp(now)),  # N.1.5
        E("responseModeCode", code="D"),
        E("interactionId", root="2.16.840.1.113883.1.6", extension="MCCI_IN200100UV01"),
        E("name", code="1", codeSystem=LISTS + "1", codeSystemVersion="2.0", displayName="ichicsr"),  # N.1.1
        _safety_report(case, site, now),
        _device("receiver", "RCV", "14", site.receiver),  # N.1.4
        _device("sender", "SND", "13", site.sender),  # N.1.3
    )
    made.set("ITSVersion", "XML_1.0")
    return made


def _safety_report(case: Case, site: Site, now: datetime) -> Any:
    return E(
        "PORR_IN049016UV",
        E("id", root=ICH + "1", extension=case.number),  # N.2.r.1
        E("creationTime", value=stamp(now)),  # N.2.r.4
        E("interactionId", root="2.16.840.1.113883.1.6", extension="PORR_IN049016UV"),
        E("processingCode", code="P"),
        E("processingModeCode", code="T"),
        E("acceptAckCode", code="AL"),
        _device("receiver", "RCV", "12", site.receiver),  # N.2.r.3
        _device("sender", "SND", "11", site.sender),  # N.2.r.2
        E(
            "controlActProcess",
            E("code", code="PORR_TE049016UV", codeSystem="2.16.840.1.113883.1.18"),
            E("effectiveTime", value=stamp(now)),  # C.1.2
            E("subject", _investigation(case, site), typeCode="SUBJ"),
            classCode="CACT",
            moodCode="EVN",
        ),
    )


def _device(name: str, kind: str, root: str, who: str) -> Any:
    held = E("id", root=ICH + root, extension=who or None, nullFlavor=None if who else "NI")
    return E(name, E("device", held, classCode="DEV", determinerCode="INSTANCE"), typeCode=kind)


def _investigation(case: Case, site: Site) -> Any:
    told = stamp(case.told)
    worldwide = "-".join(part for part in (site.country, site.organisation.replace(" ", ""), case.number) if part)
    return E(
        "investigationEvent",
        E("id", root=ICH + "1", extension=worldwide),  # C.1.1
        E("id", root=ICH + "2", extension=worldwide),  # C.1.8.1
        E("code", code="PAT_ADV_EVNT", codeSystem="2.16.840.1.113883.5.4"),
        E("text", text=case.narrative),  # H.1
        E("statusCode", code="active"),
        E("effectiveTime", E("low", value=told, nullFlavor=None if told else "UNK")),  # C.1.4
        E("availabilityTime", value=told, nullFlavor=None if told else "UNK"),  # C.1.5
        E("component", _assessment(case, site), typeCode="COMP"),
        _event_flag("1", "additionalDocumentsAvailable", value="false"),  # C.1.6.1
        _event_flag("23", "localCriteriaForExpedited", nullFlavor="NI"),  # C.1.7
        _first_sender(),
        _reporter(site),
        _sender(site),
        _characteristic("1", "ichReportType", "CE", code="1", codeSystem=LISTS + "2"),  # C.1.3: spontaneous
        _characteristic("2", "otherCaseIds", "BL", nullFlavor="NI"),  # C.1.9.1
        classCode="INVSTG",
        moodCode="EVN",
    )


def _event_flag(code: str, name: str, **value: str) -> Any:
    held = E("value", kind="BL", **value)
    observed = E("observationEvent", _named(code, name), held, classCode="OBS", moodCode="EVN")
    return E("component", observed, typeCode="COMP")


def _characteristic(number: str, name: str, kind: str, /, **value: str) -> Any:
    coded = E("code", code=number, codeSystem=LISTS + "23", displayName=name)
    made = E("investigationCharacteristic", coded, E("value", kind=kind, **value), classCode="OBS", moodCode="EVN")
    return E("subjectOf2", made, typeCode="SUBJ")


def _named(code: str, name: str) -> Any:
    return E("code", code=code, codeSystem=OBSERVED, displayName=name)


def _first_sender() -> Any:
    """C.1.8.2: 2, not a regulator."""
    entity = E("assignedEntity", E("code", code="2", codeSystem=LISTS + "3"), classCode="ASSIGNED")
    return _related("1", "initialReport", entity)


def _reporter(site: Site) -> Any:
    """C.2.r: no name is sent; its country (3), qualification (4), and that it is the primary source (5)."""
    qualified = E(
        "code", code=site.reporter or None, codeSystem=LISTS + "6", nullFlavor=None if site.reporter else "UNK"
    )
    country = E(
        "code", code=site.country or None, codeSystem="1.0.3166.1.2.2", nullFlavor=None if site.country else "NI"
    )
    person = E(
        "assignedPerson",
        E("name", E("given", nullFlavor="MSK"), E("family", nullFlavor="MSK")),  # C.2.r.1
        E("asQualifiedEntity", qualified, classCode="QUAL"),
        E("asLocatedEntity", E("location", country, classCode="COUNTRY", determinerCode="INSTANCE"), classCode="LOCE"),
        classCode="PSN",
        determinerCode="INSTANCE",
    )
    return _related("2", "sourceReport", E("assignedEntity", person, classCode="ASSIGNED"), "1")


def _related(code: str, name: str, entity: Any, priority: str = "") -> Any:
    act = E("controlActEvent", E("author", entity, typeCode="AUT"), classCode="CACT", moodCode="EVN")
    related = E(
        "relatedInvestigation",
        E("code", code=code, codeSystem=LISTS + "22", displayName=name),
        E("subjectOf2", act, typeCode="SUBJ"),
        classCode="INVSTG",
        moodCode="EVN",
    )
    return E(
        "outboundRelationship", E("priorityNumber", value=priority) if priority else None, related, typeCode="SPRT"
    )


def _sender(site: Site) -> Any:
    """C.3.1 and C.3.2."""
    house = E("name", text=site.organisation, nullFlavor=None if site.organisation else "NI")
    entity = E(
        "assignedEntity",
        E("code", code=site.kind, codeSystem=LISTS + "7"),
        E("representedOrganization", house, classCode="ORG", determinerCode="INSTANCE"),
        classCode="ASSIGNED",
    )
    act = E("controlActEvent", E("author", entity, typeCode="AUT"), classCode="CACT", moodCode="EVN")
    return E("subjectOf1", act, typeCode="SUBJ")


def _assessment(case: Case, site: Site) -> Any:
    roles = [_role(case, k, drug) for k, drug in enumerate(case.drugs)]
    patient = E("primaryRole", _person(case), *_observed(case, site), classCode="INVSBJ")
    return E(
        "adverseEventAssessment", E("subject1", patient, typeCode="SBJ"), *roles, classCode="INVSTG", moodCode="EVN"
    )


def _person(case: Case) -> Any:
    sex, birth, died = SEXES.get(case.sex), stamp(case.birth), stamp(case.died)
    return E(
        "player1",
        E("name", nullFlavor="MSK"),  # D.1
        E("administrativeGenderCode", code=sex, codeSystem="1.0.5218", nullFlavor=None if sex else "UNK"),  # D.5
        E("birthTime", value=birth) if birth else None,  # D.2.1
        E("deceasedTime", value=died) if died else None,  # D.9.1
        classCode="PSN",
        determinerCode="INSTANCE",
    )


def _observed(case: Case, site: Site) -> list[Any]:
    """D.2.2a and b, age at onset; E, the reaction; G.k, the drugs."""
    found = []
    if case.birth and case.onset:
        years = max(0, int((case.onset.date() - case.birth).days / 365.25))
        value = E("value", kind="PQ", value=str(years), unit="a")
        found.append(E("subjectOf2", E("observation", _named("3", "age"), value, **SEEN), typeCode="SBJ"))
    found.append(E("subjectOf2", _reaction(case, site), typeCode="SBJ"))
    parts = [E("component", _drug(case, k, drug), typeCode="COMP") for k, drug in enumerate(case.drugs)]
    grouped = E("code", code="4", codeSystem=GROUPED, displayName="drugInformation")
    return [
        *found,
        E("subjectOf2", E("organizer", grouped, *parts, classCode="CATEGORY", moodCode="EVN"), typeCode="SBJ"),
    ]


SEEN = {"classCode": "OBS", "moodCode": "EVN"}


def _reaction(case: Case, site: Site) -> Any:
    code = site.meddra.get(case.effect.strip().lower()) if site.meddra_version else None
    words = E("originalText", text=case.effect, language=case.language)  # E.i.1.1a and b
    coded = {"codeSystem": MEDDRA, "codeSystemVersion": site.meddra_version} if code else {"nullFlavor": "NI"}
    onset = stamp(case.onset)
    return E(
        "observation",
        E("id", root=_id(case, "reaction")),
        _named("29", "reaction"),
        E("effectiveTime", E("low", value=onset), kind="IVL_TS") if onset else None,  # E.i.4
        E("value", words, kind="CE", code=code, **coded),  # E.i.2.1
        *(_inside(number, name, kind="BL", nullFlavor="NI") for number, name in SERIOUS.items()),  # E.i.3.2
        _inside("27", "outcome", kind="CE", code="0", codeSystem=LISTS + "11"),  # E.i.7: unknown
        **SEEN,
    )


def _inside(number: str, name: str, /, **value: str) -> Any:
    observed = E("observation", _named(number, name), E("value", **value), **SEEN)
    return E("outboundRelationship2", observed, typeCode="PERT")


def _drug(case: Case, k: int, drug: Taken) -> Any:
    """G.k.2.2 the name, G.k.4.r.4 and 5 from when until when."""
    bounds = [E(name, value=stamp(at)) for name, at in (("low", drug.start), ("high", drug.stop)) if at]
    dose = E("substanceAdministration", E("effectiveTime", *bounds, kind="IVL_TS"), classCode="SBADM", moodCode="EVN")
    product = E("kindOfProduct", E("name", text=drug.name), classCode="MMAT", determinerCode="KIND")
    return E(
        "substanceAdministration",
        E("id", root=_id(case, f"drug {k}")),
        E("consumable", E("instanceOfKind", product, classCode="INST"), typeCode="CSM"),
        E("outboundRelationship2", dose, typeCode="COMP") if bounds else None,
        classCode="SBADM",
        moodCode="EVN",
    )


def _role(case: Case, k: int, drug: Taken) -> Any:
    """G.k.1."""
    used = E("productUseReference", E("id", root=_id(case, f"drug {k}")), classCode="SBADM", moodCode="EVN")
    judged = E(
        "causalityAssessment",
        _named("20", "interventionCharacterization"),
        E("value", kind="CE", code=DRUG_ROLES[drug.role], codeSystem=LISTS + "13"),
        E("subject2", used, typeCode="SUBJ"),
        **SEEN,
    )
    return E("component", judged, typeCode="COMP")


def _id(case: Case, what: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{case.number} {what}"))
