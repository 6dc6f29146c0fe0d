"""What can be wrong with a chart that somebody asks for; each says what to do, and none says whose chart it is.

ChartFault
├── NoNight        no night has been published yet                      503
├── Damaged        the published night cannot be read                   503
├── Unknown        no chart has this id                                 404
├── Forgotten      the person was forgotten                             410
├── Gone           the published night has the chart no more            410
└── Withheld       the gate let none of its notes pass                  404
"""

from contract.errors import ChartloomError


class ChartFault(ChartloomError):
    """`status`: of HTTP."""

    status = 404


class NoNight(ChartFault):
    status = 503

    def __init__(self) -> None:
        super().__init__("no night has been published yet, so there are no charts. Run `chartloom run nightly` first.")


class Damaged(ChartFault):
    status = 503

    def __init__(self, snapshot: str) -> None:
        super().__init__(
            f"the published night {snapshot} cannot be read whole. Decisions are safe. Ask whoever runs chartloom to "
            "restore it from a backup or to point lake/current to an older snapshot (docs/operations.md)."
        )


class Unknown(ChartFault):
    def __init__(self) -> None:
        super().__init__("no chart has this address. Go back to the worklist and open the chart from there.")


class Forgotten(ChartFault):
    status = 410

    def __init__(self) -> None:
        super().__init__("this person was forgotten at their wish: notes and decisions are erased. Nothing is to do.")


class Gone(ChartFault):
    status = 410

    def __init__(self) -> None:
        super().__init__(
            "the last night has this chart no more: its notes were withdrawn, or belong to another encounter now. "
            "What was decided is kept, and counts again if the chart comes back."
        )


class Withheld(ChartFault):
    def __init__(self) -> None:
        super().__init__("none of the notes of this chart passed the gate, so it cannot be shown de-identified.")
