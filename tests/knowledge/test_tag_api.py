"""Tags over the API: favourites, statistics, quick add, and relationship types."""

from __future__ import annotations

from tests.api.calls import call
from tests.factories import make_attribute, make_event, make_key
from tests.factories.knowledge import make_tag
from tests.factories.seed import Seed
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.models import AttributeTag, Event, EventTag
from vardkase.knowledge.taxonomies.models import FavouriteTag, Tag, Taxonomy, TaxonomyPredicate


def tagged_event(org: Organisation, *names: str, **fields: object) -> Event:
    event = make_event(org, **fields)
    event.save()
    for name in names:
        EventTag.objects.create(event=event, tag=Tag.objects.get_or_create(name=name)[0])
    return event


def test_favourites_are_personal(seed: Seed) -> None:
    alpha, _ = (make_tag(name) for name in ("alpha", "beta"))
    theirs = make_tag("theirs", org_id=seed.org_b.pk)
    key = seed.analyst.key
    on = call(key, "POST", "/favourite_tags/toggle", {"FavouriteTag": {"data": alpha.pk}})
    assert on == (200, {"saved": True, "success": "Tag added to favourites."})
    listed = call(key, "GET", "/tags/index/1")[1]["Tag"]
    assert [(tag["name"], tag["favourite"]) for tag in listed] == [("alpha", True)]
    assert call(seed.colleague.key, "GET", "/tags/index/1")[1]["Tag"] == []
    assert {tag["favourite"] for tag in call(seed.colleague.key, "GET", "/tags/index")[1]["Tag"]} == {False}
    assert call(key, "POST", "/favourite_tags/toggle", {"data": theirs.pk})[0] == 404
    read_only = make_key(seed.analyst.user, read_only=True)
    assert call(read_only, "POST", "/favourite_tags/toggle", {"data": alpha.pk})[0] == 403
    off = call(key, "POST", "/favouriteTags/toggle", {"data": "alpha"})[1]
    assert off["success"] == "Tag removed from favourites."
    assert not FavouriteTag.objects.exists()


def test_statistics_count_only_readable_data(seed: Seed) -> None:
    for namespace, enabled in (("tlp", True), ("pap", False)):
        taxonomy = Taxonomy.objects.create(namespace=namespace, enabled=enabled)
        TaxonomyPredicate.objects.create(taxonomy=taxonomy, value="red")
    tagged_event(seed.org_a, "tlp:red", "pap:red", 'misp-galaxy:tool="X"', "tlp:infrared", distribution=3)
    tagged_event(seed.org_a, "tlp:red", "alpha", distribution=0)
    everything = call(seed.analyst.key, "GET", "/tags/tagStatistics")[1]
    assert everything == {
        "tags": {
            "tlp:red": "2",
            "pap:red": "1",
            'misp-galaxy:tool="X"': "1",
            "alpha": "1",
            "tlp:infrared": "1",
        },
        "taxonomies": {"tlp": "2"},
    }
    assert next(iter(everything["tags"])) == "tlp:red"
    shares = call(seed.analyst.key, "GET", "/tags/tagStatistics/true/true")[1]["tags"]
    assert (list(shares), shares["tlp:red"]) == (sorted(shares), "33.33%")
    assert "alpha" not in call(seed.stranger.key, "GET", "/tags/tagStatistics")[1]["tags"]


def test_without_tags_statistics_are_empty(seed: Seed) -> None:
    assert call(seed.analyst.key, "GET", "/tags/tagStatistics")[1] == {"tags": [], "taxonomies": []}


def test_quick_add(seed: Seed) -> None:
    added = call(seed.org_admin.key, "POST", "/tags/quickAdd", {"Tag": {"name": "quick"}})[1]
    assert added["data"]["Tag"]["name"] == "quick"
    assert call(seed.analyst.key, "GET", f"/tags/viewTag/{added['id']}")[1]["name"] == "quick"
    assert call(seed.org_admin.key, "POST", "/tags/quickAdd", {})[0] == 405
    assert call(seed.analyst.key, "POST", "/tags/quickAdd", {"name": "no"})[0] == 403


def test_tags_and_relationship_types_of_target(seed: Seed) -> None:
    event = tagged_event(seed.org_a, "alpha", distribution=3, published=True)
    attribute = make_attribute(event)
    attribute.save()
    tag = make_tag("beta")
    link = AttributeTag.objects.create(attribute=attribute, event=event, tag=tag, local=True)
    (on_event,) = call(seed.stranger.key, "GET", f"/tags/showEventTag/{event.pk}")[1]
    assert (on_event["Tag"]["name"], on_event["relationship_type"]) == ("alpha", None)
    (on_attribute,) = call(seed.stranger.key, "GET", f"/tags/showAttributeTag/{attribute.pk}")[1]
    assert (on_attribute["Tag"]["name"], on_attribute["local"]) == ("beta", True)
    path = f"/tags/modifyTagRelationship/event/{on_event['id']}"
    body = {"Tag": {"relationship_type": "derived-from"}}
    assert call(seed.stranger.key, "POST", path, body)[0] == 403
    assert call(seed.reader.key, "POST", path, body)[0] == 403
    assert call(seed.analyst.key, "POST", path, {"Tag": {"relationship_type": "x" * 192}})[0] == 403
    assert call(seed.analyst.key, "POST", path, body)[0] == 200
    event.refresh_from_db()
    assert not event.published, "a global tag is part of what is published"
    path = f"/tags/modifyTagRelationship/attribute/{link.pk}"
    assert call(seed.analyst.key, "POST", path, body)[0] == 200
    stored = {EventTag.objects.get().relationship_type, AttributeTag.objects.get().relationship_type}
    assert stored == {"derived-from"}
    assert call(seed.analyst.key, "POST", "/tags/modifyTagRelationship/attribute/999999", body)[0] == 404


def test_hidden_target_returns_404(seed: Seed) -> None:
    event = tagged_event(seed.org_a, "alpha", distribution=0)
    link = EventTag.objects.get()
    assert call(seed.stranger.key, "GET", f"/tags/showEventTag/{event.pk}")[0] == 404
    body = {"relationship_type": "x"}
    assert call(seed.stranger.key, "POST", f"/tags/modifyTagRelationship/event/{link.pk}", body)[0] == 404
