"""Checks of tags that a form adds."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext

from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.tag_choices import unusable_tags
from vardkase.knowledge.taxonomies.queries import exclusive_conflicts
from vardkase.knowledge.taxonomies.rules import is_possible_name

MOST_TAGS = 50


def check_tags(form: forms.Form, field: str, actor: Actor, others: Sequence[str] = ()) -> None:
    """`others`: tags that those of the field will be beside."""
    names: Sequence[str] = form.cleaned_data.get(field) or []
    if not names:
        return
    if not actor.may(Permission.TAGGER):
        form.add_error(field, gettext("Your role may not add tags."))
        return
    # The length first, since finding out what a name excludes takes time.
    if len(names) > MOST_TAGS or not all(map(is_possible_name, names)):
        form.add_error(field, gettext("Too many tags, or a name that is too long."))
        return
    if unusable := unusable_tags(actor, names):
        form.add_error(field, gettext("Tag not found: %(names)s") % {"names": ", ".join(unusable)})
    for conflict in exclusive_conflicts([*names, *others]):
        if not set(names).isdisjoint(conflict.tags):
            form.add_error(field, conflict_words(conflict.tags))


def conflict_words(tags: Sequence[str]) -> str:
    return gettext("Only one of these can be true at a time: %(names)s. Keep one.") % {
        "names": ", ".join(tags)
    }
