"""Takes the active content out of a stranger's PDF: whatever acts by itself or at a click. Runs in a worker only.

What is kept are pages, the looks of annotations and form fields, outlines, titles, tags, and links to a place of the
document or to a web page. Every object of the file is cleaned, wherever it lies. So nothing stays in the file as an
object that no reader finds, and no object is active because it is also used where we did not look.
"""

import re
from collections.abc import Iterable, Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

NOTHING: frozenset[str] = frozenset()
WEB_ADDRESS = re.compile(rb"https?://[^\0-\x20]+", re.IGNORECASE)
PAGE_TURNS = frozenset({"/NextPage", "/PrevPage", "/FirstPage", "/LastPage"})
LINK_KEYS = frozenset({"/Type", "/S", "/D", "/SD", "/URI", "/IsMap", "/N"})
"""The keys that stay of an action that leads to a place. The action that would follow it has none of them."""
ACTIONS = frozenset({
    "/GoTo", "/GoToR", "/GoToE", "/GoToDp", "/Launch", "/Thread", "/URI", "/Sound", "/Movie", "/Hide", "/Named",
    "/SubmitForm", "/ResetForm", "/ImportData", "/JavaScript", "/ECMAScript", "/JS", "/SetOCGState", "/Rendition",
    "/Trans", "/GoTo3DView", "/RichMediaExecute", "/NOP", "/SetState",
})  # fmt: skip
"""All kinds of actions (ISO 32000-2, table 201, and those of older versions)."""
STRUCTURE_KEYS = frozenset({
    "/Type", "/S", "/P", "/ID", "/NS", "/Pg", "/K", "/A", "/C", "/T", "/Lang", "/Alt", "/E", "/ActualText",
})  # fmt: skip
"""A tag may have the name of an action, such as ``/Sound``. These keys are a tag's, and no action needs them."""

ACTIVE_KEYS = frozenset({
    "/AA", "/AF", "/AlternatePresentations", "/EF", "/EmbeddedFiles", "/JS", "/JavaScript", "/PresSteps", "/RF",
    "/Renditions", "/RichMediaContent", "/RichMediaSettings", "/XFA",
})  # fmt: skip
ACTION_PLACES = ("/A", "/PA")
STREAM_KEYS = frozenset({"/Length", "/Filter", "/DecodeParms"})
OUTSIDE_KEYS = ("/F", "/FFilter", "/FDecodeParms", "/OPI", "/Ref")
"""Keys of a stream that take its content from another file."""
ACTIVE_ANNOTATIONS = frozenset({"/3D", "/FileAttachment", "/Movie", "/Projection", "/RichMedia", "/Screen", "/Sound"})
STAMP_KEYS = frozenset({
    "/Type", "/Subtype", "/Rect", "/Contents", "/P", "/NM", "/M", "/F", "/AP", "/AS", "/Border", "/BS", "/C", "/CA",
    "/T", "/CreationDate", "/Subj", "/Popup", "/StructParent", "/OC", "/Lang",
})  # fmt: skip
"""The keys that stay of an annotation that only shows its appearance."""

CATALOG_KEYS = frozenset({
    "/Type", "/Version", "/Extensions", "/Pages", "/PageLabels", "/Names", "/Dests", "/ViewerPreferences",
    "/PageLayout", "/PageMode", "/Outlines", "/Threads", "/OpenAction", "/AcroForm", "/Metadata", "/StructTreeRoot",
    "/MarkInfo", "/Lang", "/OutputIntents", "/OCProperties",
})  # fmt: skip
TRAILER_KEYS = frozenset({"/Root", "/Info", "/ID", "/Size", "/Encrypt"})

NAME_TABLES = frozenset({
    "/CharProcs", "/ClassMap", "/Colorants", "/ColorSpace", "/D", "/Dests", "/ExtGState", "/Font", "/N", "/Pattern",
    "/Properties", "/R", "/Shading", "/XObject",
})  # fmt: skip
"""Keys whose dictionaries map names that the document's author chose: ``/AA`` may be a font or a button's state there.

No reader looks for an action, an annotation or a form field at any of these keys.
"""
RULE_KEYS = ACTIVE_KEYS | {"/S", "/Subtype", *ACTION_PLACES}


def remove_active_content(pdf: pikepdf.Pdf) -> None:
    """Take out what acts, in place. The time grows with the number of objects, whatever points to what.

    Raises:
        Exception: the file is damaged.
    """
    _keep(pdf.trailer, TRAILER_KEYS)
    _clean_catalog(pdf.Root)
    # First all are found, then all are cleaned: what one of them no longer holds is cleaned too.
    found = [dictionary for each in (pdf.trailer, *pdf.objects) for dictionary in _dictionaries(each)]
    for dictionary in found:
        _clean(dictionary)
    for page in pdf.pages:
        _drop_empty_annotations(page.obj)


def _clean_catalog(catalog: pikepdf.Object) -> None:
    _keep(catalog, CATALOG_KEYS)
    first = catalog.get("/OpenAction")
    if not isinstance(first, Array) and not (isinstance(first, Dictionary) and _name(first, "/S") == "/GoTo"):
        _drop(catalog, ("/OpenAction",))
    names = catalog.get("/Names")
    if names is not None:
        destinations = names.get("/Dests") if isinstance(names, Dictionary) else None
        catalog["/Names"] = Dictionary() if destinations is None else Dictionary(Dests=destinations)


def _dictionaries(root: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """The dictionaries within one indirect object that a rule may concern, also those of streams."""
    waiting = [root]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Array):
            waiting += _direct(each)
        elif isinstance(each, Dictionary | Stream):
            keys = each.keys()
            if not keys.isdisjoint(RULE_KEYS) or isinstance(each, Stream):
                yield each
            for key in keys:
                value = each[key]
                if key in NAME_TABLES and isinstance(value, Dictionary):
                    waiting += _direct(_table(each, key).as_dict().values())
                else:
                    waiting += _direct((value,))


def _table(owner: pikepdf.Object, key: str) -> pikepdf.Object:
    """A table of names, without texts, which no such table holds.

    No rule is for its other keys. So it must not be an object that is used as something else too.
    """
    table = owner[key]
    if not table.keys().isdisjoint(RULE_KEYS):
        owner[key] = Dictionary({name: value for name, value in table.items() if not isinstance(value, String)})
    return owner[key]


def _direct(values: Iterable[object]) -> list[pikepdf.Object]:
    """Those values that hold others and are no indirect objects."""
    return [value for value in values if isinstance(value, Array | Dictionary) and not value.is_indirect]


def _clean(dictionary: pikepdf.Object) -> None:
    if _name(dictionary, "/Subtype") in ACTIVE_ANNOTATIONS and isinstance(dictionary, Dictionary):
        # The annotation shows what it showed, or nothing if the reader would have drawn its icon.
        _keep(dictionary, STAMP_KEYS if isinstance(dictionary.get("/AP"), Dictionary) else NOTHING)
        if "/Subtype" in dictionary:
            dictionary["/Subtype"] = Name.Stamp
    if _name(dictionary, "/S") in ACTIONS:
        _empty_streams(dictionary, "/JS")
        kept = LINK_KEYS if _leads_to_a_place(dictionary) else NOTHING
        _keep(dictionary, kept | STRUCTURE_KEYS if isinstance(dictionary.get("/P"), Dictionary) else kept)
    active = dictionary.keys() & ACTIVE_KEYS
    for key in active & {"/EF", "/XFA"}:
        _empty_streams(dictionary, key)
    if "/EF" in active:  # An attached file: its name goes too.
        _keep(dictionary, NOTHING)
    # In the map of tags, a name is what the tag of that key means.
    _drop(dictionary, [key for key in active if not isinstance(dictionary.get(key), Name)])
    _drop(dictionary, [key for key in ACTION_PLACES if key in dictionary and _is_other_action(dictionary[key])])
    if isinstance(dictionary, Stream):
        _drop(dictionary, OUTSIDE_KEYS)


def _leads_to_a_place(action: pikepdf.Object) -> bool:
    kind = _name(action, "/S")
    if kind == "/URI":
        address = action.get("/URI")
        return isinstance(address, String) and WEB_ADDRESS.fullmatch(bytes(address)) is not None
    return kind == "/GoTo" or (kind == "/Named" and _name(action, "/N") in PAGE_TURNS)


def _is_other_action(value: object) -> bool:
    """Whether this is an action that leads nowhere, or was one. The attributes of a tag have the key /A too."""
    if not isinstance(value, Dictionary | Stream):  # Some readers take a stream for its dictionary.
        return False
    return not value.keys() or ("/S" in value and not _leads_to_a_place(value))


def _empty_streams(dictionary: pikepdf.Object, key: str) -> None:
    """Empty the stream of a key, or all streams of the key's dictionary or array, whatever else refers to them."""
    value = dictionary.get(key)
    if isinstance(value, Dictionary):
        value = Array(value.as_dict().values())
    for each in value.as_list() if isinstance(value, Array) else (value,):
        if isinstance(each, Stream):
            each.write(b"")


def _drop_empty_annotations(page: pikepdf.Dictionary) -> None:
    annotations = page.get("/Annots")
    if isinstance(annotations, Array):
        shown = [each for each in annotations.as_list() if isinstance(each, Dictionary) and each.keys()]
        if len(shown) < len(annotations):
            page["/Annots"] = Array(shown)


def _name(dictionary: pikepdf.Object, key: str) -> str:
    value = dictionary.get(key)
    return str(value) if isinstance(value, Name) else ""


def _keep(dictionary: pikepdf.Object, keys: frozenset[str]) -> None:
    data = STREAM_KEYS if isinstance(dictionary, Stream) else NOTHING
    _drop(dictionary, dictionary.keys() - keys - data)


def _drop(dictionary: pikepdf.Object, keys: Iterable[str]) -> None:
    for key in keys:
        if key in dictionary:
            del dictionary[key]
