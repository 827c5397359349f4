"""Actions on backups, and on what a restore deletes again."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.audit.actions import AuditAction


class BackupAction(AuditAction):
    BACKUP_MADE = "backup.made", _("A backup was made")
    BACKUP_RECIPIENTS_CHANGED = "backup.recipients_changed", _("Who can read the backups was changed")
    BACKUP_REMOVED = "backup.removed", _("Old backups were removed")
    BACKUP_RESTORED = "backup.restored", _("The hub was restored from a backup")
    BACKUP_VERIFIED = "backup.verified", _("A backup was restored and compared")
    BACKUP_LOG_DROPPED = "backup.log_dropped", _("The database stopped keeping its log for backups")
    BACKUP_SECRETS_COPIED = (
        "backup.secrets_copied",
        _("The hub’s own keys were copied into an encrypted file"),
    )
    RESTORED_HUB_OPENED = "backup.restored_hub_opened", _("A restored hub was opened again")
    CLUSTER_UPGRADED = "backup.cluster_upgraded", _("The data were brought to a newer PostgreSQL")
    CLUSTER_PUT_BACK = (
        "backup.cluster_put_back",
        _("The data from before an upgrade of PostgreSQL were put back"),
    )
    FORMER_CLUSTER_DISCARDED = (
        "backup.former_cluster_discarded",
        _("The data from before an upgrade of PostgreSQL were deleted"),
    )
    DELETION_REPEATED = "backup.deletion_repeated", _("A deletion was repeated after a restore")
    WITHDRAWAL_REPEATED = (
        "backup.withdrawal_repeated",
        _("What had been withdrawn after the backup was withdrawn again after a restore"),
    )
