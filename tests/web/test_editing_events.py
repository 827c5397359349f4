"""Adding, changing and deleting events on the web."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils.html import escape

from tests.factories import make_attribute, make_event
from tests.factories.knowledge import make_cluster, make_galaxy, make_tag
from tests.factories.seed import Seed
from tests.web.signed_in import signed_in
from vardkase.intel.models import Event, EventTag
from vardkase.knowledge.blocklists.models import BlocklistEntry
from vardkase.knowledge.taxonomies.models import Taxonomy, TaxonomyPredicate

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]


@pytest.fixture
def web(seed: Seed) -> Client:
    return signed_in(seed.analyst)


def sent(**fields: str | list[str]) -> dict[str, str | list[str]]:
    usual = {"info": "Phishing", "date": "2026-11-20", "threat_level_id": "2", "analysis": "1"}
    return {**usual, "distribution": "0", **fields}


def test_event_is_added_as_draft(web: Client, seed: Seed) -> None:
    make_tag("tlp:amber")
    answer = web.post("/event/new/", sent(tags="tlp:amber"))
    event = Event.objects.get()
    assert answer.headers["Location"] == f"/event/{event.pk}/"
    assert (event.info, event.threat_level_id, event.distribution) == ("Phishing", 2, 0)
    assert (event.published, event.orgc_id) == (False, seed.org_a.pk)
    assert EventTag.objects.get().tag.name == "tlp:amber"


def test_invalid_event_is_refused_by_field(web: Client) -> None:
    page = web.post(
        "/event/new/", sent(info=" ", distribution="4", tags="no:such"), headers={"accept-language": "en"}
    )
    for words in ("Enter a title.", "Choose which group.", "Tag not found: no:such"):
        assert words in page.text
    assert not Event.objects.exists()


def test_mutually_exclusive_tags_are_explained(web: Client) -> None:
    taxonomy = Taxonomy.objects.create(namespace="tlp", enabled=True, exclusive=True)
    for name in ("red", "green"):
        TaxonomyPredicate.objects.create(taxonomy=taxonomy, value=name)
    page = web.post("/event/new/", sent(tags=["tlp:red", "tlp:green"]), headers={"accept-language": "en"})
    assert "Only one of these can be true" in page.text
    kept = set(re.findall(r'name="tags"\s+value="([^"]+)"\s+checked', page.text))
    assert kept == {"tlp:red", "tlp:green"}
    assert web.post("/event/new/", sent(tags="tlp:red")).status_code == 302


def test_tags_are_searched_for_without_scripts_and_keep_the_form(web: Client, seed: Seed) -> None:
    """What is already written and chosen stays."""
    make_tag("tlp:amber")
    galaxy = make_galaxy("mitre-attack-pattern")
    name = make_cluster(galaxy, "Data Encrypted for Impact - T1486").tag_name
    event = make_event(seed.org_a)
    event.save()
    for path, field in (("/event/new/", "info"), (f"/event/{event.pk}/attribute/new/", "value")):
        looking = sent(**{field: "kept words"}, tags="tlp:amber", q_tags="T1486", find="tags")
        page = web.post(path, looking)
        assert page.status_code == 200
        assert "kept words" in page.text
        assert "error-summary" not in page.text
        assert re.search(r'value="tlp:amber"\s+checked', page.text)
        assert escape(name) in page.text
    assert Event.objects.count() == 1
    found = web.get("/tags/find/?field=tags&q_tags=T1486&tags=tlp:amber").text
    assert escape(name) in found
    assert "tlp:amber" in found
    assert signed_in(seed.reader).get("/tags/find/?field=tags&q_tags=T1486").status_code == 403


def test_only_own_sharing_groups_are_offered(web: Client, seed: Seed) -> None:
    assert "A and B" in web.get("/event/new/").text
    assert "A and B" not in signed_in(seed.stranger).get("/event/new/").text
    web.post("/event/new/", sent(distribution="4", sharing_group_id=str(seed.group.pk)))
    assert Event.objects.get().sharing_group_id == seed.group.pk
    refused = signed_in(seed.stranger).post(
        "/event/new/", sent(distribution="4", sharing_group_id=str(seed.group.pk))
    )
    assert refused.status_code == 200
    assert Event.objects.count() == 1


def test_extended_event_is_named_by_id(web: Client, seed: Seed) -> None:
    first = make_event(seed.org_a)
    first.save()
    hidden = make_event(seed.org_c)
    hidden.save()
    assert web.post("/event/new/", sent(extends_uuid=str(hidden.pk))).status_code == 200
    web.post("/event/new/", sent(extends_uuid=str(first.pk)))
    assert Event.objects.get(info="Phishing").extends_uuid == first.uuid


def test_stale_edit_is_refused(web: Client, seed: Seed) -> None:
    event = make_event(seed.org_a)
    event.save()
    url = f"/event/{event.pk}/edit/"
    mark = web.get(url).context["mark"]
    make_attribute(event).save()
    Event.objects.filter(pk=event.pk).update(timestamp=event.timestamp + 5)
    assert web.post(url, sent(mark=mark)).status_code == 302
    # A form that was refused for another reason keeps its token: the change made meanwhile is still a conflict.
    wrong = web.post(url, sent(mark=mark, info=""))
    assert (wrong.status_code, wrong.context["mark"]) == (200, mark)
    refused = web.post(url, sent(mark=mark, info="Again"))
    assert refused.status_code == 409
    event.refresh_from_db()
    assert event.info == "Phishing"
    assert web.post(url, sent(mark=refused.context["mark"], info="Again")).status_code == 302


def test_deleted_event_cannot_return(web: Client, seed: Seed) -> None:
    event = make_event(seed.org_a)
    event.save()
    assert (
        "cannot be imported again"
        in web.get(f"/event/{event.pk}/delete/", headers={"accept-language": "en"}).text
    )
    assert Event.objects.filter(pk=event.pk).exists()
    web.post(f"/event/{event.pk}/delete/")
    assert not Event.objects.filter(pk=event.pk).exists()
    assert BlocklistEntry.objects.filter(kind="event", uuid=event.uuid).exists()


def test_other_organisations_cannot_edit(seed: Seed) -> None:
    event = make_event(seed.org_a, distribution=1, published=True)
    event.save()
    for path in ("edit/", "delete/"):
        assert signed_in(seed.stranger).post(f"/event/{event.pk}/{path}", sent()).status_code == 403
        assert signed_in(seed.reader).post(f"/event/{event.pk}/{path}", sent()).status_code == 403
    Event.objects.filter(pk=event.pk).update(distribution=0)
    assert signed_in(seed.stranger).get(f"/event/{event.pk}/edit/").status_code == 404
    assert signed_in(seed.reader).post("/event/new/", sent()).status_code == 403
    assert Event.objects.get().info == event.info
