"""What happens to the phases, for the rooms above."""

from vardkase.core.hooks import Hook

phases_changed: Hook[None] = Hook("phases_changed")
"""A phase or a legal precondition is another than before; in the same transaction."""
