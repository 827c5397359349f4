"""A cluster of three database nodes and two hub nodes on loopback, from the files of deploy/cluster."""

from __future__ import annotations

import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.cluster.parts import Part, Supervisor, kill, working_in
from tests.support.processes import without_database_url
from vardkase.core.database import binaries
from vardkase.core.database.accounts import server_account

DEPLOY = Path(__file__).parents[2] / "deploy" / "cluster"
NETWORK = "10.20.0."
"""Of the files in deploy/cluster."""
DATABASES = (1, 2, 3)
HUBS = (1, 2)
FIRST_DATABASE, FIRST_HUB = 10, 20
PORTS = (2379, 2380, 5432, 8008, 5000, 5001, 6432, 8080, 8000)
PATIENCE = 300.0
OWNER, HUB, SUPERUSER = "of-the-owner", "change-this-hub", "change-this-superuser"
PROGRAMS = ("patroni", "etcd", "haproxy", "pgbouncer")


def program(name: str) -> str:
    """Its path. When it is missing, skips on a developer's machine and fails in CI."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        reason = f"{name} is missing: make tools-long"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@dataclass
class Cluster:
    folder: Path
    supervisor: Supervisor
    network: str
    key: str = ""
    environment: dict[str, str] = field(default_factory=dict)

    @cached_property
    def programs(self) -> Path:
        return binaries.install(self.folder / "pg")

    def database(self, number: int) -> str:
        return f"{self.network}{FIRST_DATABASE + number}"

    def hub(self, number: int) -> str:
        return f"{self.network}{FIRST_HUB + number}"

    @property
    def url(self) -> str:
        """Where nginx would pass requests to."""
        return f"http://{self.hub(1)}:8080"

    # Starting

    def start(self) -> None:
        (self.folder / "files").mkdir(mode=0o700)
        for number in DATABASES:
            self._add(f"etcd{number}", [program("etcd")], self._etcd(number))
        for number in DATABASES:
            configuration = self._patroni(number)
            self._add(f"patroni{number}", [program("patroni"), str(configuration)])
            if number == 1:  # The others copy it.
                self.until(lambda: self.leader() is not None, "no primary")
        for number in HUBS:
            # As Debian's unit does: a master, which loads the file again at SIGUSR2.
            self._add(f"haproxy{number}", [program("haproxy"), "-W", "-db", "-f", str(self._haproxy(number))])
            self._add(f"pgbouncer{number}", [program("pgbouncer"), str(self._pgbouncer(number))])
        self.until(lambda: len(self.followers()) == 2, "no replicas")
        self._make_roles()
        self.until(lambda: self._answers(f"{self.hub(1)}", 5000), "HAProxy does not answer")
        self.key = self._migrate()
        for number in HUBS:
            serve = ["serve", "--host", self.hub(number), "--port", "8000", "--no-worker", "--no-knowledge"]
            self._add_own(f"web{number}", number, *serve)
            self._add_own(f"worker{number}", number, "worker")
        self.until(self.is_ready, "the hub is not ready")

    def add_database(self, number: int) -> None:
        """As docs/operations/cluster.md says: it copies the primary, and HAProxy learns of it."""
        self._add(f"patroni{number}", [program("patroni"), str(self._patroni(number))])
        last = f"    server db{number - 1} {self.database(number - 1)}:5432 check port 8008\n"
        added = last.replace(self.database(number - 1), self.database(number))
        for hub in HUBS:
            file = self.folder / f"haproxy{hub}.cfg"
            text = file.read_text()
            assert text.count(last) == 2
            file.write_text(text.replace(last, last + added.replace(f"db{number - 1}", f"db{number}")))
            process = self.part(f"haproxy{hub}").process
            assert process
            process.send_signal(signal.SIGUSR2)

    def patronictl(self, command: str, *arguments: str) -> str:
        done = subprocess.run(
            [program("patronictl"), "-c", self.folder / "patroni1.yml", command, "vardkase", *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _add(self, name: str, command: list[str], environment: dict[str, str] | None = None) -> Part:
        account = server_account(self.folder / "nothing").popen_arguments()
        return self.supervisor.add(Part(name, command, self.folder / name, environment or {}, account))

    def _add_own(self, name: str, number: int, *arguments: str) -> Part:
        data = self.folder / f"{name}-data"
        command = [sys.executable, "-m", "vardkase.cli.main", *arguments, "--data-dir", str(data)]
        environment = {**self.settings(number), "VARDKASE_TRUSTED_PROXIES": "1"}
        return self.supervisor.add(Part(name, command, self.folder / name, environment))

    def settings(self, number: int) -> dict[str, str]:
        """The environment of what runs on a hub node (deploy/cluster/vardkase.env)."""
        return {
            "DATABASE_URL": f"postgresql://vardkase_hub:{HUB}@{self.hub(number)}:5000/vardkase",
            "DATABASE_POOL_URL": f"postgresql://vardkase_hub:{HUB}@{self.hub(number)}:6432/vardkase",
            "VARDKASE_SECRET_KEY": "of the cluster, at least fifty characters long, for tests",
            "VARDKASE_CORRELATION_SECRET": "of the cluster",
            "VARDKASE_INSTANCE_SEED": "of the cluster",
            "VARDKASE_FILES": str(self.folder / "files"),
            "VARDKASE_REQUIRE_SECOND_FACTOR": "false",
            "VARDKASE_TEST_RUN": "",
        }

    def command(self, *arguments: str, **environment: str) -> str:
        """Run `vardkase` on the first hub node; returns what it prints."""
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "vardkase.cli.main",
                *arguments,
                "--data-dir",
                str(self.folder / "console"),
            ],
            env={**without_database_url(), **self.settings(1), **environment},
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _migrate(self) -> str:
        owner = f"postgresql://vardkase_owner:{OWNER}@{self.hub(1)}:5000/vardkase"
        made = self.command("init", "--no-knowledge", "--json", DATABASE_OWNER_URL=owner)
        return str(json.loads(made)["key"])

    def _make_roles(self) -> None:
        psql: list[str | Path] = [
            self.programs / "psql",
            "-v",
            "ON_ERROR_STOP=1",
            "-v",
            f"owner='{OWNER}'",
            "-v",
            f"hub='{HUB}'",
        ]
        address = f"host={self.hub(1)} port=5000 user=postgres password={SUPERUSER} dbname=postgres"
        subprocess.run([*psql, "-f", DEPLOY / "roles.sql", address], check=True, capture_output=True)

    # Configuration: the files of deploy/cluster with other addresses and folders.

    def _file(self, name: str, number: int, changes: dict[str, str]) -> Path:
        text = (DEPLOY / name).read_text()
        for ours, there in changes.items():
            assert ours in text, ours
            text = text.replace(ours, there)
        stem, _, ending = name.partition(".")
        written = self.folder / f"{stem}{number}.{ending}"
        written.write_text(text.replace(NETWORK, self.network))
        return written

    def _etcd(self, number: int) -> dict[str, str]:
        text = self._file("etcd.env", number, {"/var/lib/etcd/default": f"{self.folder}/etcd{number}/data"})
        lines = [line for line in text.read_text().splitlines() if "=" in line and not line.startswith("#")]
        settings = dict(line.split("=", 1) for line in lines)
        settings["ETCD_NAME"] = f"db{number}"
        for name, value in settings.items():
            if name.endswith("_URLS"):
                settings[name] = value.replace(self.database(1), self.database(number))
        return settings

    def _patroni(self, number: int) -> Path:
        home = self.folder / f"patroni{number}"
        return self._file(
            "patroni.yml",
            number,
            {
                "name: db1": f"name: db{number}",
                f"{NETWORK}0/24": "127.0.0.0/8",  # Whatever the address, a connection on loopback comes from 127.0.0.1.
                **{
                    f"{what}: {NETWORK}11:{port}": f"{what}: {self.database(number)}:{port}"
                    for what in ("listen", "connect_address")
                    for port in (8008, 5432)
                },
                "/var/lib/postgresql/18/vardkase": str(home / "data"),
                "/usr/lib/postgresql/18/bin": str(self.programs),
                "/var/lib/postgresql/.pgpass-patroni": str(home / "pgpass"),
                "/var/run/postgresql": str(home),
                "shared_buffers: 2GB": "shared_buffers: 128MB",
            },
        )

    def _haproxy(self, number: int) -> Path:
        return self._file("haproxy.cfg", number, {"127.0.0.1:": f"{self.hub(number)}:"})

    def _pgbouncer(self, number: int) -> Path:
        home = self.folder / f"pgbouncer{number}"
        return self._file(
            "pgbouncer.ini",
            number,
            {
                "127.0.0.1": self.hub(number),
                "/etc/pgbouncer/userlist.txt": str(DEPLOY / "userlist.txt"),
                "/var/log/postgresql/pgbouncer.log": str(home / "log"),
                "/var/run/postgresql/pgbouncer.pid": str(home / "pid"),
            },
        )

    # What is

    def members(self) -> list[dict[str, Any]]:
        for number in DATABASES:
            with suppress(OSError, ValueError):
                said = json.loads(got(f"http://{self.database(number)}:8008/cluster")[1])
                return list(said["members"])
        return []

    def leader(self) -> int | None:
        """The number of the primary's node."""
        for member in self.members():
            if member["role"] == "leader" and member["state"] == "running":
                return int(member["name"].removeprefix("db"))
        return None

    def followers(self) -> list[int]:
        return [
            int(member["name"].removeprefix("db"))
            for member in self.members()
            if member["role"] != "leader" and member["state"] == "streaming"
        ]

    def is_whole(self) -> bool:
        """Whether every part works, so that another one may be killed."""
        databases = sum(name.startswith("patroni") for name in self.supervisor.parts)
        return self.leader() is not None and len(self.followers()) == databases - 1 and self.is_ready()

    def is_ready(self) -> bool:
        return all(status_of(f"http://{self.hub(number)}:8000/readyz") == 200 for number in HUBS)

    def etcd_leader(self) -> int:
        for number in DATABASES:
            with suppress(OSError, ValueError):
                said = json.loads(got(f"http://{self.database(number)}:2379/v3/maintenance/status", b"{}")[1])
                if said.get("leader") == said["header"]["member_id"]:
                    return number
        raise AssertionError("etcd has no leader")

    @contextmanager
    def connected(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection of Patroni's own role to the primary."""
        address = f"host={self.hub(1)} port=5000 user=postgres password={SUPERUSER} dbname=vardkase"
        with psycopg.connect(address, connect_timeout=5, autocommit=True) as connection:
            yield connection

    def faults(self) -> str:
        """What the web nodes logged of answers with 500."""
        logs = (self.part(f"web{number}").log.read_text() for number in HUBS)
        return "\n".join(log[log.index(" failed: ") :][:4_000] for log in logs if " failed: " in log)

    def part(self, name: str) -> Part:
        return self.supervisor.parts[name]

    def postgres_of(self, number: int) -> list[int]:
        return working_in(self.folder / f"patroni{number}" / "data")

    def kill_postgres(self, number: int) -> None:
        kill(self.postgres_of(number))

    def switch_on(self) -> None:
        """Let the machines that are down start again."""
        for part in self.supervisor.parts.values():
            part.held = False

    def until_whole(self) -> None:
        self.until(self.is_whole, "the cluster does not recover")

    def until(self, holds: Callable[[], bool], otherwise: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline, f"{otherwise}: {self.members()}; see {self.folder}"
            time.sleep(0.2)

    def _answers(self, host: str, port: int) -> bool:
        with suppress(OSError, psycopg.Error), self.connected():
            return True
        return False


def got(url: str, body: bytes | None = None) -> tuple[int, bytes]:
    """The answer of a part to GET, or to POST with `body`. Raises OSError."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.netloc, timeout=6)
    try:
        connection.request(
            "GET" if body is None else "POST", url.removeprefix(f"http://{address.netloc}"), body
        )
        answer = connection.getresponse()
        return answer.status, answer.read()
    except http.client.HTTPException as error:
        raise OSError("no answer") from error
    finally:
        connection.close()


def status_of(url: str) -> int:
    try:
        return got(url)[0]
    except OSError:
        return 0


def free_network() -> str:
    """The first three numbers of loopback addresses on which nothing listens."""
    for _ in range(50):
        network = f"127.{random.randint(1, 250)}.{random.randint(1, 250)}."
        if all(_is_free(f"{network}11", port) for port in PORTS):
            return network
    raise AssertionError(f"something listens on one of the ports {PORTS} of every address")


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    for name in PROGRAMS:
        program(name)
    folder = Path(tempfile.mkdtemp(prefix="vardkase-cluster-"))
    folder.chmod(0o755)
    try:
        with Supervisor(folder) as supervisor:
            cluster = Cluster(folder, supervisor, free_network())
            cluster.start()
            yield cluster
    finally:
        if not os.environ.get("VARDKASE_CLUSTER_KEEP"):
            shutil.rmtree(folder, ignore_errors=True)
