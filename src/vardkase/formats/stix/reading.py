"""Converts STIX to one MISP event, inside a sandbox process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import NamedTemporaryFile
from typing import Any

from misp_stix_converter.tools import (
    STIXLoadingError,
    get_stix1_parser,
    get_stix2_parser,
    is_stix1_from_misp,
    is_stix2_from_misp,
    load_stix1_package,
    load_stix2_content,
)
from stix2 import parse
from stix2.exceptions import STIXError

from vardkase.core.errors import Invalid
from vardkase.core.problems import CommonProblem, Problem
from vardkase.core.sandbox.program import Answerer
from vardkase.formats.problems import ImportProblem
from vardkase.formats.stix.patterns import validate_by_shape

UNREADABLE = (STIXLoadingError, STIXError, ValueError, KeyError, TypeError, AttributeError, RecursionError)
"""What the libraries raise for a malformed document."""
NOBODY = "55f6ea65-aa10-4c5a-bf01-4f84950d210f"
"""The organisation that misp-stix gives to clusters of an unknown creator."""


def read_stix1(*, galaxies_as_tags: bool) -> Answerer:
    def read(document: bytes) -> Iterator[bytes]:
        # The library reads STIX 1 from a file name only.
        with _refusing_unreadable(), NamedTemporaryFile(suffix=".xml") as file:
            file.write(document)
            file.flush()
            package = load_stix1_package(file.name)
            chosen = get_stix1_parser(is_stix1_from_misp(package), **_options(galaxies_as_tags))
            parser = chosen[0]()
            parser.load_stix_package(package)
            parser.parse_stix_package(**chosen[1])
            yield _result(parser, f"STIX {package.version.removesuffix('.1') if package.version else 1}")

    return read


def read_stix2(*, galaxies_as_tags: bool) -> Answerer:
    def read(document: bytes) -> Iterator[bytes]:
        with _refusing_unreadable():
            validate_by_shape()
            bundle = load_stix2_content(document.decode())
            chosen = get_stix2_parser(is_stix2_from_misp(bundle.objects), **_options(galaxies_as_tags))
            parser = chosen[0]()
            parser.load_stix_bundle(bundle)
            parser.parse_stix_bundle(**chosen[1])
            yield _result(parser, getattr(bundle, "spec_version", "2.1"))

    return read


def check_stix2() -> Answerer:
    """A job that reports for each object of a JSON list why it is not valid STIX 2.1: null for valid ones."""

    def check(document: bytes) -> Iterator[bytes]:
        validate_by_shape()
        yield json.dumps([_fault(stix_object) for stix_object in json.loads(document)]).encode()

    return check


def _fault(stix_object: Any) -> dict[str, Any] | None:
    try:
        # Custom properties (x_misp_…) are where exports of MISP put what STIX has no place for.
        parse(stix_object, allow_custom=True, interoperability=True, version="2.1")
    except UNREADABLE as error:
        return _problem(error, longest=500).as_json()
    return None


def _options(galaxies_as_tags: bool) -> dict[str, Any]:
    return {
        "distribution": 0,
        "sharing_group_id": None,
        "title": None,
        "producer": None,
        "force_contextual_data": False,
        "galaxies_as_tags": galaxies_as_tags,
        # Otherwise a bundle of several reports becomes as many events.
        "single_event": True,
        "organisation_uuid": NOBODY,
        "cluster_distribution": 0,
        "cluster_sharing_group_id": None,
    }


def _result(parser: Any, version: str) -> bytes:
    return f'{{"format": {json.dumps(version)}, "event": {parser.misp_event.to_json()}}}'.encode()


@contextmanager
def _refusing_unreadable() -> Iterator[None]:
    try:
        yield
    except UNREADABLE as error:
        raise Invalid(_problem(error, longest=1_000)) from error


def _problem(error: Exception, *, longest: int) -> Problem:
    reason = str(error)[:longest]
    match error:
        case json.JSONDecodeError():
            return ImportProblem.NOT_JSON(reason=reason)
        case UnicodeError():
            return ImportProblem.NOT_UTF8()
        case RecursionError():
            return ImportProblem.NESTED_TOO_DEEPLY()
        case KeyError() | TypeError() | AttributeError():
            return ImportProblem.BAD_STIX_PART(reason=reason)
    if reason:
        return CommonProblem.NOT_ACCEPTED(reason=reason)
    return ImportProblem.NOT_STIX(error=type(error).__name__)
