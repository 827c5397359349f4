"""Merging two organisations, and the uuid for a new one."""

from __future__ import annotations

from uuid import UUID

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.api.calls import call
from tests.factories import (
    make_attribute,
    make_event,
    make_organisation,
    make_role,
    make_sharing_group,
    make_user,
)
from tests.factories.seed import Seed
from vardkase.audit.models import AuditEntry
from vardkase.core.settings.models import SettingValue
from vardkase.hub.membership.members.models import Membership
from vardkase.identity.organisations.models import Organisation, SharingGroupOrg
from vardkase.identity.organisations.services.merging import organisation_columns
from vardkase.identity.sign_in_policy.models import MailDomain
from vardkase.intel.event_delegations.models import EventDelegation
from vardkase.intel.models import Event
from vardkase.intel.sightings.models import Sighting
from vardkase.knowledge.object_templates.models import ObjectRelationship


def merge(key: str | None, source: Organisation, target: Organisation) -> tuple[int, dict[str, object]]:
    return call(key, "POST", f"/admin/organisations/merge/{source.pk}", {"target_id": target.pk})


def test_merge_moves_everything_to_target(seed: Seed) -> None:
    """B's users, events, groups and analyst data become A's and are seen as A's."""
    a, b = seed.org_a, seed.org_b
    event = make_event(b, info="Of B")
    event.save()
    pulled = make_event(seed.org_c, orgc=b)
    pulled.save()
    value = make_attribute(event)
    value.save()
    Sighting.objects.create(attribute=value, event=event, org=b, date_sighting=1)
    Event.objects.bulk_create(make_event(b) for _ in range(50))
    ObjectRelationship.objects.create(name="watches", org_id=b.pk)
    both = SharingGroupOrg.objects.get(sharing_group=seed.group, org=b)
    both.extend = True
    both.save()
    of_b = make_sharing_group(b, [b], name="B alone")
    EventDelegation.objects.create(event=event, org=a, requester_org=b, distribution=1)
    assert call(seed.analyst.key, "GET", f"/events/view/{event.pk}")[0] == 200, (
        "A was asked to take the event over"
    )
    secret = make_event(b, info="B's secret")
    secret.save()
    assert call(seed.analyst.key, "GET", f"/events/view/{secret.pk}")[0] == 404
    with CaptureQueriesContext(connection) as seen:
        status, body = merge(seed.site_admin.key, b, a)
    assert (status, body["message"], body["id"]) == (200, "Organisation merged", str(a.pk)), body
    assert len(seen) < 100, "one statement per column, none per row"
    assert not Organisation.objects.filter(pk=b.pk).exists()
    for table, column in organisation_columns():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table} WHERE {column} = %s", [b.pk])
            assert cursor.fetchone() == (0,), f"{table}.{column}"
    pulled.refresh_from_db()
    of_b.refresh_from_db()
    assert (pulled.org_id, pulled.orgc_id) == (seed.org_c.pk, a.pk)
    assert (of_b.org_id, of_b.organisation_uuid) == (a.pk, a.uuid)
    assert [(each.org_id, each.extend) for each in seed.group.members.all()] == [(a.pk, True)]
    assert not EventDelegation.objects.exists(), "a delegation to oneself is dropped"
    assert Sighting.objects.get().org_id == a.pk
    assert call(seed.analyst.key, "GET", f"/events/view/{secret.pk}")[1]["Event"]["Orgc"]["name"] == a.name
    assert call(seed.partner.key, "POST", f"/events/edit/{event.pk}", {"info": "Still mine"})[0] == 200
    entry = AuditEntry.objects.get(action="organisation.merged")
    assert (entry.title, entry.target_uuid, entry.change["into"]) == (b.name, b.uuid, a.pk)
    assert entry.change["moved"]["event.orgc_id"] == 53


def test_target_is_named_as_in_misps_form(seed: Seed) -> None:
    spare, other = (make_organisation(name) for name in ("Spare", "Remote"))
    Organisation.objects.filter(pk=other.pk).update(local=False)
    form = {"Organisation": {"targetType": 1, "orgsLocal": seed.org_a.pk, "orgsExternal": other.pk}}
    path = f"/admin/organisations/merge/{spare.uuid}"
    assert call(seed.site_admin.key, "POST", path, form)[1]["id"] == str(other.pk)
    assert (
        call(seed.site_admin.key, "POST", f"/admin/organisations/merge/{other.pk}/{seed.org_a.pk}")[0] == 200
    )


def test_refused_merge_changes_nothing(seed: Seed) -> None:
    remote = make_organisation("Remote")
    Organisation.objects.filter(pk=remote.pk).update(local=False)
    SettingValue.objects.create(name="MISP.host_org_id", value=seed.hub.pk)
    for source, target, field in (
        (seed.org_a, seed.org_a, "target_id"),
        (seed.hub, seed.org_a, "id"),
        (seed.org_a, remote, "target_id"),
    ):
        status, body = merge(seed.site_admin.key, source, target)
        assert (status, list(body["errors"])) == (403, [field])  # type: ignore[call-overload]
    assert call(seed.site_admin.key, "POST", f"/admin/organisations/merge/{seed.org_a.pk}", {})[0] == 404
    for key in (seed.org_admin.key, seed.analyst.key, seed.partner_sync.key, seed.reader.key, None):
        assert merge(key, seed.org_a, seed.org_b)[0] == 403
        assert call(key, "GET", "/admin/organisations/generateuuid")[0] == 403
    assert Organisation.objects.count() == 5
    assert seed.analyst.user.org_id == seed.org_a.pk
    assert not AuditEntry.objects.filter(action="organisation.merged").exists()


def test_conflicting_unique_rows_are_refused_by_name(seed: Seed) -> None:
    """In any package: here a mail domain of both, and a membership each."""
    spare = make_organisation("Spare")
    for organisation in (spare, seed.org_c):
        MailDomain.objects.create(org=organisation, domain="c.example", method="dns", asked=timezone.now())
        Membership.objects.create(organisation=organisation, sector="region", connection="web")
    status, body = merge(seed.site_admin.key, spare, seed.org_c)
    assert status == 403
    assert "mail domain" in str(body["errors"])
    assert "membership" in str(body["errors"])
    assert Membership.objects.filter(organisation=spare).exists()
    Membership.objects.filter(organisation=spare).delete()
    MailDomain.objects.filter(org=spare).update(domain="spare.example")
    assert merge(seed.site_admin.key, spare, seed.org_c)[0] == 200
    assert MailDomain.objects.filter(org=seed.org_c).count() == 2


def test_generated_uuids_differ(seed: Seed) -> None:
    first, second = (
        call(seed.site_admin.key, "GET", "/admin/organisations/generateuuid")[1]["uuid"] for _ in "ab"
    )
    assert UUID(first) != UUID(second)


def test_merged_user_keeps_role(seed: Seed) -> None:
    spare = make_organisation("Spare")
    person = make_user(spare, make_role("Reader", frozenset()), "somebody@spare.example")
    assert merge(seed.site_admin.key, spare, seed.org_c)[0] == 200
    person.refresh_from_db()
    assert (person.org_id, person.role.name) == (seed.org_c.pk, "Reader")
