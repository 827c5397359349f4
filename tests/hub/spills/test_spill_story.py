"""A spill from start to finish, in Swedish: declared, kept from all, reported, deleted by two, proved, answered."""

from __future__ import annotations

import base64
import io
import json
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from tests.api.calls import call
from tests.exchange.servers import HERE, serving
from tests.factories.applications import make_staff
from tests.factories.removals import let_spill_go
from tests.factories.seed import Seed
from tests.identity.two_people import approved
from tests.web.accounts import signed_in
from vardkase.audit.models import AuditEntry
from vardkase.audit.services import Target, record
from vardkase.core import files
from vardkase.core.mail.models import OutgoingMail, SentMail
from vardkase.core.sql import cursor
from vardkase.exchange.outbox.models import Delivery, DeliveryState, EntryKind
from vardkase.exchange.servers.models import KEYS, Server
from vardkase.hub.spills.deletion import remove_everywhere
from vardkase.hub.spills.models import HolderAnswer, HolderKind, Spill, SpillState
from vardkase.hub.spills.tasks import request_deletion, search_remains
from vardkase.identity.access.actor import console_actor
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.audit_actions import IdentityAction
from vardkase.intel.models import Attribute, Event, EventVersion

pytestmark = pytest.mark.usefixtures("password_is_enough")
TITLE = "Avlyssnade ledningar vid Muskö"
VALUE = "hemligbas.example"
REPORT = "Rapport om skyddsobjektets reservkraft och dess larmgränser"
REASON = "Uppgifterna rör ett skyddsobjekt."
WHY = "Enligt bedömning av säkerhetsskyddschefen."


def publish(seed: Seed) -> Event:
    attached = {"type": "attachment", "category": "External analysis", "value": "karta-over-omradet.txt"}
    attached["data"] = base64.b64encode(b"reservkraftens placering " + seed.org_a.uuid.bytes).decode()
    document = {
        "info": TITLE,
        "distribution": "3",
        "published": True,
        "Attribute": [
            {"type": "domain", "value": VALUE},
            {"type": "ip-dst", "value": "198.18.207.8"},
            attached,
        ],
        "EventReport": [
            {"name": REPORT, "content": f"# {REPORT}\n\nDetta är en lång rad om {VALUE} och annat."}
        ],
        "Tag": [{"name": "muskö-insats"}],
    }
    status, body = call(seed.publisher.key, "POST", "/events/add", {"Event": document})
    assert status == 200, body
    return Event.objects.get()


def old_misp(handler: BaseHTTPRequestHandler) -> None:
    """Knows no spills; deletes when asked."""
    deleted = getattr(old_misp, "deleted", False)
    status = 404
    if "/events/delete/" in handler.path:
        old_misp.deleted, status = True, 200  # type: ignore[attr-defined]
    elif "/events/view/" in handler.path and not deleted:
        status = 200
    handler.send_response(status)
    body = json.dumps({"message": TITLE}).encode()
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def sent_to(seed: Seed, event: Event, url: str) -> None:
    server = Server.objects.create(
        name="Grannhubben",
        url=url,
        org=seed.hub,
        remote_org=seed.org_c,
        priority=1,
        encrypted_key=KEYS.encrypt("x" * 40),
    )
    Delivery.objects.create(
        kind=EntryKind.CONNECTION,
        receiver_id=server.pk,
        receiver_name=server.name,
        event_id=event.pk,
        event_uuid=event.uuid,
        version=event.publish_timestamp,
        state=DeliveryState.SENT,
    )


def test_where_it_came_from_is_never_told_to_delete(seed: Seed, settings: Any) -> None:
    settings.VARDKASE_PRIVATE_NETWORKS = HERE
    event = publish(seed)
    with serving(old_misp) as peer:
        sent_to(seed, event, peer.url)
        Delivery.objects.update(state=DeliveryState.KNOWN)
        _declared(seed, event)
        Spill.objects.update(state=SpillState.DELETED)
        request_deletion(Spill.objects.get().pk)
        assert {path.split("/")[1] for _, path, _, _ in peer.requests} == {"spills"}
    assert Spill.objects.get().holders.get(kind=HolderKind.CONNECTION).answer == HolderAnswer.ASKED


def anywhere(*needles: str) -> dict[str, int]:
    """Tables of the database with one of the texts, by our own search."""
    found = {}
    tables = (
        cursor()
        .execute(
            "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = 'public' AND c.relkind = 'r'"
        )
        .fetchall()
    )
    for (table,) in tables:
        for needle in needles:
            row = (
                cursor()
                .execute(f'SELECT count(*) FROM "{table}" t WHERE strpos(t::text, %s) > 0', (needle,))
                .fetchone()
            )
            if row and row[0]:
                found[f"{table}: {needle}"] = row[0]
    return found


def text_of(client: Client, address: str) -> str:
    answer = client.get(address, follow=True)
    assert answer.status_code == 200, (address, answer.content.decode()[-3000:])
    return answer.content.decode()


def test_spill_is_deleted_everywhere_and_proved(seed: Seed, settings: Any, tmp_path: Path) -> None:
    settings.VARDKASE_PRIVATE_NETWORKS = HERE
    jurist = make_staff(seed, StaffRole.LEGAL_OFFICER, "jurist@hub.example")
    officer = make_staff(seed, StaffRole.MEMBERSHIP_OFFICER, "officer@hub.example")
    event = publish(seed)
    digest = Attribute.objects.get(type="attachment").data_sha256 or ""
    # Of another event: longer than a value of this one, and no remains of it.
    longer = {
        "info": "Annat",
        "distribution": "0",
        "Attribute": [{"type": "ip-dst", "value": "198.18.207.81"}],
    }
    assert call(seed.publisher.key, "POST", "/events/add", {"Event": longer})[0] == 200
    assert files.size(digest)
    with serving(old_misp) as peer:
        sent_to(seed, event, peer.url)
        _declared(seed, event)
        spill = Spill.objects.get()
        request_deletion(spill.pk)
        # Nobody may make a MISP delete alone: it is only told by mail yet.
        assert not [path for _, path, _, _ in peer.requests if "/events/delete/" in path]
        client = signed_in(jurist)
        _handled(client, spill)
        assert client.post(f"/spills/{spill.pk}/delete/", {"reason": WHY}).status_code == 302
        assert "Ett beslut väntar på en andra person" in text_of(client, f"/spills/{spill.pk}/")
        approved(officer)
        assert not Event.objects.filter(pk=event.pk).exists()
        search_remains(spill.pk)
        request_deletion(spill.pk)
    spill.refresh_from_db()
    assert (spill.state, spill.proof["left"], spill.needles) == (SpillState.DELETED, 0, "")
    assert spill.proof["texts"] >= 3
    assert anywhere(TITLE, VALUE, REPORT, "karta-over-omradet", "muskö-insats") == {}
    assert not files.size(digest)
    assert not EventVersion.objects.filter(event_uuid=spill.event_uuid).exists()
    there = spill.holders.get(kind=HolderKind.CONNECTION)
    assert (there.answer, there.note) == (HolderAnswer.DELETED, "events/delete 200, events/view 404")
    _closed(seed, client, spill)


def test_no_name_of_an_event_empties_what_is_about_others(seed: Seed) -> None:
    """Whoever wants entries about somebody gone names an event like them, and declares a spill."""
    admin, owner = seed.site_admin.user, seed.org_a
    change = {"role": ["Read Only", "admin"]}

    def noted() -> None:
        actor = console_actor(owner.pk, owner.name, "root")
        record(actor, IdentityAction.USER_EDITED, Target("user", admin.pk, title=admin.email), change)
        record(
            actor,
            IdentityAction.USER_EDITED,
            Target("organisation", owner.pk, owner.uuid, owner.name),
            change,
        )
        record(
            actor,
            IdentityAction.USER_EDITED,
            Target("approval_request", 1, title="muskö.navet.example"),
            change,
        )
        mail = SentMail(
            kind="x", subject=admin.email, text=f"Till {owner.name} {admin.email}", written_by="x"
        )
        mail.save()
        OutgoingMail.objects.create(recipient="kim@b.example", text=f"{admin.email} navet.example")

    noted()
    uuid = str(owner.uuid)
    attributes = [
        {"type": "domain", "value": "navet.example"},
        {"type": "domain", "value": "b.se", "uuid": uuid},
    ]
    document = {"info": admin.email, "distribution": "0", "Attribute": attributes}
    assert call(seed.publisher.key, "POST", "/events/add", {"Event": document})[0] == 200
    noted()
    let_spill_go(seed, "S-2026-00099")
    remove_everywhere(Event.objects.get(), "S-2026-00099")
    kept = AuditEntry.objects.filter(action=IdentityAction.USER_EDITED)
    assert [(entry.title, entry.change) for entry in kept.order_by("pk")] == [
        (admin.email, change),
        (owner.name, change),
        ("muskö.navet.example", change),
    ] * 2
    assert SentMail.objects.filter(subject=admin.email, text__contains=owner.name).count() == 2
    assert OutgoingMail.objects.filter(text__contains="navet.example").count() == 2
    assert not AuditEntry.objects.filter(target_kind="event", title=admin.email).exists()


def _declared(seed: Seed, event: Event) -> None:
    client = signed_in(seed.partner.user)
    assert "Anmäl misstänkt röjande" in text_of(client, f"/event/{event.pk}/")
    repeats = client.post(f"/event/{event.pk}/spill/", {"kind": "swedish", "reason": f"Om {TITLE}!"})
    assert (repeats.status_code, "Utelämna" in repeats.content.decode()) == (422, True)
    done = client.post(f"/event/{event.pk}/spill/", {"kind": "swedish", "reason": REASON}, follow=True)
    assert "i karantän" in done.content.decode()
    assert TITLE not in done.content.decode()
    for reader in (seed.partner, seed.publisher, seed.org_admin, seed.site_admin, seed.partner_sync):
        assert call(reader.key, "GET", f"/events/view/{event.pk}")[0] == 404
        found = call(reader.key, "POST", "/attributes/restSearch", {"value": VALUE})[1]
        assert found["response"]["Attribute"] == []
        assert call(reader.key, "POST", f"/events/edit/{event.pk}", {"Event": {"info": "x"}})[0] in (403, 404)
    # Again, and by those who cannot see it: nothing to find.
    assert (
        call(seed.partner.key, "POST", f"/spills/declare/{event.uuid}", {"kind": "eu", "reason": REASON})[0]
        == 404
    )


def _handled(client: Client, spill: Spill) -> None:
    page = text_of(client, f"/spills/{spill.pk}/")
    assert TITLE not in page
    assert "Organisation B" in page
    assert "Grannhubben" in page
    assert "Säkerhetspolisen" in page
    # Not before its ground and the report are on record.
    client.post(f"/spills/{spill.pk}/delete/", {"reason": WHY})
    assert Event.objects.filter(quarantined=True).exists()
    empty = client.post(f"/spills/{spill.pk}/reported/", {"reference": " "})
    assert empty.status_code == 422
    elsewhere = {"not_because": "Prov: uppenbart inte hemligt"}
    assert client.post(f"/spills/{spill.pk}/reported/", elsewhere).status_code == 302
    page = text_of(client, f"/spills/{spill.pk}/")
    assert "Att ingen anmälan görs härifrån till Säkerhetspolisen antecknades" in page
    assert "Anmälan till Säkerhetspolisen antecknades" not in page
    reported = {"at": "2026-01-05T09:00", "reference": "SÄPO 2026-17"}
    assert client.post(f"/spills/{spill.pk}/reported/", reported).status_code == 302
    ground = {"ground": "RA-MS 2026:99, gallring av röjda uppgifter"}
    assert client.post(f"/spills/{spill.pk}/ground/", ground).status_code == 302


def _closed(seed: Seed, client: Client, spill: Spill) -> None:
    admin = signed_in(seed.org_admin.user)
    shown = text_of(admin, f"/spills/{spill.pk}/status/")
    assert "Raderad här" in shown
    assert REASON not in shown
    own = spill.holders.get(organisation=seed.org_a, kind=HolderKind.ORGANISATION)
    other = spill.holders.get(organisation=seed.org_b, kind=HolderKind.ORGANISATION)
    assert admin.get(f"/spills/{spill.pk}/holders/{other.pk}/").status_code == 404
    assert admin.post(f"/spills/{spill.pk}/holders/{own.pk}/", {"answer": "deleted"}).status_code == 302
    assert "Alla som hade den har inte svarat" not in text_of(client, f"/spills/{spill.pk}/")
    client.post(f"/spills/{spill.pk}/close/", {"note": "Klart."})
    spill.refresh_from_db()
    assert spill.state == SpillState.DELETED
    for holder in spill.holders.filter(is_settled=False):
        address = f"/spills/{spill.pk}/holders/{holder.pk}/"
        assert client.post(address, {"answer": "nothing", "note": "Svar per telefon."}).status_code == 302
    client.post(f"/spills/{spill.pk}/close/", {"note": "Klart."})
    spill.refresh_from_db()
    assert spill.state == SpillState.CLOSED
    report = client.get(f"/spills/{spill.pk}/report.pdf")
    pages = PdfReader(io.BytesIO(report.content)).pages
    words = " ".join(page.extract_text() for page in pages)
    assert "SÄPO 2026-17" in words
    assert "Grannhubben" in words
    assert "Föreslogs av jurist@hub.example, godkändes av officer@hub.example" in " ".join(words.split())
    assert TITLE not in words
    assert VALUE not in words
    assert AuditEntry.objects.filter(action="spill.searched").exists()
