"""Own warninglists on the web: opened and tested by everyone, written by those who may."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.factories import make_role, make_user
from tests.factories.seed import Seed
from tests.factories.warninglists import WarninglistFile, store
from tests.web.accounts import signed_in
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.models import User
from vardkase.knowledge.warninglists.models import Warninglist
from vardkase.web.knowledge.warninglists import forms

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]

HOSTILE = "<script>alert(1)</script>"
NEW = {
    "name": "Our proxies",
    "description": "What we send from",
    "type": "cidr",
    "category": "known",
    "matching_attributes": ["ip-src", "ip-dst"],
    "entries": "192.0.2.0/28 # north\n\n198.51.100.7",
    "enabled": "on",
}


@pytest.fixture
def keeper(seed: Seed) -> User:
    return make_user(seed.org_a, make_role("Keeper", frozenset({Permission.WARNINGLIST})), "keeper@a.example")


@pytest.fixture
def packaged() -> Warninglist:
    values = [f"host{n}.example" for n in range(120)]
    store(WarninglistFile(name="Great sites", type="hostname", version=4, values=values), enabled=True)
    return Warninglist.objects.get(name="Great sites")


def made_by(keeper: User, **changes: object) -> Warninglist:
    answer = signed_in(keeper).post(reverse("warninglist_create"), {**NEW, **changes})
    assert answer.status_code == 302, answer.context["form"].errors
    return Warninglist.objects.latest("pk")


def test_list_is_opened_page_by_page_and_searched(seed: Seed, packaged: Warninglist) -> None:
    client = signed_in(seed.reader.user)
    address = reverse("warninglist", args=[packaged.pk])
    first = client.get(address)
    assert [row.value for row in first.context["rows"]][:2] == ["host0.example", "host1.example"]
    second = client.get(address + first.context["older"])
    assert not {row.pk for row in first.context["rows"]} & {row.pk for row in second.context["rows"]}
    found = client.get(f"{address}?q=HOST77").context["rows"]
    assert [row.value for row in found] == ["host77.example"]
    nothing = client.get(f"{address}?q=nothing", headers={"accept-language": "en"}).content.decode()
    assert "Show all entries" in nothing
    store(WarninglistFile(name="Bare", type="hostname", version=1, values=[]), enabled=True)
    bare = reverse("warninglist", args=[Warninglist.objects.get(name="Bare").pk])
    empty = client.get(bare, headers={"accept-language": "en"}).content.decode()
    assert "The list has no entries" in empty
    assert "Show all entries" not in empty
    assert client.get(reverse("warninglist", args=[10**9])).status_code == 404


def test_keeper_writes_own_list(seed: Seed, keeper: User) -> None:
    made = made_by(keeper)
    assert (made.default, made.enabled, made.entry_count) == (False, True, 2)
    assert made.matching_attributes == ["ip-src", "ip-dst"]
    client = signed_in(keeper)
    edit = reverse("warninglist_edit", args=[made.pk])
    assert client.get(edit).context["form"]["entries"].value() == "192.0.2.0/28 # north\n198.51.100.7"
    client.post(edit, {**NEW, "name": "Proxies", "entries": "192.0.2.0/24", "mark": made.mark})
    client.post(
        reverse("warninglist_add_entries", args=[made.pk]), {"entries": "203.0.113.9 # new\n192.0.2.0/24"}
    )
    made.refresh_from_db()
    assert (made.name, made.version) == ("Proxies", 2)
    assert sorted(made.entries.values_list("value", "comment")) == [
        ("192.0.2.0/24", None),
        ("203.0.113.9", "new"),
    ]
    delete = reverse("warninglist_delete", args=[made.pk])
    assert client.get(delete).status_code == 200
    assert Warninglist.objects.filter(pk=made.pk).exists()
    client.post(delete)
    assert not Warninglist.objects.filter(pk=made.pk).exists()


def test_errors_name_their_line(keeper: User) -> None:
    client = signed_in(keeper)
    page = client.post(reverse("warninglist_create"), {**NEW, "entries": "192.0.2.1\n\nnorth\n300.1.1.1"})
    assert page.status_code == 422
    assert [error[:6] for error in page.context["form"].errors["entries"]] == ["Rad 3:", "Rad 4:"]
    many = "\n".join(["north"] * (forms.ERRORS_SHOWN + 3))
    page = client.post(reverse("warninglist_create"), {**NEW, "entries": many})
    assert "3 rader till har fel." in page.content.decode()
    page = client.post(reverse("warninglist_create"), {**NEW, "matching_attributes": ["ip-sauce"]})
    assert "ip-sauce" in page.content.decode()
    assert not Warninglist.objects.exists()


def test_name_is_unique(keeper: User, packaged: Warninglist) -> None:
    page = signed_in(keeper).post(reverse("warninglist_create"), {**NEW, "name": packaged.name})
    assert page.status_code == 422
    assert "name" in page.context["form"].errors


def test_long_list_is_edited_without_its_entries(keeper: User, monkeypatch: pytest.MonkeyPatch) -> None:
    made = made_by(keeper)
    monkeypatch.setattr(forms, "MOST_EDITED", 1)
    client = signed_in(keeper)
    edit = reverse("warninglist_edit", args=[made.pk])
    assert "entries" not in client.get(edit).context["form"].fields
    client.post(edit, {**NEW, "description": "Others", "entries": "203.0.113.1", "mark": made.mark})
    made.refresh_from_db()
    assert (made.description, made.entry_count) == ("Others", 2)


def test_edit_does_not_overwrite_what_others_added_meanwhile(keeper: User) -> None:
    made = made_by(keeper)
    client = signed_in(keeper)
    edit = reverse("warninglist_edit", args=[made.pk])
    mark = client.get(edit).context["form"]["mark"].value()
    client.post(reverse("warninglist_add_entries", args=[made.pk]), {"entries": "203.0.113.9"})
    for sent in ({"mark": mark}, {}):
        page = client.post(edit, {**NEW, "entries": "192.0.2.0/24", **sent})
        assert page.status_code == 422
        assert page.context["form"].non_field_errors()
    assert Warninglist.objects.get().entry_count == 3


def test_types_are_found_while_they_are_chosen(keeper: User) -> None:
    client = signed_in(keeper)
    found = client.get(
        reverse("warninglist_find"), {"field": "matching_attributes", "q_matching_attributes": "ip-"}
    )
    assert "ip-dst" in found.content.decode()
    searched = client.post(
        reverse("warninglist_create"),
        {**NEW, "find": "matching_attributes", "q_matching_attributes": "sha"},
    )
    assert "sha256" in searched.content.decode()
    assert not Warninglist.objects.exists()


def test_only_keepers_write(seed: Seed, keeper: User, packaged: Warninglist) -> None:
    made = made_by(keeper)
    for person in (seed.reader, seed.analyst, seed.org_admin):
        client = signed_in(person.user)
        for name in ("warninglist_edit", "warninglist_delete", "warninglist_add_entries"):
            address = reverse(name, args=[made.pk])
            assert client.post(address, NEW).status_code == 403, (name, person.user.email)
        assert client.post(reverse("warninglist_create"), NEW).status_code == 403
        assert client.post(reverse("warninglists_update")).status_code == 403
        page = client.get(reverse("warninglist", args=[made.pk])).content.decode()
        assert reverse("warninglist_edit", args=[made.pk]) not in page
    assert Warninglist.objects.get(pk=made.pk).entry_count == 2


def test_packaged_list_is_not_changed(keeper: User, packaged: Warninglist) -> None:
    client = signed_in(keeper)
    for name in ("warninglist_edit", "warninglist_delete", "warninglist_add_entries"):
        answer = client.post(reverse(name, args=[packaged.pk]), {**NEW, "type": "hostname"})
        assert answer.status_code == 403, name
    packaged.refresh_from_db()
    assert (packaged.name, packaged.entry_count) == ("Great sites", 120)


def test_list_is_enabled_from_its_page(keeper: User, packaged: Warninglist) -> None:
    answer = signed_in(keeper).post(reverse("warninglist_off", args=[packaged.pk]), {"back": "view"})
    assert answer.headers["Location"] == reverse("warninglist", args=[packaged.pk])
    assert not Warninglist.objects.get(pk=packaged.pk).enabled


def test_everyone_tests_values(seed: Seed, keeper: User, packaged: Warninglist) -> None:
    made_by(keeper, enabled="")
    client = signed_in(seed.reader.user)
    address = reverse("warninglists_test")
    assert client.get(address).status_code == 200
    sent = {"values": "www.host7[.]example\n192.0.2.3\nunknown.example"}
    page = client.post(address, sent)
    hits = {value: [hit.name for hit in found] for value, found in page.context["hits"]}
    assert hits == {"www.host7.example": ["Great sites"]}
    assert page.context["others"] == ["192.0.2.3", "unknown.example"]
    page = client.post(address, {**sent, "every": "on"})
    hits = {value: [hit.name for hit in found] for value, found in page.context["hits"]}
    assert hits["192.0.2.3"] == ["Our proxies"]
    many = "\n".join(f"192.0.2.{n}/32" for n in range(forms.MOST_TESTED + 1))
    assert client.post(address, {"values": many}).status_code == 422


def test_texts_are_escaped(seed: Seed, keeper: User) -> None:
    made = made_by(keeper, name=HOSTILE, description=HOSTILE, type="string", entries=f"{HOSTILE} # {HOSTILE}")
    client = signed_in(keeper)
    pages = [client.get(reverse("warninglists")), client.get(reverse("reference_data"))]
    pages += [
        client.get(reverse(name, args=[made.pk]))
        for name in ("warninglist", "warninglist_edit", "warninglist_delete")
    ]
    pages.append(client.post(reverse("warninglists_test"), {"values": HOSTILE}))
    for page in pages:
        assert page.status_code == 200
        assert HOSTILE not in page.content.decode()
