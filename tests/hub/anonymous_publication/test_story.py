"""A member publishes anonymously: what is stored on the way, what others see, and what the code is good for."""

from __future__ import annotations

import json
import logging
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from html import unescape
from string import ascii_letters
from typing import Any
from uuid import uuid4

import pyrage
import pytest
from django.db import connection
from django.test import Client
from pyrage.x25519 import Identity

from tests.factories import make_event
from tests.factories.officers import officer
from tests.factories.sealed_links import with_officer_key
from tests.factories.seed import Seed
from tests.factories.whole_event import Setup, make_setup
from tests.web.signed_in import signed_in
from vardkase.audit.models import AuditEntry
from vardkase.config.logs import RouteLogFilter
from vardkase.core.errors import Forbidden, Invalid
from vardkase.core.settings.models import SettingValue
from vardkase.formats.misp_json.events import event_document
from vardkase.formats.misp_json.options import EventOptions
from vardkase.hub.anonymous_publication import carrying_out, slots
from vardkase.hub.anonymous_publication.authoring import submit_publication
from vardkase.hub.anonymous_publication.keys import STORED
from vardkase.hub.anonymous_publication.models import AnonymousPublication, PublicationState, QueuedPart
from vardkase.hub.anonymous_publication.organisation import organisation_uuid
from vardkase.hub.anonymous_publication.recovery_codes import new_code
from vardkase.hub.anonymous_publication.rounds import hold_round
from vardkase.hub.anonymous_publication.schedules import ROUND, publish_submitted
from vardkase.hub.anonymous_publication.settings import ENABLED, SMALLEST_SET
from vardkase.hub.anonymous_publication.submissions import PARTS, Submission
from vardkase.hub.sealed_links.container import unpack
from vardkase.hub.sealed_links.models import SealedLink
from vardkase.identity.accounts.staff import StaffRole
from vardkase.intel.models import Attribute, Event, EventReport, Object, ObjectReference

pytestmark = pytest.mark.usefixtures("password_is_enough")

BASE = "/anonymous-publication/"
UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


@pytest.fixture
def officers_keys(seed: Seed) -> Iterator[list[Identity]]:
    """Turned on, with two officers who have keys; nothing waits in memory."""
    duty = StaffRole.MEMBERSHIP_OFFICER
    officers = [officer(seed, f"{name}@hub.example", duty) for name in ("per", "lisa")]
    turn_on(smallest=2)
    slots.forget_all()
    yield [with_officer_key(each.user) for each in officers]
    slots.forget_all()


def turn_on(smallest: int) -> None:
    for name, value in ((ENABLED.name, True), (SMALLEST_SET.name, smallest)):
        SettingValue.objects.update_or_create(name=name, defaults={"value": value})


def whole_database() -> dict[str, Any]:
    """A digest of the rows of every table, and where every sequence stands."""
    found: dict[str, Any] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables "
                       "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')")  # fmt: skip
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT count(*), md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {table} t")
            found[table] = cursor.fetchone()
        cursor.execute("SELECT schemaname || '.' || sequencename, last_value FROM pg_sequences")
        found |= dict(cursor.fetchall())
    return found


def in_english(seed: Seed) -> Client:
    seed.publisher.user.language = "en"
    seed.publisher.user.save(update_fields=["language"])
    return signed_in(seed.publisher)


def fields_of(page: str) -> dict[str, str]:
    """What the form of the page sends as it is shown: hidden fields, chosen radios, replacements."""
    fields = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = re.search(r'\bname="([^"]*)"', tag), re.search(r'\bvalue="([^"]*)"', tag)
        is_sent = 'type="hidden"' in tag or " checked" in tag or 'name="text-' in tag
        if is_sent and name and name[1] != "csrfmiddlewaretoken":
            fields[name[1]] = unescape(value[1]) if value else ""
    return fields


def checked(browser: Client, **fields: Any) -> dict[str, str]:
    answer = browser.post(f"{BASE}check/", {"distribution": "1", **fields})
    assert answer.status_code == 200, answer.content.decode()
    return fields_of(answer.content.decode())


def published() -> Event:
    row = AnonymousPublication.objects.get(state=PublicationState.PUBLISHED)
    assert row.event_uuid is not None
    return Event.objects.get(uuid=row.event_uuid)


def everything_about(event: Event, seed: Seed) -> str:
    options = EventOptions(include_analyst_data=True, include_event_correlations=False)
    return b"".join(event_document(seed.stranger.actor, event.pk, options)).decode()


def test_from_an_own_event_to_its_withdrawal(
    seed: Seed, officers_keys: list[Identity], caplog: pytest.LogCaptureFixture
) -> None:
    own = make_setup(seed)
    Object.objects.filter(event=own.event).update(template_uuid=uuid4())
    Attribute.objects.filter(pk=own.open.pk).update(comment="Seen at Organisation A yesterday")
    browser = in_english(seed)
    assert "Publish anonymously" in browser.get(f"/event/{own.event.pk}/").content.decode()
    source = {"event": str(own.event.uuid), "distribution": "1"}
    # Whoever reads it in the author's name would know whose the copy is.
    assert "is published in your name" in browser.post(BASE, source).content.decode()
    refused = browser.post(f"{BASE}check/", source)
    assert (refused.status_code, "Others can read this event" in refused.content.decode()) == (422, True)
    Event.objects.filter(pk=own.event.pk).update(published=False)
    assert "is published in your name" not in browser.post(BASE, source).content.decode()
    shown = browser.post(f"{BASE}check/", source).content.decode()
    assert "Your event, of which this is a copy" in shown
    assert "in an event of yours" not in shown
    readable = shown[: shown.index("Show all of it as JSON")]
    assert all(each in readable for each in ("evil.example", "a.exe", own.report.content))

    # Nothing that happens until the next slot is in any table, sequence, log or header.
    before = whole_database()
    caplog.set_level(logging.DEBUG)
    caplog.clear()
    form = checked(browser, event=str(own.event.uuid))
    again = browser.post(
        f"{BASE}submit/", {name: form[name] for name in form if name[:4] not in ("hit-", "text")}
    )
    assert again.status_code == 422  # What points to the author is to be decided on.
    changed = browser.post(f"{BASE}submit/", form | {"act": "again"}).content.decode()
    assert "Organisation A yesterday" not in unescape(changed)
    answer = browser.post(f"{BASE}submit/", form | {"consents": "on"})
    page = answer.content.decode()
    # Whose answer was lost on its way gets the code as well; nothing is submitted twice.
    assert form["code"] in browser.post(f"{BASE}submit/", form | {"consents": "on"}).content.decode()
    assert len(slots._waiting) == 1
    code = form["code"]
    assert code in page
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    receipt = fields_of(page)["receipt"]
    assert "Not stored yet" in browser.post(f"{BASE}stored/", {"receipt": receipt}).content.decode()
    # Only this process knows of it, and says no more than another would.
    answers = [browser.post(f"{BASE}own/", {"code": each}) for each in (code, new_code())]
    assert [each.status_code for each in answers] == [422, 422]
    assert len({len(each.content) for each in answers}) == 1
    saved = browser.post(f"{BASE}recovery-code/", {"code": code})
    assert saved.content.decode().strip() == code
    assert whole_database() == before
    assert [each for each in caplog.records if "django.db" not in each.name] == []
    assert browser.get(f"{BASE}check/").status_code == 405
    told = [each for each in caplog.records if each.name == "django.request"]
    assert not any(RouteLogFilter().filter(each) for each in told)

    # The queue: as many equal rows as ever, and no more is said of any.
    slots.write_slot()
    slots.write_slot()
    rows = list(QueuedPart.objects.all())
    assert len(rows) == 2 * PARTS
    assert {len(bytes(row.content)) for row in rows} == {STORED}
    assert {len(bytes(row.mark)) for row in rows} == {slots.MARK}
    assert "Stored." in browser.post(f"{BASE}stored/", {"receipt": receipt}).content.decode()

    assert hold_round() == 1
    event = published()
    _is_free_of_its_author(event, own, seed)
    _is_sealed_to_two(event, officers_keys, seed)
    type(event.orgc).objects.filter(pk=event.orgc_id).update(fixed_standing="no_membership")
    assert "Published anonymously by a member" in browser.get(f"/event/{event.pk}/").content.decode()
    assert "carried it out" in browser.post(f"{BASE}stored/", {"receipt": receipt}).content.decode()
    for submitted_at, said in (("1", "It was lost"), ("", "Not stored yet"), ("9" * 12, "Not stored yet")):
        unknown = {"receipt": "0" * 64, "submitted": submitted_at}
        assert said in browser.post(f"{BASE}stored/", unknown).content.decode()
    # What is left of the queue are as many rows as after a round of none.
    assert QueuedPart.objects.count() == 4 * PARTS
    of_round = AuditEntry.objects.filter(created__gte=datetime.now(UTC).replace(hour=0, minute=0))
    assert not of_round.filter(actor_id=seed.publisher.user.pk).exists()
    assert of_round.get(action="anonymous_publication.round_held").change == {"published": 1, "waiting": 0}

    _correct_and_withdraw(browser, code, event, seed)


def _is_free_of_its_author(event: Event, own: Setup, seed: Seed) -> None:
    assert event.orgc.uuid == event.org.uuid == organisation_uuid()
    assert (event.user_id, event.published, event.distribution) == (0, True, 1)
    text = everything_about(event, seed)
    of_parts = [
        str(uuid)
        for model in (Attribute, Object, ObjectReference, EventReport)
        for uuid in model.objects.filter(event=own.event).values_list("uuid", flat=True)
    ]
    assert not [uuid for uuid in (str(own.event.uuid), *of_parts) if uuid in text]
    assert not [each for each in (str(seed.org_a.uuid), seed.org_a.name, "a.example") if each in text]
    values = {row.value1 for row in Attribute.objects.filter(event=event)}
    assert values & {"evil.example", "only A", "A and B", "gone"} == {"evil.example"}
    midnight = int(datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0).timestamp())
    for model in (Attribute, Object, EventReport):
        assert set(model.objects.filter(event=event).values_list("timestamp", flat=True)) == {midnight}
    assert event.timestamp == midnight
    assert not Attribute.objects.filter(event=event).exclude(first_seen=None).exists()


def _is_sealed_to_two(event: Event, keys: list[Identity], seed: Seed) -> None:
    (file,) = unpack(bytes(SealedLink.objects.get(about=event.uuid).content)).values()
    opened = []
    for outer, inner in (keys, reversed(keys)):
        with suppress(pyrage.DecryptError):
            opened.append(json.loads(pyrage.decrypt(pyrage.decrypt(file, [outer]), [inner])))
    publisher = seed.publisher.user.email
    assert [(each["uuid"], each["person"]) for each in opened] == [(str(seed.org_a.uuid), publisher)]


def _correct_and_withdraw(browser: Client, code: str, event: Event, seed: Seed) -> None:
    shown = browser.post(f"{BASE}own/", {"code": code.lower()}).content.decode()
    assert f"/event/{event.pk}/" in shown
    document = json.loads(everything_about(event, seed))
    kept = document["Event"]["Attribute"][0]
    document["Event"]["info"] = "A better title"
    document["Event"]["Object"], document["Event"]["EventReport"] = [], []
    document["Event"]["Attribute"] = [kept | {"comment": "corrected"}]
    form = checked(browser, code=code, document=json.dumps(document))
    assert form["corrects"]
    assert browser.post(f"{BASE}submit/", form).status_code == 200
    slots.write_slot()
    assert hold_round() == 0
    event.refresh_from_db()
    left = Attribute.objects.filter(event=event, deleted=False)
    assert [(str(row.uuid), row.comment) for row in left] == [(kept["uuid"], "corrected")]
    assert (event.info, event.published) == ("A better title", True)
    assert not Object.objects.filter(event=event, deleted=False).exists()

    # It is asked about first, and can be undone until the round.
    asked = browser.post(f"{BASE}own/act/", {"code": code, "act": "withdraw"}).content.decode()
    assert "Organisations that already have a copy keep it" in asked
    assert not slots._waiting
    assert act(browser, code, "undo") == 409
    assert act(browser, code, "withdraw") == 200
    slots.write_slot()
    assert "A withdrawal waits" in browser.post(f"{BASE}own/", {"code": code}).content.decode()
    assert act(browser, code, "undo") == 200
    slots.write_slot()
    hold_round()
    assert Event.objects.filter(pk=event.pk).exists()
    assert act(browser, code, "withdraw") == 200
    slots.write_slot()
    # What cannot be done is said, and tried again.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(carrying_out, "delete_event", _refuse)
        hold_round()
    failed = browser.post(f"{BASE}own/", {"code": code}).content.decode()
    assert "could not be withdrawn" in failed
    assert "A withdrawal waits" in failed
    hold_round()
    assert not Event.objects.filter(pk=event.pk).exists()
    assert "Withdrawn" in browser.post(f"{BASE}own/", {"code": code}).content.decode()
    assert act(browser, code, "withdraw") == 409


def _refuse(*_arguments: Any) -> None:
    raise Forbidden


def act(browser: Client, code: str, name: str) -> int:
    return browser.post(f"{BASE}own/act/", {"code": code, "act": name, "confirmed": "yes"}).status_code


PASTED = {
    "info": "Phishing",
    "Attribute": [{"type": "domain", "value": "phish.example", "category": "Network activity"}],
}


MISSHAPEN = (
    {"type": ["domain"], "value": "a.example"},
    {"type": {"a": 1}, "value": "a.example"},
    {"type": "domain", "value": {"a": 1}},
    {"type": "domain", "value": "a.example", "comment": 5},
)


def submitted(browser: Client, event: dict[str, Any] = PASTED, **options: str) -> str:
    """The code of a publication that the next round finds."""
    form = checked(browser, document=json.dumps({"Event": event}))
    assert browser.post(f"{BASE}submit/", form | options).status_code == 200
    slots.write_slot()
    return form["code"]


def test_too_few_members_and_what_is_refused(seed: Seed, officers_keys: list[Identity]) -> None:
    browser = in_english(seed)
    turn_on(smallest=50)
    # Waits from round to round, among padding; consent publishes it, and so does consent from the start.
    code = submitted(browser)
    assert [hold_round(), hold_round()] == [0, 0]
    assert QueuedPart.objects.count() == 4 * PARTS
    assert "Waits until" in browser.post(f"{BASE}own/", {"code": code}).content.decode()
    assert act(browser, code, "consent") == 200
    submitted(browser, PASTED | {"info": "Another"}, consents="on")
    # Two at once, withdrawn before it is carried out, and one that the guard stops.
    withdrawn = submitted(browser)
    assert act(browser, withdrawn, "withdraw") == 200
    marked = submitted(browser, PASTED | {"info": "KVALIFICERAT HEMLIG"}, consents="on")
    slots.write_slot()
    assert hold_round() == 2
    states = sorted(AnonymousPublication.objects.values_list("state", flat=True))
    assert states == ["published", "published", "refused", "withdrawn"]
    assert sorted(Event.objects.values_list("info", flat=True)) == ["Another", "Phishing"]
    shown = browser.post(f"{BASE}own/", {"code": marked}).content.decode()
    assert "Not published" in shown
    assert AnonymousPublication.objects.get(state="refused").why

    # Each publication has a code of its own, and one that belongs to nothing tells nothing.
    for wrong in ("AGE-SECRET-KEY-1", "", new_code()):
        assert browser.post(f"{BASE}own/", {"code": wrong}).status_code in (200, 422)
        assert act(browser, wrong, "withdraw") in (409, 422)
    # Nobody holds rounds one after the other, to learn what came when.
    slots.write_slot()
    rows = QueuedPart.objects.count()
    by_hand = signed_in(seed.site_admin).post(f"/administration/schedules/{ROUND.name}/run/")
    assert (by_hand.status_code, publish_submitted(), QueuedPart.objects.count()) == (409, 0, rows)
    # Nobody fills the memory of a process.
    pasted = json.dumps(PASTED)
    full = [browser.post(f"{BASE}submit/", checked(browser, document=pasted)).status_code for _ in range(9)]
    assert full == [200] * 8 + [422]
    assert sum(each.size for each in slots._waiting) == slots.MOST_OF_ONE
    # Nor do others stand behind all of it.
    slots.keep(Submission("consent", "another", "another"), seed.org_b.pk)
    slots.write_slot()
    assert (slots.waits_here("another"), len(slots._waiting)) == (False, 1)
    # A label that the distribution exceeds is asked about, or refused, at once and not by the round.
    for distribution, label, confirms in ((1, "red", True), (3, "amber", False)):
        document = PASTED | {"distribution": distribution, "Tag": [{"name": f"tlp:{label}"}]}
        with pytest.raises(Invalid, match=f"tlp:{label}"):
            submit_publication(seed.publisher.actor, new_code(), document, confirms_tlp=confirms)
    # Nothing is published of which the suggestions leave no values.
    aimed = {"type": "target-org", "category": "Targeting data", "value": "A town"}
    form = checked(browser, document=json.dumps({"info": "Aimed", "Attribute": [aimed]}))
    emptied = browser.post(f"{BASE}submit/", form | {"consents": "on"})
    assert emptied.status_code == 422
    assert "Nothing would be left" in emptied.content.decode()
    slots.write_slot()
    others = make_setup_of(seed)
    before = whole_database()
    refused = {
        "event": [{"event": others}],
        "document": [
            {"document": "{"},
            {"document": '{"info": ""}'},
            {"document": '{"info": "empty"}'},
            *({"document": json.dumps(PASTED | {"Attribute": [each]})} for each in MISSHAPEN),
        ],
    }
    for sent in (each for several in refused.values() for each in several):
        assert browser.post(f"{BASE}check/", {"distribution": "1", **sent}).status_code in (403, 404, 422)
    assert browser.post(f"{BASE}check/", {"distribution": "4", "document": pasted}).status_code == 422
    assert browser.post(f"{BASE}check/", {"distribution": "0", "document": pasted}).status_code == 422
    huge = json.dumps(PASTED | {"info": "".join(secrets.choice(ascii_letters) for _ in range(400_000))})
    assert browser.post(f"{BASE}check/", {"distribution": "1", "document": huge}).status_code == 422
    for who in (seed.reader, seed.analyst):  # Neither may publish.
        assert signed_in(who).get(BASE).status_code == 403
        assert signed_in(who).post(f"{BASE}submit/", {}).status_code == 403
    SettingValue.objects.filter(name=ENABLED.name).delete()
    assert browser.get(BASE).status_code == 403
    assert browser.post(f"{BASE}check/", {"distribution": "1", "document": pasted}).status_code == 403
    assert hold_round() == 0
    turn_on(smallest=50)
    changed = {name for name, rows in whole_database().items() if rows != before[name]}
    assert not {name for name in changed if "anonymous" in name or "event" in name or "audit" in name}
    assert not slots._waiting


def make_setup_of(seed: Seed) -> str:
    """The UUID of an event of another organisation that the publisher may read."""
    event = make_event(seed.org_c, distribution=3, published=True)
    event.save()
    return str(event.uuid)
