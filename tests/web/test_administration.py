"""Administration: who may do what to whom, tried from inside and outside the organisation."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.factories import make_event, make_key, make_organisation, make_user
from tests.factories.officers import officer
from tests.factories.seed import Seed
from tests.web.accounts import signed_in, with_totp
from vardkase.audit.models import AuditEntry
from vardkase.identity.accounts.models import AuthKey, Role, User
from vardkase.identity.organisations.models import Organisation, SharingGroup

pytestmark = pytest.mark.usefixtures("password_is_enough")

ACTS = (
    "user_off",
    "user_on",
    "user_sign_out",
    "user_reset_password",
    "user_reset_second_factor",
    "user_delete",
)
SITE_ADMIN_PAGES = ("organisation_create", "role_create")


def test_org_admin_lists_own_organisation_only(seed: Seed) -> None:
    client = signed_in(seed.org_admin.user)
    text = client.get(reverse("users")).content.decode()
    assert "analyst@a.example" in text
    assert "analyst@b.example" not in text
    assert client.get(reverse("user", args=[seed.partner.user.pk])).status_code == 404
    everybody = signed_in(seed.site_admin.user).get(reverse("users")).content.decode()
    assert "analyst@b.example" in everybody


@pytest.mark.parametrize("name", ["users", "user_create"])
def test_administration_requires_permission(seed: Seed, name: str) -> None:
    for person in (seed.analyst, seed.reader, seed.publisher, seed.partner_sync):
        assert signed_in(person.user).get(reverse(name)).status_code == 403


@pytest.mark.parametrize("name", ACTS)
def test_account_actions_are_refused_to_others(seed: Seed, name: str) -> None:
    """404 where the account is not visible, 403 where it ranks above; nothing changes."""
    victim, above = seed.analyst.user, make_user(seed.org_a, seed.site_admin.user.role, "boss@a.example")
    outside = make_user(seed.org_b, seed.org_admin.user.role, "admin@b.example")
    tried = [(outside, victim, 404), (seed.colleague.user, victim, 403), (seed.org_admin.user, above, 403)]
    kept = ("pk", "password", "disabled", "change_pw", "force_logout", "role_id", "org_id")
    before = list(User.objects.order_by("pk").values(*kept))
    for who, whom, expected in tried:
        answer = signed_in(who).post(reverse(name, args=[whom.pk]))
        assert answer.status_code == expected, (name, who.email)
    assert list(User.objects.order_by("pk").values(*kept)) == before


@pytest.mark.parametrize("name", [act for act in ACTS if act != "user_delete"])
def test_account_actions_require_post(seed: Seed, name: str) -> None:
    client = signed_in(seed.site_admin.user)
    assert client.get(reverse(name, args=[seed.analyst.user.pk])).status_code == 405


def test_deleting_account_asks_first(seed: Seed) -> None:
    client = signed_in(seed.org_admin.user)
    address = reverse("user_delete", args=[seed.analyst.user.pk])
    assert client.get(address).status_code == 200
    assert User.objects.filter(pk=seed.analyst.user.pk).exists()
    client.post(address)
    assert not User.objects.filter(pk=seed.analyst.user.pk).exists()
    assert AuditEntry.objects.filter(action="user.deleted", title="analyst@a.example").exists()


def test_new_account_password_is_shown_once(seed: Seed) -> None:
    client = signed_in(seed.org_admin.user)
    role = seed.analyst.user.role
    made = client.post(reverse("user_create"), {"email": "new@a.example", "role_id": role.pk})
    password = made.context["password"]
    user = User.objects.get(email="new@a.example")
    assert user.check_password(password)
    assert (user.change_pw, user.org) == (True, seed.org_a)
    assert "no-store" in made.headers["Cache-Control"]
    kept = [
        *AuditEntry.objects.values_list("change", flat=True),
        *AuditEntry.objects.values_list("title", flat=True),
    ]
    assert not any(password in str(one) for one in kept)


@pytest.mark.parametrize("field", ["role_id", "org_id"])
def test_org_admin_cannot_grant_higher_role_or_other_organisation(seed: Seed, field: str) -> None:
    wanted = {"role_id": seed.site_admin.user.role_id, "org_id": seed.org_b.pk}
    fields = {"email": "new@a.example", "role_id": seed.analyst.user.role_id} | {field: wanted[field]}
    signed_in(seed.org_admin.user).post(reverse("user_create"), fields)
    made = User.objects.filter(email="new@a.example").first()
    assert made is None or (made.org, made.role) == (seed.org_a, seed.analyst.user.role)


def test_reset_password_is_one_time(seed: Seed) -> None:
    answer = signed_in(seed.org_admin.user).post(reverse("user_reset_password", args=[seed.analyst.user.pk]))
    seed.analyst.user.refresh_from_db()
    assert seed.analyst.user.check_password(answer.context["password"])
    assert seed.analyst.user.change_pw
    assert AuditEntry.objects.filter(action="user.password_reset").exists()


def test_second_factor_is_reset(seed: Seed) -> None:
    with_totp(seed.analyst.user)
    signed_in(seed.org_admin.user).post(reverse("user_reset_second_factor", args=[seed.analyst.user.pk]))
    seed.analyst.user.refresh_from_db()
    assert seed.analyst.user.force_logout
    assert not seed.analyst.user.authenticator_set.exists()  # type: ignore[attr-defined]


def test_account_is_disabled_and_enabled(seed: Seed) -> None:
    client, theirs = signed_in(seed.org_admin.user), signed_in(seed.analyst.user)
    client.post(reverse("user_off", args=[seed.analyst.user.pk]))
    assert theirs.get(reverse("support")).status_code == 302
    client.post(reverse("user_on", args=[seed.analyst.user.pk]))
    seed.analyst.user.refresh_from_db()
    assert not seed.analyst.user.disabled


def test_last_site_admin_cannot_be_disabled_or_deleted(seed: Seed) -> None:
    client = signed_in(seed.site_admin.user)
    for name in ("user_off", "user_delete"):
        client.post(reverse(name, args=[seed.site_admin.user.pk]))
    seed.site_admin.user.refresh_from_db()
    assert not seed.site_admin.user.disabled


def test_administrator_manages_keys_of_account(seed: Seed) -> None:
    make_key(seed.partner.user)
    theirs = seed.partner.user.auth_keys.last()
    assert theirs is not None
    client = signed_in(seed.org_admin.user)
    stolen = client.post(reverse("user_key_revoke", args=[seed.analyst.user.pk, theirs.uuid]))
    assert stolen.status_code == 404
    made = client.post(
        reverse("user_key_create", args=[seed.analyst.user.pk]), {"comment": "for a colleague"}
    )
    key = AuthKey.objects.get(comment="for a colleague")
    assert (key.user, len(made.context["raw"])) == (seed.analyst.user, 40)
    client.post(reverse("user_key_revoke", args=[seed.analyst.user.pk, key.uuid]))
    assert not AuthKey.objects.filter(pk=key.pk).exists()


@pytest.mark.parametrize("name", SITE_ADMIN_PAGES)
def test_creating_roles_and_organisations_requires_site_admin(seed: Seed, name: str) -> None:
    assert signed_in(seed.org_admin.user).post(reverse(name), {"name": "New"}).status_code == 403
    assert signed_in(seed.site_admin.user).post(reverse(name), {"name": "New"}).status_code == 302


def test_organisation_with_content_cannot_be_deleted(seed: Seed) -> None:
    client = signed_in(seed.site_admin.user)
    address = reverse("organisation_edit", args=[seed.org_c.pk])
    client.post(address, {"name": "Organisation C", "sector": "Water", "local": "on"})
    seed.org_c.refresh_from_db()
    assert seed.org_c.sector == "Water"
    taken = client.post(address, {"name": "Organisation A", "local": "on"})
    assert "name" in taken.context["form"].errors
    make_event(seed.org_c).save()
    client.post(reverse("organisation_delete", args=[seed.org_c.pk]))
    assert Organisation.objects.filter(pk=seed.org_c.pk).exists()
    empty = make_organisation("Empty")
    client.post(reverse("organisation_delete", args=[empty.pk]))
    assert not Organisation.objects.filter(pk=empty.pk).exists()


def test_organisation_page_counts_readable_events(seed: Seed) -> None:
    make_event(seed.org_a, distribution=0).save()
    make_event(seed.org_a, distribution=3, published=True).save()
    address = reverse("organisation", args=[seed.org_a.pk])
    own, stranger = (signed_in(one.user).get(address) for one in (seed.analyst, seed.stranger))
    assert (own.context["events"], stranger.context["events"]) == (2, 1)
    assert "admin@a.example" not in stranger.content.decode()


def test_sharing_group_is_visible_to_members(seed: Seed) -> None:
    address = reverse("sharing_group", args=[seed.group.uuid])
    expected = {seed.analyst: 200, seed.partner: 200, seed.stranger: 404, seed.site_admin: 200}
    for person, status in expected.items():
        assert signed_in(person.user).get(address).status_code == status
    assert "A and B" not in signed_in(seed.stranger.user).get(reverse("sharing_groups")).content.decode()


def test_owner_edits_sharing_group(seed: Seed) -> None:
    client = signed_in(seed.org_admin.user)
    made = client.post(reverse("sharing_group_create"), {"name": "New group", "active": "on"})
    group = SharingGroup.objects.get(name="New group")
    assert made.headers["Location"] == reverse("sharing_group", args=[group.uuid])
    assert [(one.org, one.extend) for one in group.members.all()] == [(seed.org_a, True)]
    add = reverse("sharing_group_add_organisation", args=[group.uuid])
    client.post(add, {"organisation": seed.org_c.pk})
    assert group.members.filter(org=seed.org_c, extend=False).exists()
    assert client.post(add, {"organisation": seed.org_c.pk}).status_code == 422
    assert signed_in(seed.stranger.user).post(add, {"organisation": seed.org_b.pk}).status_code == 403
    client.post(reverse("sharing_group_remove_organisation", args=[group.uuid, seed.org_c.pk]))
    assert not group.members.filter(org=seed.org_c).exists()
    opened = client.post(reverse("sharing_group_add_server", args=[group.uuid]), {"all_orgs": "on"})
    assert opened.status_code == 403, "roaming mode takes a site administrator"


def test_member_without_extend_cannot_change_group(seed: Seed) -> None:
    client = signed_in(seed.partner_sync.user)
    for name, fields in (("edit", {"name": "Taken over"}), ("delete", {})):
        assert (
            client.post(reverse(f"sharing_group_{name}", args=[seed.group.uuid]), fields).status_code == 403
        )
    seed.group.refresh_from_db()
    assert seed.group.name == "A and B"


def test_roles_are_explained_and_edited(seed: Seed) -> None:
    role = seed.reader.user.role
    assert signed_in(seed.reader.user).get(reverse("role", args=[role.pk])).status_code == 200
    address = reverse("role_edit", args=[role.pk])
    assert signed_in(seed.org_admin.user).post(address, {"name": "Mine", "perm_add": "on"}).status_code == 403
    signed_in(seed.site_admin.user).post(
        address, {"name": "Read Only", "perm_auth": "on", "perm_tagger": "on"}
    )
    role.refresh_from_db()
    assert (role.perm_tagger, role.perm_audit) == (True, False)
    signed_in(seed.site_admin.user).post(reverse("role_delete", args=[role.pk]))
    assert Role.objects.filter(pk=role.pk).exists(), "somebody has it"


def test_audit_log_hides_other_organisations(seed: Seed) -> None:
    for person in (seed.org_admin, seed.site_admin):
        fields = {"name": f"Group of {person.user.org.name}", "active": "on"}
        signed_in(person.user).post(reverse("sharing_group_create"), fields)
    organisation = signed_in(seed.org_admin.user).get(reverse("audit")).content.decode()
    assert "Group of Organisation A" in organisation
    assert "Group of Hub" not in organisation
    own = signed_in(seed.reader.user).get(reverse("audit")).content.decode()
    assert "Group of Organisation A" not in own, (
        "a colleague's actions are for the organisation's administrator"
    )
    everything = signed_in(seed.site_admin.user).get(reverse("audit")).content.decode()
    assert "Group of Organisation A" in everything
    assert "Group of Hub" in everything
    filtered = signed_in(seed.site_admin.user).get(reverse("audit") + "?kind=user").content.decode()
    assert "Group of Hub" not in filtered


NONSENSE = ("after=1,x", "after=99999999999999999999,a", "before=1,%00", "sort=password", "q=%00", "kind=%00")


@pytest.mark.parametrize("query", NONSENSE)
@pytest.mark.parametrize("name", ["users", "organisations", "sharing_groups", "audit"])
def test_invalid_query_parameters_are_ignored(seed: Seed, name: str, query: str) -> None:
    assert signed_in(seed.site_admin.user).get(f"{reverse(name)}?{query}").status_code == 200


def test_lists_are_paged(seed: Seed) -> None:
    for number in range(20):
        make_user(seed.org_a, seed.analyst.user.role, f"p{number:02}@a.example")
    client, seen, address = signed_in(seed.org_admin.user), [], reverse("users") + "?rows=15&sort=-email"
    while address:
        page = client.get(address)
        seen += [person.email for person in page.context["rows"]]
        address = reverse("users") + page.context["older"] if page.context["older"] else ""
    everybody = User.objects.filter(org=seed.org_a).values_list("email", flat=True)
    assert seen == sorted(everybody, reverse=True)


def test_new_account_gets_default_role(seed: Seed) -> None:
    Role.objects.update(default_role=False)
    Role.objects.filter(pk=seed.reader.user.role_id).update(default_role=True)
    for administrator in (seed.site_admin, seed.org_admin):
        form = signed_in(administrator.user).get(reverse("user_create")).context["form"]
        assert form["role_id"].value() == seed.reader.user.role_id


def test_officers_account_form_mentions_approval_and_keeps_input(seed: Seed) -> None:
    holder = officer(seed)
    browser = signed_in(seed.site_admin.user)
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    path = reverse("user_edit", args=[holder.user.pk])
    shown = browser.get(path)
    assert "proposed on the account page" in shown.content.decode()
    typed = shown.context["form"].initial | {"email": "someone.else@hub.example"}
    answer = browser.post(path, {name: value for name, value in typed.items() if value not in (None, False)})
    assert answer.status_code == 422
    assert "someone.else@hub.example" in answer.content.decode()
    assert User.objects.get(pk=holder.user.pk).email == holder.user.email
