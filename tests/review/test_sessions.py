"""A run that another version made can be reviewed."""

from __future__ import annotations

from extractor.config import Settings
from extractor.review import sessions


def test_settings_of_another_version_that_are_none_here_have_their_defaults() -> None:
    kept = {"prompt_version": "0", "ocr": "off", "a_setting_that_is_gone": 1}
    settings = sessions._settings(kept, None)
    assert settings.prompt_version == Settings().prompt_version
    assert settings.ocr == "off"
