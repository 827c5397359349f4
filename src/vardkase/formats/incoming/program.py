"""Sandbox program that parses documents imported by users.

Only the process that starts sandboxes (`vardkase.core.sandbox`) imports it; it has no settings of Django's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from vardkase.core.sandbox.program import Answerer
from vardkase.formats.incoming.mail import read_mail
from vardkase.formats.incoming.misp_export import read_events
from vardkase.formats.incoming.misp_xml import read_body
from vardkase.formats.incoming.openioc import read_openioc
from vardkase.formats.incoming.sample_archive import read_samples
from vardkase.formats.incoming.sandbox import read_sandbox
from vardkase.formats.incoming.web_page import read_web_page


def _single_answer(read: Callable[..., Any], **options: Any) -> Answerer:
    def answer(document: bytes) -> Iterator[bytes]:
        yield msgspec.json.encode(read(document, **options))

    return answer


def open_job(arguments: dict[str, Any]) -> Answerer:
    match arguments.pop("job"):
        case "misp export":
            return read_events
        case "misp xml":
            return _single_answer(read_body)
        case "openioc":
            return _single_answer(read_openioc)
        case "sandbox":
            return read_sandbox
        case "samples":
            return read_samples
        case "mail":
            return read_mail
        case "web page":
            return read_web_page
        case unknown:
            raise ValueError(unknown)
