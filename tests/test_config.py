import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from extractor.config import PREFIX, SECRETS, Settings
from extractor.errors import ConfigError


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith(PREFIX):
            monkeypatch.delenv(name)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_each_source_overrides_the_one_below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toml = write(tmp_path / "my.toml", 'model = "from-file"\nmax_pages = 5\ntoken_budget = 100\n')
    monkeypatch.setenv("EXTRACTOR_MODEL", "from-environment")
    monkeypatch.setenv("EXTRACTOR_MAX_PAGES", "6")
    settings = Settings.load(toml, max_pages=7, engine=None)
    assert (settings.model, settings.max_pages, settings.token_budget) == ("from-environment", 7, 100)
    assert settings.max_bytes == Settings().max_bytes


def test_the_file_of_the_working_directory_is_read_without_being_named(tmp_path: Path) -> None:
    assert Settings.load().max_pages != 5
    write(tmp_path / "extractor.toml", "max_pages = 5")
    assert Settings.load().max_pages == 5


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError):
        Settings().model = "x"  # type: ignore[misc]  # what is tested


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("max_page = 5", "did you mean max_pages"),
        ("nonsense = 5", "there are: engine"),
        ("max_pages = 0", "max_pages: input should be greater than 0 (given: 0)"),
        ('engine = "magic"', "'rules', 'llm' or 'hybrid'"),
        ('api_key = "sk-1"', "set EXTRACTOR_API_KEY in the environment"),
        ('password = "p"', "set EXTRACTOR_PASSWORD in the environment"),
        ('language = "english"', "language 'english' is not known: choose zh or en"),
        ('language = "deu"', "language 'deu' is not known: choose zh or en"),
        ("max_pages = ", "cannot be read as TOML"),
    ],
)
def test_a_wrong_file_is_refused_with_a_reason(tmp_path: Path, text: str, says: str) -> None:
    toml = write(tmp_path / "my.toml", text)
    with pytest.raises(ConfigError) as caught:
        Settings.load(toml)
    assert says in str(caught.value)


def test_tesseract_reads_languages_by_its_own_names_and_no_refusal_repeats_a_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXTRACTOR_API_KEY", "sk-planted")
    toml = write(tmp_path / "my.toml", 'language = "deu+chi_tra"\nocr = "tesseract"\n')
    assert Settings.load(toml).language == "deu+chi_tra"
    with pytest.raises(ConfigError) as caught:
        Settings.load(write(tmp_path / "other.toml", 'language = "german"\nocr = "tesseract"\n'))
    assert "sk-planted" not in str(caught.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such settings file"):
        Settings.load(tmp_path / "absent.toml")


def test_an_unknown_variable_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXTRACTOR_MODLE", "m")
    with pytest.raises(ConfigError, match=r"EXTRACTOR_MODLE.*did you mean model"):
        Settings.load()


def test_an_unknown_override_is_refused() -> None:
    with pytest.raises(ConfigError, match="no setting is named 'colour'"):
        Settings.load(colour="red")


def test_debug_is_no_setting_and_empty_is_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXTRACTOR_DEBUG", "1")
    monkeypatch.setenv("EXTRACTOR_MODEL", "")
    assert Settings.load().model is None


def test_schemas_of_the_environment_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXTRACTOR_SCHEMAS", "table, my.py:Invoice")
    assert Settings.load().schemas == ("table", "my.py:Invoice")


def test_secrets_are_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXTRACTOR_API_KEY", "sk-very-secret")
    settings = Settings.load()
    assert settings.api_key is not None
    assert settings.api_key.get_secret_value() == "sk-very-secret"
    assert not set(SECRETS) & set(settings.public())
    assert "very-secret" not in repr(settings) + str(settings.public()) + settings.model_dump_json()


def test_only_what_can_change_an_answer_is_in_the_fingerprint() -> None:
    rules, llm = Settings().answering("rules"), Settings().answering("llm")
    every = {"language", "locale", "ocr", "dpi", "max_pixels", "token_budget", "second_reader", "vision_model"}
    assert set(rules) == every
    assert set(Settings().of_reading()) == set(rules) - {"locale", "token_budget", "second_reader", "vision_model"}
    assert Settings(vision_model="v").answering("rules").keys() == llm.keys()
    assert set(llm) - set(rules) == {
        "model",
        "temperature",
        "max_output_tokens",
        "answer_mode",
        "prompt_language",
        "prompt_version",
        "corrections",
        "readings",
        "second_model",
        "vision_calls",
    }
    assert Settings(workers=7, max_bytes=1, base_url="http://a").answering("llm") == llm
    assert Settings(model="m").answering("rules") == rules
    assert Settings(model="m").answering("llm") != llm
