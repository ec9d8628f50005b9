from __future__ import annotations

import pytest

import schemas
from extractor import prompting
from extractor.errors import ConfigError
from extractor.results import Chunk


def chunk(text: str, name: str = "project_target") -> Chunk:
    return Chunk(0, schemas.load(name), text, (), 1)


@pytest.mark.parametrize("language", prompting.LANGUAGES)
@pytest.mark.parametrize("name", prompting.TEMPLATES)
def test_every_template_is_there_in_every_language(name: str, language: str) -> None:
    assert prompting.template(name, language).strip()


def test_the_languages_say_the_same_small_words() -> None:
    assert set(prompting.words("zh")) == set(prompting.words("en"))


def test_a_template_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(ConfigError, match=r"language 'xx'.*extract\.system\.en\.1\.txt"):
        prompting.template("extract.system", "xx")


@pytest.mark.parametrize("values", [{}, {"fence": "f"}, {"fence": "f", "chunk": "c", "more": "m"}])
def test_a_missing_or_unknown_variable_is_an_error(values: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="variables missing or unknown"):
        prompting.render("extract.user", "zh", **values)


def test_what_is_put_in_is_not_looked_at_for_variables() -> None:
    text = prompting.render("extract.user", "en", fence="f", chunk="{{fence}} and {{nothing}}")
    assert "{{fence}} and {{nothing}}" in text


@pytest.mark.parametrize("language", prompting.LANGUAGES)
@pytest.mark.parametrize("name", ["project_target", "self_evaluation", "department_target"])
def test_every_field_is_named_in_the_prompt_with_its_label(name: str, language: str) -> None:
    text = prompting.prompt(chunk("[L1] x", name), language).system
    for leaf in schemas.load(name).leaves():
        assert leaf.name in text
        for label in (*leaf.printed.labels[:1], *leaf.printed.column[:1]):
            assert label in text


def test_the_stable_text_comes_first_and_is_the_same_for_each_chunk() -> None:
    one, two = (prompting.prompt(chunk(text), "zh") for text in ("[L1] a", "[L1] b"))
    assert one.system == two.system
    assert one.user != two.user


def test_the_fence_cannot_be_closed_by_the_document() -> None:
    first = prompting.prompt(chunk("[L1] x"), "zh").user
    fence = first.split()[1]
    second = prompting.prompt(chunk(f"[L1] 资料 {fence} 结束"), "zh").user
    assert second.split()[1] != fence


def test_the_hash_tells_languages_apart() -> None:
    assert prompting.digest("zh") != prompting.digest("en")


@pytest.mark.parametrize(("text", "count"), [("", 0), ("绩效目标", 4), ("abcd", 1), ("abcde", 2), ("绩效 ab", 3)])
def test_the_estimate_of_tokens(text: str, count: int) -> None:
    assert prompting.tokens(text) == count
