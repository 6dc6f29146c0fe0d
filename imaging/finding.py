"""One finding of one study: what is there, on which side, how much of it, and of a device whether it lies well."""

from collections.abc import Sequence
from dataclasses import dataclass

from imaging.labeller.labelled import Labelled

DEVICE = "device"
SIDES, SEVERITIES, POSITIONS = ("left", "right", "both"), ("mild", "moderate", "severe"), ("good", "bad")


@dataclass(frozen=True, slots=True)
class Finding:
    """`name`: of labeller/data/findings.yaml, a kind of device of devices.yaml, or `device`: of no known kind.

    The rest is empty where nothing is said of it. `score`: probability from 0 to 1; 1 where a person said so.
    """

    name: str
    side: str = ""
    severity: str = ""
    position: str = ""
    score: float = 1.0


def stated(labels: Sequence[Labelled], state: str = "present") -> list[Finding]:
    """What a report says, as findings; of devices one a kind."""
    return [
        Finding(
            each.device.kind if each.device and each.device.kind != "other" else each.finding,
            each.side,
            each.severity,
            each.device.position if each.device else "",
        )
        for each in labels
        if each.state == state
    ]
