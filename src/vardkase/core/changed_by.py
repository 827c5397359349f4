"""Who may change a setting or a schedule. Each is declared with one of these; there is no default."""

from __future__ import annotations

from enum import StrEnum


class ChangedBy(StrEnum):
    """The people who may change something while the hub runs (`hub.instance.authority` says what that means)."""

    OFFICERS = "officers"
    """Rules of membership, of who may see what, and ways out for what is shared: the hub owner's officers."""
    SITE_ADMIN = "site_admin"
    """How intelligence is handled: site administrators, but no operator or auditor."""
    OPERATOR = "operator"
    """What running the platform needs: site administrators, operators among them."""
