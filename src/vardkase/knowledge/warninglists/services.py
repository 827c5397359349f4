"""Services for warninglists: create, edit, enable, disable, update."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from vardkase.audit.actions import AuditAction
from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.core.query_expressions import first_or_not_found
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.audit_actions import KnowledgeAction
from vardkase.knowledge.sources.load_changed import LoadResult
from vardkase.knowledge.warninglists import loader
from vardkase.knowledge.warninglists.contents import keep_what_is_needed
from vardkase.knowledge.warninglists.entries import Entries, append_entries, remove_entries, write_entries
from vardkase.knowledge.warninglists.models import Warninglist
from vardkase.knowledge.warninglists.problems import WarninglistProblem
from vardkase.knowledge.warninglists.rules import ListFields, check_entries, entries_in, list_fields

MEMBERS = ("name", "type", "description", "category", "version", "enabled", "matching_attributes")


@transaction.atomic
def add_warninglist(actor: Actor, data: Mapping[str, Any]) -> Warninglist:
    actor.require_writing(Permission.WARNINGLIST)
    entries = entries_in(data)
    if not entries:
        raise Invalid({"entries": [WarninglistProblem.NO_ENTRIES()]})
    fields = list_fields(data)
    _require_free_name(fields.name)
    return _create(actor, fields, entries, KnowledgeAction.WARNINGLIST_ADDED)


@transaction.atomic
def edit_warninglist(
    actor: Actor, warninglist_id: int, data: Mapping[str, Any], *, mark: str | None = None
) -> Warninglist:
    """Raises Conflict if the list no longer has the `mark` that a form showed."""
    actor.require_writing(Permission.WARNINGLIST)
    warninglist = _locked_own(warninglist_id)
    if mark is not None and mark != warninglist.mark:
        raise Conflict(WarninglistProblem.CHANGED_MEANWHILE())
    before = {name: getattr(warninglist, name) for name in MEMBERS}
    raised = {"version": warninglist.version + 1}
    fields = list_fields({**before, **raised, **{name: data[name] for name in MEMBERS if name in data}})
    if fields.name != warninglist.name:
        _require_free_name(fields.name)
    entries = entries_in(data)
    # The stored entries have to be valid for the new type, and their networks computed.
    if entries is None and fields.type != warninglist.type:
        entries = dict(warninglist.entries.values_list("value", "comment"))
    for name, value in asdict(fields).items():
        setattr(warninglist, name, value)
    warninglist.save()
    if entries is not None:
        check_entries(fields.type, entries)
        write_entries(warninglist, entries)
    record(
        actor,
        KnowledgeAction.WARNINGLIST_EDITED,
        Target.of(warninglist),
        {"entries": warninglist.entry_count},
    )
    return warninglist


@transaction.atomic
def import_warninglist(actor: Actor, data: Mapping[str, Any]) -> Warninglist:
    actor.require_writing(Permission.WARNINGLIST)
    entries = entries_in({"list": data.get("list")})
    if entries is None:
        raise Invalid({"list": [WarninglistProblem.LIST_MISSING()]})
    fields = list_fields({"version": None, **data})  # A list.json always has a version.
    earlier = Warninglist.objects.select_for_update().filter(name=fields.name).first()
    if earlier is None:
        return _create(actor, fields, entries, KnowledgeAction.WARNINGLIST_IMPORTED)
    check_entries(fields.type, entries)
    for name in ("type", "description", "category", "version", "matching_attributes"):
        setattr(earlier, name, getattr(fields, name))
    earlier.save()
    write_entries(earlier, entries)
    record(actor, KnowledgeAction.WARNINGLIST_IMPORTED, Target.of(earlier), {"entries": earlier.entry_count})
    return earlier


@transaction.atomic
def add_entries(actor: Actor, warninglist_id: int, entries: Entries) -> int:
    """Add the entries that the list does not have yet; returns how many."""
    actor.require_writing(Permission.WARNINGLIST)
    warninglist = _locked_own(warninglist_id)
    check_entries(warninglist.type, entries)
    added = append_entries(warninglist, entries)
    record(actor, KnowledgeAction.WARNINGLIST_VALUES_ADDED, Target.of(warninglist), {"added": added})
    return added


@transaction.atomic
def delete_warninglist(actor: Actor, warninglist_id: int) -> None:
    actor.require_writing(Permission.WARNINGLIST)
    warninglist = _locked(warninglist_id)
    target = Target.of(warninglist)
    remove_entries(warninglist)
    warninglist.delete()
    record(actor, KnowledgeAction.WARNINGLIST_DELETED, target)


@transaction.atomic
def set_enabled(
    actor: Actor, *, ids: Iterable[int] = (), names: Iterable[str] = (), enabled: bool | None = None
) -> int:
    """Enable or disable the lists with these ids or names (``%`` is a wildcard); None toggles each.

    Returns how many matched. Raises Forbidden without `perm_warninglist`, Conflict if the entries of a packaged list
    are not on this machine.
    """
    actor.require_writing(Permission.WARNINGLIST)
    # Locked, so that two toggles at once end where they began.
    lists = list(_chosen(list(ids), list(names)).select_for_update())
    for item in lists:
        item.enabled = (not item.enabled) if enabled is None else enabled
    Warninglist.objects.bulk_update(lists, ["enabled"])
    for item in lists:
        keep_what_is_needed(item)
        action = KnowledgeAction.WARNINGLIST_ENABLED if item.enabled else KnowledgeAction.WARNINGLIST_DISABLED
        record(actor, action, Target.of(item))
    return len(lists)


def update_warninglists(actor: Actor) -> LoadResult:
    """Load new versions from the files."""
    actor.require_writing(Permission.SITE_ADMIN)
    loaded = loader.load()
    if loaded.updated:
        record(actor, KnowledgeAction.WARNINGLIST_UPDATED, Target("warninglist"), {"updated": loaded.updated})
    return loaded


def _chosen(ids: Sequence[int], names: Sequence[str]) -> QuerySet[Warninglist]:
    condition = Q(pk__in=ids)
    for name in names:
        part = name.strip("%")
        like = {
            (False, False): Q(name__iexact=part),
            (True, False): Q(name__iendswith=part),
            (False, True): Q(name__istartswith=part),
            (True, True): Q(name__icontains=part),
        }[name.startswith("%"), name.endswith("%")]
        condition |= like if part else Q()  # "%" alone would be every list, and is none.
    return Warninglist.objects.filter(condition).order_by("pk")


def _create(actor: Actor, fields: ListFields, entries: Entries, action: AuditAction) -> Warninglist:
    check_entries(fields.type, entries)
    warninglist = Warninglist.objects.create(default=False, **asdict(fields))
    write_entries(warninglist, entries)
    record(actor, action, Target.of(warninglist), {"entries": warninglist.entry_count})
    return warninglist


def _require_free_name(name: str) -> None:
    if Warninglist.objects.filter(name=name).exists():
        raise Invalid({"name": [WarninglistProblem.NAME_TAKEN()]})


def _locked(warninglist_id: int) -> Warninglist:
    return first_or_not_found(
        Warninglist.objects.select_for_update().filter(pk=warninglist_id), WarninglistProblem.NOT_FOUND()
    )


def _locked_own(warninglist_id: int) -> Warninglist:
    warninglist = _locked(warninglist_id)
    if warninglist.default:
        raise Forbidden(WarninglistProblem.PACKAGED())
    return warninglist
