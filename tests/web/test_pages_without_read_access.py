"""Every page as an operator and an auditor see it: none shows shared content."""

from __future__ import annotations

import itertools
import re

import pytest
from django.test import Client
from django.urls import get_resolver

from tests.conventions.test_permissions import views
from tests.factories.samples import SECRET, SampleHub, Samples
from tests.support.addresses import addresses, restart_sequences
from tests.support.lanes import in_both_lanes
from tests.web.accounts import signed_in
from vardkase.identity.accounts.models import AuthKey

SHOWN = {
    "trainings are of people, as over the API": ("policy/training/",),
    "what an organisation has registered for its entrance is what operators look after": (
        "security/",
        "service/",
    ),
    "accounts and their keys are what administrators look after": ("administration/users/",),
}
"""Why operators and auditors see some shared content, and the prefixes of these pages."""
ALLOWED = tuple(itertools.chain.from_iterable(SHOWN.values()))
TEXT_ARGUMENTS = {"form": "attack", "language": "sv", "format": "csv", "kind": "event", "part": "about"}
"""Values for the non-numeric parts of addresses."""
FIRST = range(1, 3)
"""The ids of rows in tables that were empty: there are few of each."""


@in_both_lanes
@pytest.mark.usefixtures("password_is_enough")
def test_no_page_shows_shared_content(db: None, step: int) -> None:
    restart_sequences()
    sample_hub = SampleHub()
    things = Samples(sample_hub, sample_hub.caller("user"))
    things.furnish()
    uuids = [str(each.uuid) for each in (things.event, things.report)]
    readers = {
        duty: signed_in(sample_hub.caller("site admin", duty=duty).user) for duty in ("operator", "auditor")
    }
    AuthKey.objects.update(last_used=1)
    texts = TEXT_ARGUMENTS | {"number": things.application.number}
    turns = itertools.cycle(readers)
    shown, asked = {}, 0
    for route, view in [*views(get_resolver())][::step]:
        if not view.__module__.startswith("vardkase."):
            continue
        for address in addresses(route, [*map(str, FIRST), *uuids], texts):
            duty = next(turns)
            asked += 1
            if words := _of_ours(readers[duty], address):
                shown[f"{duty} {address}"] = words
    assert asked > 300 / step
    assert {
        address: words
        for address, words in shown.items()
        if not address.partition("/")[2].startswith(ALLOWED)
    } == {}


def _of_ours(reader: Client, address: str) -> str:
    response = reader.get(address)
    content = b"".join(response.streaming_content) if response.streaming else response.content
    found = re.search(
        rf".{{0,60}}{re.escape(SECRET)}(?!\.example).{{0,20}}", content.decode("utf-8", "replace")
    )
    return found[0] if found else ""
