"""XML documents from the standard library, with prefixes that readers of these formats know."""

from __future__ import annotations

from datetime import datetime
from xml.etree import ElementTree as ET

from django.utils import timezone

from vardkase.core.typeset import printable

METS = "http://www.loc.gov/METS/"
CSIP = "https://DILCIS.eu/XML/METS/CSIPExtensionMETS"
PREMIS = "http://www.loc.gov/premis/v3"
ERMS = "https://DILCIS.eu/XML/ERMS"
XLINK = "http://www.w3.org/1999/xlink"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

for _prefix, _space in (
    ("mets", METS),
    ("csip", CSIP),
    ("premis", PREMIS),
    ("erms", ERMS),
    ("xlink", XLINK),
    ("xsi", XSI),
):
    ET.register_namespace(_prefix, _space)


class Tree:
    """An element of one namespace, to which others of it are added."""

    def __init__(self, space: str, node: ET.Element) -> None:
        self.space, self.node = space, node

    def add(self, name: str, text: str = "", /, attributes: dict[str, str] | None = None) -> Tree:
        """Add an element; names of attributes may name a namespace, as ElementTree writes them: "{space}name"."""
        given = {key: _clean(value) for key, value in (attributes or {}).items()}
        made = ET.SubElement(self.node, f"{{{self.space}}}{name}", given)
        made.text = _clean(text) or None
        return Tree(self.space, made)

    def set(self, name: str, value: str) -> None:
        self.node.set(name, _clean(value))

    def document(self) -> bytes:
        ET.indent(self.node)
        return bytes(ET.tostring(self.node, encoding="utf-8", xml_declaration=True))


def _clean(text: str) -> str:
    # Most control characters cannot stand in XML; nearly all text is free of them.
    return text if text.isprintable() else str(printable(text))


def root(space: str, name: str, schema: str) -> Tree:
    return Tree(space, ET.Element(f"{{{space}}}{name}", {f"{{{XSI}}}schemaLocation": schema}))


def moment(when: datetime) -> str:
    return timezone.localtime(when).isoformat(timespec="seconds")
