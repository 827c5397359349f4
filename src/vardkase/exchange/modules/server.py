"""Client of the module server: lists its modules and queries one.

The operator sets its address before the start (VARDKASE_MODULES_URL), so it may be on this machine.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import Enum
from typing import Any
from urllib.parse import urlsplit

import msgspec
from django.conf import settings

from vardkase.core.json_limits import MAX_DEPTH, apparent_depth, depth
from vardkase.core.problems import CommonProblem
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.http import MEBIBYTE, Method, Reply, RequestPolicy, fetch
from vardkase.exchange.modules.errors import ModuleFailed, ModulesUnreachable
from vardkase.exchange.modules.problems import ModuleProblem

FRESH = 60.0
"""Seconds for which the list of modules is cached."""
TIMEOUT = 5.0
LARGEST_ANSWER = 128 * MEBIBYTE
EVERYWHERE = ("0.0.0.0/0", "::/0")


class ModuleKind(Enum):
    """What a module does, by MISP's word for it."""

    EXPANSION = "expansion"
    HOVER = "hover"
    IMPORT = "import"
    EXPORT = "export"

    @property
    def prefix(self) -> str:
        return "Enrichment" if self in (ModuleKind.EXPANSION, ModuleKind.HOVER) else self.value.title()


@dataclass(frozen=True, slots=True)
class Module:
    """A module as described by the server.

    `inputs` are the accepted attribute types, `standard` is true if it uses MISP's format, `configuration` is
    set by the site administrator, `parameters` by the user; `description` is the server's own, complete.
    """

    name: str
    kinds: frozenset[ModuleKind]
    inputs: frozenset[str]
    standard: bool
    configuration: tuple[str, ...]
    parameters: tuple[str, ...]
    response_type: str
    extension: str
    description: dict[str, Any]

    @property
    def prefix(self) -> str:
        return min((kind.prefix for kind in self.kinds), default="")


_known: dict[str, tuple[float, list[Module]]] = {}


def modules() -> list[Module]:
    url = settings.VARDKASE_MODULES_URL
    since, found = _known.get(url, (0.0, []))
    # 0.0 is "never": a monotonic clock may start near it, just after the machine.
    if not since or time.monotonic() - since > FRESH:
        found = _parsed_modules(_request("GET", "/modules", TIMEOUT))
        _known[url] = (time.monotonic(), found)
    return found


def ask(module: Module, request: dict[str, Any], seconds: float) -> Any:
    """The response of `module` to `request`. Raises ModuleFailed with the module's message,
    ModulesUnreachable."""
    body = msgspec.json.encode({**request, "module": module.name, "timeout": int(seconds)})
    reply = _request("POST", "/query", seconds + TIMEOUT, body)
    try:
        answer = msgspec.json.decode(reply.content)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ModuleFailed(ModuleProblem.NOT_JSON(module=module.name)) from error
    # The cheap bound first: counting the real depth walks the whole answer.
    if apparent_depth(reply.content) > MAX_DEPTH and depth(answer) > MAX_DEPTH:
        raise ModuleFailed(ModuleProblem.TOO_DEEP(module=module.name))
    if isinstance(answer, dict) and "error" in answer:
        raise ModuleFailed(CommonProblem.QUOTED(said=str(answer["error"])[:1000]))
    if not isinstance(answer, dict):
        raise ModuleFailed(ModuleProblem.NO_ANSWER(module=module.name))
    return answer


def _request(method: Method, path: str, seconds: float, body: bytes | None = None) -> Reply:
    url = settings.VARDKASE_MODULES_URL.rstrip("/")
    if not urlsplit(url).hostname:
        raise ModulesUnreachable
    policy = RequestPolicy(
        networks=EVERYWHERE, direct=True, timeout=seconds, seconds=seconds, limit=LARGEST_ANSWER, redirects=0
    )  # fmt: skip
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    try:
        reply = fetch(method, f"{url}{path}", headers=headers, body=body, policy=policy)
    except OutgoingFailed as failed:
        raise ModulesUnreachable from failed
    if reply.status != 200:
        raise ModulesUnreachable
    return reply


def _parsed_modules(reply: Reply) -> list[Module]:
    try:
        descriptions = msgspec.json.decode(reply.content, type=list[dict[str, Any]])
    except (msgspec.DecodeError, RecursionError) as error:
        raise ModulesUnreachable from error
    found = [module for description in descriptions if (module := _parsed_module(description)) is not None]
    return sorted(found, key=lambda module: module.name)


def _parsed_module(description: dict[str, Any]) -> Module | None:
    about = description.get("mispattributes")
    meta = description.get("meta")
    about, meta = about if isinstance(about, dict) else {}, meta if isinstance(meta, dict) else {}
    if not isinstance(description.get("name"), str):
        return None
    parameters = about.get("userConfig")
    return Module(
        name=description["name"],
        kinds=frozenset(ModuleKind(word) for word in _texts(meta.get("module-type")) if word in KINDS),
        inputs=frozenset(_texts(about.get("input"))),
        standard=about.get("format") == "misp_standard",
        configuration=_texts(meta.get("config")),
        parameters=tuple(parameters) if isinstance(parameters, dict) else (),
        response_type=str(about.get("responseType") or "text/plain"),
        extension=str(about.get("outputFileExtension") or "txt"),
        description=description,
    )


KINDS = frozenset(kind.value for kind in ModuleKind)


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | dict):
        return ()
    return tuple(dict.fromkeys(word for word in value if isinstance(word, str)))
