"""Why sandbox programs refuse a document: the codes of `ImportProblem`, without Django."""

from __future__ import annotations

from enum import StrEnum

LONGEST_REASON = 270
"""Characters of a library's error message."""


class ImportFault(StrEnum):
    NOT_XML = "import.not_xml"
    DOCUMENT_TYPE = "import.document_type"
    XML_TOO_DEEP = "import.xml_too_deep"
    FILE_TOO_DEEP = "import.file_too_deep"
    NUL_CHARACTER = "import.nul_character"
    NOT_MISP_JSON = "import.not_misp_json"
    NOT_OPENIOC = "import.not_openioc"
    NO_ANALYSIS = "import.no_analysis"
    ANALYSIS_TOO_DEEP = "import.analysis_too_deep"
    ANALYSIS_NOT_JSON = "import.analysis_not_json"
    NOT_JSON = "import.not_json"
    NOT_UTF8 = "import.not_utf8"
    NESTED_TOO_DEEPLY = "import.nested_too_deeply"
    BAD_STIX_PART = "import.bad_stix_part"
    NOT_STIX = "import.not_stix"
    NOT_ACCEPTED = "common.not_accepted"
