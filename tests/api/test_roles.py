"""Every endpoint called in every role: who is let in, who is refused and how, and that A's content stays
hidden.

The expectations are the lines of roles.toml, which explains them; sample_hub.py makes the things they name.
"""

from __future__ import annotations

import http.client
import itertools
import json
import tomllib
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from tests.factories.samples import OURS, SECRET, Caller, SampleHub, Samples, mentioned
from tests.support.contents import contents
from tests.support.lanes import in_both_lanes
from tests.support.web_server import WebServer
from vardkase.api import registry
from vardkase.api.dispatch import declared_permissions
from vardkase.api.request import plain
from vardkase.audit.models import AuditEntry

TABLE = Path(__file__).with_name("roles.toml")
NO_PERMISSION = "You do not have permission to use this functionality."
STAFF_ONLY = "This is for the hub’s own staff."
NO_KEY = (
    "Authentication failed. Please make sure you pass the API key of an API enabled user along in the "
    "Authorization header."
)
MEMBERS = ("read only", "user", "publisher", "sync user", "org admin", "site admin")
READABLE = {"perm_auth", "perm_audit", "perm_sync", "perm_admin", "perm_view_feed_correlations", "site admin"}
"""What a read-only key holds, of what its user does."""
ENCODED = b64encode(SECRET.encode()).decode()[:12]
"""How one of our files begins in JSON."""
THROTTLES = ("limit_use",)
"""They count refused requests as well."""
_addresses = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table; see there."""

    name: str
    writes: bool
    needs: str
    also: str = ""
    to: str = ""
    send: Any = None
    answers: int = 0
    method: str = ""
    stranger: str = ""
    blind: str = ""
    unrecorded: str = ""
    skip: str = ""
    asked_by: str = field(init=False)

    def __post_init__(self) -> None:
        by_post = self.writes or self.send is not None
        object.__setattr__(self, "asked_by", self.method or ("POST" if by_post else "GET"))

    @property
    def names_hidden(self) -> bool:
        """Whether other organisations may not see or change what the line is about."""
        return bool(mentioned([self.to, self.send]) & OURS)

    def lets_in(self, holds: frozenset[str]) -> bool:
        """Whether somebody with these permissions meets `needs`."""
        return _met(self.needs, holds)

    def serves(self, holds: frozenset[str]) -> bool:
        """Whether somebody with these permissions is let in and gets what the line asks for."""
        return self.lets_in(holds) and (not self.also or _met(self.also, holds))


def _met(needs: str, holds: frozenset[str]) -> bool:
    if needs in ("any", "anyone"):
        return True
    if needs.startswith("not "):
        return not _met(needs.removeprefix("not "), holds)
    return any(set(way.split(" + ")) <= holds for way in needs.split(" / "))


def lines() -> list[Line]:
    """The table."""
    table = tomllib.loads(TABLE.read_text("utf-8"))
    kinds = (("reads", False), ("writes", True))
    return [Line(name, writes, **row) for kind, writes in kinds for name, row in table[kind].items()]


@dataclass(frozen=True, slots=True)
class RolesHub:
    """The hub under test: its address, and all callers that must change nothing."""

    port: int
    sample_hub: SampleHub
    members: dict[str, Caller]
    reader: Caller
    stranger: Caller
    blind: dict[str, Caller]
    """Site administrators who run or audit the hub."""

    def call(self, line: Line, key: str | None, things: Samples) -> tuple[int, Any]:
        """Makes the call of `line`; returns status and body, decoded if it is JSON."""
        to = things.fill(line.to)
        body = None if line.send is None else json.dumps(things.fill(line.send))
        if body is None and line.asked_by == "POST":
            body = "{}"
        # Each caller without a key has its own address, because repeated failures are throttled.
        source = ("127.1.{}.{}".format(*divmod(next(_addresses), 250)), 0) if key is None else None
        asking = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60, source_address=source)
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        headers |= {"Authorization": key} if key else {}
        try:
            asking.request(line.asked_by, f"/{line.name}{'/' if to else ''}{to}", body, headers)
            response = asking.getresponse()
            text = response.read().decode("utf-8", "replace")
        finally:
            asking.close()
        return response.status, _decoded(text)


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


@pytest.fixture(scope="module")
def transactional_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """One database state for the whole module instead of an empty one per test."""
    with django_db_blocker.unblock():
        yield
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture(scope="module")
def roles_hub(_web_server: WebServer, transactional_db: None) -> RolesHub:
    """One hub for the whole table, with one of everything."""
    sample_hub = SampleHub()
    members = {who: sample_hub.caller(who) for who in MEMBERS}
    Samples(sample_hub, members["user"]).furnish()
    reader = sample_hub.caller("site admin", read_only=True)
    blind = {duty: sample_hub.caller("site admin", duty=duty) for duty in ("operator", "auditor")}
    return RolesHub(_web_server.port, sample_hub, members, reader, sample_hub.caller("stranger"), blind)


@in_both_lanes
@pytest.mark.parametrize("line", [pytest.param(line, id=line.name) for line in lines()])
def test_roles_of_endpoint(line: Line, step: int, roles_hub: RolesHub) -> None:
    _refused(line, roles_hub, step)
    if not line.skip:
        _others_see_and_change_nothing(line, roles_hub)
        _let_in(line, roles_hub, step)
        _operators_and_auditors_read_nothing(line, roles_hub)


def _some[T](all_of_them: Mapping[str, T], line: Line, step: int) -> list[tuple[str, T]]:
    """One of every `step`, others for each line, and one at least."""
    listed = list(all_of_them.items())
    return listed[crc32(line.name.encode()) % min(step, len(listed) or 1) :: step]


def _refused(line: Line, roles_hub: RolesHub, step: int) -> None:
    """Everybody without permission gets MISP's refusal, and nothing changes."""
    things = Samples(roles_hub.sample_hub, roles_hub.members["user"])
    things.fill([line.to, line.send])
    before = contents(without=THROTTLES)
    for who, caller in roles_hub.members.items():
        if line.lets_in(caller.holds) and not line.serves(caller.holds):
            status, body = roles_hub.call(line, caller.key, things)
            assert refuses(status, body), f"{who}: {status} {body}"
            assert body != Refusal(NO_PERMISSION), who
    outsiders = {who: caller for who, caller in roles_hub.members.items() if not line.lets_in(caller.holds)}
    if line.writes or not line.lets_in(frozenset(READABLE)):
        outsiders["read-only key"] = roles_hub.reader
    if not line.lets_in(roles_hub.stranger.holds):
        outsiders["stranger"] = roles_hub.stranger
    for who, caller in _some(outsiders, line, step):
        words = STAFF_ONLY if line.needs == "staff" else NO_PERMISSION
        assert roles_hub.call(line, caller.key, things) == (403, Refusal(words)), who
    if line.needs != "anyone":
        assert roles_hub.call(line, None, things) == (403, Refusal(NO_KEY)), "without a key"
    assert contents(without=THROTTLES) == before


def refuses(status: int, body: Any) -> bool:
    """Whether an answer refuses: by its status or, as MISP's page routes do, within an answer of success."""
    return status in (401, 403, 404, 405) or (isinstance(body, dict) and body.get("saved") is False)


class Refusal:
    """Equals MISP's body of a refusal with this text, at any address."""

    def __init__(self, words: str) -> None:
        self.words = words

    def __eq__(self, body: object) -> bool:
        return (
            isinstance(body, dict)
            and {*body} == {"name", "message", "url"}
            and body["name"] == body["message"] == self.words
        )

    def __repr__(self) -> str:
        return f"a refusal: {self.words}"

    __hash__ = None  # type: ignore[assignment]


def _others_see_and_change_nothing(line: Line, roles_hub: RolesHub) -> None:
    """Another organisation, whatever its permissions, neither sees nor changes A's content."""
    if not line.lets_in(roles_hub.stranger.holds):
        return
    owner = roles_hub.members["user"]
    things = Samples(roles_hub.sample_hub, owner if line.names_hidden else roles_hub.stranger)
    things.fill([line.to, line.send])
    before = contents(without=THROTTLES)
    status, body = roles_hub.call(line, roles_hub.stranger.key, things)
    assert SECRET not in json.dumps(body)
    assert status < 500
    expected = line.stranger or ("refused" if line.names_hidden else "let in")
    assert refuses(status, body) == (expected == "refused" or bool(line.answers)), (
        f"stranger: {status} {body}"
    )
    if line.names_hidden or not line.writes:
        assert contents(without=THROTTLES) == before or line.needs == "anyone"


def _let_in(line: Line, roles_hub: RolesHub, step: int) -> None:
    """Everybody with permission gets what they asked for; each write is about new things, by a new caller."""
    callers: dict[str, Callable[[], Caller]] = {
        who: (lambda who=who: roles_hub.sample_hub.caller(who))
        if line.writes
        else (lambda caller=caller: caller)
        for who, caller in roles_hub.members.items()
        if line.serves(caller.holds)
    }
    if not line.writes and line.lets_in(frozenset(READABLE)):
        callers["read-only key"] = lambda: roles_hub.reader
    for who, make in _some(callers, line, step):
        caller = make()
        things = Samples(roles_hub.sample_hub, caller)
        things.fill([line.to, line.send])
        before = _recorded()
        status, body = roles_hub.call(line, caller.key, things)
        if line.answers:
            assert status == line.answers, f"{who}: {status} {body}"
            assert body != Refusal(NO_PERMISSION), who
        else:
            assert 200 <= status < 400, f"{who}: {status} {body}"
            assert not (isinstance(body, dict) and body.get("saved") is False), f"{who}: {body}"
            if line.writes and not line.unrecorded:
                assert _recorded() > before, f"{who}: the audit log does not tell"


def _recorded() -> int:
    """The number of the newest entry of the audit log."""
    return AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _operators_and_auditors_read_nothing(line: Line, roles_hub: RolesHub) -> None:
    """Operators and auditors see none of A's content, unless the line gives a reason."""
    leaks = []
    for duty, caller in roles_hub.blind.items():
        _, body = roles_hub.call(line, caller.key, Samples(roles_hub.sample_hub, roles_hub.members["user"]))
        text = body if isinstance(body, str) else json.dumps(body)
        leaks += [f"{duty}: {text}"] if SECRET in text or ENCODED in text else []
    assert bool(leaks) == bool(line.blind), leaks or "nothing is shown: the line needs no reason"


def test_table_lists_every_endpoint() -> None:
    """Prints endpoints without a line, and lines without an endpoint."""
    assert registry.controllers()
    endpoints = {_plain(found.name): found.name for found in declared_permissions()}
    listed = {_plain(line.name): line.name for line in lines()}
    assert {endpoints[name] for name in endpoints.keys() - listed.keys()} == set()
    assert {listed[name] for name in listed.keys() - endpoints.keys()} == set()


def test_table_agrees_with_declared_writes() -> None:
    declared = {_plain(found.name): found.writes for found in declared_permissions()}
    assert {line.name for line in lines() if declared.get(_plain(line.name), line.writes) != line.writes} <= {
        "users/register"
    }


def _plain(name: str) -> str:
    return "/".join(plain(part) for part in name.split("/"))
