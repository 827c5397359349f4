"""Indicators sent to a SOC by syslog, or as lines."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.api.calls import call
from tests.exchange.servers import certificate, encrypted
from tests.exchange.streams.receivers import syslog_messages, tcp_sink, udp_sink
from tests.factories.seed import Seed
from tests.factories.streams import add_event, play, publish, stream
from tests.support.ports import free_port
from vardkase.audit.services import Target, record
from vardkase.core.errors import Invalid
from vardkase.exchange.errors import AddressRefused, OutgoingFailed
from vardkase.exchange.streams.models import Stream
from vardkase.identity.audit_actions import IdentityAction

HEADER = re.compile(
    rb"<133>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z \S+ vardkase - misp_json \[vardkase@32473 id=\"[^\"]+\"\] (.*)",
    re.DOTALL,
)
ATTRIBUTES = [
    {"type": "ip-src", "value": "203.0.113.7", "to_ids": True, "comment": "a=b | c\\d"},
    {"type": "filename|sha256", "value": f"a.exe|{'ab' * 32}"},
    {"type": "domain", "value": "beacon.example"},
    {"type": "url", "value": "http://beacon.example/a"},
]


def published(seed: Seed, **fields: object) -> str:
    """A published event with indicators; returns its id."""
    return publish(seed.publisher.key, add_event(seed.publisher.key, "A | B", Attribute=ATTRIBUTES, **fields))


def test_cef_is_sent_over_tls_in_frames(seed: Seed, tmp_path: Path) -> None:
    authority = certificate().partition("-----BEGIN PRIVATE")[0]
    with tcp_sink(encrypted(tmp_path)) as sink:
        chosen = stream(
            seed,
            "syslog",
            host="127.0.0.1",
            port=sink.port,
            format="cef",
            authority=authority,
            topics=["misp_json"],
        )
        published(seed)
        play(chosen)
        sink.wait(lambda: len(syslog_messages(bytes(sink.received))) == len(ATTRIBUTES))
        lines = syslog_messages(bytes(sink.received))
    said = [match[1].decode() for line in lines if (match := HEADER.fullmatch(line))]
    assert len(said) == len(ATTRIBUTES)
    address = next(line for line in said if "|ip-src|" in line)
    assert address.startswith("CEF:0|Vardkase|Vardkase|")
    assert "|ip-src|A \\| B|5|" in address
    assert " src=203.0.113.7 " in address
    assert " msg=a\\=b | c\\\\d " in address
    file = next(line for line in said if "|filename\\|sha256|" in line)
    assert f"fname=a.exe fileHash={'ab' * 32} " in file


def test_ecs_is_sent_as_bare_lines_over_tcp(seed: Seed) -> None:
    with tcp_sink() as sink:
        chosen = stream(
            seed, "syslog", host="127.0.0.1", port=sink.port, protocol="tcp", framing="bare", format="ecs"
        )
        call(seed.site_admin.key, "POST", "/tags/add", {"name": "tlp:amber", "colour": "#ffc000"})
        published(seed, Tag=[{"name": "tlp:amber"}])
        play(chosen)
        sink.wait(lambda: sink.received.count(b"\n") == len(ATTRIBUTES))
        found = {
            line["misp"]["attribute"]["type"]: line for line in map(json.loads, sink.received.splitlines())
        }
    indicator = found["url"]["threat"]["indicator"]
    assert indicator["url"]["full"] == "http://beacon.example/a"
    assert indicator["marking"] == {"tlp": "AMBER"}
    assert found["filename|sha256"]["threat"]["indicator"]["file"] == {
        "name": "a.exe",
        "hash": {"sha256": "ab" * 32},
    }
    assert found["domain"]["event"]["kind"] == "enrichment"
    assert found["domain"]["event"]["provider"] == "Organisation A"


def test_cef_is_sent_in_udp_datagrams(seed: Seed) -> None:
    with udp_sink() as sink:
        chosen = stream(seed, "syslog", host="127.0.0.1", port=sink.port, protocol="udp", format="cef")
        published(seed)
        play(chosen)
        sink.wait(lambda: len(sink.datagrams) == len(ATTRIBUTES))
    assert all(HEADER.fullmatch(line) for line in sink.datagrams)


def test_misp_format_over_udp_is_rejected(seed: Seed) -> None:
    with pytest.raises(Invalid) as refused:
        stream(seed, "syslog", host="siem.example", protocol="udp", format="misp")
    assert list(refused.value.errors) == ["format"]


def test_event_of_several_pages_arrives_complete(seed: Seed) -> None:
    many = [{"type": "domain", "value": f"d{number}.example"} for number in range(1500)]
    with tcp_sink() as sink:
        chosen = stream(
            seed, "syslog", host="127.0.0.1", port=sink.port, protocol="tcp", framing="lines", format="cef"
        )
        publish(seed.publisher.key, add_event(seed.publisher.key, Attribute=many))
        play(chosen)
        sink.wait(lambda: sink.received.count(b"\n") == len(many))


def test_untrusted_certificate_is_refused(seed: Seed, tmp_path: Path) -> None:
    with tcp_sink(encrypted(tmp_path)) as sink:
        chosen = stream(seed, "syslog", host="127.0.0.1", port=sink.port, format="cef")
        published(seed)
        with pytest.raises(OutgoingFailed, match=r"certificate|CERTIFICATE"):
            play(chosen)
    assert not sink.received


@pytest.mark.parametrize("protocol", ["tcp", "tls", "udp"])
def test_private_collector_address_is_refused(seed: Seed, settings: Settings, protocol: str) -> None:
    chosen = stream(seed, "syslog", host="127.0.0.1", port=free_port(), protocol=protocol, format="cef")
    published(seed)
    settings.VARDKASE_PRIVATE_NETWORKS = []
    with pytest.raises(AddressRefused):
        play(chosen)


def test_failed_delivery_does_not_advance_the_position(seed: Seed) -> None:
    port = free_port()
    chosen = stream(seed, "syslog", host="127.0.0.1", port=port, protocol="tcp", format="cef")
    published(seed)
    with pytest.raises(OutgoingFailed):
        play(chosen)
    assert chosen.position == 0 or not chosen.last_sent


def test_siem_gets_every_entry_of_the_audit_log_at_least_once(seed: Seed, tmp_path: Path) -> None:
    authority = certificate().partition("-----BEGIN PRIVATE")[0]
    port = free_port()
    given = {"host": "127.0.0.1", "port": port, "authority": authority, "topics": ["misp_json_audit"]}
    chosen = stream(seed, "syslog", format="cef", **given)
    others = stream(seed, "syslog", format="ecs", name="of B", org_id=seed.org_b.pk, **given)
    title = "Pipe | and = \\ sign\nnext"
    record(
        seed.publisher.actor,
        IdentityAction.USER_SIGN_IN_REFUSED,
        Target("user", 7, title=title),
        {"a": "b=c"},
    )
    with pytest.raises(OutgoingFailed):
        play(chosen)
    before = chosen.position
    with tcp_sink(encrypted(tmp_path)) as sink:
        chosen.settings = {**chosen.settings, "port": sink.port}
        chosen.save()
        assert play(chosen) >= 1
        sink.wait(lambda: b"sign_in_refused" in sink.received)
        reached = chosen.position
        assert reached > before
        assert play(chosen) == 0
        # Who dies after sending and before noting it sends again, under the same id.
        Stream.objects.filter(pk=chosen.pk).update(position=before)
        play(chosen)
        sink.wait(lambda: sink.received.count(b"act=user.sign_in_refused") == 2)
        lines = [line for line in syslog_messages(bytes(sink.received)) if b"sign_in_refused" in line]
        assert len(lines) == 2
        first, second = (line.partition(b"misp_json_audit ")[2] for line in lines)
        assert first == second
        text = first.decode()
        assert re.match(
            r'\[vardkase@32473 id="[^"]+"] CEF:0\|Vardkase\|Vardkase\|[^|]+\|user.sign_in_refused\|.*\|7\|',
            text,
        )
        assert f"suser={seed.publisher.user.email}" in text
        assert "msg=Pipe | and \\= \\\\ sign\\nnext" in text
        assert 'cs4={"a": "b\\=c"}' in text
        # Of another organisation's entries a stream of B tells nothing.
        others.settings = {**others.settings, "port": sink.port}
        others.save()
        play(others)
        assert sink.received.count(b"vardkase.audit") == 0
        record(seed.partner.actor, IdentityAction.USER_EDITED, Target("user", 7, title="B"), {"a": 1})
        play(others)
        sink.wait(lambda: b"vardkase.audit" in sink.received)
    document = json.loads(syslog_messages(bytes(sink.received))[-1].partition(b"] ")[2])
    assert document["event"]["action"] == "user.edited"
    assert document["organization"]["id"] == str(seed.org_b.pk)
    assert document["vardkase"]["change"] == {"a": 1}
