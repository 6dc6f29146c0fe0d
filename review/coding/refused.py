"""Why an act is not recorded. Each says in plain words what to do; none names a person's data.

NotRecorded
├── Refused   the act itself cannot be: a code that is not there, a finish with errors            422
├── Behind    others acted since the page was shown: look at what they did, then decide again     409
├── Changed   the notes are no longer those that were shown                                       409
└── Locked    somebody else works on the chart                                                    423
"""

from collections.abc import Sequence
from datetime import datetime

from review.coding.act import Done


class NotRecorded(Exception):
    status = 422


class Refused(NotRecorded):
    """`code`: what may be done about: codes to choose from instead, best first."""

    def __init__(self, text: str, instead: Sequence[str] = ()) -> None:
        super().__init__(text)
        self.instead = tuple(instead)


class Behind(NotRecorded):
    status = 409

    def __init__(self, since: Sequence[Done]) -> None:
        who = ", ".join(dict.fromkeys(act.actor for act in since))
        many = "one act was" if len(since) == 1 else f"{len(since)} acts were"
        said = f"Since this page was shown {many} recorded by {who}." if since else "This page is of another list."
        super().__init__(f"{said} Your decision was not recorded: look at the codes as they stand, then decide again.")
        self.since = tuple(since)


class Changed(NotRecorded):
    status = 409

    def __init__(self) -> None:
        super().__init__(
            "The notes of this chart have changed since they were shown. Your decision was not recorded: "
            "read what is new, then decide again."
        )


class Locked(NotRecorded):
    status = 423

    def __init__(self, by: str, since: datetime) -> None:
        super().__init__(
            f"{by} has had this chart open since {since:%H:%M} UTC. Your decision was not recorded: "
            "take another chart, or ask them to leave this one."
        )
        self.by, self.since = by, since
