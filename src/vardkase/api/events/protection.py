"""Protected events: toggling protection, their signing keys, and signatures of incoming and outgoing events."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from vardkase.api.answers import Answer, Json, Stream, Text, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.problems import PartRequestProblem
from vardkase.api.request import Call
from vardkase.core.errors import Invalid, NotFound
from vardkase.core.openpgp.instance_key import instance_public_key
from vardkase.formats.misp_json.keys import key_document
from vardkase.identity.access.permissions import Permission
from vardkase.intel.problems import EventProblem
from vardkase.intel.protection import keys, services
from vardkase.intel.protection.models import CryptographicKey
from vardkase.intel.protection.services import Signed
from vardkase.intel.queries.find import find_event
from vardkase.intel.queries.rows import EventRow
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


@endpoint("events/protect", requires=(Permission.ADD,), writes=True)
def protect(call: Call) -> Answer:
    """Protect an event: other instances can then change it only with documents signed by one of its keys."""
    return _set_protected(call, "protect", protected=True)


@endpoint("events/unprotect", requires=(Permission.ADD,), writes=True)
def unprotect(call: Call) -> Answer:
    """Unprotect an event: changes no longer need a signature."""
    return _set_protected(call, "unprotect", protected=False)


@endpoint(
    "cryptographicKeys/add",
    requires=(Permission.ADD,),
    writes=True,
    describes=Description(
        "POST a CryptographicKey object to this API to let its holder change a protected event.",
        ("key_data",),
        ("type",),
        "/cryptographicKeys/add/[parent_type]/[event_id]",
    ),
)
def add(call: Call) -> Answer:
    """Add a key to the event named in the path."""
    event = _event(call)
    try:
        added = keys.add_key(call.actor, event.id, call.data("CryptographicKey"))
    except Invalid as invalid:
        raise SaveFailed("add CryptographicKey", "/cryptographicKeys/add", invalid.errors) from invalid
    return Json(_key_body(added))


@endpoint("cryptographicKeys/delete", requires=(Permission.ADD,), writes=True)
def delete(call: Call) -> Answer:
    """Remove a key from its event."""
    deleted = keys.delete_key(call.actor, call.arg(0))
    number = str(deleted.pk)
    return saved("CryptographicKey deleted.", f"/cryptographicKeys/delete/{number}", id=number)


@endpoint("cryptographicKeys/index")
def index(call: Call) -> Answer:
    """List the keys of the event named in the path."""
    return Json([_key_body(key) for key in keys.keys_of(_event(call).id)])


@endpoint("cryptographicKeys/view")
def view(call: Call) -> Answer:
    """Return one key."""
    return Json(_key_body(keys.find_key(call.actor, call.arg(0))))


@endpoint("cryptographicKeys/serverSign", requires=(Permission.SERVER_SIGN,), writes=True, methods=("POST",))
def server_sign(call: Call) -> Answer:
    """Sign the given data (a JSON string, or otherwise the raw body) with the hub's key; returns the armored
    signature."""
    return Text(services.signed_by_hub(call.actor, _blob(call)))


@endpoint("users/getGpgPublicKey")
def public_key(_call: Call) -> Answer:
    """Return the hub's own public key, to be added to events that it should sign; 404 until the key exists."""
    armored = instance_public_key()
    if armored is None:
        raise NotFound(PartRequestProblem.NO_PUBLIC_KEY())
    return Text(armored)


def _set_protected(call: Call, action: str, *, protected: bool) -> Answer:
    event = find_event(call.actor, call.arg(0))
    services.protect_event(call.actor, event.id, protected=protected)
    text = f"Event switched to {action}ed mode."
    return saved(text, f"/events/{action}/{event.id}", id=str(event.id))


def _event(call: Call) -> EventRow:
    if call.arg(0) != PARENT:
        raise MispError(404, "Invalid parent type.")
    return find_event(call.actor, call.arg(1))


def _blob(call: Call) -> bytes:
    try:
        decoded = json.loads(call.raw)
    except ValueError:
        return call.raw
    return decoded.encode() if isinstance(decoded, str) else call.raw


def _key_body(key: CryptographicKey) -> dict[str, Any]:
    return {"CryptographicKey": key_document(key)}
