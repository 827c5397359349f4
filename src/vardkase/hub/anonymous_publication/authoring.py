"""What authors do. Nothing of it is written before the next slot, and nothing of it names them but the sealed link."""

from __future__ import annotations

import base64
import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vardkase.core import json_limits
from vardkase.core.errors import Conflict, Forbidden, Invalid, InvalidValue, NotFound
from vardkase.formats.misp_json.events import event_document
from vardkase.formats.misp_json.options import EventOptions
from vardkase.hub.anonymity import drafts
from vardkase.hub.anonymity.files.draft_files import clean_files
from vardkase.hub.anonymity.hits import Hit, HitDecision
from vardkase.hub.anonymity.self_identification import apply, check
from vardkase.hub.anonymous_publication import slots
from vardkase.hub.anonymous_publication.documents import Omission, copied
from vardkase.hub.anonymous_publication.models import PublicationState
from vardkase.hub.anonymous_publication.problems import AnonymousProblem
from vardkase.hub.anonymous_publication.queries import Status, is_stored, own_status, part_uuids
from vardkase.hub.anonymous_publication.recovery_codes import Capability, read_code
from vardkase.hub.anonymous_publication.settings import ENABLED
from vardkase.hub.anonymous_publication.submissions import Submission, SubmissionKind
from vardkase.hub.guard.detectors import REACH_OF_TLP, tlp_label
from vardkase.hub.guard.findings import Severity
from vardkase.hub.sealed_links.sealing import SIZE, SealedIdentity, can_seal, seal
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.models import Event
from vardkase.intel.queries.find import Reference, find_event
from vardkase.misp.distribution import Distribution

SOURCE = EventOptions(
    include_attachments=True, include_event_correlations=False, no_sightings=True, include_analyst_data=True
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What would be published, what of the source would not, and what in it points to the author's organisation.

    Exists in one request only.
    """

    document: dict[str, Any]
    left_out: Counter[Omission]
    hits: list[Hit]

    def decided(self, decisions: Mapping[str, HitDecision]) -> dict[str, Any]:
        """The document with the hits dealt with. Raises Invalid for a replacement that is too long, and if no values or
        nothing at all would be left.
        """
        decided = apply(self.document, self.hits, decisions)
        if not has_values(decided) and (has_values(self.document) or not decided.get("EventReport")):
            raise Invalid({"document": [AnonymousProblem.NO_VALUES_LEFT()]})
        return decided


def has_values(document: Mapping[str, Any]) -> bool:
    return bool(
        document.get("Attribute") or any(each.get("Attribute") for each in document.get("Object") or ())
    )


def may_publish_anonymously(actor: Actor) -> bool:
    return actor.may_write and actor.may(Permission.ADD, Permission.PUBLISH) and ENABLED.value


def require_open(actor: Actor) -> None:
    """Raise Forbidden unless the actor may publish, and the hub takes anonymous publications."""
    actor.require_writing(Permission.ADD, Permission.PUBLISH)
    if not ENABLED.value:
        raise Forbidden(AnonymousProblem.OFF())
    if not can_seal():
        raise Forbidden(AnonymousProblem.NO_OFFICERS())


def own_event(actor: Actor, reference: Reference) -> Event:
    """Raises NotFound, and Forbidden for an event of another organisation."""
    event = find_event(actor, reference)
    if event.orgc_id != actor.organisation_id or event.org_id != actor.organisation_id:
        raise Forbidden(AnonymousProblem.NOT_OWN())
    return Event.objects.get(pk=event.id)


def is_read_by_others(event: Event) -> bool:
    """Then they know whose it is, and whose a copy of it would be."""
    is_out = event.published or event.being_changed
    return is_out and event.distribution != Distribution.ORGANISATION


def own_event_source(actor: Actor, reference: Reference) -> dict[str, Any]:
    """The actor's own event as a document. Raises as `own_event`, and Invalid if others can read it."""
    event = own_event(actor, reference)
    if is_read_by_others(event):
        raise Invalid({"event": [AnonymousProblem.READ_BY_OTHERS()]})
    return read_source(b"".join(event_document(actor, event.pk, SOURCE)))


def read_source(text: str | bytes) -> dict[str, Any]:
    """An event in MISP's JSON. Raises Invalid."""
    try:
        source = json_limits.decoded(text)
    except InvalidValue as refused:
        raise Invalid({"document": [refused.problem]}) from refused
    if (
        isinstance(source, dict)
        and isinstance(response := source.get("response"), list)
        and len(response) == 1
    ):
        source = response[0]
    if not isinstance(source, dict):
        raise Invalid({"document": [AnonymousProblem.NOT_AN_EVENT()]})
    return source


def draft_of(
    actor: Actor,
    source: Mapping[str, Any],
    distribution: int,
    *,
    keeps_times: bool = False,
    corrects: Capability | None = None,
    copy_of: Reference | None = None,
) -> Draft:
    """What would be published of `source`; `corrects`: by whose publication the UUIDs of parts are known; `copy_of`:
    the own event that it was taken from, which may have been deleted since.

    Raises Invalid by field, also if it is too large, or others can read that event by now.
    """
    original = _own_event_if_there(actor, copy_of)
    known = frozenset[str]() if corrects is None else part_uuids(corrects)
    own = Organisation.objects.get(pk=actor.organisation_id)
    made = copied(source, distribution, own_uuid=str(own.uuid), keeps_times=keeps_times, known=known)
    document = clean_files(made.document)
    # With a link, which cannot be compressed, as long as it will be.
    link = "" if corrects else base64.b64encode(secrets.token_bytes(SIZE)).decode()
    slots.size_of(Submission("", "", "", {"document": document, "link": link}))
    return Draft(document, made.left_out, check(own, document, original))


def submit_publication(
    actor: Actor,
    code: str,
    document: dict[str, Any],
    *,
    consents: bool = False,
    confirms_tlp: bool = False,
) -> None:
    """Submit what a draft has become with a new recovery code.

    Raises Forbidden, Invalid, Conflict.
    """
    require_open(actor)
    _require_tlp(document, confirmed=confirms_tlp)
    body = {
        "document": document,
        "consents": consents,
        "confirms_tlp": confirms_tlp,
        "link": base64.b64encode(seal(_identity_of(actor))).decode(),
    }
    _submit(actor, read_code(code), SubmissionKind.PUBLISH, body)


def submit_correction(
    actor: Actor, code: str, document: dict[str, Any], *, confirms_tlp: bool = False
) -> None:
    capability = _of_publication(actor, code, PublicationState.PUBLISHED, AnonymousProblem.NOT_PUBLISHED)
    _require_tlp(document, confirmed=confirms_tlp)
    body = {"document": document, "confirms_tlp": confirms_tlp}
    _submit(actor, capability, SubmissionKind.CORRECT, body)


def submit_withdrawal(actor: Actor, code: str) -> None:
    require_may_author(actor)
    capability = read_code(code)
    status = own_status(capability)
    if status.publication is not None and status.publication.state not in (
        PublicationState.PUBLISHED,
        PublicationState.WAITING,
    ):
        raise Conflict(AnonymousProblem.NOT_PUBLISHED())
    if not status.is_known:
        raise Invalid({"code": [AnonymousProblem.UNKNOWN_CODE()]})
    _submit(actor, capability, SubmissionKind.WITHDRAW, {})


def submit_consent(actor: Actor, code: str) -> None:
    capability = _of_publication(actor, code, PublicationState.WAITING, AnonymousProblem.NOT_WAITING)
    _submit(actor, capability, SubmissionKind.CONSENT, {})


def submit_undo(actor: Actor, code: str) -> None:
    """Take back a withdrawal or consent that is stored, before its round."""
    require_may_author(actor)
    capability = read_code(code)
    if not own_status(capability).may_undo:
        raise Conflict(AnonymousProblem.NOTHING_TO_UNDO())
    _submit(actor, capability, SubmissionKind.UNDO, {})


def status_of(actor: Actor, code: str) -> Status:
    """What became of the publication with this code. Raises Invalid for what is no code, or an unknown one."""
    require_may_author(actor)
    status = own_status(read_code(code))
    if not status.is_known:
        raise Invalid({"code": [AnonymousProblem.UNKNOWN_CODE()]})
    return status


def require_may_author(actor: Actor) -> None:
    """Authors reach what they have published even when no more is taken."""
    actor.require(Permission.ADD)


def exceeded_labels(document: Mapping[str, Any]) -> dict[str, Severity]:
    """TLP tags in it that its distribution exceeds, which the round would ask about or refuse."""
    found = {}
    for _path, part in drafts.parts(document):
        for _tag_path, tag in drafts.tags((), part):
            too_far, severity = REACH_OF_TLP.get(tlp_label(tag["name"]) or "", (frozenset(), Severity.ASKS))
            if document["distribution"] in too_far:
                found[tag["name"]] = severity
    return found


def _require_tlp(document: Mapping[str, Any], *, confirmed: bool) -> None:
    labels = exceeded_labels(document)
    if Severity.STOPS in labels.values() or (Severity.ASKS in labels.values() and not confirmed):
        raise Invalid({"confirms_tlp": [AnonymousProblem.TLP_EXCEEDED(labels=", ".join(labels))]})


def _own_event_if_there(actor: Actor, reference: Reference | None) -> Event | None:
    try:
        event = None if reference is None else own_event(actor, reference)
    except NotFound:
        return None
    if event is not None and is_read_by_others(event):
        raise Invalid({"event": [AnonymousProblem.READ_BY_OTHERS()]})
    return event


def _of_publication(
    actor: Actor, code: str, state: PublicationState, refusal: AnonymousProblem
) -> Capability:
    require_may_author(actor)
    capability = read_code(code)
    publication = own_status(capability).publication
    if publication is None:
        raise Invalid({"code": [AnonymousProblem.UNKNOWN_CODE()]})
    if publication.state != state:
        raise Conflict(refusal())
    return capability


def _submit(actor: Actor, capability: Capability, kind: SubmissionKind, body: dict[str, Any]) -> None:
    receipt = capability.receipt(kind)
    if is_stored(receipt):
        raise Conflict(AnonymousProblem.ALREADY_THERE())
    slots.keep(Submission(kind, capability.author_key, receipt, body), actor.organisation_id)


def _identity_of(actor: Actor) -> SealedIdentity:
    organisation = Organisation.objects.get(pk=actor.organisation_id)
    return SealedIdentity(str(organisation.uuid), organisation.name, actor.name)
