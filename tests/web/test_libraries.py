"""Taxonomies and warninglists on the web: all users read, few enable, only by POST."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import make_role, make_user
from tests.factories.seed import Seed
from tests.factories.warninglists import WarninglistFile, store
from tests.web.accounts import signed_in
from vardkase.audit.models import AuditEntry
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.models import User
from vardkase.knowledge.taxonomies.models import Taxonomy, TaxonomyEntry, TaxonomyPredicate
from vardkase.knowledge.warninglists.models import Warninglist

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]

TAXONOMY_ACTS = ("taxonomy_on", "taxonomy_off", "taxonomy_require", "taxonomy_release")
WARNINGLIST_ACTS = ("warninglist_on", "warninglist_off")


@pytest.fixture
def taxonomy() -> Taxonomy:
    made = Taxonomy.objects.create(namespace="weather", description="What falls from the sky", version=3)
    rain = TaxonomyPredicate.objects.create(taxonomy=made, value="rain", expanded="Rain")
    TaxonomyEntry.objects.create(predicate=rain, value="heavy", description="Take an umbrella")
    TaxonomyEntry.objects.create(predicate=rain, value="light")
    Taxonomy.objects.create(namespace="colour", description="What it looks like", enabled=True)
    return made


@pytest.fixture
def warninglist() -> Warninglist:
    store(WarninglistFile(name="Resolvers", type="cidr", version=1, values=["192.0.2.1", "192.0.2.2"]))
    store(WarninglistFile(name="Great sites", type="hostname", version=1, values=["example.com"]))
    return Warninglist.objects.get(name="Resolvers")


@pytest.fixture
def keeper(seed: Seed) -> User:
    """A user who may enable warninglists and nothing else."""
    return make_user(seed.org_a, make_role("Keeper", frozenset({Permission.WARNINGLIST})), "keeper@a.example")


def test_all_users_read_taxonomies(seed: Seed, taxonomy: Taxonomy) -> None:
    client = signed_in(seed.reader.user)
    page = client.get(reverse("taxonomies"))
    assert [row.taxonomy.namespace for row in page.context["rows"]] == ["colour", "weather"]
    assert page.context["rows"][1].total == 2
    assert reverse("taxonomy_on", args=[taxonomy.pk]) not in page.content.decode()
    detail = client.get(reverse("taxonomy", args=[taxonomy.pk]))
    assert [entry.tag for entry in detail.context["entries"]] == [
        'weather:rain="heavy"',
        'weather:rain="light"',
    ]
    assert '<form method="post"' not in detail.content.decode().partition("<main")[2]


def test_lists_are_filtered(seed: Seed, taxonomy: Taxonomy, warninglist: Warninglist) -> None:
    client = signed_in(seed.reader.user)

    def namespaces(query: str) -> list[str]:
        rows = client.get(f"{reverse('taxonomies')}?{query}").context["rows"]
        return [row.taxonomy.namespace for row in rows]

    assert namespaces("q=SKY") == ["weather"]
    assert namespaces("state=on") == ["colour"]
    assert namespaces("state=off&q=looks") == []
    assert namespaces("state=nonsense") == ["colour", "weather"]
    lists = client.get(f"{reverse('warninglists')}?q=great").context["rows"]
    assert [row.name for row, _type, _category in lists] == ["Great sites"]
    tags = client.get(f"{reverse('taxonomy', args=[taxonomy.pk])}?q=umbrella").context["entries"]
    assert [entry.tag for entry in tags] == ['weather:rain="heavy"']


def test_visitors_are_redirected(taxonomy: Taxonomy) -> None:
    for name in ("taxonomies", "warninglists"):
        assert Client().get(reverse(name)).status_code == 302


@pytest.mark.parametrize("name", TAXONOMY_ACTS)
def test_only_site_administrators_enable_taxonomies(seed: Seed, taxonomy: Taxonomy, name: str) -> None:
    before = list(Taxonomy.objects.order_by("pk").values())
    for person in (seed.reader, seed.analyst, seed.org_admin, seed.partner_sync):
        answer = signed_in(person.user).post(reverse(name, args=[taxonomy.pk]))
        assert answer.status_code == 403, person.user.email
    boss = signed_in(seed.site_admin.user)
    assert boss.get(reverse(name, args=[taxonomy.pk])).status_code == 405
    assert boss.post(reverse(name, args=[10**9])).status_code == 404
    assert list(Taxonomy.objects.order_by("pk").values()) == before


def test_site_administrator_enables_taxonomy(seed: Seed, taxonomy: Taxonomy) -> None:
    boss = signed_in(seed.site_admin.user)
    for name, field, expected in (
        ("taxonomy_on", "enabled", True),
        ("taxonomy_require", "required", True),
        ("taxonomy_off", "enabled", False),
        ("taxonomy_release", "required", False),
    ):
        answer = boss.post(f"{reverse(name, args=[taxonomy.pk])}?q=wea")
        assert answer.headers["Location"] == f"{reverse('taxonomies')}?q=wea#row-{taxonomy.pk}"
        assert Taxonomy.objects.values_list(field, flat=True).get(pk=taxonomy.pk) is expected
    assert AuditEntry.objects.filter(target_kind="taxonomy", target_id=taxonomy.pk).count() == 4


@pytest.mark.parametrize("name", WARNINGLIST_ACTS)
def test_permission_allows_enabling_warninglist(
    seed: Seed, warninglist: Warninglist, keeper: User, name: str
) -> None:
    address = reverse(name, args=[warninglist.pk])
    before = list(Warninglist.objects.order_by("pk").values())
    for person in (seed.reader, seed.analyst, seed.org_admin):
        assert signed_in(person.user).post(address).status_code == 403
        assert address not in signed_in(person.user).get(reverse("warninglists")).content.decode()
    assert signed_in(keeper).get(address).status_code == 405
    assert signed_in(keeper).post(reverse(name, args=[10**9])).status_code == 404
    assert list(Warninglist.objects.order_by("pk").values()) == before
    Warninglist.objects.update(enabled=name == "warninglist_off")
    assert address in signed_in(keeper).get(reverse("warninglists")).content.decode()
    assert signed_in(keeper).post(address).status_code == 302
    assert Warninglist.objects.get(pk=warninglist.pk).enabled is (name == "warninglist_on")
    other = Warninglist.objects.get(name="Great sites")
    assert other.enabled is (name == "warninglist_off"), "the other list is unchanged"


def test_several_lists_are_enabled_at_once(seed: Seed, warninglist: Warninglist, keeper: User) -> None:
    chosen = {"pk": list(Warninglist.objects.values_list("pk", flat=True))}
    assert signed_in(seed.analyst.user).post(reverse("warninglists_on"), chosen).status_code == 403
    client = signed_in(keeper)
    assert client.get(reverse("warninglists_on")).status_code == 405
    assert client.post(reverse("warninglists_on"), {"pk": "x"}).status_code == 404
    assert not Warninglist.objects.filter(enabled=True).exists()
    client.post(reverse("warninglists_on"), chosen)
    assert Warninglist.objects.filter(enabled=True).count() == 2
    client.post(reverse("warninglists_off"), {"pk": [str(warninglist.pk), "x"]})
    assert list(Warninglist.objects.filter(enabled=True).values_list("name", flat=True)) == ["Great sites"]


def test_empty_library_is_explained(seed: Seed) -> None:
    client = signed_in(seed.reader.user)
    for name in ("taxonomies", "warninglists"):
        page = client.get(reverse(name))
        assert page.status_code == 200
        assert 'class="panel empty"' in page.content.decode()
