"""Exact lookups: events by value, samples by hash, and the values a peer has not cached yet."""

from __future__ import annotations

import base64
import hashlib
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.calls import answer, call, send
from tests.factories.seed import ApiUser, Seed
from vardkase.core.settings.models import SettingValue
from vardkase.intel.models import Attribute, Event
from vardkase.intel.services.events import add_event

SAMPLE = b"MZ what it does"
MD5 = hashlib.md5(SAMPLE, usedforsecurity=False).hexdigest()


def make(api_user: ApiUser, *attributes: dict[str, Any], distribution: int = 3) -> Event:
    """An event added through the API, so that its values have keys."""
    document = {"info": "One", "distribution": distribution, "Attribute": list(attributes)}
    return Event.objects.get(pk=add_event(api_user.actor, document).event_id)


def value(text: str, kind: str = "domain", **more: Any) -> dict[str, Any]:
    return {"type": kind, "value": text, **more}


def sample(**more: Any) -> dict[str, Any]:
    data = base64.b64encode(SAMPLE).decode()
    return value("evil.exe", "malware-sample", data=data, encrypt=True, **more)


def lookup(key: str | None, *values: Any) -> tuple[int, Any]:
    return call(key, "POST", "/attributes/fastLookup", {"value": list(values), "maxAge": 60})


def test_lookup_finds_events_by_value(seed: Seed) -> None:
    """A and the hub owner look up; B hides one of its attributes, and C a whole event."""
    first = make(seed.analyst, value("Bad.example"), value("192.0.2.7|443", "ip-dst|port"))
    second = make(
        seed.partner,
        value("bad.example"),
        value("hidden.example", distribution=0),
        value("2001:db8:0:0::1", "ip-src"),
    )
    third = make(seed.stranger, value("bad.example"), distribution=0)
    status, found = lookup(
        seed.analyst.key,
        " BAD.example ",
        "192.0.2.7",
        "443",
        "hidden.example",
        "nothing.example",
        "2001:DB8::1",
    )
    assert (status, found) == (
        200,
        {
            " BAD.example ": [str(first.pk), str(second.pk)],
            "192.0.2.7": [str(first.pk)],
            "443": [str(first.pk)],
            "2001:DB8::1": [str(second.pk)],
        },
    )
    assert lookup(seed.partner.key, "hidden.example")[1] == {"hidden.example": [str(second.pk)]}
    assert lookup(seed.site_admin.key, "bad.example")[1]["bad.example"] == [
        str(each.pk) for each in (first, second, third)
    ]
    assert lookup(seed.reader.key, "bad.%", "!bad.example", "192.0.2.0/24")[1] == {}, "no wildcards"
    Attribute.objects.filter(event=first).update(deleted=True)
    assert lookup(seed.analyst.key, "192.0.2.7")[1] == {}


def test_many_values_take_one_query(seed: Seed) -> None:
    make(seed.analyst, *(value(f"n{n}.example") for n in range(300)))
    names = [f"n{n}.example" for n in range(1_000)]
    with CaptureQueriesContext(connection) as seen:
        status, found = lookup(seed.analyst.key, *names)
    assert (status, len(found)) == (200, 300)
    assert len(seen) < 10
    single = call(seed.analyst.key, "POST", "/attributes/fastLookup", {"value": "n7.example"})
    assert list(single[1]) == ["n7.example"]


def test_invalid_lookup_is_refused(seed: Seed) -> None:
    for wrong in ([], ["x"] * 1_001, [""], [None], [{}], {"a": 1}, "x" * 65_536):
        status, body = call(seed.analyst.key, "POST", "/attributes/fastLookup", {"value": wrong})
        assert (status, body["message"].startswith("value: ")) == (400, True), wrong
    assert lookup(None, "x")[0] == 403
    SettingValue.objects.create(name="MISP.fast_lookup_enabled", value=False)
    assert lookup(seed.analyst.key, "x")[0] == 405


def test_lookup_counts_as_search(seed: Seed) -> None:
    role = seed.analyst.user.role
    role.enforce_rate_limit, role.rate_limit_count = True, 1
    role.save()
    assert [lookup(seed.analyst.key, "x")[0] for _ in "ab"] == [200, 429]


def samples(key: str, *segments: object, **body: Any) -> Any:
    path = "/".join(["/attributes/downloadSample", *map(str, segments)])
    return answer(send(key, "POST" if body else "GET", path, body or None))


def test_sample_is_found_by_hash(seed: Seed) -> None:
    event = make(seed.partner, sample(), value("b" * 64, "sha256"))
    stored = event.attributes.get(type="malware-sample")
    (found,) = samples(seed.analyst.key, MD5.upper())["result"]
    archive = found.pop("base64")
    assert found == {
        "md5": MD5,
        "filename": "evil.exe",
        "attribute_id": str(stored.pk),
        "event_id": str(event.pk),
        "event_info": "One",
    }
    with ZipFile(BytesIO(base64.b64decode(archive))) as zipped:
        assert zipped.read(MD5, pwd=b"infected") == SAMPLE
    assert len(samples(seed.analyst.key, request={"hash": MD5})["result"]) == 1
    assert len(samples(seed.analyst.key, MD5, 0, event.pk)["result"]) == 1
    nothing = {"message": "No hits with the given parameters."}
    assert samples(seed.analyst.key, MD5, 0, 999) == nothing
    assert samples(seed.analyst.key, "0" * 32) == nothing
    only = {"message": "Only MD5 hashes can be used to fetch malware samples at this point in time."}
    for other in ("zz", "b" * 64, ""):
        assert samples(seed.analyst.key, other) == only
    assert len(samples(seed.analyst.key, "b" * 64, 1)["result"]) == 1, "all samples beside that hash"
    assert len(samples(seed.analyst.key, hash="", allSamples=1, eventID=event.pk)["result"]) == 1
    Attribute.objects.filter(pk=stored.pk).update(data_sha256=None)
    assert samples(seed.analyst.key, MD5)["result"][0]["base64"] == "", "the file was never stored"


def test_hidden_samples_are_not_found(seed: Seed) -> None:
    closed = make(seed.partner, sample(), distribution=0)
    half = make(
        seed.partner,
        sample(distribution=0),
        value("c" * 32, "md5"),
        value("d" * 64, "sha256", distribution=0),
    )
    nothing = {"message": "No hits with the given parameters."}
    for key in (seed.analyst.key, seed.stranger.key):
        for asked in ((MD5,), (MD5, 1), ("c" * 32, 1), ("d" * 64, 1), (MD5, 0, closed.pk), (MD5, 0, half.pk)):
            assert samples(key, *asked) == nothing, asked
        for event in (closed, half):
            assert samples(key, hash="", allSamples=1, eventID=event.pk) == nothing
    assert len(samples(seed.partner.key, MD5)["result"]) == 2
    assert len(samples(seed.site_admin.key, "d" * 64, 1)["result"]) == 1


def test_instance_cache_lists_new_values(seed: Seed) -> None:
    event = make(seed.analyst, value("a.example"), value("b.example"), value("mine.example", distribution=0))
    make(seed.stranger, value("theirs.example"), distribution=0)
    shown = [f"{hashlib.md5(f'{name}.example'.encode()).hexdigest()},{event.uuid}" for name in "ab"]  # noqa: S324
    answered = send(seed.partner_sync.key, "GET", "/attributes/getInstanceCache/0")
    assert b"".join(answered).decode().split() == shown  # type: ignore[arg-type]
    first, second = event.attributes.order_by("pk")[:2]
    assert answered["X-Last-Id"] == str(second.pk)
    later = send(seed.partner_sync.key, "GET", f"/attributes/getInstanceCache/{first.pk}")
    assert b"".join(later).decode().split() == shown[1:]  # type: ignore[arg-type]
    done = send(seed.partner_sync.key, "GET", f"/attributes/getInstanceCache/{second.pk}")
    assert (b"".join(done).strip(), done["X-Last-Id"]) == (b"", str(second.pk))  # type: ignore[arg-type]
    page = send(seed.partner_sync.key, "GET", "/attributes/getInstanceCache/0/limit:1")
    assert (page["X-Result-Count"], page["X-Last-Id"]) == ("1", str(first.pk))
    for key in (seed.analyst.key, seed.reader.key, None):
        assert call(key, "GET", "/attributes/getInstanceCache/0")[0] == 403
