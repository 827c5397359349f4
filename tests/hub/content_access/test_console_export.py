"""Console exports are audited, and require a grant once the hub has officers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.factories import make_event
from tests.factories.applications import make_staff
from tests.factories.seed import Seed
from vardkase.audit.models import AuditEntry
from vardkase.core.errors import Forbidden
from vardkase.core.mail.models import SentMail
from vardkase.hub.content_access.exports import export_readers
from vardkase.hub.content_access.problems import ContentAccessProblem
from vardkase.identity.access.actor import console_actor
from vardkase.identity.accounts.staff import StaffRole


def test_export_without_officers_records_login_and_count(seed: Seed) -> None:
    event = make_event(seed.org_a, distribution=1)
    event.save()
    console = console_actor(seed.hub.pk, seed.hub.name, "drift")
    assert export_readers(console, lambda _reader: [event.pk]) == (console, [event.pk])
    entry = AuditEntry.objects.get(action="console.exported")
    assert entry.change["count"] == 1
    assert "drift" in entry.change["login"]


def test_export_with_officers_requires_grant(seed: Seed) -> None:
    make_staff(seed, StaffRole.MEMBERSHIP_OFFICER)
    console = console_actor(seed.hub.pk, seed.hub.name, "drift")
    for actor in (console, replace(seed.site_admin.actor, login="drift")):
        with pytest.raises(Forbidden) as refused:
            export_readers(actor, lambda _reader: [1])
        assert refused.value.has(ContentAccessProblem.NEEDS_GRANT)
    assert AuditEntry.objects.filter(action="console.export_refused").count() == 2
    assert not AuditEntry.objects.filter(action="console.exported").exists()


def test_export_without_officers_notifies_organisations(seed: Seed) -> None:
    events = [make_event(org, distribution=1) for org in (seed.org_a, seed.org_a, seed.hub)]
    for event in events:
        event.save()
    console = console_actor(seed.hub.pk, seed.hub.name, "drift")
    export_readers(console, lambda _reader: [event.pk for event in events])
    mails = list(SentMail.objects.filter(kind="content_exported"))
    assert [mail.recipient for mail in mails] == [seed.org_admin.user.email]
    assert SentMail.objects.get().subject.endswith(seed.org_a.name)
    export_readers(console, lambda _reader: [events[2].pk])
    assert SentMail.objects.filter(kind="content_exported").count() == 1
