"""What is frozen into a request for public records."""

from __future__ import annotations

import pytest

from tests.factories import make_attribute, make_event, make_object, make_report
from tests.factories.records_cases import SECRET, at_a_browser, officer_of, with_material
from tests.factories.seed import Seed
from vardkase.intel.services.publish import publish_event

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
