"""Archives of the ThreatAnalyzer (GFI) sandbox, as attributes. Runs inside a sandbox process.

It holds ``Analysis/analysis.xml`` (or ``.json``), the ``sample``, and for each process what it wrote, in
``Analysis/proc_N/modified_files/`` under its MD5 with the real names in ``mapping.log``.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

import msgspec

from vardkase.core.archives import ArchiveLimits, members
from vardkase.core.json_limits import MAX_DEPTH, apparent_depth, holds_nul
from vardkase.core.sandbox.program import Refused
from vardkase.formats.faults import ImportFault
from vardkase.formats.incoming.xml_elements import Element, root_of

BOUNDS = ArchiveLimits()
REPORTS = ("Analysis/analysis.xml", "Analysis/analysis.json")
SAMPLE = "sample"
WRITTEN = re.compile(r"Analysis/proc_\d+/modified_files/([0-9a-f]{32})\.[^/]*", re.IGNORECASE)
NAMES = re.compile(r"Analysis/proc_\d+/modified_files/mapping\.log")
CAPTURE = re.compile(r"(?:.*/)?([^/]+\.pcap)", re.IGNORECASE)
FILES = ("stored_created_file", "stored_modified_file")
ADDRESSES = re.compile(r"[;,\s]+")

type Found = dict[str, Any]


def read_sandbox(document: bytes) -> Iterator[bytes]:
    """Each attribute as JSON, without duplicates; raises Refused."""
    try:
        files = dict(members(document, BOUNDS))
    except ValueError as error:
        raise Refused(ImportFault.NOT_ACCEPTED, reason=str(error)) from error
    told: set[tuple[str, ...]] = set()
    for found in _attributes(files):
        if (key := (found["type"], found["value"], found.get("data", ""))) not in told:
            told.add(key)
            yield msgspec.json.encode(found)


def _attributes(files: dict[str, bytes]) -> Iterator[Found]:
    path = next((path for path in REPORTS if path in files), None)
    if path is None:
        raise Refused(ImportFault.NO_ANALYSIS, xml=REPORTS[0], json=REPORTS[1])
    report = _report(path, files[path])
    yield _file("attachment", path.rpartition("/")[2], files[path], "External analysis", to_ids=False)
    if name := _name(report.attributes.get("filename", "")):
        yield from (
            _file("malware-sample", name, content, "Payload delivery") for content in _of(files, SAMPLE)
        )
    yield from _written(files)
    for process in report.walk("process"):
        yield from _connections(process)
        yield from _requests(process)
        yield from _registry(process)
        yield from _names_of_files(process)


def _of(files: dict[str, bytes], path: str) -> Iterator[bytes]:
    if content := files.get(path):
        yield content


def _report(path: str, content: bytes) -> Element:
    """The analysis; in its JSON, ``@name`` is an XML attribute and a list a repeated element."""
    if path.endswith(".xml"):
        return root_of(content)
    if holds_nul(content) or apparent_depth(content) > MAX_DEPTH:
        raise Refused(ImportFault.ANALYSIS_TOO_DEEP)
    try:
        decoded = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused(ImportFault.ANALYSIS_NOT_JSON, reason=str(error)) from error
    analysis = decoded.get("analysis") if isinstance(decoded, dict) else None
    return _element("analysis", analysis if isinstance(analysis, dict) else {})


def _element(name: str, members: dict[str, Any]) -> Element:
    element = Element(name, {})
    for key, value in members.items():
        if key.startswith("@"):
            element.attributes[key[1:]] = str(value if value is not None else "")
            continue
        inside = value if isinstance(value, list) else [value]
        element.children += [_element(key, each) for each in inside if isinstance(each, dict)]
    return element


def _written(files: dict[str, bytes]) -> Iterator[Found]:
    names: dict[str, str] = {}
    for path, content in files.items():
        if NAMES.fullmatch(path):
            rows = [line.split("|") for line in content.decode(errors="replace").splitlines()]
            names |= {row[2].lower(): _name(row[0]) for row in rows if len(row) in (4, 5)}
    for path, content in files.items():
        if (match := WRITTEN.fullmatch(path)) and content:
            name = names.get(match[1].lower()) or match[1]
            yield _file("malware-sample", name, content, "Artifacts dropped")
        elif match := CAPTURE.fullmatch(path):
            yield _file("attachment", match[1], content, "Network activity", to_ids=False)


def _connections(process: Element) -> Iterator[Found]:
    for connection in process.walk("connection"):
        named = connection.child("name_to_ip")
        if named:
            yield from _reached(
                named.attributes.get("request_name"), named.attributes.get("result_addresses")
            )
        yield from _reached(
            connection.attributes.get("remote_hostname"), connection.attributes.get("remote_ip")
        )
        for command in connection.walk("http_command"):
            url = command.attributes.get("url", "")
            if url not in ("", "/"):
                kind = "url" if "://" in url else "uri"
                yield _told(kind, url, "Network activity", command.attributes.get("method", ""))
        for header in connection.walk("http_header"):
            name, _, value = header.attributes.get("header", "").partition(":")
            if name.lower() == "user-agent" and value.strip():
                yield _told("user-agent", value.strip(), "Network activity")


def _requests(process: Element) -> Iterator[Found]:
    for asked in process.walk("dns_request_by_name"):
        yield from _reached(asked.attributes.get("request_name"), asked.attributes.get("result_addresses"))
    for met in process.walk("connect_to_computer"):
        port = met.attributes.get("remote_port", "")
        yield from _reached(met.attributes.get("remote_hostname"), met.attributes.get("remote_ip"), port)


def _reached(name: str | None, addresses: str | None, port: str = "") -> Iterator[Found]:
    host = (name or "").strip().rstrip(".")
    host = "" if _is_address(host) else host
    real = [each for each in ADDRESSES.split(addresses or "") if _is_address(each)]
    tail = f"|{port}" if port.isdecimal() else ""
    if host and real:
        yield from (_told("domain|ip", f"{host}|{address}", "Network activity") for address in real)
    elif host:
        yield _told("hostname|port" if tail else "hostname", host + tail, "Network activity")
    else:
        kind = "ip-dst|port" if tail else "ip-dst"
        yield from (_told(kind, address + tail, "Network activity") for address in real)


def _is_address(text: str) -> bool:
    try:
        return not (found := ip_address(text)).is_unspecified and not found.is_loopback
    except ValueError:
        return False


def _registry(process: Element) -> Iterator[Found]:
    for written in process.walk("set_value"):
        key, name, data = (written.attributes.get(part, "") for part in ("key_name", "value_name", "data"))
        if not key:
            continue
        path, data = f"{key}\\{name}", data.replace("(UNICODE_0x00000000)", "")
        comment = written.attributes.get("data_type", "")
        if data:
            yield _told("regkey|value", f"{path}|{data}", "Persistence mechanism", comment)
        else:
            yield _told("regkey", path, "Persistence mechanism", comment)


def _names_of_files(process: Element) -> Iterator[Found]:
    for kind in FILES:
        for stored in process.walk(kind):
            name, digest = stored.attributes.get("filename", ""), stored.attributes.get("md5", "")
            if not name:
                continue
            if digest and stored.attributes.get("filesize") != "0":
                yield _told("filename|md5", f"{name}|{digest}", "Artifacts dropped")
            else:
                yield _told("filename", name, "Artifacts dropped")


def _told(type: str, value: str, category: str, comment: str = "") -> Found:
    return {"type": type, "value": value, "category": category, "comment": comment}


def _file(type: str, name: str, content: bytes, category: str, *, to_ids: bool = True) -> Found:
    data = base64.b64encode(content).decode()
    return {**_told(type, name, category), "data": data, "encrypt": to_ids, "to_ids": to_ids}


def _name(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2].strip()
