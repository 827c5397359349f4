"""Hooks on phases for higher layers."""

from vardkase.core.hooks import Hook

phases_changed: Hook[None] = Hook("phases_changed")
"""A phase or a legal precondition is another than before; in the same transaction."""
