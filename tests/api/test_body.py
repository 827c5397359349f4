"""Reading request bodies: wrappers, forms, compression, and early refusals."""

from __future__ import annotations

import gzip
import json
from typing import Any
from uuid import uuid4

import brotli
import pytest
from django.test import RequestFactory

from vardkase.api.body import INVALID_JSON, decoded_body, plain_body
from vardkase.api.errors import MispError
from vardkase.core.body_limits import BodyLimits

FORM = "application/x-www-form-urlencoded"
JSON = "application/json; charset=utf-8"


def plain(body: bytes, **headers: str) -> bytes:
    request = RequestFactory().generic("POST", "/", body, headers=headers)
    return plain_body(request, BodyLimits.DOCUMENT)


@pytest.mark.parametrize(
    ("raw", "kind", "body"),
    [
        (b'{"a": 1}', JSON, {"a": 1}),
        (b'{"request": {"a": 1}}', JSON, {"a": 1}),
        (b'{"request": {"a": 1}, "b": 2}', JSON, {"request": {"a": 1}, "b": 2}),
        (b"[1]", JSON, [1]),
        (b"", JSON, {}),
        (b"null", JSON, {}),
        (b'"text"', JSON, {}),
        (b'{"a": 1}', "text/plain", {}),
        (b"data%5BEvent%5D%5Binfo%5D=x", FORM, {"Event": {"info": "x"}}),
        (b"tags%5B%5D=a&tags%5B%5D=b&info=x", FORM, {"tags": ["a", "b"], "info": "x"}),
    ],
)
def test_bodies(raw: bytes, kind: str, body: Any) -> None:
    assert decoded_body(raw, kind) == body


@pytest.mark.parametrize(
    "raw",
    [
        b'{"Event": {"info": ',
        b"{bad",
        b"\xef\xbb\xbf{}",
        b'{"info": "\xff\xfe"}',
        b"[" * 5000 + b"]" * 5000,
        b"[" * 101 + b"]" * 101,
    ],
)
def test_invalid_json_is_refused(raw: bytes) -> None:
    with pytest.raises(MispError) as refused:
        decoded_body(raw, JSON)
    assert (refused.value.status, refused.value.message) == (405, INVALID_JSON)


def test_brackets_inside_text_do_not_count_as_depth() -> None:
    assert decoded_body(json.dumps({"value": "[" * 500}).encode(), JSON) == {"value": "[" * 500}


@pytest.mark.parametrize("raw", [b'{"a": "x\\u0000y"}', b'{"a": "\\\\\\u0000"}'])
def test_text_with_nul_is_refused(raw: bytes) -> None:
    with pytest.raises(MispError) as refused:
        decoded_body(raw, JSON)
    assert refused.value.status == 400


def test_escaped_backslash_before_u0000_is_plain_text() -> None:
    assert decoded_body(b'{"a": "\\\\u0000"}', JSON) == {"a": "\\u0000"}


def test_compressed_bodies() -> None:
    body = b'{"info": "x"}'
    assert plain(gzip.compress(body), **{"Content-Encoding": "gzip"}) == body
    assert plain(brotli.compress(body), **{"Content-Encoding": "br"}) == body


@pytest.mark.parametrize(("encoding", "body"), [("gzip", b"notgzip"), ("br", b"notbrotli"), ("zstd", b"x")])
def test_invalid_compression_is_refused(encoding: str, body: bytes) -> None:
    with pytest.raises(MispError) as refused:
        plain(body, **{"Content-Encoding": encoding})
    assert refused.value.status == 400


@pytest.mark.parametrize("encoding", ["gzip", "br"])
def test_decompression_bomb_is_refused(settings: Any, encoding: str) -> None:
    settings.VARDKASE_MAX_BODY = 100_000
    huge = b"0" * 50_000_000
    bomb = gzip.compress(huge) if encoding == "gzip" else brotli.compress(huge, quality=1)
    assert len(bomb) < 100_000
    with pytest.raises(MispError) as refused:
        plain(bomb, **{"Content-Encoding": encoding})
    assert refused.value.status == 413


def test_body_over_limit_is_refused(settings: Any) -> None:
    settings.VARDKASE_MAX_BODY = 10
    with pytest.raises(MispError) as refused:
        plain(b"x" * 11)
    assert refused.value.status == 413


def test_truncated_gzip_body_is_refused() -> None:
    whole = gzip.compress(b'{"info": "x"}' * 100)
    with pytest.raises(MispError) as refused:
        plain(whole[:-10], **{"Content-Encoding": "gzip"})
    assert refused.value.status == 400


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("form", "read"),
    [
        (b"a[]=1&a[]=2", {"a": ["1", "2"]}),
        (b"a=2&a[]=3", {"a": ["3"]}),
        (b"a[b]=1&a[]=3", {"a": ["3"]}),
        (b"a[]=1&a[b]=2", {"a": {"b": "2"}}),
    ],
)
def test_last_value_of_contradictory_form_counts(form: bytes, read: dict[str, Any]) -> None:
    assert decoded_body(form, FORM) == read


def test_form_with_too_many_fields_is_refused() -> None:
    with pytest.raises(MispError) as refused:
        decoded_body(b"&".join(b"a=1" for _ in range(10_001)), FORM)
    assert refused.value.status == 400


OF_LISTS = b'{"code":[' + b"[]," * 15_000_000 + b"[]]}"


@pytest.mark.parametrize("limits", BodyLimits)
def test_compressed_body_is_limited_by_expansion_ratio(limits: BodyLimits) -> None:
    bomb = gzip.compress(OF_LISTS)
    request = RequestFactory().generic("POST", "/", bomb, headers={"Content-Encoding": "gzip"})
    with pytest.raises(MispError) as refused:
        plain_body(request, limits)
    assert refused.value.status == 413


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b'{"code":[' + b"[]," * 100_000 + b"[]]}", JSON),
        (b"[" + b"{}," * 100_000 + b"{}]", JSON),
        (b"<e>" + b"<a/>" * 300_000 + b"</e>", "application/xml"),
        (b"&".join([b"a[b]" * 250 + b"=1"] * 1500), FORM),
    ],
)
def test_too_many_values_are_refused_before_parsing(raw: bytes, kind: str) -> None:
    with pytest.raises(MispError) as refused:
        decoded_body(raw, kind)
    assert refused.value.status == 413


def test_commas_and_brackets_inside_text_do_not_count_as_values() -> None:
    text = "a,b,[c]{d}" * 50_000
    assert decoded_body(json.dumps({"value": text}).encode(), JSON) == {"value": text}


def test_well_compressed_event_is_accepted() -> None:
    attribute = {"type": "ip-dst", "category": "Network activity", "value": "198.51.100.7", "to_ids": True}
    event = {
        "Event": {"info": "x", "Attribute": [{**attribute, "uuid": str(uuid4())} for _ in range(20_000)]}
    }
    raw = json.dumps(event, indent=4).encode()
    packed = gzip.compress(raw, 9)
    assert plain(packed, **{"Content-Encoding": "gzip"}) == raw
    assert decoded_body(raw, JSON, len(packed)) == event
