"""Serves the page: some processes behind one address, each replaced when it dies, all stopped in good order."""

import dataclasses
import errno
import os
import socket
import ssl
import sys
import time
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

from contract.errors import ChartloomError, ConfigError, StoreError
from nlp.icd.catalogue.shelf import Shelf
from review.settings import Settings
from review.state import provider
from review.state.database import Database
from review.state.tables import users

PORT = 8470
MOST_WORKERS = 8
BACKLOG = 1024
KEEP_ALIVE = 75  # seconds: a coder who reads a note comes back on the same connection
GRACE = 10  # seconds for requests under way when it stops
CONNECTIONS = 1_000  # of one process; more are told to come back
PATIENCE = 5.0  # seconds for a port that a server just killed has not let go of


@dataclass(frozen=True)
class Serving:
    """`workers`: 0 is one a core, two at least. `proxy`: addresses of proxies that end TLS in front of the page."""

    host: str = "127.0.0.1"
    port: int = PORT
    workers: int = 0
    certificate: Path | None = None
    key: Path | None = None
    proxy: str = ""

    @property
    def processes(self) -> int:
        return self.workers or max(2, min(MOST_WORKERS, os.cpu_count() or 1))

    @property
    def https(self) -> bool:
        return bool(self.certificate or self.proxy)

    @property
    def address(self) -> str:
        name = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.certificate else 'http'}://{name}:{self.port}"


def judged(serving: Serving) -> Serving:
    """Raises ConfigError where notes of patients would cross a network in clear."""
    if not loopback(serving.host) and not serving.https:
        raise ConfigError(
            f"--host {serving.host} can be reached from other machines, and without TLS notes and passwords would "
            "cross the network in clear. Give --certificate and --key, or --behind-proxy with the address of a "
            "proxy that ends TLS."
        )
    if bool(serving.certificate) != bool(serving.key):
        raise ConfigError("--certificate and --key belong together: a PEM file with the chain, one with its key.")
    for path in (serving.certificate, serving.key):
        if path and not path.is_file():
            raise ConfigError(f"{path} is no file; expected a certificate or key in PEM.")
    if serving.certificate and serving.key:
        _matching(serving.certificate, serving.key)
    for address in serving.proxy.split(",") if serving.proxy else ():
        _of_a_proxy(address.strip())
    return serving


def _matching(certificate: Path, key: Path) -> None:
    """Tried here, once: each process would fail on it again and again."""
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(certificate, key, password="")
    except (OSError, ValueError) as error:
        why = getattr(error, "reason", None) or getattr(error, "strerror", None) or type(error).__name__
        raise ConfigError(
            f"{certificate} and {key} cannot be used ({why}). Expected the certificate with its chain, and the key "
            "that belongs to it, both in PEM, readable by this user, the key without a passphrase."
        ) from None


def _of_a_proxy(address: str) -> None:
    """Its word on who asks is believed, so a star or a name would be an open door."""
    try:
        everybody = ip_network(address).prefixlen == 0
    except ValueError:
        everybody = True
    if everybody:
        raise ConfigError(
            f"--behind-proxy {address} is no address. Expected the one from which the proxy asks, such as 10.0.0.5 "
            "or 127.0.0.1, a network such as 10.0.0.0/29, or several with commas."
        )


def loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def for_browsers(settings: Settings, serving: Serving) -> Settings:
    """With the names and the scheme by which browsers come."""
    own = () if serving.host in ("0.0.0.0", "::") else (serving.host,)
    return dataclasses.replace(settings, hosts=(*settings.hosts, *own), https=settings.https or serving.https)


def prepared(settings: Settings) -> bool:
    """The database made and brought to its newest version, before processes share it; whether anyone has an account."""
    provider.of(settings)  # raises where its settings are wrong
    Shelf(settings.tables)  # so does the folder of code tables
    database = Database.open(settings)
    with database.read() as connection:
        somebody = connection.execute(users.select().limit(1)).first() is not None
    database.close()
    return somebody


def bound(serving: Serving) -> socket.socket:
    """The address is ours from here on; who asks now is answered once the first process is up."""
    family = socket.AF_INET6 if ":" in serving.host else socket.AF_INET
    made = socket.socket(family)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    until = time.monotonic() + PATIENCE
    while True:
        try:
            made.bind((serving.host, serving.port))
            made.listen(BACKLOG)
        except OSError as error:
            if time.monotonic() < until and serving.port:
                time.sleep(0.2)
                continue
            made.close()
            taken = "Is the page served already? " if error.errno == errno.EADDRINUSE else ""
            raise ConfigError(
                f"{serving.host}:{serving.port} cannot be listened on ({error.strerror}). {taken}--host is an address "
                "of this machine; --port names another port, from 1024 on."
            ) from error
        made.set_inheritable(True)
        return made


def serve(settings: Settings, serving: Serving, listening: socket.socket) -> None:
    """Until it is told to stop. Settings as `for_browsers` gives them."""
    from uvicorn.config import STARTUP_FAILURE
    from uvicorn.supervisors import Multiprocess

    supervisor = Multiprocess(_config(settings, serving), [listening])
    supervisor.run()
    if any(process.exitcode == STARTUP_FAILURE for process in supervisor.processes):
        raise StoreError("the page could not be started; what was wrong is said above.")


def _config(settings: Settings, serving: Serving) -> Any:
    from uvicorn import Config

    return Config(
        partial(made, settings),
        factory=True,
        workers=serving.processes,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=LOGGING,
        access_log=False,  # it would hold filled paths; the diary has its own
        server_header=False,
        proxy_headers=bool(serving.proxy),
        forwarded_allow_ips=serving.proxy or None,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
        timeout_worker_healthcheck=30,
        limit_concurrency=CONNECTIONS,
        ssl_certfile=serving.certificate,
        ssl_keyfile=serving.key,
    )


def made(settings: Settings) -> Any:
    """The application, in a process of its own. What goes wrong is said by kind and place, and not tried for ever."""
    from uvicorn.config import STARTUP_FAILURE

    from review.web import app, diary

    try:
        return app.create(settings)
    except ChartloomError as error:
        print(f"chartloom: {error}", file=sys.stderr)  # noqa: T201
    except Exception as error:  # noqa: BLE001  told by kind and place: its own words may hold a password or PHI
        print(f"chartloom: unexpected {type(error).__name__} {diary.places(error)}", file=sys.stderr)  # noqa: T201
    sys.exit(STARTUP_FAILURE)


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "review.web.diary.Plain"}},
    "handlers": {"screen": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "loggers": {
        "uvicorn": {"handlers": ["screen"], "level": "WARNING", "propagate": False},
        "chartloom": {"handlers": ["screen"], "level": "INFO", "propagate": False},
        "review": {"handlers": ["screen"], "level": "WARNING", "propagate": False},
    },
}
