"""The server under measurement: one that runs already, or a Vårdkase of our own on a fresh data directory."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vardkase.core.database import die_with_parent

VARDKASE = (sys.executable, "-m", "vardkase.cli.main")
"""What `./vardkase` runs, in the environment that this runs in."""

WITHOUT_KNOWLEDGE = "--no-knowledge"
"""An option of `serve`: loading taxonomies, galaxies and 2.5 million warninglist values keeps a machine busy."""

TIMEOUT = 300.0
SHOWN_ONCE = re.compile(r"^(email|password|key) +(\S.*)\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Instance:
    """Where it answers and to whom. `pid` is that of `vardkase serve`, None for a foreign server."""

    url: str
    key: str
    email: str = ""
    password: str = ""
    pid: int | None = None
    folder: Path | None = None


@contextlib.contextmanager
def fresh_instance(data_dir: Path | None = None, *options: str, **environment: str) -> Iterator[Instance]:
    """Run `vardkase serve` for the length of a block; a data directory that was not given is removed."""
    folder = data_dir or Path(tempfile.mkdtemp(prefix="vardkase-bench-"))
    folder.chmod(0o755)
    try:
        with serving(folder, *options, **environment) as (url, pid):
            first = _first_administrator(folder)
            yield Instance(url, first["key"], first["email"], first["password"], pid, folder)
    finally:
        if data_dir is None:
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def prepared_instance(**environment: str) -> Iterator[Instance]:
    """Run a new hub without knowledge, whose database is migrated already, for the length of a block."""
    with tempfile.TemporaryDirectory(prefix="vardkase-bench-") as name:
        copy_database(Path(name))
        with fresh_instance(Path(name), WITHOUT_KNOWLEDGE, **environment) as instance:
            yield instance


def copy_database(folder: Path) -> None:
    """Put a migrated database into a folder without one: a hub is ready in seconds. Made once, it is kept."""
    os.environ.setdefault("VARDKASE_DATA_DIR", tempfile.gettempdir() + "/vardkase-bench-no-programs")
    from tests.support.prepared import copy_prepared  # noqa: PLC0415 - only who measures needs the tests

    copy_prepared(folder)


def _first_administrator(folder: Path) -> dict[str, str]:
    """As `serve` prints it at the first start; a folder that is used again has it in a file."""
    kept = folder / "bench-administrator.json"
    deadline = time.monotonic() + TIMEOUT
    while not kept.exists():
        printed = dict(SHOWN_ONCE.findall((folder / "bench.log").read_text()))
        if "key" in printed:
            kept.touch(mode=0o600)
            kept.write_text(json.dumps(printed))
        elif time.monotonic() > deadline:
            raise RuntimeError("The server showed no first administrator")
        time.sleep(0.01)  # It may answer a moment before it prints them.
    return dict(json.loads(kept.read_text()))


def initialise(folder: Path, **environment: str) -> dict[str, str]:
    """Prepare `folder`; returns `email`, `password` and `key` of the first administrator."""
    command: list[str | Path] = [*VARDKASE, "init", WITHOUT_KNOWLEDGE, "--data-dir", folder, "--json"]
    printed = subprocess.run(
        command, env=_environment() | environment, stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    return dict(json.loads(printed.splitlines()[-1]))


def run(folder: Path, *arguments: str) -> None:
    """Run `vardkase` with these arguments on `folder`, whose `serve` may be running."""
    command: list[str | Path] = [*VARDKASE, *arguments, "--data-dir", folder]
    subprocess.run(command, env=_environment(), stdout=subprocess.DEVNULL, check=True)


@contextlib.contextmanager
def serving(folder: Path, *options: str, **environment: str) -> Iterator[tuple[str, int]]:
    """Run `serve` on `folder`; yields its address and its process id."""
    process, url = start_serving(folder, *options, **environment)
    try:
        yield url, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def start_serving(
    folder: Path, *options: str, port: int = 0, **environment: str
) -> tuple[subprocess.Popen[bytes], str]:
    """Start `serve` with `options` on `folder` and wait for its first answer; returns the process and the address.

    It ends with the thread that calls this. `port`: any free one unless it is given.
    """
    port = port or free_port()
    with (folder / "bench.log").open("ab") as log:
        process = subprocess.Popen(
            [*VARDKASE, "serve", "--data-dir", folder, "--port", str(port), *options],
            stdout=log,
            stderr=log,
            env=_environment() | environment,
            preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - one system call, no lock
        )
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline and process.poll() is None:
        if answers(url):
            return process, url
        time.sleep(0.05)
    process.kill()
    raise RuntimeError(f"The server did not start: {(folder / 'bench.log').read_text()[-2000:]}")


def answers(url: str) -> bool:
    """Whether anything speaks HTTP there; a refusal for want of a key is an answer too."""
    try:
        urllib.request.urlopen(f"{url}/servers/getVersion.json", timeout=10).close()  # noqa: S310 - our own URL
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _environment() -> dict[str, str]:
    """This environment, with a database of the instance's own, and passwords alone to sign in.

    The pages are measured by a browser that has no authenticator at hand.
    """
    hidden = {"DATABASE_URL", "VARDKASE_DATA_DIR", "VARDKASE_TEST_RUN", "PYTHONDONTWRITEBYTECODE"}
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    return {**kept, "VARDKASE_REQUIRE_SECOND_FACTOR": "false"}
