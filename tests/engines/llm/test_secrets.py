"""What is blotted out as a secret, and what is too short to be one."""

from __future__ import annotations

import pytest

from extractor.engines.llm.transport import without


@pytest.mark.parametrize(("secret", "left"), [("follows", "follows"), ("followss", "***"), ("none", "none"), ("", "")])
def test_a_key_of_fewer_than_eight_characters_is_a_placeholder_and_stays(secret: str, left: str) -> None:
    assert without(f"not meant: {secret} of them", (secret,)) == f"not meant: {left} of them"
