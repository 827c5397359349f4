"""Services for tags: create, edit, delete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.core.problems import CommonProblem
from vardkase.core.query_expressions import first_or_not_found
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.audit_actions import KnowledgeAction
from vardkase.knowledge.taxonomies.colours import show_own_colours
from vardkase.knowledge.taxonomies.models import FavouriteTag, Tag, TagMaker
from vardkase.knowledge.taxonomies.problems import TagProblem
from vardkase.knowledge.taxonomies.queries import correctable, named_tags
from vardkase.knowledge.taxonomies.rules import (
    COLOUR,
    LARGEST_NUMBER,
    colour_of,
    is_possible_name,
    maker_of,
    may_change,
    may_use,
)
from vardkase.knowledge.taxonomies.services.corrections import made_anew, take_back
from vardkase.knowledge.taxonomies.vocabulary import is_used_by_others, vocabulary_among
from vardkase.misp.flags import as_bool, as_int
from vardkase.misp.galaxy_tags import is_custom_galaxy_tag, is_galaxy_tag

FLAGS = ("exportable", "hide_tag", "local_only")
OWNERS = ("org_id", "user_id")


@transaction.atomic
def create_tag(actor: Actor, data: Mapping[str, Any]) -> Tag:
    """Create a tag, or return the existing one of this name unchanged; the actor's organisation knows it from then on.

    A tag that was hidden from the actor is returned in the colour of a new one.

    `data`: name, and what is known of colour, exportable, hide_tag, local_only, numerical_value, org_id,
    user_id. Raises Forbidden without `perm_tag_editor`, Invalid for a malformed value, or a name that is
    reserved for others, or a reservation that is not the actor's to make.
    """
    actor.require_writing(Permission.TAG_EDITOR)
    values = _values(data)
    name = values.get("name", "")
    if not name.strip():
        raise Invalid({"name": [CommonProblem.MISSING()]})
    wanted = {"colour": colour_of(name), **values}
    # Also one that the actor may not know: "taken" would reveal that it exists.
    if existing := Tag.objects.filter(name__iexact=name).first():
        return _known_from_now_on(actor, existing, wanted["colour"])
    if not actor.is_site_admin:
        _check_owners(actor, wanted)
        _check_vocabulary(name, wanted)
    tag = Tag.objects.create(**wanted, **_galaxy_flags(name))
    TagMaker.objects.create(tag=tag, org_id=maker_of(actor))
    record(actor, KnowledgeAction.TAG_CREATED, Target.of(tag))
    return tag


def _known_from_now_on(actor: Actor, tag: Tag, colour: str) -> Tag:
    if not may_use(actor, tag):
        raise Invalid({"name": [TagProblem.NAME_RESERVED()]})
    known = named_tags(actor).filter(pk=tag.pk).exists()
    shown_colour = "" if known or colour == tag.colour else colour
    TagMaker.objects.get_or_create(tag=tag, org_id=maker_of(actor), defaults={"colour": shown_colour})
    show_own_colours(actor, [tag])
    return tag


@transaction.atomic
def edit_tag(actor: Actor, tag_id: int, data: Mapping[str, Any]) -> Tag:
    """Raises Forbidden for a tag that is not the actor's to change (`may_change`, `correctable`), and Conflict for one
    that it made for everyone and that is in use. Such a one may become another row."""
    tag, is_made = _locked(actor, tag_id)
    values = _values(data)
    if is_made:
        return _corrected(actor, tag, values)
    if not actor.is_site_admin:
        # Whether a name is taken would reveal tags that the actor may not know.
        if values.get("name", tag.name) != tag.name:
            raise Invalid({"name": [TagProblem.NOT_RENAMED()]})
        _check_owners(actor, {key: values.get(key, getattr(tag, key)) for key in OWNERS})
        _check_vocabulary(
            tag.name, {key: value for key, value in values.items() if getattr(tag, key) != value}
        )
    if not values.get("name", tag.name).strip():
        raise Invalid({"name": [CommonProblem.MISSING()]})
    if Tag.objects.filter(name__iexact=values.get("name", tag.name)).exclude(pk=tag.pk).exists():
        raise Conflict(TagProblem.NAME_TAKEN())
    # Only what differs, for the audit log.
    change = {key: value for key, value in values.items() if getattr(tag, key) != value}
    for key, value in (change | _galaxy_flags(values.get("name", tag.name))).items():
        setattr(tag, key, value)
    tag.save()
    record(actor, KnowledgeAction.TAG_CHANGED, Target.of(tag), change)
    return tag


@transaction.atomic
def delete_tag(actor: Actor, tag_id: int) -> None:
    """Raises Forbidden and Conflict as `edit_tag` does."""
    tag, is_made = _locked(actor, tag_id)
    record(actor, KnowledgeAction.TAG_DELETED, Target.of(tag))
    if is_made:
        take_back(actor, tag)
    else:
        tag.delete()


@transaction.atomic
def toggle_favourite(actor: Actor, tag: Tag) -> bool:
    actor.require_writing()
    if actor.user_id is None:
        raise Forbidden
    _, created = FavouriteTag.objects.get_or_create(user_id=actor.user_id, tag=tag)
    if not created:
        FavouriteTag.objects.filter(user=actor.user_id, tag=tag).delete()
    record(actor, KnowledgeAction.TAG_FAVOURED if created else KnowledgeAction.TAG_UNFAVOURED, Target.of(tag))
    return created


def _corrected(actor: Actor, tag: Tag, values: dict[str, Any]) -> Tag:
    if not values.get("name", tag.name).strip():
        raise Invalid({"name": [CommonProblem.MISSING()]})
    change = {key: value for key, value in values.items() if getattr(tag, key) != value}
    made = made_anew(actor, tag, values, lambda data: create_tag(actor, data)) if change else tag
    record(actor, KnowledgeAction.TAG_CHANGED, Target.of(made), change)
    return made


def _locked(actor: Actor, tag_id: int) -> tuple[Tag, bool]:
    """The tag, and whether it is one for everyone that the actor's organisation made."""
    actor.require_writing(Permission.SITE_ADMIN if actor.is_site_admin else Permission.TAG_EDITOR)
    tag = first_or_not_found(Tag.objects.select_for_update().filter(pk=tag_id), TagProblem.NOT_FOUND())
    if actor.is_site_admin or (may_change(actor, tag) and not is_used_by_others(actor, tag)):
        return tag, False
    if tag.pk in correctable(actor, [tag]):
        return tag, True
    raise Forbidden(TagProblem.NOT_OURS())


def _check_owners(actor: Actor, values: Mapping[str, Any]) -> None:
    for key, own in (("org_id", actor.organisation_id), ("user_id", actor.user_id)):
        if values.get(key, 0) not in (0, own):
            raise Invalid({key: [TagProblem.NOT_GIVEN_AWAY()]})


def _check_vocabulary(name: str, values: Mapping[str, Any]) -> None:
    """What everybody's documents name, such as their TLP, stays usable by everybody."""
    usual = {"exportable": True, "local_only": False, "hide_tag": False, "org_id": 0, "user_id": 0}
    unusual = [key for key, value in usual.items() if values.get(key, value) != value]
    if unusual and vocabulary_among([name]):
        raise Invalid({key: [TagProblem.VOCABULARY()] for key in unusual})


def _values(data: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {key: as_bool(data[key]) for key in FLAGS if key in data}
    values |= {key: _number(key, data[key] or 0) for key in OWNERS if key in data}
    if data.get("numerical_value") not in (None, ""):
        values["numerical_value"] = _number("numerical_value", data["numerical_value"])
    if "name" in data:
        name = str(data["name"])
        if name.strip() and not is_possible_name(name):
            raise Invalid({"name": [TagProblem.BAD_NAME()]})
        values["name"] = name
    if data.get("colour"):
        value = str(data["colour"])
        if not COLOUR.fullmatch(value):
            raise Invalid({"colour": [TagProblem.BAD_COLOUR()]})
        values["colour"] = value
    return values


def _number(key: str, value: object) -> int:
    number = as_int(value)
    if number is None or abs(number) > LARGEST_NUMBER:
        raise Invalid({key: [CommonProblem.NOT_A_WHOLE_NUMBER()]})
    return number


def _galaxy_flags(name: str) -> dict[str, bool]:
    return {"is_galaxy": is_galaxy_tag(name), "is_custom_galaxy": is_custom_galaxy_tag(name)}
