"""Two hubs keep each other's signed checkpoints: what is rewritten or restored at one is found by the other."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from tests.audit.test_audit_command import run
from tests.audit.test_tampering import write
from tests.factories.memberships import staff_of
from tests.factories.seed import ApiUser, Seed
from tests.web.signed_in import signed_in
from vardkase.audit.actions import LogAction
from vardkase.audit.chain.checkpoints import close_log
from vardkase.audit.chain.digests import canonical, utc
from vardkase.audit.chain.keys import fingerprint_of, own_public_key
from vardkase.audit.chain.models import AuditDelivery, HeldCheckpoint, HeldKey
from vardkase.audit.models import AuditEntry
from vardkase.core.instance import instance_uuid
from vardkase.exchange.http import Reply
from vardkase.hub.audit_log import holding
from vardkase.hub.audit_log.delivering import deliver_checkpoints
from vardkase.hub.office.audit_log_tasks import audit_tasks

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}


class OtherHub:
    """Another hub, as far as this one knows it: its key, and what it signs."""

    def __init__(self, organisation: int) -> None:
        self.uuid, self.organisation = uuid4(), organisation
        self.rotate()

    def rotate(self) -> None:
        self.private = Ed25519PrivateKey.generate()
        self.public = base64.b64encode(self.private.public_key().public_bytes_raw()).decode()

    def pin(self) -> None:
        pin(str(self.uuid), self.public, self.organisation)

    def signed(self, position: int, time: datetime | None = None, **members: Any) -> dict[str, Any]:
        statement = {"kind": "checkpoint", "hub": str(self.uuid), "position": position, "count": position}
        statement |= {"entry_id": position, "digest": f"{position:064x}", "time": utc(time or timezone.now())}
        statement |= members
        signature = base64.b64encode(self.private.sign(canonical(statement))).decode()
        return {**statement, "key": fingerprint_of(self.public), "signature": signature}


def pin(hub: str, public_key: str, organisation: int) -> None:
    given = {"hub": hub, "name": "Region Norr", "organisation_id": organisation, "public_key": public_key}
    HeldKey.objects.create(**given, fingerprint=fingerprint_of(public_key), registered_by="per, johanna")


def post(sender: ApiUser, document: object) -> tuple[int, str]:
    headers = {"Authorization": sender.key, "Accept": "application/json"}
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    answer = Client().post(
        "/audit_checkpoints/add", data=body, content_type="application/json", headers=headers
    )
    return answer.status_code, answer.content.decode()


def over_the_wire() -> Callable[..., Reply]:
    """What the outgoing gateway would do: this hub's requests arrive at the other one, which is this one too."""

    def fetch(method: str, url: str, *, headers: Any, body: bytes | None = None, policy: Any) -> Reply:
        given = {"headers": headers, "content_type": "application/json"}
        path = urlsplit(url).path
        answer = (
            Client().get(path, headers=headers) if method == "GET" else Client().post(path, body, **given)
        )
        return Reply(answer.status_code, {}, url, answer.content)

    return fetch


def test_checkpoints_of_another_hub_are_kept(seed: Seed, password_is_enough: None) -> None:
    sync, other = seed.partner_sync, OtherHub(seed.partner_sync.user.org_id)
    first = other.signed(10, timezone.now() - timedelta(hours=3))
    assert post(sync, first)[0] == 403  # Nobody has registered its key.
    other.pin()
    assert post(seed.analyst, first)[0] == 403
    assert post(sync, first)[0] == 200
    assert post(sync, first)[0] == 200  # Delivered twice: held once.
    assert HeldCheckpoint.objects.count() == 1
    entries = AuditEntry.objects.filter(target_kind="audit_log").count()

    # What is not one is refused with its reason, and changes nothing.
    stranger = OtherHub(seed.org_a.pk)
    stranger.pin()
    for document, status, said in (
        (b"[" * 5_000, 400, "not a checkpoint"),
        ({**first, "position": -1}, 400, "not a checkpoint"),
        ({**first, "note": "x"}, 400, "not a checkpoint"),
        ({**first, "position": 11}, 400, "not signed by a key"),
        ({**first, "hub": str(stranger.uuid)}, 403, "No key of this hub"),
        (other.signed(12, timezone.now() + timedelta(days=2)), 400, "a day ahead"),
        ({**first, "time": "2026-11-30"}, 400, "not a time"),
    ):
        answered, body = post(sync, document)
        assert (answered // 100, said in body) == (4, True), (status, answered, body)
    assert HeldCheckpoint.objects.count() == 1
    assert AuditEntry.objects.filter(target_kind="audit_log").count() == entries  # Nor is receiving recorded.

    # A log that was rewritten, and one that was set back, contradict what is held; silence is seen as well.
    post(sync, other.signed(20, timezone.now() - timedelta(hours=2)))
    post(sync, other.signed(20, timezone.now() - timedelta(hours=1), digest="ab" * 32))
    post(sync, other.signed(15))
    assert list(HeldCheckpoint.objects.order_by("pk").values_list("warning", flat=True)) == [
        "",
        "",
        "different",
        "back",
    ]
    assert AuditEntry.objects.filter(action=LogAction.HELD_DIFFERS).count() == 2
    auditor = staff_of(seed, "revisor@hub.example", "auditor")
    assert str(other.uuid) in {task.reference for task in audit_tasks(auditor.actor)}

    # A replaced key counts for what was signed before.
    late = other.signed(14, timezone.now() - timedelta(minutes=90))
    leaked = other.signed(30, timezone.now() + timedelta(minutes=5))
    other.rotate()
    other.pin()
    assert post(sync, late)[0] == 200
    assert "replaced" in post(sync, leaked)[1]
    assert post(sync, other.signed(31))[0] == 200
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(holding, "MOST_A_DAY", 3)
        assert "in a day" in post(sync, other.signed(32))[1]

    # Pages for those who oversee the hub; what is held for the organisation that delivers it.
    client = signed_in(auditor)
    assert "Region Norr" in client.get(reverse("audit_held"), headers=ENGLISH).content.decode()
    page = reverse("audit_held_hub", args=[other.uuid])
    shown = client.get(page, {"only": "warnings"}, headers=ENGLISH).content.decode()
    assert "Another log at the same position" in shown
    as_file = client.get(page, {"format": "csv"}, headers=ENGLISH)
    assert b"ab" * 32 in b"".join(as_file.streaming_content)  # type: ignore[attr-defined]
    assert client.get(reverse("audit_held_hub", args=[uuid4()])).status_code == 404
    assert signed_in(seed.org_admin).get(page).status_code == 403
    asked = {"Authorization": sync.key, "Accept": "application/json"}
    path = f"/audit_checkpoints/index/{other.uuid}/limit:2/page:2"
    assert [row["position"] for row in Client().get(path, headers=asked).json()] == [20, 15]
    for nobody, hub in ((seed.org_admin, other.uuid), (sync, stranger.uuid)):
        headers = {"Authorization": nobody.key, "Accept": "application/json"}
        assert Client().get(f"/audit_checkpoints/index/{hub}", headers=headers).status_code == 404


def test_restored_older_database_is_caught_by_what_another_hub_holds(
    seed: Seed, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VARDKASE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr("vardkase.hub.audit_log.held_elsewhere.fetch", over_the_wire())
    settings.VARDKASE_AUDIT_HUB = "https://other.example/"
    settings.VARDKASE_AUDIT_HUB_KEY = seed.partner_sync.key
    AuditEntry.objects.all().delete()
    write(3)
    close_log()
    assert deliver_checkpoints() == 0
    assert "No key of this hub is registered" in AuditDelivery.objects.get().fault
    pin(instance_uuid(), own_public_key(), seed.partner_sync.user.org_id)
    assert deliver_checkpoints() == 1
    write(2)
    close_log()
    assert deliver_checkpoints() == 1
    found = json.loads(run("verify", "--from-hub", "--json"))
    assert (found["result"], found["not_held_by_other_hub"]) == ("intact", 0)
    kept = tmp_path / "held.jsonl"
    run("held", instance_uuid(), kept)
    assert len(kept.read_text().splitlines()) == 2
    older = transaction.savepoint_create()

    write(4)
    close_log()
    assert deliver_checkpoints() == 1
    newer = tmp_path / "newer.jsonl"
    run("held", instance_uuid(), newer)
    transaction.savepoint_rollback(older)  # Consistent in itself.
    run("verify")
    run("verify", "--held", kept)
    said = run("verify", "--held", newer, code=1)
    assert "restored to an older state" in said
    assert (
        "1 checkpoints that another hub holds are not in this database, between positions 10 and 10" in said
    )
    # And used since, past the position that the other hub knows.
    write(9, "Annat")
    close_log()
    said = run("verify", "--held", newer, code=1)
    assert "is not the one whose checkpoint" in said
    # One that is not there any more is counted.
    assert deliver_checkpoints() == 1
    HeldCheckpoint.objects.filter(position=5).delete()
    found = json.loads(run("verify", "--from-hub", "--json"))
    assert (found["intact"], found["not_held_by_other_hub"]) == (True, 1)
    settings.VARDKASE_AUDIT_HUB = ""
    run("verify", "--from-hub", code=1)
