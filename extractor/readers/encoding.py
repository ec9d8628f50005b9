"""Bytes to text: strictly, or not at all. No character is ever replaced by a guess."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from typing import NamedTuple

from extractor.document.finding_kinds import FindingKind
from extractor.document.layout import Note
from extractor.errors import DocumentError

SAMPLE = 64 * 1024
KNOWN = "UTF-8, UTF-16, UTF-32, GB18030, Big5"

# Longest first: the mark of UTF-32 LE starts with that of UTF-16 LE.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# What a page of text is made of, whatever its script: the share of it tells a right decoding from a wrong one.
USUAL = re.compile(
    "[\t\n\r\x0b\x0c -~\u00a0-\u024f\u2010-\u2044\u2190-\u22ff\u2460-\u25ff\u3000-\u30ff\u4e00-\u9fa5\uff01-\uffee]+"
)

HANGUL = re.compile("[\uac00-\ud7a3]+")

# Latin letters read in the wrong byte order become these: an ideograph ending in 00 that isn't U+4E00 is rare.
SWAPPED = re.compile("[" + "".join(map(chr, range(0x4F00, 0xA000, 0x100))) + "]")

LAST_KOREAN = 0xC8

# Encodings that a guess may end in; anything else that a detector comes up with is noise.
GUESSABLE = {
    "big5": "big5hkscs",
    "big5hkscs": "big5hkscs",
    "cp950": "cp950",
    "shift_jis": "cp932",
    "cp932": "cp932",
    "euc_jp": "euc_jp",
    "euc_kr": "cp949",
    "cp949": "cp949",
}

# A declared name is often narrower than what was written.
WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs", "iso8859-1": "cp1252", "ascii": "utf-8"}

# Characters without a glyph: they would part `项<U+200B>目` from its label and break exports. Joiners (U+200C, U+200D)
# and variation selectors change what is printed, so they stay.
CONTROLS = "\x00-\x08\x0e-\x1f\x7f\x80-\x84\x86-\x9f"
INVISIBLE = (
    "\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\U000e0000-\U000e007f"
)
UNPRINTED = re.compile(f"[{CONTROLS}{INVISIBLE}]")
TAGS = re.compile("[\U000e0020-\U000e007e]+")
ANY_CONTROL = re.compile(f"[{CONTROLS}]")


class Decoded(NamedTuple):
    """A text, the encoding that it was written in, and remarks on how it was read."""

    text: str
    encoding: str
    notes: tuple[Note, ...] = ()


class Clean(NamedTuple):
    """A text without characters that print nothing, and remarks on what was left out."""

    text: str
    notes: tuple[Note, ...] = ()


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """The text of a file; `declared` is the encoding that the file itself names. DocumentError: no encoding fits."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return Decoded(_strictly(data, encoding, len(mark)), encoding)
    named = _as_declared(data, declared)
    if named is not None:
        return named
    encoding = guess(data)
    text = _strictly(data, encoding)
    if encoding in ("utf-8", "gb18030", "utf-16-le", "utf-16-be"):
        return Decoded(text, encoding)
    message = f"the file does not say its encoding; it was read as {encoding}, the most likely one: check some words"
    return Decoded(text, encoding, (Note(FindingKind.ENCODING, 0, message),))


def guess(data: bytes) -> str:
    """The encoding of bytes without a byte order mark, told from a sample. DocumentError: it is not text."""
    sample = _sample(data)
    wide = _wide(sample) if b"\0" in sample else None
    if wide is not None:
        return wide
    if _is_binary(sample):
        raise DocumentError(f"not text in any encoding known ({KNOWN}): the bytes look like binary data")
    bad = _first_bad(data, "utf-8")
    if bad is None or _looks_utf8(sample):
        return "utf-8"
    encoding = _chinese(sample) or _wide(sample) or _detected(sample)
    if encoding is None:
        raise DocumentError(
            f"not text in any encoding known ({KNOWN}): byte 0x{data[bad]:02x} at offset {bad} fits none of them; "
            "save the file as UTF-8 and try again"
        )
    return encoding


def clean(text: str) -> Clean:
    """The text without control characters and zero-width ones; what was left out is noted. Printable text all stays."""
    if text.isascii() and text.isprintable():
        return Clean(text)
    found = Counter(UNPRINTED.findall(text))
    if not found:
        return Clean(text)
    codes = ", ".join(f"U+{ord(c):04X} × {n}" for c, n in found.most_common(5))
    note = Note(FindingKind.UNPRINTED, 0, f"{found.total()} characters that print nothing were left out ({codes})")
    return Clean(UNPRINTED.sub("", text), (note, *_smuggled(text)))


def _smuggled(text: str) -> tuple[Note, ...]:
    """Words written in tag characters, which no reader sees: a known way to give a model orders."""
    words = "".join(chr(ord(c) - 0xE0000) for run in TAGS.findall(text) for c in run)
    return (
        (Note(FindingKind.HIDDEN_TEXT, 0, f"invisible tag characters were left out; they spell: {words[:200]!r}"),)
        if words
        else ()
    )


def _strictly(data: bytes, encoding: str, skip: int = 0) -> str:
    try:
        return str(memoryview(data)[skip:], encoding)
    except UnicodeDecodeError as error:
        at = error.start + skip
        raise DocumentError(
            f"the text is {encoding.upper()} but for byte 0x{data[at]:02x} at offset {at} ({error.reason}): "
            "the file is damaged or cut off; get it again, or save it as UTF-8"
        ) from None


def _as_declared(data: bytes, declared: str | None) -> Decoded | None:
    """The text in the encoding that the file names, unless that name is unknown or plainly wrong."""
    try:
        name = codecs.lookup(declared or "").name
    except LookupError:
        return None
    if name.startswith("utf-16"):  # a file whose declaration could be read byte by byte is not UTF-16
        return None
    encoding = WIDER.get(name, name)
    try:
        return Decoded(data.decode(encoding), encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _sample(data: bytes) -> bytes:
    """The beginning and the middle of the bytes: enough to tell an encoding, however long the file is."""
    if len(data) <= 2 * SAMPLE:
        return data
    middle = len(data) // 2 & ~3
    return data[:SAMPLE] + data[middle : middle + SAMPLE]


def _wide(sample: bytes) -> str | None:
    """UTF-16 without a mark: the byte order in which nearly all code units are usual characters, if there is one."""
    if len(sample) % 2:
        sample = sample[:-1]
    best = max(("utf-16-le", "utf-16-be"), key=lambda encoding: _usual_wide(sample, encoding))
    return best if len(sample) >= 2 and _usual_wide(sample, best) >= 0.9 else None


def _usual_wide(sample: bytes, encoding: str) -> float:
    text = sample.decode(encoding, errors="replace")
    swapped = len(SWAPPED.findall(text))
    return _usual(text) - swapped / len(text) if text else 0.0


def _usual(text: str) -> float:
    """The share of usual characters in a sample, decoded leniently: a guess is checked strictly afterwards."""
    return sum(map(len, USUAL.findall(text))) / len(text) if text else 0.0


def _is_binary(sample: bytes) -> bool:
    controls = sum(sample.count(bytes((code,))) for code in (*range(9), *range(14, 32), 127))
    return controls > max(4, len(sample) // 50)


def _looks_utf8(sample: bytes) -> bool:
    """Whether most of what is not ASCII is well-formed UTF-8, hardly an accident: a damaged file is still UTF-8."""
    text = sample.decode("utf-8", errors="replace")
    bad = text.count("\ufffd")
    return sum(c > "\x7f" for c in text) - bad > 2 * bad


def _chinese(sample: bytes) -> str | None:
    """GB18030, when its characters are the common ones: most bytes decode as GB18030, into rare characters."""
    text = sample.decode("gb18030", errors="replace")
    foreign = [c for c in text if c > "\x7f"]
    if not foreign or foreign.count("\ufffd") > max(2, len(foreign) // 50):
        return None
    common = sum(map(_is_common, foreign))
    return "gb18030" if common >= 0.75 * len(foreign) and not _is_korean(foreign) else None


def _is_korean(chars: list[str]) -> bool:
    """Whether all ideographs stand in the first half of GB2312's first level, where EUC-KR has its syllables."""
    leads = [pair[0] for pair in (char.encode("gb2312", "ignore") for char in chars) if pair[:1] >= b"\xb0"]
    return len(leads) >= 20 and sum(lead > LAST_KOREAN for lead in leads) < len(leads) / 20


def _is_common(char: str) -> bool:
    """Whether a character is one of GB2312's first level or of its punctuation."""
    try:
        pair = char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return pair[0] in (0xA1, 0xA2, 0xA3) or 0xB0 <= pair[0] <= 0xD7


def _detected(sample: bytes) -> str | None:
    """The last resort: what charset-normalizer takes it for, if that is an East Asian encoding and the text usual."""
    from charset_normalizer import from_bytes

    match = from_bytes(sample, cp_isolation=list(GUESSABLE), threshold=0.3).best()
    encoding = GUESSABLE.get(match.encoding) if match else None
    if encoding is None:
        return None
    text = sample.decode(encoding, errors="replace")
    usual = _usual(HANGUL.sub("", text)) >= 0.9 and not ANY_CONTROL.search(text)
    return encoding if usual and text.count("\ufffd") <= 2 else None


def _first_bad(data: bytes, encoding: str) -> int | None:
    try:
        data.decode(encoding)
    except UnicodeDecodeError as error:
        return error.start
    return None
