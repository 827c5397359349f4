"""An event as PDF: whole values, the strictest TLP on each page, and only what the reader may read."""

from __future__ import annotations

from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from tests.factories import make_attribute, make_event, make_object
from tests.factories.event_page import bytes_of
from tests.factories.knowledge import make_tag
from tests.factories.seed import Seed
from tests.web.signed_in import signed_in
from vardkase.core import typeset
from vardkase.core.sandbox import Limits, SandboxPool
from vardkase.core.sandbox.problems import SandboxProblem
from vardkase.core.typeset import NotTypeset
from vardkase.formats import event_pdf
from vardkase.intel.models import AttributeTag, Event, EventTag
from vardkase.web.intel.event_reports import printing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]

HIDDEN = 'misp-galaxy:threat-actor="5f000000-0000-4000-8000-000000000001"'
ADDRESS = "https://long.example/" + "a1" * 300


@pytest.fixture
def event(seed: Seed) -> Event:
    event = make_event(
        seed.org_a, distribution=1, info="#panic() *Lodjur*", published=True, publish_timestamp=1
    )
    event.save()
    for name in ("tlp:amber", 'misp-galaxy:mitre-attack-pattern="Phishing - T1566"', HIDDEN):
        EventTag.objects.create(event=event, tag=make_tag(name, is_galaxy=name.startswith("misp-galaxy")))
    EventTag.objects.create(event=event, tag=make_tag("workflow:todo"), local=True)
    file = make_object(event, name="file")
    file.save()
    make_attribute(event, object=file, object_relation="sha512", type="sha512", value1="ab" * 64).save()
    make_attribute(event, type="url", category="Network activity", value1=ADDRESS, comment="#let x").save()
    for number in range(60):
        make_attribute(event, type="domain", value1=f"d{number}.example").save()
    secret = make_attribute(event, type="domain", value1="secret.example", distribution=0)
    secret.save()
    AttributeTag.objects.create(event=event, attribute=secret, tag=make_tag("tlp:red"))
    return event


def pages(client: Client, event: Event) -> list[str]:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    answer = client.get(f"/event/{event.pk}/pdf/")
    assert answer["Content-Type"] == "application/pdf"
    return [one.extract_text() for one in PdfReader(BytesIO(bytes_of(answer))).pages]


def test_event_is_printed_as_far_as_the_reader_may_read_it(
    seed: Seed, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = signed_in(seed.stranger)
    found = pages(reader, event)
    assert len(found) > 1
    assert all(text.count("TLP:AMBER") >= 2 for text in found)
    text = "\n".join(found)
    whole = "".join(text.replace("\u200b", "").split())
    assert "ab" * 64 in whole
    assert "a1" * 300 in whole
    assert "d59[.]example" in text
    for words in ("#panic() *Lodjur*", "#let x", "Phishing - T1566", "Network activity", "Organisation A"):
        assert words in text, words
    assert "secret" not in text
    # The document sets apart what is in an object, what is not sent to others, and whose copy it is.
    assert text.index("sha512") < text.index("Attributes outside objects") < text.index("d59[.]example")
    assert "workflow:todo (local)" in text
    assert ", by Organisation C" in text
    assert "000000000001" not in text
    own = pages(signed_in(seed.analyst), event)
    assert "secret[.]example" in "".join(own)
    assert all(text.count("TLP:RED") >= 2 for text in own)
    # A long event is printed in part, and says so.
    for bound, value in (("MOST_ROWS", 5), ("MOST_CHARACTERS", 900)):
        with monkeypatch.context() as patch:
            patch.setattr(event_pdf, bound, value)
            assert "The event has 62 attributes, of which the first" in "".join(pages(reader, event))
    Event.objects.filter(pk=event.pk).update(distribution=0)
    assert reader.get(f"/event/{event.pk}/pdf/").status_code == 404


def test_document_that_costs_too_much_is_shortened_or_refused(
    seed: Seed, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = typeset.pdf
    sizes: list[int] = []

    def reached(*most: int) -> None:
        def made(template: Path, data: dict[str, Any], **options: Any) -> bytes:
            sizes.append(len(data["rows"]))
            if len(data["rows"]) > most[0]:
                raise NotTypeset(SandboxProblem.EXHAUSTED())
            return whole(template, data, **options)

        monkeypatch.setattr(event_pdf, "pdf", made)

    monkeypatch.setattr(event_pdf, "MOST_ROWS", 40)
    reader = signed_in(seed.reader)
    reached(20)
    assert "of which the first" in pages(reader, event)[0]
    # With the line above those that are in no object.
    assert sizes == [41, 10]
    reached(5)
    assert reader.get(f"/event/{event.pk}/pdf/").status_code == 409


def test_costly_documents_count_for_what_they_cost(
    seed: Seed, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = signed_in(seed.reader)
    who = seed.reader.user.pk
    pages(reader, event)
    used = printing.PRINTS.spend(who, 0).times
    assert 0 < used < 100  # Only what it took, not what was held for it meanwhile.
    # What is given up is charged as well.
    monkeypatch.setattr(
        typeset, "prints", short := SandboxPool(typeset.PROGRAM, Limits(memory=40 * 1024 * 1024))
    )
    monkeypatch.setattr(event_pdf, "pdf", partial(typeset.pdf, pool=short))
    assert reader.get(f"/event/{event.pk}/pdf/").status_code == 409
    assert printing.PRINTS.spend(who, 0).times > used
    # Others are not charged.
    assert printing.PRINTS.spend(seed.stranger.user.pk, 0).times == 0


def test_pdf_files_are_limited_for_each_account(seed: Seed, event: Event) -> None:
    printing.PRINTS.spend(seed.stranger.user.pk, printing.PRINTS.allowed)
    answer = signed_in(seed.stranger).get(f"/event/{event.pk}/pdf/")
    assert answer.status_code == 409
    assert len(pages(signed_in(seed.reader), event)) > 1
