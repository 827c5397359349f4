"""The layers of docs/architecture.md, where import-linter cannot see."""

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


def layer_numbers() -> dict[str, int]:
    """Each package's layer as import-linter checks it: 0 is the lowest."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    return {
        package.strip(" ()"): number
        for number, layer in enumerate(reversed(layers))
        for package in layer.split("|")
    }


def relations() -> list[Field[Any, Any]]:
    """Every foreign key and many-to-many field between our own models."""
    return [
        field
        for model in apps.get_models()
        if model.__module__.startswith("vardkase.")
        for field in model._meta.get_fields()
        if isinstance(field, Field) and field.related_model
    ]


def package_of(model: type[Any]) -> str:
    """The top package of a model: vardkase.<package>.…"""
    return model.__module__.split(".")[1] if model.__module__.startswith("vardkase.") else ""


def test_foreign_keys_never_point_to_a_higher_layer() -> None:
    """Relations named by string ("intel.Event") are imports that no linter sees."""
    number = layer_numbers()
    assert len(relations()) > 20
    upward = [
        f"{field.model.__name__}.{field.name} -> {field.related_model.__name__}"  # type: ignore[union-attr]
        for field in relations()
        if package_of(field.related_model)
        and number[package_of(field.related_model)] > number[package_of(field.model)]  # type: ignore[arg-type]
    ]
    assert upward == []


def test_every_package_has_a_layer() -> None:
    """A package without a layer would be checked by nothing."""
    packages = {path.parent.name for path in (ROOT / "src" / "vardkase").glob("*/__init__.py")}
    assert packages <= layer_numbers().keys()


def test_import_linter_contracts_hold() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    if not linter.exists():
        pytest.fail("import-linter is not installed: run `uv sync --all-groups`")
    result = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
