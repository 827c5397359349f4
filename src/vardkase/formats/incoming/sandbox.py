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
from vardkase.core.errors import Invalid
from vardkase.core.json_limits import MAX_DEPTH, apparent_depth, holds_nul
from vardkase.formats.incoming.xml_elements import Element, root_of
from vardkase.formats.problems import ImportProblem

BOUNDS = ArchiveLimits()
REPORTS = ("Analysis/analysis.xml", "Analysis/analysis.json")
SAMPLE = "sample"
WRITTEN = re.compile(r"Analysis/proc_\d+/modified_files/([0-9a-f]{32})\.[^/]*", re.IGNORECASE)
NAMES = re.compile(r"Analysis/proc_\d+/modified_files/mapping\.log")
CAPTURE = re.compile(r"(?:.*/)?([^/]+\.pcap)", re.IGNORECASE)
FILES = ("stored_created_file", "stored_modified_file")
ADDRESSES = re.compile(r"[;,\s]+")

type Document = dict[str, Any]


def read_sandbox(document: bytes) -> Iterator[bytes]:
    """Each attribute as JSON, without duplicates; raises Invalid."""
    files = dict(members(document, BOUNDS))
    seen: set[tuple[str, ...]] = set()
    for attribute in _attributes(files):
        if (key := (attribute["type"], attribute["value"], attribute.get("data", ""))) not in seen:
            seen.add(key)
            yield msgspec.json.encode(attribute)


def _attributes(files: dict[str, bytes]) -> Iterator[Document]:
    path = next((path for path in REPORTS if path in files), None)
    if path is None:
        raise Invalid(ImportProblem.NO_ANALYSIS(xml=REPORTS[0], json=REPORTS[1]))
    report = _report(path, files[path])
    yield _file("attachment", path.rpartition("/")[2], files[path], "External analysis", to_ids=False)
    if (name := _name(report.attributes.get("filename", ""))) and (sample := files.get(SAMPLE)):
        yield _file("malware-sample", name, sample, "Payload delivery")
    yield from _written_files(files)
    for process in report.walk("process"):
        yield from _connections(process)
        yield from _contacts_by_name(process)
        yield from _registry_values(process)
        yield from _file_names(process)


def _report(path: str, content: bytes) -> Element:
    """The analysis; in its JSON, ``@name`` is an XML attribute and a list a repeated element."""
    if path.endswith(".xml"):
        return root_of(content)
    if holds_nul(content) or apparent_depth(content) > MAX_DEPTH:
        raise Invalid(ImportProblem.ANALYSIS_TOO_DEEP())
    try:
        decoded = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid(ImportProblem.ANALYSIS_NOT_JSON(reason=str(error))) from error
    analysis = decoded.get("analysis") if isinstance(decoded, dict) else None
    return _element("analysis", analysis if isinstance(analysis, dict) else {})


def _element(name: str, members: dict[str, Any]) -> Element:
    element = Element(name, {})
    for key, value in members.items():
        if key.startswith("@"):
            element.attributes[key[1:]] = str(value if value is not None else "")
            continue
        items = value if isinstance(value, list) else [value]
        element.children += [_element(key, item) for item in items if isinstance(item, dict)]
    return element


def _written_files(files: dict[str, bytes]) -> Iterator[Document]:
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


def _connections(process: Element) -> Iterator[Document]:
    for connection in process.walk("connection"):
        named = connection.child("name_to_ip")
        if named:
            yield from _contacts(
                named.attributes.get("request_name"), named.attributes.get("result_addresses")
            )
        yield from _contacts(
            connection.attributes.get("remote_hostname"), connection.attributes.get("remote_ip")
        )
        for command in connection.walk("http_command"):
            url = command.attributes.get("url", "")
            if url not in ("", "/"):
                kind = "url" if "://" in url else "uri"
                yield _attribute(kind, url, "Network activity", command.attributes.get("method", ""))
        for header in connection.walk("http_header"):
            name, _, value = header.attributes.get("header", "").partition(":")
            if name.lower() == "user-agent" and value.strip():
                yield _attribute("user-agent", value.strip(), "Network activity")


def _contacts_by_name(process: Element) -> Iterator[Document]:
    for query in process.walk("dns_request_by_name"):
        yield from _contacts(query.attributes.get("request_name"), query.attributes.get("result_addresses"))
    for connection in process.walk("connect_to_computer"):
        port = connection.attributes.get("remote_port", "")
        yield from _contacts(
            connection.attributes.get("remote_hostname"), connection.attributes.get("remote_ip"), port
        )


def _contacts(name: str | None, addresses: str | None, port: str = "") -> Iterator[Document]:
    host = (name or "").strip().rstrip(".")
    # A connection made by address has the address as its host name, too.
    host = "" if _is_address(host) else host
    real = [address for address in ADDRESSES.split(addresses or "") if _is_address(address)]
    tail = f"|{port}" if port.isdecimal() else ""
    if host and real:
        yield from (_attribute("domain|ip", f"{host}|{address}", "Network activity") for address in real)
    elif host:
        yield _attribute("hostname|port" if tail else "hostname", host + tail, "Network activity")
    else:
        kind = "ip-dst|port" if tail else "ip-dst"
        yield from (_attribute(kind, address + tail, "Network activity") for address in real)


def _is_address(text: str) -> bool:
    try:
        return not (address := ip_address(text)).is_unspecified and not address.is_loopback
    except ValueError:
        return False


def _registry_values(process: Element) -> Iterator[Document]:
    for change in process.walk("set_value"):
        key, name, data = (change.attributes.get(part, "") for part in ("key_name", "value_name", "data"))
        if not key:
            continue
        path, data = f"{key}\\{name}", data.replace("(UNICODE_0x00000000)", "")
        comment = change.attributes.get("data_type", "")
        if data:
            yield _attribute("regkey|value", f"{path}|{data}", "Persistence mechanism", comment)
        else:
            yield _attribute("regkey", path, "Persistence mechanism", comment)


def _file_names(process: Element) -> Iterator[Document]:
    for kind in FILES:
        for stored in process.walk(kind):
            name, digest = stored.attributes.get("filename", ""), stored.attributes.get("md5", "")
            if not name:
                continue
            # The MD5 of an empty file is the same everywhere.
            if digest and stored.attributes.get("filesize") != "0":
                yield _attribute("filename|md5", f"{name}|{digest}", "Artifacts dropped")
            else:
                yield _attribute("filename", name, "Artifacts dropped")


def _attribute(type: str, value: str, category: str, comment: str = "") -> Document:
    return {"type": type, "value": value, "category": category, "comment": comment}


def _file(type: str, name: str, content: bytes, category: str, *, to_ids: bool = True) -> Document:
    data = base64.b64encode(content).decode()
    return {**_attribute(type, name, category), "data": data, "encrypt": to_ids, "to_ids": to_ids}


def _name(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2].strip()
