"""The trims that rules call by name."""

from collections.abc import Callable

from nlp.deid.rules.lowercase import low_any, low_free, low_name, low_org, low_place
from nlp.deid.rules.trims import (
    credentialed_name,
    familiar_all,
    familiar_name,
    hospital,
    job,
    job_label,
    organisation,
    place,
    proper,
    titled_name,
    whole_name,
)

TRIMS: dict[str, Callable[[str, str], tuple[int, int] | None]] = {
    "name": whole_name, "titled": titled_name, "familiar": familiar_name, "proper": proper, "place": place,
    "familiar_all": familiar_all, "credentialed": credentialed_name,
    "low_name": low_name, "low_any": low_any, "low_free": low_free, "low_place": low_place, "org_low": low_org,
    "org": organisation, "hospital": hospital, "job": job, "job_label": job_label,
}  # fmt: skip
