"""Applications received by other means, imported by one officer on the page, over the API or at the command
line.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from typer.testing import CliRunner

from tests.api.calls import call
from tests.factories import make_key
from tests.factories.applications import PHASE_2, make_staff, staff
from tests.factories.seed import Seed
from tests.hub.membership.answers import answers
from tests.web.accounts import signed_in
from vardkase.cli.main import commands
from vardkase.core.errors import Forbidden, Invalid
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.applications.schema import json_schema
from vardkase.hub.membership.applications.services.importing import import_application
from vardkase.identity.accounts.staff import StaffRole

SCHEMA = Path(__file__).parents[3] / "docs" / "membership-form.schema.json"
OFFICER = StaffRole.MEMBERSHIP_OFFICER


@pytest.fixture
def officer_key(seed: Seed) -> str:
    return make_key(make_staff(seed, OFFICER))


@pytest.fixture
def officer(seed: Seed, password_is_enough: None) -> Client:
    return signed_in(make_staff(seed, OFFICER))


def wrong() -> dict[str, Any]:
    document = answers(organisation={"number": "212000-0143"})
    document["contacts"]["main"]["email"] = "anna"
    del document["terms"]["accepted"]
    return document | {"crown": 1}


WRONG = {"organisation.number", "contacts.main.email", "terms.accepted", "crown"}


def test_schema_file_matches_form() -> None:
    assert json.loads(SCHEMA.read_text()) == json_schema(), "run: vardkase membership schema"
    jsonschema.validate(answers(), json_schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong(), json_schema())


def test_officer_imports_mailed_application(seed: Seed) -> None:
    actor = staff(seed)
    with time_machine.travel(PHASE_2, tick=True):
        application = import_application(actor, answers() | {"language": "en"})
    assert (application.state, application.language, application.registered_by) == (
        "submitted",
        "en",
        actor.user_id,
    )
    assert application.email == "anna@skogsby.example"
    assert application.documents.filter(kind="form").exists()


@pytest.mark.parametrize(
    "document", [None, [], 7, "x", {}, {"organisation": [1]}, {"contacts": {"main": "anna"}}]
)
def test_invalid_document_is_refused_by_path(seed: Seed, document: Any) -> None:
    with pytest.raises(Invalid):
        import_application(staff(seed), document)
    assert not Application.objects.exists()


def test_only_membership_officers_import(seed: Seed) -> None:
    for actor in (seed.site_admin.actor, seed.analyst.actor, staff(seed, StaffRole.LEGAL_OFFICER)):
        with pytest.raises(Forbidden):
            import_application(actor, answers())


def test_import_over_api(seed: Seed, officer_key: str) -> None:
    status, body = call(officer_key, "POST", "/membershipApplications/import", wrong())
    assert status == 403
    assert body["errors"].keys() >= WRONG
    with time_machine.travel(PHASE_2, tick=True):
        status, body = call(officer_key, "POST", "/membershipApplications/import", answers())
    assert (status, body["data"]["Application"]["state"]) == (200, "submitted")
    number = body["data"]["Application"]["number"]
    listed = call(officer_key, "GET", "/membershipApplications/index")[1]
    assert [each["Application"]["number"] for each in listed] == [number]
    shown = call(officer_key, "GET", f"/membershipApplications/view/{number}")[1]
    assert shown["Application"]["answers"]["organisation"]["number"] == "2120000142"
    assert call(officer_key, "GET", "/membershipApplications/view/2026-99999")[0] == 404


def test_import_on_page(officer: Client) -> None:
    def send(content: bytes) -> Any:
        return officer.post(reverse("application_import"), {"file": SimpleUploadedFile("form.json", content)})

    page = send(json.dumps(wrong()).encode()).content.decode()
    assert all(path in page for path in WRONG)
    assert send(b"{").status_code == 422
    assert send(b'"' + b"x" * (2 * 1024 * 1024) + b'"').status_code == 422
    assert not Application.objects.exists()
    assert send(json.dumps(answers()).encode()).status_code == 302
    assert Application.objects.exists()


def test_import_at_command_line(seed: Seed, tmp_path: Path) -> None:
    file = tmp_path / "form.json"
    file.write_text(json.dumps(wrong()))
    refused = CliRunner().invoke(commands, ["membership", "import", str(file)])
    assert refused.exit_code == 1
    assert all(path in refused.output for path in WRONG)
    file.write_text(json.dumps(answers()))
    made = CliRunner().invoke(commands, ["membership", "import", str(file), "--json"])
    number = json.loads(made.output)["number"]
    assert number in CliRunner().invoke(commands, ["membership", "list"]).output
    taken = CliRunner().invoke(commands, ["membership", "step", number, "withdraw", "--note", "By telephone"])
    assert taken.exit_code == 0
    shown = CliRunner().invoke(commands, ["membership", "show", number]).output
    assert "withdrawn" in shown
    assert "withdraw by console:" in shown
    link = CliRunner().invoke(commands, ["membership", "link", number])
    assert "/apply/link/" in link.output
