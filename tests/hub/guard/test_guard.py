"""The guard checks classification, TLP and reach on every way in and out."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests.api.calls import answer, call, send
from tests.factories.intel import make_attribute, make_event, make_object, make_report
from tests.factories.knowledge import make_tag
from tests.factories.seed import Seed
from vardkase.audit.models import AuditEntry
from vardkase.hub.guard.detectors import examine, tlp_label
from vardkase.hub.guard.findings import GuardFinding, Severity
from vardkase.hub.guard.text_normalisation import plain
from vardkase.intel.event_reports.models import EventReportTag
from vardkase.intel.models import AttributeTag, Event, EventTag, ObjectReference

MARKINGS = (
    "HEMLIG",
    "KVALIFICERAT HEMLIG",
    "BEGRÄNSAT HEMLIG",
    "KONFIDENTIELL",
    "RESTREINT UE",
    "EU CONFIDENTIAL",
    "NATO RESTRICTED",
    "COSMIC TOP SECRET",
)


def stored(seed: Seed, **fields: Any) -> Event:
    owner = fields.pop("owner", seed.org_a)
    event = make_event(owner, user_id=seed.publisher.user.pk, **fields)
    event.save()
    return event


def mark_title(event: Event, text: str) -> None:
    Event.objects.filter(pk=event.pk).update(info=f"Report {text} 7")


def mark_value(event: Event, text: str) -> None:
    make_attribute(event, value1=f"x {text}", distribution=5).save()


def mark_comment(event: Event, text: str) -> None:
    make_attribute(event, comment=text, distribution=0).save()


def mark_object(event: Event, text: str) -> None:
    make_object(event, comment=text).save()


def mark_report(event: Event, text: str) -> None:
    make_report(event, content=f"# Heading\n\n{text}\nand more").save()


def mark_tag(event: Event, text: str) -> None:
    EventTag.objects.create(event=event, tag=make_tag(f"secrecy:{text}"))


def mark_object_description(event: Event, text: str) -> None:
    make_object(event, description=text).save()


def mark_object_name(event: Event, text: str) -> None:
    make_object(event, name=text).save()


def mark_reference(event: Event, text: str) -> None:
    made = make_object(event)
    made.save()
    ObjectReference.objects.create(
        object=made,
        event=event,
        source_uuid=made.uuid,
        referenced_uuid=uuid4(),
        referenced_id=0,
        referenced_type=1,
        comment=text,
        timestamp=1,
    )


def mark_report_tag(event: Event, text: str) -> None:
    report = make_report(event)
    report.save()
    EventReportTag.objects.create(event_report=report, tag=make_tag(f"secrecy:{text}"))


def mark_file_name(event: Event, text: str) -> None:
    name = f"PM_{text.replace(' ', '_')}_v2.pdf"
    make_attribute(event, type="attachment", category="External analysis", value1=name, distribution=5).save()


def mark_relation(event: Event, text: str) -> None:
    held = make_object(event)
    held.save()
    make_attribute(event, object=held, object_relation=text).save()


def mark_meta_category(event: Event, text: str) -> None:
    make_object(event, meta_category=text).save()


PLACES = [
    *(mark_title, mark_value, mark_comment, mark_object, mark_report, mark_tag, mark_object_description),
    *(mark_object_name, mark_reference, mark_report_tag, mark_file_name, mark_relation, mark_meta_category),
]


@pytest.mark.parametrize("mark", PLACES)
def test_marking_anywhere_blocks_publication_and_names_place(
    seed: Seed, mark: Callable[[Event, str], None]
) -> None:
    event = stored(seed, distribution=1)
    mark(event, "BEGRÄNSAT HEMLIG")
    status, body = call(seed.publisher.key, "POST", f"/events/publish/{event.pk}", {"confirm_tlp": 1})
    assert status == 405
    assert "A marking was found in" in body["message"]
    assert "BEGRÄNSAT HEMLIG" in body["message"].replace("_", " ")
    assert not Event.objects.get(pk=event.pk).published


@pytest.mark.parametrize("text", MARKINGS)
def test_every_classification_is_detected(seed: Seed, text: str) -> None:
    event = stored(seed, distribution=0)
    mark_comment(event, f"({text})")
    (found,) = examine(event.pk, 0)
    assert found.severity is Severity.STOPS


@pytest.mark.parametrize("mark", [mark_comment, mark_report, mark_tag])
@pytest.mark.parametrize(
    "text",
    [
        "ＨＥＭＬＩＧ",
        "HEM\u00adLIG",
        "H\u200bEMLIG",
        "BEGRA\u0308NSAT HEMLIG",
        "PM_HEMLIG_v2",
        "EU–SECRET",
        "HEM\u034fLIG",
        "\u041d\u0415\u041cLIG",  # Cyrillic
        "\u0397\u0395\u039cLIG",  # Greek
        "BEGRÄNSAT H\u0415MLIG",
    ],
)
def test_lookalike_characters_do_not_hide_marking(
    seed: Seed, mark: Callable[[Event, str], None], text: str
) -> None:
    event = stored(seed, distribution=0)
    mark(event, text)
    (found,) = examine(event.pk, 0)
    assert found.severity is Severity.STOPS


def test_plain_drops_every_format_character() -> None:
    characters = [each for each in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(each) == "Cf"]
    assert plain("".join(characters)) == ""


@pytest.mark.parametrize(
    "name", ["ｔｌｐ：ｒｅｄ", "T\u200bLP:RED", "tlp:re\u00add", "TLP 2.0 RED", "Traffic Light Protocol: red"]
)
def test_lookalike_characters_do_not_hide_tlp_red(seed: Seed, name: str) -> None:
    event = stored(seed, distribution=1)
    EventTag.objects.create(event=event, tag=make_tag(name))
    assert call(seed.publisher.key, "POST", f"/events/publish/{event.pk}")[0] == 405


@pytest.mark.parametrize("text", ["hemligt", "Top secret sauce", "OHEMLIGT", "KONFIDENTIELLT", "restricted"])
def test_ordinary_words_are_not_markings(seed: Seed, text: str) -> None:
    event = stored(seed, distribution=0)
    mark_comment(event, text)
    assert examine(event.pk, 0) == []


DOCUMENT = {
    "info": "hello",
    "distribution": "1",
    "published": True,
    "Attribute": [{"type": "text", "category": "Other", "value": "a", "comment": "NATO SECRET"}],
}


def test_marked_document_that_publishes_is_not_stored(seed: Seed) -> None:
    status, body = call(seed.publisher.key, "POST", "/events/add", {"Event": DOCUMENT})
    assert status == 403
    assert "NATO SECRET" in body["message"]
    assert not Event.objects.exists()


def test_edit_that_publishes_marking_changes_nothing(seed: Seed) -> None:
    event = stored(seed, distribution=1, published=True)
    change = {"published": True, "Attribute": DOCUMENT["Attribute"]}
    status, _ = call(seed.publisher.key, "POST", f"/events/edit/{event.pk}", {"Event": change})
    assert status == 403
    assert event.attributes.count() == 0


def test_marking_added_after_publication_blocks_next_version(seed: Seed) -> None:
    event = stored(seed, distribution=1, published=True)
    attribute = {"type": "text", "category": "Other", "value": "HEMLIG"}
    assert call(seed.publisher.key, "POST", f"/attributes/add/{event.pk}", attribute)[0] == 200
    assert not Event.objects.get(pk=event.pk).published
    assert call(seed.publisher.key, "POST", f"/events/publish/{event.pk}")[0] == 405


def test_red_event_from_peer_is_stored_and_withheld(seed: Seed) -> None:
    """Sent by B's instance, created elsewhere: no other organisation on this hub reads it, published or not."""
    orgc = {"uuid": "5f1e2a52-6a8f-4f2a-9b11-000000000002", "name": "Somebody far away"}
    attribute = {"type": "text", "category": "Other", "value": "a"}
    red = {"info": "for named recipients", "Tag": [{"name": "tlp:red"}], "Attribute": [attribute]}
    document = DOCUMENT | red | {"locked": True, "uuid": "5f1e2a52-6a8f-4f2a-9b11-000000000001", "Orgc": orgc}
    status, _ = call(seed.partner_sync.key, "POST", "/events/add", {"Event": document})
    assert status == 200
    event = Event.objects.get()
    assert (event.withheld, event.published) == (True, False)
    path = f"/events/view/{event.pk}"
    assert call(seed.partner.key, "GET", path)[0] == 200
    assert call(seed.site_admin.key, "GET", path)[0] == 200
    for other in (seed.stranger, seed.analyst):
        assert call(other.key, "GET", path)[0] == 404
        assert answer(send(other.key, "GET", "/events/index")) == []
    assert "TLP:RED" in AuditEntry.objects.get(action="event.withheld").change["why"]


def test_later_version_without_marking_is_published(seed: Seed) -> None:
    event = stored(seed, distribution=1, locked=True, withheld=True, owner=seed.org_b)
    attribute = {"type": "text", "category": "Other", "value": "clean"}
    change = {"published": True, "timestamp": event.timestamp + 10, "Attribute": [attribute]}
    assert call(seed.partner_sync.key, "POST", f"/events/edit/{event.pk}", {"Event": change})[0] == 200
    event.refresh_from_db()
    assert (event.withheld, event.published) == (False, True)


def test_marked_event_cannot_be_delegated(seed: Seed) -> None:
    event = stored(seed, distribution=0)
    mark_comment(event, "HEMLIG")
    asked = {"org_id": seed.org_b.pk, "distribution": "0"}
    status, body = call(seed.publisher.key, "POST", f"/event_delegations/delegateEvent/{event.pk}", asked)
    assert status == 403
    assert "HEMLIG" in body["message"]


def red_event(event: Event) -> None:
    EventTag.objects.create(event=event, tag=make_tag("tlp:red"))


def red_local(event: Event) -> None:
    EventTag.objects.create(event=event, tag=make_tag("TLP RED"), local=True)


def red_attribute(event: Event) -> None:
    attribute = make_attribute(event, distribution=5)
    attribute.save()
    AttributeTag.objects.create(attribute=attribute, event=event, tag=make_tag("tlp:red"))


def red_report(event: Event) -> None:
    report = make_report(event, distribution=5)
    report.save()
    EventReportTag.objects.create(event_report=report, tag=make_tag("tlp:red"))


@pytest.mark.parametrize("mark", [red_event, red_local, red_attribute, red_report])
@pytest.mark.parametrize("distribution", [1, 2, 3])
def test_tlp_red_for_whole_hub_is_blocked(
    seed: Seed, mark: Callable[[Event], None], distribution: int
) -> None:
    event = stored(seed, distribution=distribution)
    mark(event)
    for api_user in (seed.publisher, seed.site_admin):
        status, body = call(api_user.key, "POST", f"/events/publish/{event.pk}", {"confirm_tlp": 1})
        assert status == 405
        assert "Choose a narrower distribution" in body["message"]
    assert not Event.objects.get(pk=event.pk).published


def test_tlp_red_blocks_despite_many_amber_tags(seed: Seed) -> None:
    event = stored(seed, distribution=3)
    for number in range(12):
        EventTag.objects.create(event=event, tag=make_tag(f"tlp:amber{' ' * number}"))
    red_attribute(event)
    status, body = call(seed.publisher.key, "POST", f"/events/publish/{event.pk}", {"confirm_tlp": 1})
    assert status == 405
    assert "TLP:RED" in body["message"]
    assert not Event.objects.get(pk=event.pk).published


def test_tlp_red_for_chosen_recipients_is_published(seed: Seed) -> None:
    own = stored(seed, distribution=0)
    group = stored(seed, distribution=4, sharing_group=seed.group)
    for event in (own, group):
        EventTag.objects.create(event=event, tag=make_tag(f"tlp:red{' ' * event.pk}"))
        assert call(seed.publisher.key, "POST", f"/events/publish/{event.pk}")[0] == 200


def test_red_part_that_is_not_shared_blocks_nothing(seed: Seed) -> None:
    event = stored(seed, distribution=1)
    red_attribute(event)
    event.attributes.update(distribution=0)
    assert call(seed.publisher.key, "POST", f"/events/publish/{event.pk}")[0] == 200


def test_tlp_amber_beyond_hub_requires_recorded_confirmation(seed: Seed) -> None:
    event = stored(seed, distribution=3)
    EventTag.objects.create(event=event, tag=make_tag("tlp:amber+strict"))
    path = f"/events/publish/{event.pk}"
    status, body = call(seed.publisher.key, "POST", path)
    assert status == 405
    assert "confirm_tlp" in body["message"]
    assert call(seed.publisher.key, "POST", path, {"confirm_tlp": 1})[0] == 200
    entry = AuditEntry.objects.get(action="event.tlp_confirmed")
    assert (entry.actor_name, entry.change["found"]) == (seed.publisher.user.email, ["tlp:amber+strict"])


def test_document_may_confirm_tlp(seed: Seed) -> None:
    make_tag("tlp:amber")
    attribute = {"type": "text", "category": "Other", "value": "a"}
    document = DOCUMENT | {"Attribute": [attribute], "distribution": 2, "Tag": [{"name": "tlp:amber"}]}
    assert call(seed.publisher.key, "POST", "/events/add", {"Event": document})[0] == 403
    assert call(seed.publisher.key, "POST", "/events/add", {"Event": document | {"confirm_tlp": 1}})[0] == 200


def test_tlp_amber_within_hub_needs_no_confirmation(seed: Seed) -> None:
    event = stored(seed, distribution=1)
    EventTag.objects.create(event=event, tag=make_tag("tlp:amber"))
    assert call(seed.publisher.key, "POST", f"/events/publish/{event.pk}")[0] == 200


def test_widening_distribution_is_checked_again(seed: Seed) -> None:
    event = stored(seed, distribution=4, sharing_group=seed.group, published=True)
    red_event(event)
    wider = {"Event": {"distribution": 1, "published": True}}
    assert call(seed.publisher.key, "POST", f"/events/edit/{event.pk}", wider)[0] == 403
    event.refresh_from_db()
    assert (event.distribution, event.published) == (4, True)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("tlp:red", "red"),
        ("TLP:RED", "red"),
        ("tlp: Red", "red"),
        ("TLP RED", "red"),
        ('tlp="red"', "red"),
        ("ｔｌｐ：ｒｅｄ", "red"),
        ("tlp:amber", "amber"),
        ("tlp:amber+strict", "amber+strict"),
        ("TLP-AMBER STRICT", "amber+strict"),
        ("TLP 2.0 RED", "red"),
        ("tlp-v2:amber_strict", "amber+strict"),
        ("t\u200dlp:red", "red"),
        ("t\u04cf\u0440:r\u0435d", "red"),
        ("TL\u0420:\u0430mber+str\u0456ct", "amber+strict"),
        ("tlp:green", None),
        ("tlp:reddish", None),
        ("tlp:redacted", None),
        ("stlp:red", None),
        ("TLP:RED only", "red"),
        ("tlp:red:strict", "red"),
        ("tlp/red", "red"),
        ("fr:tlp:red", "red"),
        ("traffic light protocol: red", "red"),
        ("tlp:röd", "red"),
    ],
)
def test_tlp_labels_are_recognised_in_all_spellings(name: str, label: str | None) -> None:
    assert tlp_label(name) == label


def test_findings_have_severity_and_text(seed: Seed) -> None:
    event = stored(seed, distribution=1)
    red_event(event)
    (found,) = examine(event.pk, 1)
    assert isinstance(found, GuardFinding)
    assert (found.severity, found.text) == (Severity.STOPS, "tlp:red")
