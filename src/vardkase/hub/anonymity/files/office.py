"""Documents of Office (DOCX, XLSX, PPTX): every part is written anew, or the document is refused.

What names a person, a machine, a place of files or an editing session is removed (ECMA-376, and Microsoft's extensions
MS-DOCX, MS-XLSX, MS-PPTX). Runs inside a sandbox process.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from vardkase.core.archives import ArchiveLimits, members
from vardkase.core.errors import Invalid, InvalidValue
from vardkase.hub.anonymity.files.cleaner import InnerCleaner
from vardkase.hub.anonymity.problems import FileCleaningProblem

UNPACKED = ArchiveLimits(size=128 * 1024 * 1024, members=5_000)
CONTENT_TYPES = "[Content_Types].xml"

LEFT_OUT = re.compile(
    r"(?i)(docProps|docMetadata|customXml|_xmlsignatures|customUI|userCustomization|package/services/metadata)/"
    r"|(word|ppt|xl)/(people\.xml|comments(Extended|Ids|Extensible)\.xml|printerSettings/|persons/|threadedComments/|"
    r"revisions/|webextensions/|changesInfos/|revisionInfo\.xml|calcChain\.xml|glossary/|tags/)"
)
"""Parts about the document, its people and its editing, or whose absence programs make up for."""
KEPT_ROOTS = {
    "document", "styles", "numbering", "settings", "webSettings", "fonts", "hdr", "ftr", "footnotes", "endnotes",
    "comments", "workbook", "worksheet", "chartsheet", "dialogsheet", "sst", "styleSheet", "table", "metadata",
    "pivotCacheDefinition", "pivotCacheRecords", "pivotTableDefinition", "slicers", "slicerCacheDefinition",
    "timelines", "timelineCacheDefinition", "FeaturePropertyBags", "presentation", "presentationPr", "viewPr",
    "tblStyleLst", "sld", "sldLayout", "sldMaster", "notes", "notesMaster", "handoutMaster", "cmLst", "cmAuthorLst",
    "authorLst", "theme", "themeOverride", "wsDr", "drawing", "userShapes", "chartSpace", "chartStyle", "colorStyle",
    "dataModel", "layoutDef", "styleDef", "colorsDef",
}  # fmt: skip
"""The outermost elements of the parts that remain: a package may call its parts as it likes. What programs and their
extensions add besides (properties, labels, tags, people, versions, ink) is left out."""
ACTIVE = re.compile(
    r"(?i)(vbaProject|vbaData|activeX|embeddings/.*\.(bin|ole)$|ctrlProps/|attachedToolbars|macrosheets/)"
)
LINKED = re.compile(r"(?i)(externalLinks/|queryTables/|(^|/)connections\.xml|recipientData|xl/model/)")
MARKUP = (".xml", ".rels", ".vml")
FONTS = (".odttf", ".fntdata")

PERSON = "Author"
OF_PERSONS = {"author", "initials", "userName", "lastModifiedBy", "refreshedBy", "user", "name"}
"""Attributes that name a person, on `PERSONS` for `name`."""
PERSONS = {"cmAuthor", "author", "person"}
FORGOTTEN_ATTRIBUTES = {
    "date", "dateUtc", "dT", "dt", "created", "modified", "userId", "providerId", "uid", "paraId", "textId",
    "durableId", "documentId", "lastGUID", "codeName", "editId", "refreshedDate", "refreshedDateIso", "ed",
    "securityDescriptor", "comment",
}  # fmt: skip
"""Times, accounts and random numbers of editing sessions; some of them only in some elements (`_forgets`)."""
DATED = {
    "ins", "del", "moveFrom", "moveTo", "comment", "rPrChange", "pPrChange", "tblPrChange", "sectPrChange",
    "trPrChange", "tcPrChange", "tblPrExChange", "tblGridChange", "numberingChange", "cellIns", "cellDel", "cellMerge",
    "moveFromRangeStart", "moveToRangeStart", "customXmlInsRangeStart", "customXmlDelRangeStart", "cm", "reply",
}  # fmt: skip
FORGOTTEN_ELEMENTS = {
    "rsids", "docVars", "attachedTemplate", "mailMerge", "docId", "absPath", "fileSharing", "revisionPtr",
    "documentProtection", "writeProtection", "saveThroughXslt", "creationId", "modId", "sldIdLst14", "hlinkBase",
    "coauthVersionLast", "workbookProtection", "customWorkbookViews", "customSheetViews", "custDataLst",
    "presenceInfo",
}  # fmt: skip
FIELD_OF_PERSON = re.compile(
    r"(?i)\b(AUTHOR|LASTSAVEDBY|USERNAME|USERINITIALS|USERADDRESS|FILENAME|TEMPLATE|DOCPROPERTY|"
    r"CREATEDATE|SAVEDATE|PRINTDATE|EDITTIME)\b"
)
"""Fields whose result is a name, an address, a path, or a time of editing."""
PATH = re.compile(r"(?i)(?<![a-z])(file:|[a-z]:[\\/](?!/))|\\\\[\w.$-]+\\|(?<![\w.])/(Users|home)/")
"""Of a file on somebody's computer or server, anywhere in a text."""
NO_PATHS = {"formatCode"}
"""Attributes in which a backslash means something else."""
PROPERTIES = re.compile(r"(?i)(core|extended)-?Properties|CoverPageProperties|/metadata/")
"""In a binding: fields of cover pages that show who wrote the document, and for whom."""
FORMULAS = {"definedName", "f", "formula", "formula1", "formula2"}


def clean(name: str, content: bytes, clean_inside: InnerCleaner) -> bytes:
    try:
        parts = dict(members(content, UNPACKED))
    except InvalidValue as error:
        raise Invalid(FileCleaningProblem.TOO_MUCH(name=name)) from error
    _refuse(name, parts)
    kept = {path: part for path, part in parts.items() if not _is_left_out(path, part)}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        # Programs look for the list of parts first.
        for path in sorted(kept, key=lambda path: path != CONTENT_TYPES):
            info = zipfile.ZipInfo(path)  # Of 1 January 1980, without times, owners and comments.
            info.create_system = 0
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, _part(name, path, kept, clean_inside))
    return out.getvalue()


def _refuse(name: str, parts: Mapping[str, bytes]) -> None:
    for path in parts:
        if "\\" in path or any(step in {"", ".", ".."} for step in path.split("/")):
            raise Invalid(FileCleaningProblem.DAMAGED(name=name))
        if LEFT_OUT.match(path):
            continue
        if ACTIVE.search(path):
            raise Invalid(FileCleaningProblem.ACTIVE_CONTENT(name=name))
        if LINKED.search(path):
            raise Invalid(FileCleaningProblem.LINKED_DATA(name=name))


def _is_left_out(path: str, part: bytes) -> bool:
    if LEFT_OUT.match(path):
        return True
    if path == CONTENT_TYPES or not path.lower().endswith(".xml"):
        return False
    try:
        _, root = next(etree.iterparse(io.BytesIO(part), ("start",), resolve_entities=False, no_network=True))
    except (etree.XMLSyntaxError, StopIteration):
        return False  # Refused when it is read.
    return _local(str(root.tag)) not in KEPT_ROOTS


def _part(name: str, path: str, kept: Mapping[str, bytes], clean_inside: InnerCleaner) -> bytes:
    content = kept[path]
    lower = path.lower()
    if lower.endswith(MARKUP):
        root = _parsed(name, path, content)
        if path == CONTENT_TYPES:
            _clean_content_types(root, kept)
        elif lower.endswith(".rels"):
            _clean_relations(name, root, path, kept)
        else:
            _clean_markup(name, root)
        return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))
    if lower.endswith(FONTS):
        return content
    return clean_inside(posixpath.basename(path), content)


def _parsed(name: str, path: str, content: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
        huge_tree=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise Invalid(FileCleaningProblem.DAMAGED(name=f"{name}/{path}")) from error
    if root.getroottree().docinfo.doctype:  # Entities; no document of Office has one.
        raise Invalid(FileCleaningProblem.DAMAGED(name=f"{name}/{path}"))
    return root


def _clean_content_types(root: etree._Element, kept: Mapping[str, bytes]) -> None:
    for each in list(root):
        part = each.get("PartName")
        if part is not None and part.lstrip("/") not in kept:
            root.remove(each)


def _clean_relations(name: str, root: etree._Element, path: str, kept: Mapping[str, bytes]) -> None:
    folder = posixpath.dirname(posixpath.dirname(path))
    for each in list(root):
        target = each.get("Target", "")
        if each.get("TargetMode") == "External":
            kind = each.get("Type", "").rpartition("/")[2]
            if kind == "attachedTemplate":
                root.remove(each)
            elif kind != "hyperlink" or PATH.search(target):
                raise Invalid(FileCleaningProblem.LINKED_DATA(name=name))
        elif (posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")) not in kept:
            root.remove(each)


def _clean_markup(name: str, root: etree._Element) -> None:
    _clean_comments(root)
    for element in list(root.iter()):
        if not isinstance(element.tag, str):
            continue
        kind = _local(element.tag)
        if kind in FORGOTTEN_ELEMENTS and element.getparent() is not None:
            element.getparent().remove(element)
            continue
        for attribute in list(element.attrib):
            _clean_attribute(element, kind, attribute)
        if kind == "author" and (element.text or "").strip():  # The list of a workbook's comments.
            element.text = PERSON
        if kind in FORMULAS and PATH.search(element.text or ""):
            raise Invalid(FileCleaningProblem.LINKED_DATA(name=name))
    _clean_fields(name, root)


def _clean_comments(root: etree._Element) -> None:
    """A workbook's comment begins with the name of its author, unless that was deleted."""
    authors = [(each.text or "").strip() for each in root.iterfind("{*}authors/{*}author")]
    for comment in root.iterfind("{*}commentList/{*}comment"):
        text = next(comment.iter("{*}t"), None)
        for author in authors:
            if author and text is not None and (text.text or "").lstrip().startswith(f"{author}:"):
                text.text = (text.text or "").replace(f"{author}:", f"{PERSON}:", 1)


def _clean_attribute(element: etree._Element, kind: str, attribute: str) -> None:
    name = _local(attribute)
    if name.startswith("rsid"):
        del element.attrib[attribute]
    elif (
        name in OF_PERSONS and (name != "name" or kind in PERSONS) and (name != "user" or kind == "scenario")
    ):
        element.set(attribute, PERSON)
    elif name not in NO_PATHS and PATH.search(str(element.attrib[attribute])):
        element.set(attribute, "")
    elif name in FORGOTTEN_ATTRIBUTES and _forgets(kind, attribute, name):
        del element.attrib[attribute]


def _forgets(kind: str, attribute: str, name: str) -> bool:
    if name in {"date", "dt"}:
        return kind in DATED
    if name in {"created", "modified", "userId", "providerId"}:
        return kind in PERSONS | DATED
    if name in {"ed", "comment"}:  # “Created by …” of a scenario.
        return kind in {"permStart", "scenario"}
    # Others are what they are only in a namespace of Microsoft's extensions, or on the root of a workbook.
    return attribute.startswith("{http://schemas.microsoft.com/") or name in {
        "lastGUID",
        "codeName",
        "editId",
        "refreshedDate",
        "refreshedDateIso",
        "securityDescriptor",
    }


def _clean_fields(name: str, root: etree._Element) -> None:
    """The results of fields that name the author, the file or its template."""
    for simple in root.iter("{*}fldSimple"):
        instruction = next((value for key, value in simple.attrib.items() if _local(key) == "instr"), "")
        if FIELD_OF_PERSON.search(instruction):
            _clear(simple)
    for bound in root.iter("{*}sdt"):
        bindings = bound.iterfind("{*}sdtPr/{*}dataBinding")
        if any(PROPERTIES.search(str(value)) for each in bindings for value in each.attrib.values()):
            _clear(bound)
    _clean_complex_fields(name, root)


def _clear(part: etree._Element) -> None:
    for text in part.iter("{*}t"):
        text.text = ""


def _clean_complex_fields(name: str, root: etree._Element) -> None:
    open_fields: list[_Field] = []
    for element in root.iter("{*}fldChar", "{*}instrText", "{*}t"):
        match _local(element.tag), _of_field(element):
            case "fldChar", "begin":
                open_fields.append(_Field())
            case "fldChar", "separate" if open_fields:
                open_fields[-1].is_result = True
            case "fldChar", "end" if open_fields:
                inner = open_fields.pop()
                if PATH.search(inner.instruction):  # Of an included picture or document.
                    raise Invalid(FileCleaningProblem.LINKED_DATA(name=name))
                if open_fields:  # A field that is computed from another one.
                    open_fields[-1].instruction += f" {inner.instruction} "
            case "instrText", _ if open_fields:
                open_fields[-1].instruction += element.text or ""
            case "t", _ if any(each.is_result and each.is_personal for each in open_fields):
                element.text = ""
            case _:
                pass


@dataclass(slots=True)
class _Field:
    """A field whose end has not been read. Programs cut its instruction into several runs."""

    instruction: str = ""
    is_result: bool = False

    @property
    def is_personal(self) -> bool:
        return bool(FIELD_OF_PERSON.search(self.instruction))


def _of_field(element: etree._Element) -> str:
    return next(
        (str(value) for key, value in element.attrib.items() if _local(str(key)) == "fldCharType"), ""
    )


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
