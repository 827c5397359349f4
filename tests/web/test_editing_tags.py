"""Adding and removing tags on the web."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import make_attribute, make_event
from tests.factories.knowledge import make_tag
from tests.factories.seed import Seed
from tests.web.signed_in import signed_in
from vardkase.intel.models import Attribute, AttributeTag, Event, EventTag
from vardkase.knowledge.galaxies.models import Galaxy, GalaxyCluster
from vardkase.knowledge.taxonomies.models import Taxonomy, TaxonomyPredicate

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]

APT = 'misp-galaxy:threat-actor="APT 28"'


@pytest.fixture
def event(seed: Seed) -> Event:
    event = make_event(seed.org_a, distribution=1)
    event.save()
    return event


@pytest.fixture
def web(seed: Seed) -> Client:
    client = signed_in(seed.analyst)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def vocabulary(db: None) -> None:
    taxonomy = Taxonomy.objects.create(namespace="tlp", enabled=True, exclusive=True)
    for name in ("red", "green"):
        TaxonomyPredicate.objects.create(taxonomy=taxonomy, value=name, expanded=f"TLP {name}")
    hidden = Taxonomy.objects.create(namespace="off", enabled=False)
    TaxonomyPredicate.objects.create(taxonomy=hidden, value="green")
    galaxy = Galaxy.objects.create(name="Threat Actor", type="threat-actor")
    GalaxyCluster.objects.create(
        galaxy=galaxy, type="threat-actor", value="APT 28", tag_name=APT, default=True
    )
    make_tag("greenfield")


@pytest.mark.usefixtures("vocabulary")
def test_search_finds_taxonomies_clusters_and_tags(web: Client, event: Event) -> None:
    def names(text: str) -> list[str]:
        return [one.name for one in web.get(f"/event/{event.pk}/tag/", {"q": text}).context["choices"]]

    assert names("green") == ["tlp:green", "greenfield"]
    assert names("apt 2") == [APT]
    assert names("") == ["tlp:red", "tlp:green"]
    part = web.get(f"/event/{event.pk}/tag/", {"q": "green"}, headers={"hx-request": "true"}).text
    assert "tlp:green" in part
    assert "<html" not in part


@pytest.mark.usefixtures("vocabulary")
def test_vocabulary_tag_is_created_on_first_use(web: Client, event: Event) -> None:
    for name in ("tlp:green", APT):
        assert web.post(f"/event/{event.pk}/tag/", {"tag": name}).status_code == 302
    assert {link.tag.name for link in EventTag.objects.filter(event=event)} == {"tlp:green", APT}
    web.post(f"/event/{event.pk}/tag/", {"tag": "off:green"})
    web.post(f"/event/{event.pk}/tag/", {"tag": "made:up"})
    assert EventTag.objects.filter(event=event).count() == 2


@pytest.mark.usefixtures("vocabulary")
def test_mutually_exclusive_tag_is_replaced_on_request(web: Client, event: Event) -> None:
    url = f"/event/{event.pk}/tag/"
    web.post(url, {"tag": "tlp:green"})
    conflict = web.post(url, {"tag": "tlp:red"})
    assert conflict.status_code == 409
    assert "These tags conflict" in conflict.text
    assert EventTag.objects.get(event=event).tag.name == "tlp:green"
    web.post(url, {"tag": "tlp:red", "replace": "1"})
    assert EventTag.objects.get(event=event).tag.name == "tlp:red"


def test_endless_name_is_refused_before_it_is_looked_at(web: Client, event: Event) -> None:
    url = f"/event/{event.pk}/tag/"
    web.post(url, {"tag": "tlp:green"})
    assert web.post(url, {"tag": "tlp:" + "'" * 100_000}).status_code == 302


def test_local_tag_does_not_unpublish(web: Client, event: Event) -> None:
    make_tag("ours")
    Event.objects.filter(pk=event.pk).update(published=True)
    attribute = make_attribute(event)
    attribute.save()
    url = f"/event/{event.pk}/attribute/{attribute.pk}"
    web.post(f"{url}/tag/", {"tag": "ours", "local": "1"})
    assert AttributeTag.objects.get(attribute=attribute).local is True
    assert Event.objects.get(pk=event.pk).published is True
    assert web.get(f"{url}/untag/").status_code == 405
    web.post(f"{url}/untag/", {"tag": "ours"})
    assert not AttributeTag.objects.exists()


def test_other_organisations_cannot_tag(event: Event, seed: Seed) -> None:
    Event.objects.filter(pk=event.pk).update(published=True)
    make_tag("ours")
    assert signed_in(seed.stranger).post(f"/event/{event.pk}/tag/", {"tag": "ours"}).status_code == 403
    assert signed_in(seed.reader).post(f"/event/{event.pk}/tag/", {"tag": "ours"}).status_code == 403
    bulk = f"/event/{event.pk}/attributes/tag/"
    attribute = make_attribute(event)
    attribute.save()
    signed_in(seed.stranger).post(bulk, {"tag": "ours", "pk": attribute.pk})
    assert not EventTag.objects.exists()
    assert not AttributeTag.objects.exists()


def test_many_attributes_are_changed_at_once(web: Client, event: Event, seed: Seed) -> None:
    rows = [make_attribute(event) for _ in range(3)]
    for row in rows:
        row.save()
    other = make_event(seed.org_b)
    other.save()
    foreign = make_attribute(other)
    foreign.save()
    chosen = {"pk": [row.pk for row in rows[:2]] + [foreign.pk]}
    base = f"/event/{event.pk}/attributes"
    make_tag("ours")

    web.post(f"{base}/detection/", {**chosen, "to_ids": "1"})
    web.post(f"{base}/reach/", {**chosen, "reach": f"4:{seed.group.pk}"})
    web.post(f"{base}/tag/", {**chosen, "tag": "ours"})
    changed = Attribute.objects.filter(event=event, to_ids=True, distribution=4, sharing_group=seed.group)
    assert {row.pk for row in changed} == {row.pk for row in rows[:2]}
    assert AttributeTag.objects.count() == 2

    page = web.post(f"{base}/delete/", chosen, follow=True)
    assert Attribute.objects.filter(event=event, deleted=True).count() == 2
    assert f"{base}/restore/" in page.text
    web.post(f"{base}/restore/", {"pk": ",".join(str(row.pk) for row in rows[:2])})
    assert not Attribute.objects.filter(event=event, deleted=True).exists()
    untouched = Attribute.objects.get(pk=foreign.pk)
    assert (untouched.to_ids, untouched.deleted, untouched.distribution) == (False, False, 5)
    assert web.get(f"{base}/delete/").status_code == 405
    assert signed_in(seed.stranger).post(f"{base}/delete/", chosen).status_code == 403
