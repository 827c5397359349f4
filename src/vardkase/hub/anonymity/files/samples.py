"""Malware samples in MISP's encrypted archive: packed anew, since an archive tells when and on what system it was made.

The samples themselves are evidence and remain as they are. Runs inside a sandbox process.
"""

from __future__ import annotations

import pyzipper

from vardkase.core.archives import ArchiveLimits, members
from vardkase.core.errors import Invalid, InvalidValue
from vardkase.core.file_names import safe_name
from vardkase.core.zipcrypto import encrypted_zip
from vardkase.formats.incoming.sample_archive import PASSWORD
from vardkase.hub.anonymity.files.cleaner import InnerCleaner
from vardkase.hub.anonymity.problems import FileCleaningProblem

BOUNDS = ArchiveLimits(size=64 * 1024 * 1024, members=20)


def clean(name: str, content: bytes, _clean_inside: InnerCleaner) -> bytes:
    try:
        found = {
            safe_name(path): sample
            for path, sample in members(content, BOUNDS, PASSWORD, pyzipper.AESZipFile)
        }
    except (InvalidValue, pyzipper.BadZipFile) as error:  # Another password, or too much.
        raise Invalid(FileCleaningProblem.ENCRYPTED(name=name)) from error
    return encrypted_zip(found, PASSWORD)
