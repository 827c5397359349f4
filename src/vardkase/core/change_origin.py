"""Who may change a setting or schedule. Must be declared for each; there is no default."""

from __future__ import annotations

from enum import StrEnum


class ChangedBy(StrEnum):
    """Who may change a setting at run time (see `hub.instance.authority`)."""

    OFFICERS = "officers"
    """Rules of membership, of who may see what, and of outgoing channels: the hub owner's officers."""
    SITE_ADMIN = "site_admin"
    """How intelligence is handled: site administrators, but no operator or auditor."""
    OPERATOR = "operator"
    """What running the platform needs: site administrators, operators among them."""
