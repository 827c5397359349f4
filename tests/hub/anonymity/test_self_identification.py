"""An author sees what in a draft points to their organisation, and keeps or changes each of it."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any
from uuid import uuid1, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.calls import answer, send
from tests.factories import files_with_metadata as made
from tests.factories import make_key, make_organisation, make_role, make_user
from tests.factories.seed import PUBLISHER, ApiUser, Seed
from vardkase.core.errors import Invalid
from vardkase.core.telemetry import metrics
from vardkase.hub.anonymity.anonymity_set import anonymity_set
from vardkase.hub.anonymity.files.draft_files import clean_files
from vardkase.hub.anonymity.hits import Hit, HitAction, HitDecision, HitKind
from vardkase.hub.anonymity.self_identification import MOST_HITS, apply, check
from vardkase.hub.membership.contacts.models import Contact
from vardkase.hub.membership.members.models import Membership, ProposedChange
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.models import EventTag
from vardkase.knowledge.taxonomies.models import Tag

type Document = dict[str, Any]


def municipality(seed: Seed) -> Organisation:
    """Organisation A with what a member registers, and with a former name."""
    own = seed.org_a
    Organisation.objects.filter(pk=own.pk).update(
        name="Vaxholms kommun",
        networks=["198.51.100.0/24", "2001:db8:12::/48"],
        verified_domains=["vaxholm.example"],
    )
    member = Membership.objects.create(
        organisation=own, sector="municipality", connection="web", organisation_number="2120002908",
        details={"contact_main": {"name": "Bo Ask", "email": "bo@vaxholm.example", "phone": ""}},
    )  # fmt: skip
    ProposedChange.objects.create(
        membership=member,
        state="accepted",
        fields={"name": ["Resarö köping", "Vaxholms kommun"]},
        proposed_by="x",
    )
    Contact.objects.create(organisation=own, role="main", name="Anna Ek", email="ek@vaxholm.example")
    make_user(own, make_role("Publisher", PUBLISHER), "stina.berg@vaxholm.example")
    return Organisation.objects.get(pk=own.pk)


def add(user: ApiUser, **event: Any) -> Document:
    sent = {"info": "Event", "distribution": 1, "threat_level_id": 4, "analysis": 0, **event}
    stored: Document = answer(send(user.key, "POST", "/events/add", {"Event": sent}))["Event"]
    send(user.key, "POST", f"/events/publish/{stored['id']}")
    return stored


def value(type_: str, text: str, **fields: Any) -> Document:
    return {"type": type_, "value": text, **fields}


def found(hits: list[Hit]) -> set[tuple[str, str]]:
    return {(hit.kind.value, hit.text) for hit in hits}


def test_what_points_to_the_author_is_found_everywhere_and_changed_as_decided(seed: Seed) -> None:
    own = municipality(seed)
    earlier = add(
        seed.publisher,
        Attribute=[
            value("domain", "rare.example"),
            value("target-machine", "vx-pc-0099"),
            value("text", "x" * 9),
        ],
    )
    machine = str(uuid1(node=0x001122334455))
    report = (
        f"Attack on Vaxholms kommun (VAXHOLM), once Resarö köping, org.nr 212000-2908.\nStina Berg and "
        f"bo@vaxholm[.]example opened it on VX-PC-0412 at 198.51.100.7 or 2001:db8:12::9, see https://intra.vaxholm.example/a.\n"
        f"Our firewall, id {earlier['uuid']} and {machine}.\n\nMed vänlig hälsning\nKim\n"
    )
    draft: Document = {
        "Event": {
            "info": "Phishing against a municipality",
            "extends_uuid": earlier["uuid"],
            "Tag": [
                {"name": 'misp-galaxy:sector="Government"'},
                {"name": "our-own", "local": True},
                {"name": "tlp:green"},
            ],
            "Attribute": [
                value("domain", "vaxholm.example"),
                value("domain", "rare.example"),
                value("domain", "harmless.example", comment="seen by anna.ek"),
                value("ip-dst", "203.0.113.9"),
                value("target-org", "A town"),
                value("attachment", "värden.txt", data=base64.b64encode("Från Vaxholm\n".encode()).decode()),
                value("attachment", "screen.png", data=base64.b64encode(made.png()).decode()),
            ],
            "Object": [
                {"name": "email", "Attribute": [value("email-subject", "Faktura till Vaxholms kommun")]}
            ],
            "EventReport": [{"name": "What happened", "content": report}],
        }
    }
    hits = check(own, draft)
    assert [hit.id for hit in check(own, draft)] == [hit.id for hit in hits]
    assert found(hits) == {
        ("history", earlier["uuid"]), ("sector_tag", 'misp-galaxy:sector="Government"'), ("own_tag", "our-own"),
        ("domain", "vaxholm.example"), ("earlier_value", "rare.example"), ("address", "anna.ek"),
        ("target", "A town"), ("name", "Vaxholm"), ("unread_file", "screen.png"), ("name", "vaxholm"),
        ("name", "Vaxholms kommun"), ("name", "VAXHOLM"), ("name", "Resarö köping"), ("number", "212000-2908"),
        ("address", "Stina Berg"), ("address", "bo@vaxholm[.]example"), ("host", "VX-PC-0412"),
        ("network", "198.51.100.7"), ("network", "2001:db8:12::9"), ("domain", "intra.vaxholm.example"),
        ("wording", "Our"), ("identifier", earlier["uuid"]), ("machine_identifier", machine),
        ("signature", "Med vänlig hälsning\nKim\n"), ("address", "Anna Ek"),
    }  # fmt: skip
    notes = {hit.kind: hit.note for hit in hits}
    assert "00:11:22:33:44:55" in notes[HitKind.MACHINE_IDENTIFIER]
    assert earlier["id"] in notes[HitKind.EARLIER_VALUE]

    subject = next(hit for hit in hits if hit.path[:1] == ("Object",))
    kept = next(hit for hit in hits if hit.kind is HitKind.TARGET)
    changed = apply(
        draft,
        hits,
        {subject.id: HitDecision(HitAction.CHANGE, "en kommun"), kept.id: HitDecision(HitAction.KEEP)},
    )["Event"]
    assert "extends_uuid" not in changed
    assert [tag["name"] for tag in changed["Tag"]] == ["tlp:green"]
    assert [each["value"] for each in changed["Attribute"]] == [
        "harmless.example",
        "203.0.113.9",
        "A town",
        "värden.txt",
    ]
    assert changed["Attribute"][0]["comment"] == "seen by [person]"
    assert base64.b64decode(changed["Attribute"][3]["data"]).decode() == "Från [organisation]\n"
    assert changed["Object"][0]["Attribute"][0]["value"] == "Faktura till en kommun"
    written = changed["EventReport"][0]["content"]
    assert written.startswith(
        "Attack on [organisation] ([organisation]), once [organisation], org.nr [organisation].\n"
    )
    assert "[person] and [person] opened it on [computer] at [network] or [network]" in written
    assert written.endswith("The organisation’s firewall, id [identifier] and [identifier].\n\n")
    assert draft["Event"]["EventReport"][0]["content"] == report
    for replacement, reason in (("x" * 1001, "1000"), (" ", "Faktura till Vaxholms kommun")):
        whole = replace(subject, span=(0, len("Faktura till Vaxholms kommun")))
        with pytest.raises(Invalid, match=reason):
            apply(draft, [whole], {whole.id: HitDecision(HitAction.CHANGE, replacement)})
    assert found(check(own, {"Event": changed})) == {("target", "A town")}


def test_names_and_references_in_other_writings(seed: Seed) -> None:
    own = municipality(seed)
    Organisation.objects.filter(pk=own.pk).update(name="Öresjö kommun")
    own = Organisation.objects.get(pk=own.pk)
    stored, other = add(seed.publisher, Attribute=[value("domain", "rare.example")]), add(seed.partner)
    number = stored["id"]
    address = "stina.berg@vaxholm.example"
    coded = base64.b64encode(address.encode()).decode().rstrip("=")
    parted = {
        "O\u0308resjo\u0308 kommun": "name", "Öre\u00adsjö kommun": "name", "Öres-\njö kommun": "name",
        "&Ouml;resj&#246; kommun": "name", "%C3%96resj%C3%B6%20kommun": "name", "\\u00d6resjö kommun": "name",
        "Oeresjoe kommun": "name", "Oresjo kommun": "name", "=C3=96resj=C3=B6 kommun": "name",
        "stina%2Eberg%40vaxholm%2Eexample": "address", "stina%252Eberg%2540vaxholm%252Eexample": "address",
        coded: "address", address.encode().hex(): "address",
        f"/event/{number}": "identifier", f"https://hub.example/events/view/{number}": "identifier",
        f"Event {number}": "identifier", f"händelse #{number}": "identifier",
        f"/attributes/view/{stored['Attribute'][0]['id']}": "identifier", f"/organisations/view/{own.pk}": "identifier",
    }  # fmt: skip
    lines = [f"At {text} ." for text in parted]
    draft: Document = {
        "info": f"Attack, see event {other['id']} and /events/view/{other['id']}, 100%25 a &amp; b",
        "EventReport": [{"name": "All", "content": "\n\n".join(lines)}],
        "Attribute": [value("url", f"http://evil.example/?to={coded}"), value("text", "=20 %zz &bogus; 5%")],
    }
    hits = check(own, draft)
    in_report = [hit for hit in hits if hit.path[0] == "EventReport"]
    assert [(hit.text, hit.kind.value) for hit in in_report] == [*parted.items()]
    (in_url,) = [hit for hit in hits if hit.path[0] != "EventReport"]
    changed = apply(draft, hits, {})
    assert changed["Attribute"][0]["value"] == "http://evil.example/?to=[person]"
    assert set(changed["EventReport"][0]["content"].split("\n\n")) == {
        "At [organisation] .", "At [person] .", "At [identifier] ."
    }  # fmt: skip
    assert (in_url.text, changed["info"]) == (coded, draft["info"])


def test_names_in_documents_and_samples_are_found_and_values_of_all_are_not(seed: Seed) -> None:
    own = municipality(seed)
    for user in (seed.publisher, seed.partner, seed.stranger):
        make_role("Publisher", PUBLISHER)
        user.user.role = make_role("Publisher", PUBLISHER)
        user.user.save()
    shared = [value("domain", "everybody.example"), *(value("md5", f"{number:032x}") for number in range(6))]
    stored = add(seed.publisher, Attribute=shared)
    for org in range(3):
        user = make_user(
            make_organisation(f"Another {org}"), make_role("Publisher", PUBLISHER), f"a{org}@o{org}.example"
        )
        add(ApiUser(user, make_key(user)), Attribute=[value("domain", "everybody.example")])
    sample = made.changed_zip(
        b"", {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w><t>Vaxholms kommun</t></w>"}
    )
    mail = made.mail(("faktura-vaxholm.bin", b"\0\1"), ("b.docx", sample))
    draft: Document = {
        "info": "Bare",
        "Attribute": [
            *shared,
            value("attachment", "a.docx", data=base64.b64encode(sample).decode()),
            value("attachment", "a.eml", data=base64.b64encode(mail).decode()),
        ],
    }
    with pytest.raises(Invalid) as refusal:
        clean_files(draft)
    (cannot,) = refusal.value.by_field["document"]
    assert "a.eml/faktura-vaxholm.bin” cannot be removed" in cannot.wire
    mail = base64.b64encode(made.mail()).decode()
    cleaned = base64.b64decode(
        clean_files({"Attribute": [value("attachment", "a.eml", data=mail)]})["Attribute"][0]["data"]
    )
    assert b"undisclosed" in cleaned
    measured = {metric.name: [*metric.samples] for metric in metrics.SANDBOX.collect()}
    hits = check(own, draft)
    # Metrics do not tell that somebody checks a draft.
    assert {metric.name: [*metric.samples] for metric in metrics.SANDBOX.collect()} == measured
    in_document = [hit for hit in hits if hit.path == ("Attribute", 7, "data")]
    assert {(hit.kind, hit.text, hit.suggested, hit.actions) for hit in in_document} == {
        (HitKind.NAME, "Vaxholms kommun", HitAction.REMOVE, (HitAction.KEEP, HitAction.REMOVE))
    }
    assert {hit.text for hit in hits if hit.path == ("Attribute", 8, "data")} >= {
        "vx-pc-0412.vaxholm.example"
    }
    assert {
        hit.note for hit in hits if hit.path == ("Attribute", 8, "data") and hit.text == "Vaxholms kommun"
    } == {"a.eml/b.docx"}
    # One event is said once, not each of its values; and it can only be left, or deleted elsewhere.
    (event,) = [hit for hit in hits if hit.kind is HitKind.EARLIER_EVENT]
    assert (event.text, event.actions, event.suggested) == (stored["id"], (HitAction.KEEP,), HitAction.KEEP)
    assert not [hit for hit in hits if hit.kind is HitKind.EARLIER_VALUE]
    draft["EventReport"] = [{"name": "All", "content": "Vaxholm " * (MOST_HITS + 1)}]
    with pytest.raises(Invalid, match="500"):
        check(own, draft)


def test_copy_of_an_own_event_says_so_and_keeps_its_values(seed: Seed) -> None:
    own = municipality(seed)
    title, report = (
        "Vaxholms kommun: false invoices",
        "They called the reception first, and then wrote to it.",
    )
    values = [value("domain", "portal-vaxholm.example"), value("url", "https://login.example/a")]
    earlier = add(seed.publisher, info=title, Attribute=values)
    address = f"/eventReports/add/{earlier['id']}"
    written = f"# What\n{report}\nSee @[attribute]({earlier['Attribute'][0]['uuid']})  here."
    answer(send(seed.publisher.key, "POST", address, {"name": "All", "content": written}))
    copied = written.replace(earlier["Attribute"][0]["uuid"], str(uuid4()))
    reports = [
        {"name": "All", "content": copied},
        {"name": "Some", "content": f"New words. {report} And more."},
    ]
    draft = {"info": title, "Attribute": values, "EventReport": reports}
    hits = check(own, draft)
    assert found(hits) == {
        ("earlier_event", earlier["id"]), ("earlier_text", title), ("earlier_text", report),
        ("earlier_text", f"# What {report} See here."),
        ("name", "Vaxholms kommun"), ("lookalike", "portal-vaxholm.example"),
    }  # fmt: skip
    of_title = next(hit for hit in hits if hit.path == ("info",) and hit.kind is HitKind.EARLIER_TEXT)
    assert apply(draft, hits, {})["info"] == "[organisation]: false invoices"
    assert [each["value"] for each in apply(draft, hits, {})["Attribute"]] == ["https://login.example/a"]
    assert not apply(draft, hits, {})["EventReport"]
    anew = {of_title.id: HitDecision(HitAction.CHANGE, "False invoices")}
    assert apply(draft, hits, anew)["info"] == "False invoices", "all of it, whatever else is in it"


def test_the_anonymity_set_counts_who_could_have_published_it(seed: Seed) -> None:
    draft: Document = {
        "info": "Event",
        "Tag": [{"name": 'misp-galaxy:sector="Energy"'}, {"name": "tlp:green"}],
        "Attribute": [value("domain", "a.example"), value("mutex", "b")],
    }
    users = [
        make_user(
            make_organisation(f"Member {number}"), make_role("Publisher", PUBLISHER), f"m{number}@x.example"
        )
        for number in range(4)
    ]
    energy = Tag.objects.create(name='misp-galaxy:sector="Energy"', is_galaxy=True)
    before = anonymity_set(draft)
    assert (before.by_history, before.count) == (0, before.by_access)
    keys = [ApiUser(user, make_key(user)) for user in users]
    alike = [
        add(keys[0], Attribute=[value("domain", "c.example")]),
        add(keys[1], Attribute=[value("mutex", "d")]),
        add(keys[2], Attribute=[value("mutex", "e")], distribution=0),  # Nobody else knows of it.
    ]
    add(keys[3], Attribute=[value("mutex", "f")])  # About no sector.
    EventTag.objects.bulk_create(EventTag(event_id=int(event["id"]), tag=energy) for event in alike)
    with CaptureQueriesContext(connection) as queries:
        after = anonymity_set(draft)
    assert (after.by_access, after.by_history, after.count) == (before.by_access, 2, 2)
    assert len(queries) <= 1
    User.objects.filter(pk=users[0].pk).update(disabled=True)
    assert anonymity_set({"Event": draft}).count == 1
