"""An event in quarantine on every page and endpoint: nobody reads anything of it, whoever they are."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db.models import F
from django.urls import get_resolver

from tests.api.calls import call, send
from tests.conventions.test_permissions import views
from tests.factories import make_key, make_role, make_user
from tests.factories.applications import make_staff
from tests.factories.seed import Seed
from tests.factories.taxii import make_collection, objects
from tests.identity.two_people import approved
from tests.support.addresses import addresses, restart_sequences
from tests.web.accounts import signed_in
from vardkase.analysis.correlation.keys import keys_of
from vardkase.api.dispatch import _endpoints
from vardkase.core.errors import Forbidden
from vardkase.core.mail.models import OutgoingMail
from vardkase.core.sql import cursor
from vardkase.exchange.taxii.models import Collection
from vardkase.formats.misp_json.events import events_document
from vardkase.hub.data_protection.requests.sources import AUDIT
from vardkase.hub.data_protection.requests.sources import SHARED as SHARED_SOURCES
from vardkase.hub.spills.models import Spill, SpillState
from vardkase.identity.access.job_actors import reading_actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.staff import StaffRole
from vardkase.intel.models import Event

pytestmark = pytest.mark.usefixtures("password_is_enough")
CANARY = "kanariefagel"
VALUE, SHARED = f"{CANARY}.example", "delat.example"
TEXTS = {"form": "attack", "language": "sv", "format": "csv", "kind": "event", "part": "about"}
REASON = "Misstanke efter larm."
SEARCHES = ("attributes", "events", "objects", "sightings", "event_reports")
LISTS = ("index", "search", "statistics", "correlations", "top")
FORMATS = ("json", "csv", "xml", "text", "yara", "suricata", "rpz", "hashes", "values", "context")


OF_CONTENT = (
    *("web.intel", "web.analysis", "web.home", "web.audit", "web.formats", "web.exchange.notifications"),
    *(
        "web.hub.spills",
        "web.hub.public_records",
        "web.hub.case_files",
        "web.hub.dashboards",
        "web.hub.policy",
    ),
    *(
        "web.exchange.questions",
        "web.exchange.subscriptions",
        "web.knowledge.taxonomies",
        "web.knowledge.galaxies",
    ),
)
"""Packages of the pages that show something of events; the others are opened by tests/web."""


def the_event(seed: Seed) -> Event:
    uuid = str(uuid4())
    shared = {"type": "domain", "value": SHARED}
    document = {
        "uuid": uuid,
        "info": f"{CANARY} i titeln",
        "distribution": "1",
        "published": True,
        "Tag": [{"name": f"{CANARY}-tagg"}],
        "Attribute": [{"type": "domain", "value": VALUE, "comment": f"{CANARY} i kommentaren"}, shared],
        "EventReport": [{"name": f"{CANARY} rapport", "content": f"Text med {CANARY}."}],
    }
    assert call(seed.publisher.key, "POST", "/events/add", {"Event": document})[0] == 200
    event = Event.objects.get(uuid=uuid)
    changed = {"info": f"{CANARY} ändrad", "published": True, "timestamp": event.timestamp + 5}
    assert call(seed.publisher.key, "POST", f"/events/edit/{event.pk}", {"Event": changed})[0] == 200
    note = {"note": f"{CANARY} sagt av annan", "distribution": 1}
    assert call(seed.org_admin.key, "POST", f"/analyst_data/add/Note/{uuid}/Event", note)[0] in (200, 403)
    call(seed.partner.key, "POST", f"/sightings/add/{_attribute(event)}", {"source": f"{CANARY} källa"})
    proposal = {"ShadowAttribute": {"type": "text", "category": "Other", "value": f"{CANARY} förslag"}}
    call(seed.partner.key, "POST", f"/shadow_attributes/add/{event.pk}", proposal)
    other = {"info": "annan", "distribution": "1", "published": True}
    other |= {"Attribute": [{"type": "domain", "value": SHARED}], "extends_uuid": uuid}
    call(
        seed.analyst.key,
        "POST",
        "/events/add",
        {"Event": other | {"published": False, "info": "delar inget"}},
    )
    # Published a while ago: TAXII serves what is a second old.
    Event.objects.filter(pk=event.pk).update(publish_timestamp=F("publish_timestamp") - 60)
    event.refresh_from_db()
    return event


def _attribute(event: Event) -> int:
    return int(cursor().execute("SELECT id FROM attribute WHERE event_id = %s", (event.pk,)).fetchall()[0][0])


def shows(answer: Any) -> bool:
    content = b"".join(answer.streaming_content) if getattr(answer, "streaming", False) else answer.content
    return CANARY.encode() in content.lower()


def test_nobody_reads_anything_of_it_by_any_way(seed: Seed, django_capture_on_commit_callbacks: Any) -> None:
    restart_sequences()
    event = the_event(seed)
    assert shows(signed_in(seed.analyst.user).get(f"/event/{event.pk}/"))
    collection, folder = make_collection(seed), _ways_out(event)
    assert set(_elsewhere(seed, event, collection, folder)) == WAYS
    with django_capture_on_commit_callbacks(execute=True):
        spill_id = _declare(seed, event)
    # What only this event said is no search key any more; its sharing of a value shows nowhere.
    assert not cursor().execute("SELECT 1 FROM attribute_key WHERE event_id = %s", (event.pk,)).fetchall()
    jurist = make_staff(seed, StaffRole.LEGAL_OFFICER, "jurist@hub.example")
    auditor = make_staff(seed, StaffRole.AUDITOR, "revisor@hub.example")
    owner = make_user(
        seed.org_a, make_role("Allt", set(Permission) - {Permission.SITE_ADMIN}), "allt@a.example"
    )
    people = [seed.site_admin.user, owner, jurist, auditor]
    turns = itertools.cycle([signed_in(person) for person in people])
    shown = []
    for route, view in views(get_resolver()):
        if view.__module__.removeprefix("vardkase.").startswith(OF_CONTENT):
            for address in addresses(route, [str(event.pk)], TEXTS):
                if shows(next(turns).get(address)):
                    shown.append(address)  # noqa: PERF401 - each request is by the next person
    keys = itertools.cycle([seed.site_admin.key, make_key(owner)])
    for path, body in _calls(event):
        if shows(send(next(keys), "POST" if body is not None else "GET", path, body)):
            shown.append(path)
    assert shown == []
    assert _elsewhere(seed, event, collection, folder) == []
    _released(seed, event, jurist, spill_id)


def _ways_out(event: Event) -> Path:
    """A mail about it that is queued, and a folder of an own feed that has it."""
    about = {"delivery": [1, "a@b.example", event.pk, str(event.uuid), event.publish_timestamp]}
    OutgoingMail.objects.create(recipient="a@b.example", subject=event.info, text=CANARY, about=about)
    folder = Path(settings.DATA_DIR) / "feeds" / "prov"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{event.uuid}.json").write_text(CANARY)
    return folder


WAYS = {"mail", "feed", "taxii", "console", "title", "attribute", "report", "audit"}


def _elsewhere(seed: Seed, event: Event, collection: Collection, folder: Path) -> list[str]:
    """Which ways that are no page or endpoint show something of the event."""
    found = ["mail"] if OutgoingMail.objects.filter(text__contains=CANARY).exists() else []
    found += ["feed"] if list(folder.glob(f"{event.uuid}.json")) else []
    found += ["taxii"] if CANARY in json.dumps(objects(seed.partner.key, collection)) else []
    everything = reading_actor(None, "console")
    found += ["console"] if CANARY.encode() in b"".join(events_document(everything, [event.pk])) else []
    for source in (*SHARED_SOURCES, AUDIT):
        statement = f"SELECT count(*) FROM ({source.rows}) x WHERE x.text ILIKE %s"
        if cursor().execute(statement, (f"%{CANARY}%",)).fetchall()[0][0]:
            found.append(source.kind.value)
    return [way for way in found if way in WAYS]


def _calls(event: Event) -> Iterator[tuple[str, Any]]:
    for scope, form in itertools.product(SEARCHES, FORMATS):
        yield f"/{scope}/restSearch", {"returnFormat": form, "eventid": event.pk}
    for name, declared in sorted(_endpoints.items()):
        if not declared.writes and "POST" not in declared.methods[:1]:
            yield (f"/{name}" if name.endswith(LISTS) else f"/{name}/{event.pk}"), None
    yield "/events/index", {"searchall": CANARY}
    yield "/attributes/restSearch", {"value": f"%{CANARY}%"}


def _declare(seed: Seed, event: Event) -> int:
    status, body = call(
        seed.analyst.key, "POST", f"/spills/declare/{event.pk}", {"kind": "nato", "reason": REASON}
    )
    assert status == 200, body
    assert (body["Spill"]["state"], "reason" in body["Spill"]) == ("open", False)
    for wrong in ({"kind": "?", "reason": REASON}, {"kind": "nato", "reason": "kort"}):
        assert call(seed.analyst.key, "POST", f"/spills/declare/{event.pk}", wrong)[0] in (403, 409)
    return int(body["Spill"]["id"])


def _released(seed: Seed, event: Event, jurist: Any, spill_id: int) -> None:
    """Only two officers release it; it is then as it was before."""
    second = make_staff(seed, StaffRole.MEMBERSHIP_OFFICER, "second@hub.example")
    address = f"/spills/{spill_id}/release/"
    for person in (seed.site_admin.user, seed.org_admin.user, seed.analyst.user):
        assert signed_in(person).post(address, {"reason": REASON}).status_code in (403, 404)
    client = signed_in(jurist)
    assert client.post(address, {"reason": REASON}).status_code == 302
    assert Event.objects.get(pk=event.pk).quarantined
    with pytest.raises(Forbidden):
        approved(jurist)
    approved(second)
    found = Event.objects.get(pk=event.pk)
    assert (found.quarantined, found.published) == (False, True)
    assert Spill.objects.get().state == SpillState.RELEASED
    assert call(seed.partner.key, "GET", f"/events/view/{event.pk}")[0] == 200
    assert keys_of([VALUE])[0] in {
        row[0] for row in cursor().execute("SELECT key FROM attribute_key WHERE event_id = %s", (event.pk,))
    }
