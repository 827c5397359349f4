"""Normal forms and validation of values, for all types, compared with PyMISP's own validation."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymisp.tools.attributevalidationtool import AttributeValidationTool

from tests.misp.samples import HOSTILE, SAMPLES
from vardkase.misp.types import COMPOSITE_TYPES, TYPES
from vardkase.misp.values import normalise, split, validate

PYMISP_DIFFERS = {
    "regkey|value": "PyMISP does not ask for two parts; MISP does (recorded).",
    "filename|impfuzzy": "PyMISP has no rule for it.",
    "malware-sample": "The MD5 after the name is lower case with us, as for filename|md5.",
    "mac-address": "PyMISP cuts any text with twelve hexadecimal digits into an address.",
    "mac-eui-64": "PyMISP's pattern accepts no address at all.",
    "boolean": "MISP takes every other text for true (recorded); PyMISP refuses it.",
    "datetime": "PyMISP takes a day of the current month from any small number, and keeps foreign zones.",
}
"""Types judged differently, and why. `SAME_BUT` lists single values."""

SAME_BUT = {
    ("AS", "0"): "0 is no AS number (MISP: between 1 and 4294967295)",
    ("AS", "00"): "the same",
    ("ssh-fingerprint", "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"): "ssh itself writes no padding",
    ("link", "http://x.com/a b"): "PHP's URL filter refuses spaces",
    ("link", "[hxxp://]x.com"): "PyMISP loses the slashes",
    ("url", "[hxxp://]x.com"): "PyMISP loses the slashes",
    ("filename|vhash", "a|b|c"): "three parts are not two",
    ("edge-extension-id", "x\ny"): "PyMISP has no rule for it; chrome-extension-id is one line",
    **{(name, text): "phone numbers: the 00 may stand behind noise" for name in ("phone-number", "prtn",
       "whois-registrant-phone") for text in ("(0)0012", "AA:BB:CC:DD:EE:FF:00:11")},
}  # fmt: skip


def judged(name: str, text: str) -> str | None:
    """The normal form, or None when rejected."""
    value = normalise(name, text)
    return value if validate(name, value) is None else None


def judged_by_pymisp(name: str, text: str) -> str | None:
    try:
        value: Any = AttributeValidationTool.modifyBeforeValidation(name, text)
        verdict = AttributeValidationTool.validate(name, value)
    except (ValueError, TypeError):  # it raises on some samples that are not values of that type
        return None
    accepted = verdict is True or verdict == value
    return str(value) if accepted and not isinstance(value, datetime) else None


def excused(name: str, text: str) -> bool:
    foreign = not text.isascii() and any(c.isdigit() and not c.isascii() for c in text)
    return (
        name in PYMISP_DIFFERS
        or (name, text) in SAME_BUT
        or (name == "telfhash" and text.startswith("f.bin|"))
        or foreign
        or (text == "bücher.example" and name in {"btc", "dash", "xmr"})
    )


@pytest.mark.parametrize("name", TYPES)
def test_agrees_with_pymisp(name: str) -> None:
    wrong = {
        text: (ours, theirs)
        for text in SAMPLES
        if (ours := judged(name, text)) != (theirs := judged_by_pymisp(name, text))
        and not excused(name, text)
    }
    assert wrong == {}


@pytest.mark.parametrize("name", TYPES)
def test_normalisation_is_idempotent(name: str) -> None:
    for text in SAMPLES:
        value = normalise(name, text)
        assert normalise(name, value) == value


@given(st.sampled_from(TYPES), st.text(max_size=60) | st.sampled_from(SAMPLES))
def test_accepted_text_is_stored_completely(name: str, text: str) -> None:
    value = normalise(name, text)
    if validate(name, value) is None:
        assert normalise(name, value) == value
        value1, value2 = split(name, value)
        assert (value2 is None) == (name not in COMPOSITE_TYPES)
        assert value == (value1 if value2 is None else f"{value1}|{value2}")


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:10])
def test_validation_of_any_text_takes_bounded_time(text: str) -> None:
    started = time.process_time()
    for name in TYPES:
        validate(name, normalise(name, text))
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("text", "", "Value cannot be empty."),
        ("text", "\x01\x02", "Value provided consists purely of control characters"),
        ("filename|md5", "a|b|c", "Composite type found but the value not in the composite"),
        ("filename|md5", "a|b", "Checksum has an invalid length or format (expected: filename|32 hex"),
        ("comment", "x" * 65_536, "The entered string is too long and would get truncated."),
        ("comment", "é" * 32_768, "The entered string is too long and would get truncated."),
        ("ip-src", "1.2.3.4/33", "Invalid CIDR notation value found, for IPv4 must be lower or equal 32."),
        ("ip-src", "::/129", "Invalid CIDR notation value found, for IPv6 must be lower or equal 128."),
        ("ip-src", "fe80::1%eth0", "IP address has an invalid format."),
        ("integer", "1.5", "The value has to be an integer value."),
        ("ssh-fingerprint", "x", "SSH fingerprint must be in MD5 or SHA256 format."),
        ("windows-service-name", "a/b", "Invalid format. Only values shorter than 256 characters"),
        ("http-method", "FETCH", "Unknown HTTP method."),
    ],
)
def test_error_messages(name: str, value: str, message: str) -> None:
    found = validate(name, value)
    assert found is not None
    assert str(found).startswith(message)


def test_longest_value_is_accepted() -> None:
    assert validate("comment", "x" * 65_535) is None


def test_listed_exceptions_still_apply() -> None:
    for name in PYMISP_DIFFERS:
        assert any(judged(name, text) != judged_by_pymisp(name, text) for text in SAMPLES), name
    for name, text in SAME_BUT:
        assert text in SAMPLES, text
        assert judged(name, text) != judged_by_pymisp(name, text), (name, text)
