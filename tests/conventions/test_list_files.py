"""Every list of the hub's pages can be downloaded, or stands here with the reason why it cannot."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import vardkase

HUB = Path(vardkase.__file__).parent / "web" / "hub"
EXCEPTIONS = {
    "is a choice on the way to something, not a register": {
        "data_protection/items.py: items_page",
        "public_records/cases/material.py: search",
        "customer_service/organisations.py: index",
    },
    "has files of its own: members as CSV and XLSX, the register as CSV and JSON, statistics as CSV": {
        "membership/overview/views.py: index",
        "public_records/received/views.py: _register",
        "public_records/cases/statistics.py: view",
    },
    "is the member’s own list of what the officers’ register has": {
        "content_access/views.py: read",
        "customer_service/asking.py: index",
        "membership/onboarding/connections.py: index",
        "data_protection/own_tasks.py: index",
        "public_records/cases/own_consultations.py: index",
        "training/views.py: of_member",
    },
    "shows the rows of one thing": {
        "membership/contacts/views.py: index",
        "public_pages/editing.py: versions",
        "public_records/cases/answers.py: check",
        "public_records/cases/assessment.py: assess",
        "public_records/cases/material.py: version",
        "policy/approvals.py: index",
        "policy/versions.py: all_versions",
        "membership/groups/views.py: organisation",
    },
    "is a short list that is changed on the page itself": {
        "customer_service/status.py: index",
        "membership/communities/views.py: index",
        "membership/phases/views.py: index",
        "signatures/views.py: index",
        "membership/groups/views.py: index",
        "public_records/officers/views.py: index",
        "public_records/cases/coordination.py: index",
    },
}
ALLOWED = set().union(*EXCEPTIONS.values())


def test_every_list_is_a_file_as_well() -> None:
    lists, without, hidden = set(), set(), set()
    for path in sorted(HUB.rglob("*.py")):
        for view in views_of_lists(ast.parse(path.read_text())):
            name = f"{path.relative_to(HUB)}: {view.name}"
            lists.add(name)
            if "wanted_file" not in called_in(view):
                without.add(name)
            elif not any("list_files.html" in text or "{{ csv }}" in text for text in pages_of(view)):
                hidden.add(name)
    assert len(lists) > 30, "the search finds lists"
    assert without - ALLOWED == set(), "offer the list with web/ui/list_files.py"
    assert hidden == set(), "the page does not show that it can be downloaded"
    assert ALLOWED - without == set(), "is no exception any more"


def test_search_finds_a_planted_list() -> None:
    planted = "def a(request):\n    return render(request, 'x.html', listed(request, rows, set(), 'pk'))\n"
    (found,) = views_of_lists(ast.parse(planted))
    assert "wanted_file" not in called_in(found)


def views_of_lists(module: ast.Module) -> Iterator[ast.FunctionDef]:
    """Functions that answer with a list: paged, or in a context as `rows`."""
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef):
            called = called_in(node)
            keys = {key.value for each in ast.walk(node) if isinstance(each, ast.Dict) for key in each.keys
                    if isinstance(key, ast.Constant)}  # fmt: skip
            if "listed" in called or ("render" in called and "rows" in keys):
                yield node


def called_in(view: ast.FunctionDef) -> set[str]:
    return {
        each.func.id if isinstance(each.func, ast.Name) else getattr(each.func, "attr", "")
        for each in ast.walk(view)
        if isinstance(each, ast.Call)
    }


def pages_of(view: ast.FunctionDef) -> Iterator[str]:
    """The texts of the templates that a view names, and of those that they include."""
    names = [
        each.value
        for each in ast.walk(view)
        if isinstance(each, ast.Constant) and str(each.value).endswith(".html")
    ]
    for name in names:
        for path in HUB.rglob(f"templates/{name}"):
            text = path.read_text()
            yield text
            yield from (other.read_text() for other in path.parent.glob("*.html") if other.name in text)
