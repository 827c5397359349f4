"""Pages of backups: what there is, what it still has of what was deleted, and who can read it."""

from vardkase.hub.profiles import EVERY

PROFILES = EVERY
