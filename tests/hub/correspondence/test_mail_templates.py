"""Officers edit the hub's mail texts; a text that would lose required content is refused."""

from __future__ import annotations

import pytest

from tests.factories.officers import officer
from tests.factories.seed import Seed
from tests.hub.correspondence.test_sending import WELCOME, write
from tests.identity.two_people import approved
from vardkase.audit.models import AuditEntry
from vardkase.core.errors import Forbidden, Invalid, NotFound
from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.kinds import MailKind, correspondence
from vardkase.core.mail.models import MailTemplate, SentMail
from vardkase.core.mail.texts import texts
from vardkase.hub.correspondence.letters.changing import propose_standard, propose_text
from vardkase.hub.correspondence.templates import (
    changed_kinds,
    kind_of,
    preview,
    versions,
)
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.staff import StaffRole

WHY = "Det gamla var svårt att förstå."
BODY = "Ärendet {number}: {reason} {status_link}"


def test_two_officers_change_and_reset_text(seed: Seed) -> None:
    per = officer(seed).actor
    assert not MailTemplate.objects.exists(), "an unchanged text is not stored"
    changes = propose_text(per, WELCOME, "sv", "Vi har fått {number}", BODY, WHY)
    with pytest.raises(Forbidden):
        approved(User.objects.get(pk=per.user_id), changes)
    assert texts(WELCOME)["sv"].is_standard, "a single officer cannot change what members receive"
    second = officer(seed, "johanna@hub.example").user
    approved(second, changes)
    write(seed, Recipient("ada@a.example", "sv"), Recipient("bo@b.example", "en"))
    swedish, english = SentMail.objects.order_by("pk")
    assert (swedish.subject, swedish.version) == ("Vi har fått A-2026-0007", 1)
    assert (english.subject, english.version) == ("Application A-2026-0007", 0)
    assert changed_kinds() == {("test_welcome", "sv")}
    approved(second, propose_standard(per, WELCOME, "sv", WHY))
    with pytest.raises(Invalid):
        propose_standard(per, WELCOME, "sv", WHY)
    assert texts(WELCOME)["sv"].is_standard
    assert [each.is_standard for each in versions(WELCOME, "sv")] == [True, False]
    assert changed_kinds() == set()
    acts = (
        AuditEntry.objects.filter(target_kind="mail_template").order_by("pk").values_list("action", flat=True)
    )
    assert list(acts) == ["mail_template.changed", "mail_template.reset"]


@pytest.mark.parametrize(
    ("subject", "body", "field", "message"),
    [
        ("Hej", "Hej,\n\n{nummer} {status_link}", "body", "Rad 3: {nummer}"),
        ("Hej", "{status_link}\n\n{number", "body", "Rad 3: en klammer"),
        ("{Number}", BODY, "subject", "{Number}"),
        ("{status_link}", BODY, "subject", "ämnesraden"),
        ("Hej", "Utan länk", "body", "{status_link}"),
        ("", BODY, "subject", "200"),
        ("Hej", "x" * 20_001 + "{status_link}", "body", "20000"),
    ],
)
def test_invalid_text_is_refused_by_field(
    seed: Seed, subject: str, body: str, field: str, message: str
) -> None:
    with pytest.raises(Invalid) as refused:
        propose_text(officer(seed).actor, WELCOME, "sv", subject, body, WHY)
    assert isinstance(refused.value.errors, dict)
    assert message in " ".join(map(str, refused.value.errors[field]))
    assert not MailTemplate.objects.exists()


def test_preview_shows_samples_and_stores_nothing(db: None) -> None:
    shown = preview(WELCOME, "en", "About {number}", "*{reason}*\n\n{status_link}")
    assert shown["subject"] == "About A-2026-0001"
    assert "Because." in shown["text"]
    assert "<em>Because.</em>" in shown["html"]
    assert not MailTemplate.objects.exists()


def test_only_officers_edit_texts(seed: Seed) -> None:
    operator = officer(seed, "drift@hub.example", StaffRole.OPERATOR)
    for who in (seed.site_admin, seed.org_admin, operator):
        with pytest.raises(Forbidden):
            propose_text(who.actor, WELCOME, "sv", "Hej", BODY, WHY)
        with pytest.raises(Forbidden):
            propose_standard(who.actor, WELCOME, "sv", WHY)


def test_unknown_language_or_kind_returns_not_found(seed: Seed) -> None:
    with pytest.raises(NotFound):
        propose_text(officer(seed).actor, WELCOME, "de", "Hallo", BODY, WHY)
    with pytest.raises(NotFound):
        kind_of("unheard_of")


@pytest.mark.django_db
@pytest.mark.parametrize("kind", correspondence(), ids=lambda kind: kind.name)
def test_every_registered_text_is_valid(kind: MailKind) -> None:
    for language in ("sv", "en"):
        preview(kind, language, kind.texts[language].subject, kind.texts[language].body)
