"""Protected events: toggling protection, their signing keys, and signatures of incoming and outgoing events."""

from __future__ import annotations

import json
from dataclasses import replace

from vardkase.api.answers import Json, Saved, Stream, Text, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.fields import AnyText, Anything, Mandatory
from vardkase.api.inputs import Body
from vardkase.api.problems import PartRequestProblem
from vardkase.api.request import Call
from vardkase.core.errors import Invalid, NotFound
from vardkase.core.openpgp.instance_key import instance_public_key
from vardkase.formats.misp_json.keys import key_document
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.columns import EventRow
from vardkase.intel.problems import EventProblem
from vardkase.intel.protection import keys, services
from vardkase.intel.protection.services import Signed
from vardkase.intel.queries.find import find_event
from vardkase.intel.rules import must_sign

SIGNATURE = "X-PGP-Signature"
PEER, AUTOMATIC = "MISP ", ("MISP ", "PyMISP")
"""How the user agents of other instances, and of all MISP's own clients, begin."""
PARENT = "Event"


def signed_document(call: Call) -> Signed | None:
    signature = call.headers.get(SIGNATURE)
    return Signed(call.raw, signature) if signature else None


def vouched_for(call: Call, event: EventRow, answer: Stream) -> Stream:
    """The response for a protected event, signed for MISP's own clients.

    A peer gets the event only if the hub's key is one of the event's keys; it would reject any other
    signature.
    """
    agent = call.headers.get("User-Agent", "")
    if not agent.startswith(AUTOMATIC):
        return answer
    is_peer = agent.startswith(PEER) and must_sign(call.actor, protected=True)
    if is_peer and not services.may_be_vouched_for(event.id):
        raise NotFound(EventProblem.NOT_FOUND())
    signature, content = services.signed(answer.content)
    return replace(answer, content=content, headers={**answer.headers, SIGNATURE: signature})


class SigningKeyBody(Body, kw_only=True):
    model = "CryptographicKey"

    key_data: Mandatory[AnyText] = None
    type: Anything = None


@endpoint("events/protect", requires=(Permission.ADD,), writes=True)
def protect(call: Call, event_id: str) -> Saved:
    """Protect an event: other instances can then change it only with documents signed by one of its keys."""
    return _set_protected(call.actor, event_id, "protect", protected=True)


@endpoint("events/unprotect", requires=(Permission.ADD,), writes=True)
def unprotect(call: Call, event_id: str) -> Saved:
    """Unprotect an event: changes no longer need a signature."""
    return _set_protected(call.actor, event_id, "unprotect", protected=False)


@endpoint(
    "cryptographicKeys/add",
    requires=(Permission.ADD,),
    writes=True,
    describes=Description(
        "POST a CryptographicKey object to this API to let its holder change a protected event.",
        url="/cryptographicKeys/add/[parent_type]/[event_id]",
    ),
)
def add(call: Call, parent_type: str, event_id: str, *, body: SigningKeyBody) -> Json:
    """Add a key to the event named in the path."""
    event = _event(call.actor, parent_type, event_id)
    try:
        added = keys.add_key(call.actor, event.id, body.sent)
    except Invalid as invalid:
        raise SaveFailed("add CryptographicKey", "/cryptographicKeys/add", invalid.errors) from invalid
    return Json({"CryptographicKey": key_document(added)})


@endpoint("cryptographicKeys/delete", requires=(Permission.ADD,), writes=True)
def delete(call: Call, key_id: str) -> Saved:
    """Remove a key from its event."""
    deleted = keys.delete_key(call.actor, key_id)
    number = str(deleted.pk)
    return saved("CryptographicKey deleted.", f"/cryptographicKeys/delete/{number}", id=number)


@endpoint("cryptographicKeys/index")
def index(call: Call, parent_type: str, event_id: str) -> Json:
    """List the keys of the event named in the path."""
    event = _event(call.actor, parent_type, event_id)
    return Json([{"CryptographicKey": key_document(key)} for key in keys.keys_of(event.id)])


@endpoint("cryptographicKeys/view")
def view(call: Call, key_id: str) -> Json:
    """Return one key."""
    return Json({"CryptographicKey": key_document(keys.find_key(call.actor, key_id))})


@endpoint("cryptographicKeys/serverSign", requires=(Permission.SERVER_SIGN,), writes=True, methods=("POST",))
def server_sign(call: Call) -> Text:
    """Sign the given data (a JSON string, or otherwise the raw body) with the hub's key; returns the armored
    signature."""
    return Text(services.signed_by_hub(call.actor, _blob(call)))


@endpoint("users/getGpgPublicKey")
def public_key(_call: Call) -> Text:
    """Return the hub's own public key, to be added to events that it should sign; 404 until the key exists."""
    armored = instance_public_key()
    if armored is None:
        raise NotFound(PartRequestProblem.NO_PUBLIC_KEY())
    return Text(armored)


def _set_protected(actor: Actor, event_id: str, action: str, *, protected: bool) -> Saved:
    event = find_event(actor, event_id)
    services.protect_event(actor, event.id, protected=protected)
    text = f"Event switched to {action}ed mode."
    return saved(text, f"/events/{action}/{event.id}", id=str(event.id))


def _event(actor: Actor, parent_type: str, event_id: str) -> EventRow:
    if parent_type != PARENT:
        raise MispError(404, "Invalid parent type.")
    return find_event(actor, event_id)


def _blob(call: Call) -> bytes:
    try:
        decoded = json.loads(call.raw)
    except ValueError:
        return call.raw
    return decoded.encode() if isinstance(decoded, str) else call.raw
