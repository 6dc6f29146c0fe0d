"""Of a code that the edition of the day does not have: since when, and what may have taken its place."""

from nlp.icd.catalogue.editions import editions
from review.coding.line import Line
from review.coding.tables import InForce, Tables

SHOWN, DEEP = 3, 20
ALIKE = 0.5  # score of the search from which a title is worth a look


def replaced(line: Line, held: InForce, tables: Tables) -> str:
    """To stand behind the message that the code does not exist; empty where nothing is known."""
    since = next((each.begins for each in editions(line.system) if each.name == held.table.edition), None)
    begun = f" (in force since {since})" if since else ""
    title = line.display or _former(line, tables)
    if not title:
        return begun
    found = tables.index(line.system).search(title, DEEP)
    near = [each.code for each in found if each.score >= ALIKE and held.table.billable(each.code)][:SHOWN]
    said = "; ".join(f"{code} {held.table.title(code)}" for code in near)
    return f"{begun}. It was: {title}." + (f" Now perhaps: {said}." if said else "")


def _former(line: Line, tables: Tables) -> str:
    """Its title in the last edition at hand that had it."""
    names = reversed(tables.shelf.held(line.system))
    found = (table.title(line.code) for name in names if (table := tables.shelf.named(line.system, name)))
    return next((title for title in found if title), "")
