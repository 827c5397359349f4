"""Hook points of accounts for higher layers, called in the transaction of the change."""

from __future__ import annotations

from vardkase.core.hooks import Hook
from vardkase.identity.organisations.acting import Acting

officer_appointed: Hook[Acting] = Hook("officer_appointed")
"""An account has got a duty that decides on members; the payload is who gave it."""
