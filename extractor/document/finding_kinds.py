"""The registry of finding kinds: what each is about, how grave it is, what it means, and what to do.

`docs/finding-kinds.md` is made from this file: `python -m extractor.document.finding_kinds > docs/finding-kinds.md`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, NamedTuple

About = Literal["reading", "source"]
Severity = Literal["error", "warning", "info"]


class KindEntry(NamedTuple):
    """One entry of the registry.

    `unsettles_page`: as a note on a page, it puts every value of that page in doubt, or of the part that it names.
    `may_lose_forms`: as a note on a page, a form may be lost there without a trace, so the document is not settled.
    """

    about: About
    severity: Severity
    meaning: str
    remedy: str
    unsettles_page: bool = False
    may_lose_forms: bool = False


class FindingKind(StrEnum):
    """Every kind of finding that a record, a document or a page can carry."""

    NO_EVIDENCE = "no_evidence"
    EVIDENCE_DIFFERS = "evidence_differs"
    WRONG_PLACE = "wrong_place"
    REWORDED = "reworded"
    LOW_CONFIDENCE = "low_confidence"
    SHARED_EVIDENCE = "shared_evidence"
    TWO_READINGS = "two_readings"
    TWO_READERS = "two_readers"
    UNPROVEN = "unproven"
    BELOW_SETTLING_RULE = "below_settling_rule"
    FORM_MISSED = "form_missed"
    FORM_UNCLEAR = "form_unclear"
    PAGE_UNKNOWN = "page_unknown"
    UNREADABLE = "unreadable"
    AMBIGUOUS_VALUE = "ambiguous_value"
    UNUSUAL = "unusual"
    SCHEMA_REFUSES = "schema_refuses"
    NO_SUCH_FIELD = "no_such_field"
    NO_SUCH_ROW = "no_such_row"
    RESIDUE = "residue"
    ROW_IN_TEXT = "row_in_text"
    NUMBER_IN_TEXT = "number_in_text"
    LABEL_IN_TEXT = "label_in_text"
    TEXTS_RUN_ON = "texts_run_on"
    TEXT_LEFT = "text_left"
    VALUE_END_UNCLEAR = "value_end_unclear"
    ITEM_UNNUMBERED = "item_unnumbered"
    ITEMS_RUN_ON = "items_run_on"
    ROW_HIDDEN = "row_hidden"
    ROW_UNCLEAR = "row_unclear"
    ROW_SHIFTED = "row_shifted"
    ROW_INCOMPLETE = "row_incomplete"
    COLUMN_UNCLEAR = "column_unclear"
    COLUMNS_UNCLEAR = "columns_unclear"
    COLUMNS_LOST = "columns_lost"
    COLUMN_UNKNOWN = "column_unknown"
    SPACED_COLUMNS = "spaced_columns"
    HEADER_UNCLEAR = "header_unclear"
    NO_HEADER = "no_header"
    GOES_ON = "goes_on"
    EMPTY_FORM = "empty_form"
    LABEL_AGAIN = "label_again"
    LABEL_UNCONFIRMED = "label_unconfirmed"
    MEANING_UNCONFIRMED = "meaning_unconfirmed"
    LABEL_CARRIED = "label_carried"
    AROUND_LABEL = "around_label"
    NOT_A_VALUE = "not_a_value"
    NOT_FOUND = "not_found"
    DERIVED_UNPROVEN = "derived_unproven"
    TITLE_WITHOUT_TABLE = "title_without_table"
    NO_TITLE = "no_title"
    FEW_LABELS = "few_labels"
    SCHEMA_UNCLEAR = "schema_unclear"
    REFUSED = "refused"
    CUT_OFF = "cut_off"
    INVALID_ANSWER = "invalid_answer"
    UNCORRECTED = "uncorrected"
    PROMPT_DROPPED = "prompt_dropped"
    SUMS = "sums"
    SUMS_TO = "sums_to"
    AT_MOST = "at_most"
    SHARE = "share"
    IN_ORDER = "in_order"
    PERCENT_AT_MOST_100 = "percent_at_most100"
    PRESENT = "present"
    OWNS = "owns"
    UNRULED_DOUBT = "unruled_doubt"
    BROKEN_LINES = "broken_lines"
    POOR_SCAN = "poor_scan"
    BENT_PAGE = "bent_page"
    DAMAGED = "damaged"
    UNREAD_PAGE = "unread_page"
    TEXT_DOUBT = "text_doubt"
    TEXT_LAYER = "text_layer"
    HIDDEN_TEXT = "hidden_text"
    DELETED_TEXT = "deleted_text"
    PICTURE = "picture"
    INCLUDED_FILE = "included_file"
    UNPRINTED = "unprinted"
    ENCODING = "encoding"
    QUOTES = "quotes"
    STRUCTURE = "structure"
    FORMULA = "formula"


_K = FindingKind
_LOOK = "Look at the place and correct the value."
_ROW = "Compare the row with the printed one."
_SOURCE = "Nothing to correct in the record. Ask the author of the document."

KINDS: dict[FindingKind, KindEntry] = {
    _K.NO_EVIDENCE: KindEntry("reading", "error", "The value is printed nowhere in the form.", _LOOK),
    _K.EVIDENCE_DIFFERS: KindEntry("reading", "error", "The value is like a printed text, and not the same.", _LOOK),
    _K.WRONG_PLACE: KindEntry(
        "reading", "warning", "The value is printed, but not at the place that the engine gave.", _LOOK
    ),
    _K.REWORDED: KindEntry("reading", "warning", "The engine gave the value in other words than printed.", _LOOK),
    _K.LOW_CONFIDENCE: KindEntry("reading", "warning", "The reader is unsure of the value, or computed it.", _LOOK),
    _K.SHARED_EVIDENCE: KindEntry("reading", "error", "Two values claim the same printed characters.", _LOOK),
    _K.TWO_READINGS: KindEntry("reading", "error", "An engine gave two values for one field.", _LOOK),
    _K.TWO_READERS: KindEntry("reading", "error", "Two engines read the value differently.", _LOOK),
    _K.UNPROVEN: KindEntry(
        "reading",
        "warning",
        "Nothing printed shows that the value belongs to its field: no label, no header, no second reader.",
        _LOOK,
    ),
    _K.BELOW_SETTLING_RULE: KindEntry(
        "reading", "info", "The value is more doubtful than the rule of settling that the run was given allows.", _LOOK
    ),
    _K.FORM_MISSED: KindEntry(
        "reading",
        "warning",
        "The title of a form, or what is printed once a form, stands where no form was found to begin.",
        "Look whether a form is missing among the records.",
        may_lose_forms=True,
    ),
    _K.PAGE_UNKNOWN: KindEntry(
        "reading",
        "warning",
        "No schema fits a page of a document whose other pages are of several schemas.",
        "Look whether the page belongs to one of the records; add a schema for it, or its labels to one.",
        may_lose_forms=True,
    ),
    _K.FORM_UNCLEAR: KindEntry(
        "reading",
        "warning",
        "What a form is known by has no value, or one in doubt.",
        "Look which form it is, and whether it is one form.",
        may_lose_forms=True,
    ),
    _K.UNREADABLE: KindEntry(
        "reading", "error", "The printed text is no value of the field's kind, such as a date.", _LOOK
    ),
    _K.AMBIGUOUS_VALUE: KindEntry(
        "reading", "warning", "The printed text can be two values: thousands or decimals, day or month.",
        "Name the document's locale in the settings, or correct the value.",
    ),
    _K.UNUSUAL: KindEntry("source", "info", "The text is none of the usual ones of its field.", _SOURCE),
    _K.SCHEMA_REFUSES: KindEntry(
        "reading", "error", "The schema's own validation refuses the value.", "Correct the value or the schema."
    ),
    _K.NO_SUCH_FIELD: KindEntry(
        "reading", "error", "An engine gave a value for a field that the schema does not have.", "Compare the schema."
    ),
    _K.NO_SUCH_ROW: KindEntry("reading", "error", "An engine left out rows of a list before this one.", _ROW),
    _K.RESIDUE: KindEntry(
        "reading", "warning", "Printed text of the form is no label, value, null mark or furniture.",
        "Look whether the text belongs to a value beside it, or is a lost row.",
    ),
    _K.ROW_IN_TEXT: KindEntry("reading", "warning", "A line of a long text looks like a row of a table.", _LOOK),
    _K.NUMBER_IN_TEXT: KindEntry("reading", "warning", "A line of a long text is a bare number.", _LOOK),
    _K.LABEL_IN_TEXT: KindEntry("reading", "warning", "A line of a long text begins with a label.", _LOOK),
    _K.TEXTS_RUN_ON: KindEntry("reading", "warning", "Nothing printed parts two long texts.", _LOOK),
    _K.TEXT_LEFT: KindEntry("reading", "warning", "Text behind a label was not read as part of its value.", _LOOK),
    _K.VALUE_END_UNCLEAR: KindEntry("reading", "warning", "It is not clear where the value ends.", _LOOK),
    _K.ITEM_UNNUMBERED: KindEntry("reading", "warning", "An item of a numbered list has no number.", _LOOK),
    _K.ITEMS_RUN_ON: KindEntry("reading", "warning", "Two items of a list may be read as one.", _LOOK),
    _K.ROW_HIDDEN: KindEntry("reading", "warning", "Two printed rows may be read as one.", _ROW),
    _K.ROW_UNCLEAR: KindEntry("reading", "warning", "It is not clear where the row begins or ends.", _ROW),
    _K.ROW_SHIFTED: KindEntry("reading", "warning", "The cells of the row may stand one column off.", _ROW),
    _K.ROW_INCOMPLETE: KindEntry("reading", "warning", "Cells of the row are missing.", _ROW),
    _K.COLUMN_UNCLEAR: KindEntry("reading", "warning", "A text may belong to the column beside it.", _ROW),
    _K.COLUMNS_UNCLEAR: KindEntry("reading", "warning", "It is not clear which column a text stands in.", _LOOK),
    _K.COLUMNS_LOST: KindEntry("reading", "warning", "The columns of a table of values are lost.", _LOOK),
    _K.COLUMN_UNKNOWN: KindEntry(
        "source", "info", "A list has a column that no field declares; its texts are no values.",
        "Declare the column if its values are wanted.",
    ),
    _K.SPACED_COLUMNS: KindEntry(
        "reading", "warning", "Spaces alone hold the columns apart.", "Compare each value with its column's header."
    ),
    _K.HEADER_UNCLEAR: KindEntry("reading", "warning", "The header of a list is incomplete.", _LOOK),
    _K.NO_HEADER: KindEntry("reading", "warning", "The first row of a table may be no header.", _LOOK),
    _K.GOES_ON: KindEntry(
        "reading", "warning", "The table may go on overleaf in a table that was read as another.",
        "Compare the pages; add the rows of the second table to the first.",
    ),
    _K.EMPTY_FORM: KindEntry("reading", "warning", "The form holds text, and no value was read.", _LOOK),
    _K.LABEL_AGAIN: KindEntry("reading", "warning", "A label of one value stands twice in the form.", _LOOK),
    _K.LABEL_UNCONFIRMED: KindEntry(
        "reading", "warning", "The value stands under a label that is not known to be its field's.",
        "List such labels with `extractor labels DIR`, and confirm those that are right.",
    ),
    _K.MEANING_UNCONFIRMED: KindEntry(
        "reading", "warning", "The printed words are not known to mean the value that is given for them.",
        "List such words with `extractor labels DIR`, and confirm those that are right.",
    ),
    _K.LABEL_CARRIED: KindEntry(
        "reading", "warning", "A spanning label was carried on below a new label of the level above.", _ROW
    ),
    _K.AROUND_LABEL: KindEntry("reading", "warning", "The value was read from both sides of its label.", _LOOK),
    _K.NOT_A_VALUE: KindEntry("reading", "warning", "What stands behind a label is no value of its kind.", _LOOK),
    _K.DERIVED_UNPROVEN: KindEntry(
        "reading", "warning", "A value that is not printed was worked out by a model, and nothing proves it.",
        "Work it out, or declare an x-check for its field.",
    ),
    _K.NOT_FOUND: KindEntry(
        "reading", "warning", "No value of the field was found; one may be printed under another label.",
        "Look whether the value is printed; declare the label that it is printed under.",
    ),
    _K.TITLE_WITHOUT_TABLE: KindEntry(
        "reading", "warning", "A title of a form stands there without a form below it.", "Look for the form."
    ),
    _K.NO_TITLE: KindEntry("source", "warning", "The form has no title; its labels told its schema.", _SOURCE),
    _K.FEW_LABELS: KindEntry(
        "reading", "warning", "Few labels of the schema stand in the form.", "Check that the schema fits the form."
    ),
    _K.SCHEMA_UNCLEAR: KindEntry(
        "reading",
        "warning",
        "Another schema of the run knows as many labels of the form.",
        "Check that the form is of its schema; name that one alone where it is known.",
    ),
    _K.REFUSED: KindEntry(
        "reading", "error", "The model or its endpoint refused the text.", "Read the form by hand."
    ,),
    _K.CUT_OFF: KindEntry("reading", "error", "The model's answer did not fit.", "Raise max_output_tokens."),
    _K.INVALID_ANSWER: KindEntry("reading", "error", "A part of the model's answer was not usable.", _LOOK),
    _K.UNCORRECTED: KindEntry(
        "reading", "warning", "The model was to correct its answer, and that call failed.", _LOOK
    ),
    _K.PROMPT_DROPPED: KindEntry(
        "reading", "error", "The endpoint did not give the model the whole question.", "Use another chat template."
    ),
    _K.SUMS: KindEntry("source", "warning", "A printed total is not the sum of its parts.", _SOURCE),
    _K.SUMS_TO: KindEntry("source", "warning", "The values of a column do not add up as declared.", _SOURCE),
    _K.AT_MOST: KindEntry("source", "warning", "A value is larger than its limit.", _SOURCE),
    _K.SHARE: KindEntry("source", "warning", "A printed share is not that of its two amounts.", _SOURCE),
    _K.IN_ORDER: KindEntry("source", "warning", "Two dates or numbers are in the wrong order.", _SOURCE),
    _K.PERCENT_AT_MOST_100: KindEntry("source", "warning", "A share is above 100 %.", _SOURCE),
    _K.PRESENT: KindEntry("source", "warning", "A value that belongs to the form is missing.", _SOURCE),
    _K.OWNS: KindEntry("source", "warning", "A row stands under a label that cannot own it.", _SOURCE),
    _K.UNRULED_DOUBT: KindEntry(
        "reading", "warning", "A table without ruling lines: white alone tells its rows or columns.",
        "Compare the table with the page.", unsettles_page=True,
    ),
    _K.BROKEN_LINES: KindEntry(
        "reading", "warning", "The ruling lines of a scanned table are broken.", "Scan the page again.",
        unsettles_page=True, may_lose_forms=True,
    ),
    _K.POOR_SCAN: KindEntry(
        "reading", "warning", "The scan is too poor to be relied upon: each value on the page is in doubt.",
        "Scan the page again, at 300 dpi.", may_lose_forms=True,
    ),
    _K.BENT_PAGE: KindEntry(
        "reading", "warning", "The lines of a photographed or curled page could not be set straight.",
        "Photograph the page flat and from above, or scan it.", unsettles_page=True, may_lose_forms=True,
    ),
    _K.DAMAGED: KindEntry(
        "reading", "warning", "The file is damaged; a part of it was read.", "Get the file again.", may_lose_forms=True
    ),
    _K.UNREAD_PAGE: KindEntry(
        "reading", "error", "A page could not be read.", "Get the file again, or allow OCR.", may_lose_forms=True
    ),
    _K.TEXT_DOUBT: KindEntry(
        "reading", "warning", "The characters of a page in the file are not sure to be those that are printed.",
        "Compare the page with its record.", unsettles_page=True, may_lose_forms=True,
    ),
    _K.TEXT_LAYER: KindEntry("source", "info", "The text layer of a page was not used; OCR read it.", _SOURCE),
    _K.HIDDEN_TEXT: KindEntry("source", "warning", "Text that the document hides was left out.", _SOURCE),
    _K.DELETED_TEXT: KindEntry("source", "info", "Text of tracked deletions was left out.", _SOURCE),
    _K.PICTURE: KindEntry("source", "info", "Pictures in the file were not read.", "Read them as files."),
    _K.INCLUDED_FILE: KindEntry("source", "warning", "Files in the document were not read.", "Save it as one file.",),
    _K.UNPRINTED: KindEntry("source", "info", "Characters that print nothing were left out.", _SOURCE),
    _K.ENCODING: KindEntry("source", "warning", "The character encoding was found, not declared.", _SOURCE),
    _K.QUOTES: KindEntry("source", "warning", "A quotation mark of a delimited file is never closed.", _SOURCE),
    _K.STRUCTURE: KindEntry(
        "reading", "warning", "The file is malformed; it was read as text.", "Get the file again.",
        may_lose_forms=True,
    ),
    _K.FORMULA: KindEntry(
        "source", "warning", "Formulas of a workbook have no stored results; they were computed, or stand there.",
        "Open it in Excel and save it.",
    ),
}  # fmt: skip


def page() -> str:
    """`docs/finding-kinds.md`: a table of all kinds, in the order of the registry."""
    rows = [
        f"| `{kind}` | {entry.about} | {entry.severity} | {entry.meaning} | {entry.remedy} |"
        for kind, entry in KINDS.items()
    ]
    head = (
        "# Kinds of findings\n\n"
        "Made from `extractor/document/finding_kinds.py`; a test keeps it so. A finding about the `reading`\n"
        "unsettles its value. A failed check counts as one where OCR or a model stands between print and value.\n\n"
        "| kind | about | severity | what it means | what to do |\n| --- | --- | --- | --- | --- |\n"
    )
    return head + "\n".join(rows) + "\n"


if __name__ == "__main__":
    print(page(), end="")
