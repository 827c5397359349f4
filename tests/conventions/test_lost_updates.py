"""What a page saves of a thing that several people may edit names the version that the person saw."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import vardkase

WEB = Path(vardkase.__file__).parent / "web"
SAVING = ("edit_", "change_", "save_")
GUARDS = (".saving(", "unchanged(")
KNOWS_VERSION = {"mark", "seen", "number"}
"""Names of what a service takes as the version that was seen."""
EXCEPTIONS = {
    "one person’s own": {
        "edit_own_account",
        "edit_key",
        "change_channels",
        "change_password",
        "save_draft",
    },
    "makes something new": {"save_search", "save_template"},
    "one value, which the page shows beside the field, or the same values of many rows": {
        "change_setting",
        "change_schedules",
        "edit_attributes",
        "exchange/taxii/views.py: edit_taxii_server",
        "identity/accounts/users.py: edit_user",
    },
}


def test_every_edit_names_the_version_that_was_seen() -> None:
    allowed = set().union(*EXCEPTIONS.values())
    found = {
        f"{path.relative_to(WEB)}: {name}"
        for path in sorted(WEB.rglob("*.py"))
        for name in unversioned(ast.parse(path.read_text()))
        if not {name, f"{path.relative_to(WEB)}: {name}"} & allowed
    }
    assert found == set()


def test_check_finds_planted_edits() -> None:
    source = (
        "def a(request):\n    services.edit_thing(actor, 1, data)\n"
        "def b(request):\n    with errors(form), version.saving(form):\n        services.edit_thing(actor, 1, data)\n"
        "def c(request):\n    services.edit_thing(actor, 1, data, mark)\n"
    )
    assert list(unversioned(ast.parse(source))) == ["edit_thing"]


def unversioned(module: ast.Module) -> Iterator[str]:
    """Services called by a view neither within `saving` nor with the version that was seen."""
    parents = {child: node for node in ast.walk(module) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(module):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr.startswith(SAVING) and not _names_version(node) and not _is_guarded(node, parents):
            yield node.func.attr


def _names_version(call: ast.Call) -> bool:
    given = [ast.unparse(each) for each in call.args] + [each.arg or "" for each in call.keywords]
    return any(name in words for words in given for name in KNOWS_VERSION)


def _is_guarded(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    while node in parents:
        node = parents[node]
        if isinstance(node, ast.With) and any(
            guard in ast.unparse(each) for each in node.items for guard in GUARDS
        ):
            return True
        # A service that is passed on as a function, together with the version.
        if isinstance(node, ast.Call) and any(ast.unparse(each) == "version" for each in node.args):
            return True
    return False
