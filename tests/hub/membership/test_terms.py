"""Terms: written by officers, accepted by signatories, and requested again for each new version."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from tests.factories.officers import officer
from tests.factories.seed import Seed
from tests.hub.membership import phase_approvals
from tests.support.mail_server import MailServer, mail_server, use
from vardkase.audit.models import AuditEntry
from vardkase.core.clock import today
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.core.mail.models import OutgoingMail, SentMail
from vardkase.hub.membership.agreements.models import AcceptanceRequest
from vardkase.hub.membership.agreements.queries import acceptance_of, unanswered
from vardkase.hub.membership.agreements.services import asking
from vardkase.hub.membership.agreements.services.acceptance import accept, accept_by_link
from vardkase.hub.membership.agreements.services.publishing import propose_publishing
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.sectors import Connection, Sector
from vardkase.hub.membership.terms import drafts, queries
from vardkase.hub.membership.terms.models import Terms
from vardkase.identity.access.actor import Actor, visitor
from vardkase.identity.accounts.staff import StaffRole

SOON = timedelta(days=30)


@pytest.fixture
def mail(settings: Any) -> Iterator[MailServer]:
    settings.BASE_URL = "https://hub.example"
    with mail_server() as server:
        use(settings, server.port)
        yield server


@pytest.fixture
def member(seed: Seed) -> Membership:
    """Organisation A is a member, administered by `admin@a.example`."""
    return Membership.objects.create(
        organisation=seed.org_a, sector=Sector.MUNICIPALITY, connection=Connection.WEB, state="active"
    )


def publish_second(seed: Seed, actor: Actor) -> Terms:
    drafts.start_draft(actor)
    drafts.edit_draft(actor, {"text_sv": "# Nya villkor", "text_en": "# New terms"})
    return phase_approvals.publish(seed, actor, 2, today() + SOON)


def test_version_one_exists_from_the_start(db: None) -> None:
    terms = queries.current_terms()
    assert terms.version == 1
    for words in (
        "säkerhetsskyddsklassificerade",
        "personuppgiftsbiträde",
        "ISO 27001",
        "Inkomna handlingar",
    ):
        assert words in terms.text("sv")
    assert "not a processor" in terms.text("en")
    keys = [each.key for each in terms.checklist(by_api=False)]
    assert "api_requirements" not in keys
    assert len(terms.checklist()) == len(keys) + 1 == 6
    assert not Terms.objects.exists()


def test_new_version_is_sent_to_every_member_and_lists_unanswered(
    seed: Seed, member: Membership, mail: MailServer
) -> None:
    jurist = officer(seed, "jurist@hub.example", StaffRole.LEGAL_OFFICER).actor
    publish_second(seed, jurist)
    assert queries.current_terms().text("sv") == "# Nya villkor"
    assert "# Allmänna villkor" in queries.terms_of(1).text_sv, "what was accepted is kept"
    assert list(unanswered(2)) == [member]
    waiting = OutgoingMail.objects.get(recipient="admin@a.example")
    assert "https://hub.example/terms/" in waiting.text
    accept(seed.org_admin.actor, 2, "Britt Åkerlund", "kommundirektör")
    assert not unanswered(2)
    accepted = acceptance_of(member, 2)
    assert accepted is not None
    assert (accepted.name, accepted.role, accepted.given_by) == (
        "Britt Åkerlund",
        "kommundirektör",
        "admin@a.example",
    )
    assert AuditEntry.objects.filter(action="terms.accepted", target_kind="terms").exists()


def test_signatory_accepts_by_private_link_that_is_not_logged(
    seed: Seed, member: Membership, mail: MailServer
) -> None:
    publish_second(seed, officer(seed).actor)
    token = asking.token_of(AcceptanceRequest.objects.get())
    assert not SentMail.objects.filter(subject__contains=token).exists()
    accept_by_link(visitor("192.0.2.1"), token, "Britt Åkerlund", "kommundirektör")
    accepted = acceptance_of(member, 2)
    assert accepted is not None
    assert accepted.given_by == "private link"
    with pytest.raises(Conflict):
        accept_by_link(visitor("192.0.2.1"), token, "Någon Annan", "ingen")


def test_link_is_for_one_version_and_cannot_be_forged(seed: Seed, member: Membership) -> None:
    per = officer(seed).actor
    publish_second(seed, per)
    token = asking.token_of(AcceptanceRequest.objects.get())
    for wrong in ("", "x", token[:-1], f"{token}x"):
        with pytest.raises(NotFound):
            accept_by_link(visitor(None), wrong, "Eva", "chef")
    drafts.start_draft(per)
    phase_approvals.publish(seed, per, 3, today() + SOON)
    with pytest.raises(NotFound):
        accept_by_link(visitor(None), token, "Eva", "chef")
    with pytest.raises(Conflict):
        accept(seed.org_admin.actor, 2, "Eva", "chef")


def test_members_are_reminded_until_they_accept(seed: Seed, member: Membership, mail: MailServer) -> None:
    publish_second(seed, officer(seed).actor)
    assert asking.remind() == 0, "thirty days remain"
    request = AcceptanceRequest.objects.get()
    found = []
    for days in (14, 13, 7, 1, -2, -3):
        _skip_terms_trigger(days)
        found.append(asking.remind())
    assert found == [1, 0, 1, 1, 1, 0]
    assert SentMail.objects.filter(kind="terms_reminder").count() == 4
    accept_by_link(visitor(None), asking.token_of(request), "Eva", "chef")
    AcceptanceRequest.objects.update(reminders=[])
    assert asking.remind() == 0


def test_published_terms_and_acceptances_are_immutable(seed: Seed, member: Membership) -> None:
    terms = publish_second(seed, officer(seed).actor)
    terms.text_sv = "Annat"
    with pytest.raises(IntegrityError), transaction.atomic():
        terms.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        terms.delete()
    given = accept(seed.org_admin.actor, 2, "Eva", "chef")
    given.name = "Någon annan"
    with pytest.raises(IntegrityError), transaction.atomic():
        given.save()


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"text_sv": "  "}, "text_sv"),
        ({"criteria": []}, "criteria"),
        ({"criteria": ["x"]}, "criteria"),
        ({"criteria": [{"title_sv": "Bara svenska"}]}, "criteria"),
        ({"criteria": [{"title_sv": "A", "title_en": "A", "step": "moon"}]}, "criteria"),
        ({"criteria": [{"title_sv": "A", "title_en": "A"}, {"title_sv": "B", "title_en": "A"}]}, "criteria"),
    ],
)
def test_invalid_draft_is_refused_by_field(seed: Seed, data: dict[str, Any], field: str) -> None:
    per = officer(seed).actor
    drafts.start_draft(per)
    with pytest.raises(Invalid) as refused:
        drafts.edit_draft(per, data)
    assert field in refused.value.errors


def test_draft_is_published_once_with_future_date(seed: Seed) -> None:
    per = officer(seed).actor
    with pytest.raises(NotFound):
        propose_publishing(per, 2, today() + SOON, "Skäl.")
    drafts.start_draft(per)
    assert drafts.start_draft(per).version == 2
    for day in (None, today(), today() + timedelta(days=29)):
        with pytest.raises(Invalid):
            propose_publishing(per, 2, day, "Skäl.")
    with pytest.raises(Conflict):
        propose_publishing(per, 3, today() + SOON, "Skäl.")
    drafts.discard_draft(per)
    assert queries.draft() is None


def test_terms_permissions(seed: Seed, member: Membership) -> None:
    publish_second(seed, officer(seed).actor)
    operator = officer(seed, "drift@hub.example", StaffRole.OPERATOR)
    for who in (seed.site_admin, seed.org_admin, operator):
        with pytest.raises(Forbidden):
            drafts.start_draft(who.actor)
    with pytest.raises(Forbidden):
        accept(seed.analyst.actor, 2, "Eva", "chef")
    with pytest.raises(NotFound):
        accept(seed.site_admin.actor, 2, "Eva", "chef")
    assert list(unanswered(2)) == [member]


def _skip_terms_trigger(days: int) -> None:
    """Moves the publication into the past, which a trigger prevents in the application."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE terms DISABLE TRIGGER published_terms_are_never_changed")
        cursor.execute("UPDATE terms SET answer_by = %s", [today() + timedelta(days=days)])
        cursor.execute("ALTER TABLE terms ENABLE TRIGGER published_terms_are_never_changed")
