"""Known vulnerabilities of the components, asked of a service that speaks OSV's interface. Only if it is named:
the question tells that service which versions the hub runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import batched
from typing import Any

import msgspec

from vardkase.core.problems import Problem
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.http import RequestPolicy, fetch
from vardkase.hub.assurance.components import Package

QUERY = "/v1/querybatch"
AT_ONCE = 500
"""The service takes 1,000 in one question."""
OK = 200
POLICY = RequestPolicy(timeout=30, seconds=120, limit=16 * 1024 * 1024, redirects=0)


class _Vulnerability(msgspec.Struct):
    id: str


class _Result(msgspec.Struct):
    vulns: list[_Vulnerability] = []
    next_page_token: str = ""


class _Answer(msgspec.Struct):
    results: list[_Result]


@dataclass(frozen=True, slots=True)
class Advisories:
    """`found`: package URL → ids. Empty also when nothing was checked: see `checked`."""

    source: str = ""
    fault: str | Problem = ""
    count: int = 0
    """How many packages were asked for."""
    found: dict[str, list[str]] = field(default_factory=dict)

    @property
    def checked(self) -> bool:
        return bool(self.source) and not self.fault


def known_vulnerabilities(packages: Sequence[Package], source: str) -> Advisories:
    """What `source` (its address, such as https://api.osv.dev) knows of the Python and npm packages.

    Debian packages are left out: their distributor says in its own tracker which version mends what. A failure anywhere
    or an answer that goes on elsewhere means that nothing was checked.
    """
    if not source:
        return Advisories()
    asked = [each for each in packages if each.ecosystem != "deb"]
    found: dict[str, list[str]] = {}
    for some in batched(asked, AT_ONCE):
        try:
            results = _ask(source, some)
        except OutgoingFailed as failed:
            return Advisories(source, failed.problem or str(failed))
        except (msgspec.MsgspecError, ValueError) as failed:
            return Advisories(source, str(failed))
        for package, result in zip(some, results, strict=True):
            if result.vulns:
                found[str(package.url)] = [each.id for each in result.vulns]
    return Advisories(source, count=len(asked), found=found)


def _ask(source: str, packages: Sequence[Package]) -> list[_Result]:
    queries: list[dict[str, Any]] = [{"package": {"purl": str(each.url)}} for each in packages]
    reply = fetch(
        "POST",
        source.rstrip("/") + QUERY,
        headers={"Content-Type": "application/json"},
        body=msgspec.json.encode({"queries": queries}),
        policy=POLICY,
    )
    if reply.status != OK:
        raise ValueError(f"HTTP {reply.status}")
    results = msgspec.json.decode(reply.content, type=_Answer).results
    if any(each.next_page_token for each in results):
        raise ValueError("the answer goes on elsewhere")
    if len(results) != len(packages):
        raise ValueError(f"{len(results)} / {len(packages)}")
    return results
