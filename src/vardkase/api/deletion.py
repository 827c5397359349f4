"""How a deletion is asked for: softly, or for good."""

from __future__ import annotations

from vardkase.api.fields import Hard
from vardkase.api.inputs import Params


class DeletionParams(Params, kw_only=True):
    """The older way to say it is a second argument in the path."""

    hard: Hard = False
