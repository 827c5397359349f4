"""Several accounts at once: confirmed, taken back, and no further than each administrator reaches."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse

from tests.factories import make_user
from tests.factories.seed import Seed
from tests.web.signed_in import signed_in
from vardkase.audit.models import AuditEntry
from vardkase.core.mail.models import OutgoingMail
from vardkase.identity.accounts.models import Role, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]


@pytest.fixture
def people(seed: Seed) -> list[User]:
    return [make_user(seed.org_a, seed.analyst.user.role, f"p{number}@a.example") for number in range(3)]


def ids(people: list[User]) -> list[str]:
    return [str(person.pk) for person in people]


def undo(page: Any) -> tuple[str, dict[str, list[str]]]:
    """The address and the fields of the button that takes back."""
    form = re.search(
        r'<form class="undo" method="post" action="([^"]*)">(.*?)</form>', page.content.decode(), re.DOTALL
    )
    assert form
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form[2]):
        fields.setdefault(name, []).append(value)
    return form[1], fields


def test_accounts_are_disabled_and_enabled_again(seed: Seed, people: list[User]) -> None:
    client = signed_in(seed.org_admin)
    assert 'name="pk"' in client.get(reverse("users")).content.decode()
    User.objects.filter(pk=people[2].pk).update(disabled=True)
    off = reverse("users_off")
    asked = client.post(off, {"pk": ids(people)})
    assert "p0@a.example" in asked.content.decode()
    assert User.objects.filter(pk__in=ids(people), disabled=True).count() == 1
    page = client.post(off, {"pk": ids(people), "sure": "1"}, follow=True)
    assert User.objects.filter(pk__in=ids(people), disabled=True).count() == 3
    address, fields = undo(page)
    client.post(address, fields)
    # Who was disabled before stays so.
    assert list(User.objects.filter(pk__in=ids(people), disabled=True)) == [people[2]]
    mine = [*ids(people), str(seed.org_admin.user.pk)]
    client.post(off, {"pk": mine, "sure": "1"})
    assert User.objects.filter(pk__in=mine, disabled=True).count() == 1


def test_roles_are_given_and_taken_back(seed: Seed, people: list[User]) -> None:
    client = signed_in(seed.org_admin)
    give, reader = reverse("users_role"), seed.reader.user.role
    form = client.post(give, {"pk": ids(people)})
    assert form.status_code == 200
    choices = form.context["form"].fields["role_id"].choices
    offered = {pk for pk, _name in choices}
    assert choices[0][0] == ""
    assert seed.site_admin.user.role.pk not in offered
    assert form.context["things"][0] == f"p0@a.example ({seed.org_a.name}): {people[0].role.name}"
    assert client.post(give, {"pk": ids(people), "sure": "1", "role_id": ""}).status_code == 422
    User.objects.filter(pk=people[2].pk).update(role=reader)
    sent = {"pk": ids(people), "sure": "1", "role_id": str(reader.pk)}
    asked = client.post(give, sent)
    assert asked.context["things"] == [
        f"p0@a.example ({seed.org_a.name}): {people[0].role.name} → {reader.name}",
        f"p1@a.example ({seed.org_a.name}): {people[0].role.name} → {reader.name}",
        f"p2@a.example ({seed.org_a.name}): {reader.name}, har redan rollen",
    ]
    assert User.objects.filter(pk__in=ids(people), role=reader).count() == 1
    page = client.post(give, dict(asked.context["fields"]) | sent, follow=True)
    assert "1 hade redan rollen." in page.content.decode()
    assert set(User.objects.filter(pk__in=ids(people)).values_list("role", flat=True)) == {reader.pk}
    address, fields = undo(page)
    client.post(address, fields)
    # Who had the role before keeps it.
    assert list(User.objects.filter(pk__in=ids(people), role=reader)) == [people[2]]
    User.objects.filter(pk=people[2].pk).update(role=people[0].role)
    for wrong in (seed.site_admin.user.role.pk, 10**9, "x"):
        for sure in ({}, {"confirmed": "1"}):
            assert client.post(give, {**sent, **sure, "role_id": str(wrong)}).status_code == 422
    # Nor by the way back.
    forged = [f"{people[0].pk}:{seed.site_admin.user.role.pk}"]
    assert client.post(reverse("users_take_role_back"), {"pk": forged}).status_code == 403
    for nonsense in ("x:y", "1", ":"):
        assert client.post(reverse("users_take_role_back"), {"pk": nonsense}).status_code == 404
    assert set(User.objects.filter(pk__in=ids(people)).values_list("role", flat=True)) == {people[0].role_id}
    edited = AuditEntry.objects.filter(action="user.edited", target_id__in=ids(people))
    assert edited.count() == 4


def test_role_of_an_officer_is_not_given_alone(seed: Seed, people: list[User]) -> None:
    officer = make_user(seed.hub, seed.analyst.user.role, "o@hub.example", staff_roles=["membership_officer"])
    chosen = [*ids(people), str(officer.pk)]
    sent = {"pk": chosen, "sure": "1", "confirmed": "1", "role_id": str(seed.reader.user.role.pk)}
    page = signed_in(seed.site_admin).post(reverse("users_role"), sent)
    assert page.status_code == 422
    assert "o@hub.example" in str(page.context["form"].non_field_errors())
    assert set(User.objects.filter(pk__in=chosen).values_list("role", flat=True)) == {officer.role_id}


def test_people_are_written_to_and_get_new_passwords(seed: Seed, people: list[User], settings: Any) -> None:
    settings.VARDKASE_SMTP_HOST, settings.VARDKASE_MAIL_FROM = "127.0.0.1", "hub@hub.example"
    client = signed_in(seed.org_admin)
    write = reverse("users_write")
    settings.VARDKASE_SMTP_HOST = ""
    unsent = client.post(
        write, {"pk": ids(people), "sure": "1", "subject": "Hej", "body": "Hej"}, follow=True
    )
    assert "så inget kan skickas" in unsent.content.decode()
    settings.VARDKASE_SMTP_HOST = "127.0.0.1"
    assert client.post(write, {"pk": ids(people)}).status_code == 200
    assert client.post(write, {"pk": ids(people), "sure": "1", "subject": ""}).status_code == 422
    client.post(write, {"pk": ids(people), "sure": "1", "subject": "Hej", "body": "Vi byter roller."})
    assert OutgoingMail.objects.count() + len(mail.outbox) >= 3
    before = set(User.objects.filter(pk__in=ids(people)).values_list("password", flat=True))
    reset = reverse("users_passwords")
    client.post(reset, {"pk": ids(people)})
    assert set(User.objects.filter(pk__in=ids(people)).values_list("password", flat=True)) == before
    client.post(reset, {"pk": ids(people), "sure": "1"})
    after = User.objects.filter(pk__in=ids(people))
    assert not before & set(after.values_list("password", flat=True))
    assert all(user.change_pw for user in after)
    assert {user.links.count() for user in after} == {1}
    own = str(seed.org_admin.user.pk)
    client.post(reset, {"pk": [*ids(people[:1]), own], "sure": "1"})
    assert not seed.org_admin.user.links.exists()


@pytest.mark.parametrize("view", ["users_off", "users_on", "users_role", "users_passwords", "users_write"])
def test_nobody_reaches_further_than_alone(seed: Seed, people: list[User], view: str) -> None:
    address = reverse(view)
    sent = {"pk": ids(people), "sure": "1", "confirmed": "1", "subject": "x", "body": "x"}
    sent["role_id"] = str(seed.reader.user.role.pk)
    before = list(User.objects.order_by("pk").values("pk", "password", "role", "disabled"))
    for person in (seed.reader, seed.analyst):
        assert signed_in(person).post(address, sent).status_code == 403
    client = signed_in(seed.org_admin)
    assert client.get(address).status_code == 405
    others = [str(seed.stranger.user.pk)]
    for chosen in ([], others, [*ids(people), *others], ["1" * 30], [str(10**9)]):
        assert client.post(address, {**sent, "pk": chosen}).status_code == 404, chosen
    boss = str(Role.objects.get(pk=seed.site_admin.user.role_id).pk)
    assert boss
    assert list(User.objects.order_by("pk").values("pk", "password", "role", "disabled")) == before
