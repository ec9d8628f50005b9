"""What a renderer gives: the file, and the forms as a reader finds them in it."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import NamedTuple

from eval.synth.content import Content, Form


class Rendered(NamedTuple):
    """A file's content, and the forms as a reader finds them in it."""

    data: bytes
    forms: tuple[Form, ...]


Renderer = Callable[[Content, Random], Rendered]
