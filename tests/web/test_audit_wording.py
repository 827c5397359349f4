"""The audit log in words: every action has a sentence, and details show no raw field names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

import vardkase
from tests.factories import make_event, make_role, make_user
from tests.factories.seed import Seed
from tests.web.accounts import signed_in
from vardkase.audit.actions import AuditAction
from vardkase.audit.models import AuditEntry
from vardkase.audit.services import Target, record
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.services.recovery import reset_password
from vardkase.identity.accounts.staff import StaffRole
from vardkase.web.audit.details import details
from vardkase.web.audit.labels import NOUNS, act

SOURCE = Path(vardkase.__file__).parent


def test_every_declared_action_is_recorded_somewhere() -> None:
    code = "\n".join(path.read_text() for path in SOURCE.rglob("*.py") if "actions" not in path.name)
    by_name = {
        f"{kind}_{verb}"
        for kind in ("NOTE", "OPINION", "RELATIONSHIP")
        for verb in ("ADDED", "DELETED", "EDITED")
    }
    for enum in AuditAction.__subclasses__():
        unused = [each.name for each in enum if f"{enum.__name__}.{each.name}" not in code]
        assert set(unused) <= by_name


def test_every_action_has_sentence_in_both_languages_and_noun() -> None:
    for enum in AuditAction.__subclasses__():
        for action in enum:
            with override("en"):
                english = str(action.text)
            with override("sv"):
                assert str(action.text) not in ("", english), action
            assert action.partition(".")[0] in NOUNS, action


@pytest.mark.parametrize(
    ("action", "change", "swedish"),
    [
        ("organisation.created", {}, "Organisationen skapades"),
        ("attribute.added", {"count": 1}, "Attributet lades till"),
        ("attribute.added", {"count": 12}, "Attribut lades till"),
        ("object.deleted", {"hard": True}, "Objektet togs bort"),
        ("object_reference.added", {}, "Relationen lades till"),
        ("future.happened", {}, "future.happened"),
    ],
)
def test_sentence_in_swedish(action: str, change: dict[str, Any], swedish: str) -> None:
    with override("sv"):
        assert act(AuditEntry(action=action, change=change)) == swedish


@pytest.mark.parametrize(
    ("change", "swedish"),
    [
        ({"count": 12, "attributes": [1, 2], "to_ids": True}, "Antal: 12; För detektering: Ja"),
        ({"hard": True}, "för alltid"),
        ({"hard": False}, "går att återställa"),
        ({"tag": "tlp:red", "local": True}, "Tagg: tlp:red; lokal"),
        ({"tag": "tlp:red", "local": False}, "Tagg: tlp:red"),
        (
            {"role": ["User", "Admin"], "fields": ["role_id"], "password": False},
            "Roll: User → Admin; Fält: Roll",
        ),
        ({"distribution": 0, "count": 1}, "Räckvidd: Bara vi"),
        ({"permissions": [["perm_add"], ["perm_add", "perm_publish"]]}, "givna: Publicera"),
        ({"unheard_of": {"a": 1}}, 'unheard_of: {"a": 1}'),
        ({"expiration": 1_827_532_800}, "Går ut: 29 november 2027"),
        (
            {"action": "sign_in_minimum.change", "digest": "e3a0e47d420a709a87bcda"},
            "Godkännande av: Ändra minimikraven för inloggning; SHA-256: e3a0e47d420a…",
        ),
        ({"item": "networks"}, "Punkt på checklistan: Användarnas nät är registrerade"),
        ({"reason": "source"}, "Varför: varken från ett registrerat nät eller med klientcertifikat"),
        ({}, ""),
    ],
)
def test_details_in_swedish(change: dict[str, Any], swedish: str) -> None:
    with override("sv"):
        assert details(change) == swedish


def test_event_and_account_pages_show_their_history(seed: Seed, password_is_enough: None) -> None:
    event = make_event(seed.org_a)
    event.save()
    target = Target("event", event.pk, event.uuid, event.info)
    record(
        seed.analyst.actor, "attribute.deleted", target, {"hard": False, "count": 3, "attributes": [1, 2, 3]}
    )
    record(seed.analyst.actor, "tag.attached", target, {"tag": "weather:rain", "local": True})
    reset_password(seed.org_admin.actor, seed.analyst.user)
    client = signed_in(seed.org_admin.user)
    history = client.get(reverse("event_history", args=[event.pk]), headers={"accept-language": "en"})
    for words in ("Attributes were deleted", "can be restored; How many: 3", "The tag was added", "weather"):
        assert words in history.content.decode()
    account = client.get(reverse("user", args=[seed.analyst.user.pk]), headers={"accept-language": "en"})
    assert "The account was given a one-time password" in account.content.decode()


def test_auditor_sees_actor_on_narrow_page(seed: Seed, password_is_enough: None) -> None:
    record(seed.stranger.actor, "auth_key.created", Target("auth_key", 1, None, "abcd…efgh"), {})
    auditor = make_user(seed.hub, make_role("Auditor", [Permission.AUDIT]), "revision@hub.example")
    User.objects.filter(pk=auditor.pk).update(staff_roles=[StaffRole.AUDITOR])
    shown = signed_in(auditor).get(reverse("audit"), headers={"accept-language": "en"}).content.decode()
    assert "Actions by people and systems on the hub" in shown
    narrow = shown.split('class="only-phone')[1].split("</span>")[0]
    assert seed.stranger.user.email in narrow


def test_error_pages_have_navigation_when_signed_in(seed: Seed, password_is_enough: None) -> None:
    for path, status in (("/event/9999999/", 404), (reverse("schedules"), 403)):
        answer = signed_in(seed.reader.user).get(path)
        assert answer.status_code == status
        shown = answer.content.decode()
        assert 'class="sidebar' in shown
        assert seed.reader.user.email in shown
    unknown = Client().get("/no-such-page/")
    assert (unknown.status_code, 'class="sidebar' in unknown.content.decode()) == (404, False)
