"""Every format's body as written by a MISP 2.5.1 for the same data set (tests/analysis/recorded.py)."""

from __future__ import annotations

import difflib
import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.analysis.recorded import SampleHub, sample_hub
from tests.api.calls import send
from tests.factories import make_key
from vardkase.identity.accounts.models import User

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "formats_recorded.json").read_text("utf-8"))
WRITTEN = (
    "hashes",
    "hosts",
    "kunai",
    "netfilter",
    "openioc",
    "rpz",
    "snort",
    "suricata",
    "xml",
    "yara",
    "yara-json",
)
DIFFERENCES: dict[str, str] = {
    "netfilter of events": "MISP writes an empty line for each event; the addresses are what was meant",
    "netfilter of nothing": "MISP writes null",
    "hosts of events": "MISP writes a line without a name for each event",
    "yara of events": "MISP leaves out what stands in objects",
    "yara-json of events": "MISP leaves out what stands in objects",
    "kunai of events": "MISP answers 500",
    "the tags of a rule": "MISP leaves quotes in them, which neither engine reads",
}
RECORDED_ADDRESS = "http://127.0.0.1:8901"
INSTANCE = "bbbbbbbb-2137-42a1-8290-6430d96492ce"


@pytest.mark.django_db
def test_formats_equal_misps(monkeypatch: pytest.MonkeyPatch) -> None:
    on_stage = sample_hub()
    key = make_key(User.objects.get(pk=on_stage.actors["admin"].user_id))
    wrong = []
    for case in CASES:
        name = case["request"]["returnFormat"]
        if name not in WRITTEN or f"{name} of {case['scope']}" in DIFFERENCES or case["body"] is None:
            continue
        monkeypatch.setattr("vardkase.core.clock.time", SimpleNamespace(time=lambda t=case["t"]: t))
        wrong += _differences(on_stage, key, case)
    assert not wrong, "\n".join(wrong)


def _differences(on_stage: SampleHub, key: str, case: dict[str, Any]) -> list[str]:
    request = on_stage.request(case["request"])
    response = send(key, "POST", f"/{case['scope']}/restSearch", request)
    body = b"".join(response.streaming_content).decode() if response.streaming else response.content.decode()
    recorded = case["body"]
    if not isinstance(recorded, str):
        recorded, body = json.dumps(recorded, indent=1), json.dumps(json.loads(body), indent=1)
    found = difflib.ndiff(_own(on_stage, recorded).splitlines(), _plain(body).splitlines())
    lines = [f"{case['case']}: {line}" for line in found if line[:2] in ("- ", "+ ")]
    if response.headers["Content-Type"] != case["type"]:
        lines.append(f"{case['case']}: {response.headers['Content-Type']}")
    lines += [
        f"{case['case']}: {name} {value} -> {response.headers.get(name)}"
        for name, value in case["headers"].items()
        if name != "content-disposition" and response.headers.get(name) != value
    ]
    return lines


def _own(on_stage: SampleHub, recorded: str) -> str:
    """The recording with this database's ids and without random parts."""
    events, attributes = on_stage.ids["events"], on_stage.ids["attributes"]

    def rule(match: re.Match[str]) -> str:
        number, place = divmod(int(match[1]) - 4_000_000, 10)
        return f"sid:{4_000_000 + attributes[str(number)] * 10 + place};"

    text = re.sub(r"\be(\d\d) \[", lambda match: f"e{events[match[1]]} [", recorded)
    text = re.sub(r"events/view/(\d+)", lambda match: f"events/view/{events[match[1]]}", text)
    text = re.sub(r"MISP e\d+ \[(.*?)\] ", lambda match: match[0].replace('"', "|22|"), text)
    return _plain(re.sub(r"sid:(40\d+);", rule, text))


def _plain(text: str) -> str:
    text = text.replace(RECORDED_ADDRESS, "http://testserver").replace("&quot;", '"')
    text = re.sub(r"<(id|event_id|colour)>[^<]*<", r"<\1><", text)
    text = re.sub(r'(<ioc .* id|<Indicator operator="OR" id|last-modified)="[^"]*"', r"\1", text)
    text = re.sub(r"<authored_date>[^<]*<", "<authored_date><", text)
    text = text.replace("valid as_is", "as_is valid")
    return re.sub(r"\[ORGNAME MISP\] [0-9a-f-]{36}", "SOURCE", text)
