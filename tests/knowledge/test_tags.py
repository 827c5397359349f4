"""Tags: found regardless of case, created with permission, hidden from others if restricted."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import make_attribute, make_event
from tests.factories.knowledge import make_tag
from tests.factories.seed import Seed
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.intel.event_reports.models import EventReportTag
from vardkase.intel.models import AttributeTag, EventReport, EventTag
from vardkase.intel.services.added_parts import add_parts
from vardkase.intel.services.events import add_event
from vardkase.intel.services.merge import edit_event
from vardkase.knowledge.taxonomies import services
from vardkase.knowledge.taxonomies.loader import EntryFile, PredicateFile, TaxonomyFile, ValuesFile, store
from vardkase.knowledge.taxonomies.models import Tag, Taxonomy
from vardkase.knowledge.taxonomies.problems import TagProblem
from vardkase.knowledge.taxonomies.queries import exclusive_conflicts, missing_required, search_tags
from vardkase.knowledge.taxonomies.rules import parse_machine_tag


@pytest.fixture
def scale(db: None) -> Taxonomy:
    """``scale:level`` allows one value at a time; ``scale:note`` any number."""
    store(
        [
            TaxonomyFile(
                namespace="scale",
                predicates=[PredicateFile("level", exclusive=True), PredicateFile("note")],
                version=1,
                values=[
                    ValuesFile("level", [EntryFile("high", colour="#ff0000", numerical_value=75)]),
                    ValuesFile("note", [EntryFile("a"), EntryFile("b")]),
                ],
            )
        ]
    )
    return Taxonomy.objects.get()


def resolve(seed: Seed, *names: str, may_create: bool = True) -> dict[str, Tag]:
    wanted = [{"name": name} for name in names]
    return services.resolve_tags(seed.analyst.actor, wanted, may_create=may_create)


def test_names_are_found_in_any_case(seed: Seed) -> None:
    tag = make_tag("Important")
    assert {name: found.pk for name, found in resolve(seed, "IMPORTANT").items()} == {"important": tag.pk}
    assert services.resolve_tags(seed.analyst.actor, [{"id": str(tag.pk)}], may_create=False) == {
        "important": tag
    }


def test_unknown_names_are_created_only_with_permission(seed: Seed) -> None:
    assert resolve(seed, "new", may_create=False) == {}
    made = resolve(seed, "new", "New", "other")
    assert {tag.name.lower() for tag in made.values()} == {"new", "other"}
    assert Tag.objects.count() == 2


@pytest.mark.parametrize("name", ["a\0b", "å" * 1001, " ", "\ud800"])
def test_invalid_names_are_skipped(seed: Seed, name: str) -> None:
    assert resolve(seed, name, "fine").keys() == {"fine"}


def test_out_of_range_numerical_value_is_dropped(seed: Seed) -> None:
    wanted = [{"name": "big", "numerical_value": 2**40}]
    tags = services.resolve_tags(seed.analyst.actor, wanted, may_create=True)
    assert tags["big"].numerical_value is None


def test_any_number_of_tags_takes_two_statements(seed: Seed) -> None:
    resolve(seed, *(f"old {number}" for number in range(20)))
    with CaptureQueriesContext(connection) as seen:
        found = resolve(seed, *(f"old {number}" for number in range(20)), *(f"n {n}" for n in range(20)))
    assert len(found) == 40
    assert len(seen) <= 2


def test_taxonomy_sets_colour_and_numerical_value(seed: Seed, scale: Taxonomy) -> None:
    tag = resolve(seed, 'scale:level="high"')['scale:level="high"']
    assert (tag.colour, tag.numerical_value) == ("#ff0000", 75)


def test_galaxy_tags_are_recognised(seed: Seed) -> None:
    uuid = "2b1aabe4-fa39-4a8f-9f8e-2c1b36b1aeb6"
    tags = resolve(seed, 'misp-galaxy:threat-actor="APT28"', f'misp-galaxy:tool="{uuid}"', "misp-galaxy:x")
    flags = {tag.name: (tag.is_galaxy, tag.is_custom_galaxy) for tag in tags.values()}
    assert flags == {
        'misp-galaxy:threat-actor="APT28"': (True, False),
        f'misp-galaxy:tool="{uuid}"': (True, True),
        "misp-galaxy:x": (False, False),
    }


def test_tags_restricted_to_others_are_skipped(seed: Seed) -> None:
    make_tag("theirs", org_id=seed.org_b.pk)
    make_tag("his", user_id=seed.colleague.user.pk)
    assert resolve(seed, "theirs", "his") == {}
    assert set(services.resolve_tags(seed.partner.actor, [{"name": "theirs"}], may_create=False)) == {
        "theirs"
    }
    assert len(services.resolve_tags(seed.site_admin.actor, [{"name": "his"}], may_create=False)) == 1
    assert search_tags(seed.analyst.actor, ["%"], strict=False) == []


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x", "colour": "red"}, "colour"),
        ({"name": "x", "org_id": "y"}, "org_id"),
    ],
)
def test_invalid_tags_are_refused(seed: Seed, data: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        services.create_tag(seed.org_admin.actor, data)
    assert list(refused.value.errors) == [field]
    assert not Tag.objects.exists()


def test_permissions_to_create_edit_and_delete(seed: Seed) -> None:
    with pytest.raises(Forbidden):
        services.create_tag(seed.analyst.actor, {"name": "x"})
    tag = services.create_tag(seed.site_admin.actor, {"name": "x"})
    with pytest.raises(Forbidden):
        services.edit_tag(seed.org_admin.actor, tag.pk, {"name": "y"})
    services.create_tag(seed.org_admin.actor, {"name": "taken"})
    with pytest.raises(Conflict) as refused:
        services.edit_tag(seed.site_admin.actor, tag.pk, {"name": "TAKEN"})
    assert refused.value.has(TagProblem.NAME_TAKEN)
    assert services.edit_tag(seed.site_admin.actor, tag.pk, {"hide_tag": "1"}).hide_tag
    services.delete_tag(seed.site_admin.actor, tag.pk)
    assert list(Tag.objects.values_list("name", flat=True)) == ["taken"]


def test_exclusive_predicates_and_taxonomies(scale: Taxonomy) -> None:
    notes = ['scale:note="a"', 'scale:note="b"']
    levels = ['scale:level="high"', 'scale:level="low"']
    assert exclusive_conflicts(notes) == []
    (conflict,) = exclusive_conflicts([*levels, *notes, "free"])
    assert (conflict.predicate, conflict.tags) == ("level", tuple(levels))
    Taxonomy.objects.update(exclusive=True)
    assert [found.predicate for found in exclusive_conflicts(notes)] == [None]


def test_required_taxonomies(scale: Taxonomy) -> None:
    Taxonomy.objects.update(required=True)
    assert missing_required([]) == []
    Taxonomy.objects.update(enabled=True)
    assert missing_required(["other:x"]) == ["scale"]
    assert missing_required(['scale:note="a"']) == []


def test_all_tags_of_taxonomy(seed: Seed, scale: Taxonomy) -> None:
    assert services.create_taxonomy_tags(seed.site_admin.actor, scale.pk) == 3
    services.hide_taxonomy_tags(seed.site_admin.actor, scale.pk)
    assert Tag.objects.filter(hide_tag=True).count() == 3
    services.create_taxonomy_tags(seed.site_admin.actor, scale.pk, ['SCALE:note="a"'])
    assert list(Tag.objects.filter(hide_tag=False).values_list("name", flat=True)) == ['scale:note="a"']
    with pytest.raises(Invalid):
        services.create_taxonomy_tags(seed.site_admin.actor, scale.pk, ["scale:nothing"])


def test_values_that_differ_by_case_only_make_one_tag(seed: Seed, scale: Taxonomy) -> None:
    note = scale.predicates.get(value="note")
    note.entries.create(value="A")
    assert services.create_taxonomy_tags(seed.site_admin.actor, scale.pk) == 3


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("tlp:red", ("tlp", "red", None)),
        ('a:b="c d"', ("a", "b", "c d")),
        ('a:b="c"d"', ("a", "b", 'c"d')),
        ("plain", None),
        ('a:b="open', None),
    ],
)
def test_machine_tags(name: str, parts: tuple[str, str, str | None] | None) -> None:
    found = parse_machine_tag(name)
    assert (found and (found.namespace, found.predicate, found.value)) == parts
    assert found is None or str(found) == name


@pytest.mark.parametrize(
    "name",
    [
        "scale:level",
        'scale:level="high"',
        'Scale:level="nowhere"',
        "SCALE:x",
        'misp-galaxy:threat-actor="APT77"',
    ],
)
def test_vocabulary_is_for_everyone(seed: Seed, scale: Taxonomy, name: str) -> None:
    """Also where the taxonomy is not enabled, and before anybody has used the tag."""
    editor = seed.org_admin.actor
    for limited in (
        {"org_id": editor.organisation_id},
        {"user_id": editor.user_id},
        {"exportable": False},
        {"local_only": True},
        {"hide_tag": True},
    ):
        with pytest.raises(Invalid) as refused:
            services.create_tag(editor, {"name": name, **limited})
        assert list(refused.value.by_field) == list(limited)
    assert not Tag.objects.exists()
    # Nor does a document decide it that mentions the tag first.
    mention = {"name": name, "exportable": False, "local_only": True}
    (tag,) = services.resolve_tags(editor, [mention], may_create=True).values()
    assert (tag.exportable, tag.local_only, tag.org_id) == (True, False, 0)
    # One that a site administrator reserved stays usable by those it is reserved for.
    reserved = services.edit_tag(seed.site_admin.actor, tag.pk, {"org_id": seed.org_a.pk})
    for limited in ({"exportable": False}, {"local_only": True}, {"hide_tag": True}):
        with pytest.raises(Invalid):
            services.edit_tag(editor, reserved.pk, limited)


def test_no_tag_is_reserved_for_somebody_else(seed: Seed) -> None:
    editor = seed.org_admin.actor
    for other in ({"org_id": seed.org_b.pk}, {"org_id": 10**6}, {"user_id": seed.analyst.user.pk}):
        with pytest.raises(Invalid):
            services.create_tag(editor, {"name": "campaign:x", **other})
    tag = services.create_tag(editor, {"name": "campaign:x", "org_id": editor.organisation_id})
    assert tag.org_id == editor.organisation_id
    document = {"name": "campaign:y", "exportable": False}
    assert not services.resolve_tags(editor, [document], may_create=True)["campaign:y"].exportable


@pytest.mark.parametrize("place", ["event", "attribute", "report"])
def test_tag_that_others_use_is_not_its_owners_to_change(seed: Seed, place: str) -> None:
    editor = seed.org_admin.actor
    tag = services.create_tag(editor, {"name": "campaign:x", "org_id": editor.organisation_id})
    theirs, ours = (make_event(org, distribution=0) for org in (seed.org_b, seed.org_a))
    for event in (ours, theirs):
        event.save()
        attribute = make_attribute(event)
        attribute.save()
        match place:
            case "event":
                EventTag.objects.create(event=event, tag=tag)
            case "attribute":
                AttributeTag.objects.create(event=event, attribute=attribute, tag=tag)
            case _:
                report = EventReport.objects.create(event=event, name="x", content="", timestamp=1)
                EventReportTag.objects.create(event_report=report, tag=tag)
    for act in (
        lambda: services.delete_tag(editor, tag.pk),
        lambda: services.edit_tag(editor, tag.pk, {"exportable": False}),
    ):
        with pytest.raises(Forbidden):
            act()
    theirs.delete()
    services.delete_tag(editor, tag.pk)
    assert not Tag.objects.exists()


def test_tags_that_are_refused_are_reported(seed: Seed) -> None:
    make_tag("campaign:theirs", org_id=seed.org_c.pk)
    actor = seed.org_admin.actor
    reserved, own = {"name": "Campaign:theirs"}, {"name": "campaign:own"}
    attribute = {"type": "domain", "value": "a.example", "Tag": [reserved, own]}
    for document in (
        {"Tag": [reserved, own]},
        {"Tag": [own], "Attribute": [attribute]},
    ):
        stored = add_event(actor, {"info": "x", "distribution": 1, **document})
        assert list(stored.rejections.errors) == ["Tag.campaign:theirs"]
        assert (
            "campaign:own"
            in EventTag.objects.filter(event=stored.event_id).values_list("tag__name", flat=True)
            or AttributeTag.objects.filter(event=stored.event_id, tag__name="campaign:own").exists()
        )
    again = edit_event(actor, stored.event_id, {"Tag": [reserved], "timestamp": now_seconds() + 60})
    assert list(again.rejections.errors) == ["Tag.campaign:theirs"]
    added = add_parts(
        actor, stored.event_id, {"Tag": [reserved], "Attribute": [{**attribute, "value": "b.example"}]}
    )
    assert list(added.rejections.errors) == ["Tag.campaign:theirs"]
    # A tag that is taken away is not missed.
    away = add_parts(actor, stored.event_id, {"Tag": [{**reserved, "deleted": True}]})
    assert not away.rejections
