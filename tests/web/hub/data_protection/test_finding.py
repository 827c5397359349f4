"""Requests from data subjects: what the search finds, and whom it is shown to."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import make_attribute, make_event, make_report
from tests.factories.records_cases import at_a_browser, officer_of
from tests.factories.seed import Seed
from tests.web.accounts import signed_in
from tests.web.hub.data_protection.calls import (
    EMAIL,
    NAME,
    NUMBER,
    UNKNOWN_ADDRESS,
    asked,
    decided,
    item_ids,
    of,
    searched,
    words,
)
from vardkase.core import files
from vardkase.core.mail.models import SentMail
from vardkase.exchange.fetches.models import FetchReader
from vardkase.hub.case_files.models import CaseDocument, CaseFile
from vardkase.hub.case_files.queries import find_case_file
from vardkase.hub.case_files.services import add_document, note_call
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.data_protection.requests.models import ConcernedItem
from vardkase.hub.data_protection.requests.replying import copy_as_json
from vardkase.hub.public_records.cases.services import opening
from vardkase.hub.public_records.officers.models import RecordsOfficer
from vardkase.hub.spills.models import Spill, SpillHolder
from vardkase.identity.accounts.models import User
from vardkase.intel.analyst_data.models import AnalystData
from vardkase.intel.models import Event
from vardkase.intel.personal_data.services import mark_analyst_data

pytestmark = pytest.mark.usefixtures("password_is_enough")


def test_event_that_changes_hands_is_shown_to_nobody_who_was_sent_it(seed: Seed, jurist: User) -> None:
    event = make_event(seed.org_a, info=f"Om {NAME}")
    event.save()
    request, handler, of_a = asked(Client()), signed_in(jurist), signed_in(seed.org_admin.user)
    searched(handler, request)
    shown = words(handler.get(f"/data-requests/{request.pk}/"))
    assert UNKNOWN_ADDRESS in shown, "what anybody can send in, and what others hold, is left out"
    handler.post(f"/data-requests/{request.pk}/send/")
    mine = f"/our-data-requests/{of(request, 'Organisation A').pk}/"
    assert f"Om {NAME}" in words(of_a.get(mine))
    Event.objects.filter(pk=event.pk).update(org=seed.org_b)
    assert f"Om {NAME}" not in words(of_a.get(mine))


def test_text_inside_attachments_and_documents_of_cases_is_searched_and_routed(
    seed: Seed, jurist: User
) -> None:
    event = make_event(seed.org_a)
    event.save()
    files_sha = [files.store(text.encode()) for text in (f"Kontakta {NAME}, {NUMBER}.", "ingenting")]
    kept, _other = (
        make_attribute(
            event, type="attachment", category="Payload delivery", value1=f"{n}.txt", data_sha256=sha
        )
        for n, sha in enumerate(files_sha)
    )
    kept.save()
    _other.save()
    note = AnalystData.objects.create(
        kind=0, org=seed.org_b, orgc=seed.org_b, created=timezone.now(), modified=timezone.now(), distribution=1,
        object_type="Event", object_uuid=event.uuid, text=f"Misstänkt: {NUMBER}",
    )  # fmt: skip
    mark_analyst_data([note.pk])
    case = CaseFile.objects.create(number="M-1", kind="membership", title="x", thing_kind="membership", thing_id=1,
                                   opened_by="x")  # fmt: skip
    of_spill = CaseFile.objects.create(number="S-1", kind="spill", title="x", thing_kind="spill", thing_id=1,
                                       opened_by="x")  # fmt: skip
    common = {"direction": "incoming", "sha256": "0" * 64, "occurred_at": timezone.now(), "by": "x"}
    said = CaseDocument.every.create(
        case_file=case,
        number=1,
        title="Yttrande",
        text=f"Annan händelse: Norrvik\nFrån {NAME}, dömd.",
        **common,
    )
    filed = CaseDocument.every.create(
        case_file=case,
        number=2,
        title="Bilaga",
        content=f"Om en annan\n{EMAIL} har ringt".encode(),
        file_name="b.txt",
        **common,
    )
    CaseDocument.every.create(case_file=of_spill, number=1, title="Y", text=NAME, **common)
    reader = FetchReader.objects.create(channel="api", user_id=9, key_id=1, organisation_id=1, name=EMAIL)
    spill = Spill.objects.create(
        number="S-1", origin="declared", event_id=0, event_uuid=uuid4(), organisation=seed.org_a, creator="x",
        declared_by_name="x",
    )  # fmt: skip
    holder = SpillHolder.objects.create(spill=spill, kind="api", name=f"{EMAIL} #1", receiver_id=0)
    make_report(event, content=f"{NAME} fick @[attribute]({kept.uuid}), inte @[attribute]({uuid4()}).").save()

    handler = signed_in(jurist)
    request = asked(Client())
    searched(handler, request)
    a, b, hub = (of(request, name) for name in ("Organisation A", "Organisation B", "CERT-SE"))
    assert set(a.items.values_list("kind", flat=True)) == {"attachment", "report"}
    logged = {("fetches", reader.pk), ("spill_holder", holder.pk)}
    assert logged <= set(hub.items.values_list("kind", "part_id"))
    assert list(b.items.values_list("kind", "is_offence")) == [("analyst_data", True)]
    of_the_hub = set(hub.items.filter(kind__startswith="case").values_list("kind", "part_id"))
    assert of_the_hub == {("case_document", said.pk), ("case_file_document", filed.pk)}
    page = words(handler.get(f"/data-requests/controllers/{hub.pk}/"))
    assert f"{EMAIL} har ringt" in page
    assert f"Från {NAME}, dömd." in page
    assert "Lagöverträdelse" in page
    of_others = ("Annan händelse", "Om en annan")
    assert not any(text in page for text in of_others)
    given = decided(item_ids(hub), access="given")
    own = f"/data-requests/controllers/{hub.pk}/items/"
    assert handler.post(own, given).status_code == 422, (
        "a document that speaks of an offence is answered alone"
    )
    for each in item_ids(hub):
        assert handler.post(own, given | {"pk": [each]}).status_code == 302
    copied = copy_as_json(request).decode()
    assert f"{EMAIL} har ringt" in copied
    assert not any(text in copied for text in of_others), "the copy says what the page said"
    assert "Kontakta" not in words(handler.get(f"/data-requests/controllers/{a.pk}/"))
    handler.post(f"/data-requests/{request.pk}/send/")
    of_a = signed_in(seed.org_admin.user)
    page = words(of_a.get(f"/our-data-requests/{a.pk}/"))
    assert f"Kontakta {NAME}" in page
    assert f"{NAME} fick {kept.value1}, inte […]." in page, "a UUID says nothing to the person"
    answers = f"/our-data-requests/{a.pk}/items/"
    erased = decided(item_ids(a, "attachment"), erasure="erased")
    assert of_a.post(answers, erased).status_code == 422, "it is still there"
    kept.delete()
    assert of_a.post(answers, erased).status_code == 302


def test_cases_of_other_authorities_are_answered_by_those_who_read_them(
    seed: Seed, jurist: User, admin_b: User
) -> None:
    officer = at_a_browser(officer_of(seed, "org_b"))
    case = opening.register(officer, {"request": "Allt om Harald"})
    records = find_case_file(officer, case.number)
    note_call(officer, records, "Vera", f"{NAME} har gjort affärer.")
    add_document(
        officer, records, "incoming", "Brev", counterpart="Vera", content=f"Bilaga: {EMAIL}".encode(),
        media_type="text/plain", file_name="b.txt",
    )  # fmt: skip
    about = {"thing_kind": "records_case", "thing_id": case.pk}
    Letter.objects.create(
        number="U-1", kind="x", title=f"Beslut till {NAME}", signed_by="x", content=b"", sha256="", **about
    )
    SentMail.objects.create(
        kind="x", language="sv", recipient=EMAIL, subject="Beslut", written_by="x", **about
    )

    handler = signed_in(jurist)
    request = asked(Client())
    searched(handler, request)
    theirs = of(request, "Organisation B")
    kinds = {"case_document", "case_file_document", "letter", "sent_mail"}
    assert set(theirs.items.values_list("kind", flat=True)) == kinds
    found = ConcernedItem.objects.filter(controller__request=request, kind__in=kinds)
    assert found.exclude(controller=theirs).count() == 0, "nothing of it is the hub owner's"
    for each in request.controllers.all():
        shown = words(handler.get(f"/data-requests/controllers/{each.pk}/"))
        assert not any(text in shown for text in ("affärer", "Bilaga:", "Beslut till"))

    handler.post(f"/data-requests/{request.pk}/send/")
    admin, page = signed_in(admin_b), f"/our-data-requests/{theirs.pk}/"
    hidden = words(admin.get(page))
    assert not any(text in hidden for text in ("affärer", "Bilaga:", "Beslut till"))
    assert "en begäran om allmän handling som du inte handlägger" in hidden
    given = decided(item_ids(theirs), access="given")
    assert admin.post(f"{page}items/", given).status_code == 422
    RecordsOfficer.objects.create(user=admin_b, organisation=seed.org_b, named_by="admin")
    assert all(text in words(admin.get(page)) for text in ("affärer", "Bilaga:", "Beslut till"))
    assert admin.post(f"{page}items/", given).status_code == 302
