"""The thresholds of the PDF reader, in one frozen object.

Each field says its unit, why it is there, and where its value comes from: "PDF" means ISO 32000-1, "print" a rule of
typesetting, "measured" a study on the documents of `eval` and on public test files of other projects.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PdfSettings:
    """All thresholds of `readers/pdf`."""

    # Limits against hostile files.
    max_objects: int = 200_000  # objects on a page; a page of a drawing has some ten thousand (measured)
    max_depth: int = 12  # forms within forms; programs that print nest two or three (measured)
    pdfium_depth: int = 40  # forms within forms that pdfium unfolds (its source: kMaxFormLevel)
    max_clip_points: int = 1000  # points of a clip path; a longer one is a drawing, its box says enough (measured)

    # Ruling lines and filled areas.
    thin: float = 3.0  # points; a thinner filled shape is a ruling line, of 0.25 to 2 points (print)
    dot: float = 2.5  # points; a square shape not larger than this is a dot of a dotted line (measured)
    dot_step: float = 5.0  # points; the dots of a line are not farther apart (measured)
    clip_slack: float = 1.5  # points; a line on the edge of its clip path is seen at half its width (print)
    shade_light: int = 250  # 0..255; lighter areas cannot be told from paper, so they are no shade of a cell (measured)

    # Characters.
    flat_box: float = 0.75  # of the type size; a flatter box is that of the ink, not that of the line (measured)
    above_baseline: float = 0.88  # of the type size; the part of a line above its baseline, as for ideographs (print)
    slanted: float = 8.0  # degrees off the nearest axis; scanned lines lean less, watermarks lean more (measured)
    smallest: float = 1.5  # points; nobody reads smaller type on paper (print)
    space: float = 0.5  # of the width of the font's own space; a narrower gap is kerning (measured)
    pitch: float = 0.04  # of the type size; steps between characters that differ less are equal (measured)

    # Text that cannot be seen.
    alpha: int = 13  # 0..255; fainter paint (5 %) leaves no ink that a person sees (measured)
    contrast: int = 20  # 0..255; colours that differ less cannot be told apart on a screen (measured)
    ink_dpi: float = 72.0  # the resolution of the page's picture: type of 5 points is 5 pixels high (measured)
    ink_share: float = 0.02  # of a character's box; a full stop covers about so much of it (measured)
    covers_page: float = 0.6  # of the page; a picture that covers more makes the page a scan (measured)

    # Watermarks: two of large, pale, repeated.
    large: float = 1.6  # times the usual type size of the page; headings are seldom larger by more (print)
    pale: float = 100.0  # 0..255; the least lightness of a watermark's paint, that of text is below 90 (measured)
    repeated: int = 3  # times that the same words lie over one page (measured)

    # Superscripts and subscripts.
    script_size: float = 0.85  # of the size of the character before; programs set 0.58 to 0.8 (print)
    raised: float = 0.2  # of that size; a superscript's baseline is 0.3 to 0.5 higher (print)
    lowered: float = 0.06  # of that size; a subscript's baseline is 0.1 to 0.25 lower (print)
    script_length: int = 4  # characters; longer raised runs are small text and no marks (print)
    script_gap: float = 0.3  # of that size; a mark that belongs to a number stands closer to it (print)

    # Whether a text layer can be trusted.
    doubtful: float = 0.02  # share of unmapped characters from which the second reader is asked (measured)
    unreadable: float = 0.15  # the share from which a text layer is of no use (measured)
    nonsense: float = 0.35  # share of signs that no language writes much of (measured)
    few: int = 20  # characters; fewer say little about a text layer (measured)
    off_page: float = 0.2  # share of characters off the page from which the second reader is asked (measured)
    better: float = 0.7  # times the first reader's share of unmapped characters; less is clearly better (measured)
    more: float = 1.2  # times the first reader's characters; more is clearly better (measured)
    layer_agrees: float = 0.5  # share of a scan's characters; a layer with fewer of them was made badly (measured)
    confirmed: float = 0.97  # confidence of what two readers of a picture read alike (results.LOW_CONFIDENCE is 0.93)
    contradicted: float = 0.8  # confidence of what they read otherwise: below the limit of doubt (the same)
    unknown_names: float = 0.2  # share of glyph names that say nothing, from which a font is doubtful (measured)
    few_glyphs: int = 3  # glyphs; a contradiction of fewer is chance (measured)
    glyph_samples: int = 96  # glyphs of a font and page that are looked at; more say nothing new (measured)
    glyphs_a_run: int = 6  # characters; the first letters of words alone are capitals and digits (measured)
    ascii_codes: float = 0.3  # share of codes that are those of ASCII, from which all ought to be (measured)
    different_glyphs: int = 6  # glyphs; fewer different ones may all be odd by chance (measured)
    unfit_glyphs: float = 0.15  # share of glyphs unlike their characters; good fonts have 0 to 6 % (measured)
    sample_words: int = 5  # words, and numbers, of a doubtful font that an OCR reads; each takes it 0.1 s (measured)
    sample_least: int = 3  # characters; the OCR of fewer is chance (measured)
    sample_most: int = 24  # characters; a longer line of text is cut (measured)
    alike: float = 0.8  # of the characters; an OCR has so many of a clean line of its languages (measured)
    unlike: float = 0.5  # of the characters; an OCR has fewer only where the text is another (measured)
    large_picture: float = 0.15  # of the page; smaller pictures are seals, logos, signatures (measured)
    dark: int = 128  # 0..255; darker pixels of a picture are ink (measured)
    paper: float = 0.6  # share of a picture that is lighter than 200 if it shows text on paper (measured)
    least_ink: float = 0.004  # share of a picture that is dark if it shows text; a few words are enough (measured)
    most_ink: float = 0.3  # the same; more is a drawing or a photograph (measured)
    many: int = 150  # characters; a page with fewer beside a picture of text is read by OCR as a whole (measured)
    picture_share: float = 0.02  # of the page; a smaller picture is an ornament (measured)
    drawn_paths: int = 50  # paths on a page without text from which they may be letters drawn as shapes (measured)


LIMITS = PdfSettings()
