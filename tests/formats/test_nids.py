"""Suricata and Snort rules, loaded by Suricata itself whatever the values."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.factories import make_attribute, make_object
from tests.factories.seed import Seed
from tests.formats.exporting import export, make_hostile, make_published
from tests.support.external_programs import run_tool
from vardkase.formats.nids.user_rules import taken_over
from vardkase.intel.models import Attribute, AttributeTag, Event
from vardkase.knowledge.taxonomies.models import Tag

CONFIGURATION = "/etc/suricata/suricata.yaml"
RULE = re.compile(r'alert [^"]+ \(msg: "MISP e\d+ \[[^"]*\] [^"]*"; .*\) ')


def loaded(rules: str, folder: Path) -> int:
    """The number of rules that Suricata loads; none may be refused."""
    (folder / "misp.rules").write_text(rules, "utf-8")
    code, said = run_tool(
        "suricata", "-T", "-c", CONFIGURATION, "-S", str(folder / "misp.rules"), "-l", str(folder), "-v"
    )
    assert code == 0, said
    found = re.search(r"(\d+) rules successfully loaded, (\d+) rules failed", said)
    assert found, said
    assert found[2] == "0", said
    return int(found[1])


def rules(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_every_kind_of_rule_is_loaded_by_suricata(seed: Seed, tmp_path: Path) -> None:
    make_published(
        seed,
        {
            "ip-dst": ["192.0.2.1", "198.51.100.0/24", "2001:db8::1"],
            "ip-src|port": ["192.0.2.1|8080", "192.0.2.1|99999"],
            "domain|ip": ["evil.example|192.0.2.2"],
            "hostname": ["www.evil.example"],
            "url": [
                "http://evil.example/a b;\"c\"?d=e", "https://evil.example/x", "http://192.0.2.1:8080/y",
                "https://[2001:db8::1]:8443/", "ssh://192.0.2.1", "ftp://evil.example/", "evil.example/x:y",
            ],
            "user-agent": ["Evil/1.0 (compatible; \"x\")"],
            "email": ["a@evil.example"],
            "email-subject": ["Faktura; förfallen: \"nu\""],
            "email-attachment": ["faktura.docm"],
            "ja3-fingerprint-md5": ["E7D705A3286E19EA42F587B344EE6865"],
            "snort": ['alert tcp any any -> any 80 (msg:"old"; content:"a\\;b"; sid:1; rev:7;)'],
        },
    )  # fmt: skip
    text = export(seed.reader.key, "suricata")
    assert loaded(text, tmp_path) == len(rules(text)) == 23
    assert "# Attribute" in text, "an invalid port is reported"
    sids = [int(number) for number in re.findall(r"sid:(\d+);", text)]
    assert len(sids) == len(set(sids)), "no id twice"


def test_hostile_values_give_valid_suricata_rules(seed: Seed, tmp_path: Path) -> None:
    make_hostile(seed)
    text = export(seed.reader.key, "suricata", scope="events")
    assert loaded(text, tmp_path) == len(rules(text)) > 100
    assert all(RULE.fullmatch(line) for line in rules(text)), "one rule per line, each generated"


def test_hostile_values_give_one_snort_rule_per_line(seed: Seed) -> None:
    make_hostile(seed)
    text = export(seed.reader.key, "snort")
    assert all(RULE.fullmatch(line) for line in rules(text))
    assert all(line.isascii() for line in text.splitlines())


def test_quotes_in_tag_do_not_end_message(seed: Seed, tmp_path: Path) -> None:
    event = make_published(seed, {"ip-dst": ["192.0.2.1"]})
    tag = Tag.objects.create(name='misp-galaxy:threat-actor="A; B"')
    AttributeTag.objects.create(attribute=event.attributes.get(), event_id=event.pk, tag=tag)
    text = export(seed.reader.key, "suricata")
    assert "[misp-galaxy:threat-actor=|22|A|3b| B|22|] Outgoing To IP: 192.0.2.1" in text
    assert loaded(text, tmp_path) == 1


def test_connection_object_is_one_rule(seed: Seed, tmp_path: Path) -> None:
    event = make_published(seed, {})
    for name, relation in (("network-connection", "layer4-protocol"), ("ddos", "protocol")):
        _connection(event, name, relation)
    text = export(seed.reader.key, "suricata", scope="events", to_ids=[0, 1])
    assert [line.partition(" (")[0] for line in rules(text)] == [
        "alert tcp 192.0.2.1 any -> 192.0.2.2 443",
        "alert tcp 192.0.2.1 any -> 192.0.2.2 443",
    ]
    assert loaded(text, tmp_path) == 2
    assert len(rules(export(seed.reader.key, "suricata"))) == 4, "attributes are exported separately"


def _connection(event: Event, name: str, relation: str) -> None:
    whole = make_object(event, name=name)
    whole.save()
    parts = (("ip-src", "ip-src", "192.0.2.1"), ("ip-dst", "ip-dst", "192.0.2.2"), ("port", "dst-port", "443"),
             ("text", relation, "TCP"))  # fmt: skip
    for kind, place, value in parts:
        make_attribute(
            event, object=whole, type=kind, object_relation=place, value1=value, to_ids=kind.startswith("ip")
        ).save()


@pytest.mark.parametrize(
    "text",
    [
        "alert",
        "pass ip any any -> any any (sid:1;)",
        'alert ip any any -> any any (msg:"a"; sid:1;) alert ip any any -> any any (sid:2;)',
        'alert ip any any -> any any (msg:"a; sid:1;)',
        'alert ip any any -> any any (msg:"a"; sid:1; sid:2;)',
        'alert ip any any -> any any (sid:1; ") ; x',
        "alert ip any any -> any any ()",
        "# alert ip any any -> any any (sid:1;)",
    ],
)
def test_invalid_rule_attribute_is_not_exported(text: str) -> None:
    assert taken_over(text, "MISP ", 7, "x") is None


def test_rule_attribute_is_on_one_line_with_own_sid() -> None:
    text = 'alert tcp any any ->\n any 80 (msg:"a \\"b\\""; content:"c\\;"; sid:1; reference:cve,1; nocase;)'
    assert taken_over(text, "MISP e1 [] ", 7, "u") == (
        'alert tcp any any -> any 80 (msg: "MISP e1 [] a |5c||22|b|5c||22|"; content:"c\\;"; sid:7; '
        "reference:url,u; nocase; rev:1;classtype:trojan-activity;)"
    )


@pytest.mark.parametrize("name", ["suricata", "snort"])
def test_hidden_attributes_give_no_rules(seed: Seed, name: str) -> None:
    event = make_published(seed, {"ip-dst": ["192.0.2.1"], "url": ["http://evil.example/"]})
    Attribute.objects.filter(event=event).update(distribution=0)
    assert len(rules(export(seed.reader.key, name, scope="events"))) == 2
    assert not rules(export(seed.partner.key, name, scope="events"))
    assert not rules(export(seed.partner.key, name))


def test_sids_start_at_users_setting(seed: Seed) -> None:
    event = make_published(seed, {"ip-dst": ["192.0.2.1"]})
    seed.reader.user.nids_sid = 9_000_000
    seed.reader.user.save()
    number = 9_000_000 + event.attributes.get().pk * 10 + 1
    assert f"sid:{number}; rev:1; priority:4; " in export(seed.reader.key, "suricata")
