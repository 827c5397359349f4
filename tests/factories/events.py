"""Event documents as rich as published ones: the demonstration's, with rarer kinds of data added."""

from __future__ import annotations

import base64
import itertools
from typing import Any
from uuid import UUID, uuid5

from vardkase.cli.demo.generator import events

type Document = dict[str, Any]

SIZES = {"small": 6, "medium": 60, "large": 300}
"""Loose attributes of the generated events, by name."""
OBJECTS_ONLY = 12
"""Times four objects in the event without loose attributes."""
SPACE = UUID("5c7b2f0e-9d3a-4c55-8f0e-2d4f0c1f8a11")
HASH = "0123456789abcdef0123456789abcdef01234567"
RARE: tuple[tuple[str, str, str], ...] = (
    ("link", "External analysis", "https://research.example/rapport?id=1&språk=sv#kap-2"),
    ("text", "Other", "Flera rader:\n\tandra raden, \"citat\" och 'apostrof'\nÅÄÖ € 漢字 🦊"),
    ("regkey", "Persistence mechanism", r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run\Updater"),
    (
        "regkey|value",
        "Persistence mechanism",
        r"HKLM\System\CurrentControlSet\Services\svc|C:\Users\Public\svc.exe -k",
    ),
    ("filename|sha1", "Payload installation", f"löneskydd åäö.dll|{HASH}"),
    ("filename", "Artifacts dropped", r"%APPDATA%\Microsoft\Löner\~$note.tmp"),
    ("domain|ip", "Network activity", "panel.login.example|198.51.100.77"),
    ("ip-dst|port", "Network activity", "2001:db8::7:1|8443"),
    ("mutex", "Artifacts dropped", r"Global\{7F3A1C}-sync"),
    ("uri", "Network activity", "/gate.php?id=%41&x=<y>"),
    ("user-agent", "Network activity", "Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1)"),
    ("vulnerability", "External analysis", "CVE-2024-21412"),
    ("threat-actor", "Attribution", "Träskräven"),
    ("other", "Other", "0"),
    ("comment", "Other", "med  två blanksteg inuti"),
)
"""Types that the demonstration does not use, with characters that are easily lost."""
REPORT = """# Händelsen

Angriparen använde `powershell -enc` och en [panel](https://panel.login.example/).

| när | vad |
|---|---|
| 08:14 | första försöket |

@[attribute](%s)"""


def rich_events() -> dict[str, Document]:
    """Documents (``{"Event": …}``) by name; the same ones at every call."""
    made = {name: next(events(number, 1, size)) for number, (name, size) in enumerate(SIZES.items(), 1)}
    made["objects only"] = _of_objects()
    return {name: {"Event": _enriched(name, event)} for name, event in made.items()}


def _of_objects() -> Document:
    first, *others = events(50, OBJECTS_ONLY, 0)
    objects = [*first["Object"], *itertools.chain.from_iterable(other["Object"] for other in others)]
    return first | {"Object": objects}


def _enriched(name: str, event: Document) -> Document:
    timestamp = event["timestamp"]

    def uuid(part: str) -> str:
        return str(uuid5(SPACE, f"{name} {part}"))

    seen = {"first_seen": "2025-11-02T08:14:07.123456+00:00", "last_seen": "2025-12-24T15:00:00+00:00"}
    rare = [
        {"uuid": uuid(f"{kind} {value}"), "type": kind, "category": category, "value": value} | common
        for (kind, category, value), common in zip(RARE, itertools.cycle(_members(seen)), strict=False)
    ]
    rare.append(
        {
            "uuid": uuid("attachment"),
            "type": "attachment",
            "category": "Payload delivery",
            "value": "skärmbild å.txt",
            "data": base64.b64encode(f"En bifogad fil i {name}.\n".encode()).decode(),
        }
    )
    inside = [attribute for thing in event["Object"] for attribute in thing["Attribute"]]
    for attribute in (*event["Attribute"], *rare, *inside):
        attribute.setdefault("timestamp", timestamp)
        attribute.setdefault("distribution", "5")
    for reference in (each for thing in event["Object"] for each in thing.get("ObjectReference", ())):
        reference.update(
            uuid=uuid(reference["object_uuid"] + reference["referenced_uuid"]), timestamp=timestamp
        )
    for thing in event["Object"][::3]:
        thing.update(comment="Sett i två län", distribution="3", **seen)
    loose = event["Attribute"] if name == "objects only" else [*event["Attribute"], *rare]
    reports = [
        {"uuid": uuid(f"report {title}"), "name": title, "content": text, "timestamp": timestamp}
        | {"distribution": "5"}
        for title, text in (("Sammanfattning", REPORT % uuid("attachment")), ("Tom", ""))
    ]
    return event | {"Attribute": loose, "EventReport": reports}


def _members(seen: dict[str, str]) -> tuple[dict[str, Any], ...]:
    """The further members of attributes, in turn."""
    return (
        {"to_ids": True, "comment": "Från loggen, kl. 08:14", **seen},
        {"to_ids": False, "disable_correlation": True},
        {"to_ids": False, "distribution": "3", "Tag": [{"name": "tlp:green"}, {"name": "verifierad"}]},
        {"to_ids": True, "first_seen": seen["first_seen"]},
    )
