"""Sentences from templates: one finding, present, absent, or compared with a prior study."""

from dataclasses import replace

from imaging.drafting.words import compared, templates
from imaging.finding import Finding

NO = "No "


def sayable(finding: Finding) -> Finding:
    """Without what its template has no words for: the side of an enlarged heart, the severity of a tube."""
    template = templates()[finding.name]
    return replace(
        finding,
        side=finding.side if template.sided else "",
        severity=finding.severity if template.grades else "",
        position=finding.position if template.positions else "",
    )


def present(finding: Finding) -> str:
    template = templates()[finding.name]
    pattern = template.both if finding.side == "both" and template.both else template.one
    said = pattern.format(
        severity=(template.grades or {}).get(finding.severity, ""),
        side=finding.side if template.sided else "",
    )
    return _sentence(said + (template.positions or {}).get(finding.position, ""))


def absent(name: str) -> str:
    return _sentence(templates()[name].absent)


def against_prior(name: str, claim: str) -> str:
    """`claim`: new, unchanged or resolved."""
    what = templates()[name].absent.removeprefix(NO).removeprefix("evidence of ")
    gone = claim == "resolved" and templates()[name].positions
    return _sentence(compared()["removed" if gone else claim].format(what=what))


def _sentence(words: str) -> str:
    tidy = " ".join(words.split()).rstrip(".")
    return f"{tidy[0].upper()}{tidy[1:]}."
