"""Client certificates through a real TLS front: nginx with the configuration file of deploy/."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from pymisp import PyMISP
from pymisp.exceptions import PyMISPError

from tests.factories.seed import Seed, make_seed
from tests.support.certificates import DAY, Authority
from tests.support.ports import free_port
from tests.support.tls_front import BEHIND_A_FRONT, HEADER, Front, running_front
from tests.support.web_server import running_web_server
from vardkase.audit.models import AuditEntry
from vardkase.identity.sign_in_policy import services

PATH = "/servers/getVersion"


@pytest.fixture
def front(transactional_db: None, tmp_path: Path) -> Iterator[Front]:
    with running_web_server(tmp_path, **BEHIND_A_FRONT) as hub, running_front(hub.port, tmp_path) as running:
        yield running


@pytest.mark.live
def test_only_a_registered_client_certificate_is_accepted_through_nginx(front: Front) -> None:
    seed = make_seed()
    own, other = front.authority.issue("A's programs"), front.authority.issue("Somebody else")
    self_made = Authority("A's own authority").issue("A's self-made")
    ended = front.authority.issue("Ended", ends=-DAY)
    for each in (own, self_made):
        services.add_certificate(seed.site_admin.actor, seed.org_a, each.pem)
    fingerprint = ended.certificate.fingerprint(ended.certificate.signature_hash_algorithm)  # type: ignore[arg-type]
    services.add_fingerprint(seed.site_admin.actor, seed.org_a, fingerprint.hex())
    services.set_modes(seed.site_admin.actor, seed.org_a, certificates="enforce")

    pymisp = _pymisp(front, seed, front.files("own", own))
    assert pymisp.get_user("me")["User"]["email"] == seed.analyst.user.email  # type: ignore[index, call-overload]
    with pytest.raises(PyMISPError):
        _pymisp(front, seed, None)

    refused = {
        "none was presented": _asked(front, seed, None),
        "has registered": _asked(front, seed, front.files("other", other)),
        "not currently valid": _asked(front, seed, front.files("ended", ended)),
    }
    for words, (status, message) in refused.items():
        assert (status, words in message) == (403, True), message
    assert _asked(front, seed, front.files("own", own))[0] == 200
    assert _asked(front, seed, front.files("self-made", self_made))[0] == 200, "any authority is accepted"

    for name in (HEADER, HEADER.lower(), HEADER.replace("-", "_")):
        forged = {name: own.escaped, f"{name}-Verify": "SUCCESS", "X-Forwarded-For": "127.0.0.1"}
        assert _asked(front, seed, None, forged)[0] == 403, name
        assert _asked(front, seed, front.files("other", other), forged)[0] == 403, name
    reasons = {entry.change["reason"] for entry in AuditEntry.objects.filter(action="user.entrance_refused")}
    assert reasons == {"no_certificate", "other_certificate", "certificate_not_valid"}

    page = requests.get(f"{front.url}/account/login/", verify=front.root, timeout=30)
    assert (page.status_code, bool(re.search("127\\.0\\.0\\.1", page.text))) == (200, True)


def test_front_answers_programs_as_misp_would_when_nothing_is_behind_it(tmp_path: Path) -> None:
    with running_front(free_port(), tmp_path) as front:
        for headers in ({"Authorization": "x"}, {"Accept": "application/json"}):
            answer = requests.get(
                f'{front.url}/events/view/1"2', headers=headers, verify=front.root, timeout=30
            )
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
            assert answer.json().keys() == {"name", "message", "url"}
            assert answer.json()["url"].startswith("/events/view/1")
        page = requests.get(
            f"{front.url}/events/index", headers={"Accept": "text/html"}, verify=front.root, timeout=30
        )
    assert (page.status_code, page.headers["Content-Type"]) == (503, "text/html; charset=utf-8")
    assert "Tjänsten gick inte att nå" in page.text


def _pymisp(front: Front, seed: Seed, certificate: tuple[str, str] | None) -> PyMISP:
    root = front.root
    return PyMISP(front.url, seed.analyst.key, ssl=root, cert=certificate)  # type: ignore[arg-type]


def _asked(
    front: Front, seed: Seed, certificate: tuple[str, str] | None, headers: dict[str, str] | None = None
) -> tuple[int, str]:
    """The API's response to a client with this certificate."""
    answer = requests.get(
        front.url + PATH,
        headers={"Authorization": seed.analyst.key, "Accept": "application/json", **(headers or {})},
        cert=certificate,
        verify=front.root,
        timeout=30,
    )
    return answer.status_code, answer.json().get("message", "")
