"""Assigning duties on the page and at the command line."""

from __future__ import annotations

import pytest
from django.urls import reverse
from typer.testing import CliRunner

from tests.factories import make_event, make_role, make_user
from tests.factories.seed import Seed
from tests.web.accounts import signed_in
from vardkase.cli.main import commands
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.models import User

pytestmark = pytest.mark.usefixtures("password_is_enough")


def test_duties_are_assigned_on_page_and_at_console(seed: Seed) -> None:
    anna = make_user(seed.hub, make_role("User", []), "anna@hub.example")
    client = signed_in(seed.site_admin.user)
    address = reverse("user_duties", args=[anna.pk])
    assert client.post(address, {"staff_roles": ["analyst"]}).status_code == 302
    assert "Analytiker: arbetar" in client.get(reverse("user", args=[anna.pk])).content.decode()
    refused = client.post(address, {"staff_roles": ["operator", "analyst"]})
    assert refused.status_code == 422
    assert "inget annat uppdrag" in refused.content.decode()
    assert CliRunner().invoke(commands, ["staff", anna.email, "legal_officer"]).exit_code == 0
    assert User.objects.get(pk=anna.pk).staff_roles == ["legal_officer"]
    assert signed_in(seed.org_admin.user).get(address).status_code == 403


def test_missing_duty_is_named_in_refusal(seed: Seed) -> None:
    refused = signed_in(seed.site_admin.user).get(reverse("applications"))
    page = refused.content.decode()
    assert refused.status_code == 403
    assert "<li>Handläggare: handlägger ansökningar och medlemskap</li>" in page
    assert "Det ingår inte i din roll" not in page


@pytest.mark.parametrize("duty", ["operator", "auditor"])
def test_pages_show_operators_and_auditors_no_content(seed: Seed, duty: str) -> None:
    everything = make_role("Everything", [*Permission])
    user = make_user(seed.org_a, everything, "blind@a.example", staff_roles=[duty])
    event = make_event(seed.org_a, distribution=3, published=True, info="SECRET")
    event.save()
    client = signed_in(user)
    page = client.get(reverse("events")).content.decode()
    assert "SECRET" not in page
    assert f'href="{reverse("values")}"' not in page, "the navigation has no link to an empty page"
    assert f'href="{reverse("guide")}"' in page
    assert client.get(reverse("event", args=[event.uuid])).status_code == 404
