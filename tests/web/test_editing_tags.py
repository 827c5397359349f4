"""Adding and removing tags on the web."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.factories import make_attribute, make_event
from tests.factories.knowledge import make_attack, make_cluster, make_collection, make_galaxy, make_tag
from tests.factories.seed import Seed
from tests.web.signed_in import signed_in
from vardkase.intel.models import Attribute, AttributeTag, Event, EventTag
from vardkase.knowledge.galaxies.models import Galaxy, GalaxyCluster
from vardkase.knowledge.taxonomies.models import FavouriteTag, Tag, Taxonomy, TaxonomyPredicate

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
    assert names("apt 2, greenf") == [APT, "greenfield"]
    assert names("") == ["tlp:red", "tlp:green"]
    part = web.get(f"/event/{event.pk}/tag/", {"q": "green"}, headers={"hx-target": "choices"}).text
    assert "tlp:green" in part
    assert "<html" not in part
    dialog = web.get(f"/event/{event.pk}/tag/", headers={"hx-target": "dialogs"}).text
    assert "<dialog" in dialog
    assert "<html" not in dialog


def test_techniques_of_attack_come_first_and_labels_of_tlp_are_said_once(web: Client, event: Event) -> None:
    nice, attack = make_galaxy("nice-framework-tasks"), make_attack()
    make_cluster(nice, "Analyse mail - T1566")
    make_cluster(attack, "Spearphishing - T1566.001")
    odd = Taxonomy.objects.create(namespace="t1566", enabled=True)
    TaxonomyPredicate.objects.create(taxonomy=odd, value="T1566")

    def names(text: str) -> list[str]:
        return [each.name for each in web.get(f"/event/{event.pk}/tag/", {"q": text}).context["choices"]]

    assert [name.split('"')[1] for name in names("t1566")[:3]] == [
        "Phishing - T1566",
        "Spearphishing - T1566.001",
        "Analyse mail - T1566",
    ]
    picked = web.get("/tags/find/", {"field": "tags", "q_tags": "T1566"}).context["found"]
    assert "Phishing" in picked[0].label
    done = web.get("/search/suggestions/", {"q": "galaxy:T1566"}).text
    assert done.index("Phishing - T1566") < done.index("Analyse mail")

    taxonomy = Taxonomy.objects.create(namespace="tlp", enabled=True)
    for label in ("red", "white", "ex:chr", "unclear"):
        TaxonomyPredicate.objects.create(
            taxonomy=taxonomy,
            value=label,
            expanded="(TLP) For the eyes",
            description="For the eyes. For the eyes.",
        )
    page = web.get(f"/event/{event.pk}/tag/")
    assert [each.name for each in page.context["choices"]] == ["tlp:red"]
    assert page.text.count("Only for those it is given to in person.") == 1
    assert "For the eyes" not in page.text
    # It can still be written, by those who read of it elsewhere.
    assert names("tlp:white") == ["tlp:white"]


def test_technique_numbers_are_found_one_by_one(web: Client, event: Event) -> None:
    galaxy = Galaxy.objects.create(name="Attack Pattern", type="mitre-attack-pattern")
    for value in ("Data Encrypted for Impact - T1486", "PowerShell - T1059.001"):
        GalaxyCluster.objects.create(
            galaxy=galaxy,
            type=galaxy.type,
            value=value,
            tag_name=f'misp-galaxy:{galaxy.type}="{value}"',
            default=True,
        )
    choices = web.get(f"/event/{event.pk}/tag/", {"q": "T1486 T1059.001"}).context["choices"]
    assert len(choices) == 2
    web.post(f"/event/{event.pk}/tag/", {"tag": [choice.name for choice in choices]})
    assert EventTag.objects.filter(event=event).count() == 2


@pytest.mark.usefixtures("vocabulary")
def test_selected_tags_survive_the_next_search(web: Client, event: Event) -> None:
    url = f"/event/{event.pk}/tag/"
    found = web.get(url, {"q": "green", "tag": APT}, headers={"hx-target": "choices"})
    assert found.context["selected"] == [APT]
    assert found.text.count("checked") == 1
    # Without JavaScript the search is a button of the form.
    page = web.post(url, {"find": "1", "q": "green", "tag": APT})
    assert page.context["selected"] == [APT]
    assert not EventTag.objects.exists()


@pytest.mark.usefixtures("vocabulary")
def test_several_tags_are_added_all_or_none_and_undone(web: Client, event: Event) -> None:
    url = f"/event/{event.pk}/tag/"
    refused = web.post(url, {"tag": ["greenfield", "made:up"]})
    assert refused.status_code == 422
    assert refused.context["selected"] == ["greenfield", "made:up"]
    assert web.post(url, {"tag": ["tlp:red", "tlp:green"]}).status_code == 422
    assert web.post(url, {}).status_code == 422
    assert not EventTag.objects.exists()

    page = web.post(url, {"tag": ["greenfield", APT]}, follow=True)
    assert "2 tags added" in page.text
    assert f"/event/{event.pk}/untag/" in page.text
    web.post(f"/event/{event.pk}/untag/", {"tag": ["greenfield", APT]})
    assert not EventTag.objects.exists()
    web.post(f"/event/{event.pk}/untag/", {"tag": ["greenfield"]})  # Removed already: nothing happens.


@pytest.mark.usefixtures("vocabulary")
def test_collection_and_favourites_are_offered_first(web: Client, event: Event, seed: Seed) -> None:
    green = Tag.objects.get(name="greenfield")
    FavouriteTag.objects.create(user=seed.analyst.user, tag=green)
    ours = make_collection(seed.org_a, green, make_tag("campaign:winter"), name="Winter")
    others = make_collection(seed.org_b, make_tag("secret:project"), name="Of others")
    url = f"/event/{event.pk}/tag/"
    page = web.get(url)
    assert page.context["choices"][0].name == "greenfield"
    assert "Winter" in page.text
    assert "Of others" not in page.text
    web.post(url, {"tag": [f"collection_{ours.pk}"]})
    names = set(EventTag.objects.filter(event=event).values_list("tag__name", flat=True))
    assert names == {"greenfield", "campaign:winter"}
    assert web.post(url, {"tag": [f"collection_{others.pk}"]}).status_code == 422


def test_undoing_the_removal_of_a_local_tag_keeps_it_local(web: Client, event: Event) -> None:
    make_tag("ours")
    url = f"/event/{event.pk}/tag/"
    web.post(url, {"tag": "ours", "local": "1"})
    page = web.post(f"/event/{event.pk}/untag/", {"tag": "ours"}, follow=True)
    assert '<input type="hidden" name="local" value="1">' in page.text


def test_script_in_the_name_of_a_tag_or_collection_is_text(web: Client, event: Event, seed: Seed) -> None:
    tag = make_tag('x"><script>alert(1)</script>')
    make_collection(seed.org_a, tag, name="<script>alert(2)</script>")
    url = f"/event/{event.pk}/tag/"
    page = web.get(url, {"tag": tag.name})
    assert "<script>alert" not in page.text
    assert "<script>alert" not in web.post(url, {"tag": tag.name}, follow=True).text
    assert "<script>alert" not in web.post(f"/event/{event.pk}/untag/", {"tag": tag.name}, follow=True).text


@pytest.mark.usefixtures("vocabulary")
def test_vocabulary_tag_is_created_on_first_use(web: Client, event: Event) -> None:
    for name in ("tlp:green", APT):
        assert web.post(f"/event/{event.pk}/tag/", {"tag": name}).status_code == 302
    assert {link.tag.name for link in EventTag.objects.filter(event=event)} == {"tlp:green", APT}
    assert web.post(f"/event/{event.pk}/tag/", {"tag": "off:green"}).status_code == 422
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
    assert web.post(url, {"tag": "tlp:" + "'" * 100_000}).status_code == 422


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


def test_selected_attributes_get_several_tags_found_as_for_one(web: Client, event: Event) -> None:
    """Without a tag the bar leads to the choice, which sends the selection on; nothing chosen changes nothing."""
    rows = [make_attribute(event) for _ in range(2)]
    for row in rows:
        row.save()
    make_tag("ours")
    make_tag("theirs")
    url = f"/event/{event.pk}/attributes/tag/"
    asked = web.post(url, {"pk": [row.pk for row in rows]})
    assert "Tag 2 attributes" in asked.text
    assert not AttributeTag.objects.exists()
    sent = asked.context["carrier"].fields
    dialog = web.post(url, {"pk": rows[0].pk}, headers={"HX-Request": "true", "HX-Target": "dialogs"})
    assert "<dialog" in dialog.text
    assert "<html" not in dialog.text
    found = web.get(url, {"q": "our"}, headers={"HX-Request": "true", "HX-Target": "choices"})
    assert [choice.name for choice in found.context["choices"]] == ["ours"]
    assert web.post(url, sent).status_code == 422
    assert web.post(url, {**sent, "tag": "no such tag"}).status_code == 422
    kept = web.post(url, {**sent, "tag": "ours", "q": "their", "find": "1"})
    assert (kept.context["selected"], AttributeTag.objects.count()) == (["ours"], 0)
    web.post(url, {**sent, "tag": ["ours", "theirs"]})
    assert AttributeTag.objects.count() == 4
    nothing = web.post(url, {}, headers={"HX-Request": "true", "HX-Target": "dialogs"})
    assert nothing.headers["HX-Redirect"] == f"/event/{event.pk}/"


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
    points = re.findall(r'name="point" value="([0-9]+)"', page.text)
    web.post(f"{base}/undo/", {"point": points[-1]})
    assert not Attribute.objects.filter(event=event, deleted=True).exists()
    untouched = Attribute.objects.get(pk=foreign.pk)
    assert (untouched.to_ids, untouched.deleted, untouched.distribution) == (False, False, 5)
    assert web.get(f"{base}/delete/").status_code == 405
    assert signed_in(seed.stranger).post(f"{base}/delete/", chosen).status_code == 403
