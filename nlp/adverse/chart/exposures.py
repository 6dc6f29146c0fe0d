"""When a person had which drug: orders and administrations of the timeline, joined to courses."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from nlp.adverse.chart.knowledge import Drug, Knowledge
from nlp.adverse.chart.orders import Order
from nlp.adverse.chart.timeline import Fact

RENEWED = timedelta(days=30)  # a next order within this of the last one's end goes on with it
UNCODED = "UNCODED"


@dataclass(frozen=True, slots=True)
class Exposure:
    """One course. `stop`: None where nobody said that it ended. `fhir_id`: of its first order or administration."""

    ingredients: frozenset[str]
    start: datetime
    stop: datetime | None
    fhir_id: str


def exposures(
    mine: Iterable[Fact], orders: Mapping[str, Order], knowledge: Knowledge
) -> tuple[Sequence[Exposure], int]:
    """In the order of time; and how many orders and administrations nobody could read."""
    given: dict[str, Exposure] = {}
    unread = set()
    for at, fact in enumerate(each for each in mine if each.kind in ("start", "stop", "given")):
        key = fact.fhir_id or f"{fact.code}#{at}"
        drug = _drug(fact, orders.get(fact.fhir_id), knowledge)
        if drug is None:
            unread.add(key)
        else:
            given[key] = _more(
                given.get(key), Exposure(frozenset(drug.ingredients), fact.time, None, fact.fhir_id), fact
            )
    for key, order in orders.items():
        if key not in given and order.start is not None:
            drug = _ordered(order, knowledge)
            if drug is None:
                unread.add(key)
            else:
                stop = order.stop or (order.start if order.single else None)
                given[key] = Exposure(frozenset(drug.ingredients), order.start, stop, key)
                unread.discard(key)
    return _courses(given.values()), len(unread)


def _drug(fact: Fact, order: Order | None, knowledge: Knowledge) -> Drug | None:
    system, _, code = fact.code.partition("//")
    found = knowledge.drug_of_code(system, code) if system != UNCODED else None
    if found is None and fact.words:
        found = knowledge.drug(fact.words)
    return found or (_ordered(order, knowledge) if order else None)


def _ordered(order: Order, knowledge: Knowledge) -> Drug | None:
    by_code = (knowledge.drug_of_code(system, code) for system, code in order.codes)
    by_words = (knowledge.drug(words) for words in order.words)
    return next((found for each in (by_code, by_words) for found in each if found is not None), None)


def _more(before: Exposure | None, this: Exposure, fact: Fact) -> Exposure:
    """What one more event of the same resource adds: its start, its end, that it was given then."""
    if fact.kind == "stop":
        return replace(before or this, stop=fact.time)
    if fact.kind == "given":
        start = min(before.start, this.start) if before else this.start
        stop = max(before.stop or before.start, this.start) if before else this.start
        return replace(before or this, start=start, stop=stop)
    return replace(before, start=max(before.start, this.start)) if before else this


def _courses(given: Iterable[Exposure]) -> list[Exposure]:
    """Orders of the same ingredients that follow each other closely are one course; an open one goes on."""
    found: dict[frozenset[str], list[Exposure]] = {}
    for each in sorted(given, key=lambda exposure: (exposure.start, exposure.fhir_id)):
        courses = found.setdefault(each.ingredients, [])
        last = courses[-1] if courses else None
        if last is not None and (last.stop is None or each.start - last.stop <= RENEWED):
            open_ = last.stop is None or each.stop is None
            stop = None if open_ else max(last.stop or each.start, each.stop or each.start)
            courses[-1] = replace(last, stop=stop)
        else:
            courses.append(each)
    return sorted((each for courses in found.values() for each in courses), key=lambda exposure: exposure.start)
