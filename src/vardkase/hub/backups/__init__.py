"""Backups of the hub: who can read them, when they are made and removed, and what was deleted while they are kept.

`core.backup` makes and restores them. Nobody on the hub can read one: they are encrypted to recipients that two persons
decide on.
"""
