"""A real PostgreSQL for tests and benches, from the programs in pgserver's wheel: started, killed, started again.

The programs are run here and not by pgserver. As root it opens every folder above its data to its own user, and
any pytest that starts closes pytest's folder again: initdb then ends half-way, and a second try takes the half for a
whole. A loaded machine it gives ten seconds. Here the data lie in a folder of their own that others can reach and
nobody closes, what failed leaves nothing behind, and a start has minutes as long as the server lives.
"""

import os
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil

from contract.errors import StageError

PATIENCE_S = 300.0
LONGEST_PLACE = 60  # characters; with the name of a socket behind it a path may have 107, on a Mac 103
PLACES = (tempfile.gettempdir(), "/tmp", "/var/tmp", "/dev/shm")
OTHERS = ("nobody", "postgres", "daemon")  # PostgreSQL refuses to run as root
PORT = 5432  # of the socket's name; no port is opened
ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath}  # PGPORT, LANG and the like may say anything
OFF = "none"  # CHARTLOOM_POSTGRES=none: a person says that this machine cannot
MISSING = (
    "CHARTLOOM_POSTGRES=none, SO THE CODERS' PAGE IS NOT TESTED ON POSTGRESQL. Leave it out where PostgreSQL can run."
)
QUICK = {"fsync": "off", "full_page_writes": "off", "max_wal_size": "4GB", "jit": "off"}  # data that nobody keeps


def switched_off() -> bool:
    return os.environ.get("CHARTLOOM_POSTGRES") == OFF


@dataclass
class Postgres:
    """`settings` are those of postgresql.conf. All of it lies in one folder, gone when it stops."""

    settings: Mapping[str, str] = field(default_factory=dict)
    _folder: Path | None = field(default=None, init=False, repr=False)
    _user: dict[str, Any] = field(default_factory=dict, init=False, repr=False)
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)

    def start(self) -> str:
        """Its URL, once it answers."""
        try:
            self._user = _somebody()
            self._folder = _place(self._user)
            self._run("initdb", "-D", str(self._data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale",
                      "--no-sync")  # fmt: skip
            self.again()
        except BaseException:
            self.stop()
            raise
        return f"postgresql+psycopg://postgres:@/postgres?host={self._folder}&port={PORT}"

    def again(self) -> None:
        """Started after it was killed: it reads its log and goes on."""
        said = {
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": str(self._folder),
            **self.settings,
        }
        options = [part for name, value in said.items() for part in ("-c", f"{name}={value}")]
        with self._log.open("ab") as out:
            self._process = self._popen("postgres", "-D", str(self._data), *options, stdout=out)
        began = time.monotonic()
        while not self._answers():
            if self._process.poll() is not None:
                raise self._failed(f"PostgreSQL ended at once, with {self._process.returncode}")
            if time.monotonic() - began > PATIENCE_S:
                raise self._failed(f"PostgreSQL did not answer within {PATIENCE_S:.0f} s")
            time.sleep(0.02)

    def kill(self) -> None:
        """kill -9 of the postmaster and all that it started."""
        assert self._process, "it was not started"
        with suppress(psutil.NoSuchProcess):
            children = psutil.Process(self._process.pid).children(recursive=True)
            self._process.kill()
            for child in children:
                with suppress(psutil.NoSuchProcess):
                    child.kill()
            self._process.wait()
            psutil.wait_procs(children, timeout=60)

    def stop(self) -> None:
        """At once, and its folder is gone."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(60)
            self.kill()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._process = self._folder = None

    @property
    def _data(self) -> Path:
        assert self._folder, "it was not started"
        return self._folder / "data"

    @property
    def _log(self) -> Path:
        return self._data.with_name("log")

    def _answers(self) -> bool:
        import psycopg

        with suppress(psycopg.OperationalError):
            psycopg.connect(
                host=str(self._folder), port=PORT, user="postgres", dbname="postgres", connect_timeout=10
            ).close()
            return True
        return False

    def _run(self, program: str, *arguments: str) -> None:
        with self._log.open("ab") as out:
            ended = self._popen(program, *arguments, stdout=out).wait(PATIENCE_S)
        if ended:
            raise self._failed(f"{program} ended with {ended}")

    def _popen(self, program: str, *arguments: str, stdout: Any) -> subprocess.Popen[bytes]:
        assert self._folder, "it was not started"
        command = [str(_programs(self._folder, self._user) / program), *arguments]
        try:
            return subprocess.Popen(
                command, cwd=self._folder, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=stdout,
                stderr=subprocess.STDOUT, start_new_session=True, **self._user,
            )  # fmt: skip
        except OSError as error:
            raise self._failed(f"{program} could not be run ({error})") from error

    def _failed(self, what: str) -> StageError:
        said = self._log.read_text("utf-8", "replace")[-2000:].strip() if self._log.exists() else ""
        who = "as root, so that it ran as another user" if self._user else f"as user {os.getuid()}"
        return StageError(
            f"{what}, in {self._folder}, {who}. Expected a PostgreSQL that answers. "
            f"{f'It said: {said}' if said else 'It said nothing.'} Mend that, or run as a plain user; where PostgreSQL "
            f"cannot run at all, CHARTLOOM_POSTGRES={OFF} leaves out the tests that need it."
        )


def _somebody() -> dict[str, Any]:
    """Who runs it, as Popen wants it; nothing: we ourselves."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return {}
    import pwd

    for name in OTHERS:
        with suppress(KeyError):
            found = pwd.getpwnam(name)
            return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}
    raise StageError(f"PostgreSQL refuses to run as root, and this machine has none of the users {', '.join(OTHERS)}.")


def _place(user: Mapping[str, Any]) -> Path:
    """A new folder, theirs, with a path that is short enough for a socket."""
    for place in PLACES:
        fits = len(place) <= LONGEST_PLACE and os.access(place, os.W_OK | os.X_OK)
        if fits and (not user or _open(Path(place), stat.S_IXOTH)):
            made = Path(tempfile.mkdtemp(prefix="chartloom-pg-", dir=place))
            if user:
                os.chown(made, user["user"], user["group"])
            return made
    raise StageError(f"PostgreSQL needs a folder that its user can reach; none of {', '.join(PLACES)} is one.")


def _programs(folder: Path, user: Mapping[str, Any]) -> Path:
    """The folder of programs; a copy of it in `folder` where its user cannot reach the wheel."""
    found = find_spec("pgserver")
    if found is None or not found.submodule_search_locations:
        raise StageError("pgserver, whose wheel brings PostgreSQL, is not installed: pip install -e '.[dev]'.")
    package = Path(found.submodule_search_locations[0])
    programs = package / "pginstall" / "bin"
    if not user or _reached(programs):
        return programs
    copied = folder / "wheel"
    if not copied.exists():
        shutil.copytree(package / "pginstall", copied / package.name / "pginstall", symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")  # found by a path from the program's own
        if libraries.is_dir():
            shutil.copytree(libraries, copied / libraries.name, symlinks=True)
        for path in (copied, *copied.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755)
    return copied / package.name / "pginstall" / "bin"


def _reached(programs: Path) -> bool:
    wanted = (programs / "postgres", programs, programs.with_name("share"))
    return all(_open(path, stat.S_IROTH | stat.S_IXOTH) for path in wanted)


def _open(path: Path, needed: int) -> bool:
    """Whether everybody may do that with it, and come to it."""
    path = path.resolve()
    return path.stat().st_mode & needed == needed and all(up.stat().st_mode & stat.S_IXOTH for up in path.parents)
