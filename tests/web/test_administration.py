"""Administration: who may do what to whom. Each gate is tried from inside and outside the organisation."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.cast import Cast
from tests.factories import make_event, make_key, make_organisation, make_user
from tests.hub.officers import officer
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


def test_an_org_admin_sees_the_own_organisation_only(cast: Cast) -> None:
    client = signed_in(cast.org_admin.user)
    text = client.get(reverse("users")).content.decode()
    assert "analyst@a.example" in text
    assert "analyst@b.example" not in text
    assert client.get(reverse("user", args=[cast.partner.user.pk])).status_code == 404
    everybody = signed_in(cast.site_admin.user).get(reverse("users")).content.decode()
    assert "analyst@b.example" in everybody


@pytest.mark.parametrize("name", ["users", "user_create"])
def test_people_without_the_permission_are_refused(cast: Cast, name: str) -> None:
    for person in (cast.analyst, cast.reader, cast.publisher, cast.partner_sync):
        assert signed_in(person.user).get(reverse(name)).status_code == 403


@pytest.mark.parametrize("name", ACTS)
def test_acts_on_accounts_are_refused_to_all_but_their_administrators(cast: Cast, name: str) -> None:
    """404 where the account may not be known, 403 where it is above; and nothing changes."""
    victim, above = cast.analyst.user, make_user(cast.org_a, cast.site_admin.user.role, "boss@a.example")
    outside = make_user(cast.org_b, cast.org_admin.user.role, "admin@b.example")
    tried = [(outside, victim, 404), (cast.colleague.user, victim, 403), (cast.org_admin.user, above, 403)]
    kept = ("pk", "password", "disabled", "change_pw", "force_logout", "role_id", "org_id")
    before = list(User.objects.order_by("pk").values(*kept))
    for who, whom, expected in tried:
        answer = signed_in(who).post(reverse(name, args=[whom.pk]))
        assert answer.status_code == expected, (name, who.email)
    assert list(User.objects.order_by("pk").values(*kept)) == before


@pytest.mark.parametrize("name", [act for act in ACTS if act != "user_delete"])
def test_no_act_by_get(cast: Cast, name: str) -> None:
    client = signed_in(cast.site_admin.user)
    assert client.get(reverse(name, args=[cast.analyst.user.pk])).status_code == 405


def test_asking_to_delete_deletes_nothing(cast: Cast) -> None:
    client = signed_in(cast.org_admin.user)
    address = reverse("user_delete", args=[cast.analyst.user.pk])
    assert client.get(address).status_code == 200
    assert User.objects.filter(pk=cast.analyst.user.pk).exists()
    client.post(address)
    assert not User.objects.filter(pk=cast.analyst.user.pk).exists()
    assert AuditEntry.objects.filter(action="user.deleted", title="analyst@a.example").exists()


def test_a_new_account_gets_a_password_that_is_shown_once(cast: Cast) -> None:
    client = signed_in(cast.org_admin.user)
    role = cast.analyst.user.role
    made = client.post(reverse("user_create"), {"email": "new@a.example", "role_id": role.pk})
    password = made.context["password"]
    user = User.objects.get(email="new@a.example")
    assert user.check_password(password)
    assert (user.change_pw, user.org) == (True, cast.org_a)
    assert "no-store" in made.headers["Cache-Control"]
    kept = [
        *AuditEntry.objects.values_list("change", flat=True),
        *AuditEntry.objects.values_list("title", flat=True),
    ]
    assert not any(password in str(one) for one in kept)


@pytest.mark.parametrize("field", ["role_id", "org_id"])
def test_an_org_admin_neither_reaches_above_nor_outside(cast: Cast, field: str) -> None:
    wanted = {"role_id": cast.site_admin.user.role_id, "org_id": cast.org_b.pk}
    fields = {"email": "new@a.example", "role_id": cast.analyst.user.role_id} | {field: wanted[field]}
    signed_in(cast.org_admin.user).post(reverse("user_create"), fields)
    made = User.objects.filter(email="new@a.example").first()
    assert made is None or (made.org, made.role) == (cast.org_a, cast.analyst.user.role)


def test_a_reset_password_is_for_one_sign_in(cast: Cast) -> None:
    answer = signed_in(cast.org_admin.user).post(reverse("user_reset_password", args=[cast.analyst.user.pk]))
    cast.analyst.user.refresh_from_db()
    assert cast.analyst.user.check_password(answer.context["password"])
    assert cast.analyst.user.change_pw
    assert AuditEntry.objects.filter(action="user.password_reset").exists()


def test_a_lost_second_factor_is_taken_away(cast: Cast) -> None:
    with_totp(cast.analyst.user)
    signed_in(cast.org_admin.user).post(reverse("user_reset_second_factor", args=[cast.analyst.user.pk]))
    cast.analyst.user.refresh_from_db()
    assert cast.analyst.user.force_logout
    assert not cast.analyst.user.authenticator_set.exists()  # type: ignore[attr-defined]


def test_switching_off_and_on(cast: Cast) -> None:
    client, theirs = signed_in(cast.org_admin.user), signed_in(cast.analyst.user)
    client.post(reverse("user_off", args=[cast.analyst.user.pk]))
    assert theirs.get(reverse("support")).status_code == 302
    client.post(reverse("user_on", args=[cast.analyst.user.pk]))
    cast.analyst.user.refresh_from_db()
    assert not cast.analyst.user.disabled


def test_the_last_site_admin_stays(cast: Cast) -> None:
    client = signed_in(cast.site_admin.user)
    for name in ("user_off", "user_delete"):
        client.post(reverse(name, args=[cast.site_admin.user.pk]))
    cast.site_admin.user.refresh_from_db()
    assert not cast.site_admin.user.disabled


def test_keys_of_an_account(cast: Cast) -> None:
    make_key(cast.partner.user)
    theirs = cast.partner.user.auth_keys.last()
    assert theirs is not None
    client = signed_in(cast.org_admin.user)
    stolen = client.post(reverse("user_key_revoke", args=[cast.analyst.user.pk, theirs.uuid]))
    assert stolen.status_code == 404
    made = client.post(
        reverse("user_key_create", args=[cast.analyst.user.pk]), {"comment": "for a colleague"}
    )
    key = AuthKey.objects.get(comment="for a colleague")
    assert (key.user, len(made.context["raw"])) == (cast.analyst.user, 40)
    client.post(reverse("user_key_revoke", args=[cast.analyst.user.pk, key.uuid]))
    assert not AuthKey.objects.filter(pk=key.pk).exists()


@pytest.mark.parametrize("name", SITE_ADMIN_PAGES)
def test_what_is_for_site_admins(cast: Cast, name: str) -> None:
    assert signed_in(cast.org_admin.user).post(reverse(name), {"name": "New"}).status_code == 403
    assert signed_in(cast.site_admin.user).post(reverse(name), {"name": "New"}).status_code == 302


def test_organisations_are_edited_and_kept_while_they_own_something(cast: Cast) -> None:
    client = signed_in(cast.site_admin.user)
    address = reverse("organisation_edit", args=[cast.org_c.pk])
    client.post(address, {"name": "Organisation C", "sector": "Water", "local": "on"})
    cast.org_c.refresh_from_db()
    assert cast.org_c.sector == "Water"
    taken = client.post(address, {"name": "Organisation A", "local": "on"})
    assert "name" in taken.context["form"].errors
    make_event(cast.org_c).save()
    client.post(reverse("organisation_delete", args=[cast.org_c.pk]))
    assert Organisation.objects.filter(pk=cast.org_c.pk).exists()
    empty = make_organisation("Empty")
    client.post(reverse("organisation_delete", args=[empty.pk]))
    assert not Organisation.objects.filter(pk=empty.pk).exists()


def test_an_organisation_page_counts_only_what_the_reader_sees(cast: Cast) -> None:
    make_event(cast.org_a, distribution=0).save()
    make_event(cast.org_a, distribution=3, published=True).save()
    address = reverse("organisation", args=[cast.org_a.pk])
    own, stranger = (signed_in(one.user).get(address) for one in (cast.analyst, cast.stranger))
    assert (own.context["events"], stranger.context["events"]) == (2, 1)
    assert "admin@a.example" not in stranger.content.decode()


def test_sharing_groups_are_known_to_their_members(cast: Cast) -> None:
    address = reverse("sharing_group", args=[cast.group.uuid])
    expected = {cast.analyst: 200, cast.partner: 200, cast.stranger: 404, cast.site_admin: 200}
    for person, status in expected.items():
        assert signed_in(person.user).get(address).status_code == status
    assert "A and B" not in signed_in(cast.stranger.user).get(reverse("sharing_groups")).content.decode()


def test_sharing_groups_are_changed_by_their_owner(cast: Cast) -> None:
    client = signed_in(cast.org_admin.user)
    made = client.post(reverse("sharing_group_create"), {"name": "New group", "active": "on"})
    group = SharingGroup.objects.get(name="New group")
    assert made.headers["Location"] == reverse("sharing_group", args=[group.uuid])
    assert [(one.org, one.extend) for one in group.members.all()] == [(cast.org_a, True)]
    add = reverse("sharing_group_add_organisation", args=[group.uuid])
    client.post(add, {"organisation": cast.org_c.pk})
    assert group.members.filter(org=cast.org_c, extend=False).exists()
    assert client.post(add, {"organisation": cast.org_c.pk}).status_code == 422
    assert signed_in(cast.stranger.user).post(add, {"organisation": cast.org_b.pk}).status_code == 403
    client.post(reverse("sharing_group_remove_organisation", args=[group.uuid, cast.org_c.pk]))
    assert not group.members.filter(org=cast.org_c).exists()
    opened = client.post(reverse("sharing_group_add_server", args=[group.uuid]), {"all_orgs": "on"})
    assert opened.status_code == 403, "opening it to everybody takes a site administrator"


def test_a_member_without_extend_changes_nothing(cast: Cast) -> None:
    client = signed_in(cast.partner_sync.user)
    for name, fields in (("edit", {"name": "Taken over"}), ("delete", {})):
        assert (
            client.post(reverse(f"sharing_group_{name}", args=[cast.group.uuid]), fields).status_code == 403
        )
    cast.group.refresh_from_db()
    assert cast.group.name == "A and B"


def test_roles_are_explained_and_changed(cast: Cast) -> None:
    role = cast.reader.user.role
    assert signed_in(cast.reader.user).get(reverse("role", args=[role.pk])).status_code == 200
    address = reverse("role_edit", args=[role.pk])
    assert signed_in(cast.org_admin.user).post(address, {"name": "Mine", "perm_add": "on"}).status_code == 403
    signed_in(cast.site_admin.user).post(
        address, {"name": "Read Only", "perm_auth": "on", "perm_tagger": "on"}
    )
    role.refresh_from_db()
    assert (role.perm_tagger, role.perm_audit) == (True, False)
    signed_in(cast.site_admin.user).post(reverse("role_delete", args=[role.pk]))
    assert Role.objects.filter(pk=role.pk).exists(), "somebody has it"


def test_the_trail_of_others_is_not_shown(cast: Cast) -> None:
    for person in (cast.org_admin, cast.site_admin):
        fields = {"name": f"Group of {person.user.org.name}", "active": "on"}
        signed_in(person.user).post(reverse("sharing_group_create"), fields)
    organisation = signed_in(cast.org_admin.user).get(reverse("audit")).content.decode()
    assert "Group of Organisation A" in organisation
    assert "Group of Hub" not in organisation
    own = signed_in(cast.reader.user).get(reverse("audit")).content.decode()
    assert "Group of Organisation A" not in own, "a colleague's acts are for the organisation's administrator"
    everything = signed_in(cast.site_admin.user).get(reverse("audit")).content.decode()
    assert "Group of Organisation A" in everything
    assert "Group of Hub" in everything
    filtered = signed_in(cast.site_admin.user).get(reverse("audit") + "?kind=user").content.decode()
    assert "Group of Hub" not in filtered


NONSENSE = ("after=1,x", "after=99999999999999999999,a", "before=1,%00", "sort=password", "q=%00", "kind=%00")


@pytest.mark.parametrize("query", NONSENSE)
@pytest.mark.parametrize("name", ["users", "organisations", "sharing_groups", "audit"])
def test_addresses_that_make_no_sense_break_nothing(cast: Cast, name: str, query: str) -> None:
    assert signed_in(cast.site_admin.user).get(f"{reverse(name)}?{query}").status_code == 200


def test_lists_are_paged(cast: Cast) -> None:
    for number in range(20):
        make_user(cast.org_a, cast.analyst.user.role, f"p{number:02}@a.example")
    client, seen, address = signed_in(cast.org_admin.user), [], reverse("users") + "?rows=15&sort=-email"
    while address:
        page = client.get(address)
        seen += [person.email for person in page.context["rows"]]
        address = reverse("users") + page.context["older"] if page.context["older"] else ""
    everybody = User.objects.filter(org=cast.org_a).values_list("email", flat=True)
    assert seen == sorted(everybody, reverse=True)


def test_a_new_account_gets_the_default_role_unless_another_is_chosen(cast: Cast) -> None:
    Role.objects.update(default_role=False)
    Role.objects.filter(pk=cast.reader.user.role_id).update(default_role=True)
    for administrator in (cast.site_admin, cast.org_admin):
        form = signed_in(administrator.user).get(reverse("user_create")).context["form"]
        assert form["role_id"].value() == cast.reader.user.role_id


def test_the_form_of_an_officers_account_says_that_two_change_it_and_keeps_what_was_typed(cast: Cast) -> None:
    holder = officer(cast)
    browser = signed_in(cast.site_admin.user)
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    path = reverse("user_edit", args=[holder.user.pk])
    shown = browser.get(path)
    assert "proposed on the page of the account" in shown.content.decode()
    typed = shown.context["form"].initial | {"email": "someone.else@hub.example"}
    answer = browser.post(path, {name: value for name, value in typed.items() if value not in (None, False)})
    assert answer.status_code == 422
    assert "someone.else@hub.example" in answer.content.decode()
    assert User.objects.get(pk=holder.user.pk).email == holder.user.email
