"""Nobody else publishes as the organisation, what is its author's alone stays out, and a small set grows."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import override_settings
from pyrage.x25519 import Identity

from tests.api.calls import call
from tests.factories import make_organisations, make_role, make_user
from tests.factories.seed import PUBLISHER, Seed
from tests.hub.anonymous_publication.test_story import (
    BASE,
    PASTED,
    act,
    in_english,
    officers_keys,
    published,
    submitted,
    turn_on,
)
from vardkase.hub.anonymity.anonymity_set import anonymity_set
from vardkase.hub.anonymous_publication import carrying_out, organisation, slots
from vardkase.hub.anonymous_publication.authoring import draft_of
from vardkase.hub.anonymous_publication.organisation import NAME, organisation_uuid
from vardkase.hub.anonymous_publication.rounds import hold_round
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.models import Event

__all__ = ["officers_keys"]

pytestmark = pytest.mark.usefixtures("password_is_enough")


def test_nobody_else_publishes_as_the_organisation(seed: Seed, officers_keys: list[Identity]) -> None:
    submitted(in_english(seed), consents="on")
    hold_round()
    named = {"uuid": str(organisation_uuid()), "name": "Region Solvik"}
    for who in (seed.partner_sync, seed.site_admin):
        document = {"info": "Not of the hub", "distribution": "1", "uuid": str(uuid4()), "Orgc": named}
        assert call(who.key, "POST", "/events/add", {"Event": document})[0] != 200
    assert Event.objects.filter(orgc__uuid=organisation_uuid()).count() == 1
    # Nor does one administrator make it something else.
    row, key = Organisation.objects.get(uuid=organisation_uuid()), seed.site_admin.key
    renamed = call(key, "POST", f"/admin/organisations/edit/{row.pk}", {"name": "Myndigheten X"})
    account = {"email": "spook@anon.example", "org_id": row.pk, "role_id": seed.reader.user.role_id}
    assert (renamed[0], call(key, "POST", "/admin/users/add", account)[0]) == (403, 403)
    row.refresh_from_db()
    assert row.name == NAME


def test_a_withdrawal_survives_faults_and_another_seed(seed: Seed, officers_keys: list[Identity]) -> None:
    browser = in_english(seed)
    code = submitted(browser, consents="on")
    hold_round()
    known_as = published().orgc.uuid
    assert act(browser, code, "withdraw") == 200
    slots.write_slot()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(carrying_out, "_own", _fail)
        hold_round()
    assert "A withdrawal waits" in browser.post(f"{BASE}own/", {"code": code}).content.decode()
    # As where the hub is restored without its secrets.
    with override_settings(INSTANCE_UUID_SEED="another"):
        organisation._stored.cache_clear()
        assert organisation_uuid() == known_as
        hold_round()
    assert not Event.objects.filter(orgc__uuid=known_as).exists()
    assert Organisation.objects.filter(name__startswith=NAME).count() == 1


def _fail(*_arguments: Any) -> None:
    raise RuntimeError


def test_words_of_own_templates_are_left_out(seed: Seed) -> None:
    note = {"note": "x", "Orgc": "somebody"}
    tool: dict[str, Any] = {
        "name": "norrtool",
        "template_uuid": str(uuid4()),
        "description": "Of Norrvik",
        "Note": [note],
        "Attribute": [{"type": "domain", "value": "a.example", "object_relation": "norrfield"}],
    }
    draft = draft_of(seed.publisher.actor, {"info": "Phishing", "Object": [tool]}, 1)
    written = json.dumps(draft.document)
    assert [word for word in ("norr", "Norrvik", tool["template_uuid"], '"x"') if word in written] == []
    assert (draft.left_out["own_template"], draft.left_out["of_others"]) == (3, 1)  # type: ignore[index]


def test_waits_until_members_have_joined(seed: Seed, officers_keys: list[Identity]) -> None:
    turn_on(smallest=anonymity_set(PASTED).count + 1)
    submitted(in_english(seed))
    assert hold_round() == 0
    (joined,) = make_organisations("Another member")
    make_user(joined, make_role("Another publisher", PUBLISHER), "analyst@another.example")
    assert hold_round() == 1
