"""Pasting many values at once."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import make_attribute, make_event
from tests.factories.knowledge import make_attack, make_tag
from tests.factories.seed import Seed
from tests.web.signed_in import signed_in
from vardkase.intel.editing.tagging import attach_tag
from vardkase.intel.models import Attribute, Event
from vardkase.intel.queries.event_parts import event_tags
from vardkase.knowledge.taxonomies.models import Taxonomy, TaxonomyPredicate
from vardkase.knowledge.warninglists.models import Warninglist, WarninglistEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]

TEXT = """Seen in the mail gateway
hxxps://evil[.]example[.]com/x
198.51.100.7
just words here
d41d8cd98f00b204e9800998ecf8427e"""


@pytest.fixture
def event(seed: Seed) -> Event:
    event = make_event(seed.org_a)
    event.save()
    return event


@pytest.fixture
def web(seed: Seed) -> Client:
    client = signed_in(seed.analyst)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def url(event: Event) -> str:
    return f"/event/{event.pk}/attributes/paste/"


def sent(text: str = TEXT, **fields: str) -> dict[str, str]:
    return {"text": text, "distribution": "5", "comment": "mail", **fields}


def everything(page: int, *numbers: int) -> dict[str, str]:
    """The rows' checkboxes that stay ticked."""
    return {"page": str(page), **{f"{box}{n}": "1" for n in numbers for box in "ad"}}


def test_preview_adds_nothing(web: Client, event: Event) -> None:
    make_attribute(event, type="ip-dst", category="Network activity", value1="198.51.100.7").save()
    lists = Warninglist.objects.create(
        name="Known hashes", type="string", category="false_positive", version=1, enabled=True
    )
    WarninglistEntry.objects.create(warninglist=lists, value="d41d8cd98f00b204e9800998ecf8427e")
    page = web.post(url(event), sent())
    review = page.context["review"]
    found = {row.pasted.found.value: row for row in review.rows}
    assert set(found) == {"https://evil.example.com/x", "198.51.100.7", "d41d8cd98f00b204e9800998ecf8427e"}
    assert found["198.51.100.7"].choice.add is False
    assert found["d41d8cd98f00b204e9800998ecf8427e"].choice.to_ids is False
    assert "Known hashes" in page.text
    assert page.context["unknown"] == ["Seen in the mail gateway", "just words here"]
    assert Attribute.objects.filter(event=event).count() == 1


def test_selected_rows_are_added_together(web: Client, event: Event) -> None:
    rows = {**everything(0, 0, 1), "t1": "ip-src", "c1": "Network activity"}
    answer = web.post(url(event), sent(go="add", **rows))
    assert answer.status_code == 302
    stored = {a.value1: a for a in Attribute.objects.filter(event=event)}
    assert set(stored) == {"https://evil.example.com/x", "198.51.100.7"}
    assert stored["198.51.100.7"].type == "ip-src"
    assert stored["198.51.100.7"].comment == "mail"


def test_invalid_row_blocks_all(web: Client, event: Event) -> None:
    rows = {**everything(0, 0, 1), "t0": "ip-dst"}
    page = web.post(url(event), sent(go="add", **rows))
    assert page.status_code == 200
    assert "needs to be corrected" in page.text
    assert "This is not an IP address" in page.text
    assert not Attribute.objects.filter(event=event).exists()


def test_values_of_a_type_get_another_category_together(web: Client, event: Event) -> None:
    fields = {**everything(0, 0, 1, 2), "go": "change", "from_type": "ip-dst"}
    rows = web.post(url(event), sent(**fields, to_category="Payload delivery")).context["review"].rows
    assert [row.choice.category for row in rows if row.choice.type == "ip-dst"] == ["Payload delivery"]
    assert {row.choice.category for row in rows if row.choice.type != "ip-dst"} != {"Payload delivery"}
    # One that does not suit the type gives way to the type's own.
    rows = web.post(url(event), sent(**fields, to_category="Person")).context["review"].rows
    assert [row.choice.category for row in rows if row.choice.type == "ip-dst"] == ["Network activity"]


def test_thousands_of_values_are_paged(web: Client, event: Event) -> None:
    text = "\n".join(f"host{n}.example.com" for n in range(3000))
    first = web.post(url(event), sent(text))
    assert len(first.context["rows"]) == 100
    second = web.post(url(event), sent(text, go="1", **everything(0, *range(1, 100))))
    choices = second.context["review"].changed
    assert choices.count("[") == 1
    last = {**everything(1, *range(100, 200)), "choices": choices}
    web.post(url(event), sent(text, go="add", **last))
    assert Attribute.objects.filter(event=event).count() == 2999
    assert not Attribute.objects.filter(event=event, value1="host0.example.com").exists()


def test_other_organisations_cannot_paste(event: Event, seed: Seed) -> None:
    Event.objects.filter(pk=event.pk).update(published=True, distribution=1)
    assert signed_in(seed.stranger).post(url(event), sent(go="add")).status_code == 403
    assert signed_in(seed.reader).post(url(event), sent(go="add")).status_code == 403
    assert not Attribute.objects.filter(event=event).exists()


REPORT = r"""Subject: Unpaid invoice
hxxps://payments[.]example/login and kommunportal[.]example, mail from boss(at)kommunportal[.]example
The ransomware creates Global\akira_2026 before T1566."""


@pytest.fixture
def technique(db: None) -> str:
    make_attack()
    return 'misp-galaxy:mitre-attack-pattern="Phishing - T1566"'


def test_defanged_names_mutexes_and_subjects_have_their_types(web: Client, event: Event) -> None:
    rows = web.post(url(event), sent(REPORT)).context["review"].rows
    assert {row.pasted.found.value: row.choice.type for row in rows} == {
        "Unpaid invoice": "email-subject",
        "https://payments.example/login": "url",
        "kommunportal.example": "domain",
        "boss@kommunportal.example": "email-src",
        r"Global\akira_2026": "mutex",
    }


def test_any_type_can_be_chosen(web: Client, event: Event) -> None:
    page = web.post(url(event), sent("report.docx"))
    assert "<option>windows-service-name</option>" in page.text
    chosen = {"page": "0", "a0": "1", "t0": "windows-service-name", "c0": "Artifacts dropped"}
    again = web.post(url(event), sent("report.docx", go="look", **chosen))
    assert again.context["review"].rows[0].choice.type == "windows-service-name"
    web.post(url(event), sent("report.docx", go="add", **chosen))
    assert Attribute.objects.get(event=event).type == "windows-service-name"


def test_techniques_in_the_text_become_tags(web: Client, event: Event, technique: str) -> None:
    page = web.post(url(event), sent(REPORT))
    assert [(tag.name, tag.phrase, tag.chosen) for tag in page.context["tags"]] == [
        (technique, "T1566", True)
    ]
    assert page.context["unknown"] == []
    web.post(url(event), sent(REPORT, go="add", tag=technique, **everything(0, 0)))
    assert [tag.name for tag in event_tags(event.pk)] == [technique]


def test_a_tag_that_is_not_ticked_stays_off(web: Client, event: Event, technique: str) -> None:
    web.post(url(event), sent(REPORT, go="add", **everything(0, 0)))
    assert Attribute.objects.filter(event=event).count() == 1
    assert event_tags(event.pk) == []


def test_only_tags_that_the_text_names_are_attached(web: Client, event: Event, technique: str) -> None:
    web.post(url(event), sent("198.51.100.7", go="add", tag=technique, **everything(0, 0)))
    assert event_tags(event.pk) == []


def test_a_refused_value_attaches_no_tag(web: Client, event: Event, technique: str) -> None:
    rows = {**everything(0, 0, 1), "t1": "ip-dst"}
    assert "needs to be corrected" in web.post(url(event), sent(REPORT, go="add", tag=technique, **rows)).text
    assert event_tags(event.pk) == []
    assert not Attribute.objects.filter(event=event).exists()


def test_paste_does_not_choose_between_tags_that_exclude_each_other(
    web: Client, event: Event, seed: Seed
) -> None:
    taxonomy = Taxonomy.objects.create(namespace="tlp", version=1, enabled=True, exclusive=True)
    for value in ("red", "clear"):
        TaxonomyPredicate.objects.create(taxonomy=taxonomy, value=value)
        make_tag(f"tlp:{value}")
    attach_tag(seed.org_admin.actor, event.uuid, "tlp:red")
    text = "198.51.100.7 is tlp:clear"
    assert [(tag.name, tag.chosen) for tag in web.post(url(event), sent(text)).context["tags"]] == [
        ("tlp:clear", False)
    ]
    refused = web.post(url(event), sent(text, go="add", tag="tlp:clear", **everything(0, 0)))
    assert refused.status_code == 200
    assert [tag.name for tag in event_tags(event.pk)] == ["tlp:red"]
    assert not Attribute.objects.filter(event=event).exists()
