"""STIX import as a MISP event, in a sandbox process."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from vardkase.core import json_limits
from vardkase.core.errors import Invalid
from vardkase.core.optional_parts import OptionalPart
from vardkase.core.problems import problem_from_json
from vardkase.core.sandbox import Limits, ProgramFailed, SandboxPool
from vardkase.formats.problems import ImportProblem

reading = SandboxPool("vardkase.formats.stix.program", Limits(seconds=300), part=OptionalPart.STIX)

DROPPED = ("distribution", "published", "publish_timestamp")
"""Their values are the library's defaults, or concern only the sender's instance."""
UNTITLED = "converted with the MISP-STIX import feature."
"""How the library ends the title of an event whose bundle has none."""
ORIGINAL_FILE = {
    "name": "original-imported-file",
    "meta-category": "file",
    "description": "Object describing the original file used to import data in MISP.",
    "template_uuid": "4cd560e9-2cfe-40a1-9964-7b2e797ecac5",
    "template_version": "2",
}


def read_stix1(content: bytes, *, galaxies_as_tags: bool = True) -> dict[str, Any]:
    return _read("read stix1", content, "uploaded_stix_file.xml", galaxies_as_tags)


def read_stix2(content: bytes, *, galaxies_as_tags: bool = True) -> dict[str, Any]:
    return _read("read stix2", content, "uploaded_stix_file.json", galaxies_as_tags)


def event_of_bundle(content: bytes) -> dict[str, Any]:
    """As `read_stix2`, without the original document among the objects."""
    return _event(_answer({"job": "read stix2", "galaxies_as_tags": True}, content))


def is_untitled(event: Mapping[str, Any]) -> bool:
    return str(event.get("info", "")).endswith(UNTITLED)


def first_created(content: bytes) -> str:
    """The day on which the first object of a bundle was created; empty where none says."""
    objects = json_limits.decoded(content).get("objects", ())
    # A marking of the standard is years older than what it marks, and an identity than what it tells of.
    days = (
        str(each.get("created", ""))[:10]
        for each in objects
        if isinstance(each, dict) and each.get("type") not in ("identity", "marking-definition")
    )
    return min(filter(None, days), default="")


def faults_of_objects(content: bytes) -> list[str]:
    """Why each object of a JSON list is not valid STIX 2.1, "" for valid ones. Raises Invalid, LimitReached.

    In English, for the sender: another machine.
    """
    faults = _answer({"job": "check stix2"}, content)
    return [problem_from_json(fault).wire if fault else "" for fault in faults]


def _read(job: str, content: bytes, name: str, galaxies_as_tags: bool) -> dict[str, Any]:
    answer = _answer({"job": job, "galaxies_as_tags": galaxies_as_tags}, content)
    event = _event(answer)
    original = original_file(name, content, answer["format"])
    return {**event, "Object": [*event.get("Object", ()), original]}


def _answer(job: dict[str, Any], content: bytes) -> Any:
    try:
        with reading.job(job) as process:
            return json_limits.decoded(b"".join(process.ask(content)))
    except ProgramFailed as failed:
        raise Invalid(failed.problem or ImportProblem.NOT_READ(reason="")) from failed


def _event(answer: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in answer["event"].items() if key not in DROPPED}


def original_file(name: str, content: bytes, form: str) -> dict[str, Any]:
    file = {"object_relation": "imported-sample", "type": "attachment", "category": "External analysis",
            "value": name, "data": base64.b64encode(content).decode(), "to_ids": False,
            "disable_correlation": True}  # fmt: skip
    format_name = {"object_relation": "format", "type": "text", "category": "Other", "value": form, "to_ids": False,
            "disable_correlation": True}  # fmt: skip
    return {**ORIGINAL_FILE, "Attribute": [file, format_name]}
