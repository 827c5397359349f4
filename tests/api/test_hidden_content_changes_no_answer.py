"""What organisation A hides changes no answer that organisation B gets from a reading endpoint or page.

Gaps in later ids are an exception, because all rows draw from one sequence.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.db.models import F
from django.test import Client
from pypdf import PdfReader

from tests.api.calls import call, send
from tests.api.test_roles import lines
from tests.factories import make_attribute, make_event, make_object, make_report, make_sharing_group
from tests.factories.samples import OURS, Caller, SampleHub, Samples, mentioned
from tests.hub.test_profiles import pages
from tests.support.lanes import in_both_lanes
from vardkase.api.dispatch import declared_permissions
from vardkase.core.clock import now_seconds
from vardkase.exchange.taxii.models import Collection
from vardkase.identity.access.actor import actor_for
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.models import AuthKey
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.standing import NEVER
from vardkase.intel.models import Attribute, Event, EventTag, Object
from vardkase.intel.personal_data.services import complete
from vardkase.intel.proposals.conversation import comment_on_proposal
from vardkase.intel.proposals.models import Proposal
from vardkase.intel.sightings.models import Sighting
from vardkase.knowledge.taxonomies.models import Tag

LONG_AGO = 1_700_000_000
HEADERS = ("X-Result-Count", "X-Skipped-Elements-Count", "ETag", "Link", "Location")
SHARED = ("attack", "galaxy", "news", "noticelist", "organisation", "role", "tag", "taxonomy", "technique",
          "template", "user", "warninglist")  # fmt: skip
PUBLIC = frozenset(
    {
        "approval", "member",
        "forked_cluster", "delegation", "me", "own_approval", "own_relationship", "own_template", "published_cluster",
        "user",
    }
)  # fmt: skip
"""Not content: public, or part of an account or an organisation."""
NOT_ASKED = re.compile(r"/(account/second-factor|account/sign-out|account/logout|sign-out|logout|metrics)")
"""Addresses that end a session, or answer with random data by design."""
RANDOM = re.compile(
    r'(nonce|value|content|id|for|data-[a-z]+)="[^"]{20,}"|"X-CSRFToken": "[^"]+"|"(from|to)": ?"?\d+"?'
    r"|&quot;uuid&quot;: &quot;[0-9a-f-]{36}&quot;"
    r'|(STIXPackage-|bundle--)[0-9a-f-]{36}|"(average_)?user_(count|per_org)": ?"[0-9.]+"'
)
"""Random data, the bounds of a summary, and the number of accounts, which is public."""
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?|\b\d\d:\d\d(:\d\d)?\b")
SECONDS = re.compile(r"\b1[789]\d{8}\b")

PAGE_FORMATS = (
    "json", "csv", "xml", "stix2", "stix1", "text", "rpz", "snort", "suricata", "yara", "hashes", "openioc", "xlsx",
    "misp",
)  # fmt: skip

type Question = tuple[str, str, Any]
type Said = tuple[Any, ...]


def text(value: str, **fields: Any) -> dict[str, Any]:
    return {"type": "text", "category": "Other", "value": value, "uuid": str(uuid4())} | fields


@dataclass(frozen=True, slots=True)
class Setup:
    """An event of A that everybody reads, and one of B; the reader belongs to B and has every permission of a
    member.
    """

    sample_hub: SampleHub
    author: Caller
    reader: Caller
    shared: Samples
    event: Event
    own: Event
    browser: Client

    def act(self, path: str, body: Any = None) -> Any:
        """A user of A changes something."""
        status, said = call(self.author.key, "POST", path, body)
        assert status == 200, (path, said)
        return said


@pytest.fixture
def setup(db: None, password_is_enough: None) -> Setup:
    sample_hub = SampleHub()
    author, reader = sample_hub.caller("org admin"), sample_hub.caller("stranger")
    AuthKey.objects.update(last_used=LONG_AGO)
    shared = Samples(sample_hub, author)
    for name in SHARED:
        getattr(shared, name)
    event = make_event(sample_hub.a, info="open", distribution=1, published=True, publish_timestamp=LONG_AGO)
    own = make_event(sample_hub.b, info="own", distribution=0)
    for each in (event, own):
        each.save()
        make_attribute(each, value1="common.example", type="domain", category="Network activity").save()
        make_object(each).save()
        make_report(each, name="open", content="x", distribution=5).save()
        EventTag.objects.create(event=each, tag=shared.tag)
    mine = text("mine.example", type="domain", category="Network activity")
    assert call(reader.key, "POST", f"/shadow_attributes/add/{event.pk}", mine)[0] == 200
    Event.objects.update(attribute_count=1, timestamp=LONG_AGO)
    Attribute.objects.update(timestamp=LONG_AGO)
    browser = Client(headers={"accept-language": "en"}, raise_request_exception=False)
    browser.force_login(reader.user)
    return Setup(sample_hub, author, reader, shared, event, own, browser)


def hide(setup: Setup, reach: dict[str, Any]) -> None:
    """A hides parts of the shared event, and an event with the same value, from B."""
    value = {"type": "domain", "category": "Network activity"}
    hidden = text(f"hidden{reach['distribution']}.example", **value, **reach)
    part = setup.act(f"/attributes/add/{setup.event.pk}", hidden)["Attribute"]
    row = Attribute.objects.get(pk=part["id"])
    secret = Tag.objects.create(name=f"secret {uuid4()}", colour="#ff0000")
    make_object(setup.event, **reach).save()
    Sighting.objects.create(attribute=row, event=setup.event, org=setup.sample_hub.a, date_sighting=1, type=0)
    setup.act("/tags/attachTagToObject", {"uuid": str(row.uuid), "tag": secret.name})
    setup.act(
        f"/event_reports/add/{setup.event.pk}", {"name": "hidden", "content": "common.example", **reach}
    )
    note = {"note": "n", "language": "en", **reach}
    setup.act("/analystData/add/Note", {"object_uuid": str(row.uuid), "object_type": "Attribute", **note})
    setup.act("/analystData/add/Note", {"object_uuid": str(setup.event.uuid), "object_type": "Event", **note})
    same = [text("common.example", **value)]
    made = setup.act("/events/add", {"Event": {"info": "hidden", **reach, "Attribute": same}})["Event"]
    setup.act(f"/events/publish/{made['id']}")
    setup.act(f"/sightings/add/{row.pk}", {"source": "hidden"})
    setup.act(f"/shadow_attributes/edit/{row.pk}", text("better.example", **value))
    setup.act("/collections/add", {"name": "hidden", "type": "campaign", **reach})
    galaxy = setup.act("/galaxies/add", {"name": f"hidden {uuid4()}", **reach})["Galaxy"]
    setup.act(f"/galaxy_clusters/add/{galaxy['id']}", {"value": "hidden", "description": "d", **reach})


def furnish(setup: Setup) -> None:
    """One of everything that A may hide, in events of its own."""
    things = Samples(setup.sample_hub, setup.author)
    for name in SHARED:
        things.__dict__["_made"][name] = getattr(setup.shared, name)
    for name in sorted(OURS - PUBLIC):
        getattr(things, name)


def questions(setup: Setup) -> Iterator[Question]:
    """Every reading endpoint: without arguments, with the event, with an attribute, and as in the roles
    table.
    """
    attribute = setup.event.attributes.order_by("pk")[0]
    sent = {line.name: line for line in lines() if not mentioned([line.to, line.send]) & OURS}
    for endpoint in declared_permissions():
        if endpoint.writes:
            continue
        path = f"/{endpoint.name}"
        if endpoint.allows("GET"):
            yield from (
                ("GET", f"{path}{about}", None) for about in ("", f"/{setup.event.pk}", f"/{attribute.uuid}")
            )
        if endpoint.allows("POST"):
            yield "POST", path, {}
        if line := sent.get(endpoint.name):
            yield (
                line.asked_by,
                f"{path}/{setup.shared.fill(line.to)}".rstrip("/"),
                setup.shared.fill(line.send),
            )


def more_questions(setup: Setup) -> Iterator[Question]:
    """Every format, orders that could reveal counts, TAXII, and every page."""
    for kind in (
        "csv",
        "xml",
        "text",
        "rpz",
        "snort",
        "suricata",
        "yara",
        "cache",
        "stix2",
        "hashes",
        "opendata",
    ):
        yield "POST", "/events/restSearch", {"returnFormat": kind}
        yield "POST", "/attributes/restSearch", {"returnFormat": kind}
    for order in ("attribute_count", "timestamp", "publish_timestamp", "info"):
        yield "GET", f"/events/index/sort:{order}/direction:desc", None
    for collection in Collection.objects.values_list("uuid", flat=True):
        yield "GET", f"/taxii2/api/collections/{collection}/objects/", None
    for route, _ in pages():
        for address in dict.fromkeys(_addresses(setup, route)):
            if not NOT_ASKED.match(address):
                yield "page", address, None
    for words in ("hidden", "common.example", "secret"):
        yield "page", f"/search/?q={words}", None


def _addresses(setup: Setup, route: str) -> Iterator[str]:
    """A page as it is listed, and with the shared event, its parts, and each format in place of the arguments."""
    yield route
    yield route.replace("/1/", f"/{setup.event.pk}/")
    event = setup.event
    filled = re.sub(r"^/(event|events/view)/x\b", rf"/\1/{event.pk}", route)
    parts = {
        "attribute": event.attributes,
        "report": event.reports,
        "object": Object.objects.filter(event=event),
    }
    for name, rows in parts.items():
        first = rows.order_by("pk").values_list("pk", flat=True)[0]
        filled = filled.replace(f"/{name}/1/", f"/{name}/{first}/")
    if re.search(r"/(download|export)/x/$", filled):
        yield from (filled[:-2] + name + "/" for name in PAGE_FORMATS)
    else:
        yield filled


def answers(setup: Setup, asked: dict[str, Question]) -> dict[str, Said]:
    found = {}
    for name, (method, path, body) in asked.items():
        by_page = method == "page"
        response: Any = setup.browser.get(path) if by_page else send(setup.reader.key, method, path, body)
        found[name] = _stable(response)
    return found


def _stable(response: Any) -> Said:
    """An answer without times and random parts."""
    content = b"".join(response) if response.streaming else response.content
    if content.startswith(b"%PDF"):
        content = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).encode()
    elif content.startswith(b"PK"):  # A workbook: without when it was made.
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            names = [name for name in book.namelist() if not name.startswith("docProps/")]
            content = b"\n".join(book.read(name) for name in names)
    said = MOMENT.sub("MOMENT", RANDOM.sub("", " ".join(content.decode("utf-8", "replace").split())))
    return response.status_code, SECONDS.sub(_of_now, said), *(response.headers.get(name) for name in HEADERS)


def _of_now(found: re.Match[str]) -> str:
    return "NOW" if abs(int(found[0]) - now_seconds()) < 2 * 86400 else found[0]


@in_both_lanes
def test_hidden_content_changes_no_answer(setup: Setup, step: int) -> None:
    # The reader's organisation has no legal ground for personal data on offences.
    Organisation.objects.filter(pk=setup.sample_hub.b.pk).update(offence_period=NEVER)
    everything = [*questions(setup), *more_questions(setup)]
    asked = {"{} {} {}".format(*each): each for each in everything[::step]}
    before = answers(setup, asked)
    asked = {name: each for name, each in asked.items() if before[name][0] == 200}
    assert len(asked) > 600 / step
    with transaction.atomic():
        hide(setup, {"distribution": "0"})
        group = make_sharing_group(setup.sample_hub.a, [setup.sample_hub.a], name="Hidden group")
        hide(setup, {"distribution": "4", "sharing_group_id": str(group.pk)})
        furnish(setup)
        hide_offences(setup)
        after = answers(setup, asked)
        transaction.set_rollback(True)
    asked = {name: each for name, each in asked.items() if before[name] != after[name]}
    # A first visit may record something that later answers show: the second is what counts.
    again = answers(setup, asked)
    assert {name: _difference(said, after[name]) for name, said in again.items() if said != after[name]} == {}


def hide_offences(setup: Setup) -> None:
    """A adds data on offences to the shared event, and publishes an event whose title is about one."""
    suspect = {"comment": "Misstänkt: 19121212-1212"}
    value = {"type": "domain", "category": "Network activity", **suspect}
    part = setup.act(f"/attributes/add/{setup.event.pk}", text("hidden.example", **value))["Attribute"]
    gone = setup.act(f"/attributes/add/{setup.event.pk}", text("gone.example", **value))["Attribute"]
    setup.act(f"/attributes/add/{setup.event.pk}", text("common.example", **value | {"type": "hostname"}))
    setup.act(f"/attributes/delete/{gone['id']}")
    row = Attribute.objects.get(pk=part["id"])
    secret = Tag.objects.create(name=f"secret {uuid4()}", colour="#ff0000")
    setup.act("/tags/attachTagToObject", {"uuid": str(row.uuid), "tag": secret.name})
    report = {"name": "hidden", "content": "Anna Svensson anhölls.", "distribution": "5"}
    setup.act(f"/event_reports/add/{setup.event.pk}", report)
    note = {"note": "n", "language": "en", "distribution": "5"}
    setup.act("/analystData/add/Note", {"object_uuid": str(row.uuid), "object_type": "Attribute", **note})
    note["distribution"] = "1"
    setup.act("/analystData/add/Note", {"object_uuid": str(row.uuid), "object_type": "Attribute", **note})
    same = [text("common.example", type="domain", category="Network activity")]
    titled = {"info": "hidden: dömd, 19121212-1212", "distribution": "1", "Attribute": same}
    made = setup.act("/events/add", {"Event": titled})["Event"]
    setup.act(f"/events/publish/{made['id']}")
    setup.act(f"/sightings/add/{row.pk}", {"source": "hidden"})
    setup.act(f"/shadow_attributes/edit/{row.pk}", text("better.example", **value))
    # What is said of the event and of what everybody reads in it, and an object by its comment.
    said = {"note": "Misstänkt: 19121212-1212", "language": "en", "distribution": "1"}
    setup.act("/analystData/add/Note", {"object_uuid": str(setup.event.uuid), "object_type": "Event", **said})
    open_one = setup.event.attributes.order_by("pk")[0]
    setup.act(f"/shadow_attributes/add/{setup.event.pk}", text("other.example", **value))
    setup.act(f"/shadow_attributes/edit/{open_one.pk}", text("better.example", **value))
    owner = actor_for(setup.author.user, Credential.BROWSER)
    theirs = Proposal.objects.get(event=setup.event, org=setup.sample_hub.b)
    comment_on_proposal(owner, theirs.pk, "Dömd: 19121212-1212")
    commented = make_object(setup.event, comment="Dömd: 19121212-1212")
    commented.save()
    make_attribute(setup.event, object=commented, value1="common.example", type="hostname").save()
    Event.objects.filter(pk=setup.event.pk).update(attribute_count=F("attribute_count") + 1)
    with transaction.atomic():
        complete(setup.event.pk)
    # That an event was changed is no secret.
    Event.objects.filter(pk=setup.event.pk).update(
        timestamp=LONG_AGO, publish_timestamp=LONG_AGO, published=True, being_changed=False
    )


def _difference(before: Said, after: Said) -> list[str]:
    """The members or tags that appeared or disappeared."""
    old, new = (re.split(r"(?<=[,>\n])", each[1]) for each in (before, after))
    gone = [f"- {part}" for part in old if part not in set(new)]
    come = [f"+ {part}" for part in new if part not in set(old)]
    return [
        *gone[:8],
        *come[:8],
        *(f"{a} → {b}" for a, b in zip(before[2:], after[2:], strict=True) if a != b),
    ]
