"""An event template with one field of every kind, and calls for tests about templates."""

from __future__ import annotations

import copy
from typing import Any

from tests.api.calls import call
from tests.factories.seed import ApiUser

FILE = {"uuid": "688c46fb-5edb-40a3-8273-1af7923e2215", "name": "file", "minimum_version": 1}
DEFINITION: dict[str, Any] = {
    "schema_version": 1,
    "uuid": "0b5f4a0e-59a9-4d0c-8d7a-6b0c2e6c1a01",
    "name": "Phishing",
    "description": "A mail that lures",
    "event_defaults": {
        "info_template": "Phishing from {{field:sender}} by {{user}}",
        "distribution": 1,
        "threat_level_id": 2,
        "analysis": 1,
        "tags": [{"name": "tlp:amber", "locked": True}],
        "galaxy_clusters": [{"galaxy_type": "tool", "value": "Kit"}],
    },
    "structure": [
        {"type": "section", "id": "mail", "label": "The mail", "help": None},
        {"type": "text_block", "id": "hint", "content": "Look into the *headers*."},
        {
            "type": "attribute_field",
            "id": "sender",
            "parent": "mail",
            "label": "Sender",
            "mandatory": True,
            "misp": {"category": "Payload delivery", "type": "email-src"},
        },
        {
            "type": "attribute_field",
            "id": "hosts",
            "label": "Hosts",
            "repeatable": True,
            "misp": {
                "category": "Network activity",
                "type": "hostname",
                "to_ids_default": False,
                "comment_template": "In a mail of {{field:sender}}",
                "default_value": "mail.example",
            },
        },
        {
            "type": "object_field",
            "id": "sample",
            "label": "Sample",
            "repeatable": True,
            "object_template": FILE,
            "relations": [
                {"object_relation": "filename", "mandatory": True},
                {"object_relation": "md5"},
                {"object_relation": "state", "default_value": "Malicious", "hidden": True},
            ],
        },
        {"type": "tag_field", "id": "level", "label": "TLP", "restrict_taxonomies": ["tlp", "pap"]},
        {"type": "galaxy_field", "id": "actor", "label": "Who", "restrict_galaxy_types": ["threat-actor"]},
        {"type": "file_field", "id": "picture", "label": "Picture", "as": "attachment"},
        {"type": "file_field", "id": "binary", "label": "Binary", "as": "malware-sample"},
        {
            "type": "object_reference",
            "id": "sent",
            "from": "sample",
            "to": "sender",
            "relationship_type": "sent-by",
            "comment": None,
        },
    ],
}


def add(api_user: ApiUser, definition: Any = None, **more: Any) -> dict[str, Any]:
    said = {"definition": definition or DEFINITION, **more}
    status, body = call(api_user.key, "POST", "/eventTemplates/add", {"EventTemplate": said})
    assert status == 200, body
    row: dict[str, Any] = body["EventTemplate"]
    return row


def fill(api_user: ApiUser, template: dict[str, Any], **values: Any) -> tuple[int, Any]:
    return call(api_user.key, "POST", f"/event_templates/instantiate/{template['uuid']}", {"values": values})


def with_change(*path: Any, to: Any) -> dict[str, Any]:
    """The definition with another value at one path."""
    changed = copy.deepcopy(DEFINITION)
    here: Any = changed
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = to
    return changed
