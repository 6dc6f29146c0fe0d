"""Slots that repeat the record: measures, examination, treatment, plan, and small words."""

from nlp.text.grammar import choose
from simulate.knowledge import analytes
from simulate.notes.identity import digits
from simulate.notes.pen import Pen, Slot, words
from simulate.notes.slots_clinic import name_drug

VITALS = ("temperature", "heart_rate", "respiratory_rate", "oxygen")
TITLES = {
    "admission": "[ADMISSION NOTE|History and Physical|H&P|Admission History & Physical Examination]",
    "progress": "[PROGRESS NOTE|Daily Progress Note|Progress Note|SOAP Note]",
    "visit": "[Office Visit|CLINIC NOTE|Outpatient Follow-up|Progress Note - Ambulatory]",
    "emergency": "[EMERGENCY DEPARTMENT NOTE|ED Provider Note|Emergency Room Report]",
    "discharge": "[DISCHARGE SUMMARY|Discharge Summary|Summary of Hospitalization]",
    "operative": "[OPERATIVE REPORT|Operative Note|Brief Op Note|PROCEDURE NOTE]",
    "phone": "[TELEPHONE ENCOUNTER|Phone Note|Telephone Call|Phone message]",
    "radiology": "[RADIOLOGY REPORT|Diagnostic Imaging Report|X-RAY REPORT|Chest Radiograph]",
    "pathology": "[SURGICAL PATHOLOGY REPORT|Pathology Report|Final Pathologic Report|Surgical Pathology Consultation]",
}


def vitals(pen: Pen, _: str) -> None:
    labs, by_name = pen.chart.labs, {a.name: a for a in analytes()}
    glue = choose(pen.scribe.rng, [", ", "  ", "; ", " "])
    pen.write("[Vital signs|Vitals|VS|VSS]: ")
    if "sbp" in labs and "dbp" in labs:
        pen.scribe.put(f"BP {labs['sbp']:.0f}/{labs['dbp']:.0f}")
    for name in VITALS:
        if name in labs:
            value = labs[name] * 1.8 + 32 if name == "temperature" and labs[name] else labs[name]
            sign = {"oxygen": "%", "temperature": " F"}.get(name, "")
            pen.scribe.put(f"{glue}{by_name[name].note} {value:.{by_name[name].decimals}f}{sign}")
    pen.scribe.put(".")


def exam(pen: Pen, _: str) -> None:
    chosen = pen.scribe.rng.sample(words("exams"), choose(pen.scribe.rng, [2, 3, 4, 5]))
    glue = "\n" if pen.chance(0.4) else " "
    for sentence in chosen:
        pen.write(sentence)
        pen.scribe.put(glue)


def lab_list(pen: Pen, _: str) -> None:
    """Latest values before the note; the names of the tests are decoys."""
    shown = [a for a in analytes() if a.category == "laboratory" and a.name in pen.chart.labs]
    if not shown:
        pen.write("[Pending|None today|No new labs].")
        return
    if len(shown) > 8:
        shown = sorted(pen.scribe.rng.sample(shown, choose(pen.scribe.rng, [5, 8])), key=lambda a: a.name)
    rows = pen.scribe.style == "table" or pen.chance(0.2)
    for place, a in enumerate(shown):
        pen.scribe.put("" if not place else "" if rows else choose(pen.scribe.rng, [", ", ", ", "; "]))
        if rows:
            pen.scribe.put("| ")
        pen.scribe.decoy("lab", a.note)
        value = f"{pen.chart.labs[a.name]:.{a.decimals}f}"
        pen.scribe.put(f" | {value} | {a.units} |\n" if rows else f" {value}")


def plan(pen: Pen, _: str) -> None:
    for sentence in pen.scribe.rng.sample(words("plans"), choose(pen.scribe.rng, [2, 3, 4])):
        pen.write(sentence)
        pen.scribe.put(" ")


def treatment(pen: Pen, _: str) -> None:
    """The first drugs of the chart."""
    if not pen.chart.drugs:
        return
    pen.write("[{He} was treated with|Treated with|Started on|{He} received] ")
    for place, drug in enumerate(pen.chart.drugs[-2:]):
        pen.scribe.put(" and " if place else "")
        name_drug(pen, drug, "present")
    pen.write("[ with good response|].")


def operation_sentence(pen: Pen, _: str) -> None:
    if pen.chart.reason and pen.chart.reason.operation:
        pen.write(
            "[On {date:operated} {he} underwent|{He} was taken to the operating room for] {operation}[ by {staff2}|]. "
        )


def disposition(pen: Pen, _: str) -> None:
    if pen.chart.died:
        pen.write("[Deceased|Expired|Death; autopsy declined by {his} {relative}].")
    else:
        pen.write("[Home|Home with services|Discharged home with {his} {relative}|To rehab at {hospital2}]. "
                  "[Follow up with {staff2} on {date:future}|Appointment with {staff2}, {any_phone}, on {date:future}|"
                  "See PCP in 1-2 weeks|Call {clinic_phone} with questions].")  # fmt: skip


def implant(pen: Pen, _: str) -> None:
    pen.write("[None.|Lot and serial on file: {id:DEVICE}.|Serial no. {id:DEVICE} recorded.|-]")


def small(pen: Pen, _: str) -> None:
    pen.scribe.put(str(choose(pen.scribe.rng, [20, 25, 50, 52, 75, 100, 120, 150])))


def day(pen: Pen, _: str) -> None:
    pen.scribe.put(str(1 + (pen.chart.when - pen.chart.admitted) // 86_400))


def sex(pen: Pen, _: str) -> None:
    male = ["man", "male", "gentleman"] if pen.chart.age > 15 else ["boy", "male"]
    female = ["woman", "female", "lady"] if pen.chart.age > 15 else ["girl", "female"]
    pen.scribe.put(choose(pen.scribe.rng, male if pen.chart.who.male else female))


def workup(pen: Pen, _: str) -> None:
    if pen.chance(0.5):
        pen.write("[Chest film on {date:recent} was reviewed|EKG showed sinus rhythm|Cultures were sent|"
                  "Imaging at {hospital2} was unremarkable][, accession {accession}|]. ")  # fmt: skip


CHART: dict[str, Slot] = {
    "vitals": vitals, "exam": exam, "lab_list": lab_list, "plan": plan, "treatment": treatment, "implant": implant,
    "operation_sentence": operation_sentence, "disposition": disposition, "small": small, "day": day, "sex": sex,
    "workup": workup, "side_cap": lambda pen, _: pen.scribe.put(pen.chart.who.side.capitalize()) and None,
    "side": lambda pen, _: pen.scribe.put(pen.chart.who.side) and None,
    "side_any": lambda pen, _: pen.write("[on the left|on the right|bilaterally]"),
    "sex_letter": lambda pen, _: pen.scribe.put("M" if pen.chart.who.male else "F") and None,
    "service": lambda pen, _: pen.scribe.put(choose(pen.scribe.rng, words("services"))) and None,
    "title": lambda pen, _: pen.write(TITLES[pen.chart.kind]),
    "job": lambda pen,
    _: pen.scribe.phi("ACCESSION", digits(pen.scribe.rng, choose(pen.scribe.rng, ["999999", "99999999"]))),
    "extra": lambda pen, name: pen.scribe.say(pen.chart.extra.get(name, "")),
}  # fmt: skip
