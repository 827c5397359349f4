"""Actions on members, cases and the hub's own work, as the audit log records them: one enum per noun or area.

Import them from here, so that all of them are known to the log.
"""

from vardkase.hub.audit_actions.backups import BackupAction
from vardkase.hub.audit_actions.cases import CaseAction
from vardkase.hub.audit_actions.data_protection import DataProtectionAction
from vardkase.hub.audit_actions.instance import HubAction
from vardkase.hub.audit_actions.membership import MembershipAction
from vardkase.hub.audit_actions.public_records import RecordsAction
from vardkase.hub.audit_actions.sealed_links import SealedLinkAction
from vardkase.hub.audit_actions.spills import SpillAction

__all__ = [
    "BackupAction",
    "CaseAction",
    "DataProtectionAction",
    "HubAction",
    "MembershipAction",
    "RecordsAction",
    "SealedLinkAction",
    "SpillAction",
]
