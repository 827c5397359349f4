"""Case by case what a real MISP stored or refused: Vårdkase must store the same value or give the same message.

`recorded/*.jsonl` hold one request each with what MISP stored (`stored`) or its errors by field (`refused`;
null where MISP itself failed). `recorded/differences.json` lists the cases where we deliberately differ, and
why.
"""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from vardkase.misp.attribute import parse_attribute
from vardkase.misp.distribution import Distribution
from vardkase.misp.event import parse_event
from vardkase.misp.faults import Errors
from vardkase.misp.time import render_seen

RECORDED = Path(__file__).parent / "recorded"
WHEN_RECORDED = 1_795_564_922
DIFFERENCES: dict[str, str] = json.loads((RECORDED / "differences.json").read_text())


def cases(name: str) -> list[Any]:
    lines = (RECORDED / f"{name}.jsonl").read_text().splitlines()
    return [pytest.param(case, id=case["case"]) for case in map(json.loads, lines)]


def worded(errors: Errors) -> dict[str, list[str]]:
    return {field: [str(each) for each in refusals] for field, refusals in errors.items()}


def stored_attribute(sent: dict[str, Any]) -> dict[str, Any]:
    """The attribute as MISP shows it after storing, or its errors."""
    parsed = parse_attribute(
        sent, SimpleNamespace, now=WHEN_RECORDED, default_distribution=Distribution.INHERIT
    )
    if not isinstance(parsed, SimpleNamespace):
        return {"errors": worded(parsed)}
    return {
        "type": parsed.type,
        "category": parsed.category,
        "value1": parsed.value1,
        "value2": parsed.value2 or "",
        "to_ids": parsed.to_ids,
        "distribution": str(int(parsed.distribution)),
        "comment": parsed.comment,
        "deleted": parsed.deleted,
        "disable_correlation": parsed.disable_correlation,
        "first_seen": None if parsed.first_seen is None else render_seen(parsed.first_seen),
        "last_seen": None if parsed.last_seen is None else render_seen(parsed.last_seen),
        "object_relation": parsed.object_relation,
        "uuid": parsed.uuid,
        "timestamp": str(parsed.timestamp),
    }


def stored_event(sent: dict[str, Any]) -> dict[str, Any]:
    parsed = parse_event(sent, now=WHEN_RECORDED)
    if isinstance(parsed, dict):
        return {"errors": worded(parsed)}
    return {
        "info": parsed.info,
        "date": None if parsed.date is None else parsed.date.isoformat(),
        "threat_level_id": None if parsed.threat_level_id is None else str(parsed.threat_level_id),
        "analysis": None if parsed.analysis is None else str(parsed.analysis),
        "distribution": None if parsed.distribution is None else str(parsed.distribution),
        "extends_uuid": parsed.extends_uuid or "",
        "disable_correlation": parsed.disable_correlation,
    }


def agrees(case: dict[str, Any], ours: dict[str, Any]) -> bool:
    if "stored" not in case:
        return case["refused"] is None or ours.get("errors") == case["refused"]
    if "errors" in ours:
        return False
    # Missing members of a header get their defaults when stored, in a layer above.
    return all(
        ours[name] == value or (ours[name] is None and case["sent"].get(name) in (None, ""))
        for name, value in case["stored"].items()
    )


def check(case: dict[str, Any], ours: dict[str, Any]) -> None:
    if case["case"] in DIFFERENCES:
        assert not agrees(case, ours), "no longer differs: remove it from differences.json"
    else:
        assert agrees(case, ours), (
            f"sent {case['sent']}\nMISP {case.get('stored', case.get('refused'))}\nours {ours}"
        )


@pytest.mark.parametrize("case", cases("attributes"))
def test_attribute_matches_the_recording(case: dict[str, Any]) -> None:
    check(case, stored_attribute(case["sent"]))


@pytest.mark.parametrize("case", cases("events"))
def test_event_header_matches_the_recording(case: dict[str, Any]) -> None:
    check(case, stored_event(case["sent"]))


def test_every_difference_is_a_recorded_case() -> None:
    known = {param.id for name in ("attributes", "events") for param in cases(name)}
    assert set(DIFFERENCES) <= known
    assert all(len(reason) > 20 for reason in DIFFERENCES.values())
