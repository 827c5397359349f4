"""Protected events: a peer changes them only with documents signed by one of their keys."""

from __future__ import annotations

import json
import re
import time
from base64 import b64decode, b64encode
from typing import Any
from uuid import uuid4

import pytest

from tests.api.calls import answer, call, send
from tests.factories import make_key, make_role, make_user
from tests.factories.seed import SYNC_USER, ApiUser, Seed
from vardkase.audit.models import AuditEntry
from vardkase.core.openpgp import is_signed_by, public_key, public_part, signature_of
from vardkase.core.openpgp.instance_key import SIGNING_KEY, signing_key
from vardkase.core.openpgp.new_key import new_secret_key
from vardkase.core.settings.models import SettingValue
from vardkase.intel.models import Event
from vardkase.intel.protection.models import CryptographicKey

PEER = {"User-Agent": "MISP 2.5.1 - #5afe7e03"}
UNSIGNED = "Protected event failed signature validation as no key was provided."
BADLY_SIGNED = "Protected event failed signature validation."
THEIR_KEY = new_secret_key("Their hub", 1_700_000_000)
OTHER_KEY = new_secret_key("Somebody else's hub", 1_700_000_000)
LATER = int(time.time()) + 3600


@pytest.fixture
def event(seed: Seed) -> Event:
    """An event of A, readable by everyone."""
    return made(seed.analyst, info="Watched", distribution=3)


@pytest.fixture
def sync(seed: Seed) -> ApiUser:
    """A sync user of A itself."""
    user = make_user(seed.org_a, make_role("Sync user", SYNC_USER), "sync@a.example")
    return ApiUser(user, make_key(user))


def made(api_user: ApiUser, **fields: Any) -> Event:
    document = {"Attribute": [{"type": "text", "value": "something"}], **fields}
    status, body = call(api_user.key, "POST", "/events/add", document)
    assert status == 200, body
    return Event.objects.get(pk=body["Event"]["id"])


def protect(seed: Seed, event: Event, *secrets: str) -> None:
    assert call(seed.analyst.key, "POST", f"/events/protect/{event.pk}")[0] == 200
    for secret in secrets:
        path = f"/cryptographicKeys/add/Event/{event.pk}"
        status, body = call(seed.analyst.key, "POST", path, {"type": "pgp", "key_data": public_part(secret)})
        assert status == 200, body


def document(**fields: Any) -> dict[str, Any]:
    attribute = {"uuid": str(uuid4()), "type": "text", "value": "from elsewhere"}
    return {
        "info": "From elsewhere",
        "distribution": 1,
        "protected": True,
        "Attribute": [attribute],
        **fields,
    }


def keys(*secrets: str, **fields: Any) -> list[dict[str, Any]]:
    return [{"type": "pgp", "key_data": public_part(secret), **fields} for secret in secrets]


def sent(
    api_user: ApiUser, path: str, body: dict[str, Any], secret: str | None = None, **headers: str
) -> tuple[int, Any]:
    """`body` as sent by a peer, signed with `secret`."""
    content = json.dumps({"Event": body}, indent=1).encode()
    if secret is not None:
        signature = signature_of([re.sub(rb"\s", b"", content)], secret)
        headers["X-Pgp-Signature"] = b64encode(signature).decode()
    response = send(api_user.key, "POST", path, content, headers=PEER | headers)
    return response.status_code, answer(response)


def received(api_user: ApiUser, **fields: Any) -> Event:
    """A protected event from another instance, with that instance's key."""
    body = document(CryptographicKey=keys(THEIR_KEY), locked=True, **fields)
    status, stored = sent(api_user, "/events/add", body, THEIR_KEY)
    assert status == 200, stored
    return Event.objects.get(pk=stored["Event"]["id"])


def test_creator_organisation_protects_its_event_and_manages_keys(seed: Seed, event: Event) -> None:
    status, body = call(seed.analyst.key, "POST", f"/events/protect/{event.uuid}")
    text, url = "Event switched to protected mode.", f"/events/protect/{event.pk}"
    assert (status, body) == (
        200, {"saved": True, "success": True, "name": text, "message": text, "url": url, "id": str(event.pk)}
    )  # fmt: skip
    armored = public_part(THEIR_KEY)
    path = f"/cryptographicKeys/add/Event/{event.pk}"
    status, body = call(
        seed.analyst.key, "POST", path, {"CryptographicKey": {"type": "pgp", "key_data": armored}}
    )
    key = body["CryptographicKey"]
    assert (status, key["fingerprint"], key["revoked"]) == (200, public_key(armored).fingerprint, False)
    assert (key["type"], key["parent_type"], key["parent_id"]) == ("pgp", "Event", str(event.pk))
    assert call(seed.stranger.key, "GET", f"/cryptographicKeys/view/{key['uuid']}") == (200, body)
    assert call(seed.stranger.key, "GET", f"/cryptographicKeys/index/Event/{event.uuid}") == (200, [body])
    _, viewed = call(seed.stranger.key, "GET", f"/events/view/{event.pk}")
    assert (viewed["Event"]["protected"], viewed["Event"]["CryptographicKey"]) == (True, [key])
    assert call(seed.analyst.key, "POST", f"/cryptographicKeys/delete/{key['id']}")[0] == 200
    assert call(seed.analyst.key, "POST", f"/events/unprotect/{event.pk}")[1]["name"] == (
        "Event switched to unprotected mode."
    )
    _, viewed = call(seed.stranger.key, "GET", f"/events/view/{event.pk}")
    assert (viewed["Event"]["protected"], viewed["Event"]["CryptographicKey"]) == (False, [])
    acts = ["event.protected", "cryptographic_key.added", "cryptographic_key.deleted", "event.unprotected"]
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))[-4:] == acts


def test_invalid_public_keys_are_rejected(seed: Seed, event: Event) -> None:
    path = f"/cryptographicKeys/add/Event/{event.pk}"
    protect(seed, event, THEIR_KEY)
    for given, field in (
        ({}, "key_data"),
        ({"key_data": "nonsense"}, "key_data"),
        ({"key_data": THEIR_KEY}, "key_data"),
        ({"key_data": public_part(THEIR_KEY)}, "key_data"),
        ({"key_data": public_part(OTHER_KEY), "type": "x509"}, "type"),
    ):
        status, body = call(seed.analyst.key, "POST", path, given)
        assert (status, list(body["errors"])) == (403, [field]), given
    assert call(seed.analyst.key, "POST", "/cryptographicKeys/add/Galaxy/1", {"key_data": "x"})[0] == 404
    assert CryptographicKey.objects.count() == 1


def test_other_organisations_cannot_protect_or_manage_keys(seed: Seed, event: Event) -> None:
    protect(seed, event, THEIR_KEY)
    key = CryptographicKey.objects.get()
    hidden = made(seed.analyst, info="Hidden", distribution=0)
    for api_user in (seed.partner, seed.stranger, seed.reader):
        for path in ("events/unprotect/{e}", "events/protect/{e}", "cryptographicKeys/add/Event/{e}"):
            given = {"key_data": public_part(OTHER_KEY)}
            assert call(api_user.key, "POST", f"/{path.format(e=event.pk)}", given)[0] == 403
        assert call(api_user.key, "POST", f"/cryptographicKeys/delete/{key.pk}")[0] == 403
    assert call(seed.stranger.key, "POST", f"/events/protect/{hidden.pk}")[0] == 404
    CryptographicKey.objects.update(event=hidden)
    for path in (f"view/{key.pk}", f"view/{key.uuid}", f"index/Event/{hidden.pk}", "view/99999999"):
        assert call(seed.stranger.key, "GET", f"/cryptographicKeys/{path}")[0] == 404
    event.refresh_from_db()
    assert (event.protected, CryptographicKey.objects.count()) == (True, 1)


def test_event_is_sent_to_peers_signed_by_the_hub(seed: Seed, event: Event) -> None:
    protect(seed, event, signing_key())
    response = send(
        seed.partner_sync.key, "GET", f"/events/view/{event.uuid}/deleted[]:0/deleted[]:1", headers=PEER
    )
    content = response.getvalue()
    signature = b64decode(response["X-PGP-Signature"])
    own = send(seed.analyst.key, "GET", "/users/getGpgPublicKey")
    armored = own.content.decode()
    assert (
        json.loads(content)["Event"]["CryptographicKey"][0]["fingerprint"] == public_key(armored).fingerprint
    )
    assert is_signed_by([armored], signature, re.sub(rb"\s", b"", content))
    browser = send(seed.partner_sync.key, "GET", f"/events/view/{event.uuid}", headers={"User-Agent": "curl"})
    assert "X-PGP-Signature" not in browser


@pytest.mark.parametrize("held", ["none", "theirs", "ours", "both", "revoked"])
def test_misp_clients_get_a_signature_whatever_keys_the_event_has(
    seed: Seed, event: Event, held: str
) -> None:
    held_keys = {"none": (), "theirs": (THEIR_KEY,), "both": (THEIR_KEY, signing_key())}
    protect(seed, event, *held_keys.get(held, (signing_key(),)))
    if held == "revoked":
        CryptographicKey.objects.update(revoked=True)
    armored = send(seed.analyst.key, "GET", "/users/getGpgPublicKey").content.decode()
    for agent in ("PyMISP 2.5.1 - Python 3.13", "MISP 2.5.1 - #abc"):
        found = send(seed.analyst.key, "GET", f"/events/view/{event.uuid}", headers={"User-Agent": agent})
        content = re.sub(rb"\s", b"", found.getvalue())
        assert is_signed_by([armored], b64decode(found["X-PGP-Signature"]), content)


def test_unsignable_events_are_hidden_from_peers(seed: Seed, event: Event) -> None:
    signed, revoked, bare = (
        made(seed.analyst, info=info, distribution=3) for info in ("signed", "revoked", "bare")
    )
    protect(seed, event, THEIR_KEY)
    protect(seed, signed, THEIR_KEY, signing_key())
    protect(seed, revoked, signing_key())
    protect(seed, bare)
    CryptographicKey.objects.filter(event=revoked).update(revoked=True)
    Event.objects.update(published=True)
    for body, shown in (({"minimal": 1}, {signed.pk}), ({}, {event.pk, signed.pk, revoked.pk, bare.pk})):
        _, rows = call(seed.partner_sync.key, "POST", "/events/index", body, headers=PEER)
        assert {int(row["id"]) for row in rows} == shown
    _, rows = call(seed.partner.key, "POST", "/events/index", {"minimal": 1})
    assert len(rows) == 4
    for each, status in ((event, 404), (revoked, 404), (bare, 404), (signed, 200)):
        found = send(seed.partner_sync.key, "GET", f"/events/view/{each.uuid}", headers=PEER)
        assert (found.status_code, "X-PGP-Signature" in found) == (status, status == 200)
        list(found)
        assert (
            send(seed.partner_sync.key, "HEAD", f"/events/view/{each.uuid}", headers=PEER).status_code == 200
        )


def test_protected_event_signed_by_its_own_key_is_accepted(seed: Seed) -> None:
    stored = received(seed.partner_sync)
    assert (stored.protected, stored.locked) == (True, True)
    assert CryptographicKey.objects.get().fingerprint == public_key(public_part(THEIR_KEY)).fingerprint


@pytest.mark.parametrize(
    ("listed", "signed_by", "headers", "reason"),
    [
        (keys(THEIR_KEY), None, {}, UNSIGNED),
        (keys(THEIR_KEY), None, {"X-Pgp-Signature": "AAAA"}, BADLY_SIGNED),
        (keys(THEIR_KEY), None, {"X-Pgp-Signature": "no base64!"}, BADLY_SIGNED),
        (keys(THEIR_KEY), OTHER_KEY, {}, BADLY_SIGNED),
        (keys(THEIR_KEY, revoked=True), THEIR_KEY, {}, BADLY_SIGNED),
        ([], THEIR_KEY, {}, BADLY_SIGNED),
        (None, THEIR_KEY, {}, BADLY_SIGNED),
        (["nonsense", {"key_data": {}}], THEIR_KEY, {}, BADLY_SIGNED),
    ],
)
def test_protected_event_with_an_invalid_signature_is_refused(
    seed: Seed, listed: Any, signed_by: str | None, headers: dict[str, str], reason: str
) -> None:
    body = document(CryptographicKey=listed)
    status, refused = sent(seed.partner_sync, "/events/add/metadata:1", body, signed_by, **headers)
    assert (status, refused["message"]) == (405, reason)
    assert not Event.objects.exists()


def test_change_must_be_signed_by_a_stored_key(seed: Seed) -> None:
    event = received(seed.partner_sync)
    path = f"/events/edit/{event.uuid}"
    change = document(info="Changed", timestamp=LATER, CryptographicKey=keys(THEIR_KEY))
    forged = {**change, "CryptographicKey": keys(OTHER_KEY)}
    for body, secret, reason in (
        (change, None, UNSIGNED),
        (change, OTHER_KEY, BADLY_SIGNED),
        (forged, OTHER_KEY, BADLY_SIGNED),
        ({**change, "protected": False}, None, UNSIGNED),
        ({**change, "timestamp": 1}, None, UNSIGNED),
    ):
        status, refused = sent(seed.partner_sync, path, body, secret)
        assert (status, refused["message"]) == (405, reason)
    event.refresh_from_db()
    assert event.info == "From elsewhere"
    status, stored = sent(seed.partner_sync, path, change, THEIR_KEY)
    assert (status, stored["Event"]["info"], stored["Event"]["protected"]) == (200, "Changed", True)


def test_signature_of_another_document_is_refused(seed: Seed) -> None:
    body = document(CryptographicKey=keys(THEIR_KEY))
    other = json.dumps({"Event": {**body, "info": "Another"}}).encode()
    signature = b64encode(signature_of([re.sub(rb"\s", b"", other)], THEIR_KEY)).decode()
    status, refused = sent(seed.partner_sync, "/events/add", body, **{"X-Pgp-Signature": signature})
    assert (status, refused["message"]) == (405, BADLY_SIGNED)


def test_signed_change_replaces_the_keys(seed: Seed) -> None:
    event = received(seed.partner_sync)
    path = f"/events/edit/{event.uuid}"
    both = [*keys(THEIR_KEY), *keys(OTHER_KEY)]
    assert (
        sent(seed.partner_sync, path, document(timestamp=LATER, CryptographicKey=both), THEIR_KEY)[0] == 200
    )
    revoking = [*keys(THEIR_KEY, revoked=True), *keys(OTHER_KEY)]
    body = document(timestamp=LATER + 1, CryptographicKey=revoking)
    assert sent(seed.partner_sync, path, body, OTHER_KEY)[0] == 200
    assert sent(seed.partner_sync, path, document(timestamp=LATER + 2), THEIR_KEY)[0] == 405
    body = document(timestamp=LATER + 3, CryptographicKey=keys(OTHER_KEY))
    assert sent(seed.partner_sync, path, body, OTHER_KEY)[0] == 200
    assert list(CryptographicKey.objects.values_list("fingerprint", flat=True)) == [
        public_key(public_part(OTHER_KEY)).fingerprint
    ]


def test_sync_key_cannot_bypass_the_signature(seed: Seed, event: Event, sync: ApiUser) -> None:
    """Not even in the organisation that created the event: a machine needs signed documents."""
    protect(seed, event, THEIR_KEY)
    attribute = event.attributes.get()
    key = CryptographicKey.objects.get()
    ways: list[tuple[str, Any]] = [
        (f"events/unprotect/{event.pk}", {}),
        (f"events/delete/{event.pk}", {}),
        (f"events/addTag/{event.pk}", {"tag": "tlp:clear"}),
        (f"events/toggleCorrelation/{event.pk}", {}),
        (f"attributes/add/{event.pk}", {"type": "text", "value": "slipped in"}),
        (f"attributes/edit/{attribute.pk}", {"comment": "slipped in"}),
        (f"attributes/delete/{attribute.pk}", {}),
        (f"attributes/addTag/{attribute.pk}", {"tag": "tlp:clear"}),
        (f"objects/add/{event.pk}", {"name": "file", "Attribute": [{"type": "md5", "value": "0" * 32}]}),
        (f"eventReports/add/{event.pk}", {"name": "r", "content": "slipped in"}),
        (f"cryptographicKeys/add/Event/{event.pk}", {"key_data": public_part(OTHER_KEY)}),
        (f"cryptographicKeys/delete/{key.pk}", {}),
        (f"events/edit/{event.pk}", {"info": "slipped in"}),
    ]
    before = Event.objects.values().get(pk=event.pk)
    for path, body in ways:
        status, refused = call(sync.key, "POST", f"/{path}", body)
        assert status in (403, 405) or refused["saved"] is False, (path, refused)
    assert Event.objects.values().get(pk=event.pk) == before
    _, viewed = call(seed.analyst.key, "GET", f"/events/view/{event.pk}")
    assert "slipped in" not in json.dumps(viewed)


def test_users_of_the_creator_organisation_change_the_event_unsigned(seed: Seed, event: Event) -> None:
    protect(seed, event, THEIR_KEY)
    assert call(seed.colleague.key, "POST", f"/events/edit/{event.pk}", {"info": "Better"})[0] == 200
    assert call(seed.site_admin.key, "POST", f"/events/edit/{event.pk}", {"info": "Best"})[0] == 200
    assert CryptographicKey.objects.count() == 1


def test_deleting_the_event_deletes_its_keys(seed: Seed, event: Event) -> None:
    protect(seed, event, THEIR_KEY)
    assert call(seed.analyst.key, "POST", f"/events/delete/{event.pk}")[0] == 200
    assert not CryptographicKey.objects.exists()


def test_hub_key_is_generated_once_stored_encrypted_and_signs_on_request(seed: Seed) -> None:
    assert call(seed.reader.key, "GET", "/users/getGpgPublicKey")[0] == 404
    made(seed.analyst, info="Protected")
    protect(seed, Event.objects.get())
    first = send(seed.reader.key, "GET", "/users/getGpgPublicKey").content.decode()
    assert first == send(seed.stranger.key, "GET", "/users/getGpgPublicKey").content.decode()
    stored = SettingValue.objects.get(name=SIGNING_KEY.name).value
    assert "PRIVATE KEY" in SIGNING_KEY.value
    assert "PRIVATE KEY" not in json.dumps(stored)
    signed = send(seed.site_admin.key, "POST", "/cryptographicKeys/serverSign", "a blob å")
    assert signed.content.startswith(b"-----BEGIN PGP SIGNATURE-----")
    assert is_signed_by([first], signed.content, "a blob å".encode())
    raw = send(
        seed.site_admin.key, "POST", "/cryptographicKeys/serverSign", b"raw", content_type="text/plain"
    )
    assert is_signed_by([first], raw.content, b"raw")
    assert call(seed.org_admin.key, "POST", "/cryptographicKeys/serverSign", "a blob")[0] == 403


def test_site_administrator_imports_an_existing_signing_key(seed: Seed) -> None:
    path = f"/servers/serverSettingsEdit/{SIGNING_KEY.name}"
    assert call(seed.site_admin.key, "POST", path, {"value": "nonsense"})[0] == 403
    assert call(seed.site_admin.key, "POST", path, {"value": public_part(THEIR_KEY)})[0] == 403
    assert call(seed.site_admin.key, "POST", path, {"value": THEIR_KEY})[0] == 200
    armored = send(seed.reader.key, "GET", "/users/getGpgPublicKey").content.decode()
    assert public_key(armored) == public_key(public_part(THEIR_KEY))
