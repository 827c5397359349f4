"""Public records: what was made available to each connected authority, and copies for those who ask for it."""

from __future__ import annotations
