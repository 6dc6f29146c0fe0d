"""Slots that tell the illness: diagnoses, drugs, effects, measures, plans. They leave facts in the truth."""

from nlp.text.grammar import choose
from simulate.knowledge import Disease, Drug, Reason, diseases, drugs, effects, icd10, reasons
from simulate.notes.forms import moment
from simulate.notes.pen import Pen, Slot, phrases, words


def icd(pen: Pen, disease: Disease | Reason) -> str:
    """By side, and by the edition at the end of the contact."""
    code = disease.icd10[-1] if pen.chart.who.left else disease.icd10[0]
    return icd10(code, pen.chart.discharged)


def mention(pen: Pen, disease: Disease | Reason, assertion: str) -> None:
    start = pen.scribe.here
    pen.write(choose(pen.scribe.rng, disease.mentions))
    pen.scribe.mark(start, ("diagnosis", disease.name, icd(pen, disease), assertion))


def history(pen: Pen, _: str) -> None:
    """Up to four of the known diseases in a row."""
    known = list(pen.chart.diseases)
    pen.scribe.rng.shuffle(known)
    known = known[: choose(pen.scribe.rng, [2, 3, 4])]
    if not known:
        pen.write("[no significant past history|good health]")
    for place, disease in enumerate(known):
        if place:
            pen.scribe.put(" and " if place == len(known) - 1 else ", ")
        mention(pen, disease, "present")


def _lines(pen: Pen) -> tuple[str, str]:
    """What stands before and after each item of a list."""
    if pen.scribe.style == "table":
        return "| ", " |\n"
    return choose(pen.scribe.rng, [("- ", "\n"), ("", ", "), ("#", "\n"), ("* ", "\n"), ("", "; "), ("#N. ", "\n")])


def _list(pen: Pen, count: int) -> list[tuple[str, str]]:
    before, after = _lines(pen)
    ends = [after] * (count - 1) + ["" if "\n" not in after else "\n"]
    return [(f"{i + 1}. " if before == "#N. " else before, end) for i, end in enumerate(ends)]


def problem_list(pen: Pen, _: str) -> None:
    known = pen.chart.diseases
    if not known:
        pen.write("[None.|Noncontributory.|Negative.]")
        return
    for disease, (before, after) in zip(known, _list(pen, len(known)), strict=True):
        pen.scribe.put(before)
        mention(pen, disease, "present")
        pen.scribe.put(after)


def problem_plan(pen: Pen, _: str) -> None:
    """One line per problem."""
    for place, disease in enumerate(pen.chart.diseases[:4], 1):
        pen.scribe.put(choose(pen.scribe.rng, [f"{place}. ", f"{place}) ", "# ", "- "]))
        mention(pen, disease, "present")
        pen.write(": [stable|controlled|continue meds|no change|labs reviewed|followed by {staff2}].\n")
    if not pen.chart.diseases:
        pen.write("[Healthy visit|Routine care|No active problems].\n")


def diagnosis(pen: Pen, _: str) -> None:
    """The reason of the stay; outside hospital one of the known diseases."""
    if pen.chart.reason:
        mention(pen, pen.chart.reason, "present")
    elif pen.chart.diseases:
        mention(pen, choose(pen.scribe.rng, pen.chart.diseases), "present")
    else:
        pen.write("[routine examination|no disease found]")


def diagnosis_list(pen: Pen, _: str) -> None:
    items: list[Disease | Reason] = [*([pen.chart.reason] if pen.chart.reason else []), *pen.chart.diseases]
    for disease, (before, after) in zip(items, _list(pen, len(items)) if items else [], strict=True):
        pen.scribe.put(before)
        mention(pen, disease, "present")
        pen.scribe.put(after)


def _absent(pen: Pen) -> Disease | Reason:
    here = {d.name for d in pen.chart.diseases} | {pen.chart.reason.name if pen.chart.reason else ""}
    codes = {d.icd10 for d in pen.chart.diseases} | ({pen.chart.reason.icd10} if pen.chart.reason else set())
    known: list[Disease | Reason] = [*diseases(), *reasons()]
    every = [d for d in known if d.name not in here and d.icd10 not in codes]
    return choose(pen.scribe.rng, every)


def negated(pen: Pen, _: str) -> None:
    pen.write("[No evidence of |No |Ruled out for |Work-up negative for |Not consistent with ]")
    mention(pen, _absent(pen), "negated")
    pen.scribe.put(".")


def uncertain(pen: Pen, _: str) -> None:
    mention(pen, _absent(pen), "uncertain")


def family(pen: Pen, _: str) -> None:
    member = choose(pen.scribe.rng, words("family_members"))
    pen.scribe.put(member)
    pen.write(" [with|had|died of|treated for] ")
    mention(pen, choose(pen.scribe.rng, diseases()), "family")
    pen.write("[; otherwise noncontributory|]. ")
    if pen.chance(0.4):
        pen.one(phrases("social")["eponyms"])


def name_drug(pen: Pen, drug: Drug, assertion: str, link: int = -1) -> None:
    """As the generic or the brand; a decoy for de-identification too."""
    start = pen.scribe.here
    pen.scribe.decoy("drug", drug.brand if pen.chance(0.3) else drug.plain)
    pen.scribe.mark(start, ("drug", drug.name, drug.rxnorm, assertion), link)


def drug_slot(pen: Pen, name: str) -> None:
    chosen = choose(pen.scribe.rng, drugs()) if name == "any" else next(d for d in drugs() if d.name == name)
    name_drug(pen, chosen, "planned")


def med_list(pen: Pen, _: str) -> None:
    if not pen.chart.drugs:
        pen.write("[None|No home medications|No medications].")
        return
    for drug, (before, after) in zip(pen.chart.drugs, _list(pen, len(pen.chart.drugs)), strict=True):
        pen.scribe.put(before)
        name_drug(pen, drug, "present")
        pen.scribe.put(f" {drug.sig}{after}")


def allergy(pen: Pen, _: str) -> None:
    if pen.chart.allergen:
        pen.scribe.put(pen.chart.allergen)
        pen.write("[ (rash)| - hives|: unknown reaction|].")
    else:
        pen.write("[NKDA|No known drug allergies|None known|NKA].")


def _effect(pen: Pen, name: str, assertion: str, link: int) -> None:
    effect = next(e for e in effects() if e.name == name)
    start = pen.scribe.here
    pen.scribe.say(choose(pen.scribe.rng, effect.words))
    pen.scribe.mark(start, ("effect", effect.name, icd10(effect.icd10, pen.chart.discharged), assertion), link)


def harm(pen: Pen, _: str) -> None:
    """The true effect if there is one to tell; otherwise, sometimes, a trap."""
    told = pen.chart.harm
    link = pen.next_link()
    if told:
        pen.memory.update(effect=told.effect.name, drug=told.drug.name if told.drug else "", link=str(link))
        pen.one(words("harm_present" if told.drug else "harm_plain"))
    elif pen.chart.drugs and pen.chance(0.35):
        drug = choose(pen.scribe.rng, pen.chart.drugs)
        known = [e.name for e in effects() if drug.name in e.drugs] or [choose(pen.scribe.rng, effects()).name]
        pen.memory.update(effect=choose(pen.scribe.rng, known), drug=drug.name, link=str(link))
        pen.one(words(choose(pen.scribe.rng, ["harm_negated", "harm_negated", "harm_hypothetical", "harm_history"])))


def plan_harm(pen: Pen, _: str) -> None:
    told = pen.chart.harm
    if told and told.drug:
        pen.memory.update(effect=told.effect.name, drug=told.drug.name, link=str(pen.next_link()))
        pen.write("[Stop {drug_cause} given {effect}.|{Effect} on {drug_cause}: switch to an alternative.|]")


def _effect_slot(assertion: str) -> Slot:
    return lambda pen, _: _effect(pen, pen.memory["effect"], assertion, int(pen.memory["link"]))


def _drug_slot(assertion: str) -> Slot:
    def write(pen: Pen, _: str) -> None:
        drug = next(d for d in drugs() if d.name == pen.memory["drug"])
        name_drug(pen, drug, assertion, int(pen.memory["link"]))

    return write


def _upper(slot: Slot) -> Slot:
    return lambda pen, argument: pen.capital(lambda: slot(pen, argument))


def complaint(pen: Pen, _: str) -> None:
    """The same throughout a note."""
    options = pen.chart.reason.complaints if pen.chart.reason else tuple(words("emergency_complaints"))
    pen.write(pen.memory.setdefault("complaint", choose(pen.scribe.rng, options)))


def symptom(pen: Pen, _: str) -> None:
    pen.scribe.say(choose(pen.scribe.rng, words("symptoms")))


def outcome(pen: Pen, _: str) -> None:
    pen.one(words("outcomes_died" if pen.chart.died else "outcomes_alive"))


def event(assertion: str) -> Slot:
    """A named event of the phone note; the argument is the words, apart by bars inside the phrase."""

    def write(pen: Pen, text: str) -> None:
        name = pen.chart.event[0] if pen.chart.event else "none"
        start = pen.scribe.here
        pen.write(choose(pen.scribe.rng, text.split("|")).replace("<side>", pen.chart.who.side))
        pen.scribe.mark(start, ("event", name, "", assertion))

    return write


def phone_reason(pen: Pen, _: str) -> None:
    if pen.chart.event:
        name, happened = pen.chart.event
        pen.one(phrases("words")["phone_reasons"][f"{name}_{'present' if happened else 'absent'}"])
        pen.scribe.put(" ")
    if not pen.chart.event or pen.chance(0.4):
        pen.one(phrases("words")["phone_reasons"]["other"])


def operation(part: str) -> Slot:
    def write(pen: Pen, _: str) -> None:
        name = pen.chart.reason.operation if pen.chart.reason else ""
        if name:
            pen.one(phrases("words")["operations"][name][part])

    return write


def social(pen: Pen, _: str) -> None:
    pen.scribe.put(" ")
    pen.one(phrases("social")["social"])


def clock(pen: Pen, _: str) -> None:
    at = moment(pen.chart.when)
    pen.scribe.put(choose(pen.scribe.rng, [f"{at:%H:%M}", f"{at:%H%M}", f"{at.hour % 12 or 12}:{at:%M} {at:%p}"]))


CLINIC: dict[str, Slot] = {
    "history": history, "problem_list": problem_list, "problem_plan": problem_plan, "dx": diagnosis,
    "dx_list": diagnosis_list,
    "no_dx_sentence": negated, "maybe_dx": uncertain, "family": family, "med_list": med_list, "drug": drug_slot,
    "allergy": allergy, "harm": harm, "plan_harm": plan_harm, "complaint": complaint, "Complaint": _upper(complaint),
    "effect": _effect_slot("present"), "Effect": _upper(_effect_slot("present")), "effect_not": _effect_slot("negated"),
    "effect_maybe": _effect_slot("hypothetical"), "effect_past": _effect_slot("history"),
    "drug_cause": _drug_slot("present"), "drug_cause_cap": _upper(_drug_slot("present")),
    "drug_other": _drug_slot("present"),
    "symptom_no": symptom, "symptom_no_cap": _upper(symptom), "outcome": outcome, "event": event("present"),
    "noevent": event("negated"), "maybeevent": event("hypothetical"), "phone_reason": phone_reason,
    "operation": operation("names"), "operation_steps": operation("steps"), "clock": clock,
    "eponym": lambda pen, name: pen.scribe.decoy("eponym", name),
    "eponyms": lambda pen, _: pen.one(phrases("social")["eponyms"]) if pen.chance(0.5) else None,
    "eponym_instrument": lambda pen, _: pen.one(words("instruments")),
    "social": social, "social_maybe": lambda pen, _: social(pen, "") if pen.chance(0.4) else None,
}  # fmt: skip
