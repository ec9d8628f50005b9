"""Markdown within a line: emphasis, code, links, escapes and inline tags give way to the text that they mark."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MARKS = re.compile(r"[\\*_`\[\]<&~!]")

# Inline tags that OCR services write; any other `<word>` is text.
TAG = re.compile(
    r"</?(?:a|abbr|b|big|body|br|caption|center|cite|code|col|colgroup|del|div|em|figure|figcaption|font|h[1-6]|head|hr"
    r"|html|i|img|ins|kbd|li|mark|ol|p|q|s|small|span|strike|strong|sub|sup|table|tbody|td|tfoot|th|thead|tr|u|ul|var)(?:\s[^<>]*)?/?>",
    re.I,
)

# CommonMark leaves `**名称：**上海` alone, since the closing mark stands between punctuation and a letter.
LEFT_OVER = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
# A product or a masked number, which Markdown would take for emphasis.
PRODUCT = re.compile(r"(?<=[0-9])\*(?=[0-9])")
LONGEST = 20_000


def has_markup(line: str) -> bool:
    """Whether a line holds a character that could be a mark."""
    return MARKS.search(line) is not None


def plain(line: str) -> str:
    """The text that a line of Markdown shows; `<br>` is a line break. Very long lines lose only tags and entities."""
    if len(line) > LONGEST:
        from extractor.readers.text.text_rows import decoded_entities

        return decoded_entities(TAG.sub(_tag_text, line))
    tokens = _parser().parseInline(PRODUCT.sub(r"\\*", line))[0].children or []
    return LEFT_OVER.sub(r"\2", "".join(map(_shown, tokens)))


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable("strikethrough")


def _shown(token: Token) -> str:
    if token.type in ("text", "code_inline", "text_special"):
        return token.content
    if token.type in ("softbreak", "hardbreak"):
        return "\n"
    if token.type == "html_inline":
        return _tag_text(token.content)
    return _joined(token.children or ()) if token.type == "image" else ""


def _joined(tokens: Sequence[Token]) -> str:
    return "".join(map(_shown, tokens))


def _tag_text(tag: re.Match[str] | str) -> str:
    """A tag's text: a line break for `<br>`, nothing for other tags known, itself for what only looks like a tag."""
    text = tag if isinstance(tag, str) else tag.group()
    if not TAG.fullmatch(text):
        return text
    return "\n" if text[1:3].lower() == "br" else ""
