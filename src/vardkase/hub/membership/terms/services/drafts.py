"""Writing the next version of the terms, and publishing it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from vardkase.audit.services import Target, record
from vardkase.core.clock import today
from vardkase.core.errors import Conflict, Invalid, NotFound
from vardkase.hub.membership.terms import queries
from vardkase.hub.membership.terms.criteria import read_criteria, stored
from vardkase.hub.membership.terms.hooks import Published, terms_published
from vardkase.hub.membership.terms.models import Terms, TermsState
from vardkase.hub.membership.terms.services.asking import ask_all_members
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.staff import StaffRole

OFFICERS = (StaffRole.MEMBERSHIP_OFFICER, StaffRole.LEGAL_OFFICER)
LONGEST = 100_000


@transaction.atomic
def start_draft(actor: Actor) -> Terms:
    """Begin the next version as a copy of the current one; the draft that there is, where there is one."""
    _require_officer(actor)
    if found := queries.draft():
        return found
    current = queries.current_terms()
    made = Terms.objects.create(
        version=current.version + 1,
        text_sv=current.text_sv,
        text_en=current.text_en,
        criteria=current.criteria,
        written_by=actor.name,
    )
    record(actor, "terms.drafted", target_of(made))
    return made


@transaction.atomic
def edit_draft(actor: Actor, data: Mapping[str, Any]) -> Terms:
    """Change `text_sv`, `text_en` or `criteria` (a list of objects) of the draft.

    Raises NotFound, and Invalid by field.
    """
    _require_officer(actor)
    found = _draft()
    changed = []
    for name in ("text_sv", "text_en"):
        if name in data and (text := _text(data[name], name)) != getattr(found, name):
            setattr(found, name, text)
            changed.append(name)
    if (
        "criteria" in data
        and (criteria := stored(read_criteria(_objects(data["criteria"])))) != found.criteria
    ):
        found.criteria = criteria
        changed.append("criteria")
    if changed:
        found.written_by = actor.name
        found.save()
        record(actor, "terms.edited", target_of(found), {"fields": changed})
    return found


@transaction.atomic
def discard_draft(actor: Actor) -> None:
    """Throw the draft away. Raises NotFound."""
    _require_officer(actor)
    found = _draft()
    record(actor, "terms.discarded", target_of(found))
    found.delete()


@transaction.atomic
def publish(actor: Actor, version: int, answer_by: date | None) -> Terms:
    """Have the draft, which is `version`, apply from now on, and ask every member to accept it by a day.

    Raises NotFound, Conflict when the draft is another version by now, Invalid under `answer_by`.
    """
    _require_officer(actor)
    found = _draft()
    if found.version != version:
        raise Conflict(gettext("Somebody else has published a version meanwhile. Look at it first."))
    if answer_by is None or answer_by <= today():
        raise Invalid({"answer_by": [gettext("Choose a day to come: members answer until then.")]})
    _keep_the_delivered(found.version)
    former = queries.current_terms()
    found.state, found.published, found.published_by = TermsState.PUBLISHED, timezone.now(), actor.name
    found.answer_by = answer_by
    found.save()
    asked = ask_all_members(actor, found)
    terms_published.emit(Published(actor, found, former))
    change = {"answer_by": answer_by.isoformat(), "count": asked}
    record(actor, "terms.published", target_of(found), change)
    return found


def target_of(terms: Terms) -> Target:
    """How the audit trail names a version."""
    return Target("terms", terms.pk, title=gettext("Terms, version %s") % terms.version)


def _keep_the_delivered(version: int) -> None:
    """Store version 1 before another takes its place: what was accepted must not change with the software."""
    if version == 2 and not Terms.objects.filter(version=1).exists():
        queries.terms_of(1).save()


def _require_officer(actor: Actor) -> None:
    actor.require_writing()
    actor.require_staff(*OFFICERS)


def _draft() -> Terms:
    found = Terms.objects.select_for_update().filter(state=TermsState.DRAFT).first()
    if found is None:
        raise NotFound("No version of the terms is being written.")
    return found


def _text(given: Any, name: str) -> str:
    text = given.replace("\r\n", "\n").strip() if isinstance(given, str) else ""
    if not text or len(text) > LONGEST or "\0" in text:
        told = gettext("Please enter a text of at most %(count)s characters.") % {"count": LONGEST}
        raise Invalid({name: [told]})
    return text


def _objects(given: Any) -> Iterable[Mapping[str, Any]]:
    if not isinstance(given, list) or any(not isinstance(each, Mapping) for each in given):
        raise Invalid({"criteria": [gettext("A list of objects is expected here.")]})
    return given
