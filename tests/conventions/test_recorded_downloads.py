"""Every file that a page gives out says who took what out of events, or is named here with why it need not."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

WEB = Path(__file__).parents[2] / "src" / "vardkase" / "web"
GIVES_OUT = {"download", "list_file", "FileResponse", "StreamingHttpResponse"}
RECORDS = {"event_download", "record_fetch", "record_search", "record_parts", "_recorded"}
NOT_RECORDED = {
    "ui.files": "the two ways themselves",
    "ui.list_files": "as its callers",
    "ui.misp_redirects": "a word, no content",
    "audit.views": "the log: titles of what was done, for auditors, who are on record in it",
    "hub.public_records.cases": "material of a case: a spill lists the case, and its requester",
    "hub.public_records.received": "the register of an authority that has received the versions: it is on the list",
    "hub.case_files": "documents of cases: a spill closes those that hold what was in it",
    "hub.data_protection": "a person's copy: a spill lists the request",
    "hub.spills.views": "the spills themselves, for those who handle them",
    "hub.retention.runs": "numbers, and events only as far as the reader may read them",
    "hub": "accounts, members, letters, decisions: no content of events",
    "identity": "accounts and proposals: no content of events",
    "exchange.modules.views": "what a module made: the audit log says of which event, and a spill reads it there",
    "intel.event_reports.diagrams": "pictures of a page",
    "intel.event_reports.reports": "pictures of a page",
    "intel.event_graphs.saved": "pictures of a page",
    "knowledge.galaxies.matrix": "counts over all events",
    "analysis.search.lookup": "values that the reader has pasted, and how often they occur, not where",
}
ALSO = {"HttpResponse"}
"""Gives a file out if it names a type other than a page's."""


def test_every_file_is_recorded_or_named() -> None:
    silent, used = [], set()
    for path in sorted(WEB.rglob("*.py")):
        module = ".".join(path.relative_to(WEB).with_suffix("").parts)
        for function in _giving_out(ast.parse(path.read_text())):
            parts = module.split(".")
            beginnings = [".".join(parts[:end]) for end in range(len(parts), 0, -1)]
            if found := next((each for each in beginnings if each in NOT_RECORDED), None):
                used.add(found)
            else:
                silent.append(f"{module}.{function}")
    assert silent == [], "use web.ui.files.event_download, or say why not"
    assert set(NOT_RECORDED) - used == set(), "gone by now"


def _giving_out(tree: ast.Module) -> Iterator[str]:
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        calls = [(_name(node.func), node) for node in ast.walk(function) if isinstance(node, ast.Call)]
        names = {name for name, _ in calls}
        is_file = names & GIVES_OUT or any(name in ALSO and _is_typed(call) for name, call in calls)
        if is_file and not names & RECORDS:
            yield function.name


def _is_typed(call: ast.Call) -> bool:
    return any(keyword.arg == "content_type" for keyword in call.keywords)


def _name(called: ast.expr) -> str:
    if isinstance(called, ast.Attribute):
        return called.attr
    return called.id if isinstance(called, ast.Name) else ""
