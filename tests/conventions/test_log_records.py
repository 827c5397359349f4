"""Log records hold fixed sentences, numbers and names from the code: never content, addresses of people or secrets."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import vardkase

PACKAGE = Path(vardkase.__file__).parent
METHODS = {"debug", "info", "warning", "error", "exception", "critical"}
LOGGERS = {"log", "logger", "logging"}
ALLOWED = {
    # Numbers of rows, and uuids, which say nothing to those who cannot read the event.
    "event_id",
    "uuid",
    "candidate.uuid",
    "self.peer.server.pk",
    "stream.pk",
    "stream_id",
    # The id of a request, its method, the name of its endpoint, and the frames without the exception's text.
    "number",
    "request.method",
    "f'/{route.name}'",
    "type(error).__name__",
    "frames",
    # Faults of this machine and of its database, and refusals in our own words.
    "error",
    "fault",
    "error.wire",
    "fault.wire",
    "free",
    "pause",
    # The environment variable by which a place is named.
    "destination.name",
    # What a browser reports, reduced to a directive and an origin.
    "_plain(directive.partition(' ')[0])",
    "_origin(report.get('blocked-uri'))",
}
"""A new argument belongs here only if nobody outside can choose what it holds."""


def logged(source: str) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id in LOGGERS
            and node.func.attr in METHODS
        ):
            yield node


def test_log_records_hold_no_content() -> None:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if "logg" not in source:
            continue
        for call in logged(source):
            sentence, *arguments = call.args
            is_fixed = isinstance(sentence, ast.Constant)
            odd = [text for each in arguments if (text := ast.unparse(each)) not in ALLOWED]
            if not is_fixed or odd:
                found.append((str(path.relative_to(PACKAGE)), call.lineno, odd))
    assert found == []


def test_content_in_a_record_is_found() -> None:
    calls = list(logged('logger.error("refused: %s", attribute.value1)\nlogger.info(f"{name}")'))
    assert [ast.unparse(call.args[-1]) in ALLOWED for call in calls] == [False, False]
