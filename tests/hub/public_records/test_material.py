"""What is frozen into a request for public records."""

from __future__ import annotations

import io
import re
from datetime import date

import pytest
from pypdf import PdfReader

from tests.factories import make_attribute, make_event, make_object, make_report
from tests.factories.records_cases import SECRET, at_a_browser, officer_of, with_material
from tests.factories.seed import Seed
from tests.web.accounts import signed_in
from vardkase.hub.law.disposal_marks import disposal_mark
from vardkase.hub.public_records.cases.release_copy import items_to_release, made_copy
from vardkase.hub.public_records.cases.services.assessing import assess
from vardkase.hub.public_records.cases.services.consulting import answer_by_link, consult
from vardkase.identity.access.actor import visitor
from vardkase.identity.accounts.models import User
from vardkase.intel.services.publish import publish_event
from vardkase.web.hub.public_records.cases.presenters import steps

pytestmark = pytest.mark.django_db


def test_a_report_is_frozen_with_what_it_refers_to_in_words(seed: Seed) -> None:
    """An officer masks what they can read; a UUID may be derived from a value that is masked, and tells of hidden
    parts."""
    officer = at_a_browser(officer_of(seed, "org_b"))
    event = make_event(seed.org_a, distribution=1)
    event.save()
    shown = make_attribute(event, value1=SECRET)
    hidden = make_attribute(event, value1="bara-vi.example", type="domain", distribution=0)
    thing = make_object(event, name="file")
    inner = make_attribute(event, value1="a.exe", type="filename", object=thing)
    for each in (shown, hidden, thing, inner):
        each.save()
    names = [f"@[attribute]({shown.uuid})", f"@[attribute]({hidden.uuid})", f"@[object]({thing.uuid})"]
    content = " och ".join([*names, "@[tag](tlp:clear)", f"@![attribute]({str(shown.uuid).upper()})"])
    make_report(event, content=content, distribution=5).save()
    publish_event(seed.publisher.actor, event.pk)
    case = with_material(officer)
    texts = dict(case.items.get(kind="report").fields)
    assert texts["text"] == f"{SECRET} och […] och file och tlp:clear och {SECRET}"


def test_material_says_in_words_what_was_disposed_of_and_refers_to_nothing_by_uuid(seed: Seed) -> None:
    officer = at_a_browser(officer_of(seed, "org_b"))
    event = make_event(seed.org_a, distribution=1)
    event.save()
    make_attribute(event, value1=disposal_mark(date(2026, 11, 30), "R-1"), comment=SECRET).save()
    make_report(event, name="Bild", content="Se.", distribution=5).save()
    publish_event(seed.publisher.actor, event.pk)
    case = with_material(officer)
    kept = case.items.get(kind="attribute")
    assert "gallrat den 30 november 2026 enligt gallringsregel R-1" in kept.title
    # As frozen before references were written in words.
    uuid = "e8edc12c-0000-4000-8000-00000000000e"
    old = case.items.get(kind="report")
    old.pk, old.key, old.fields = None, "report:old", [["text", f"Se @[attribute]({uuid})."]]
    old.save()
    page = signed_in(User.objects.get(pk=officer.user_id or 0)).get(f"/public-records/cases/{case.number}/")
    shown = page.content.decode()
    assert "[retention" not in shown
    everything = list(case.items.values_list("pk", flat=True))
    assess(officer, case.number, everything, {"outcome": "release"})
    made = made_copy(case, items_to_release(case), accepted=False)
    printed = " ".join(
        " ".join(each.extract_text() for each in PdfReader(io.BytesIO(made.pdf)).pages).split()
    )
    assert "[gallrat den 30 november 2026 enligt gallringsregel R-1]" in printed
    assert "Se […]." in printed
    assert not re.search(r"T\d\d:\d\d", printed), "times as people write them"
    assert uuid not in printed
    assert uuid.encode() not in made.json


def test_open_consultation_is_not_shown_as_done(seed: Seed) -> None:
    officer = at_a_browser(officer_of(seed, "org_b"))
    event = make_event(seed.org_a, distribution=1)
    event.save()
    make_attribute(event, value1=SECRET, first_seen=1_700_000_000_000_000).save()
    publish_event(seed.publisher.actor, event.pk)
    case = with_material(officer)
    (asked,) = consult(officer, case.number, [seed.org_a.pk], 24)
    assess(officer, case.number, list(case.items.values_list("pk", flat=True)), {"outcome": "release"})

    def state() -> str:
        case.refresh_from_db()
        return str(steps(case)[2]["state"])

    assert state() == "also"
    answer_by_link(visitor(None), asked, {"answer": "release", "name": "Ada"})
    assert state() == "done"
