"""Mapping of OpenIOC terms to MISP types, compared case-insensitively."""

from __future__ import annotations

TERMS_OF: dict[str, tuple[str, ...]] = {
    "md5": ("FileItem/Md5sum", "ServiceItem/serviceDLLmd5sum", "ProcessItem/SectionList/MemorySection/Md5sum"),
    "sha1": ("FileItem/Sha1sum", "ServiceItem/serviceDLLsha1sum", "TaskItem/sha1sum"),
    "sha256": ("FileItem/Sha256sum", "ServiceItem/serviceDLLsha256sum", "TaskItem/sha256sum"),
    "filename": ("FileItem/FileName", "FileItem/FullPath", "FileItem/FilePath", "FileItem/FilenameCreated",
                 "ServiceItem/serviceDLL", "ServiceItem/path", "ProcessItem/path"),
    "size-in-bytes": ("FileItem/SizeInBytes",),
    "pdb": ("FileItem/PEInfo/PDBPath",),
    "imphash": ("FileItem/PEInfo/ImportHash",),
    "pattern-in-file": (
        "FileItem/StringList/string", "FileItem/PEInfo/PETimeStamp", "FileItem/PEInfo/DetectedAnomalies/string",
        "FileItem/PEInfo/Exports/NumberOfFunctions", "FileItem/PEInfo/ImportedModules/Module/Name",
        "FileItem/PEInfo/ImportedModules/Module/ImportedFunctions/string",
        "FileItem/PEInfo/VersionInfoList/VersionInfoItem/Language",
        "FileItem/PEInfo/VersionInfoList/VersionInfoItem/CompanyName",
        "FileItem/PEInfo/VersionInfoList/VersionInfoItem/FileVersion",
        "FileItem/PEInfo/VersionInfoList/VersionInfoItem/ProductName",
        "FileItem/PEInfo/VersionInfoList/VersionInfoItem/InternalName",
        "FileItem/PEInfo/VersionInfoList/VersionInfoItem/LegalCopyright",
        "FileItem/PEInfo/VersionInfoList/VersionInfoItem/ProductVersion",
        "FileItem/PEInfo/VersionInfoList/VersionInfoItem/OriginalFilename",
        "FileItem/PEInfo/ResourceInfoList/ResourceInfoItem/Language",
    ),
    "pattern-in-memory": (
        "FileItem/PEInfo/Exports/DllName", "FileItem/PEInfo/Sections/Section/Name", "ProcessItem/name",
        "ProcessItem/arguments", "ProcessItem/Event/Name", "ProcessItem/StringList/string",
        "ProcessItem/HandleList/Handle/Name", "ProcessItem/HandleList/Handle/Type",
        "ProcessItem/SectionList/MemorySection/Name",
        "ProcessItem/SectionList/MemorySection/PEInfo/Exports/DllName",
        "ProcessItem/SectionList/MemorySection/PEInfo/Sections/Section/Name",
    ),
    "pattern-in-traffic": ("Network/String", "Network/HTTP_Header"),
    "mutex": ("ProcessItem/Mutex", "ProcessItem/Mutex/Name"),
    "named pipe": ("ProcessItem/NamedPipe", "ProcessItem/Pipe/Name"),
    "domain": ("DnsEntryItem/Host", "DnsEntryItem/RecordName", "Network/DNS"),
    "hostname": ("CookieHistoryItem/HostName", "FormHistoryItem/HostName", "SystemInfoItem/HostName",
                 "UrlHistoryItem/HostName"),
    "ip-dst": ("PortItem/remoteIP", "RouteEntryItem/Destination", "Network/IPRange",
               "DnsEntryItem/RecordData/IPv4Address"),
    "ip-src": ("PortItem/localIP",),
    "port": ("PortItem/remotePort", "PortItem/localPort"),
    "url": ("UrlHistoryItem/URL",),
    "uri": ("Network/URI",),
    "user-agent": ("Network/UserAgent",),
    "email-src": ("Email/From",),
    "email-dst": ("Email/To", "Email/CC", "Email/BCC"),
    "email-subject": ("Email/Subject",),
    "email-body": ("Email/Body",),
    "email-attachment": ("Email/Attachment/Name",),
    "email-reply-to": ("Email/ReplyTo",),
    "regkey": ("RegistryItem/Path", "RegistryItem/KeyPath"),
    "windows-service-name": ("ServiceItem/name",),
    "windows-service-displayname": ("ServiceItem/descriptiveName",),
    "windows-scheduled-task": ("TaskItem/Name",),
    "x509-fingerprint-sha1": ("FileItem/PEInfo/DigitalSignature/CertificateThumbprint",),
    "snort": ("Snort/Snort",),
    "yara": ("Yara/Yara",),
    "other": (
        "DriverItem/DriverName", "DriverItem/CertificateIssuer", "DriverItem/DeviceItem/AttachedDeviceName",
        "FileItem/PEInfo/DigitalSignature/CertificateSubject",
        "FileItem/PEInfo/DigitalSignature/CertificateIssuer", "RegistryItem/Value", "RegistryItem/ValueName",
        "RegistryItem/Text", "ServiceItem/type", "ServiceItem/startedAs", "TaskItem/AccountName",
        "TaskItem/ActionList/Action/ExecProgramPath",
    ),
    "comment": (
        "Email/Date", "FileItem/DevicePath", "FileItem/FileExtension", "FileItem/PEInfo/Type",
        "FileItem/PEInfo/DigitalSignature/Description", "FileItem/PEInfo/DigitalSignature/SignatureExists",
        "FileItem/PEInfo/DigitalSignature/SignatureVerified",
        "FileItem/PEInfo/Exports/ExportedFunctions/string",
        "FileItem/PEInfo/ResourceInfoList/ResourceInfoItem/Name",
        "FileItem/PEInfo/ResourceInfoList/ResourceInfoItem/Type",
        "FileItem/PEInfo/VersionInfoList/VersionInfoItem/FileDescription", "ServiceItem/description",
        "ServiceItem/serviceDLLSignatureVerified", "TaskItem/TriggerList/Trigger/TriggerFrequency",
    ),
}  # fmt: skip
TYPES: dict[str, str] = {term.lower(): type for type, terms in TERMS_OF.items() for term in terms}

FILE_NAMES = ("FileItem/FileName", "FileItem/FullPath")
KEYS = ("RegistryItem/Path", "RegistryItem/KeyPath")
PAIRS: dict[tuple[str, str], str] = {
    (first.lower(), second.lower()): type
    for type, firsts, seconds in (
        ("filename|md5", FILE_NAMES, ("FileItem/Md5sum",)),
        ("filename|sha1", FILE_NAMES, ("FileItem/Sha1sum",)),
        ("filename|sha256", FILE_NAMES, ("FileItem/Sha256sum",)),
        ("domain|ip", ("Network/DNS", "DnsEntryItem/Host"), ("PortItem/remoteIP",)),
        ("ip-dst|port", ("PortItem/remoteIP",), ("PortItem/remotePort",)),
        ("hostname|port", ("Network/DNS", "DnsEntryItem/Host"), ("PortItem/remotePort",)),
        ("regkey|value", KEYS, ("RegistryItem/Value", "RegistryItem/Text")),
    )
    for first in firsts
    for second in seconds
}
"""Two terms that must both hold, and the composite type that says so."""
