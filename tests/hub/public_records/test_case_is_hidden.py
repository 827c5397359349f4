"""A case of public records on every page and endpoint: those outside it learn neither what it says nor that it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import get_resolver

from tests.api.calls import send
from tests.api.test_hidden_content_changes_no_answer import NOT_ASKED, _stable
from tests.conventions.test_permissions import views
from tests.factories import make_event, make_key, make_role, make_user
from tests.factories.applications import make_staff
from tests.factories.records_cases import at_a_browser, incident, officer_of
from tests.factories.seed import ORG_ADMIN, Seed
from tests.support.addresses import addresses
from tests.support.lanes import in_both_lanes
from tests.web.accounts import signed_in
from tests.web.private_links import fill_in, follow
from vardkase.api.dispatch import _endpoints
from vardkase.audit.models import AuditEntry
from vardkase.core.mail.models import OutgoingMail
from vardkase.hub.case_files.models import CaseDocument
from vardkase.hub.public_records.cases import links
from vardkase.hub.public_records.cases.models import MemberConsultation, RecordsCase
from vardkase.hub.public_records.cases.services import (
    answering,
    assessing,
    consulting,
    material,
    opening,
)
from vardkase.identity.access.actor import Actor, actor_for
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.staff import StaffRole
from vardkase.intel.services.publish import publish_event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough", "mail_server")]
CANARY, INSIDE = "kanariefagel", "svarsfagel"
"""What the request and its answer say; what only officers and the member who wrote it may read."""
SAID = (CANARY, INSIDE)
CHANGING = (".pdf", ".xlsx", "/administration/diagnostics/", "/administration/diagnostics/download/")
"""Files with the time in them, and a page with figures of the machine."""
READ_THE_LOG = ("auditor", "site administrator")
OUTSIDE_A_CASE = ("web.hub", "web.home", "web.audit", "web.exchange.notifications", "web.exchange.questions")
OWN_PAGES = ("web.hub.public_records", "web.hub.case_files")


def outsiders(seed: Seed) -> dict[str, User]:
    role = make_role("Admin elsewhere", ORG_ADMIN)
    return {
        "officer of another authority": officer_of(seed, "org_c"),
        "colleague": seed.partner.user,
        "consulted member": seed.org_admin.user,
        "other consulted member": make_user(seed.org_c, role, "admin@c.example"),
        "legal officer of the hub": make_staff(seed, StaffRole.LEGAL_OFFICER, "jurist@hub.example"),
        "membership officer": make_staff(seed, StaffRole.MEMBERSHIP_OFFICER, "member@hub.example"),
        "auditor": make_staff(seed, StaffRole.AUDITOR, "revisor@hub.example"),
        "operator": make_staff(seed, StaffRole.OPERATOR, "drift@hub.example"),
        "site administrator": seed.site_admin.user,
    }


def pages(packages: tuple[str, ...]) -> Iterator[str]:
    for route, view in views(get_resolver()):
        if view.__module__.removeprefix("vardkase.").startswith(packages):
            yield route


def lists() -> Iterator[str]:
    """Pages and files without a parameter: lists, counts, totals, statistics."""
    yield from (f"/{route}" for route in pages(OUTSIDE_A_CASE) if "<" not in route)


def asked(clients: Mapping[str, Client], step: int) -> dict[tuple[str, str], Any]:
    """What everyone is answered on a page of their own share; those of cases and the office to all."""
    found: dict[tuple[str, str], Any] = {}
    for number, path in enumerate(sorted(set(lists()))[::step]):
        everyone = list(clients)
        turn = everyone if "public-records" in path or path == "/" else [everyone[number % len(everyone)]]
        if not NOT_ASKED.match(path) and not path.endswith(CHANGING):
            found |= {(who, path): _stable(clients[who].get(path)) for who in turn}
    return found


def furnished(seed: Seed, officer: Actor) -> tuple[RecordsCase, MemberConsultation]:
    """Asked for, two members consulted, answered by one, assessed, masked, and decided."""
    fields = {"request": f"Allt om {CANARY}", "name": f"Ada {CANARY}", "email": f"{CANARY}@ask.example"}
    case = opening.register(officer, fields)
    for found in material.search(officer, case.number):
        keys = [item.key for item in material.parts(officer, case.number, found.reference).items]
        material.freeze(officer, case.number, found.reference, keys)
    told = consulting.consult(officer, case.number, [seed.org_a.pk, seed.org_c.pk], 24)
    by_member = Client()
    first = next(one for one in told if one.organisation_id == seed.org_a.pk)
    shown = follow(by_member, links.link_to_consultation(first).removeprefix("https://hub.example"))
    said = {"answer": "partly", "parts": f"Del {INSIDE}", "harm": f"Skada {INSIDE}", "name": "Anna Ek"}
    assert fill_in(by_member, shown, **said).status_code == 302
    assert CANARY not in by_member.get("/public-records/consulted/material/").content.decode()
    every = list(case.items.values_list("pk", flat=True))
    released = {"outcome": "withhold", "grounds": ["osl_18_8"], "harm": f"Skada {CANARY}"}
    assessing.assess(officer, case.number, every, released)
    answering.answer(officer, case.number, {"kind": "answer", "reasons": f"Skäl {CANARY}"})
    case.refresh_from_db()
    return case, next(one for one in told if one.organisation_id == seed.org_c.pk)


@in_both_lanes
def test_nobody_outside_learns_of_a_case(seed: Seed, step: int) -> None:
    incident(seed)
    theirs = make_event(seed.org_c, info="Annans händelse", distribution=1)
    theirs.save()
    publisher = make_user(seed.org_c, make_role("Publisher elsewhere", ORG_ADMIN), "publisher@c.example")
    publish_event(actor_for(publisher, Credential.API_KEY), theirs.pk)
    officer = officer_of(seed, "org_b")
    people = outsiders(seed)
    clients = {who: signed_in(person) for who, person in people.items()}
    before = asked(clients, step)
    with transaction.atomic():
        case, unanswered = furnished(seed, at_a_browser(officer))
        after = asked(clients, step)
        shown = shown_of(case, people, clients, step)
        assert not shown, shown
        check_those_involved(seed, case, unanswered)
        transaction.set_rollback(True)
    # A first visit may record something that later answers show: without the case, the second says the same.
    differ = [each for each in before if before[each] != after[each]]
    assert len(before) > 150 / step
    assert [each for each in differ if _stable(clients[each[0]].get(each[1])) != after[each]] == []


def shown_of(
    case: RecordsCase, people: Mapping[str, User], clients: Mapping[str, Client], step: int
) -> list[tuple[str, str]]:
    """Its own pages, by everything that could name it, and every reading endpoint: what shows something of it."""
    everything = [str(case.pk), *(str(item.pk) for item in case.items.all()[:2]), case.number]
    documents = CaseDocument.objects.filter(case_file__number=case.number)
    texts = {"number": case.number, "document": str(documents[0].number)}
    own = {each for route in pages(OWN_PAGES) if "<" in route for each in addresses(route, everything, texts)}
    assert len([each for each in own if case.number in each]) > 10
    shown, tried = [], 0
    for number, address in enumerate(sorted(own)[::step]):
        everyone = list(clients)
        # What names the case, to all; other numbers, to one after the other.
        for who in everyone if case.number in address else [everyone[number % len(everyone)]]:
            client, tried = clients[who], tried + 1
            said: Any = client.get(address)
            content = b"".join(said.streaming_content) if said.streaming else said.content
            opened = said.status_code == 200 and case.number in address
            if opened or any(word in content.decode(errors="replace") for word in SAID):
                shown.append((who, address))
    keys = {who: make_key(person) for who, person in people.items()}
    for number, (name, endpoint) in enumerate(sorted(_endpoints.items())[::step]):
        who = list(keys)[number % len(keys)]
        if not endpoint.writes:
            for path in (f"/{name}", *([f"/{name}/{case.number}"] if "records" in name else [])):
                tried += 1
                method = "GET" if endpoint.allows("GET") else "POST"
                answer: Any = send(keys[who], method, path, {} if method == "POST" else None)
                content = b"".join(answer.streaming_content) if answer.streaming else answer.content
                # A refusal repeats the number that was sent; the log, which auditors read, names cases by number.
                is_named = case.number in path or who in READ_THE_LOG
                told = content.decode(errors="replace")
                if any(word in told for word in (SAID if is_named else (*SAID, case.number))):
                    shown.append((who, path))
    assert tried > 400 / step
    return shown


def check_those_involved(seed: Seed, case: RecordsCase, unanswered: MemberConsultation) -> None:
    # The member asked last reads its own material, and nothing of the request or of the other's answer.
    by_member = Client()
    link = links.link_to_consultation(unanswered).removeprefix("https://hub.example")
    material_page = follow(by_member, link)
    assert {item.publisher_id for item in material_page.context["items"]} == {seed.org_c.pk}
    assert not any(word in material_page.content.decode() for word in (*SAID, case.number))
    # Mails and the audit log: only who asked, by the address given, gets words of the case.
    for mail in OutgoingMail.objects.exclude(recipient__startswith=CANARY):
        assert not any(word in f"{mail.subject}{mail.text}{mail.html}" for word in SAID), mail.recipient
    for entry in AuditEntry.objects.all():
        assert not any(word in f"{entry.actor_name}{entry.title}{entry.change}" for word in SAID)
    # The requester reads the answer, and not what the member said.
    asker = Client()
    status = follow(asker, links.link_to_case(case).removeprefix("https://hub.example"))
    assert INSIDE not in status.content.decode()
