"""Client certificates through a real TLS front: nginx, with the very file that deploy/ holds."""

from __future__ import annotations

import os
import re
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
import requests
from pymisp import PyMISP
from pymisp.exceptions import PyMISPError

from tests.cast import Cast, make_cast
from tests.support.certificates import DAY, Authority, Issued
from tests.support.web_server import WebServer, free_port, running_web_server
from vardkase.audit.models import AuditEntry
from vardkase.core.database import die_with_parent
from vardkase.identity.entrance import services

CONFIGURATION = Path(__file__).parents[2] / "deploy" / "nginx" / "vardkase.conf"
HEADER = "X-Client-Certificate"
PATH = "/servers/getVersion"


def nginx() -> str:
    """The program. Missing, it skips on a developer's machine and fails in CI."""
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("nginx is missing: make tools")
        pytest.skip("nginx is missing: make tools")
    return found


@dataclass(frozen=True, slots=True)
class Front:
    """Where it answers, the authority that issued its certificate, and the hub behind it."""

    url: str
    authority: Authority
    folder: Path
    hub: WebServer

    def files(self, name: str, issued: Issued) -> tuple[str, str]:
        """A certificate and its key as files, as clients take them."""
        pair = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        pair[0].write_text(issued.pem)
        pair[1].write_text(issued.key_pem)
        return str(pair[0]), str(pair[1])


@contextmanager
def running_front(hub: WebServer, folder: Path) -> Iterator[Front]:
    """nginx before `hub`, for the length of a block."""
    authority, port = Authority(), free_port()
    front = Front(f"https://localhost:{port}", authority, folder, hub)
    (folder / "root.pem").write_text(authority.root.pem)
    certificate, key = front.files("hub", authority.issue("localhost"))
    site = CONFIGURATION.read_text()
    for ours, there in (
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("127.0.0.1:8000", f"127.0.0.1:{hub.port}"),
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
        _wait(process, port, folder)
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


@pytest.fixture
def front(transactional_db: None, tmp_path: Path) -> Iterator[Front]:
    trusted = {"VARDKASE_TRUSTED_PROXIES": "1", "VARDKASE_CLIENT_CERTIFICATE_HEADER": HEADER}
    with running_web_server(tmp_path, **trusted) as hub, running_front(hub, tmp_path) as running:
        yield running


@pytest.mark.live
def test_a_client_certificate_opens_through_nginx_and_nothing_else_does(front: Front) -> None:
    cast = make_cast()
    own, other = front.authority.issue("A's programs"), front.authority.issue("Somebody else")
    self_made = Authority("A's own authority").issue("A's self-made")
    ended = front.authority.issue("Ended", ends=-DAY)
    for each in (own, self_made):
        services.add_certificate(cast.site_admin.actor, cast.org_a, each.pem)
    fingerprint = ended.certificate.fingerprint(ended.certificate.signature_hash_algorithm)  # type: ignore[arg-type]
    services.add_fingerprint(cast.site_admin.actor, cast.org_a, fingerprint.hex())
    services.set_modes(cast.site_admin.actor, cast.org_a, certificates="enforce")

    pymisp = _pymisp(front, cast, front.files("own", own))
    assert pymisp.get_user("me")["User"]["email"] == cast.analyst.user.email  # type: ignore[index, call-overload]
    with pytest.raises(PyMISPError):
        _pymisp(front, cast, None)

    refused = {
        "none was shown": _asked(front, cast, None),
        "has registered": _asked(front, cast, front.files("other", other)),
        "not valid now": _asked(front, cast, front.files("ended", ended)),
    }
    for words, (status, message) in refused.items():
        assert (status, words in message) == (403, True), message
    assert _asked(front, cast, front.files("own", own))[0] == 200
    assert _asked(front, cast, front.files("self-made", self_made))[0] == 200, (
        "any authority may have issued it"
    )

    for name in (HEADER, HEADER.lower(), HEADER.replace("-", "_")):
        forged = {name: own.escaped, f"{name}-Verify": "SUCCESS", "X-Forwarded-For": "127.0.0.1"}
        assert _asked(front, cast, None, forged)[0] == 403, name
        assert _asked(front, cast, front.files("other", other), forged)[0] == 403, name
    reasons = {entry.change["reason"] for entry in AuditEntry.objects.filter(action="user.entrance_refused")}
    assert reasons == {"no_certificate", "other_certificate", "certificate_not_valid"}

    page = requests.get(f"{front.url}/account/login/", verify=str(front.folder / "root.pem"), timeout=30)
    assert (page.status_code, bool(re.search("127\\.0\\.0\\.1", page.text))) == (200, True)


def _pymisp(front: Front, cast: Cast, certificate: tuple[str, str] | None) -> PyMISP:
    root = str(front.folder / "root.pem")
    return PyMISP(front.url, cast.analyst.key, ssl=root, cert=certificate)  # type: ignore[arg-type]


def _asked(
    front: Front, cast: Cast, certificate: tuple[str, str] | None, headers: dict[str, str] | None = None
) -> tuple[int, str]:
    """What the API tells somebody with this certificate."""
    answer = requests.get(
        front.url + PATH,
        headers={"Authorization": cast.analyst.key, "Accept": "application/json", **(headers or {})},
        cert=certificate,
        verify=str(front.folder / "root.pem"),
        timeout=30,
    )
    return answer.status_code, answer.json().get("message", "")
