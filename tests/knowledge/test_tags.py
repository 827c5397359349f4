"""Tags: found regardless of case, created with permission, hidden from others if restricted."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.knowledge import make_tag
from tests.factories.seed import Seed
from vardkase.core.errors import Conflict, Forbidden, Invalid
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
    tag = services.create_tag(seed.org_admin.actor, {"name": "x"})
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
