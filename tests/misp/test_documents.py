"""Objects, references, reports and attributes as clients send them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from vardkase.misp.attribute import parse_attribute
from vardkase.misp.distribution import Analysis, Distribution, ThreatLevel
from vardkase.misp.event import EventInput, parse_event
from vardkase.misp.faults import Errors, Fault
from vardkase.misp.flags import as_bool, as_int
from vardkase.misp.object import parse_object, parse_reference
from vardkase.misp.report import parse_report

NOW = 1_795_564_922
UUID = "18D9CC69-48D6-55C2-B1A9-398617FD71B1"
OBJECT = {
    "name": "file",
    "meta-category": "file",
    "description": "",
    "template_uuid": "688c46fb-5edb-40a3-8273-1af7923e2215",
    "template_version": "24",
}


def attribute(**sent: Any) -> SimpleNamespace:
    parsed = parse_attribute(
        {"type": "text", "value": "x"} | sent, SimpleNamespace, now=NOW, default_distribution=5
    )
    assert isinstance(parsed, SimpleNamespace), parsed
    return parsed


def refused(**sent: Any) -> Errors:
    parsed = parse_attribute(
        {"type": "text", "value": "x"} | sent, SimpleNamespace, now=NOW, default_distribution=5
    )
    assert isinstance(parsed, dict)
    return parsed


def test_attribute_gets_the_defaults_of_its_type() -> None:
    parsed = attribute(type="ip-dst", value="1.2.3.4")
    assert (parsed.category, parsed.to_ids, parsed.distribution) == ("Network activity", True, 5)
    assert (parsed.uuid, parsed.timestamp, parsed.first_seen, parsed.value2) == (None, None, None, None)


def test_value_may_be_sent_in_two_parts() -> None:
    parsed = attribute(
        type="filename|md5", value=None, value1="a.exe", value2="D41D8CD98F00B204E9800998ECF8427E"
    )
    assert (parsed.value1, parsed.value2) == ("a.exe", "d41d8cd98f00b204e9800998ecf8427e")


@pytest.mark.parametrize(
    ("sent", "stored"), [(0, "0"), (12, "12"), (1.5, "1.5"), (True, "1"), ("a\0b", "ab")]
)
def test_values_of_other_json_types_are_converted(sent: object, stored: str) -> None:
    assert attribute(value=sent).value1 == stored


def test_tags_may_be_names_or_documents() -> None:
    tags = attribute(Tag=["tlp:red", {"name": "x", "local": 1}]).tags
    assert [tag["name"] for tag in tags] == ["tlp:red", "x"]
    assert attribute(Tag="tlp:red").tags == attribute(Tag={"name": "tlp:red"}).tags == [{"name": "tlp:red"}]
    assert attribute(Tag=7).tags == attribute(Tag="").tags == []


def test_several_faults_are_reported_together() -> None:
    errors = refused(uuid="nope", distribution=9, first_seen="nope", to_ids="maybe", timestamp="yesterday")
    assert set(errors) == {"uuid", "distribution", "first_seen", "to_ids", "timestamp"}


def test_uuids_are_lower_cased() -> None:
    assert attribute(uuid=UUID).uuid == UUID.lower()


def test_pictures_do_not_correlate_unless_asked_to() -> None:
    assert attribute(type="attachment", value="x.PNG").disable_correlation
    assert not attribute(type="attachment", value="x.PNG", disable_correlation="0").disable_correlation
    assert not attribute(type="attachment", value="x.txt").disable_correlation


@pytest.mark.parametrize("word", ["initial", "ongoing", "completed"])
def test_analysis_may_be_a_name(word: str) -> None:
    parsed = parse_event({"info": "x", "analysis": word}, now=NOW)
    assert isinstance(parsed, EventInput)
    assert parsed.analysis == Analysis[word.upper()]


def test_enumerations_match_misp() -> None:
    assert [level.value for level in ThreatLevel] == [1, 2, 3, 4]
    assert [each.value for each in Distribution] == [0, 1, 2, 3, 4, 5]


def test_object_is_parsed() -> None:
    parsed = parse_object(
        OBJECT | {"uuid": UUID, "first_seen": "2024-01-01T01:02:03.5+01:00"}, SimpleNamespace, now=NOW
    )
    assert isinstance(parsed, SimpleNamespace)
    assert (parsed.uuid, parsed.template_version, parsed.meta_category) == (UUID.lower(), 24, "file")
    assert parsed.first_seen == 1_704_067_323_500_000


@pytest.mark.parametrize("member", ["name", "meta-category", "template_uuid"])
def test_object_without_its_template_is_rejected(member: str) -> None:
    errors = parse_object(
        {key: value for key, value in OBJECT.items() if key != member}, SimpleNamespace, now=NOW
    )
    assert errors == {"template": [Fault.NO_TEMPLATE(field=member)]}


def test_last_seen_before_first_seen_is_rejected() -> None:
    errors = parse_object(
        OBJECT | {"first_seen": "2024-02-01", "last_seen": "2024-01-01"}, SimpleNamespace, now=NOW
    )
    assert errors == {"last_seen": [Fault.SEEN_ORDER()]}


def test_reference_requires_its_target() -> None:
    sent = {"referenced_uuid": UUID, "relationship_type": "drops"}
    parsed = parse_reference(sent, SimpleNamespace, now=NOW)
    assert not isinstance(parsed, dict)
    assert (parsed.referenced_uuid, parsed.relationship_type) == (UUID.lower(), "drops")
    errors = parse_reference({"relationship_type": "drops"}, SimpleNamespace, now=NOW)
    assert errors == {"referenced_uuid": [Fault.BAD_UUID()]}


def test_report_requires_only_a_name() -> None:
    parsed = parse_report({"name": "r"}, SimpleNamespace, now=NOW)
    assert not isinstance(parsed, dict)
    assert (parsed.content, parsed.distribution) == (None, Distribution.INHERIT)
    errors = parse_report({"name": " ", "content": "c"}, SimpleNamespace, now=NOW)
    assert errors == {"name": [Fault.REQUIRED()]}


@pytest.mark.parametrize("value", [1, "1", "true", "yes", 2, True])
def test_true_flags(value: object) -> None:
    assert as_bool(value) is True


@pytest.mark.parametrize("value", ["0", "false", "No", "", 0, None, False])
def test_false_flags(value: object) -> None:
    assert as_bool(value) is False


@pytest.mark.parametrize(("value", "number"), [("12", 12), (" 12 ", 12), (12.0, 12), (True, 1), ("-3", -3)])
def test_numeric_values_are_parsed(value: object, number: int) -> None:
    assert as_int(value) == number


@pytest.mark.parametrize("value", ["1.5", 1.5, "x", None, [], "٣", "9" * 30, 10**30])
def test_non_numeric_values_are_rejected(value: object) -> None:
    assert as_int(value) is None
