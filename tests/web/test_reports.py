"""Event reports on the pages: written with references, drafts kept, values extracted, printed, deleted, restored."""

from __future__ import annotations

from io import BytesIO
from uuid import uuid4

import pytest
from pypdf import PdfReader

from tests.api.calls import call
from tests.factories.event_page import bytes_of, text_of, visitor
from tests.factories.knowledge import make_attack, make_tag
from tests.factories.seed import ApiUser, Seed
from tests.intel.event_reports.test_reports import make_event
from tests.web.report_case import PNG, Case
from vardkase.intel.event_reports.models import ReportDraft
from vardkase.intel.models import Attribute, EventReport, EventTag
from vardkase.knowledge.taxonomies.models import Taxonomy, TaxonomyPredicate

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]


@pytest.fixture
def case(seed: Seed) -> Case:
    make_tag("tlp:amber")
    return Case(seed, Tag=[{"name": "tlp:amber"}])


def test_report_is_written_read_edited_deleted_and_restored(case: Case) -> None:
    sent = case.form(case.web, f"{case.url}/reports/new/")
    refused = case.web.post(f"{case.url}/reports/new/", sent | {"name": "", "content": "Kept *text*"})
    assert refused.status_code == 200
    assert "Enter a title." in refused.text
    assert "Kept *text*" in refused.text
    assert not EventReport.objects.exists()
    text = f"# Head\n\nSeen {case.reference('evil.example')}.\r\n\n- one\n"
    answer = case.web.post(f"{case.url}/reports/new/", sent | {"name": "Phishing", "content": text})
    stored = EventReport.objects.get()
    path = f"{case.url}/report/{stored.pk}/"
    assert answer.url == path
    assert stored.content == text.replace("\r\n", "\n")
    shown = text_of(case.web.get(path))
    assert "evil<wbr>[.]example" in shown
    assert "<h3>Head</h3>" in shown
    assert '<span class="tlp tlp-amber">TLP:AMBER</span>' in shown
    listed = text_of(case.web.get(f"{case.url}/reports/"))
    assert "Phishing" in listed
    assert "Phishing" not in text_of(case.web.get(f"{case.url}/reports/?q=nothing"))
    sent = case.form(case.web, f"{path}edit/")
    assert case.web.post(f"{path}edit/", sent | {"name": "Renamed"}).url == path
    assert case.web.post(f"{path}delete/").url == f"{case.url}/reports/"
    after = text_of(case.web.get(f"{case.url}/reports/"))
    assert f'action="{path}restore/"' in after  # The message has a button that takes it back.
    assert "Renamed" in text_of(case.web.get(f"{case.url}/reports/?deleted=1"))
    assert case.web.post(f"{path}restore/").url == path
    assert "Renamed" in text_of(case.web.get(f"{case.url}/reports/"))


def test_references_show_only_what_the_reader_may_read(case: Case, seed: Seed) -> None:
    other = make_event(
        seed.stranger, distribution=0, Attribute=[{"type": "domain", "value": "other.example"}]
    )
    foreign = other["Attribute"][0]["uuid"]
    held = case.event["Object"][0]["uuid"]
    path = case.written(
        f"{case.reference('evil.example')} {case.reference('inside.example')} @[attribute]({foreign}) "
        f"@[attribute]({uuid4()}) @[tag](tlp:green) @[suggestion](new.example)\n\n@[object]({held})\n\n"
        f"{case.reference('screen.png', '@!')}\n\n{'`' + case.reference('evil.example') + '`'}"
    )
    case.publish()
    own = text_of(case.web.get(path))
    assert "inside<wbr>[.]example" in own
    assert own.count("not available") == 2
    shown = text_of(visitor(seed.stranger).get(path))
    assert "evil<wbr>[.]example" in shown
    assert "inside" not in shown
    assert "other<wbr>" not in shown
    # What is hidden here looks like what is hidden there and like what does not exist.
    assert shown.count("not available") == 3
    assert '<table class="report-object">' in shown
    assert "bad.exe" in shown
    assert "TLP:GREEN" in shown
    assert "new.example" in shown
    assert f"<code>{case.reference('evil.example')}</code>" in shown
    picture = Attribute.objects.get(value1="screen.png")
    assert f'src="{case.url}/picture/{picture.pk}/"' in shown


def test_report_is_tagged(case: Case, seed: Seed) -> None:
    make_tag("tlp:red")
    path = case.written("Text")
    case.publish()
    assert case.web.post(f"{path}tags/", {"tags": ["tlp:red"]}).url == path
    assert "TLP:RED" in text_of(case.web.get(path))
    assert case.web.post(f"{path}tags/", {"tags": ["no such tag"]}).status_code == 422
    assert "TLP:RED" in text_of(case.web.get(path))
    assert "tlp:amber" in text_of(case.web.get("/tags/find/?field=tags&q_tags=amber"))
    assert visitor(seed.stranger).post(f"{path}tags/", {"tags": []}).status_code == 403
    assert case.web.post(f"{path}tags/", {}).url == path
    assert "TLP:RED" not in text_of(case.web.get(path))


def test_matrix_reference_names_techniques_of_the_event(case: Case) -> None:
    galaxy = make_attack()
    tag = 'misp-galaxy:mitre-attack-pattern="Phishing - T1566"'
    EventTag.objects.create(event_id=case.event["id"], tag=make_tag(tag, is_galaxy=True))
    shown = text_of(case.web.get(case.written(f"@[galaxymatrix]({galaxy.uuid})\n\n@[tag]({tag})")))
    assert f'href="{case.url}/matrix/{galaxy.uuid}/"' in shown
    assert shown.count("Phishing - T1566") >= 2
    assert "Cron" not in shown


def test_pictures_are_shown_by_content_and_only_to_readers(case: Case, seed: Seed) -> None:
    case.publish()
    picture, page = (Attribute.objects.get(value1=name) for name in ("screen.png", "page.png"))
    answer = visitor(seed.stranger).get(f"{case.url}/picture/{picture.pk}/")
    assert answer.content == PNG
    assert answer["Content-Type"] == "image/png"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert visitor(seed.stranger).get(f"{case.url}/picture/{page.pk}/").status_code == 404
    Attribute.objects.filter(pk=picture.pk).update(distribution=0)
    assert visitor(seed.stranger).get(f"{case.url}/picture/{picture.pk}/").status_code == 404
    other = make_event(seed.analyst)
    assert case.web.get(f"/event/{other['id']}/picture/{picture.pk}/").status_code == 404


def test_hidden_reports_and_events_are_not_found(case: Case, seed: Seed) -> None:
    path = case.written("Secret words", name="Internal", distribution=0)
    case.publish()
    stranger, parts = visitor(seed.stranger), ("", "pdf/", "edit/", "extract/", "delete/")
    for part in parts:
        assert stranger.get(path + part).status_code == 404, part
    assert stranger.post(f"{path}restore/").status_code == 404
    listed = text_of(stranger.get(f"{case.url}/reports/"))
    assert "Internal" not in listed
    assert "Secret" not in listed
    draft = make_event(seed.analyst, distribution=0)
    for part in ("reports/", "reports/new/", "reports/import/", "reports/references/"):
        assert stranger.get(f"/event/{draft['id']}/{part}").status_code == 404, part
    # Through another event of one's own, nothing of this one is found.
    own = make_event(seed.stranger)
    number = path.rstrip("/").rsplit("/", 1)[1]
    for part in parts:
        assert stranger.get(f"/event/{own['id']}/report/{number}/{part}").status_code == 404, part


@pytest.mark.parametrize("who", ["stranger", "reader"])
def test_only_those_who_may_change_the_event_write(case: Case, seed: Seed, who: str) -> None:
    path = case.written("Text")
    case.publish()
    api_user: ApiUser = getattr(seed, who)
    client = visitor(api_user)
    assert client.get(path).status_code == 200
    for part in (
        "reports/new/",
        "reports/import/",
        "reports/references/",
        *(f"{path}{name}/".removeprefix(case.url + "/") for name in ("edit", "extract", "delete")),
    ):
        assert client.get(f"{case.url}/{part}").status_code == 403, part
    sent = {"name": "x", "content": "y", "distribution": "5", "draft": str(uuid4())}
    for part in ("reports/new/", "reports/draft/", f"{path.removeprefix(case.url + '/')}restore/"):
        assert client.post(f"{case.url}/{part}", sent).status_code == 403, part
    assert EventReport.objects.count() == 1
    assert not ReportDraft.objects.exists()


def test_values_and_techniques_are_extracted_with_review(case: Case) -> None:
    make_attack()
    taxonomy = Taxonomy.objects.create(namespace="tlp", enabled=True, exclusive=True)
    TaxonomyPredicate.objects.create(taxonomy=taxonomy, value="amber", expanded="Amber")
    path = case.written(
        "T1566 by mail from evil[.]example to `198.51.100.7`, then hxxps://new[.]example[.]com/x.\n\n"
        "```\n198.51.100.7\n```\n",
        distribution=0,
    )
    page = case.web.get(f"{path}extract/")
    found = [row.pasted.found.value for row in page.context["review"].rows]
    assert found == ["evil.example", "198.51.100.7", "https://new.example.com/x"]
    before = EventReport.objects.get().content
    sent = {
        "mark": page.context["mark"],
        "page": "0",
        "go": "add",
        "with_references": "1",
        "tag": 'misp-galaxy:mitre-attack-pattern="Phishing - T1566"',
        "a1": "1",
        "t1": "ip-src",
        "c1": "Network activity",
        "a2": "1",
        "d2": "1",
    }
    stale = case.web.post(f"{path}extract/", sent | {"mark": "0"})
    assert stale.status_code == 409
    assert EventReport.objects.get().content == before
    assert case.web.post(f"{path}extract/", sent).url == path
    added = {row.value: row for row in Attribute.objects.filter(event=case.event["id"])}
    address, link = added["198.51.100.7"], added["https://new.example.com/x"]
    assert (address.type, address.to_ids, address.distribution) == ("ip-src", False, 0)
    assert link.comment == "Extracted from the report: Report"
    assert EventReport.objects.get().content == (
        '@[tag](misp-galaxy:mitre-attack-pattern="Phishing - T1566") by mail from '
        f"{case.reference('evil.example')} to @[attribute]({address.uuid}), then @[attribute]({link.uuid}).\n\n"
        "```\n198.51.100.7\n```\n"
    )
    tags = EventTag.objects.filter(event=case.event["id"]).values_list("tag__name", flat=True)
    assert 'misp-galaxy:mitre-attack-pattern="Phishing - T1566"' in tags
    # Without the box, the text stays as it is.
    other = case.written("198.51.100.9")
    page = case.web.get(f"{other}extract/")
    case.web.post(f"{other}extract/", {"mark": page.context["mark"], "page": "0", "go": "add", "a0": "1"})
    assert EventReport.objects.get(pk=other.rstrip("/").rsplit("/", 1)[1]).content == "198.51.100.9"
    assert Attribute.objects.filter(value1="198.51.100.9").exists()


def test_report_begins_with_templates_and_contents_of_the_event(case: Case) -> None:
    path = f"{case.url}/reports/new/"
    labels = [one["label"] for one in case.web.get(path).context["beginnings"]]
    assert labels[:4] == ["Contents of the event", "Incident report", "Malware analysis", "Situation report"]
    assert "Lägesrapport" in labels
    begun = case.form(case.web, f"{path}?from=incident.sv")
    assert begun["name"] == "Incidentrapport"
    assert "| Händelse | Event |" in begun["content"]
    assert "@[tag](tlp:amber)" in begun["content"]
    assert "{{" not in begun["content"]
    assert case.reference("evil.example") in case.form(case.web, f"{path}?from=event")["content"]
    assert case.form(case.web, f"{path}?from=../../x")["content"] == ""
    assert case.web.get(f"{path}?from=999999").status_code == 404


def test_pdf_has_the_strictest_marking_on_each_page(case: Case, seed: Seed) -> None:
    make_tag("tlp:red")
    uuid = case.uuids["evil.example"]
    path = case.written(
        f"## Summary\n\n{case.reference('evil.example')} {case.reference('inside.example')}\n\n"
        f"@[object]({case.event['Object'][0]['uuid']})\n\n| a | b |\n|---|---|\n| 1 | #let x |\n\n"
        "```mermaid\ngraph TD; A-->B\n```\n\n" + "Many words. " * 1500
    )
    case.publish()
    stranger = visitor(seed.stranger)
    document = PdfReader(BytesIO(bytes_of(stranger.get(f"{path}pdf/"))))
    pages = [one.extract_text() for one in document.pages]
    assert len(pages) > 1
    assert all(text.count("TLP:AMBER") == 2 for text in pages)
    assert "evil[.]example" in pages[0]
    assert "inside" not in pages[0]
    assert "[not available]" in pages[0]
    assert "bad.exe" in pages[0]
    assert "#let x" in pages[0]
    assert document.metadata is not None
    assert document.metadata.title == "Report"
    assert call(seed.analyst.key, "POST", f"/attributes/addTag/{uuid}/tlp:red")[0] == 200
    marked = PdfReader(BytesIO(bytes_of(case.web.get(f"{path}pdf/"))))
    assert marked.pages[0].extract_text().count("TLP:RED") == 2
    assert "tlp-red" in text_of(case.web.get(path))


def test_file_becomes_a_report(case: Case) -> None:
    address, reach = f"{case.url}/reports/import/", {"distribution": "5"}

    def imported(name: str, content: bytes) -> EventReport:
        file = BytesIO(content)
        file.name = name
        answer = case.web.post(address, reach | {"file": file})
        assert answer.status_code == 302, answer.content[:2000]
        return EventReport.objects.latest("pk")

    page = imported("x.html", b"<html><title>Campaign</title><script>x()</script><p>evil.example</p></html>")
    assert page.name == "Campaign"
    assert "x()" not in page.content
    assert imported("notes.md", b"# Head\r\ntext").content.startswith("# Head")
    assert [each.name for each in EventReport.objects.order_by("pk")] == ["Campaign", "notes"]
    assert (
        imported("y.txt", b"198.51.100.7\nAttack on the clinics in town\n").name
        == "Attack on the clinics in town"
    )
    for sent, why in (
        ({}, "Enter an address or choose a file, not both."),
        ({"url": "ftp://x.example/"}, ""),
        ({"file": named("x.bin", b"\0\1\2\3" * 50)}, ""),
        ({"file": named("empty.txt", b"  ")}, ""),
    ):
        answer = case.web.post(address, reach | sent)
        assert answer.status_code == 200
        assert answer.context["form"].errors
        assert why in answer.text
    assert EventReport.objects.count() == 3


def named(name: str, content: bytes) -> BytesIO:
    file = BytesIO(content)
    file.name = name
    return file


def test_references_are_searched_in_the_event(case: Case, seed: Seed) -> None:
    make_event(seed.analyst, Attribute=[{"type": "domain", "value": "elsewhere.example"}])
    address = f"{case.url}/reports/references/"
    everything = text_of(case.web.get(address))
    for words in ("evil[.]example", "screen.png", "bad.exe", "tlp-amber"):
        assert words in everything
    assert "elsewhere" not in everything
    some = text_of(case.web.get(f"{address}?q=EVIL"))
    assert f'data-insert="{case.reference("evil.example")}"' in some
    assert "screen.png" not in some
    assert "Nothing matches." in text_of(case.web.get(f"{address}?q=%25"))
    # Without scripts, the form is sent, and nothing that was written is lost.
    sent = case.form(case.web, f"{case.url}/reports/new/") | {"content": "Kept", "go": "find", "q": "evil"}
    answer = case.web.post(f"{case.url}/reports/new/", sent)
    assert "Kept" in answer.text
    assert case.reference("evil.example") in answer.text
    assert not EventReport.objects.exists()
