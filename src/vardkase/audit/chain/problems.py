"""What a verification of the audit log finds, and what its services refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class ChainProblem(ProblemCode):
    CONTENT_CHANGED = _("Entry %(entry)s (position %(position)s): its title or details were changed.")
    ENTRY_CHANGED = _(
        "Entry %(entry)s (position %(position)s): who, what or when was changed, or the chain before it."
    )
    ENTRY_MISSING = _("Entry %(entry)s (position %(position)s) was deleted.")
    OTHER_ENTRY = _("Position %(position)s holds entry %(entry)s; entry %(sealed)s was sealed there.")
    LINKS_MISSING = _("Positions %(first)s to %(last)s are missing.")
    OUT_OF_ORDER = _("Position %(position)s is not where it belongs.")
    BEGINNING_GONE = _("Positions 1 to %(position)s are missing, and no archive has them.")
    INSERTED = _(
        "Entry %(entry)s is not in the chain, although later entries are: it was inserted afterwards."
    )
    BACKDATED = _(
        "Entry %(entry)s (position %(position)s) is dated %(created)s, but what is before it was signed at %(time)s: "
        "it was given an earlier date, or the clock was set back."
    )
    EMPTIED_WITHOUT_RECORD = _(
        "Entry %(entry)s (position %(position)s) lost its content, and no entry says that it was removed."
    )
    NOT_SIGNED = _("The checkpoint at position %(position)s of %(time)s is not signed by a key of this hub.")
    CHECKPOINT_DIFFERS = _(
        "The log up to position %(position)s is not the one that was signed at %(time)s: it was rewritten."
    )
    OUTSIDE_DIFFERS = _(
        "The log up to position %(position)s is not the one whose checkpoint of %(time)s is kept outside."
    )
    CUT_OFF = _(
        "The log ends at position %(last)s, but the checkpoint of %(time)s is at %(position)s: its end is gone."
    )
    OLDER_STATE = _(
        "The log ends at position %(last)s, but the checkpoint of %(time)s that is kept outside is at "
        "%(position)s: the database was restored to an older state."
    )
    CHECKPOINTS_GONE = _(
        "%(count)s checkpoints that another hub holds are not in this database, between positions %(first)s and "
        "%(last)s: it was restored to an older state, or they were removed."
    )
    FILE_CUT_OFF = _("The file ends at position %(last)s instead of %(position)s.")
    NO_END = _("The file is not complete: it has no end.")
    ARCHIVE_NOT_SIGNED = _(
        "The archive of positions %(first)s to %(last)s is not signed by a key of this hub."
    )
    NOT_AGREED = _(
        "Two persons have not agreed to the removal of positions %(first)s to %(last)s: the hub has signed no such "
        "proposal and approval by two different persons."
    )
    NOT_COVERED = _("No signed checkpoint at position %(position)s proves the entries in this file.")
    GUARD_ALTERED = _(
        "%(name)s, which guards the audit log in the database, is not the one that this version installs."
    )
    NOT_PROVED = _(
        "No signed checkpoint covers the entries after position %(covered)s: %(linked)s in the chain, and %(waiting)s "
        "that are not in it yet. Who changed them could have computed the chain anew."
    )
    NOTHING_SELECTED = _("No entries of the audit log match, or they are newer than a few seconds.")
    TOO_MUCH_SELECTED = _(
        "A file with proof covers at most %(most)s positions of the audit log; these entries lie %(count)s apart. "
        "Choose a shorter time."
    )
    FILE_DIFFERS = _("%(name)s is not the file of this archive: its SHA-256 is another.")
    NOT_A_RECORD = _("Line %(line)s is not a record of an audit log.")
    NOT_A_KEY = _("This is not a public key of an audit log: %(key)s")
    NOTHING_TO_ARCHIVE = _("There are no entries before %(day)s to archive.")
    NO_SUCH_ARCHIVE = _("There is no such archive of the audit log.")
    ARCHIVE_GONE = _("The entries of this archive have been removed already.")
    OWNER_NEEDED = _("This takes the owner of the database: set DATABASE_OWNER_URL.")
