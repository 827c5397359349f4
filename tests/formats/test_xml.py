"""MISP XML: the content of MISP JSON, parseable whatever the values."""

from __future__ import annotations

from typing import Any

from tests.api.calls import answer, send
from tests.factories.seed import Seed
from tests.factories.whole_event import make_setup
from tests.formats.exporting import HOSTILE, export, make_hostile, parsed, whole
from vardkase.formats.xml import element


def test_event_xml_equals_json(seed: Seed) -> None:
    setup = make_setup(seed)
    asked = {"eventid": str(setup.event.uuid), "includeAllTags": 1}
    found = parsed(export(seed.analyst.key, "xml", scope="events", **asked))
    body = {"returnFormat": "json", **asked}
    event = answer(send(seed.analyst.key, "POST", "/events/restSearch", body))["response"][0]["Event"]
    shown = {
        name for name, value in event.items() if value != [] and name not in ("attribute_count", "locked")
    }
    assert {child.tag for child in found[0]} >= shown - {"proposal_email_lock"}
    assert _values(found, "Event/Attribute/value") == [each["value"] for each in event["Attribute"]]
    assert _values(found, "Event/Object/Attribute/value") == [
        each["value"] for whole in event["Object"] for each in whole["Attribute"]
    ]
    assert _values(found, "Event/Tag/name") == [each["name"] for each in event["Tag"]]


def test_hostile_values_parse_as_text(seed: Seed) -> None:
    make_hostile(seed)
    for scope in ("events", "attributes"):
        found = parsed(export(seed.reader.key, "xml", scope=scope))
        values = {text for text in _values(found, ".//value") if "<" in text}
        assert "</Content><script>alert(1)</script>&\"'" in values
        assert not found.findall(".//script")
    assert any("\x1b" in value for value in HOSTILE), "characters that XML cannot contain became spaces"


def test_invalid_names_and_empty_members() -> None:
    assert element("6", ["a", "b"]) == "<item>a</item><item>b</item>"
    assert element("x><y", {"a": True, "b": None, "c": []}) == "<item><a>1</a><b/><c/></item>"
    assert element("a", "\0\x1b<\ufffe>") == "<a>  &lt; &gt;</a>"


def test_other_answers_are_xml_if_only_xml_is_accepted(seed: Seed) -> None:
    setup = make_setup(seed)
    accepting = {"Accept": "application/xml"}
    found = send(seed.analyst.key, "GET", f"/tags/view/{setup.tag.pk}", headers=accepting)
    assert found.headers["Content-Type"] == "application/xml; charset=UTF-8"
    assert parsed(whole(found)).findtext("name") == "tlp:amber"


def _values(found: Any, path: str) -> list[str]:
    return [each.text or "" for each in found.findall(path)]
