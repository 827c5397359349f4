"""Formats for blocking devices: hashes, hosts files, packet filters, response policy zones, Kunai."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.api.calls import call
from tests.factories.seed import Seed
from tests.formats.exporting import export, make_hostile, make_published
from tests.support.external_programs import run_tool
from vardkase.formats.rpz import trigger
from vardkase.intel.models import Attribute

FORMATS = ("hashes", "hosts", "netfilter", "rpz", "kunai")


def check_zone(zone: str, folder: Path) -> str:
    """The output of named-checkzone for a valid zone."""
    (folder / "rpz.zone").write_text(zone, "utf-8")
    code, said = run_tool("named-checkzone", "rpz.example", str(folder / "rpz.zone"))
    assert code == 0, said
    return said


def test_packet_filter_by_ip_version(seed: Seed) -> None:
    make_published(seed, {"ip-dst": ["192.0.2.1", "2001:db8::/32"], "domain|ip": ["evil.example|192.0.2.2"]})
    assert export(seed.reader.key, "netfilter", netfilter_action="LOGDROP").splitlines() == [
        "iptables -A INPUT -s 192.0.2.1 -j LOGDROP",
        "ip6tables -A INPUT -s 2001:db8::/32 -j LOGDROP",
        "iptables -A INPUT -s 192.0.2.2 -j LOGDROP",
    ]


def test_shell_script_has_only_filter_commands(seed: Seed, tmp_path: Path) -> None:
    make_hostile(seed)
    script = export(seed.reader.key, "netfilter", scope="events")
    stand_ins = 'iptables() { printf "%s\\n" "$*"; }; ip6tables() { printf "%s\\n" "$*"; }\n'
    run = subprocess.run(
        ["/bin/sh", "-eu"], input=stand_ins + script, capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert all(line.endswith("-j DROP") and line.count(" ") == 5 for line in run.stdout.split("\n") if line)


@pytest.mark.parametrize("action", ["DROP; reboot", "$(id)", "a" * 29, "", ["DROP"], "DROP\n"])
def test_action_with_shell_syntax_is_refused(seed: Seed, action: object) -> None:
    sent = {"returnFormat": "netfilter", "netfilter_action": action}
    status, body = call(seed.reader.key, "POST", "/attributes/restSearch", sent) if action else (400, {})
    assert status == 400, body


def test_hosts_file_has_only_valid_names(seed: Seed) -> None:
    make_hostile(seed)
    lines = export(seed.reader.key, "hosts").splitlines()
    assert lines[0].startswith("#")
    assert lines[2:] == ["0.0.0.0 xn--rksmrgs-5wao1o.example", "0.0.0.0 xn--r8jz45g.example"]


def test_zone_is_loaded_by_bind(seed: Seed, tmp_path: Path) -> None:
    make_published(
        seed,
        {
            "ip-dst": ["192.0.2.1", "192.0.2.1", "198.51.100.0/24", "2001:db8::7", "::1"],
            "domain|ip": ["evil.example|192.0.2.2"],
            "hostname": ["_sip.www.evil.example"],
        },
    )
    zone = export(seed.reader.key, "rpz")
    assert "32.1.2.0.192.rpz-ip CNAME .\n24.0.100.51.198.rpz-ip CNAME .\n128.7.zz.db8.2001.rpz-ip" in zone
    assert zone.count("32.1.2.0.192") == 1
    assert "loaded serial" in check_zone(zone, tmp_path)


def test_hostile_values_are_not_in_zone(seed: Seed, tmp_path: Path) -> None:
    make_hostile(seed)
    zone = export(seed.reader.key, "rpz", scope="events")
    check_zone(zone, tmp_path)
    owners = [line.split()[0] for line in zone.splitlines()[4:] if line and not line.startswith(";")]
    assert set(owners) == {
        f"{star}{name}"
        for star in ("", "*.")
        for name in ("xn--rksmrgs-5wao1o.example", "xn--r8jz45g.example")
    }


@pytest.mark.parametrize(
    ("given", "record"),
    [
        ({"policy": "DROP"}, "CNAME rpz-drop."),
        ({"policy": 2}, "CNAME *."),
        ({"policy": "Local-Data", "walled_garden": "192.0.2.80"}, "A 192.0.2.80"),
        ({"policy": "local-data", "walled_garden": "garden.example"}, "CNAME garden.example."),
        ({"policy": "passthru"}, "CNAME rpz-passthru."),
        ({"policy": "no such policy"}, "CNAME ."),
    ],
)
def test_zone_policy_option(seed: Seed, tmp_path: Path, given: dict[str, object], record: str) -> None:
    make_published(seed, {"hostname": ["www.evil.example"]})
    zone = export(seed.reader.key, "rpz", **given)
    check_zone(zone, tmp_path)
    assert f"www.evil.example {record}\n" in zone


@pytest.mark.parametrize(
    "option",
    [
        {"ns": "ns.example.\n$INCLUDE /etc/passwd"},
        {"email": "a b"},
        {"serial": "$date00 ; x"},
        {"serial": "99999999999"},
        {"ttl": "1 IN A 1.2.3.4"},
        {"refresh": ["1h"]},
        {"policy": 3, "walled_garden": "a b"},
        {"minimum_ttl": {"a": 1}},
    ],
)
def test_invalid_zone_option_is_refused(seed: Seed, option: dict[str, object]) -> None:
    status, _ = call(seed.reader.key, "POST", "/attributes/restSearch", {"returnFormat": "rpz", **option})
    assert status == 400


def test_ipv6_triggers() -> None:
    assert trigger("::/0") == "0.zz.rpz-ip"
    assert trigger("::ffff:1.2.3.4/128") == "128.304.102.ffff.zz.rpz-ip"
    assert trigger("2001:db8:0:1:0:0:0:1/128") == "128.1.zz.1.0.db8.2001.rpz-ip"


def test_kunai_output_is_valid_json(seed: Seed) -> None:
    event = make_hostile(seed)
    found = json.loads(export(seed.reader.key, "kunai", scope="events"))
    assert {each["event_uuid"] for each in found} == {str(event.uuid)}
    assert {each["severity"] for each in found} == {5, 7, 10}


@pytest.mark.parametrize("scope", ["attributes", "events"])
@pytest.mark.parametrize("name", FORMATS)
def test_hidden_values_are_not_exported(seed: Seed, name: str, scope: str) -> None:
    values = {"domain|ip": ["evil.example|192.0.2.1"], "domain": ["evil.example"], "md5": ["0" * 32]}
    event = make_published(seed, values)
    Attribute.objects.filter(event=event).update(distribution=4, sharing_group=seed.group)
    exported = export(seed.partner.key, name, scope=scope)
    assert (
        "192.0.2.1" in exported
        or "1.2.0.192" in exported
        or "evil.example" in exported
        or "0" * 32 in exported
    )
    hidden = export(seed.stranger.key, name, scope=scope)
    assert not any(word in hidden for word in ("192.0.2", "2.0.192", "evil.example", "0" * 32))


@pytest.mark.parametrize("name", ["hashes", "hosts", "rpz", "kunai"])
def test_only_published_attributes_for_detection_are_exported(seed: Seed, name: str) -> None:
    event = make_published(seed, {"domain": ["evil.example"], "md5": ["0" * 32]})
    nothing = export(seed.reader.key, name, eventid=event.pk + 1)
    Attribute.objects.filter(event=event).update(to_ids=False)
    assert export(seed.reader.key, name).splitlines()[2:] == nothing.splitlines()[2:]
    assert len(export(seed.reader.key, name, to_ids=[0, 1])) > len(nothing)
