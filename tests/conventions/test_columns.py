"""An entity's columns are declared once, in its model; everything else derives from them."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.db import models
from django.test.utils import isolate_apps

from vardkase.api.attributes.writing import AttributeBody
from vardkase.api.fields import NUMBER
from vardkase.api.shared_inputs import with_columns
from vardkase.formats.misp_json.columns import wire, written
from vardkase.intel import columns
from vardkase.intel.models import Attribute, Event, EventReport, Object, ObjectReference
from vardkase.intel.models.document_columns import sent
from vardkase.misp.attribute import parse_attribute
from vardkase.misp.faults import Fault
from vardkase.misp.fields import Readers

SOURCES = Path(__file__).parents[2] / "src" / "vardkase"
MANY = 11
"""So many columns are never named together by accident."""

DOCUMENT = {"type": "text", "value": "a"}

ALLOWED = {  # Path: why the module names columns.
    "intel/models/attribute.py": "the model, with its indexes",
    "formats/misp_json/structs.py": "the order in which MISP writes them",
    "formats/feed/structs.py": "the order in which PyMISP writes them",
    "formats/misp_json/proposals.py": "the order in which MISP writes proposals",
    "formats/misp_json/related.py": "the order in which MISP writes correlations",
    "formats/misp_json/comparison.py": "what makes two attributes differ for a reader",
    "api/events/freetext.py": "an answer of MISP's that differs from all others",
    "api/shadow_attributes.py": "an answer of MISP's that differs from all others",
    "api/search_fields.py": "parameters of searches",
    "analysis/search/filters.py": "parameters of searches",
    "analysis/search/parameters.py": "parameters of searches",
    "hub/move_in/content/events.py": "the columns of MISP's tables, which know nothing of ours",
    "hub/move_in/content/contributions.py": "the columns of MISP's tables, which know nothing of ours",
    "hub/move_in/comparison/parts.py": "what MISP's documents have, compared field by field",
}


@pytest.fixture
def wider() -> Iterator[Any]:
    """The attribute model with one column more."""
    with isolate_apps("vardkase.intel"):
        own = {field.name: copy.copy(field) for field in Attribute._meta.local_fields}
        for field in own.values():
            if field.remote_field:
                field.remote_field = copy.copy(field.remote_field)
                field.remote_field.related_name = "+"
        more = {"received": sent(models.BigIntegerField(default=7))}
        meta = type("Meta", (), {"app_label": "intel", "db_table": "attribute"})
        yield type("Wider", (models.Model,), {"__module__": __name__, "Meta": meta, **own, **more})


def test_new_column_reaches_everything_derived(wider: Any) -> None:
    assert [*columns.columns_of(wider)] == [*columns.columns_of(Attribute), "received"]  # What COPY writes.
    row = columns.new_row(wider)(uuid="u", value1="a")
    assert (row.received, row.comment, row.value) == (7, "", "a")
    assert (
        columns.changeable(wider)["received"].sql_type == "bigint"
    )  # What an edit changes and a version token covers.
    assert "received" in columns.read_row(wider).__struct_fields__
    assert wire(wider, "a", ["id", "received"]) == "a.id::text, a.received::text"
    assert written(row, ["received"]) == {"received": "7"}


def test_a_new_column_that_is_sent_is_read_from_documents_and_described(wider: Any) -> None:
    known = parse_attribute(DOCUMENT, dict, now=0, default_distribution=0)
    further = columns.further_readers(wider, known)
    assert [name for name, _ in further] == ["received"]

    row = parsed(wider, {**DOCUMENT, "received": "12"}, further)
    assert row.received == 12
    assert parsed(wider, DOCUMENT, further).received == 7
    assert parsed(wider, {**DOCUMENT, "received": "soon"}, further) == {"received": [Fault.NOT_AN_INTEGER()]}

    field = with_columns(AttributeBody, wider).fields()["received"]
    assert (field.kind.schema, field.is_mandatory) == (NUMBER.schema, False)


def parsed(entity: columns.Entity, document: Mapping[str, Any], further: Readers) -> Any:
    row = columns.new_row(entity, tags=(), group_block=None)
    return parse_attribute(document, row, now=0, default_distribution=0, further=further)


def test_the_parsers_know_the_columns_of_today() -> None:
    assert not columns.FURTHER_OF_ATTRIBUTE
    assert not columns.FURTHER_OF_OBJECT
    assert not columns.FURTHER_OF_REFERENCE
    assert not columns.FURTHER_OF_REPORT
    assert not columns.FURTHER_OF_EVENT


def test_a_column_that_is_not_marked_is_the_hubs_own() -> None:
    """A client must not say whose an event is, or what is known of it to its owner alone."""
    for entity in (Attribute, Object, Event, EventReport, ObjectReference):
        own = {"id", "event_id", "org_id", "orgc_id", "user_id", "data_sha256", "withheld", *columns.SECRET}
        assert own.isdisjoint(columns.sent_columns(entity))


@pytest.mark.parametrize("entity", [Attribute, Object, Event, EventReport, ObjectReference])
def test_read_row_has_every_column_but_secret_ones(entity: columns.Entity) -> None:
    row = columns.read_row(entity)
    assert {*row.__struct_fields__} == {*columns.columns_of(entity)} - columns.SECRET


def test_no_module_lists_attribute_columns_again() -> None:
    paths = [path for path in SOURCES.rglob("*.py") if "migrations" not in path.parts]
    found = {str(path.relative_to(SOURCES)) for path in paths if lists_columns(path.read_text())}
    assert found <= set(ALLOWED)


def test_check_finds_planted_lists() -> None:
    names = [name for name in columns.columns_of(Attribute) if name.isidentifier()][:MANY]
    assert lists_columns(f"COLUMNS = ({', '.join(map(repr, names))})")
    assert lists_columns("SQL = 'SELECT " + ", ".join(f"a.{name}" for name in names) + "'")
    assert not lists_columns("print('uuid', 'type')")


def lists_columns(source: str) -> bool:
    """Whether one statement of the module or of a function names most of an attribute's columns."""
    known = set(columns.columns_of(Attribute))
    return any(
        len(known & set(_words(node))) >= MANY
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.Return | ast.Expr | ast.ClassDef)
    )


def _words(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield from inner.value.replace(".", " ").replace(",", " ").replace(":", " ").split()
        elif isinstance(inner, ast.AnnAssign) and isinstance(inner.target, ast.Name):
            yield inner.target.id
        elif isinstance(inner, ast.keyword) and inner.arg:
            yield inner.arg
