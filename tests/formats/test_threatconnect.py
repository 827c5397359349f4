"""Importing ThreatConnect's CSV: each row becomes an attribute, or is reported by number."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calls import call
from tests.factories import make_event
from tests.factories.seed import Seed
from vardkase.intel.models import Attribute, Event

HEAD = "Type,Value,Rating,Confidence,Description,Source\n"
TABLE = (
    HEAD
    + f"""Address,192.0.2.1,5,90,"scans, a lot",https://vendor.example/report
Host,evil.example,3,51,,https://vendor.example/report
EmailAddress,a@evil.example,3,,,our own
File,{"d" * 32} : {"e" * 40},1,100,both,
URL,http://evil.example/a?b=c,1,52,,
Registry Key,HKLM\\Run,1,60,,
Starship,Enterprise,1,1,,
File,no hash,1,100,,
Address,no address,1,100,,
"""
)


@pytest.fixture
def event(seed: Seed) -> Event:
    event = make_event(seed.org_a, distribution=3)
    event.save()
    return event


def bring(key: str, event: Event, table: str | bytes, tail: str = "") -> tuple[int, Any]:
    content = table.encode() if isinstance(table, str) else table
    path = f"/attributes/add_threatconnect/{event.pk}{tail}"
    return call(key, "POST", path, content, content_type="text/csv")


def test_rows_become_attributes_or_are_reported(seed: Seed, event: Event) -> None:
    status, body = bring(seed.analyst.key, event, TABLE, "/distribution:0")
    assert (status, body["message"]) == (200, "9 attributes added."), body
    rows = Attribute.objects.filter(event=event).values_list("type", "value1", "to_ids", "comment")
    assert set(rows) == {
        ("ip-dst", "192.0.2.1", True, "scans, a lot"),
        ("domain", "evil.example", False, ""),
        ("email-src", "a@evil.example", False, ""),
        ("md5", "d" * 32, True, "both"),
        ("sha1", "e" * 40, True, "both"),
        ("url", "http://evil.example/a?b=c", True, ""),
        ("regkey", "HKLM\\Run", True, ""),
        ("link", "https://vendor.example/report", False, "ThreatConnect source"),
        ("comment", "our own", False, "ThreatConnect source"),
    }
    assert set(Attribute.objects.values_list("distribution", flat=True)) == {0}
    assert {place: list(errors) for place, errors in body["errors"].items()} == {
        "Row.7": ["Type"], "Row.8": ["Type"], "Attribute.9": ["value"],
    }  # fmt: skip
    status, body = bring(seed.analyst.key, event, HEAD + "Host,evil.example,1,90,,\n")
    assert (body["message"], list(body["errors"])) == ("0 attributes added.", ["Attribute.0"]), (
        "it exists already"
    )


def test_form_with_file(seed: Seed, event: Event) -> None:
    head = b"--x\r\nContent-Disposition: form-data; "
    content = (
        head + b'name="data[Attribute][distribution]"\r\n\r\n1\r\n'
        + head + b'name="data[Attribute][value]"; filename="a.csv"\r\n\r\n\xef\xbb\xbf'
        + HEAD.encode() + b"Host,r\xe4v.example,1,90,,\nHost,fox.example,1,90,,\r\n--x--\r\n"
    )  # fmt: skip
    kind = "multipart/form-data; boundary=x"
    path = f"/attributes/add_threatconnect/{event.uuid}"
    status, body = call(seed.analyst.key, "POST", path, content, content_type=kind)
    assert (status, list(body["errors"])) == (200, ["Attribute.0"]), body
    assert list(Attribute.objects.values_list("value1", "distribution")) == [("fox.example", 1)]


@pytest.mark.parametrize(
    ("table", "field"),
    [
        ("", "header"), ("{}", "header"), ("Type;Value\n", "header"), ("Type,Value,Confidence,Source\n", "header"),
        (HEAD + 'Host,"' + "x" * 200_000 + '",1,1,,\n', "row"), (b"\xff\xfe\x00" * 9, "header"),
        (HEAD + "Host,good.example,1,90,,\nHost," + "y" * 200_000 + ",1,1,,\n", "row"),
    ],
)  # fmt: skip
def test_invalid_table_is_refused_and_changes_nothing(
    seed: Seed, event: Event, table: str | bytes, field: str
) -> None:
    status, body = bring(seed.analyst.key, event, table)
    assert (status, body["name"]) == (403, "Could not add_threatconnect Attribute"), body
    assert list(body["errors"]) == [field]
    assert not Attribute.objects.exists()


def test_import_requires_write_access_to_event(seed: Seed, event: Event) -> None:
    hidden = make_event(seed.org_a, distribution=0)
    hidden.save()
    tried = ((seed.stranger.key, event, 403), (seed.stranger.key, hidden, 404), (seed.reader.key, event, 403))
    for key, where, expected in tried:
        assert bring(key, where, TABLE)[0] == expected
    assert not Attribute.objects.exists()
