"""YARA rules, loaded by YARA itself whatever their author wrote."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import plyara.core
import pytest
from plyara import Plyara
from plyara.exceptions import ParseTypeError, ParseValueError

from tests.factories import make_attribute, make_object
from tests.factories.seed import Seed
from tests.formats.exporting import export, make_hostile, make_published
from tests.support.external_programs import run_tool
from vardkase.formats.yara import generated, program
from vardkase.intel.models import Attribute

MD5 = "0cc175b9c0f1b6a831c399e269772661"
"""Of a file containing "a"."""


def scanned(rules: str, folder: Path, content: bytes) -> list[str]:
    """The names of the rules that match this content; YARA must load the rules."""
    (folder / "misp.yara").write_text(rules, "utf-8")
    (folder / "file").write_bytes(content)
    code, said = run_tool("yara", "--no-warnings", str(folder / "misp.yara"), str(folder / "file"))
    assert code == 0, said
    return [line.split()[0] for line in said.splitlines()]


def as_is(seed: Seed, *rules: str) -> list[dict[str, Any]]:
    """What becomes of YARA attributes."""
    make_published(seed, {"yara": list(rules)})
    found: list[dict[str, Any]] = json.loads(export(seed.reader.key, "yara-json"))["as-is"]
    return found


@pytest.mark.parametrize("scope", ["attributes", "events"])
def test_rules_match_their_values(seed: Seed, tmp_path: Path, scope: str) -> None:
    event = make_published(seed, {"domain|ip": ["evil.example|192.0.2.1"], "md5": [MD5.upper()]})
    text = export(seed.reader.key, "yara", scope=scope)
    assert len(scanned(text, tmp_path, b"a")) == 1
    assert len(scanned(text, tmp_path, b"see 192.0.2.1")) == 1
    assert len(scanned(text, tmp_path, "EVIL evil.example".encode("utf-16-le"))) == 1
    assert not scanned(text, tmp_path, b"harmless")
    assert str(event.uuid) in text


def test_event_is_one_rule_including_objects(seed: Seed, tmp_path: Path) -> None:
    event = make_published(seed, {"url": ["http://evil.example/"]})
    file = make_object(event)
    file.save()
    make_attribute(event, object=file, type="md5", value1=MD5, to_ids=True).save()
    text = export(seed.reader.key, "yara", scope="events")
    name = f"MISP_EVENT_{str(event.uuid).replace('-', '_')}_PART1"
    assert scanned(text, tmp_path, b"a") == [name]
    assert scanned(text, tmp_path, b"http://evil.example/") == [name]


def test_large_event_is_split_into_valid_rules(
    seed: Seed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generated, "TOGETHER", 400)
    make_published(
        seed,
        {"domain": [f"host{n}.example" for n in range(500)], "sha256": [f"{n:064x}" for n in range(500)]},
    )
    text = export(seed.reader.key, "yara", scope="events")
    assert text.count("\nrule ") == 3
    assert len(scanned(text, tmp_path, b"host1.example")) >= 1


def test_hostile_values_give_valid_rules(seed: Seed, tmp_path: Path) -> None:
    make_hostile(seed)
    for scope in ("attributes", "events"):
        text = export(seed.reader.key, "yara", scope=scope)
        assert not scanned(text, tmp_path, b"nothing of all that")
        assert text.isascii() or "// " in text


def test_rule_attribute_is_exported_with_origin(seed: Seed, tmp_path: Path) -> None:
    rule = (
        'import "pe"\nrule good : a { meta: author = "me \\"x\\"" strings: $a = "evil" nocase condition: $a }'
    )
    (found,) = as_is(seed, rule)
    assert found["valid"] is True
    assert found["comment"] == "Loaded from source. "
    assert "rule good : a as_is valid" in found["value"]
    assert 'author = "me \\"x\\""' in found["value"]
    assert scanned(export(seed.reader.key, "yara"), tmp_path, b"EVIL") == ["good"]


def test_names_are_unique_and_references_follow(seed: Seed, tmp_path: Path) -> None:
    first = 'rule same { strings: $a = "first" condition: $a }'
    second = (
        'private rule same { strings: $a = "second" condition: $a } rule other { condition: same and true }'
    )
    found = as_is(seed, first, second, "rule MISP_EVENT_x { condition: false }")
    assert [rule["comment"] for rule in found] == [
        "Loaded from source. ", "Loaded from source. Auto-repaired: renamed. ",
        "Loaded from source. Auto-repaired: renamed. ",
    ]  # fmt: skip
    text = export(seed.reader.key, "yara")
    assert scanned(text, tmp_path, b"first") == ["same"]
    assert scanned(text, tmp_path, b"second") == ["other"]


def test_global_rule_does_not_disable_others(seed: Seed, tmp_path: Path) -> None:
    found = as_is(
        seed, "global rule silence { condition: false }", 'rule good { strings: $a = "evil" condition: $a }'
    )
    assert found[0]["comment"] == "Loaded from source. Auto-repaired: no longer global. "
    assert scanned(export(seed.reader.key, "yara"), tmp_path, b"evil") == ["good"]


def test_typographic_quotes_are_repaired(seed: Seed, tmp_path: Path) -> None:
    (found,) = as_is(seed, "Rule good { strings: $a = \u201cevil\u201d condition: $a }")
    assert found["comment"] == "Loaded from source. Auto-repaired: repaired. "
    assert scanned(export(seed.reader.key, "yara"), tmp_path, b"evil") == ["good"]


@pytest.mark.parametrize(
    "text",
    [
        "rule broken {",
        "rule broken { condition: unknown_module.field }",
        'include "/etc/passwd"\nrule a { condition: true }',
        "/* no rule at all */",
        "rule a { condition: true }\nrule a { condition: true }",
        'rule a { strings: $a = /(/ condition: $a }',
        "rule a { condition: " + "(" * 50_000 + "true" + ")" * 50_000 + " }",
        "\n*/ rule all { condition: true } /*",
        "rule broken { // \u2028 rule all { condition: true }\r rule all { condition: true }",
    ],
)  # fmt: skip
def test_invalid_rule_becomes_comment(seed: Seed, tmp_path: Path, text: str) -> None:
    found = as_is(seed, text, 'rule good { strings: $a = "evil" condition: $a }')
    assert [rule["valid"] for rule in found] == [False, True]
    assert found[0]["comment"].startswith("Not valid: ")
    assert found[0]["value"] == text
    exported = export(seed.reader.key, "yara")
    assert scanned(exported, tmp_path, b"evil") == ["good"]
    assert scanned(exported, tmp_path, b"harmless") == []


def test_hidden_attributes_give_no_rules(seed: Seed) -> None:
    make_published(seed, {"yara": ["rule secret { condition: true }"], "md5": [MD5]})
    Attribute.objects.update(distribution=0)
    for scope in ("attributes", "events"):
        assert "secret" in export(seed.reader.key, "yara", scope=scope)
        text = export(seed.partner.key, "yara", scope=scope)
        assert "secret" not in text
        assert MD5 not in text


RULE = 'import "pe"\nprivate rule a : t {\n meta:\n m = "b"\n strings:\n $a = "x" wide\n condition:\n $a or pe.x\n}\n'
CUT_OFF = (
    'rule x { strings: $a = "',
    "rule x { strings: $a = { AA ",
    "rule x { strings: $a = /ab",
    "rule x { condition: ",
    "rule x { /* ",
    "no rule",
)


@pytest.mark.parametrize("before", [RULE, *CUT_OFF])
def test_parser_keeps_no_state_between_rules(before: str) -> None:
    with contextlib.suppress(ParseTypeError, ParseValueError):
        program._parser.rules_of(before)
    assert program._parser.rules_of(RULE) == Plyara().parse_string(RULE)


def test_plyara_builds_its_tables_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each rule would otherwise take 25 ms."""
    built: list[object] = []
    monkeypatch.setattr(plyara.core.yacc, "yacc", lambda **given: built.append(given))
    for _ in range(3):
        program._parser.rules_of(RULE)
    assert not built


def test_rules_over_total_time_are_skipped(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vardkase.formats.yara.export.ALL_SECONDS", 0.0)
    (rule,) = as_is(seed, RULE)
    assert (rule["value"], rule["valid"]) == (RULE, False)
    assert "take too long" in rule["comment"]
