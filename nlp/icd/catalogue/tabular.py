"""The tabular list of ICD-10-CM that the package simple-icd-10-cm carries, read through its own functions.

Importing that package parses ten megabytes of XML and takes two seconds: nothing here is imported before it is needed.
"""

from importlib.metadata import version
from typing import Any, cast

from nlp.icd.catalogue.content import Content, Notes

PACKAGE = "simple_icd_10_cm"
EDITION = {"1.5": "2026-april", "1.4": "2025-april", "1.3": "2025-april"}
"""The edition that a version of the package holds by itself; its release notes say which."""


def carried() -> str:
    """Version of the package that is installed; cheap."""
    return version(PACKAGE)


def edition() -> str:
    """Name of the edition in editions.yaml, or the package's version where that is not known."""
    installed = carried()
    return EDITION.get(".".join(installed.split(".")[:2]), f"{PACKAGE}-{installed}")


def content() -> Content:
    import simple_icd_10_cm as tabular

    found = Content()
    for code in dict.fromkeys(tabular.get_all_codes()):
        if tabular.is_block(code) and tabular.is_category(code):  # a block of one category bears its name
            _add(found, tabular, code, block=True)
        _add(found, tabular, code, block=False)
    return found


def _add(found: Content, tabular: Any, code: str, *, block: bool) -> None:
    name = f"{code}-{code}" if block else code
    found.titles[name] = tabular.get_description(code, block)
    above = tabular.get_parent(code, block)
    if above:
        found.parents[name] = f"{above}-{above}" if above == code else above
    if block or (tabular.is_chapter_or_block(code) and not tabular.is_category(code)):
        found.groups.add(name)
    elif tabular.is_leaf(code):
        found.billable.add(name)
    if not tabular.is_extended_subcategory(code):
        notes = _notes(tabular, code, block)
        if notes:
            found.notes[name] = notes


def _notes(tabular: Any, code: str, block: bool) -> Notes:
    said = {
        "terms": tabular.get_inclusion_term(code, block),
        "includes": tabular.get_includes(code, block),
        "excludes1": tabular.get_excludes1(code, block),
        "excludes2": tabular.get_excludes2(code, block),
        "code_first": tabular.get_code_first(code, False, block).splitlines(),
        "use_additional": tabular.get_use_additional_code(code, False, block).splitlines(),
        "code_also": tabular.get_code_also(code, False, block).splitlines(),
        "seventh": {
            character: " ".join(meaning.replace("/\t", "; ").split())
            for character, meaning in tabular.get_seven_chr_def(code, False, block).items()
        },
    }
    return cast(Notes, {name: value for name, value in said.items() if value})
