"""Nobody changes another organisation's data, whether they name it by id or by uuid."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.api.calls import call, send
from tests.factories import make_key, make_role, make_user
from tests.factories.foreign_event import ForeignEvent, everything, foreign_event, make_object
from tests.factories.seed import READ_ONLY, ApiUser, Seed
from vardkase.api.dispatch import declared_permissions
from vardkase.identity.access.permissions import Permission
from vardkase.intel.models import (
    Event,
)
from vardkase.knowledge.taxonomies.models import Tag

pytestmark = pytest.mark.django_db


def attempts(it: ForeignEvent) -> list[tuple[str, Any]]:
    """Every way to change something in an event: path and body, by id and by uuid."""
    found: list[tuple[str, Any]] = []
    for event in (it.event.pk, it.event.uuid):
        found += [
            (f"/events/edit/{event}", {"info": "mine now"}),
            (
                f"/events/edit/{event}",
                {"Attribute": [{"uuid": str(it.attribute.uuid), "comment": "mine now"}]},
            ),
            (f"/events/edit/{event}", {"Object": [{"uuid": str(it.object.uuid), "deleted": True}]}),
            (f"/events/edit/{event}", {"orgc_id": "4", "Orgc": {"uuid": str(uuid4()), "name": "Mine"}}),
            (f"/events/delete/{event}", {}),
            ("/events/delete", {"id": [str(event)]}),
            (f"/events/publish/{event}", {}),
            (f"/events/alert/{event}", {}),
            (f"/events/unpublish/{event}", {}),
            (f"/events/addTag/{event}", {"tag": "tlp:green"}),
            (f"/events/removeTag/{event}", {"tag": "tlp:white"}),
            (f"/attributes/add/{event}", {"type": "domain", "value": "mine.example"}),
            (f"/objects/add/{event}", make_object()),
        ]
    for attribute in (it.attribute, it.deleted, it.inside):
        for reference in (attribute.pk, attribute.uuid):
            found += [
                (f"/attributes/edit/{reference}", {"comment": "mine now"}),
                (f"/attributes/edit/{reference}", {"deleted": False}),
                (f"/attributes/delete/{reference}", {}),
                (f"/attributes/delete/{reference}/1", {}),
                (f"/attributes/restore/{reference}", {}),
                (f"/attributes/addTag/{reference}", {"tag": "tlp:green"}),
                (f"/attributes/removeTag/{reference}", {"tag": "tlp:white"}),
            ]
    for reference in (it.object.pk, it.object.uuid):
        found += [
            (f"/objects/edit/{reference}", {"comment": "mine now"}),
            (f"/objects/edit/{reference}", {"deleted": True}),
            (f"/objects/delete/{reference}", {}),
            (f"/objects/delete/{reference}/1", {}),
            (
                f"/object_references/add/{reference}",
                {"referenced_uuid": str(it.inside.uuid), "relationship_type": "mine"},
            ),
        ]
    for part in (it.event, it.attribute, it.deleted, it.inside):
        found += [
            ("/tags/attachTagToObject", {"uuid": str(part.uuid), "tag": "tlp:green"}),
            ("/tags/attachTagToObject", {"uuid": str(part.uuid), "tag": "tlp:green", "local": True}),
            ("/tags/removeTagFromObject", {"uuid": str(part.uuid), "tag": "tlp:white"}),
        ]
    found += [
        (f"/object_references/delete/{it.reference.pk}", {}),
        (f"/object_references/delete/{it.reference.uuid}/1", {}),
    ]
    return found


def refused(status: int, body: Any) -> bool:
    """The older tagging endpoints refuse with 200 and ``saved: false``."""
    return status in (403, 404, 405) or (status == 200 and body.get("saved") is False)


def _assert_all_refused(api_user: ApiUser, it: ForeignEvent) -> None:
    before = everything()
    for path, body in attempts(it):
        status, answer = call(api_user.key, "POST", path, body)
        assert refused(status, answer), (path, body, status, answer)
        assert everything() == before, (path, body)


@pytest.fixture
def tags(db: None) -> None:
    for name in ("tlp:white", "tlp:green"):
        Tag.objects.get_or_create(name=name)


def test_each_attempt_works_for_the_owner(seed: Seed, tags: None) -> None:
    """Without this the tests below could pass because an attempt has no effect for anyone."""
    routes = [_route(path) for path, _ in attempts(foreign_event(seed.org_admin))]
    effective: set[str] = set()
    for number, route in enumerate(routes):
        if route in effective:
            continue
        it = foreign_event(seed.org_admin)
        Event.objects.filter(pk=it.event.pk).update(published=route == "events/unpublish")
        before = everything()
        send(seed.org_admin.key, "POST", *attempts(it)[number])
        effective |= {route} if everything() != before else set()
    assert set(routes) == effective
    assert len(effective) > 15


def _route(path: str) -> str:
    return "/".join(path.split("/")[1:3])


@pytest.mark.parametrize("distribution", [0, 3])
@pytest.mark.parametrize("who", ["stranger", "partner", "partner_sync"])
def test_other_organisations_change_nothing(who: str, distribution: int, seed: Seed, tags: None) -> None:
    _assert_all_refused(
        getattr(seed, who), foreign_event(seed.org_admin, distribution=distribution, published=True)
    )


def test_administrator_of_another_organisation_changes_nothing(seed: Seed, tags: None) -> None:
    it = foreign_event(seed.org_admin, distribution=3, published=True)
    admin = make_user(seed.org_c, seed.org_admin.user.role)
    _assert_all_refused(ApiUser(admin, make_key(admin)), it)


def test_read_only_roles_and_keys_change_nothing_of_their_own(seed: Seed, tags: None) -> None:
    it = foreign_event(seed.org_admin)
    _assert_all_refused(seed.reader, it)
    read_only = ApiUser(seed.org_admin.user, make_key(seed.org_admin.user, read_only=True))
    _assert_all_refused(read_only, it)


def test_read_only_key_is_refused_by_every_writing_endpoint(seed: Seed) -> None:
    key = make_key(seed.site_admin.user, read_only=True)
    for endpoint in declared_permissions():
        if endpoint.writes:
            status, body = call(key, "POST", f"/{endpoint.name}/1", {})
            assert status == 403, (endpoint.name, body)


def test_user_without_modify_org_cannot_change_a_colleagues_event(seed: Seed, tags: None) -> None:
    role = make_role("Only mine", READ_ONLY | {Permission.ADD, Permission.MODIFY})
    user = make_user(seed.org_a, role)
    _assert_all_refused(ApiUser(user, make_key(user)), foreign_event(seed.org_admin))
