"""Import expressions: what they rewrite in arriving values, and what they refuse."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calls import call
from tests.factories import make_attribute, make_event, make_key, make_role, make_user
from tests.factories.seed import ApiUser, Seed
from tests.factories.sightings import beacons
from vardkase.audit.models import AuditEntry
from vardkase.identity.access.permissions import Permission
from vardkase.intel.models import Attribute, Event
from vardkase.knowledge.import_expressions.applying import LONGEST, import_filter
from vardkase.knowledge.import_expressions.models import ImportExpression

BLOCKED = "This value is blocked by a regular expression in the import filters."


@pytest.fixture
def keeper(seed: Seed) -> ApiUser:
    """An analyst of A who may edit the expressions."""
    role = make_role("Keeper", {Permission.AUTH, Permission.ADD, Permission.REGEXP_ACCESS})
    user = make_user(seed.org_a, role, "keeper@a.example")
    return ApiUser(user, make_key(user))


def write(regexp: str, replacement: str = "", kind: str = "ALL") -> None:
    ImportExpression.objects.create(regexp=regexp, replacement=replacement, type=kind)


def first_event(seed: Seed) -> Event:
    """The event that the test's values are added to."""
    found = Event.objects.first() or make_event(seed.org_a)
    found.save()
    return found


def add(seed: Seed, kind: str, value: str, **more: Any) -> tuple[int, Any]:
    document = {"type": kind, "value": value, **more}
    return call(seed.analyst.key, "POST", f"/attributes/add/{first_event(seed).pk}", document)


def stored(seed: Seed, kind: str, value: str, **more: Any) -> str:
    status, body = add(seed, kind, value, **more)
    assert status == 200, body
    return str(body["Attribute"]["value"])


def test_expression_is_added_edited_and_deleted(seed: Seed, keeper: ApiUser) -> None:
    def ask(action: str, body: Any = None) -> tuple[int, Any]:
        return call(keeper.key, "POST", f"/admin/regexp/{action}", body)

    collected = {"regexp": r"/C:.Users.[^\\]+/i", "replacement": "%USERPROFILE%", "type": "filename"}
    status, body = ask("add", {"Regexp": collected})
    assert (status, body["Regexp"]) == (200, {"id": body["Regexp"]["id"], **collected})
    number = body["Regexp"]["id"]
    for path in ("/regexp/index", "/admin/regexp/index"):
        assert call(keeper.key, "GET", path) == (200, [body])
    assert call(seed.stranger.key, "GET", "/regexp/index") == (200, [body])
    edited = ask(f"edit/{number}", {"Regexp": {"replacement": "", "all": "1"}})[1]["Regexp"]
    assert edited == {**collected, "id": number, "replacement": "", "type": "ALL"}
    status, body = ask(f"delete/{number}")
    assert (status, body["message"], body["id"]) == (200, "Regexp deleted", number)
    assert ask(f"delete/{number}")[0] == ask(f"edit/{number}", collected)[0] == 404
    assert [row.action for row in AuditEntry.objects.filter(target_kind="import_expression")] == [
        "import_expression.added",
        "import_expression.edited",
        "import_expression.deleted",
    ]


@pytest.mark.parametrize(
    ("said", "field", "why"),
    [
        ({"regexp": "/(a)\\1/"}, "regexp", "The expression cannot be used: "),
        ({"regexp": "/a(?=b)/"}, "regexp", "The expression cannot be used: "),
        ({"regexp": "/a(/"}, "regexp", "The expression cannot be used: "),
        ({"regexp": "/a/e"}, "regexp", "The expression cannot be used: unknown modifier e"),
        ({"regexp": "127.0.0.1"}, "regexp", "Write the expression between slashes"),
        ({"regexp": "#a#i"}, "regexp", "Write the expression between slashes"),
        ({"regexp": ""}, "regexp", "Please enter a regexp"),
        ({"regexp": ["/a/"]}, "regexp", "Please enter some text."),
        ({"regexp": f"/{'a' * 255}/"}, "regexp", "Please enter a regexp"),
        ({"regexp": "/a/", "type": "colour"}, "type", "The type has to be"),
        ({"regexp": "/(a)/", "replacement": "$2"}, "replacement", "The expression has no group 2."),
        ({"regexp": "/a/", "replacement": "x" * 256}, "replacement", "At most 255"),
        ({}, "regexp", "Please enter a regexp"),
    ],
    ids=str,
)
def test_invalid_expression_is_refused_by_field(
    keeper: ApiUser, said: dict[str, Any], field: str, why: str
) -> None:
    status, body = call(keeper.key, "POST", "/admin/regexp/add", said)
    assert (status, body["message"], list(body["errors"])) == (403, "Could not add Regexp", [field])
    assert body["errors"][field][0].startswith(why)
    assert not ImportExpression.objects.exists()


def test_other_roles_are_refused(seed: Seed) -> None:
    write("/a/", "b")
    number = ImportExpression.objects.get().pk
    for api_user in (seed.analyst, seed.org_admin, seed.reader, seed.partner_sync):
        for action in ("add", f"edit/{number}", f"delete/{number}"):
            assert call(api_user.key, "POST", f"/admin/regexp/{action}", {"regexp": "/x/"})[0] == 403
    assert call(None, "GET", "/regexp/index")[0] == 403
    assert ImportExpression.objects.get().regexp == "/a/"


def test_arriving_value_is_rewritten(seed: Seed) -> None:
    write(r"/.:.Users.(\w+)/i", r"%USERS%\\$1 (\1, ${1})", "filename")
    write(r"/\.internal$/", ".example")
    assert stored(seed, "filename", r"c:\users\Eva\a.exe") == r"%USERS%\Eva (Eva, Eva)\a.exe"
    assert stored(seed, "text", r"c:\users\Eva") == r"c:\users\Eva"
    assert stored(seed, "domain", "WWW.Internal") == "www.example"
    assert stored(seed, "sigma", "title: www.internal") == "title: www.internal"


def test_rewritten_value_is_normalised_and_validated(seed: Seed) -> None:
    write("/^mirror of /", "HXXP://EVIL[.]")
    write("/^bad$/", "not a hash", "md5")
    assert stored(seed, "url", "mirror of example/a") == "http://EVIL.example/a"
    write("/^[0-9a-f]+$/", "bad", "md5")
    assert add(seed, "md5", "d41d8cd98f00b204e9800998ecf8427e")[1]["errors"]["value"][0].startswith(
        "Checksum has an invalid length"
    )


def test_expressions_apply_in_order(seed: Seed) -> None:
    write("/b/", "c")
    write("/a/", "b")
    write("/^x/", "", "comment")
    write("/c$/", "x")
    assert stored(seed, "text", "abac") == "bcbx"
    assert stored(seed, "text", "b") == "x"


def test_value_matching_expression_without_replacement_is_refused(seed: Seed) -> None:
    write(r"/^127\.0\.0\.1/", "", "ip-dst")
    status, body = add(seed, "ip-dst", "127.0.0.1")
    assert (status, body["errors"]) == (403, {"value": [BLOCKED]})
    assert stored(seed, "ip-src", "127.0.0.1") == "127.0.0.1"
    held = make_attribute(first_event(seed), type="ip-dst", category="Network activity", value1="203.0.113.9")
    held.save()
    status, body = call(seed.analyst.key, "POST", f"/attributes/edit/{held.pk}", {"value": "127.0.0.1"})
    assert (status, body["errors"]) == (403, {"value": [BLOCKED]})
    held.refresh_from_db()
    assert held.value1 == "203.0.113.9"


def test_events_and_objects_arrive_without_refused_values(seed: Seed) -> None:
    write("/198.51.100.1/")
    write("/^a[.]/", "b.")
    event = beacons(seed)
    values = Attribute.objects.filter(event=event).values_list("value1", flat=True)
    assert set(values) == {"198.51.100.2", "198.51.100.3", "b.exe", "d41d8cd98f00b204e9800998ecf8427e"}
    document = {"uuid": str(event.uuid), "Attribute": [{"type": "ip-dst", "value": "198.51.100.1"}]}
    call(seed.analyst.key, "POST", f"/events/edit/{event.pk}", document)
    assert not Attribute.objects.filter(value1="198.51.100.1").exists()


def test_free_text_import_applies_expressions(seed: Seed) -> None:
    event = first_event(seed)
    write("/^9[.]9/")
    write("/[.]internal/", ".example")
    body = {"value": "9.9.9.9 203.0.113.7 https://www.internal.com/a"}
    status, found = call(seed.analyst.key, "POST", f"/events/freeTextImport/{event.pk}", body)
    assert status == 200, found
    values = Attribute.objects.filter(event=event).values_list("value1", flat=True)
    assert set(values) == {"203.0.113.7", "https://www.example.com/a"}


def test_values_rewritten_to_same_text_are_stored_once(seed: Seed) -> None:
    write("/^www[.]/", "w.")
    assert stored(seed, "domain", "www.example.com") == "w.example.com"
    status, body = add(seed, "domain", "www.example.com")
    assert (status, body["errors"]["value"]) == (
        403,
        ["A similar attribute already exists for this event."],
    )
    event = Event.objects.get()
    collected = {"type": "domain", "value": "www.example.com", "comment": "Again"}
    path = f"/attributes/add/{event.pk}/breakOnDuplicate:0"
    assert call(seed.analyst.key, "POST", path, collected)[1]["Attribute"]["comment"] == "Again"
    template = {"category": "Network activity", "type": "domain"}
    replaced = {"Attribute": template | {"value": "www.example.com\nwww.example.org"}}
    call(seed.analyst.key, "POST", f"/attributes/attributeReplace/{event.pk}", replaced)
    live = Attribute.objects.filter(event=event, deleted=False)
    assert set(live.values_list("value1", flat=True)) == {"w.example.com", "w.example.org"}


def test_proposals_are_rewritten_too(seed: Seed) -> None:
    event = beacons(seed)
    write("/^www[.]/", "w.")
    write("/^bad/")
    path = f"/shadow_attributes/add/{event.pk}"
    collected = {"type": "domain", "value": "www.example.com"}
    assert call(seed.partner.key, "POST", path, collected)[1]["ShadowAttribute"]["value"] == "w.example.com"
    _, body = call(seed.partner.key, "POST", path, {"type": "domain", "value": "bad.example.com"})
    assert BLOCKED in body["message"]


def test_rewriting_growth_is_limited(seed: Seed) -> None:
    for _ in range(40):
        write("/(?s)(.*)/", "$1$1$1$1")
    # Each of the forty makes four texts of one: all of them would make 1,000 × 4⁴⁰ characters.
    assert len(str(import_filter()("text", "x" * 1000))) <= 4 * LONGEST
    assert add(seed, "text", "x" * 1000)[0] == 403


@pytest.mark.usefixtures("db")
def test_without_expressions_values_pass_unchanged() -> None:
    keep, value = import_filter(), "203.0.113.9"
    assert keep("ip-dst", value) is value
    assert import_filter() is keep
