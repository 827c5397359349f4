"""An auditor sees who can do what, and what is unusual, each with the entries behind it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.audit.test_tampering import Somebody
from tests.factories.memberships import staff_of
from tests.factories.seed import Seed
from tests.web.signed_in import signed_in
from vardkase.audit.chain.checkpoints import close_log
from vardkase.audit.models import AuditEntry
from vardkase.audit.services import Target, record
from vardkase.hub.audit_actions import HubAction
from vardkase.hub.audit_log.oversight import BULK

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}


def test_auditor_sees_rights_and_unusual_reads(seed: Seed, password_is_enough: None) -> None:
    auditor = staff_of(seed, "revisor@hub.example", "auditor")
    for _ in range(BULK + 1):
        record(Somebody(), HubAction.LIST_EXPORTED, Target("list", title="Members"))
    noon = timezone.localtime().replace(hour=12, minute=10) - timedelta(days=1)
    AuditEntry.objects.filter(action="list.exported").update(created=noon)
    record(Somebody(), HubAction.CONSOLE_EXPORTED, Target("console"))
    AuditEntry.objects.filter(action="console.exported").update(created=noon.replace(hour=23))
    close_log()
    client = signed_in(auditor)
    shown = client.get(reverse("audit_oversight"), headers=ENGLISH)
    text = shown.content.decode()
    assert shown.status_code == 200
    for words in (
        "many within an hour",
        "at night",
        "from a new address",
        "revisor@hub.example",
        "Auditor: ",
    ):
        assert words in text
    listed = client.get(
        reverse("audit"), {"actor": "kim@example.org", "action": "console.exported"}, headers=ENGLISH
    )
    assert [row.action for row in listed.context["rows"]] == ["console.exported"]
    by_address = client.get(reverse("audit"), {"address": "192.0.2.1", "organisation": 1, "kind": "list"})
    assert len(by_address.context["rows"]) == BULK + 1
    refused = client.get(reverse("audit"), {"target": "no number"}, headers=ENGLISH)
    assert "Enter a number or a UUID." in refused.content.decode()
    # Nobody of a member's, and no action of the auditor's own.
    assert signed_in(seed.org_admin).get(reverse("audit_oversight")).status_code == 403
