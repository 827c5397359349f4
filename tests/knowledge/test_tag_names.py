"""Who may learn the name of a custom tag: the name can reveal as much as the event that has it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.api.calls import answer, call, send
from tests.factories import make_key
from tests.factories.intel import make_attribute, make_event, make_report
from tests.factories.knowledge import make_cluster, make_galaxy, make_tag
from tests.factories.seed import ApiUser, Seed
from tests.identity.test_staff import blind_administrator
from vardkase.identity.accounts.staff import StaffRole
from vardkase.intel.event_reports.models import EventReportTag
from vardkase.intel.models import AttributeTag, EventTag
from vardkase.knowledge.taxonomies.models import Tag, Taxonomy, TaxonomyEntry, TaxonomyPredicate
from vardkase.knowledge.taxonomies.rules import colour_of

NAME = "operation nightfall"

REQUESTS = {
    "index": ("GET", "/tags/index", None),
    "filtered": ("GET", f"/tags/index?filter={NAME}", None),
    "search": ("POST", "/tags/search", {"tag": "operation%"}),
    "view by name": ("GET", f"/tags/view/{NAME}", None),
    "rules of peers": ("GET", "/servers/getAvailableSyncFilteringRules", None),
    "statistics": ("GET", "/tags/tagStatistics", None),
    "statistics of tags": ("GET", "/users/statistics/tags", None),
}


def learns(api_user: ApiUser, place: str) -> bool:
    method, path, body = REQUESTS[place]
    return NAME in send(api_user.key, method, path, body).getvalue().decode()


@pytest.fixture
def secret(seed: Seed) -> Tag:
    """A tag on an event that only organisation A reads."""
    event = make_event(seed.org_a, distribution=0)
    event.save()
    tag = Tag.objects.create(name=NAME)
    EventTag.objects.create(event=event, tag=tag)
    return tag


@pytest.mark.parametrize("place", REQUESTS)
def test_tag_of_hidden_event_is_shown_to_its_readers_only(seed: Seed, secret: Tag, place: str) -> None:
    assert learns(seed.analyst, place)
    assert learns(seed.site_admin, place)
    for other in (seed.partner, seed.partner_sync, seed.stranger):
        assert not learns(other, place)


def test_hidden_tags_id_looks_unknown(seed: Seed, secret: Tag) -> None:
    own = make_event(seed.org_b, distribution=0)
    own.save()
    refusals = []
    for number in (secret.pk, 10**9):
        found = send(seed.partner_sync.key, "GET", f"/tags/view/{number}")
        put = send(seed.partner_sync.key, "POST", f"/events/addTag/{own.pk}/{number}")
        by_uuid = send(
            seed.partner_sync.key, "POST", "/tags/attachTagToObject", {"uuid": str(own.uuid), "tag": number}
        )
        off = send(
            seed.partner_sync.key, "POST", "/tags/removeTagFromObject", {"uuid": str(own.uuid), "tag": number}
        )
        refusals.append(
            [
                (each.status_code, each.getvalue().replace(str(number).encode(), b"N"))
                for each in (found, put, by_uuid, off)
            ]
        )
    assert refusals[0] == refusals[1]
    assert not EventTag.objects.filter(event=own).exists()


def test_document_cannot_resolve_hidden_tag_by_id(seed: Seed, secret: Tag) -> None:
    event = {"info": "probe", "distribution": 0, "Tag": [{"id": str(secret.pk)}]}
    _, made = call(seed.partner_sync.key, "POST", "/events/add", {"Event": event})
    assert NAME not in str(made)


def test_names_cannot_be_probed_without_permission_to_create_tags(seed: Seed, secret: Tag) -> None:
    own = make_event(seed.org_b, distribution=0, user_id=seed.partner.user.pk)
    own.save()
    collected = [
        send(seed.partner.key, "POST", "/tags/attachTagToObject", {"uuid": str(own.uuid), "tag": name})
        for name in (NAME, "operation daybreak")
    ]
    assert collected[0].status_code == collected[1].status_code
    assert collected[0].content.replace(NAME.encode(), b"X") == collected[1].content.replace(
        b"operation daybreak", b"X"
    )


def test_creator_of_same_name_uses_it_as_own(seed: Seed, secret: Tag) -> None:
    status, _ = call(seed.partner_sync.key, "POST", "/tags/add", {"Tag": {"name": NAME}})
    assert status == 200
    assert learns(seed.partner, "index")
    assert not learns(seed.stranger, "index")


def _on_attribute(tag: Tag, seed: Seed, **hidden: Any) -> None:
    event = make_event(seed.org_a, distribution=1, published=True)
    event.save()
    attribute = make_attribute(event, **{"distribution": 5} | hidden)
    attribute.save()
    AttributeTag.objects.create(attribute=attribute, tag=tag, event=event)


def _on_report(tag: Tag, seed: Seed, **hidden: Any) -> None:
    event = make_event(seed.org_a, distribution=1, published=True)
    event.save()
    report = make_report(event, **{"distribution": 5} | hidden)
    report.save()
    EventReportTag.objects.create(event_report=report, tag=tag)


def _on_event(tag: Tag, seed: Seed, **hidden: Any) -> None:
    event = make_event(seed.org_a, published=True, **{"distribution": 1} | hidden)
    event.save()
    EventTag.objects.create(event=event, tag=tag)


@pytest.mark.parametrize("carrier", [_on_event, _on_attribute, _on_report])
def test_reader_of_tagged_content_knows_tag(seed: Seed, carrier: Callable[..., None]) -> None:
    tag = Tag.objects.create(name=NAME)
    carrier(tag, seed, distribution=0)
    assert learns(seed.analyst, "index")
    assert not learns(seed.stranger, "index")
    carrier(tag, seed)
    assert learns(seed.stranger, "index")


def test_vocabulary_and_administrators_tags_are_public(seed: Seed) -> None:
    taxonomy = Taxonomy.objects.create(namespace="colour")
    predicate = TaxonomyPredicate.objects.create(taxonomy=taxonomy, value="warm")
    TaxonomyEntry.objects.create(predicate=predicate, value="red")
    for name in ('colour:warm="red"', "colour:warm", 'colour:warm="ours"', "colour:secret"):
        Tag.objects.create(name=name)
    status, _ = call(seed.site_admin.key, "POST", "/tags/add", {"Tag": {"name": "for everybody"}})
    assert status == 200
    names = {tag["name"] for tag in answer(send(seed.stranger.key, "GET", "/tags/index"))["Tag"]}
    assert names == {'colour:warm="red"', "colour:warm", "for everybody"}


def test_report_is_not_scanned_for_tags_unknown_to_its_author(seed: Seed) -> None:
    for name in ("case:nightfall", "case:daybreak"):
        Tag.objects.create(name=name)
    event = make_event(seed.org_b, distribution=0)
    event.save()
    report = make_report(event, content="This is case:nightfall again.", distribution=5)
    report.save()
    path = f"/eventReports/extractAllFromReport/{report.pk}"
    assert call(seed.partner.key, "POST", path, {"tag_event": True})[0] == 200
    assert not EventTag.objects.filter(event=event).exists()


@pytest.mark.parametrize("duty", [StaffRole.OPERATOR, StaffRole.AUDITOR])
def test_operator_and_auditor_see_no_hidden_tags(seed: Seed, secret: Tag, duty: StaffRole) -> None:
    make_tag("for everybody")
    names = send(make_key(blind_administrator(seed, duty)), "GET", "/tags/index").getvalue().decode()
    assert NAME not in names
    assert "for everybody" not in names


def test_tag_in_document_belongs_to_senders_organisation(seed: Seed) -> None:
    """Even after the event is deleted; a site administrator's tags are for everybody."""
    for api_user, name in ((seed.org_admin, NAME), (seed.site_admin, "for everybody")):
        event = {"info": "made", "distribution": 0, "Tag": [{"name": name}]}
        _, made = call(api_user.key, "POST", "/events/add", {"Event": event})
        assert call(api_user.key, "POST", f"/events/delete/{made['Event']['id']}")[0] == 200
    assert learns(seed.reader, "index")
    assert not learns(seed.stranger, "index")
    assert "for everybody" in send(seed.stranger.key, "GET", "/tags/index").getvalue().decode()


@pytest.fixture
def red_secret(secret: Tag) -> Tag:
    """The secret tag, in a colour chosen by its organisation."""
    secret.colour = "#ff0000"
    secret.save()
    return secret


NEW_COLOUR = colour_of(NAME)


def colours(api_user: ApiUser, event_uuid: str = "") -> set[str]:
    """The colours in which a user sees the tag, wherever tags are shown."""
    tags = [
        ("GET", f"/tags/view/{NAME}", None),
        ("GET", "/tags/index", None),
        ("POST", "/tags/search", {"tag": NAME}),
        ("POST", "/tags/add", {"name": NAME}),
        ("POST", f"/tags/quickAdd/{NAME}", None),
        ("GET", "/tag_collections/index", None),
    ]
    events = [
        ("GET", f"/events/view/{event_uuid}", None),
        ("GET", "/events/index", None),
        ("POST", "/events/restSearch", {"uuid": event_uuid}),
        ("POST", "/attributes/restSearch", {"uuid": event_uuid, "includeEventTags": 1}),
        ("GET", f"/tags/showEventTag/{event_uuid}", None),
    ]
    collected = [
        send(api_user.key, *request).getvalue().decode()
        for request in [*tags, *(events if event_uuid else ())]
    ]
    found = re.compile(r'"colour": ?"(#[0-9a-f]{6})"')
    return {colour for text in collected if NAME in text for colour in found.findall(text)}


@pytest.mark.parametrize("way", ["made", "in an event", "put on", "in a collection"])
def test_colour_of_hidden_tag_is_not_revealed(seed: Seed, red_secret: Tag, way: str) -> None:
    """A user who names it sees a new tag's default colour; those who know it see its own."""
    tags = [{"name": NAME}] if way == "in an event" else []
    event = {"info": "own", "distribution": 0, "Tag": tags}
    _, made = call(seed.partner_sync.key, "POST", "/events/add", {"Event": event})
    uuid = made["Event"]["uuid"]
    if way == "made":
        status, answered = call(seed.partner_sync.key, "POST", "/tags/add", {"Tag": {"name": NAME}})
        assert answered["Tag"]["colour"] == NEW_COLOUR
    elif way == "put on":
        body = {"uuid": uuid, "tag": NAME}
        status, answered = call(seed.partner_sync.key, "POST", "/tags/attachTagToObject", body)
    elif way == "in a collection":
        body = {"TagCollection": {"name": "c"}, "TagCollectionTag": [{"Tag": {"name": NAME}}]}
        status, answered = call(seed.partner_sync.key, "POST", "/tagCollections/add", body)
    else:
        status, answered = 200, made
    assert status == 200, answered
    assert "#ff0000" not in str(answered)
    assert colours(seed.partner_sync, uuid) == {NEW_COLOUR}
    assert colours(seed.analyst) == {"#ff0000"}
    red_secret.refresh_from_db()
    assert red_secret.colour == "#ff0000"


def test_colour_is_chosen_per_organisation(seed: Seed, red_secret: Tag) -> None:
    answered = answer(send(seed.partner_sync.key, "POST", "/tags/add", {"name": NAME, "colour": "#00ff00"}))
    assert answered["Tag"]["colour"] == "#00ff00"
    assert colours(seed.partner_sync) == {"#00ff00"}
    assert colours(seed.analyst) == {"#ff0000"}


def test_known_tag_keeps_its_colour(seed: Seed, red_secret: Tag) -> None:
    event = make_event(seed.org_a, distribution=1, published=True)
    event.save()
    EventTag.objects.create(event=event, tag=red_secret)
    answered = answer(send(seed.partner_sync.key, "POST", "/tags/add", {"name": NAME, "colour": "#00ff00"}))
    assert answered["Tag"]["colour"] == "#ff0000"


@pytest.mark.parametrize("path", ["/tags/add", f"/tags/quickAdd/{NAME}"])
def test_owner_of_restricted_tag_is_not_revealed(seed: Seed, red_secret: Tag, path: str) -> None:
    Tag.objects.update(org_id=seed.org_a.pk)
    refused = send(seed.partner_sync.key, "POST", path, {"name": NAME})
    assert refused.status_code == 405
    assert "This name cannot be used for a tag." in refused.getvalue().decode()
    assert not learns(seed.partner_sync, "index")


def test_cluster_relation_does_not_reveal_tags(seed: Seed, red_secret: Tag) -> None:
    galaxy, mine = (
        make_galaxy("mine"),
        {"default": False, "org_id": seed.org_b.pk, "orgc_id": seed.org_b.pk, "distribution": 1},
    )
    source, target = (make_cluster(galaxy, value, **mine) for value in ("one", "two"))
    relation = {
        "galaxy_cluster_uuid": str(source.uuid), "referenced_galaxy_cluster_uuid": str(target.uuid),
        "referenced_galaxy_cluster_type": "similar", "distribution": "1", "tags": [NAME],
    }  # fmt: skip
    made = send(seed.partner_sync.key, "POST", "/galaxy_cluster_relations/add", relation)
    listed = send(seed.partner_sync.key, "GET", "/galaxy_cluster_relations/index").getvalue().decode()
    assert made.status_code == 200, made.getvalue()
    assert NAME in listed
    assert "#ff0000" not in listed
    assert str(seed.org_a.uuid) not in listed
