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
from vardkase.audit.actions import AuditAction, LogAction
from vardkase.audit.chain.checkpoints import close_log
from vardkase.audit.models import AuditEntry
from vardkase.audit.services import Target, record
from vardkase.hub.audit_actions import HubAction
from vardkase.hub.audit_log.oversight import BULK, RIGHTS, oversight_for
from vardkase.identity.access.job_actors import job_actor
from vardkase.identity.audit_actions import IdentityAction

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
    record(Somebody(address="192.0.2.9"), IdentityAction.USER_SIGNED_IN, Target("user"))
    AuditEntry.objects.filter(address="192.0.2.9").update(created=noon - timedelta(days=9))
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


NO_RIGHTS = (
    *(
        "organisation.access_review_opened",
        "organisation.accounts_reviewed",
        "organisation.api_requirements_",
    ),
    *("organisation.domain_claimed", "organisation.domain_lapsed", "organisation.domain_removed"),
    *("organisation.edited", "organisation.told", "user.address_cancelled", "user.address_requested"),
    *("user.entrance_refused", "user.entrance_reported", "user.key_refused", "user.provider_refused"),
    *(
        "user.second_factor_refused",
        "user.session_ended",
        "user.sign_in_refused",
        "user.signature_changed",
        "user.signed_",
    ),
    *("user.written_to", "backup.log_dropped", "backup.made", "backup.removed", "backup.verified"),
    *("backup.cluster_upgraded", "backup.former_cluster_discarded"),
    "user.edited",
)
"""Actions on accounts, organisations and backups that change nobody's rights; `user.edited` by what it changes."""


def test_every_action_on_rights_is_sorted() -> None:
    """A new action goes into `oversight.RIGHTS`, or here."""
    kinds = ("auth_key.", "backup.", "organisation.", "role.", "second_factor.", "setting.", "user.")
    unsorted = [
        action
        for enum in AuditAction.__subclasses__()
        for action in enum
        if action.startswith(kinds) and not action.startswith((*RIGHTS, *NO_RIGHTS))
    ]
    assert unsorted == []


def test_gravest_changes_are_listed_and_nobody_floods_the_page(seed: Seed) -> None:
    target = Target("user", 1, title="ove@norrvik.example")
    record(Somebody(), IdentityAction.USER_EDITED, target, {"role": ["Read Only", "admin"]})
    record(Somebody(), IdentityAction.USER_EDITED, target, {"name": ["a", "b"]})
    for _ in range(BULK + 1):
        record(Somebody(), LogAction.EXPORTED, Target("audit_log"))
    noon = timezone.localtime().replace(hour=12, minute=10)
    AuditEntry.objects.filter(action="audit.exported").update(created=noon)
    for number in range(120):
        record(Somebody(7, address=f"2001:db8::{number:x}"), HubAction.LIST_EXPORTED, Target("list"))
    AuditEntry.objects.filter(action="list.exported").update(created=noon - timedelta(days=1))
    AuditEntry.objects.filter(action="user.edited").update(created=noon - timedelta(days=3))
    found = oversight_for(job_actor(staff_of(seed, "revisor@hub.example", "auditor").user.pk))
    assert [(row.action, row.count) for row in found.rights] == [("user.edited", 1)]
    rules = [(row.rule, row.count) for row in found.reads if row.rule != "night"]
    assert rules == [("bulk", 21), ("bulk", 120), ("day", 120), ("address", 120)]
