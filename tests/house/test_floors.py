"""The floors of the house (docs/architecture.md), where import-linter cannot see."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Field

ROOT = Path(__file__).parents[2]


def floors() -> dict[str, int]:
    """Each room's floor, from the layers that import-linter checks: 0 is the ground."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    return {
        room.strip(" ()"): floor for floor, layer in enumerate(reversed(layers)) for room in layer.split("|")
    }


def relations() -> list[Field[Any, Any]]:
    """Every foreign key and many-to-many field between the house's own models."""
    return [
        field
        for model in apps.get_models()
        if model.__module__.startswith("vardkase.")
        for field in model._meta.get_fields()
        if isinstance(field, Field) and field.related_model
    ]


def room(model: type[Any]) -> str:
    """The room that a model lives in: vardkase.<room>.…"""
    return model.__module__.split(".")[1] if model.__module__.startswith("vardkase.") else ""


def test_foreign_keys_never_point_to_a_higher_floor() -> None:
    """Relations named by string ("intel.Event") are imports that no linter sees."""
    floor = floors()
    assert len(relations()) > 20
    upward = [
        f"{field.model.__name__}.{field.name} -> {field.related_model.__name__}"  # type: ignore[union-attr]
        for field in relations()
        if room(field.related_model) and floor[room(field.related_model)] > floor[room(field.model)]  # type: ignore[arg-type]
    ]
    assert upward == []


def test_every_room_of_the_house_has_a_floor() -> None:
    """A package nobody placed would be checked by nothing."""
    rooms = {path.parent.name for path in (ROOT / "src" / "vardkase").glob("*/__init__.py")}
    assert rooms <= floors().keys()


def test_imports_go_down_only() -> None:
    """import-linter's contracts hold."""
    linter = Path(sys.executable).parent / "lint-imports"
    if not linter.exists():
        pytest.fail("import-linter is not installed: run `uv sync --all-groups`")
    result = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
