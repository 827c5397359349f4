"""A member's administrators see what was done that concerns the member, by whoever did it, and nothing of others."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.audit.test_tampering import Somebody
from tests.factories.content_access import make_setup
from tests.factories.seed import Seed
from tests.hub.content_access.test_reads_are_recorded import as_if
from tests.web.accounts import signed_in
from vardkase.audit.models import AuditEntry
from vardkase.audit.services import Target, record
from vardkase.identity.accounts.models import User
from vardkase.identity.audit_actions import IdentityAction

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}


def test_member_sees_what_concerns_it(seed: Seed, password_is_enough: None) -> None:
    setup = make_setup(seed)
    ours, theirs = seed.analyst.user, setup.operator.user
    setup.granted()
    with as_if(granted=True):
        assert signed_in(setup.operator.user).get(reverse("event", args=[setup.event.pk])).status_code == 200
        _acted(ours, theirs, seed)
        rows = _rows(seed, {})
        assert [action for action, _, _ in rows] == [
            "role.edited",
            "organisation.networks_set",
            "auth_key.created",
            "user.edited",
            "event.read_under_grant",
        ]
        assert rows[2] == ("auth_key.created", "key 1", "Somebody of another organisation")
        # The number of the event, for whoever may not read it, and the name of who read.
        assert rows[4][1:] == (f"#{setup.event.pk}", AuditEntry.objects.get(action=rows[4][0]).actor_name)
        assert [row[0] for row in _rows(seed, {"kind": "auth_key"})] == ["auth_key.created"]
        assert _rows(seed, {"until": "2020-01-01"}) == []
        file = signed_in(seed.org_admin.user).get(
            reverse("audit_of_ours"), {"format": "csv"}, headers=ENGLISH
        )
        text = b"".join(file.streaming_content).decode()  # type: ignore[arg-type]
        assert "The API key was created" in text
        assert theirs.email not in text.replace(rows[4][2], "")
        assert "kim@example.org" not in text
    assert signed_in(seed.analyst.user).get(reverse("audit_of_ours")).status_code == 403


def _acted(ours: User, theirs: User, seed: Seed) -> None:
    """What somebody of an organisation that is neither ours nor the hub owner's did, to us and to others."""
    somebody = Somebody(organisation_id=seed.org_c.pk + 1000)
    for user, number in ((ours, 1), (theirs, 2)):
        about = Target("user", user.pk, title=user.email)
        record(somebody, IdentityAction.USER_EDITED, about, {"role": ["a", "b"]})
        record(somebody, IdentityAction.USER_EDITED, about, {"language": ["sv", "en"]})
        record(somebody, IdentityAction.USER_SIGNED_IN, about)
        key = Target("auth_key", number, title=f"key {number}")
        record(somebody, IdentityAction.AUTH_KEY_CREATED, key, {"user": user.email})
        place = Target("organisation", user.org_id)
        record(somebody, IdentityAction.ORGANISATION_NETWORKS_SET, place)
        role = Target("role", user.role_id)
        record(somebody, IdentityAction.ROLE_EDITED, role)


def _rows(seed: Seed, query: dict[str, str]) -> list[tuple[str, str, str]]:
    shown = signed_in(seed.org_admin.user).get(reverse("audit_of_ours"), query, headers=ENGLISH)
    assert shown.status_code == 200
    return [(entry.action, entry.title, who) for entry, who in shown.context["rows"]]
