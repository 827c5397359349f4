"""Contacts without accounts, additional fields by versioned schemas, and organisation groups with
administrators.
"""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.factories import make_event, make_role, make_user
from tests.factories.seed import ORG_ADMIN, Seed
from tests.identity.two_people import at_screen
from tests.web.accounts import signed_in
from vardkase.audit.models import AuditEntry
from vardkase.core.errors import Forbidden, Invalid, NotFound
from vardkase.hub.membership.contacts import extra, services
from vardkase.hub.membership.contacts.models import Contact, ExtraFields
from vardkase.hub.membership.groups import consent
from vardkase.hub.membership.groups import services as groups
from vardkase.hub.membership.groups.models import OrganisationGroup
from vardkase.identity.access.actor import actor_for
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.models import Role, User
from vardkase.identity.organisations.standing import NEVER

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]

ADA = {"role": "security", "name": "Jouren", "email": "jour@a.example", "phone": "+46 8 123 45"}
TEAM = {
    "team_name": "A-CERT",
    "constituency_type": "internal",
    "established": "2020-02-29",
    "member_since": "2021",
}


@pytest.fixture
def officer(seed: Seed) -> User:
    user = seed.publisher.user
    user.staff_roles = ["membership_officer"]
    user.org = seed.hub
    user.save()
    return user


@pytest.fixture
def group(seed: Seed, officer: User) -> OrganisationGroup:
    """A's administrator manages B, which has consented; A is in the group too."""
    collected = {
        "name": "Kommunerna i länet",
        "organisations": [seed.org_a.pk, seed.org_b.pk],
        "administrators": [seed.org_admin.user.email],
    }
    saved = groups.save_group(actor_for(officer, Credential.BROWSER), collected)
    admin = make_user(seed.org_b, make_role("Org Admin of B", ORG_ADMIN), "admin@b.example")
    consent.accept(at_screen(admin), saved.pk, seed.org_admin.user.pk)
    return saved


def test_administrator_manages_contacts(seed: Seed) -> None:
    client = signed_in(seed.org_admin.user)
    assert client.post(reverse("contact_new", args=[seed.org_a.pk]), ADA).status_code == 302
    row = Contact.objects.get()
    client.post(reverse("contact", args=[seed.org_a.pk, row.pk]), {**ADA, "phone": "112"})
    assert "112" in signed_in(seed.reader.user).get(reverse("own_contacts"), follow=True).content.decode()
    wrong = {**ADA, "role": "king", "email": "x", "openpgp_key": "-----BEGIN PGP PUBLIC KEY BLOCK-----\nno"}
    refused = client.post(reverse("contact_new", args=[seed.org_a.pk]), wrong)
    assert set(refused.context["form"].errors) == {"role", "email"}
    with pytest.raises(Invalid) as fault:
        services.save_contact(
            seed.org_admin.actor, seed.org_a.pk, {**ADA, "openpgp_key": wrong["openpgp_key"]}
        )
    assert set(fault.value.errors) == {"openpgp_key"}
    remove = reverse("contact_remove", args=[seed.org_a.pk, row.pk])
    assert signed_in(seed.reader.user).get(remove).status_code == 404
    assert "Ta bort Jouren" in client.get(remove).content.decode()
    assert Contact.objects.exists(), "deleting asks first"
    client.post(remove)
    assert not Contact.objects.exists()
    acts = AuditEntry.objects.filter(action__startswith="contact.").order_by("pk")
    assert [entry.action for entry in acts] == ["contact.added", "contact.changed", "contact.removed"]


def test_others_cannot_read_or_change_contacts(seed: Seed, officer: User) -> None:
    row = services.save_contact(seed.org_admin.actor, seed.org_a.pk, ADA)
    assert signed_in(officer).get(reverse("contacts", args=[seed.org_a.pk])).status_code == 200
    assert signed_in(seed.stranger.user).get(reverse("contacts", args=[seed.org_a.pk])).status_code == 404
    for api_user, fault in ((seed.analyst, Forbidden), (seed.stranger, NotFound), (seed.partner, NotFound)):
        with pytest.raises(fault):
            services.save_contact(api_user.actor, seed.org_a.pk, ADA, row.pk)
        with pytest.raises(fault):
            services.remove_contact(api_user.actor, seed.org_a.pk, row.pk)
        with pytest.raises(fault):
            services.save_extra(api_user.actor, seed.org_a.pk, "first", TEAM)
    with pytest.raises(NotFound):
        services.save_contact(seed.org_admin.actor, seed.org_b.pk, ADA)
    other = services.save_contact(actor_for(officer, Credential.BROWSER), seed.org_b.pk, ADA)
    with pytest.raises(NotFound):
        services.remove_contact(seed.org_admin.actor, seed.org_a.pk, other.pk)


def test_additional_fields_are_validated_and_keep_schema_version(seed: Seed) -> None:
    client = signed_in(seed.org_admin.user)
    address = reverse("contact_extra", args=[seed.org_a.pk, "first"])
    wrong = {
        **TEAM,
        "team_name": "",
        "established": "yesterday",
        "web": "javascript:alert(1)",
        "member_since": "x",
    }
    errors = client.post(address, wrong).context["form"].errors
    assert set(errors) == {"team_name"}, "the form asks for required fields first"
    errors = client.post(address, {**wrong, "team_name": "A-CERT"}).context["form"].errors
    assert set(errors) == {"established", "web", "member_since"}
    assert client.post(address, TEAM).status_code == 302
    kept = ExtraFields.objects.get()
    assert (kept.schema, kept.version, kept.values) == ("first", 1, TEAM)
    with pytest.raises(Invalid):
        services.save_extra(seed.org_admin.actor, seed.org_a.pk, "first", {**TEAM, "unheard_of": "x"})
    html = client.get(reverse("contacts", args=[seed.org_a.pk])).content.decode()
    assert "Egen organisation" in html
    kept.version = 0
    kept.save()
    assert client.get(reverse("contacts", args=[seed.org_a.pk])).context["extra"][1]["is_older"]


def test_every_schema_has_both_languages() -> None:
    for schema in extra.every_version().values():
        assert {"sv", "en"} <= schema.titles.keys()
        for each in schema.fields:
            assert {"sv", "en"} <= each.labels.keys()
            assert each.type in extra.CHECKS


def test_group_administrator_manages_its_organisations(seed: Seed, group: OrganisationGroup) -> None:
    client = signed_in(seed.org_admin.user)
    assert seed.org_b.name in client.get(reverse("group", args=[group.pk])).content.decode()
    page = client.get(reverse("group_organisation", args=[seed.org_b.pk]))
    assert seed.partner.user.email in page.content.decode()
    role = Role.objects.get(name="User")
    collected = {"email": "new@b.example", "role_id": str(role.pk)}
    assert client.post(reverse("group_organisation", args=[seed.org_b.pk]), collected).status_code == 302
    made = User.objects.get(email="new@b.example")
    assert (made.org, made.role) == (seed.org_b, role)
    client.post(reverse("group_switch", args=[seed.org_b.pk, made.pk]), {"disabled": "1"})
    made.refresh_from_db()
    assert made.disabled
    entry = AuditEntry.objects.get(action="user.created", target_id=made.pk)
    assert (entry.actor_name, entry.organisation_id) == (seed.org_admin.user.email, seed.org_b.pk)
    services.save_contact(seed.org_admin.actor, seed.org_b.pk, ADA)


def test_group_administrator_has_no_more_power_than_organisations_own(
    seed: Seed, group: OrganisationGroup
) -> None:
    """No role above their own, no other organisation, no event, and nothing while the organisation may only
    read.
    """
    actor = actor_for(seed.org_admin.user, Credential.BROWSER)
    above = Role.objects.get(name="admin")
    with pytest.raises(Forbidden):
        groups.add_account(actor, seed.org_b.pk, "boss@b.example", above.pk)
    for organisation in (seed.org_c, seed.hub):
        with pytest.raises(NotFound):
            groups.add_account(actor, organisation.pk, "x@c.example", Role.objects.get(name="User").pk)
    with pytest.raises(NotFound):
        groups.switch_account(actor, seed.org_b.pk, seed.stranger.user.pk, disabled=True)
    hidden = make_event(seed.org_b, distribution=0, info="SECRET")
    client = signed_in(seed.org_admin.user)
    assert client.get(reverse("event", args=[hidden.uuid])).status_code == 404
    assert not groups.for_organisation(actor, seed.org_b.pk).may_read
    seed.org_b.write_period = NEVER
    seed.org_b.save()
    with pytest.raises(Forbidden):
        groups.switch_account(actor, seed.org_b.pk, seed.partner.user.pk, disabled=True)


def test_former_administrator_loses_group(seed: Seed, group: OrganisationGroup) -> None:
    seed.org_admin.user.role = Role.objects.get(name="User")
    seed.org_admin.user.save()
    with pytest.raises(NotFound):
        groups.for_organisation(actor_for(seed.org_admin.user, Credential.BROWSER), seed.org_b.pk)


def test_only_officers_manage_groups(seed: Seed, group: OrganisationGroup, officer: User) -> None:
    for api_user in (seed.org_admin, seed.site_admin):
        with pytest.raises(Forbidden):
            groups.save_group(api_user.actor, {"name": "Mine"})
        with pytest.raises(Forbidden):
            groups.delete_group(api_user.actor, group.pk)
        assert signed_in(api_user.user).get(reverse("group_new")).status_code == 403
    assert signed_in(seed.site_admin.user).get(reverse("group", args=[group.pk])).status_code == 404
    client = signed_in(officer)
    assert (
        f'href="{reverse("groups")}"' in client.get(reverse("contacts", args=[seed.hub.pk])).content.decode()
    )
    found = client.get(reverse("group_find"), {"field": "administrators", "q_administrators": "@a.example"})
    assert {each.value for each in found.context["found"]} == {"@a.example", seed.org_admin.user.email}
    collected = {"name": "kommunerna I länet", "administrators": [seed.analyst.user.email]}
    assert set(client.post(reverse("group_new"), collected).context["form"].errors) == {
        "name",
        "administrators",
    }
    assert client.post(reverse("group_delete", args=[group.pk])).status_code == 302
    assert not OrganisationGroup.objects.exists()
