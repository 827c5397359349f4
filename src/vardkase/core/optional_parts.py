"""Parts of the hub whose libraries are extras of the package (`project.optional-dependencies` in pyproject.toml).

The embedded PostgreSQL and traces are extras too; `core.database.binaries` and `core.telemetry.traces` look for them,
before there are settings or translations.
"""

from __future__ import annotations

from enum import Enum
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import VardkaseError
from vardkase.core.problems import Problem, ProblemCode


class OptionalPartProblem(ProblemCode):
    MISSING = _(
        "%(part)s cannot be used on this hub because a library is missing. The hub’s operator can install it "
        "with the extra “%(extra)s” of the vardkase package."
    )


class PartMissing(VardkaseError):
    """The library of an optional part is not installed. Not Invalid: the input may be fine, and trying again helps
    once the library is there."""

    problem: Problem


class OptionalPart(Enum):
    """The value is the name of the extra."""

    BINARIES = "binaries"
    DIAGRAMS = "diagrams"
    DOCX = "docx"
    FILE_CLEANING = "file-cleaning"
    KAFKA = "kafka"
    S3 = "s3"
    STIX = "stix"
    YARA = "yara"
    ZEROMQ = "zeromq"

    @property
    def is_installed(self) -> bool:
        # Found, not imported: some of the libraries take a second to load.
        return all(map(find_spec, PARTS[self][1]))

    def require(self) -> None:
        """Raises PartMissing."""
        if not self.is_installed:
            raise PartMissing(OptionalPartProblem.MISSING(part=PARTS[self][0], extra=self.value))

    def load(self, module: str) -> ModuleType:
        """`module` of ours, which imports the part's libraries. Raises PartMissing."""
        self.require()
        return import_module(module)


PARTS = {
    OptionalPart.BINARIES: ("PE, ELF and Mach-O", ("lief", "ppdeep", "pure_magic_rs")),
    OptionalPart.DIAGRAMS: ("Mermaid", ("mmdr",)),
    OptionalPart.DOCX: ("DOCX", ("docx",)),
    OptionalPart.FILE_CLEANING: (_("Removal of metadata from files"), ("pikepdf", "PIL", "lxml")),
    OptionalPart.KAFKA: ("Kafka", ("confluent_kafka",)),
    OptionalPart.S3: ("S3", ("boto3",)),
    OptionalPart.STIX: ("STIX", ("misp_stix_converter", "stix2")),
    OptionalPart.YARA: ("YARA", ("yara", "plyara")),
    OptionalPart.ZEROMQ: ("ZeroMQ", ("zmq",)),
}
"""What people call a part, and the modules of its libraries."""
