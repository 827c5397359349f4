"""A reader, an authority and the hub write to an author whom nobody knows, and the answers come back in rounds."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from pyrage.x25519 import Identity

from tests.factories import make_event
from tests.factories.content_access import in_browser
from tests.factories.intel import make_attribute
from tests.factories.memberships import make_desk, staff_of
from tests.factories.sealed_links import sealed_link, with_officer_key
from tests.factories.seed import Seed
from tests.identity.two_people import approved
from tests.web.signed_in import signed_in
from vardkase.audit.models import AuditEntry
from vardkase.core.clock import today
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.core.mail.models import OutgoingMail
from vardkase.core.settings.models import SettingValue
from vardkase.core.sql import cursor
from vardkase.hub.anonymous_publication import slots
from vardkase.hub.anonymous_publication.models import AnonymousPublication, PublicationState
from vardkase.hub.anonymous_publication.organisation import organisation_uuid, pseudonymous_organisation
from vardkase.hub.anonymous_publication.recovery_codes import new_code, read_code
from vardkase.hub.anonymous_publication.rounds import hold_round
from vardkase.hub.anonymous_publication.settings import ENABLED
from vardkase.hub.anonymous_publication.submissions import Submission
from vardkase.hub.author_relay import answering, asking, queries
from vardkase.hub.author_relay.models import AuthorMessage
from vardkase.hub.author_relay.sizes import HEADER, SIZES, content_of, sealed, text_of
from vardkase.hub.public_records.cases.hooks import MemberConsulted, member_consulted
from vardkase.hub.sealed_links.hooks import SealOpened
from vardkase.hub.sealed_links.opening import propose_opening
from vardkase.identity.access.actor import console_actor
from vardkase.intel.editing.attributes import add_attributes
from vardkase.intel.editing.tagging import attach_tag
from vardkase.intel.models import Event
from vardkase.intel.services.merge import edit_event

pytestmark = pytest.mark.usefixtures("password_is_enough")
QUESTION, ANSWER = "Hur kom angriparen in?", "Genom en vpn som inte var uppdaterad."


@pytest.fixture(autouse=True)
def _turned_on(seed: Seed, settings: Any) -> Iterator[None]:
    settings.BASE_URL, settings.VARDKASE_SMTP_HOST = "https://hub.example", "127.0.0.1"
    SettingValue.objects.update_or_create(name=ENABLED.name, defaults={"value": True})
    slots.forget_all()
    yield
    slots.forget_all()


def anonymous_event() -> tuple[Event, str]:
    """A published one, and its recovery code."""
    event = make_event(pseudonymous_organisation(), info="Intrång", distribution=1, published=True)
    event.save()
    make_attribute(event, value1="198.51.100.7").save()
    code = new_code()
    AnonymousPublication.objects.create(
        author_key=read_code(code).author_key,
        event_uuid=event.uuid,
        state=PublicationState.PUBLISHED,
        members=9,
        day=today(),
    )
    return event, code


def hold() -> None:
    """The slot and the round that what was submitted waits for."""
    slots.write_slot()
    hold_round()


def test_question_reaches_author_and_answer_comes_back(seed: Seed) -> None:
    event, code = anonymous_event()
    _other, code_of_other = anonymous_event()
    asker, author = signed_in(seed.publisher), signed_in(seed.analyst)
    address = reverse("event_author", args=[event.uuid])
    mine = reverse("anonymous_messages")

    head, ordinary = (
        asker.get(f"/event/{event.pk}/").content.decode(),
        reverse("event_contact", args=[event.pk]),
    )
    assert (address in head, ordinary in head) == (True, False), "the author is asked in one way only"
    assert asker.get(ordinary).headers["Location"] == address
    page = asker.post(address, {"kind": "question", "text": QUESTION}, follow=True).content.decode()
    assert QUESTION in page
    assert "Väntar på nästa omgång" in page
    assert QUESTION not in author.post(mine, {"code": code}).content.decode(), "before the round"
    hold()
    read = author.post(mine, {"code": code})
    assert (QUESTION in read.content.decode(), read.headers["Cache-Control"]) == (True, "no-store")
    for unasked in (seed.publisher.user.email, seed.org_a.name + " frågar"):
        assert unasked not in author.post(mine, {"code": code}).content.decode().partition("<main")[2]
    assert QUESTION not in author.post(mine, {"code": code_of_other}).content.decode()

    message = AuthorMessage.objects.get()
    before = AuditEntry.objects.count()
    given = {"code": code, "message": str(message.pk), "text": ANSWER}
    sent = author.post(reverse("anonymous_message_answer"), given)
    assert sent.status_code == 200
    again = author.post(reverse("anonymous_message_answer"), given)
    assert again.status_code == 422, "one answer to each message"
    assert AuditEntry.objects.count() == before, "nothing that an author does is in the log"
    assert ANSWER not in asker.get(address).content.decode()
    hold()
    assert ANSWER in asker.get(address).content.decode()
    assert ANSWER in author.post(mine, {"code": code}).content.decode()
    mail = OutgoingMail.objects.get(recipient=seed.publisher.user.email)
    assert ANSWER not in f"{mail.subject} {mail.text}"
    # No clear text in the database, and no time or number that tells an order.
    for column in ("own_copy", "answer"):
        assert QUESTION not in getattr(AuthorMessage.objects.get(), column)
        assert ANSWER not in getattr(AuthorMessage.objects.get(), column)
    telling = (
        cursor()
        .execute(
            "SELECT data_type FROM information_schema.columns WHERE table_name = 'author_message' "
            "AND (data_type LIKE 'timestamp%%' OR data_type IN ('bigint', 'integer') AND column_default IS NOT NULL "
            "OR is_identity = 'YES')"
        )
        .fetchall()
    )
    assert telling == []


def test_who_may_ask_and_how_much(seed: Seed) -> None:
    event, code = anonymous_event()
    desk = make_desk(seed)
    actor = in_browser(seed.publisher.user)
    ordinary = make_event(seed.org_a, distribution=1, published=True)
    ordinary.save()
    hidden, _ = anonymous_event()
    Event.objects.filter(pk=hidden.pk).update(distribution=0)
    for reference in (ordinary.uuid, hidden.uuid, uuid4()):
        with pytest.raises(NotFound):
            asking.ask(actor, str(reference), "question", QUESTION)
        with pytest.raises(NotFound):
            queries.asked_about(actor, str(reference))
    for who in (in_browser(desk.operator.user), console_actor(seed.hub.pk, "Hub", "root")):
        with pytest.raises((Forbidden, PermissionDenied)):
            asking.ask(who, str(event.uuid), "question", QUESTION)
    with pytest.raises((Forbidden, PermissionDenied)):
        queries.asked_about(in_browser(desk.operator.user), str(event.uuid))
    for kind, text in (
        ("question", " "),
        ("question", "x" * 3001),
        ("opened", QUESTION),
        ("consultation", QUESTION),
    ):
        with pytest.raises(Invalid):
            asking.ask(actor, str(event.uuid), kind, text)
    # Open messages of one organisation about one event are few, whoever the author is; others are not counted.
    for _ in range(asking.OPEN_EACH):
        asking.ask(actor, str(event.uuid), "correction", QUESTION)
    with pytest.raises(Conflict):
        asking.ask(actor, str(event.uuid), "question", QUESTION)
    asking.ask(in_browser(desk.admin.user), str(event.uuid), "question", "Från en annan")
    asked = queries.asked_about(actor, str(event.uuid))[1]
    assert len(asked) == asking.OPEN_EACH
    assert "Från en annan" not in {each.text for each in asked}, "another organisation's"
    for _ in range(asking.A_DAY.allowed):
        asking.A_DAY.spend(seed.org_a.pk)
    other, _ = anonymous_event()
    with pytest.raises(Conflict):
        asking.ask(actor, str(other.uuid), "question", QUESTION)
    assert len(answering.messages_for(actor, code)) == 0


def test_only_the_code_reads_and_answers(seed: Seed) -> None:
    event, code = anonymous_event()
    _, other_code = anonymous_event()
    asker, author = in_browser(seed.publisher.user), in_browser(seed.analyst.user)
    message = asking.ask(asker, str(event.uuid), "question", QUESTION)
    for bad in ("", "AGE-SECRET-KEY-1QQ", read_code(code).author_key):
        with pytest.raises(Invalid):
            answering.messages_for(author, bad)
    with pytest.raises(NotFound):
        answering.answer(author, code, message.pk, ANSWER)  # Not delivered yet.
    hold()
    with pytest.raises(NotFound):
        answering.answer(author, other_code, message.pk, ANSWER)
    with pytest.raises(Invalid):
        answering.answer(author, code, message.pk, " ")
    # A submission that names another's message, one of an unknown message, and a second answer go nowhere.
    for key, pk in ((read_code(other_code).author_key, message.pk), (read_code(code).author_key, uuid4())):
        slots.keep(
            Submission(answering.ANSWER, key, secrets.token_hex(8), {"message": str(pk), "text": "Falskt"})
        )
    hold()
    assert AuthorMessage.objects.get().answered_on is None
    answering.answer(author, code, message.pk, ANSWER)
    (read,) = answering.messages_for(author, code)
    assert (read.is_submitted, read.takes_answer) == (True, False)
    hold()
    key = read_code(code).author_key
    slots.keep(
        Submission(answering.ANSWER, key, secrets.token_hex(8), {"message": str(message.pk), "text": "Igen"})
    )
    hold()
    (asked,) = queries.asked_about(asker, str(event.uuid))[1]
    assert asked.answer == ANSWER
    with pytest.raises(Conflict):
        answering.answer(author, code, message.pk, ANSWER)


def test_openings_and_consultations_reach_the_author(seed: Seed) -> None:
    event, code = anonymous_event()
    other, other_code = anonymous_event()
    author = in_browser(seed.analyst.user)
    desk = make_desk(seed)
    jurist = staff_of(seed, "jurist@hub.example", "legal_officer").user
    for each in (desk.officer.user, jurist):
        with_officer_key(each)
    sealed_link(UUID(str(event.uuid)))
    propose_opening(in_browser(desk.officer.user), UUID(str(event.uuid)), "Fara för liv.")
    approved(jurist)

    def consult(organisation: UUID) -> None:
        member_consulted.emit(
            MemberConsulted(
                organisation,
                seed.org_b.pk,
                "2026-0007",
                desk.admin.user.pk,
                timezone.now() + timedelta(days=2),
                {
                    UUID(str(event.uuid)): ["Attribut: 198.51.100.7"],
                    UUID(str(other.uuid)): ["Attribut: annat.example"],
                },
            )
        )

    consult(UUID(str(seed.org_a.uuid)))
    assert AuthorMessage.objects.count() == 1, "a member with a name is consulted by mail"
    consult(UUID(str(organisation_uuid())))
    hold()
    texts = {str(each.kind): each for each in answering.messages_for(author, code)}
    assert "Fara för liv." in texts["opened"].text
    assert not texts["opened"].takes_answer
    with pytest.raises(Conflict):
        answering.answer(author, code, texts["opened"].id, ANSWER)
    assert "198.51.100.7" in texts["consultation"].text
    assert "annat.example" not in texts["consultation"].text, "each author reads of their own event alone"
    (of_other,) = answering.messages_for(author, other_code)
    assert "198.51.100.7" not in of_other.text
    answering.answer(author, code, texts["consultation"].id, "Adressen bör inte lämnas ut.")
    hold()
    (said,) = queries.asked_about(in_browser(desk.admin.user), str(event.uuid))[1]
    assert (said.case_number, said.answer) == ("2026-0007", "Adressen bör inte lämnas ut.")
    page = signed_in(seed.analyst).post(reverse("anonymous_messages"), {"code": code}).content.decode()
    assert "Två av hubbens handläggare" in page
    assert jurist.email not in page


def test_length_of_what_is_stored_says_little() -> None:
    key = Identity.generate()
    for text in ("", "a", "å" * 150, "x" * 3000, "🛡" * 3000):
        padded = sealed(text, str(key.to_public()))
        assert len(padded) - 4 in SIZES
        assert text_of(read_code(str(key)).opened(content_of(padded))) == text
    assert {
        len(sealed("x" * length, str(key.to_public()))) for length in range(0, SIZES[0] - HEADER, 60)
    } == {SIZES[0] + 4}


def test_questions_go_with_the_event(seed: Seed) -> None:
    event, _code = anonymous_event()
    asking.ask(in_browser(seed.publisher.user), str(event.uuid), "question", QUESTION)
    asking.tell_of_opening(SealOpened(event.uuid, "Utredning"))
    event.delete()
    hold()
    assert [each.kind for each in AuthorMessage.objects.all()] == ["opened"], (
        "of that the author is still told"
    )


def test_administrators_put_no_words_into_the_authors_mouth(seed: Seed) -> None:
    event, _code = anonymous_event()
    admin = in_browser(seed.site_admin.user)
    with pytest.raises(Invalid):
        edit_event(admin, event.pk, {"info": "Ändrad"})
    with pytest.raises((Forbidden, PermissionDenied)):
        add_attributes(admin, event.pk, [{"type": "ip-dst", "value": "203.0.113.9"}])
    with pytest.raises((Forbidden, PermissionDenied)):
        attach_tag(admin, UUID(str(event.uuid)), "tlp:clear")
    browser = signed_in(seed.site_admin)
    for page in ("event_edit", "event_publish", "attribute_create", "report_create"):
        assert browser.get(reverse(page, args=[event.pk])).status_code == 403, page
    assert "Ta bort händelsen" in browser.get(f"/event/{event.pk}/").content.decode()
    assert browser.post(reverse("event_delete", args=[event.pk])).status_code == 302
    assert not Event.objects.filter(pk=event.pk).exists()
