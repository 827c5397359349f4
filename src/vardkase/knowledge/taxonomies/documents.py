"""Taxonomy documents: machinetag.json, parsed with all errors reported, and written in the packages' format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from vardkase.core.errors import Invalid
from vardkase.core.problems import CommonProblem
from vardkase.knowledge.taxonomies.loader import EntryFile, TaxonomyFile
from vardkase.knowledge.taxonomies.models import Taxonomy, TaxonomyEntry, TaxonomyPredicate
from vardkase.knowledge.taxonomies.problems import TaxonomyProblem
from vardkase.knowledge.taxonomies.rules import COLOUR, LARGEST_NUMBER, MachineTag, is_possible_name

MOST = 50_000
"""Predicates and values together; the largest published taxonomy has some thousands."""
LONGEST_NAMESPACE = 255


def taxonomy_file(document: Mapping[str, Any]) -> TaxonomyFile:
    try:
        file = msgspec.convert(dict(document), TaxonomyFile)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$.")
        field = where.rstrip("`").partition("[")[0] or "taxonomy"
        raise Invalid({field: [CommonProblem.NOT_ACCEPTED(reason=what)]}) from None
    _check_header(file)
    predicates = {predicate.value for predicate in file.predicates}
    for predicate in file.predicates:
        _check(file.namespace, predicate, "predicates")
    for values in file.values or ():
        if values.predicate not in predicates:
            raise Invalid({"values": [TaxonomyProblem.UNKNOWN_PREDICATE(name=values.predicate[:100])]})
        for entry in values.entry:
            _check(file.namespace, entry, "values", values.predicate)
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
            _wording(each) | ({"exclusive": True} if each.exclusive else {}) for each in predicates
        ],
        "values": [
            {"predicate": each.value, "entry": [_wording(entry) for entry in values[each.pk]]}
            for each in predicates
            if each.pk in values
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
    _unique("predicates", (predicate.value for predicate in file.predicates))
    for values in file.values or ():
        _unique("values", (entry.value for entry in values.entry))


def _unique(field: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise Invalid({field: [TaxonomyProblem.TWICE(name=name[:100])]})
        seen.add(name)


def _check(namespace: str, item: EntryFile, field: str, predicate: str | None = None) -> None:
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


def _wording(thing: TaxonomyPredicate | TaxonomyEntry) -> dict[str, Any]:
    known = {
        "value": thing.value,
        "expanded": thing.expanded,
        "description": thing.description,
        "colour": thing.colour,
        "numerical_value": thing.numerical_value,
    }
    return {name: value for name, value in known.items() if value not in ("", None)}
