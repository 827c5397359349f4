"""Actions that take two people are documented as registered, and carried out by the mechanism alone."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import get_type_hints

import pytest
from django.utils import translation

import vardkase
from tools.duties import DOCUMENT, document
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import Party
from vardkase.identity.accounts.four_eyes.registry import Approval, actions

SOURCE = Path(vardkase.__file__).parent
MECHANISM = SOURCE / "identity" / "accounts" / "four_eyes"


def test_document_is_current() -> None:
    """Else: `python -m tools.duties`."""
    with translation.override("en"):
        assert DOCUMENT.read_text() == document()


def test_every_action_is_approved_by_officers() -> None:
    """Operators, auditors, members and the console never decide."""
    for action in actions():
        assert action.propose, action.name
        assert action.approve, action.name
        assert action.approve <= {Party.SITE_ADMIN, Party.MEMBERSHIP_OFFICER, Party.LEGAL_OFFICER}, (
            action.name
        )


def test_only_mechanism_creates_approvals() -> None:
    with pytest.raises(TypeError):
        Approval(None, ApprovalRequest())  # type: ignore[arg-type]
    makers = {
        path for path in SOURCE.rglob("*.py") if "sealed" in names_in(path) and "four_eyes" in str(path)
    }
    assert makers == {MECHANISM / "services.py", MECHANISM / "registry.py"}


def test_only_mechanism_executes_actions() -> None:
    """An action's function takes an approval; no module calls it, and only its own module registers it."""
    assert len(actions()) >= 2
    for action in actions():
        execute = action.execute
        hints = get_type_hints(execute)
        hints.pop("return")
        assert list(hints.values()) == [Approval], action.name
        module = Path(execute.__code__.co_filename)
        calls = [
            node
            for node in ast.walk(ast.parse(module.read_text()))
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == execute.__name__
        ]
        assert calls == [], action.name
        assert execute.__name__.startswith("_"), f"{action.name}: no other module uses it"
        takers = [
            path
            for path in SOURCE.rglob("*.py")
            if path != module and f"import {execute.__name__}\n" in path.read_text()
        ]
        assert takers == [], action.name


def names_in(path: Path) -> set[str]:
    """Every name that a module uses or imports."""
    tree = ast.parse(path.read_text())
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    taken = {
        alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    defined = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    return used | taken | defined
