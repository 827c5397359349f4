"""nginx in front of a hub, with the configuration file of deploy/."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.certificates import Authority, Issued
from tests.support.ports import free_port
from vardkase.core.database import die_with_parent

CONFIGURATION = Path(__file__).parents[2] / "deploy" / "nginx" / "vardkase.conf"
HEADER = "X-Client-Certificate"
BEHIND_A_FRONT = {"VARDKASE_TRUSTED_PROXIES": "1", "VARDKASE_CLIENT_CERTIFICATE_HEADER": HEADER}
"""The settings of a hub behind a front (docs/deploy.md)."""
TOLD_BY_PROXY = "set_real_ip_from 127.0.0.1; real_ip_header proxy_protocol"


def nginx() -> str:
    """The program. When it is missing, skips on a developer's machine and fails in CI."""
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("nginx is missing: make tools")
        pytest.skip("nginx is missing: make tools")
    return found


@dataclass(frozen=True, slots=True)
class Front:
    """The front's address, and the authority that issued its certificate."""

    port: int
    authority: Authority
    folder: Path

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    @property
    def root(self) -> str:
        """The file with the authority's certificate, for clients."""
        return str(self.folder / "root.pem")

    def files(self, name: str, issued: Issued) -> tuple[str, str]:
        """A certificate and its key as files, for clients."""
        pair = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        pair[0].write_text(issued.pem)
        pair[1].write_text(issued.key_pem)
        return str(pair[0]), str(pair[1])


@contextmanager
def running_front(hub: int, folder: Path, *, told_by_proxy: bool = False) -> Iterator[Front]:
    """nginx in front of the hub on port `hub`, for the length of a block.

    With `told_by_proxy` it gets the client address by the PROXY protocol (tests/support/internet.py).
    """
    front = Front(free_port(), Authority(), folder)
    (folder / "root.pem").write_text(front.authority.root.pem)
    certificate, key = front.files("hub", front.authority.issue("localhost"))
    site = CONFIGURATION.read_text()
    listening = f"listen 127.0.0.1:{front.port} ssl"
    for ours, there in (
        ("listen 443 ssl", f"{listening} proxy_protocol; {TOLD_BY_PROXY}" if told_by_proxy else listening),
        ("127.0.0.1:8000", f"127.0.0.1:{hub}"),
        ("/etc/vardkase/tls/hub.pem", certificate),
        ("/etc/vardkase/tls/hub.key", key),
    ):
        assert ours in site
        site = site.replace(ours, there)
    (folder / "site.conf").write_text(site)
    places = " ".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log; events {{}} "
        f"http {{ access_log off; {places} include {folder}/site.conf; }}"
    )
    process = subprocess.Popen(
        [nginx(), "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"],
        preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - one system call, no lock
    )
    try:
        _wait(process, front.port, folder)
        yield front
    finally:
        process.terminate()
        process.wait(10)


def _wait(process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    for _ in range(200):
        if process.poll() is not None:
            break
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError((folder / "error.log").read_text())
