"""Tags: the list, one's favourites, and the tags that the hub has made itself."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Case, TextField, Value, When
from django.db.models.functions import Concat
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_POST

from vardkase.core.errors import Conflict, Forbidden
from vardkase.core.query_expressions import first_or_not_found
from vardkase.identity.access.permissions import Permission
from vardkase.intel.queries.tag_counts import is_used, tag_counts
from vardkase.knowledge.taxonomies import queries, services, tlp
from vardkase.knowledge.taxonomies.colours import show_own_colours
from vardkase.knowledge.taxonomies.models import Tag
from vardkase.knowledge.taxonomies.problems import TagProblem
from vardkase.knowledge.taxonomies.rules import colour_of, may_change
from vardkase.web.knowledge.library import back_to_list
from vardkase.web.knowledge.taxonomies.forms import TagForm, TagsForm
from vardkase.web.ui.display import thin
from vardkase.web.ui.edit_page import Crumb, confirm_page, edit_page
from vardkase.web.ui.forms.errors import errors_shown_in
from vardkase.web.ui.forms.versions import ShownVersion
from vardkase.web.ui.listing import listed, searched
from vardkase.web.ui.pages import PageRequest, page
from vardkase.web.ui.paging import first_page
from vardkase.web.ui.picker_views import found_choices
from vardkase.web.ui.undo import say_with_undo

USED_FIRST = "place"
"""The order that no column shows: tags that are on events, and then the others, each by name."""
SORTS = {"name", "pk", USED_FIRST}
MOST_COUNTED = 100
"""Attributes of one tag that the list counts: 50 tags may be on millions."""


@page()
def index(request: PageRequest) -> HttpResponse:
    actor = request.actor
    favourites = queries.favourites(actor)
    tags = queries.visible_tags(actor)
    scope = request.GET.get("scope", "")
    if scope == "favourites":
        tags = tags.filter(pk__in=favourites)
    elif scope == "own":
        tags = tags.filter(org_id=actor.organisation_id)
    if text := searched(request):
        tags = tags.filter(name__icontains=text)
    if request.GET.get("sort", USED_FIRST) == USED_FIRST:
        used = Case(When(is_used(actor), then=Value("0")), default=Value("1"))
        tags = tags.annotate(place=Concat(used, "name", output_field=TextField()))
    context = listed(request, tags, SORTS, USED_FIRST)
    context |= _described(request, context["rows"], favourites)
    context |= {"q": text, "scope": scope, "tabs": _tabs(request, scope)}
    return render(request, "taxonomies/tags.html", context)


@page(Permission.TAGGER)
def find(request: PageRequest) -> HttpResponse:
    """For every form with a field `tags` of what may be attached."""
    return found_choices(request, TagsForm(request.actor))


@page(Permission.TAG_EDITOR, writes=True)
def create(request: PageRequest) -> HttpResponse:
    return _write(request, None)


@page(Permission.TAG_EDITOR, writes=True)
def edit(request: PageRequest, pk: int) -> HttpResponse:
    return _write(request, _own_tag(request, pk))


@page(Permission.TAG_EDITOR, writes=True)
def delete(request: PageRequest, pk: int) -> HttpResponse:
    tag = _own_tag(request, pk)
    counts = tag_counts(request.actor, [tag.pk]).get(tag.pk, (0, 0))
    if request.method != "POST":
        return confirm_page(
            request, gettext("Delete tag"), _parents(), _consequences(request, tag, counts), things=[tag.name]
        )
    before = _fields_of(request, tag)
    try:
        services.delete_tag(request.actor, tag.pk)
    except Conflict as refused:
        messages.error(request, str(refused))
        return redirect(f"{reverse('tags')}?{urlencode({'q': tag.name})}")
    said = gettext("Tag deleted: %(name)s") % {"name": tag.name}
    if any(counts):
        messages.success(request, said)
    else:
        say_with_undo(request, said, "tag_create", **before)
    return redirect("tags")


@page(writes=True)
@require_POST
def favourite(request: PageRequest, pk: int) -> HttpResponse:
    """Add the tag to the reader's favourites, or remove it."""
    services.toggle_favourite(request.actor, _tag(request, pk))
    return back_to_list(request, "tags", f"row-{pk}")


def _consequences(request: PageRequest, tag: Tag, counts: tuple[int, int]) -> str:
    if tag.pk in queries.correctable(request.actor, [tag]):
        return gettext("The tag is only deleted if it is on nothing that your organisation can read.")
    events, attributes = map(thin, counts)
    if not any(counts):
        return gettext("No event or attribute that you can read has the tag.")
    words = gettext(
        "Events with the tag: %(events)s, attributes: %(attributes)s. The tag is removed from all of them, and "
        "from all tag collections. This cannot be undone."
    )
    return words % {"events": events, "attributes": attributes}


def _fields_of(request: PageRequest, tag: Tag) -> dict[str, Any]:
    """What a form sends of the tag as its reader sees it."""
    show_own_colours(request.actor, [tag])
    shown = {name: getattr(tag, name) for name in TagForm.base_fields}
    return {
        name: "on" if value is True else value for name, value in shown.items() if value not in (None, False)
    }


def _write(request: PageRequest, tag: Tag | None) -> HttpResponse:
    # Before the reader's own colour takes the place of the one that is stored.
    version = ShownVersion(request, tag)
    if tag:
        show_own_colours(request.actor, [tag])
    initial = {name: getattr(tag, name) for name in TagForm.base_fields} if tag else {"colour": colour_of("")}
    form = TagForm(request.actor, tag, request.POST or None, initial=initial)
    if form.is_valid():
        data = _sent(form)
        before = _fields_of(request, tag) if tag else {}
        with errors_shown_in(form), version.saving(form):
            saved = (
                services.edit_tag(request.actor, tag.pk, data)
                if tag
                else services.create_tag(request.actor, data)
            )
            if tag and form.has_changed():
                say_with_undo(request, gettext("Saved."), "tag_edit", saved.pk, **before)
            else:
                messages.success(request, gettext("Saved."))
            return redirect(f"{reverse('tags')}?{urlencode({'q': saved.name})}")
    if tag:
        return edit_page(request, form, gettext("Edit tag"), _parents(), version=version)
    intro = gettext(
        "Tags from taxonomies and galaxies are created when they are first used. Create a tag here only if none of "
        "them fits."
    )
    return edit_page(request, form, gettext("New tag"), _parents(), intro=intro)


def _parents() -> list[Crumb]:
    return [(pgettext("noun", "Tags"), reverse("tags"))]


def _sent(form: TagForm) -> dict[str, Any]:
    data = dict(form.cleaned_data)
    if form.tag is None and "colour" not in form.changed_data:
        del data["colour"]  # A new tag gets the colour of its name.
    return data


def _described(request: PageRequest, tags: list[Tag], favourites: set[int]) -> dict[str, Any]:
    show_own_colours(request.actor, tags)
    counts = tag_counts(request.actor, [tag.pk for tag in tags], MOST_COUNTED + 1)
    meanings = queries.meanings(tag.name for tag in tags)
    correctable = queries.correctable(request.actor, tags)
    return {
        "most_counted": MOST_COUNTED,
        "rows": [
            {
                "tag": tag,
                "events": counts.get(tag.pk, (0, 0))[0],
                "attributes": counts.get(tag.pk, (0, 0))[1],
                "meaning": tlp.meaning(tag.name) or _meaning(meanings.get(tag.name)),
                "is_favourite": tag.pk in favourites,
                "may_change": request.actor.may_write
                and (may_change(request.actor, tag) or tag.pk in correctable),
            }
            for tag in tags
        ],
    }


def _meaning(found: queries.TagMeaning | None) -> str:
    if found is None:
        return ""
    return (found.entry.expanded if found.entry else "") or found.predicate.expanded


def _tabs(request: PageRequest, scope: str) -> list[dict[str, Any]]:
    labels = {
        "": gettext("All"),
        "favourites": gettext("Favourites"),
        "own": gettext("Reserved for our organisation"),
    }
    return [
        {"label": label, "url": first_page(request, scope=name or None), "current": name == scope}
        for name, label in labels.items()
    ]


def _own_tag(request: PageRequest, pk: int) -> Tag:
    tag = _tag(request, pk)
    if not may_change(request.actor, tag) and tag.pk not in queries.correctable(request.actor, [tag]):
        raise Forbidden(TagProblem.NOT_OURS())
    return tag


def _tag(request: PageRequest, pk: int) -> Tag:
    return first_or_not_found(queries.visible_tags(request.actor).filter(pk=pk), TagProblem.NOT_FOUND())
