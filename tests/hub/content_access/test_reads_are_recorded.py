"""Under a grant for everything, every endpoint and page records what it reads, or answers as without a grant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import get_resolver

from tests.api.calls import send
from tests.api.test_roles import Line, lines
from tests.conventions.test_permissions import views
from tests.factories import make_key, make_role, make_user
from tests.factories.samples import SECRET, SampleHub, Samples, mentioned
from tests.support.lanes import in_both_lanes
from tests.web.accounts import signed_in
from vardkase.hub.content_access.models import ContentGrant, ContentReading, GrantState
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.models import User
from vardkase.intel.models import Attribute, Event, EventReport, Object
from vardkase.web.ui.exports import BY_SLUG

CHANGING = re.compile(r"\b\d{10}\b|[0-9a-f]{8}-[0-9a-f-]{27}|\bw\d+q\b|[0-9a-f]{32,}|\d\d:\d\d:\d\d[.\dZ+:]*")
"""What differs between two answers to the same request: times, new uuids, generated words, digests."""
FOR_CONTENT = {"events/view", "attributes/view", "objects/view", "event_reports/view", "attributes/download"}

OF_EVENTS = {
    *(
        "event",
        "published",
        "attribute",
        "object",
        "report",
        "attachment",
        "reference",
        "inside",
        "proposal",
        "deleted",
    ),
    *("event_graph", "sighting", "deleted_report", "proposed_attachment", "picture"),
}
"""Contents of events: writing endpoints that name none of them are skipped."""


@dataclass(frozen=True, slots=True)
class Setup:
    operator: User
    key: str
    things: Samples


@pytest.fixture
def setup(db: None) -> Setup:
    """One of everything, readable by all members, and an operator with a grant for all of it."""
    sample_hub = SampleHub()
    operator = make_user(
        sample_hub.b, make_role("Everything", [*Permission]), "drift@b.example", staff_roles=["operator"]
    )
    things = Samples(sample_hub, sample_hub.caller("user"))
    things.furnish()
    Event.objects.update(distribution=1, published=True)
    for model in (Attribute, Object, EventReport):
        model.objects.update(distribution=5)
    ContentGrant.objects.create(
        state=GrantState.GRANTED,
        reach="hub",
        reason="x",
        hours=8,
        asked_by=operator,
        asked_by_name=operator.email,
        asked_at="2026-01-01T00:00Z",
        answer_by="2026-01-02T00:00Z",
        ends_at="2199-01-01T00:00Z",
    )
    return Setup(operator, make_key(operator), things)


def asked(setup: Setup, line: Line, *, granted: bool = True) -> tuple[str, bool]:
    """The answer, and whether it recorded a read; changes are rolled back."""
    to = setup.things.fill(line.to)
    body: Any = setup.things.fill(line.send) if line.send is not None else {}
    path = f"/{line.name}{'/' if to else ''}{to}"
    with as_if(granted):
        before = ContentReading.objects.count()
        answered = send(setup.key, line.asked_by, path, body if line.asked_by == "POST" else None)
        return f"{answered.status_code} {text_of(answered)}", ContentReading.objects.count() > before


@contextmanager
def as_if(granted: bool) -> Iterator[None]:
    """Runs with or without the grant; changes are rolled back."""
    taken_back = transaction.atomic()
    taken_back._from_testcase = True  # Reads are refused in an outer transaction.
    with taken_back:
        if not granted:
            ContentGrant.objects.update(state=GrantState.ENDED)
        yield
        transaction.set_rollback(True)


def text_of(answered: HttpResponse | StreamingHttpResponse) -> str:
    whole = b"".join(answered) if isinstance(answered, StreamingHttpResponse) else answered.content  # type: ignore[arg-type]
    return whole.decode("utf-8", "replace")


def answers_alike(setup: Setup, line: Line) -> bool:
    """Whether the answer is the same with and without the grant; one retry, because times may differ."""
    with_it, without = (CHANGING.sub("", asked(setup, line, granted=granted)[0]) for granted in (True, False))
    return with_it == without


def test_every_endpoint_records_read_or_answers_as_without_grant(setup: Setup) -> None:
    recorded, leaking = [], {}
    for line in lines():
        about_requests = line.name.startswith("contentAccess/")
        if line.skip or about_requests or (line.writes and not mentioned([line.to, line.send]) & OF_EVENTS):
            continue
        answer, is_recorded = asked(setup, line)
        if is_recorded:
            recorded.append(line)
        elif not line.writes and answer.startswith("2"):
            if not any(answers_alike(setup, line) for _ in range(3)):
                leaking[line.name] = answer
        elif SECRET in answer.replace(f"{SECRET}.example", ""):
            leaking[line.name] = answer
    assert leaking == {}
    assert [line.name for line in recorded if line.writes] == []
    assert {line.name for line in recorded} >= FOR_CONTENT
    assert len(recorded) > 20


def addresses(things: Samples) -> Iterator[str]:
    """Every page's address, filled with an event, attribute or whatever its route takes."""
    for route, view in views(get_resolver()):
        if view.__module__.startswith("allauth."):
            continue
        part = "attribute" if "attribute" in route else "object" if "object" in route else "event"
        for named in {part, "event"}:
            filled = re.sub(r"<(?!slug:format)[^>]+>", str(getattr(things, named).pk), route)
            for slug in BY_SLUG if "<slug:format>" in route else ("",):
                yield "/" + filled.replace("<slug:format>", slug)


@in_both_lanes
def test_every_page_records_read_or_shows_same_as_without_grant(
    setup: Setup, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.conf.settings.REQUIRE_SECOND_FACTOR", False)
    browser = signed_in(setup.operator)
    browser.raise_request_exception = False
    recorded, leaking = set(), []
    event = f"/event/{setup.things.event.pk}/"
    for address in [event, *[*addresses(setup.things)][::step]]:
        with as_if(granted=True):
            shown = text_of(browser.get(address)).count(SECRET)
            is_recorded = ContentReading.objects.exists()
        if is_recorded:
            recorded.add(address)
        elif shown:
            with as_if(granted=False):
                if text_of(browser.get(address)).count(SECRET) != shown:
                    leaking.append(address)
    assert leaking == []
    assert event in recorded
    assert len(recorded) > 5 / step
