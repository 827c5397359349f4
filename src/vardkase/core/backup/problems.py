"""Problems of backups."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import VardkaseError
from vardkase.core.problems import Problem, ProblemCode


class BackupProblem(ProblemCode):
    NO_STORAGE = _("No place for backups is chosen. The operator sets VARDKASE_BACKUP_STORAGE.")
    NO_RECIPIENTS = _(
        "Nobody could read the backups: no recipients are set. Two persons set them under Backups."
    )
    STORAGE_ADDRESS = _("“%(value)s” is no place for backups. Give a folder, or s3://bucket/prefix.")
    STORAGE_FAILED = _("The storage of backups does not work: %(said)s")
    BAD_RECIPIENT = _(
        "“%(value)s” is no public key that backups can be encrypted to: one of age begins with age1, an OpenPGP "
        "certificate with openpgp: and must not be expired or revoked, nor hold the private key."
    )
    BAD_IDENTITY = _(
        "%(file)s holds no private key for these backups: a line of age that begins with AGE-SECRET-KEY-1, or an "
        "OpenPGP private key of a recipient."
    )
    OPENPGP_NOT_OPENED = _(
        "%(file)s does not open %(name)s beside the backups: the password is wrong, or only GnuPG reads this export of "
        "the key. Give what gpg --decrypt prints of that file instead, in a file."
    )
    OTHER_HUB = _("There are backups of another hub at this place. Choose an empty one.")
    BUSY = _("A backup is being made or checked already.")
    TOOL_FAILED = _("%(tool)s failed: %(said)s")
    TOOL_MISSING = _("%(tool)s of PostgreSQL was not found.")
    NO_BACKUP = _("There is no backup at this place.")
    NO_BACKUP_BEFORE = _("No backup ended before %(moment)s. The first one ended %(first)s.")
    NO_SUCH_BACKUP = _("There is no backup %(id)s.")
    LOG_ENDS = _("The log reaches %(until)s, and not %(moment)s.")
    LOG_LOST = _("The log since the last backup has been lost. Make a full backup.")
    LOG_INCOMPLETE = _("The log in the storage is incomplete: segments of it are missing.")
    CANNOT_DECRYPT = _("%(name)s cannot be decrypted: %(said)s")
    DAMAGED = _("%(name)s is not what was backed up.")
    FILES_UNREADABLE = _("Stored files cannot be read: %(said)s")
    FILES_DAMAGED = _(
        "Everything was backed up but stored files that somebody has changed (%(count)s): %(names)s. Put them back "
        "from an earlier backup."
    )
    NOT_EMPTY = _("There is data in %(folder)s already. Restore into an empty folder.")
    WRONG_SIGNATURE = _(
        "The list %(name)s was not written by the hub whose key was given: it is not restored."
    )
    LOGICAL_NEEDS_SERVER = _(
        "This backup is an export of an external database: set DATABASE_URL to an empty one to restore it into."
    )
    EXTERNAL_TARGET = _("DATABASE_URL is set: a copy of the cluster is restored into a folder, without it.")


class BackupFailed(VardkaseError):
    problem: Problem
