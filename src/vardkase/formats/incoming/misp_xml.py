"""Converts MISP XML to MISP JSON, the reverse of `formats.xml`. Runs inside a sandbox process."""

from __future__ import annotations

from typing import Any

from vardkase.formats.incoming.xml_elements import Element, root_of

LISTS = frozenset(
    (
        "Attribute", "AttributeTag", "CryptographicKey", "EventReport", "EventTag", "Galaxy", "GalaxyCluster",
        "GalaxyElement", "Note", "Object", "ObjectReference", "Opinion", "RelatedAttribute", "RelatedEvent",
        "Relationship", "ShadowAttribute", "SharingGroupOrg", "SharingGroupServer", "Sighting", "Tag",
    )
)  # fmt: skip
"""What MISP JSON has as a list even when there is one; an empty element stands for none."""


def data_of(element: Element) -> Any:
    """The content of an element: a text, or its members, with repeated ones as a list. All values are texts."""
    if not element.children:
        return element.text
    members: dict[str, Any] = {}
    for child in element.children:
        value = data_of(child)
        if child.name in LISTS:
            # XML cannot tell a list of one from a single member; MISP JSON can.
            members.setdefault(child.name, []).extend([value] if value != "" else [])
        elif child.name not in members:
            members[child.name] = value
        elif isinstance(members[child.name], list):
            members[child.name].append(value)
        else:
            members[child.name] = [members[child.name], value]
    return members


def read_body(document: bytes) -> dict[str, Any]:
    """An XML request body, under the name of its root; raises Invalid."""
    root = root_of(document)
    return {root.name: data_of(root)}
