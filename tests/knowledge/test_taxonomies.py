"""Taxonomies over the API: enabled, imported, exported, required, exclusive, and custom tags normalised to
them.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calls import call
from tests.factories import make_attribute, make_event, make_key
from tests.factories.seed import Seed
from vardkase.intel.models import Attribute, AttributeTag, Event, EventTag
from vardkase.knowledge.taxonomies.models import FavouriteTag, Tag, Taxonomy, TaxonomyEntry

DOCUMENT: dict[str, Any] = {
    "namespace": "scale",
    "description": "How bad it is.",
    "version": 3,
    "exclusive": False,
    "predicates": [
        {"value": "level", "expanded": "Level", "exclusive": True},
        {"value": "note", "colour": "#00ff00"},
    ],
    "values": [
        {
            "predicate": "level",
            "entry": [
                {"value": "high", "expanded": "High", "colour": "#ff0000", "numerical_value": 75},
                {"value": "low", "numerical_value": 0},
            ],
        }
    ],
}


@pytest.fixture
def scale(seed: Seed) -> str:
    """The id of the taxonomy above."""
    status, body = call(seed.site_admin.key, "POST", "/taxonomies/import", DOCUMENT)
    assert status == 200, body
    number: str = body["Taxonomy"]["id"]
    return number


def stored_event(seed: Seed, *tags: str, **fields: Any) -> Event:
    event = make_event(seed.org_a, distribution=3, **fields)
    event.save()
    for name in tags:
        EventTag.objects.create(event=event, tag=Tag.objects.get_or_create(name=name)[0])
    return event


def test_export_can_be_imported(seed: Seed, scale: str) -> None:
    exported = call(seed.analyst.key, "GET", f"/taxonomies/export/{scale}")[1]
    assert exported == DOCUMENT
    assert call(seed.site_admin.key, "POST", f"/taxonomies/delete/{scale}", {})[0] == 200
    assert not TaxonomyEntry.objects.exists()
    back = call(seed.site_admin.key, "POST", "/taxonomies/import", {"Taxonomy": exported})[1]
    tags = [(entry["tag"], entry.get("numerical_value")) for entry in back["entries"]]
    assert tags == [('scale:level="high"', 75), ('scale:level="low"', 0), ("scale:note", None)]
    again = call(seed.site_admin.key, "POST", "/taxonomies/import", {**exported, "description": "New"})[1]
    assert again["Taxonomy"] == back["Taxonomy"] | {"description": "New"}, "one taxonomy per namespace"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"namespace": "a:b"}, "namespace"),
        ({"namespace": ""}, "namespace"),
        ({"predicates": []}, "predicates"),
        ({"predicates": "no"}, "predicates"),
        ({"predicates": [{"value": "a"}, {"value": "a"}]}, "predicates"),
        ({"predicates": [{"value": 'a="b'}]}, "predicates"),
        ({"predicates": [{"value": "a", "colour": "red"}]}, "predicates"),
        ({"version": 2**40}, "version"),
        ({"version": "three"}, "version"),
        ({"values": [{"predicate": "unheard of", "entry": []}]}, "values"),
        ({"values": [{"predicate": "note", "entry": [{"value": "x", "numerical_value": 1e300}]}]}, "values"),
        ({"values": [{"predicate": "note", "entry": [{"value": "a\nb"}]}]}, "values"),
    ],
)
def test_invalid_taxonomy_is_refused(seed: Seed, change: dict[str, Any], field: str) -> None:
    status, body = call(seed.site_admin.key, "POST", "/taxonomies/import", {**DOCUMENT, **change})
    assert (status, list(body["errors"])) == (403, [field])
    assert not Taxonomy.objects.exists()


def test_enable_require_and_highlight(seed: Seed, scale: str) -> None:
    key = seed.site_admin.key
    for action, text in (
        ("enable", "Taxonomy enabled"),
        ("toggleRequired", "Taxonomy toggleRequireded"),
        ("toggleHighlighted", "Taxonomy toggleHighlighteded"),
    ):
        assert call(key, "POST", f"/taxonomies/{action}/{scale}", {})[1]["message"] == text
    row = Taxonomy.objects.get()
    assert (row.enabled, row.required, row.highlighted) == (True, True, True)
    call(key, "POST", f"/taxonomies/toggleHighlighted/{scale}", {"Taxonomy": {"highlighted": True}})
    assert Taxonomy.objects.get().highlighted
    assert call(key, "POST", "/taxonomies/toggleHighlighted/999999", {})[0] == 404


def test_tags_are_hidden_and_offered_again(seed: Seed, scale: str) -> None:
    call(seed.site_admin.key, "POST", f"/taxonomies/addTag/{scale}", {})
    both = ['scale:level="high"', "scale:note"]
    hidden = call(
        seed.analyst.key, "POST", f"/taxonomies/taxonomyMassHide/{scale}", {"Taxonomy": {"nameList": both}}
    )
    assert hidden[1]["message"] == "2 tag(s) hidden."
    assert set(Tag.objects.filter(hide_tag=True).values_list("name", flat=True)) == set(both)
    call(seed.analyst.key, "POST", f"/taxonomies/unhideTag/{scale}", {"name": "scale:note"})
    assert Tag.objects.get(hide_tag=True).name == both[0]
    assert call(seed.analyst.key, "POST", f"/taxonomies/hideTag/{scale}", {"name": "other:tag"})[0] == 403
    entries = call(seed.reader.key, "GET", f"/taxonomies/taxonomy_tags/{scale}")[1]
    assert [entry["existing_tag"]["Tag"]["hide_tag"] for entry in entries] == [True, False, False]


def test_writing_requires_permission(seed: Seed, scale: str) -> None:
    read_only = make_key(seed.site_admin.user, read_only=True)
    for action in (
        "import",
        f"delete/{scale}",
        f"toggleHighlighted/{scale}",
        "normalizeCustomTagsToTaxonomyFormat",
    ):
        for key in (seed.org_admin.key, seed.reader.key, seed.partner_sync.key, read_only):
            assert call(key, "POST", f"/taxonomies/{action}", DOCUMENT | {"description": "X"})[0] == 403
    for action in ("hideTag", "unhideTag", "taxonomyMassHide", "taxonomyMassUnhide"):
        assert (
            call(seed.reader.key, "POST", f"/taxonomies/{action}/{scale}", {"name": "scale:note"})[0] == 403
        )
    assert Taxonomy.objects.get().description == DOCUMENT["description"]
    assert call(None, "GET", f"/taxonomies/export/{scale}")[0] == 403


def test_required_taxonomy_blocks_publication(seed: Seed, scale: str) -> None:
    Taxonomy.objects.update(enabled=True, required=True)
    event = stored_event(seed, "other:tag")
    key = seed.publisher.key
    status, body = call(key, "POST", f"/events/publish/{event.pk}", {})
    assert (status, "scale" in body["errors"]["Tag"][0]) == (403, True)
    document = {
        "info": "Published at once",
        "published": True,
        "distribution": 3,
        "Attribute": [{"type": "text", "value": "x"}],
    }
    added = call(key, "POST", "/events/add", document)[1]["Event"]
    assert added["published"] is False, "nor does the document publish itself"
    merged = {**document, "timestamp": int(added["timestamp"]) + 1}
    assert call(key, "POST", f"/events/edit/{added['id']}", merged)[1]["Event"]["published"] is False
    EventTag.objects.create(event=event, tag=Tag.objects.create(name="scale:note"), local=True)
    assert call(key, "POST", f"/events/publish/{event.pk}", {})[0] == 403, "a local tag is not published"
    EventTag.objects.update(local=False)
    assert call(key, "POST", f"/events/publish/{event.pk}", {})[0] == 200
    document["Tag"] = [{"name": "scale:note"}]
    assert call(key, "POST", "/events/add", document)[1]["Event"]["published"] is True


def test_exclusive_tags_cannot_be_combined(seed: Seed, scale: str) -> None:
    call(seed.site_admin.key, "POST", f"/taxonomies/addTag/{scale}", {})
    event = stored_event(seed, 'scale:level="high"')
    refused = call(seed.analyst.key, "POST", f"/events/addTag/{event.pk}", {"tag": 'scale:level="low"'})[1]
    assert refused == {"saved": False, "errors": "Tag is not allowed due to taxonomy exclusivity settings"}
    assert call(seed.analyst.key, "POST", f"/events/addTag/{event.pk}", {"tag": "scale:note"})[1]["saved"]
    attributes = [make_attribute(event), make_attribute(event)]
    Attribute.objects.bulk_create(attributes)
    high = Tag.objects.get(name='scale:level="high"')
    AttributeTag.objects.create(attribute=attributes[0], event=event, tag=high)
    body = {"attribute_ids": [each.pk for each in attributes], "tag": 'scale:level="low"'}
    added = call(seed.analyst.key, "POST", "/attributes/addTag/selected", body)[1]
    assert added["success"] == "Tag added to 1 attribute(s)."
    assert AttributeTag.objects.get(tag__name='scale:level="low"').attribute_id == attributes[1].pk
    body["tag"] = ['scale:level="low"', 'scale:level="high"']
    assert call(seed.analyst.key, "POST", "/attributes/addTag/selected", body)[1]["saved"] is False


def test_check_of_events_tags(seed: Seed, scale: str) -> None:
    event = stored_event(seed, 'scale:level="high"', 'scale:level="low"', "scale:note")
    shown, hidden = make_attribute(event), make_attribute(event, distribution=0)
    Attribute.objects.bulk_create([shown, hidden])
    for attribute in (shown, hidden):
        for tag in Tag.objects.all():
            AttributeTag.objects.create(attribute=attribute, event=event, tag=tag)
    path = f"/events/runTaxonomyExclusivityCheck/{event.pk}"
    conflict = {
        "taxonomy": "scale",
        "predicate": "level",
        "tags": ['scale:level="high"', 'scale:level="low"'],
    }
    own = call(seed.analyst.key, "GET", path)[1]
    assert own == {"Event": [conflict], "Attribute": {str(shown.pk): [conflict], str(hidden.pk): [conflict]}}
    assert call(seed.stranger.key, "GET", path)[1]["Attribute"].keys() == {str(shown.pk)}
    Event.objects.update(distribution=0)
    assert call(seed.stranger.key, "GET", path)[0] == 404


def test_custom_tags_are_normalised_to_taxonomy(seed: Seed, scale: str) -> None:
    names = ("Scale:Level=High", 'scale : level = "high"', "SCALE:NOTE", "free text", 'scale:level="other"')
    event = stored_event(seed, *names, timestamp=1_700_000_000)
    attribute = make_attribute(event)
    attribute.save()
    AttributeTag.objects.create(
        attribute=attribute, event=event, tag=Tag.objects.get(name=names[0]), local=True
    )
    FavouriteTag.objects.create(user=seed.analyst.user, tag=Tag.objects.get(name=names[1]))
    path = "/taxonomies/normalizeCustomTagsToTaxonomyFormat"
    body = call(seed.site_admin.key, "POST", path, {})[1]
    assert body["data"] == {
        "SCALE:NOTE": "scale:note",
        names[0]: 'scale:level="high"',
        names[1]: 'scale:level="high"',
    }
    left = {'scale:level="high"', "scale:note", "free text", 'scale:level="other"'}
    assert set(Tag.objects.values_list("name", flat=True)) == left
    assert set(EventTag.objects.values_list("tag__name", flat=True)) == left
    assert EventTag.objects.count() == 4, "two spellings became one tag"
    moved = AttributeTag.objects.get()
    assert (moved.tag.name, moved.local) == ('scale:level="high"', True)
    assert FavouriteTag.objects.get().tag == moved.tag
    assert moved.tag.numerical_value == 75
    assert call(seed.site_admin.key, "POST", path, {})[1]["data"] == {}
