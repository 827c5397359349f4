"""The record of lists that leave the hub as files."""

from __future__ import annotations

from vardkase.audit.services import Target, record
from vardkase.hub.audit_actions import HubAction
from vardkase.identity.access.actor import Actor


def list_exported(actor: Actor, name: str, form: str) -> None:
    record(actor, HubAction.LIST_EXPORTED, Target("list", title=name), {"format": form})
