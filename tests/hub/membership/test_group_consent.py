"""An administration group gives no power over a member's accounts without the member's consent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.api.calls import call
from tests.factories import make_key, make_role, make_user
from tests.factories.officers import officer
from tests.factories.seed import ORG_ADMIN, ApiUser, Seed
from tests.identity.two_people import at_screen
from tests.web.accounts import confirm
from tests.web.signed_in import signed_in
from vardkase.core.errors import Forbidden, Invalid, NotFound
from vardkase.core.mail.models import OutgoingMail
from vardkase.hub.membership.contacts.services import save_contact
from vardkase.hub.membership.groups import consent, services
from vardkase.hub.membership.groups.models import GroupConsent, OrganisationGroup
from vardkase.identity.access.actor import Actor, StepUpRequired
from vardkase.identity.accounts.models import Role, User
from vardkase.identity.accounts.services import delete_user, edit_user, switch_field
from vardkase.identity.organisations.models import MembershipInUse, Organisation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]


@pytest.fixture
def per(seed: Seed) -> ApiUser:
    return officer(seed)


@pytest.fixture
def admin(seed: Seed) -> ApiUser:
    """The administrator of B."""
    user = make_user(seed.org_b, make_role("Org Admin of B", ORG_ADMIN), "admin@b.example")
    return ApiUser(user, make_key(user))


@pytest.fixture
def group(seed: Seed, per: ApiUser, admin: ApiUser, mail: Any) -> OrganisationGroup:
    """A group of A and B administered by A's administrator, made by one officer."""
    return saved_group(seed, per)


def saved_group(seed: Seed, per: ApiUser, pk: int | None = None, **changes: Any) -> OrganisationGroup:
    data = {
        "name": "The county",
        "organisations": [seed.org_a.pk, seed.org_b.pk],
        "administrators": [seed.org_admin.user.email],
        **changes,
    }
    return services.save_group(at_screen(per.user), data, pk)


def assert_no_power(actor: Actor, seed: Seed) -> None:
    role = Role.objects.get(name="User").pk
    for use in (
        lambda: services.for_organisation(actor, seed.org_b.pk),
        lambda: services.add_account(actor, seed.org_b.pk, "x@b.example", role),
        lambda: services.switch_account(actor, seed.org_b.pk, seed.partner.user.pk, disabled=True),
        lambda: save_contact(actor, seed.org_b.pk, {"role": "main", "name": "X", "email": "x@b.example"}),
    ):
        with pytest.raises((Forbidden, NotFound)):
            use()


def test_single_officer_gives_no_power(seed: Seed, group: OrganisationGroup) -> None:
    assert_no_power(at_screen(seed.org_admin.user), seed)
    browser = signed_in(seed.org_admin)
    assert browser.get(reverse("group_organisation", args=[seed.org_b.pk])).status_code == 404
    off = reverse("group_switch", args=[seed.org_b.pk, seed.partner.user.pk])
    assert browser.post(off, {"disabled": "1"}).status_code == 404
    assert not User.objects.get(pk=seed.partner.user.pk).disabled
    asked = OutgoingMail.objects.get()
    assert (asked.recipient, "The county" in asked.subject) == ("admin@b.example", True)
    assert seed.org_admin.user.email in asked.text


def test_member_administrator_consents_and_withdraws_on_page(
    seed: Seed, group: OrganisationGroup, admin: ApiUser
) -> None:
    browser, answer = signed_in(admin), reverse("group_answer", args=[group.pk, seed.org_admin.user.pk])
    assert seed.org_admin.user.email in browser.get(reverse("groups")).content.decode()
    confirm(browser, admin.user)
    assert browser.post(answer, {"accept": "1"}).status_code == 302
    assert GroupConsent.objects.get().accepted_by_name == admin.user.email
    services.for_organisation(at_screen(seed.org_admin.user), seed.org_b.pk)
    found = set(
        OutgoingMail.objects.filter(subject__contains="sköta konton").values_list("recipient", flat=True)
    )
    assert found == {"admin@b.example", seed.org_admin.user.email}
    assert browser.post(answer, {"accept": "0"}).status_code == 302
    assert_no_power(at_screen(seed.org_admin.user), seed)


def test_only_member_administrator_consents(
    seed: Seed, group: OrganisationGroup, admin: ApiUser, per: ApiUser
) -> None:
    whom = seed.org_admin.user.pk
    for api_user in (seed.org_admin, per, seed.site_admin, seed.partner):
        with pytest.raises((Forbidden, NotFound)):
            consent.accept(at_screen(api_user.user), group.pk, whom)
    with pytest.raises(StepUpRequired):
        consent.accept(admin.actor, group.pk, whom)
    MembershipInUse.objects.create(pk=1)
    User.objects.filter(pk=admin.user.pk).update(credentials_set_by_another_at=timezone.now())
    with pytest.raises(Forbidden, match="inloggningsuppgifter"):
        consent.accept(at_screen(admin.user), group.pk, whom)
    assert not GroupConsent.objects.exists()


def test_group_administrator_cannot_consent_from_second_account(
    seed: Seed, group: OrganisationGroup, admin: ApiUser
) -> None:
    User.objects.filter(pk=seed.org_admin.user.pk).update(email="Admin+a@b.example")
    with pytest.raises(Forbidden, match="dig själv"):
        consent.accept(at_screen(admin.user), group.pk, seed.org_admin.user.pk)


def test_consent_covers_one_person_and_one_group(
    seed: Seed, group: OrganisationGroup, admin: ApiUser, per: ApiUser
) -> None:
    """Replacing the administrator, or removing and re-adding the organisation, requires new consent."""
    consent.accept(at_screen(admin.user), group.pk, seed.org_admin.user.pk)
    other = make_user(seed.org_c, admin.user.role, "other@c.example")
    both = [seed.org_admin.user.email, other.email]
    saved_group(seed, per, group.pk, administrators=both)
    services.for_organisation(at_screen(seed.org_admin.user), seed.org_b.pk)
    assert_no_power(at_screen(other), seed)
    saved_group(seed, per, name="Another", administrators=[other.email])
    assert_no_power(at_screen(other), seed)
    saved_group(seed, per, group.pk, organisations=[seed.org_a.pk])
    saved_group(seed, per, group.pk)
    assert_no_power(at_screen(seed.org_admin.user), seed)


def test_last_administrator_is_not_disabled_from_outside(
    seed: Seed, group: OrganisationGroup, admin: ApiUser
) -> None:
    consent.accept(at_screen(admin.user), group.pk, seed.org_admin.user.pk)
    MembershipInUse.objects.create(pk=1)
    actor, site = at_screen(seed.org_admin.user), at_screen(seed.site_admin.user)
    own = services.add_account(actor, seed.org_b.pk, "mine@b.example", admin.user.role_id)
    assert own.invited_by == actor.user_id
    ways: tuple[Callable[[], object], ...] = (
        lambda: services.switch_account(actor, seed.org_b.pk, admin.user.pk, disabled=True),
        lambda: delete_user(services.for_organisation(actor, seed.org_b.pk), admin.user),
    )
    for way in ways:
        with pytest.raises(Invalid, match="sista administratör"):
            way()
    User.objects.filter(pk=own.pk).delete()
    ways = (
        lambda: edit_user(site, admin.user, {"disabled": True}),
        lambda: edit_user(site, admin.user, {"role_id": seed.reader.user.role_id}),
        lambda: edit_user(site, admin.user, {"org_id": seed.org_c.pk}),
        lambda: switch_field(site, [admin.user.pk], "disabled", True),
        lambda: delete_user(site, admin.user),
    )
    for way in ways:
        with pytest.raises(Invalid, match="sista administratör"):
            way()
    status, _ = call(seed.site_admin.key, "POST", f"/admin/users/edit/{admin.user.pk}", {"disabled": True})
    assert status == 403
    kept = User.objects.select_related("role").get(pk=admin.user.pk)
    assert (kept.disabled, kept.role.perm_admin, kept.org_id) == (False, True, seed.org_b.pk)
    services.switch_account(actor, seed.org_b.pk, seed.partner.user.pk, disabled=True)
    edit_user(at_screen(admin.user), admin.user, {"autoalert": True})


def test_last_administrator_cannot_step_down(seed: Seed, admin: ApiUser) -> None:
    """There would be nobody to appoint another; with a successor, even one they added, they can."""
    MembershipInUse.objects.create(pk=1)
    Organisation.objects.filter(pk=seed.org_b.pk).update(fixed_standing="")
    own, reader = at_screen(admin.user), {"role_id": seed.reader.user.role_id}
    with pytest.raises(Invalid, match="sista administratör"):
        edit_user(own, admin.user, reader)
    role = admin.user.role
    make_user(seed.org_b, role, "next@b.example", invited_by=admin.user.pk)
    assert edit_user(own, admin.user, reader).role_id == reader["role_id"]
