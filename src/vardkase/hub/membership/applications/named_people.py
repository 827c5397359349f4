"""Checks whether an application names hub staff, as a contact or as signatory of the terms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vardkase.hub.correspondence.letters.signatures import signature
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.persons import addresses_of, are_one_person


def is_named(actor: Actor, answers: Mapping[str, Any], email: str = "") -> bool:
    """True if the actor is named in `answers` (of a form submitted from the address `email`).

    Matches any address the account has had, or the actor's name in letters.
    """
    if actor.user_id is None:
        return False
    contacts = answers.get("contacts")
    people = [*contacts.values()] if isinstance(contacts, Mapping) else []
    people = [person for person in (*people, answers.get("terms")) if isinstance(person, Mapping)]
    addresses = {str(person.get("email") or "") for person in people} | {email}
    if are_one_person(addresses_of(actor.user_id, actor.name), addresses - {""}):
        return True
    # By name as well: a contact may be given with a private address.
    own = signature(actor)
    names = {" ".join(str(person.get("name") or "").casefold().split()) for person in people}
    return own is not None and own.name.casefold() in names
