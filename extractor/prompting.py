"""Prompts: load a template, fill it in, hash it; and the estimate of what a text costs in tokens.

A template is a text file in `prompts/`, `NAME.LANGUAGE.VERSION.txt`, with `{{variable}}` where something goes in.
"""

from __future__ import annotations


def tokens(text: str) -> int:
    """A rough count: one token for each CJK character, one for each four other characters."""
    wide = sum(ch > "\u2e7f" for ch in text)
    return wide + (len(text) - wide + 3) // 4
