"""Converts MISP JSON to STIX, document by document, inside a sandbox process.

Each document is the answer of a search in MISP JSON; an empty one ends the export. What a document of
events needed is dropped before the next one, except the ids of objects already written.
"""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from misp_stix_converter import (
    MISPtoSTIX1AttributesParser,
    MISPtoSTIX1EventsParser,
    MISPtoSTIX20Parser,
    MISPtoSTIX21Parser,
)
from misp_stix_converter.tools import stix1_framing, write_events
from misp_stix_converter.tools.stix1_framing import NS_DICT, SCHEMALOC_DICT
from mixbox import idgen
from mixbox.namespaces import Namespace
from stix2.serialization import STIXJSONEncoder

from vardkase.formats.stix.patterns import validate_by_shape
from vardkase.formats.stix.tag_equality import compare_by_name

PARSERS = {"2.0": MISPtoSTIX20Parser, "2.1": MISPtoSTIX21Parser}
encoder = STIXJSONEncoder()


class Stix2:
    """One bundle of everything; shared objects such as identities and markings appear once."""

    def __init__(self, version: str) -> None:
        gc.disable()  # Many objects live until the end, and the process ends with the export.
        validate_by_shape()
        compare_by_name()
        self._parser = PARSERS[version]()
        specified = '"spec_version": "2.0", ' if version == "2.0" else ""
        self._before = f'{{"type": "bundle", "id": "bundle--{uuid4()}", {specified}"objects": ['

    def __call__(self, document: bytes) -> Iterator[bytes]:
        if not document:
            yield f"{self._before if self._before != SEPARATOR else ''}]}}".encode()
            return
        self._parser.parse_json_content(document)
        for stix_object in self._parser.fetch_stix_objects:
            yield f"{self._before}{encoder.encode(stix_object)}".encode()
            self._before = SEPARATOR  # The opening of the bundle goes before the first object only.


SEPARATOR = ", "


class Stix2Objects:
    """The STIX 2.1 objects of one event after the other, each event complete in itself."""

    def __init__(self) -> None:
        validate_by_shape()
        compare_by_name()

    def __call__(self, document: bytes) -> Iterator[bytes]:
        # A new parser each time: a used one leaves out the identities and markings that it wrote before.
        parser = MISPtoSTIX21Parser()
        parser.parse_json_content(document)
        for stix_object in parser.fetch_stix_objects:
            yield encoder.encode(stix_object).encode()


class Stix1Events:
    def __init__(self, version: str, form: str, organisation: str, namespace: str) -> None:
        _name_ids(namespace, organisation)
        self._form = form
        self._parser = MISPtoSTIX1EventsParser(organisation, version)
        self._before, self._separator, self._end = stix1_framing(namespace, organisation, form, version)

    def __call__(self, document: bytes) -> Iterator[bytes]:
        if not document:
            yield f"{self._before if self._before != self._separator else ''}{self._end}".encode()
            return
        for event in json.loads(document)["response"]:
            self._parser.parse_misp_event(event)
            content = write_events(self._parser.stix_package, self._form)
            yield f"{self._before}{content}".encode()
            self._before = self._separator


class Stix1Attributes:
    """One package of all attributes. It is written by kind, so nothing can be sent before the end."""

    def __init__(self, version: str, form: str, organisation: str, namespace: str) -> None:
        _name_ids(namespace, organisation)
        self._form = form
        self._namespaces = {namespace: _prefix(organisation), **NS_DICT}
        self._parser = MISPtoSTIX1AttributesParser(organisation, version)
        self._attributes: list[dict[str, Any]] = []

    def __call__(self, document: bytes) -> Iterator[bytes]:
        if document:
            self._attributes += json.loads(document)["response"]["Attribute"]
            return
        self._parser.parse_json_content({"response": {"Attribute": self._attributes}})
        package = self._parser.stix_package
        if self._form == "json":
            yield json.dumps(package.to_dict()).encode()
        else:
            yield package.to_xml(
                auto_namespace=False, ns_dict=self._namespaces, schemaloc_dict=dict(SCHEMALOC_DICT)
            )


def _name_ids(namespace: str, organisation: str) -> None:
    """Set the namespace of the id-generating library, which is global to the process; this process is ours
    alone."""
    idgen.set_id_namespace(Namespace(namespace, _prefix(organisation)))


def _prefix(organisation: str) -> str:
    return re.sub(r"\W+", "", organisation.replace(" ", "_"))
