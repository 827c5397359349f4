"""Services for object templates: update, and custom ones: add, edit, enable, disable, delete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.db import transaction

from vardkase.audit.actions import AuditAction
from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.core.misp_problems import problems_of
from vardkase.core.problems import Problem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.audit_actions import KnowledgeAction
from vardkase.knowledge.object_templates import loader
from vardkase.knowledge.object_templates.models import ObjectTemplate
from vardkase.knowledge.object_templates.problems import ObjectTemplateProblem
from vardkase.knowledge.object_templates.queries import find_template
from vardkase.knowledge.sources.bulk import lock
from vardkase.knowledge.sources.load_changed import LoadResult
from vardkase.misp.object_template import BadTemplate, parse_template


@transaction.atomic
def add_template(actor: Actor, data: Mapping[str, Any]) -> ObjectTemplate:
    """Store a definition.json as a template of the actor's organisation, or as a newer version.

    Without a uuid it gets one. Raises Forbidden without `perm_object_template`, and Invalid by field: also
    for the uuid of a packaged or another organisation's template, a version that is not newer, a name in use.
    """
    _require_editor(actor)
    return _stored(actor, _parsed(data), KnowledgeAction.OBJECT_TEMPLATE_ADDED)


@transaction.atomic
def edit_template(
    actor: Actor, reference: str, data: Mapping[str, Any], *, seen: int | None = None
) -> ObjectTemplate:
    """Store a newer version of an own template: fields missing in `data` stay, the version goes up by one.

    The old version stays, because objects refer to the version they were created with. Raises Forbidden,
    NotFound, Invalid, and Conflict if the newest version is no longer `seen`.
    """
    _require_editor(actor)
    earlier = find_own(actor, reference)
    newest = ObjectTemplate.objects.filter(uuid=earlier.uuid).order_by("-version")[0]
    if seen is not None and newest.version != seen:
        raise Conflict(ObjectTemplateProblem.CHANGED_MEANWHILE(version=newest.version))
    raised = {"version": newest.version + 1}
    named = {name: value for name, value in data.items() if value is not None}
    # The uuid last: whatever the document says, this is a version of the same template.
    whole = {**newest.definition, **raised, **named, "uuid": str(earlier.uuid)}
    return _stored(actor, _parsed(whole), KnowledgeAction.OBJECT_TEMPLATE_EDITED)


@transaction.atomic
def delete_template(actor: Actor, reference: str) -> ObjectTemplate:
    """Delete one version of an own template; if it was active, the newest remaining version becomes active.

    Existing objects stay unchanged. Raises Forbidden, NotFound.
    """
    _require_editor(actor)
    template = find_own(actor, reference)
    target = _target(template)
    number = template.pk
    template.delete()
    others = ObjectTemplate.objects.filter(uuid=template.uuid).order_by("-version")
    if template.active and (successor := others.first()):
        others.filter(pk=successor.pk).update(active=True)
    record(actor, KnowledgeAction.OBJECT_TEMPLATE_DELETED, target, {"version": template.version})
    template.pk = number  # delete() cleared it, and the answer names it.
    return template


@transaction.atomic
def toggle_template(actor: Actor, reference: str) -> bool:
    """Disable a version of a template, or enable it in place of the others; returns True if it is now
    enabled.

    Raises Forbidden unless the actor is a site administrator, NotFound.
    """
    actor.require_writing(Permission.SITE_ADMIN)
    lock(loader.NAME)
    template = find_template(reference)
    versions = ObjectTemplate.objects.filter(uuid=template.uuid)
    # First, because at most one version of a template is active.
    versions.update(active=False)
    if not template.active:
        versions.filter(pk=template.pk).update(active=True)
    action = (
        KnowledgeAction.OBJECT_TEMPLATE_DISABLED
        if template.active
        else KnowledgeAction.OBJECT_TEMPLATE_ENABLED
    )
    record(actor, action, _target(template), {"version": template.version})
    return not template.active


def update_object_templates(actor: Actor) -> LoadResult:
    actor.require_writing(Permission.SITE_ADMIN)
    loaded = loader.load()
    if loaded.updated:
        record(
            actor,
            KnowledgeAction.OBJECT_TEMPLATE_UPDATED,
            Target("object_template"),
            {"updated": loaded.updated},
        )
    return loaded


def _require_editor(actor: Actor) -> None:
    """Check the permission, then serialise writers of templates, so that no two create the same version."""
    actor.require_writing(Permission.OBJECT_TEMPLATE)
    lock(loader.NAME)


def find_own(actor: Actor, reference: str) -> ObjectTemplate:
    template = find_template(reference)
    if template.fixed:
        raise Forbidden(ObjectTemplateProblem.PACKAGED())
    if template.org_id != actor.organisation_id and not actor.is_site_admin:
        raise Forbidden(ObjectTemplateProblem.NOT_OWNER())
    return template


def _parsed(data: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return parse_template(data)
    except BadTemplate as bad:
        raise Invalid(problems_of(bad.errors)) from None


def _stored(actor: Actor, definition: dict[str, Any], action: AuditAction) -> ObjectTemplate:
    definition = {"uuid": str(uuid4()), **definition}
    versions = ObjectTemplate.objects.filter(uuid=definition["uuid"]).order_by("-version")
    newest = versions.first()
    errors = _problems_of(actor, definition, newest)
    if errors:
        raise Invalid(errors)
    owner = loader.Owner(actor.user_id or 0, newest.org_id if newest else actor.organisation_id)
    (number,) = loader.store([definition], owner)
    template = ObjectTemplate.objects.get(pk=number)
    record(actor, action, _target(template), {"version": template.version})
    return template


def _problems_of(
    actor: Actor, definition: Mapping[str, Any], newest: ObjectTemplate | None
) -> dict[str, list[Problem]]:
    errors: dict[str, list[Problem]] = {}
    others = ObjectTemplate.objects.filter(name=definition["name"], active=True)
    if others.exclude(uuid=definition["uuid"]).exists():
        errors["name"] = [ObjectTemplateProblem.NAME_TAKEN()]
    if newest is None:
        return errors
    if ObjectTemplate.objects.filter(uuid=newest.uuid, fixed=True).exists():
        errors["uuid"] = [ObjectTemplateProblem.UUID_OF_PACKAGED()]
    elif newest.org_id != actor.organisation_id and not actor.is_site_admin:
        errors["uuid"] = [ObjectTemplateProblem.UUID_OF_ANOTHER()]
    elif definition["version"] <= newest.version:
        errors["version"] = [ObjectTemplateProblem.NEWER_VERSION(version=newest.version)]
    return errors


def _target(template: ObjectTemplate) -> Target:
    return Target("object_template", template.pk, template.uuid, template.name)
