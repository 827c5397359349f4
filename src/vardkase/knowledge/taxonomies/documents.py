"""Taxonomy documents: machinetag.json, parsed with all errors reported, and written in the packages' format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from vardkase.core.documents import converted
from vardkase.core.errors import Invalid, InvalidValue, by_field
from vardkase.knowledge.taxonomies.loader import EntryFile, TaxonomyFile
from vardkase.knowledge.taxonomies.models import Taxonomy, TaxonomyEntry, TaxonomyPredicate
from vardkase.knowledge.taxonomies.problems import TaxonomyProblem
from vardkase.knowledge.taxonomies.rules import COLOUR, LARGEST_NUMBER, MachineTag, is_possible_name

MOST = 50_000
"""Predicates and values together; the largest published taxonomy has some thousands."""
LONGEST_NAMESPACE = 255


def taxonomy_file(document: Mapping[str, Any]) -> TaxonomyFile:
    try:
        file: TaxonomyFile = converted(dict(document), TaxonomyFile)
    except InvalidValue as error:
        place = str(error.problem.params.get("place", "taxonomy"))
        raise Invalid(by_field(error, place.removeprefix("$.").partition("[")[0])) from None
    _check_header(file)
    predicates = {predicate.value for predicate in file.predicates}
    for predicate in file.predicates:
        _check_entry(file.namespace, predicate, "predicates")
    for values in file.values or ():
        if values.predicate not in predicates:
            raise Invalid({"values": [TaxonomyProblem.UNKNOWN_PREDICATE(name=values.predicate[:100])]})
        for entry in values.entry:
            _check_entry(file.namespace, entry, "values", values.predicate)
    return file


def taxonomy_document(taxonomy: Taxonomy) -> dict[str, Any]:
    predicates = list(taxonomy.predicates.order_by("pk"))
    values: dict[int, list[TaxonomyEntry]] = {}
    for entry in TaxonomyEntry.objects.filter(predicate__in=predicates).order_by("pk"):
        values.setdefault(entry.predicate_id, []).append(entry)
    return {
        "namespace": taxonomy.namespace,
        "description": taxonomy.description,
        "version": taxonomy.version,
        "exclusive": taxonomy.exclusive,
        "predicates": [
            _members(predicate) | ({"exclusive": True} if predicate.exclusive else {})
            for predicate in predicates
        ],
        "values": [
            {"predicate": predicate.value, "entry": [_members(entry) for entry in values[predicate.pk]]}
            for predicate in predicates
            if predicate.pk in values
        ],
    }


def _check_header(file: TaxonomyFile) -> None:
    namespace = file.namespace
    if not namespace.strip() or len(namespace) > LONGEST_NAMESPACE or set(namespace) & set(':="\0\n'):
        raise Invalid({"namespace": [TaxonomyProblem.BAD_NAMESPACE()]})
    if not file.predicates:
        raise Invalid({"predicates": [TaxonomyProblem.NO_PREDICATES()]})
    if not 0 <= file.version <= LARGEST_NUMBER:
        raise Invalid({"version": [TaxonomyProblem.BAD_VERSION()]})
    if "\0" in file.description:
        raise Invalid({"description": [TaxonomyProblem.NOT_TEXT()]})
    if len(file.predicates) + sum(len(values.entry) for values in file.values or ()) > MOST:
        raise Invalid({"values": [TaxonomyProblem.TOO_MANY(most=MOST)]})
    _require_unique("predicates", (predicate.value for predicate in file.predicates))
    for values in file.values or ():
        _require_unique("values", (entry.value for entry in values.entry))


def _require_unique(field: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise Invalid({field: [TaxonomyProblem.TWICE(name=name[:100])]})
        seen.add(name)


def _check_entry(namespace: str, item: EntryFile, field: str, predicate: str | None = None) -> None:
    name = MachineTag(namespace, predicate or item.value, item.value if predicate else None)
    if not item.value.strip() or not is_possible_name(str(name)) or "\n" in item.value:
        raise Invalid({field: [TaxonomyProblem.NOT_IN_A_TAG(name=item.value[:100])]})
    if predicate is None and set(item.value) & set('="'):
        raise Invalid({field: [TaxonomyProblem.NOT_A_PREDICATE(name=item.value[:100])]})
    if item.colour and not COLOUR.fullmatch(item.colour):
        raise Invalid({field: [TaxonomyProblem.BAD_COLOUR(colour=item.colour[:100])]})
    if item.numerical_value is not None and not abs(item.numerical_value) <= LARGEST_NUMBER:
        raise Invalid({field: [TaxonomyProblem.NUMBER_TOO_LARGE()]})
    if "\0" in item.expanded + item.description:
        raise Invalid({field: [TaxonomyProblem.NOT_TEXT()]})


def _members(item: TaxonomyPredicate | TaxonomyEntry) -> dict[str, Any]:
    members = {
        "value": item.value,
        "expanded": item.expanded,
        "description": item.description,
        "colour": item.colour,
        "numerical_value": item.numerical_value,
    }
    return {name: value for name, value in members.items() if value not in ("", None)}
