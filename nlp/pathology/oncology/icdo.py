"""ICD-O-3 morphology codes taken apart: 8140/33/H is histology 8140, behaviour 3, grade 3, and words that say more."""

from dataclasses import dataclass

from contract.errors import InputError

SYSTEM = "ICD-O-3"
MORE = "H"  # CANTEMIST's mark of a mention that says more than its code


@dataclass(frozen=True, slots=True)
class Morphology:
    """`grade`: the sixth digit, grade 1 to 4 or lineage 5 to 8, or nothing."""

    histology: str
    behaviour: str
    grade: str = ""
    more: str = ""

    @staticmethod
    def of(code: str) -> "Morphology":
        histology, _, rest = code.partition("/")
        digits, _, more = rest.partition("/")
        if (
            len(histology) != 4
            or not (histology + digits).isdigit()
            or len(digits) not in (1, 2)
            or more not in ("", MORE)
        ):
            raise InputError(f"{code!r} is no morphology of ICD-O-3; expected one such as 8140/3, 8140/33 or 8140/3/H.")
        return Morphology(histology, digits[0], digits[1:], more)

    @property
    def code(self) -> str:
        return f"{self.histology}/{self.behaviour}{self.grade}" + (f"/{self.more}" if self.more else "")

    @property
    def plain(self) -> str:
        """The code as registries have it, without CANTEMIST's mark."""
        return f"{self.histology}/{self.behaviour}{self.grade}"
