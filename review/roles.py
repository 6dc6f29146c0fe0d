"""Who may do what on the coders' page: five roles, and the rights of each."""

from enum import StrEnum


class Right(StrEnum):
    """What an action asks for; a route names the right it needs, never a role."""

    SEE_ORIGINAL = "see original notes"  # relinked; each view is audited
    SEE_OPEN = "see de-identified notes"
    DECIDE = "decide on codes"  # handed over to the night
    PRACTISE = "practise on codes"  # kept for teaching; never handed over
    JUDGE = "settle what two coders coded differently"
    ASSIGN = "assign charts and free locks"
    AUDIT = "read the audit and the agreement"
    ADMINISTER = "add and change users"


ROLES: dict[str, frozenset[Right]] = {
    "trainee": frozenset({Right.SEE_OPEN, Right.PRACTISE}),
    "researcher": frozenset({Right.SEE_OPEN}),
    "coder": frozenset({Right.SEE_ORIGINAL, Right.DECIDE}),
    "auditor": frozenset({Right.SEE_ORIGINAL, Right.DECIDE, Right.JUDGE, Right.ASSIGN, Right.AUDIT}),
    "admin": frozenset({Right.ADMINISTER, Right.ASSIGN}),  # sees no chart
}


def may(role: str, right: Right) -> bool:
    """An unknown role may nothing."""
    return right in ROLES.get(role, frozenset())
