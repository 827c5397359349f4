"""Uploads kept for the person who sent them, while what was wrong in the same form is corrected.

They are stored encrypted: a malware sample never lies readable on disk, and no two uploads have the same digest, so
that one is dropped without asking who else refers to it. What nobody drops, the schedule of unused files removes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.core import signing

from vardkase.core import files
from vardkase.core.body_limits import LARGE
from vardkase.core.limits import Limit
from vardkase.core.secrets import SecretStore

LASTS = timedelta(hours=12)
"""Shorter than unused files are kept (`intel.unused_files`), so that a valid reference has its file."""

MOST_BYTES = LARGE
"""Of one upload, and of all that a form names: a reference is short, and must not have more read in the threads of
pages than a body of theirs may hold.
"""

A_DAY = Limit("held uploads", 40, 24 * 3600)
"""Of one user, so that refused forms cannot fill the disk."""

SALT = "vardkase held upload"
STORE = SecretStore("held upload")


@dataclass(frozen=True, slots=True)
class HeldUpload:
    name: str
    digest: str
    size: int

    def read(self) -> bytes:
        return STORE.decrypt_bytes(files.read(self.digest))


def hold(
    owner: int | None, name: str, content: bytes, limit: Limit | None = A_DAY, *, kind: str = "file"
) -> str:
    """Keep an upload of the user `owner`; returns a signed reference that is worth nothing to others, or an empty
    one where the upload is too large or `owner` has kept too many. `limit`: None if the caller has spent its own.
    `kind`: what it is read as, so that no reference is worth anything to a page that reads another kind.
    """
    if len(content) > MOST_BYTES or (limit is not None and limit.spend(owner).is_exceeded):
        return ""
    digest = files.store(STORE.encrypt_bytes(content))
    return signing.dumps([owner, name, digest, len(content)], salt=f"{SALT} {kind}")


def find(owner: int | None, reference: str, *, kind: str = "file") -> HeldUpload | None:
    """The upload, if `owner` holds it and it has not expired or been dropped."""
    try:
        holder, name, digest, size = signing.loads(reference, salt=f"{SALT} {kind}", max_age=LASTS)
    except signing.BadSignature:
        return None
    return HeldUpload(name, digest, size) if holder == owner and files.size(digest) else None


def drop(owner: int | None, reference: str, *, kind: str = "file") -> None:
    if (held := find(owner, reference, kind=kind)) is not None:
        files.remove(held.digest, before=float("inf"))
