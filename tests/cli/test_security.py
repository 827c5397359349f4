"""An organisation's sign-in policy, from the console."""

from __future__ import annotations

from pathlib import Path

from tests.cli.test_accounts import run
from tests.factories.seed import Seed
from tests.support.certificates import Authority
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.sign_in_policy.services import save_requirements, submit_requirements

ORG = "Organisation A"


def test_networks_domains_and_certificates_are_registered_and_enforced(seed: Seed, tmp_path: Path) -> None:
    assert run("security", "networks", ORG, "192.0.2.0/24")["networks"] == ["192.0.2.0/24"]
    assert run("security", "modes", ORG, "--networks", "enforce")["networks"] == "enforce"
    run("security", "networks", ORG, code=1)
    run("security", "modes", ORG, "--domains", "enforce", code=1)
    file = tmp_path / "a.pem"
    file.write_text(Authority().issue("A").pem)
    assert run("security", "certificate", ORG, str(file))["subject"] == "CN=A"
    assert run("security", "domain", ORG, "a.example")["record"] == "_vardkase.a.example"
    shown = run("security", "show", ORG)
    assert (shown["modes"]["networks"], shown["networks"]) == ("enforce", ["192.0.2.0/24"])
    assert "domain" in shown["missing"]
    assert run("security", "reviews", ORG) == []
    run("security", "show", "Nobody", code=1)


def test_api_requirements_are_returned_and_approved(seed: Seed) -> None:
    filled = {
        "software": "x",
        "egress_addresses": "192.0.2.1",
        "contact_name": "x",
        "contact_email": "x@a.example",
    }
    save_requirements(seed.org_admin.actor, seed.org_a, filled)
    submit_requirements(seed.org_admin.actor, seed.org_a)
    assert run("security", "requirements", ORG, "--return", "Which port?")["state"] == "returned"
    submit_requirements(seed.org_admin.actor, seed.org_a)
    assert run("security", "requirements", ORG, "--approve")["state"] == "approved"
    assert Organisation.objects.get(pk=seed.org_a.pk).egress_addresses == ["192.0.2.1/32"]
