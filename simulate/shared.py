"""The rows that belong to nobody: organizations, providers, payers. The same for every number of patients."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from simulate.arrays import generator, uuids
from simulate.config import HospitalConfig
from simulate.knowledge import tables
from simulate.people import choose, load_places, names, streets

PROVIDERS = 96
FIRST_HOSPITALS = 8  # the others are clinics


@dataclass(frozen=True)
class Provider:
    id: str
    first: str
    last: str
    male: bool
    speciality: str
    organization: int


@dataclass(frozen=True)
class Shared:
    organizations: list[str]  # ids
    hospital_names: list[str]
    phones: list[str]
    addresses: list[str]
    towns: list[int]
    providers: list[Provider]
    payers: list[str]  # ids

    def organization(self, provider: int) -> int:
        return self.providers[provider % PROVIDERS].organization


def draw_shared(config: HospitalConfig) -> Shared:
    rng = generator(config.seed, 2**31, "shared")
    places = load_places()
    count = len(places["hospitals"])
    ids = [i.decode() for i in uuids(rng, count + PROVIDERS + len(places["payers"]))]
    locale = rng.choice(len(names().locales), PROVIDERS, p=names().shares)
    male = rng.random(PROVIDERS) < 0.5
    providers = []
    for k in range(PROVIDERS):
        where = names().locales[locale[k]]
        first = choose(rng, names().first[(where, "M" if male[k] else "F")], 1)[0]
        last = choose(rng, names().last[where], 1)[0]
        job = places["specialities"][k % len(places["specialities"])]
        providers.append(Provider(ids[count + k], first, last, bool(male[k]), job, int(rng.integers(0, count))))
    phones = [f"{rng.integers(200, 990)}55501{rng.integers(10, 99)}" for _ in range(count)]
    towns = rng.integers(0, len(places["towns"]), count).tolist()
    return Shared(ids[:count], places["hospitals"], phones, streets(rng, count), towns, providers,
                  ids[count + PROVIDERS :])  # fmt: skip


def _plain(table: str, rows: list[list[object]]) -> pa.Table:
    columns = list(zip(*rows, strict=True))
    return pa.table({n: pa.array([None if v == "" else str(v) for v in c], pa.string())
                     for n, c in zip(tables()[table], columns, strict=True)})  # fmt: skip


def _seat(shared: Shared, k: int) -> list[object]:
    town = load_places()["towns"][shared.towns[k]]
    return [shared.addresses[k], town[0], town[2], town[4] + "01", town[5], town[6]]


def shared_tables(shared: Shared) -> dict[str, pa.Table]:
    organizations = [[i, shared.hospital_names[k], *_seat(shared, k), shared.phones[k], "0.0", 0]
                     for k, i in enumerate(shared.organizations)]  # fmt: skip
    providers = [[p.id, shared.organizations[p.organization], f"{p.first} {p.last}", "M" if p.male else "F",
                  p.speciality, *_seat(shared, p.organization), 0] for p in shared.providers]  # fmt: skip
    payers = [[i, name, "", "", "", "", "1-800-555-0100", *["0.00"] * 3, *[0] * 9, "0.5", 0]
              for i, name in zip(shared.payers, load_places()["payers"], strict=True)]  # fmt: skip
    made = {"organizations": organizations, "providers": providers, "payers": payers}
    return {table: _plain(table, rows) for table, rows in made.items()}


def provider_index(drawn: np.ndarray[tuple[int], np.dtype[np.int64]]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return drawn % PROVIDERS
