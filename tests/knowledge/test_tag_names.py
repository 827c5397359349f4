"""Who learns the name of a tag that no taxonomy has: a name can tell as much as what carries it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.calls import answer, call, send
from tests.cast import Cast, Player
from tests.factories import make_key
from tests.factories.intel import make_attribute, make_event, make_report
from tests.factories.knowledge import make_tag
from tests.identity.test_staff import blind_administrator
from vardkase.identity.accounts.staff import StaffRole
from vardkase.intel.event_reports.models import EventReportTag
from vardkase.intel.models import AttributeTag, EventTag
from vardkase.knowledge.taxonomies.models import Tag, Taxonomy, TaxonomyEntry, TaxonomyPredicate

NAME = "operation nightfall"

DOORS = {
    "index": ("GET", "/tags/index", None),
    "filtered": ("GET", f"/tags/index?filter={NAME}", None),
    "search": ("POST", "/tags/search", {"tag": "operation%"}),
    "view by name": ("GET", f"/tags/view/{NAME}", None),
    "rules of peers": ("GET", "/servers/getAvailableSyncFilteringRules", None),
    "statistics": ("GET", "/tags/tagStatistics", None),
    "statistics of tags": ("GET", "/users/statistics/tags", None),
}


def hears(player: Player, door: str) -> bool:
    method, path, body = DOORS[door]
    return NAME in send(player.key, method, path, body).getvalue().decode()


@pytest.fixture
def secret(cast: Cast) -> Tag:
    """A tag on an event that only organisation A reads."""
    event = make_event(cast.org_a, distribution=0)
    event.save()
    tag = Tag.objects.create(name=NAME)
    EventTag.objects.create(event=event, tag=tag)
    return tag


@pytest.mark.parametrize("door", DOORS)
def test_a_tag_on_a_hidden_event_is_told_only_to_its_readers(cast: Cast, secret: Tag, door: str) -> None:
    assert hears(cast.analyst, door)
    assert hears(cast.site_admin, door)
    for other in (cast.partner, cast.partner_sync, cast.stranger):
        assert not hears(other, door)


def test_its_number_is_that_of_no_tag(cast: Cast, secret: Tag) -> None:
    own = make_event(cast.org_b, distribution=0)
    own.save()
    refusals = []
    for number in (secret.pk, 10**9):
        found = send(cast.partner_sync.key, "GET", f"/tags/view/{number}")
        put = send(cast.partner_sync.key, "POST", f"/events/addTag/{own.pk}/{number}")
        by_uuid = send(
            cast.partner_sync.key, "POST", "/tags/attachTagToObject", {"uuid": str(own.uuid), "tag": number}
        )
        off = send(
            cast.partner_sync.key, "POST", "/tags/removeTagFromObject", {"uuid": str(own.uuid), "tag": number}
        )
        refusals.append(
            [
                (each.status_code, each.getvalue().replace(str(number).encode(), b"N"))
                for each in (found, put, by_uuid, off)
            ]
        )
    assert refusals[0] == refusals[1]
    assert not EventTag.objects.filter(event=own).exists()


def test_a_document_does_not_learn_a_name_by_its_number(cast: Cast, secret: Tag) -> None:
    event = {"info": "probe", "distribution": 0, "Tag": [{"id": str(secret.pk)}]}
    _, made = call(cast.partner_sync.key, "POST", "/events/add", {"Event": event})
    assert NAME not in str(made)


def test_who_may_not_make_tags_cannot_try_names(cast: Cast, secret: Tag) -> None:
    own = make_event(cast.org_b, distribution=0, user_id=cast.partner.user.pk)
    own.save()
    told = [
        send(cast.partner.key, "POST", "/tags/attachTagToObject", {"uuid": str(own.uuid), "tag": name})
        for name in (NAME, "operation daybreak")
    ]
    assert told[0].status_code == told[1].status_code
    assert told[0].content.replace(NAME.encode(), b"X") == told[1].content.replace(
        b"operation daybreak", b"X"
    )


def test_who_may_make_tags_uses_the_name_as_their_own(cast: Cast, secret: Tag) -> None:
    status, _ = call(cast.partner_sync.key, "POST", "/tags/add", {"Tag": {"name": NAME}})
    assert status == 200
    assert hears(cast.partner, "index")
    assert not hears(cast.stranger, "index")


def _on_attribute(tag: Tag, cast: Cast, **hidden: Any) -> None:
    event = make_event(cast.org_a, distribution=1, published=True)
    event.save()
    attribute = make_attribute(event, **{"distribution": 5} | hidden)
    attribute.save()
    AttributeTag.objects.create(attribute=attribute, tag=tag, event=event)


def _on_report(tag: Tag, cast: Cast, **hidden: Any) -> None:
    event = make_event(cast.org_a, distribution=1, published=True)
    event.save()
    report = make_report(event, **{"distribution": 5} | hidden)
    report.save()
    EventReportTag.objects.create(event_report=report, tag=tag)


def _on_event(tag: Tag, cast: Cast, **hidden: Any) -> None:
    event = make_event(cast.org_a, published=True, **{"distribution": 1} | hidden)
    event.save()
    EventTag.objects.create(event=event, tag=tag)


@pytest.mark.parametrize("carrier", [_on_event, _on_attribute, _on_report])
def test_who_reads_what_carries_it_knows_it(cast: Cast, carrier: Callable[..., None]) -> None:
    tag = Tag.objects.create(name=NAME)
    carrier(tag, cast, distribution=0)
    assert hears(cast.analyst, "index")
    assert not hears(cast.stranger, "index")
    carrier(tag, cast)
    assert hears(cast.stranger, "index")


def test_vocabulary_and_what_an_administrator_made_is_everybodys(cast: Cast) -> None:
    taxonomy = Taxonomy.objects.create(namespace="colour")
    predicate = TaxonomyPredicate.objects.create(taxonomy=taxonomy, value="warm")
    TaxonomyEntry.objects.create(predicate=predicate, value="red")
    for name in ('colour:warm="red"', "colour:warm", 'colour:warm="ours"', "colour:secret"):
        Tag.objects.create(name=name)
    status, _ = call(cast.site_admin.key, "POST", "/tags/add", {"Tag": {"name": "for everybody"}})
    assert status == 200
    names = {tag["name"] for tag in answer(send(cast.stranger.key, "GET", "/tags/index"))["Tag"]}
    assert names == {'colour:warm="red"', "colour:warm", "for everybody"}


def test_a_report_is_not_searched_for_names_that_its_writer_does_not_know(cast: Cast) -> None:
    for name in ("case:nightfall", "case:daybreak"):
        Tag.objects.create(name=name)
    event = make_event(cast.org_b, distribution=0)
    event.save()
    report = make_report(event, content="This is case:nightfall again.", distribution=5)
    report.save()
    path = f"/eventReports/extractAllFromReport/{report.pk}"
    assert call(cast.partner.key, "POST", path, {"tag_event": True})[0] == 200
    assert not EventTag.objects.filter(event=event).exists()


@pytest.mark.parametrize("duty", [StaffRole.OPERATOR, StaffRole.AUDITOR])
def test_operator_and_auditor_hear_of_none(cast: Cast, secret: Tag, duty: StaffRole) -> None:
    make_tag("for everybody")
    names = send(make_key(blind_administrator(cast, duty)), "GET", "/tags/index").getvalue().decode()
    assert NAME not in names
    assert "for everybody" not in names


def test_a_name_in_a_document_belongs_to_the_organisation_that_wrote_it(cast: Cast) -> None:
    """Also when the event is gone; what a site administrator writes is everybody's."""
    for player, name in ((cast.org_admin, NAME), (cast.site_admin, "for everybody")):
        event = {"info": "made", "distribution": 0, "Tag": [{"name": name}]}
        _, made = call(player.key, "POST", "/events/add", {"Event": event})
        assert call(player.key, "POST", f"/events/delete/{made['Event']['id']}")[0] == 200
    assert hears(cast.reader, "index")
    assert not hears(cast.stranger, "index")
    assert "for everybody" in send(cast.stranger.key, "GET", "/tags/index").getvalue().decode()
