"""Decodes a definition.json."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from vardkase.core.errors import Invalid
from vardkase.knowledge.object_templates.problems import ObjectTemplateProblem


def decoded_definition(content: bytes | str) -> Any:
    """Raises ValueError or RecursionError if it is no JSON, and Invalid if a member occurs twice: of two relations
    with one name, one would be lost.
    """
    return json.loads(content, object_pairs_hook=_without_doubles)


def _without_doubles(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Invalid({"attributes": [ObjectTemplateProblem.TWICE(name=twice[:50])]})
    return members
