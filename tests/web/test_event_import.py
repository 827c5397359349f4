"""A new event from a text, a mail or a file."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.factories.knowledge import make_attack, make_tag
from tests.factories.seed import Seed
from tests.formats.test_file_text import encrypted_pdf
from tests.web.signed_in import signed_in
from vardkase.intel.models import Attribute, Event, EventTag, Object
from vardkase.intel.queries.event_parts import event_tags
from vardkase.intel.services.events import add_event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]

URL = "/event/import/"
REPORT = """Phishing against municipalities in November
The page hxxps://kommunportal[.]example/login collects passwords (T1566).
198.51.100.7
"""
MAIL = """Received: from mx.evil.example ([198.51.100.9]) by in.example.se; Sat, 28 Nov 2026 10:00:00 +0100
From: Payroll <lon@evil.example>
To: anna@example.se
Subject: =?utf-8?q?=C3=84ndrad_utbetalning?=
Message-ID: <1@evil.example>
Date: Sat, 28 Nov 2026 10:00:00 +0100
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8

<p>Open <a href="https://evil.example/login">the form</a></p>
"""
OPENIOC = """<?xml version="1.0" encoding="utf-8"?>
<ioc xmlns="http://schemas.mandiant.com/2010/ioc" id="7b9c2ec4-1111-4222-8333-444455556666">
  <short_description>Two hosts</short_description>
  <definition><Indicator operator="OR" id="a"><IndicatorItem id="b" condition="is">
    <Context document="DnsEntryItem" search="DnsEntryItem/Host" type="mir" />
    <Content type="string">c2.evil.example</Content>
  </IndicatorItem></Indicator></definition>
</ioc>"""


@pytest.fixture
def web(seed: Seed) -> Client:
    client = signed_in(seed.publisher)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def fields(page: Any, **changes: Any) -> dict[str, Any]:
    """What the browser would send of a review page."""
    form, review = page.context["form"], page.context["review"]
    sent: dict[str, Any] = {name: form[name].value() for name in form.fields}
    sent = {
        name: value if isinstance(value, list) else "" if value is None else str(value)
        for name, value in sent.items()
    }
    for row in review.rows:
        sent |= {f"t{row.number}": row.choice.type, f"c{row.number}": row.choice.category}
        sent |= {f"a{row.number}": "1"} if row.choice.add else {}
        sent |= {f"d{row.number}": "1"} if row.choice.to_ids else {}
    sources = page.context["sources"]
    sent |= {"text": sources.text, "mails": sources.kept_mails, "held": sources.reference}
    sent |= {f"mail{number}": "1" for number, _fields, chosen in page.context["mails"] if chosen}
    sent |= {f"f{number}": use for number, _file, use in page.context["files"]}
    sent |= {f"g{file.number}": "1" for file in review.files if file.is_taken}
    sent |= {"page": "0", "choices": review.changed}
    sent["tag"] = [tag.name for tag in page.context["tags"] if tag.chosen]
    return sent | {"go": "add"} | changes


def file(name: str, content: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode())


def test_report_becomes_an_event_with_values_and_techniques(web: Client, seed: Seed) -> None:
    make_attack()
    known = {"type": "ip-dst", "category": "Network activity", "value": "198.51.100.7"}
    add_event(seed.site_admin.actor, {"info": "Known", "distribution": 1, "Attribute": [known]})
    page = web.post(URL, {"text": REPORT})
    assert page.context["form"]["info"].value() == "Phishing against municipalities in November"
    assert [tag.phrase for tag in page.context["tags"]] == ["T1566"]
    assert "In 1 event" in page.text
    assert not Event.objects.filter(orgc=seed.org_a).exists()

    made = web.post(URL, fields(page, distribution="1"))
    event = Event.objects.get(orgc=seed.org_a)
    assert made.headers["Location"] == f"/event/{event.pk}/publish/"
    assert (event.info, event.published, event.distribution) == (
        "Phishing against municipalities in November",
        False,
        1,
    )
    values = dict(Attribute.objects.filter(event=event).values_list("value1", "type"))
    assert values == {"https://kommunportal.example/login": "url", "198.51.100.7": "ip-dst"}
    assert "T1566" in EventTag.objects.get(event=event).tag.name


@pytest.mark.parametrize(
    ("text", "title", "types"),
    [
        ("203.0.113[.]45 203[.]0[.]113[.]46\n9.9.9(.)9", "", ["ip-dst"] * 3),
        ("evil[.]example www.evil(.)example 45.33.32.156", "", ["domain", "hostname", "ip-dst"]),
        ("Subject: Your payroll has changed\nhxxp://198.51.100[.]7/a", "Your payroll has changed", ["url"]),
        ("# Hosts of the week\nevil[.]example", "Hosts of the week", ["domain"]),
    ],
)
def test_defanged_values_get_their_types_and_values_are_no_title(
    web: Client, text: str, title: str, types: list[str]
) -> None:
    page = web.post(URL, {"text": text})
    assert page.context["form"]["info"].value() == title
    found = [row.choice.type for row in page.context["review"].rows]
    assert [kind for kind in found if kind != "email-subject"] == types


def test_error_in_a_field_or_row_keeps_the_review_and_stores_nothing(web: Client, seed: Seed) -> None:
    page = web.post(URL, {"text": REPORT})
    refused = web.post(URL, fields(page, info=""))
    assert refused.status_code == 422
    assert "Enter a title." in refused.text
    assert "kommunportal.example" in refused.text
    wrong = web.post(URL, fields(page, t1="md5", c1="Payload delivery"))
    assert "1 value needs to be corrected" in wrong.text
    assert not Event.objects.exists()
    back = web.post(URL, fields(page, go="text"))
    assert "hxxps://kommunportal[.]example/login" in back.text


def test_mail_becomes_an_object_beside_the_values_of_its_body(web: Client, seed: Seed) -> None:
    page = web.post(URL, {"file": file("mail.eml", MAIL)})
    assert page.context["form"]["info"].value() == "Ändrad utbetalning"
    web.post(URL, fields(page))
    mail = Object.objects.get(name="email")
    held = set(Attribute.objects.filter(object=mail).values_list("object_relation", "value1"))
    assert {
        ("from", "lon@evil.example"),
        ("to", "anna@example.se"),
        ("subject", "Ändrad utbetalning"),
        ("received-header-ip", "198.51.100.9"),
    } <= held
    assert Attribute.objects.filter(object=None, value1="https://evil.example/login").exists()


def test_mail_object_can_be_left_out(web: Client) -> None:
    page = web.post(URL, {"text": MAIL})
    web.post(URL, fields(page, mail0=""))
    assert Event.objects.count() == 1
    assert not Object.objects.exists()


def test_files_with_events_are_imported_for_us_alone(web: Client, seed: Seed) -> None:
    exported = {"info": "From a file", "distribution": "3", "published": True, "Attribute": []}
    exported["Attribute"] = [{"type": "domain", "category": "Network activity", "value": "evil.example"}]
    bundle = {
        "type": "bundle",
        "id": "bundle--5d2c1a6e-0000-4000-8000-000000000001",
        "objects": [
            {
                "type": "indicator",
                "spec_version": "2.1",
                "id": "indicator--5d2c1a6e-0000-4000-8000-000000000002",
                "created": "2026-11-01T00:00:00.000Z",
                "modified": "2026-11-01T00:00:00.000Z",
                "pattern": "[domain-name:value = 'stix.evil.example']",
                "pattern_type": "stix",
                "valid_from": "2026-11-01T00:00:00Z",
            }
        ],
    }
    for name, content, value in (
        ("event.json", json.dumps({"response": [{"Event": exported}]}), "evil.example"),
        ("bundle.json", json.dumps(bundle), "stix.evil.example"),
        ("two.ioc", OPENIOC, "c2.evil.example"),
    ):
        page = web.post(URL, {"file": file(name, content)})
        assert page.status_code == 302, (name, page.text)
        event = Event.objects.latest("pk")
        # A bundle has no title: the form asks for one.
        edit = "edit/" if name == "bundle.json" else ""
        assert page.headers["Location"] == f"/event/{event.pk}/{edit}", name
        if edit:
            assert (event.info, str(event.date)) == ("STIX bundle bundle.json", "2026-11-01")
        assert (event.distribution, event.published, event.orgc_id) == (0, False, seed.org_a.pk), name
        assert Attribute.objects.filter(event=event, value1=value).exists(), name
    again = {"Event": {**exported, "uuid": str(Event.objects.earliest("pk").uuid)}}
    before = Event.objects.count()
    refused = web.post(URL, {"text": json.dumps(again)}, follow=True)
    assert "From a file:" in refused.text
    assert Event.objects.count() == before


@pytest.mark.parametrize(
    ("sent", "problem"),
    [
        ({}, "Paste some text or choose a file."),
        ({"text": "   "}, "Paste some text or choose a file."),
        ({"file": file("empty.docx", "")}, "empty.docx"),
        (
            {"file": SimpleUploadedFile("locked.pdf", encrypted_pdf("x"))},
            "locked.pdf: The file is encrypted.",
        ),
        ({"file": [file(f"{n}.txt", "evil.example") for n in range(21)]}, "Choose at most 20 files at once."),
        ({"file": [file("a.txt", "evil.example"), file("b.ioc", OPENIOC)]}, "on their own: b.ioc"),
        ({"text": '{"Event": {"info": '}, ""),
        ({"text": '{"type": "bundle", "id": "x", "objects": 7}'}, ""),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(
    web: Client, sent: dict[str, Any], problem: str
) -> None:
    page = web.post(URL, sent)
    assert page.status_code == 422
    assert problem in page.text
    assert not Event.objects.exists()


def test_long_text_is_refused_before_it_is_decoded(web: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vardkase.formats.incoming.file_text.LONGEST_TEXT", 1000)
    page = web.post(URL, {"file": file("long.txt", "word " * 201)})
    assert page.status_code == 422
    assert "long.txt: The text of the file is too long." in page.text
    # A file with events may be larger: it is read piece by piece in a process of its own.
    exported = {"Event": {"info": "x" * 1001, "Attribute": []}}
    assert web.post(URL, {"file": file("event.json", json.dumps(exported))}).status_code == 302


def test_fields_of_a_mail_are_bounded(web: Client) -> None:
    ways = "".join(f"Received: from x ([198.51.100.{n}]) by y\n" for n in range(60))
    many = ways + ", ".join(["To: a@example.se", *(f"b{n}@example.se" for n in range(200))]) + "\n"
    page = web.post(URL, {"text": many + MAIL.replace("To: anna@example.se\n", "")})
    assert len(page.context["sources"].mails[0]) <= 4 * 50


def test_file_with_an_event_that_exists_is_not_kept_and_the_event_linked(web: Client, seed: Seed) -> None:
    here = add_event(seed.publisher.actor, {"info": "Here already", "distribution": 1})
    event = Event.objects.get(pk=here.event_id)
    document = json.dumps({"Event": {"uuid": str(event.uuid), "info": "Copy"}})
    refused = web.post(URL, {"file": file("copy.json", document)})
    assert refused.status_code == 422
    assert "Nothing was imported" in refused.text
    assert "Please correct" not in refused.text
    assert f'<a href="/event/{event.pk}/">Show the event</a>' in refused.text
    assert not refused.context["sources"].files


def test_refused_file_is_kept(web: Client) -> None:
    """The second attempt reads it again without its being chosen; "Remove the file" forgets it."""
    document = json.dumps({"Event": {"uuid": str(uuid4()), "info": "Copy"}})
    refused = web.post(URL, {"file": file("copy.json", document), "text": "203.0.113.99"})
    assert refused.status_code == 422
    assert "copy.json" in refused.text
    assert "Remove the file" in refused.text
    held = {"text": "", "mails": "[]", "held": refused.context["sources"].reference, "go": "look"}
    web.post(URL, held)
    assert Event.objects.get().info == "Copy"
    assert web.post(URL, held).status_code == 422
    assert not web.get(URL).context["sources"].files


def test_parts_that_another_event_has_are_counted_and_that_event_is_named(web: Client, seed: Seed) -> None:
    def domains(*numbers: int) -> list[dict[str, str]]:
        return [{"uuid": uuids[each], "type": "domain", "value": f"{each}.example"} for each in numbers]

    def imported(title: str, **parts: object) -> Any:
        document = json.dumps({"Event": {"uuid": str(uuid4()), "info": title, **parts}})
        return web.post(URL, {"file": file("second.json", document)}, follow=True)

    uuids = [str(uuid4()) for _ in range(6)]
    thing = {
        "uuid": uuids[3],
        "name": "file",
        "meta-category": "file",
        "template_uuid": str(uuid4()),
        "template_version": "1",
        "Attribute": [{**domains(4)[0], "object_relation": "domain"}],
    }
    parts = {"Attribute": domains(0, 1), "Object": [thing]}
    first = add_event(seed.publisher.actor, {"info": "First", "distribution": 1, **parts}).event_id
    page = imported("Second", Attribute=domains(0, 1, 2))
    assert "Left out because they are already in another event: 2 attributes." in page.text
    assert f'<a href="/event/{first}/">Show the event</a>' in page.text
    assert Attribute.objects.get(event__info="Second").value1 == "2.example"

    # With nothing left it is refused, and says where all of it is.
    page = imported("Third", **parts)
    assert page.status_code == 422
    said = "Nothing was imported, because the file’s 3 attributes and 1 object are already in another event."
    assert said in page.text
    assert f'<a href="/event/{first}/">Show the event</a>' in page.text
    assert not Event.objects.filter(info="Third").exists()

    # A hidden event is not mentioned, nor counted.
    hidden = {"info": "Hidden", "distribution": 0, "Attribute": domains(5)}
    add_event(seed.partner.actor, hidden)
    page = imported("Fourth", Attribute=domains(5))
    assert "every part of the file was left out. Something else already has this UUID." in page.text
    assert "Hidden" not in page.text
    page = imported("Fifth", Attribute=[*domains(5), {"type": "domain", "value": "new.example"}])
    assert "1 part of the file was left out. Something else already has this UUID." in page.text
    assert Attribute.objects.get(event__info="Fifth").value1 == "new.example"


def test_comments_in_a_table_are_shown_and_kept(web: Client, seed: Seed) -> None:
    table = "value,type,comment\n203.0.113.99,ip-dst,Seen in the proxy\n"
    page = web.post(URL, {"file": file("list.csv", table)})
    assert "Seen in the proxy" in page.text
    web.post(URL, fields(page))
    assert Attribute.objects.get(type="ip-dst").comment == "Seen in the proxy"


def test_many_refused_events_are_counted(web: Client) -> None:
    uuids = ["9f1d2c3b-0000-4000-8000-000000000001"] * 9  # The first is stored, the others have its UUID.
    refused = [{"Event": {"info": f"Event {n}", "uuid": uuid}} for n, uuid in enumerate(uuids)]
    page = web.post(URL, {"text": json.dumps({"response": refused})}, follow=True)
    assert "3 more events were refused." in page.text
    assert page.text.count("Event 5:") == 1
    assert "Event 6:" not in page.text


def test_roles_that_may_not_add_or_import_are_refused(seed: Seed) -> None:
    assert signed_in(seed.reader).get(URL).status_code == 403
    assert signed_in(seed.reader).post(URL, {"text": REPORT}).status_code == 403
    assert not Event.objects.exists()


def test_script_in_text_and_mail_is_text(web: Client) -> None:
    script = "<script>alert(1)</script>"
    report = web.post(URL, {"text": f"Title {script} of it\n{script} evil.example"})
    assert script not in report.text
    mail = web.post(URL, {"text": MAIL.replace("Payroll", script).replace("=C3=84ndrad", f"{script}")})
    assert script not in mail.text


def test_date_is_that_of_the_mail_or_the_text(web: Client) -> None:
    mail = MAIL.replace("Date: Sat, 28 Nov 2026", "Date: Fri, 27 Nov 2020")
    for text, day, words in (
        (mail, "2020-11-27", "date of the e-mail"),
        ("Utredning den 3 oktober 2021\n198.51.100.7", "2021-10-03", "beginning of the text"),
        ("198.51.100.7", timezone.localdate().isoformat(), "no date was found"),
    ):
        page = web.post(URL, {"text": text}, headers={"accept-language": "en"})
        assert str(page.context["form"]["date"].value()) == day
        assert words in page.text


def test_more_tags_are_chosen_in_the_review(web: Client) -> None:
    make_tag("campaign:winter")
    page = web.post(URL, {"text": "198.51.100.7 seen at the clinic"})
    looking = web.post(URL, {**fields(page), "go": "", "find": "tags", "q_tags": "winter"})
    assert "campaign:winter" in looking.text
    assert not Event.objects.exists()
    refused = web.post(URL, fields(page, tags="no:such"))
    assert refused.status_code == 422
    assert not Event.objects.exists()
    web.post(URL, fields(page, tags="campaign:winter"))
    assert [tag.name for tag in event_tags(Event.objects.get().pk)] == ["campaign:winter"]


def test_marking_of_classified_information_is_said_before_anything_is_added(web: Client, seed: Seed) -> None:
    """Only values are kept of a text, so that no later check would find its marking."""
    marked = "Lägesbild\r\n\r\n198.51.100.7\r\n\r\nBEGRÄNSAT HEMLIG enligt säkerhetsskyddslagen\r\n"
    event = add_event(seed.publisher.actor, {"info": "Lägesbild", "distribution": 0}).event_id
    for url in (URL, f"/event/{event}/attributes/paste/"):
        said = web.post(url, {"text": marked, "go": "look", "distribution": 5}).content.decode()
        assert "The text has a security classification marking." in said
        assert "Line 5: “BEGRÄNSAT HEMLIG”" in said
        assert (
            "security classification marking"
            not in web.post(url, {"text": REPORT, "go": "look", "distribution": 5}).content.decode()
        )
