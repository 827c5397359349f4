"""Services for event templates: create, edit, fill in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q

from vardkase.audit.services import Target, record
from vardkase.core.errors import FieldErrors, Invalid, by_field
from vardkase.core.fields import Readers, apply
from vardkase.core.misp_problems import MispProblem
from vardkase.core.problems import Problem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.fields import filled, text
from vardkase.identity.organisations.queries import Reference
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.errors import ChangedMeanwhile
from vardkase.intel.event_templates.definition import (
    MOST_RELATIONS,
    Definition,
    ObjectField,
    document_of,
    read_definition,
)
from vardkase.intel.event_templates.filling import Form, cluster_answers, default_clusters
from vardkase.intel.event_templates.models import EventTemplate
from vardkase.intel.event_templates.problems import (
    EventTemplateProblem,
    TemplateDefinitionProblem,
    TemplateValueProblem,
)
from vardkase.intel.event_templates.queries import find_own_template, find_template
from vardkase.intel.kernel.results import Rejections
from vardkase.intel.models import EventTag
from vardkase.intel.problems import AttributeProblem
from vardkase.intel.services.added_parts import AddedParts, add_parts
from vardkase.intel.services.events import add_event
from vardkase.intel.services.object_templates import check_requirements
from vardkase.knowledge.galaxies.queries import visible_clusters
from vardkase.knowledge.object_templates.models import ObjectTemplate
from vardkase.knowledge.object_templates.queries import active_templates, elements_of
from vardkase.knowledge.taxonomies.services import resolve_tags
from vardkase.misp.fields import UUID as UUID_FORM
from vardkase.misp.flags import as_bool

MODES = ("fail", "overwrite", "duplicate_as_new")
IMPORTED = ("uuid", "name", "description", "distribution", "active", "definition")


@transaction.atomic
def add_template(actor: Actor, data: Mapping[str, Any]) -> EventTemplate:
    actor.require_writing(Permission.TEMPLATE)
    definition = read_definition(document_of(data.get("definition")))
    defaults = {"name": definition.name, "description": definition.description}
    template = EventTemplate(org_id=actor.organisation_id, creator_user_id=actor.user_id or 0)
    uuid = str(data.get("uuid") or definition.uuid).strip().lower()
    if not UUID_FORM.fullmatch(uuid):
        raise Invalid({"uuid": [EventTemplateProblem.BAD_UUID()]})
    if EventTemplate.objects.filter(uuid=uuid).exists():
        raise Invalid({"uuid": [EventTemplateProblem.UUID_TAKEN()]})
    template.uuid = UUID(uuid)
    _write(template, {**defaults, **data})
    record(actor, IntelAction.EVENT_TEMPLATE_ADDED, Target.of(template))
    return template


@transaction.atomic
def edit_template(
    actor: Actor, reference: Reference, data: Mapping[str, Any], seen: int | None = None
) -> EventTemplate:
    """Change a template. Raises ChangedMeanwhile if its version is no longer `seen`."""
    actor.require_writing(Permission.TEMPLATE)
    template = _lock_own(actor, reference)
    if seen is not None and template.version != seen:
        raise ChangedMeanwhile
    template.version += 1
    template.default = False  # From now on it is somebody's own, and no update overwrites it.
    _write(template, data)
    record(actor, IntelAction.EVENT_TEMPLATE_EDITED, Target.of(template), {"version": template.version})
    return template


@transaction.atomic
def switch_template(actor: Actor, reference: Reference, *, active: bool) -> EventTemplate:
    """Offer a template or not; unlike an edit, it stays one that the library updates."""
    actor.require_writing(Permission.TEMPLATE)
    template = _lock_own(actor, reference)
    if template.active != active:
        template.active = active
        template.save(update_fields=["active", "modified"])
        record(actor, IntelAction.EVENT_TEMPLATE_EDITED, Target.of(template), {"active": active})
    return template


@transaction.atomic
def duplicate_template(actor: Actor, reference: Reference, name: str = "") -> EventTemplate:
    source = find_template(actor, reference)
    copied = {"name": name or f"{source.name} (copy)", "description": source.description}
    return add_template(actor, {**copied, "uuid": str(uuid4()), "definition": source.definition})


@transaction.atomic
def import_template(actor: Actor, document: Any, mode: str) -> tuple[EventTemplate, str]:
    """Import a template as written by `export`; also returns the outcome: a mode, or ``new``.

    `mode` applies to existing templates: ``fail``, ``overwrite`` (if the actor may change it) or
    ``duplicate_as_new``. Raises Invalid by field, NotFound, Forbidden.
    """
    if mode not in MODES:
        raise Invalid({"mode": [MispProblem.NO_SUCH_CHOICE(choices=MODES)]})
    part = document.get("template") if isinstance(document, Mapping) else None
    if not isinstance(part, Mapping):
        raise Invalid({"template": [EventTemplateProblem.NO_TEMPLATE()]})
    sent = {name: part[name] for name in IMPORTED if name in part}
    uuid = str(sent.get("uuid") or "").lower()
    if mode == "fail" or not (UUID_FORM.fullmatch(uuid) and EventTemplate.objects.filter(uuid=uuid).exists()):
        return add_template(actor, sent), "new"
    if mode == "overwrite":
        return edit_template(actor, uuid, sent), mode
    return add_template(actor, {**sent, "uuid": str(uuid4())}), mode


@transaction.atomic
def delete_template(actor: Actor, reference: Reference) -> int:
    actor.require_writing(Permission.TEMPLATE)
    template = find_own_template(actor, reference)
    target, number = Target.of(template), template.pk
    template.delete()
    record(actor, IntelAction.EVENT_TEMPLATE_DELETED, target)
    return number


@transaction.atomic
def instantiate(actor: Actor, reference: Reference, values: Any) -> int:
    """Create an event from the values entered in a template's form, all or nothing; returns its id.

    Raises Invalid by field, NotFound, Forbidden, and as adding an event.
    """
    actor.require(Permission.ADD)
    form, document = _filled_in(actor, reference, values)
    stored = add_event(actor, document)
    if rejected := stored.rejections.without_tags():
        raise Invalid(_errors_by_field(form, rejected))  # Rolls back the event.
    _require_tags(form, stored.event_id)
    return stored.event_id


@transaction.atomic
def add_to_event(actor: Actor, event_id: int, reference: Reference, values: Any) -> AddedParts:
    """Add what was entered in a template's form to an event, all or nothing; its own fields stay as they are.

    What the event holds already is left out. Raises Invalid by field, NotFound, Forbidden, NotOwned.
    """
    actor.require(Permission.ADD)
    form, document = _filled_in(actor, reference, values)
    added = add_parts(actor, event_id, {name: document[name] for name in ("Attribute", "Object", "Tag")})
    wrong = Rejections(
        {
            place: errors
            for place, errors in added.rejections.without_tags().errors.items()
            if not added.rejections.has(place, AttributeProblem.DUPLICATE)
        }
    )
    if wrong:
        raise Invalid(_errors_by_field(form, wrong))
    _require_tags(form, event_id)
    return added


def _filled_in(actor: Actor, reference: Reference, values: Any) -> tuple[Form, dict[str, Any]]:
    """The answers, and the event document that they make; the tags of existing clusters are created."""
    template = find_template(actor, reference)
    if not isinstance(values, Mapping):
        raise Invalid({"values": [EventTemplateProblem.NOT_VALUES()]})
    definition = read_definition(template.definition)
    clusters = _clusters(actor, definition, values)
    form = Form(definition, values, _object_templates(definition), clusters, actor.name)
    document = form.document()
    for place, part in enumerate(document["Object"]):
        try:
            check_requirements(part, [attribute["object_relation"] for attribute in part["Attribute"]])
        except Invalid as refused:
            raise Invalid({form.sources[f"Object.{place}"]: [refused.problem]}) from None
    # Create the tags of existing clusters: users who may tag may choose any cluster (see
    # `attach_cluster`).
    names = [*clusters.values(), *default_clusters(definition)]
    if names and actor.may(Permission.TAGGER):
        usable = visible_clusters(actor).filter(tag_name__in=names, deleted=False)
        known = set(usable.values_list("tag_name", flat=True))
        resolve_tags(actor, [{"name": name} for name in known], may_create=True)
    return form, document


def check_definition(definition: Any) -> list[Problem]:
    try:
        require_object_templates(read_definition(document_of(definition)))
    except Invalid as refused:
        return [problem for problems in by_field(refused, "definition").values() for problem in problems]
    return []


def _lock_own(actor: Actor, reference: Reference) -> EventTemplate:
    number = find_own_template(actor, reference).pk
    EventTemplate.objects.select_for_update().filter(pk=number).first()
    return find_own_template(actor, number)  # Again: it may have changed or gone while this waited.


def _write(template: EventTemplate, data: Mapping[str, Any]) -> None:
    apply(template, data, READERS)
    if "definition" in data:
        document = document_of(data["definition"])
        require_object_templates(read_definition(document))
        template.definition = {**document, "uuid": str(template.uuid)}
    if "distribution" in data:
        distribution = data["distribution"]
        if str(distribution) not in {"0", "1"}:
            raise Invalid({"distribution": [EventTemplateProblem.BAD_DISTRIBUTION()]})
        template.all_orgs = str(distribution) == "1"
    template.save()


def _object_templates(definition: Definition) -> dict[str, ObjectTemplate]:
    wanted = {
        field.object_template.uuid.lower() for field in definition.fields() if isinstance(field, ObjectField)
    }
    templates = active_templates().filter(uuid__in=[uuid for uuid in wanted if UUID_FORM.fullmatch(uuid)])
    # In ascending order, so that the newest version of each is what the dictionary keeps.
    return {str(template.uuid): template for template in templates.order_by("version")}


def require_object_templates(definition: Definition) -> None:
    """Raises Invalid, also if the object templates ask for more than MOST_RELATIONS together."""
    available = _object_templates(definition)
    problems: list[Problem] = []
    sizes = {uuid: elements_of(template).count() for uuid, template in available.items()}
    left = MOST_RELATIONS
    for field in definition.fields():
        if isinstance(field, ObjectField):
            left -= len(field.relations) or sizes.get(field.object_template.uuid.lower(), 0)
            if left < 0:
                too_many = TemplateDefinitionProblem.TOO_MANY_RELATIONS(most=MOST_RELATIONS)
                problems.append(TemplateDefinitionProblem.IN_ELEMENT(element=field.id, problem=too_many))
                break
            wanted = field.object_template
            template = available.get(wanted.uuid.lower())
            if template is None or template.version < wanted.version:
                lacking = TemplateDefinitionProblem.NO_OBJECT_TEMPLATE(
                    name=wanted.name, version=wanted.version
                )
                problems.append(TemplateDefinitionProblem.IN_ELEMENT(element=field.id, problem=lacking))
    if problems:
        raise Invalid({"definition": problems})


def _clusters(actor: Actor, definition: Definition, values: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    chosen = list(cluster_answers(definition, values))
    if not chosen:
        return {}
    names = {name for _, name in chosen}
    clusters = visible_clusters(actor).filter(Q(value__in=names) | Q(tag_name__in=names), deleted=False)
    rows = list(clusters.order_by("pk").values_list("galaxy__type", "value", "tag_name"))
    # Backwards: the last entry of a key stays, and among clusters of one name the oldest is meant.
    return {
        (field.id, name): tag
        for field, name in reversed(chosen)
        for galaxy, value, tag in reversed(rows)
        if name in (value, tag) and galaxy in (field.restrict_galaxy_types or (galaxy,))
    }


def _require_tags(form: Form, event_id: int) -> None:
    """Raise Invalid, by field, if the event lacks a tag: a missing TLP, say, would change its meaning."""
    links = EventTag.objects.filter(event=event_id).values_list("tag__name", flat=True)
    attached = {name.lower() for name in links}
    missing: dict[str, list[Problem]] = {}
    for name, field in form.tags.items():
        if name.lower() not in attached:
            missing.setdefault(field, []).append(TemplateValueProblem.NO_TAG(name=name))
    if missing:
        raise Invalid(missing)


def _errors_by_field(form: Form, rejections: Rejections) -> FieldErrors:
    errors: dict[str, list[Problem]] = {}
    for place, reasons in rejections.errors.items():
        name = form.sources.get(".".join(place.split(".")[:2]), place)
        errors.setdefault(name, []).extend(problem for problems in reasons.values() for problem in problems)
    return errors


READERS: Readers = {
    "name": filled("name", 255),
    "description": text,
    "active": as_bool,
}
