"""Notes, opinions and relationships on the pages: readers add them, those within the distribution see them."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests.factories.content_access import operator_of
from tests.factories.event_page import HIDDEN, Setup, make_setup, text_of, visitor
from tests.factories.seed import ApiUser, Seed
from vardkase.intel.analyst_data.models import AnalystData, AnalystDataKind
from vardkase.intel.analyst_data.services import add_analyst_data
from vardkase.intel.models import Attribute

pytestmark = pytest.mark.usefixtures("password_is_enough")

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def setup(seed: Seed) -> Setup:
    return make_setup(seed)


@pytest.fixture
def attribute(setup: Setup) -> Attribute:
    return setup.attribute("login.example")


def sent(**changed: Any) -> dict[str, Any]:
    return {"authors": "The duty desk", "distribution": "5", **changed}


def note(text: str = "Seen here too", **changed: Any) -> dict[str, Any]:
    return sent(**{"note": text, "language": "en", **changed})


def new(kind: str, thing: Any, kind_of_thing: str = "Event") -> str:
    return f"/notes/new/{kind}/{kind_of_thing}/{thing.uuid}/"


def add(by: ApiUser, about: Any, kind: AnalystDataKind = AnalystDataKind.NOTE, **members: Any) -> AnalystData:
    """Store one by the service; `about` is an event, an attribute or analyst data."""
    name = about.kind_name if isinstance(about, AnalystData) else type(about).__name__
    data = {
        "object_type": name,
        "object_uuid": str(about.uuid),
        "distribution": 5,
        "note": "A note",
        **members,
    }
    return AnalystData.objects.get(pk=add_analyst_data(by.actor, kind, data))


def plain(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", "", page).split())


def of_event(setup: Setup) -> str:
    return f"/event/{setup.event.pk}/notes/"


def test_partner_notes_and_the_owner_replies(seed: Seed, setup: Setup, attribute: Attribute) -> None:
    partner, owner = visitor(seed.partner), visitor(seed.analyst)
    assert new("note", setup.event) in text_of(partner.get(of_event(setup)))
    partner.post(new("note", setup.event), note(f"Two lines\r\nof text {SCRIPT}"))
    partner.post(new("note", attribute, "Attribute"), note("Only on Tuesdays", language="sv"))
    first, _ = AnalystData.objects.order_by("pk")
    assert (first.authors, first.distribution, first.orgc_id) == ("The duty desk", 5, seed.org_b.pk)

    assert "New notes on our events 2" in plain(text_of(owner.get("/")))
    page = text_of(owner.get(of_event(setup)))
    assert SCRIPT not in page
    assert 'lang="sv"' in page
    words = plain(page)
    assert "Notes 2" in words
    assert "About domain login[.]example" in words
    assert words.index("Only on Tuesdays") < words.index("Two lines")
    assert "Only on Tuesdays" not in text_of(owner.get(of_event(setup), {"about": str(setup.event.uuid)}))

    table = text_of(owner.get(f"/event/{setup.event.pk}/"))
    assert f"?about={attribute.uuid}" in table
    assert f"/notes/new/opinion/Attribute/{attribute.pk}/" in table
    assert f"/notes/new/note/Object/{attribute.object_id}/" in table

    said = owner.post(new("note", first, "Note"), note("Which lines?"), follow=True)
    assert "Note added." in text_of(said)
    assert "Which lines?" in text_of(partner.get(f"/notes/{first.uuid}/"))
    assert "Which lines?" in text_of(partner.get(of_event(setup)))
    assert "New notes on our events 1" in plain(text_of(partner.get("/")))
    assert "Which lines?" in text_of(partner.get("/notes/"))
    assert "Which lines?" in text_of(owner.get("/notes/?show=made"))


def test_opinion_is_a_step_or_a_number(seed: Seed, setup: Setup, attribute: Attribute) -> None:
    partner, stranger = visitor(seed.partner), visitor(seed.stranger)
    path = new("opinion", attribute, "Attribute")
    assert "Choose how strongly you agree." in text_of(partner.post(path, sent()))
    assert "less than or equal to 100" in text_of(partner.post(path, sent(opinion="101")))
    partner.post(path, sent(step="25", opinion="30", comment=SCRIPT))
    stranger.post(path, sent(step="100"))
    mine = AnalystData.objects.get(orgc=seed.org_b)
    assert [row.opinion for row in AnalystData.objects.order_by("pk")] == [30, 100]
    page = text_of(visitor(seed.analyst).get("/value/?v=login.example"))
    assert SCRIPT not in page
    assert "Agree The average of 2 organisations: 65 out of 100." in plain(page)
    assert "Disagree, 30 out of 100" in plain(page)

    edit = f"/notes/{mine.uuid}/edit/"
    shown = partner.get(edit)
    # The number of the old step is left in its field, and another step is chosen.
    partner.post(edit, sent(step="75", opinion="30", mark=shown.context["mark"]))
    mine.refresh_from_db()
    assert mine.opinion == 75


def test_relationship_leads_to_what_is_named_by_number_or_uuid(seed: Seed, setup: Setup) -> None:
    partner = visitor(seed.partner)
    path = new("relationship", setup.event)
    fields = sent(relationship_type="variant-of", related_object_type="Event")
    hidden = text_of(partner.post(path, {**fields, "related_object_uuid": str(setup.draft.pk)}))
    missing = text_of(partner.post(path, {**fields, "related_object_uuid": "999999999"}))
    assert "Nothing with this number or UUID was found." in hidden
    assert "Nothing with this number or UUID was found." in missing
    partner.post(path, {**fields, "related_object_uuid": f"#{setup.event.pk}"})
    partner.post(path, {**fields, "related_object_uuid": str(setup.draft.uuid)})
    partner.post(path, {**fields, "related_object_uuid": str(uuid4())})
    page = plain(text_of(partner.get(of_event(setup))))
    assert f"variant of event {setup.event.info}" in page
    swedish = plain(text_of(partner.get(of_event(setup), headers={"accept-language": "sv"})))
    assert f"variant of händelsen {setup.event.info}" in swedish
    assert page.count("not visible to you") == 2
    assert setup.draft.info not in page
    assert f"variant of event {setup.draft.info}" in plain(
        text_of(visitor(seed.analyst).get(of_event(setup)))
    )


def test_only_its_organisation_edits_and_deletes(seed: Seed, setup: Setup) -> None:
    mine = add(seed.partner, setup.event)
    partner, owner = visitor(seed.partner), visitor(seed.analyst)
    for path in (f"/notes/{mine.uuid}/edit/", f"/notes/{mine.uuid}/delete/"):
        assert owner.get(path).status_code == 403
        assert owner.post(path, note()).status_code == 403
        assert path not in text_of(owner.get(of_event(setup)))
        assert path in text_of(partner.get(of_event(setup)))
    mark = partner.get(f"/notes/{mine.pk}/edit/").context["mark"]
    assert partner.post(f"/notes/{mine.uuid}/edit/", note("Changed", mark=mark))["location"].startswith(
        of_event(setup)
    )
    conflict = partner.post(f"/notes/{mine.uuid}/edit/", note("Mine", mark=mark))
    assert conflict.status_code == 409
    assert "Mine" in conflict.content.decode()
    assert "Changed" in text_of(owner.get(of_event(setup)))
    assert "cannot be undone" in text_of(partner.get(f"/notes/{mine.uuid}/delete/"))
    partner.post(f"/notes/{mine.uuid}/delete/")
    assert not AnalystData.objects.exists()
    assert "No notes yet" in text_of(owner.get(of_event(setup)))


def test_what_others_may_not_see_is_not_mentioned(seed: Seed, setup: Setup) -> None:
    hidden = setup.attribute(HIDDEN)
    add(seed.analyst, hidden, note="On the hidden one", distribution=1)
    add(seed.analyst, setup.event, note="Ours alone", distribution=0)
    in_group = add(
        seed.analyst, setup.event, note="Of A and B", distribution=4, sharing_group_id=seed.group.pk
    )
    add(seed.partner, in_group, note="A reply in the group")
    draft = add(seed.analyst, setup.draft, note="On the draft")
    stranger, partner, colleague = visitor(seed.stranger), visitor(seed.partner), visitor(seed.colleague)
    page = text_of(stranger.get(of_event(setup)))
    assert "No notes yet" in page
    assert "?about=" not in text_of(stranger.get(f"/event/{setup.event.pk}/"))
    assert "On the hidden one" not in text_of(partner.get(of_event(setup)))
    assert "A reply in the group" in text_of(partner.get(of_event(setup)))
    every = text_of(colleague.get(of_event(setup)))
    assert all(text in every for text in ("On the hidden one", "Ours alone", "Of A and B", "A reply in"))
    for path in (f"/notes/{draft.uuid}/", f"/notes/{in_group.uuid}/", f"/notes/{in_group.uuid}/edit/"):
        assert stranger.get(path).status_code == 404
    for thing, kind in ((setup.draft, "Event"), (hidden, "Attribute"), (in_group, "Note")):
        assert stranger.get(new("note", thing, kind)).status_code == 404
        assert stranger.post(new("note", thing, kind), note()).status_code == 404
    assert stranger.get(new("poem", setup.event)).status_code == 404
    assert stranger.get(new("note", setup.event, "User")).status_code == 404


def test_accounts_that_only_read_and_operators(seed: Seed, setup: Setup) -> None:
    mine = add(seed.analyst, setup.event)
    reader = visitor(seed.reader)
    page = text_of(reader.get(of_event(setup)))
    assert "A note" in page
    assert "/notes/new/" not in page
    assert "/notes/new/" not in text_of(reader.get(f"/event/{setup.event.pk}/"))
    assert "/edit/" not in page
    for path in (new("note", setup.event), f"/notes/{mine.uuid}/edit/", f"/notes/{mine.uuid}/delete/"):
        assert reader.post(path, note()).status_code == 403
    operator = Client(headers={"accept-language": "en"})
    operator.force_login(operator_of(seed).user)
    assert operator.get(of_event(setup)).status_code == 404
    assert operator.get(f"/notes/{mine.uuid}/").status_code == 404
    assert "No notes about your events" in text_of(operator.get("/notes/"))
    assert AnalystData.objects.count() == 1


def test_long_threads_are_cut_and_lead_on(seed: Seed, setup: Setup) -> None:
    root = deepest = add(seed.partner, setup.event, note="x" * 4000 + " the end")
    for depth in range(5):
        deepest = add(seed.analyst, deepest, note=f"Level {depth}")
    for number in range(21):
        add(seed.stranger, root, note=f"Reply {number}")
    page = text_of(visitor(seed.analyst).get(of_event(setup)))
    assert "the end" not in page
    assert "Level 2" in page
    assert "Level 3" not in page
    assert "Reply 18" in page
    assert "Reply 19" not in page
    assert "Show 2 more replies" in plain(page)
    assert "Show 1 more reply" in plain(page)
    whole = text_of(visitor(seed.analyst).get(f"/notes/{root.uuid}/"))
    assert "the end" in whole
    assert "Reply 20" in whole


def test_circle_of_notes_ends(seed: Seed, setup: Setup) -> None:
    """A peer can send two notes that are about each other."""
    one, other = (add(seed.analyst, setup.event, note=text, distribution=1) for text in ("One", "Other"))
    for note_, about in ((one, other), (other, one)):
        AnalystData.objects.filter(pk=note_.pk).update(object_type="Note", object_uuid=about.uuid)
    assert "Other" in text_of(visitor(seed.partner).get(f"/notes/{one.uuid}/"))
