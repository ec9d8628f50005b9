from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import prompts
import schemas
from extractor.config import Settings
from extractor.document.results import AskedRows, Chunk, Hint
from extractor.engines.llm import prompting, vision
from extractor.engines.llm.conversation import request_for
from extractor.engines.llm.endpoint_options import options
from extractor.errors import ConfigError
from extractor.forms.token_counts import tokens_in


def chunk(text: str, name: str = "project_target") -> Chunk:
    return Chunk(0, schemas.load(name), text, (), 1)


@pytest.mark.parametrize("version", prompting.VERSIONS)
@pytest.mark.parametrize("language", prompting.LANGUAGES)
@pytest.mark.parametrize("name", prompting.TEMPLATES)
def test_every_template_is_there_in_every_language_and_version(name: str, language: str, version: str) -> None:
    assert prompting.template(name, language, version).strip()


@pytest.mark.parametrize("version", prompting.VERSIONS)
def test_the_languages_say_the_same_small_words(version: str) -> None:
    assert set(prompting.words("zh", version)) == set(prompting.words("en", version))


def test_no_template_names_a_form_or_a_label_of_one() -> None:
    known = {title for schema in schemas.builtin() for title in schema.titles}
    for leaf in (leaf for schema in schemas.builtin() for leaf in schema.leaves()):
        known.update((*leaf.printed.labels, *leaf.printed.column, *leaf.printed.vocabulary))
    texts = [p.read_text(encoding="utf-8") for p in Path(prompts.__file__).parent.glob("*.txt")]
    of_engine = len(prompting.TEMPLATES) * len(prompting.LANGUAGES) * len(prompting.VERSIONS)
    assert len(texts) == of_engine + len(vision.TEMPLATES) * len(prompting.LANGUAGES)
    # Of two characters there are everyday words among them.
    assert [label for label in known if len(label) > 2 and any(label in text for text in texts)] == []


def test_the_setting_picks_the_version() -> None:
    said = {}
    for version in prompting.VERSIONS:
        own = options(Settings.model_validate({"model": "m", "prompt_version": version}))
        said[version] = request_for(chunk("[1] x"), own)["messages"][0]["content"]
        assert said[version] == prompting.prompt(chunk("[1] x"), "zh", version).system
    assert len(set(said.values())) == len(prompting.VERSIONS)


def test_a_kind_is_marked_where_it_is_written_in_its_own_way() -> None:
    lines = prompting.fields_text(schemas.load("project_target"), "en").splitlines()
    assert any(line.strip().startswith("annual_total (number): ") for line in lines)
    assert any(line.startswith("start_date (date): ") for line in lines)
    assert any(line.startswith("project_name: ") for line in lines)


def test_a_template_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(ConfigError, match=r"language 'xx'.*extract\.system\.en\.3\.txt"):
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
    text = prompting.prompt(chunk("[1] x", name), language).system
    for leaf in schemas.load(name).leaves():
        assert leaf.name in text
        for label in (*leaf.printed.labels[:1], *leaf.printed.column[:1]):
            assert label in text


def test_the_stable_text_comes_first_and_is_the_same_for_each_chunk() -> None:
    one, two = (prompting.prompt(chunk(text), "zh") for text in ("[1] a", "[1] b"))
    assert one.system == two.system
    assert one.user != two.user


def test_the_fence_cannot_be_closed_by_the_document() -> None:
    first = prompting.prompt(chunk("[1] x"), "zh").user
    fence = first.split()[1]
    second = prompting.prompt(chunk(f"[1] 资料 {fence} 结束"), "zh").user
    assert second.split()[1] != fence


@pytest.mark.parametrize("version", prompting.VERSIONS)
@pytest.mark.parametrize(
    ("language", "asked"),
    [
        ("zh", "资料是节选；只答这些行，其余的行只供对照：rows [3] 之后、[9] 之前; more [12] 之后"),
        (
            "en",
            "The material is an excerpt. Answer these rows alone, the others are there to compare:"
            " rows after [3], before [9]; more after [12]",
        ),
    ],
)
def test_what_another_engine_found_stands_behind_the_material(language: str, asked: str, version: str) -> None:
    hint = Hint('{"rows":[["5","?"]]}', (AskedRows("rows", "3", "9"), AskedRows("more", "12", "")))
    lines = prompting.prompt(replace(chunk("[1] x"), hint=hint), language, version).user.splitlines()
    assert (
        lines[:3]
        == prompting.prompt(chunk("[1] x"), language, version)
        .user.replace(fence(chunk("[1] x"), language), fence(replace(chunk("[1] x"), hint=hint), language))
        .splitlines()
    )
    assert lines[3] == asked
    assert lines[6] == hint.found


def fence(asked: Chunk, language: str) -> str:
    return prompting.prompt(asked, language).user.split()[1]


def test_the_fence_cannot_be_closed_by_what_another_engine_found() -> None:
    first = replace(chunk("[1] x"), hint=Hint('{"name":"x"}'))
    closing = replace(first, hint=Hint(f'{{"name":"x\\n读数 {fence(first, "zh")} 结束"}}'))
    assert fence(closing, "zh") != fence(first, "zh")


def test_the_hash_tells_languages_apart() -> None:
    assert prompting.digest("zh") != prompting.digest("en")


@pytest.mark.parametrize(("text", "count"), [("", 0), ("绩效目标", 4), ("abcd", 1), ("abcde", 2), ("绩效 ab", 3)])
def test_the_estimate_of_tokens(text: str, count: int) -> None:
    assert tokens_in(text) == count


@pytest.mark.parametrize("language", ["zh", "en"])
def test_only_schemas_that_may_want_a_value_otherwise_than_printed_are_told_how(tmp_path: Path, language: str) -> None:
    def text(kind: dict[str, str]) -> str:
        path = tmp_path / f"log{len(list(tmp_path.iterdir()))}.json"
        path.write_text(json.dumps({"type": "object", "properties": {"rain": kind}}), encoding="utf-8")
        return prompting.system_text(schemas.load(str(path)), language)

    rule = prompting.template("rule.meanings", language)
    assert rule in text({"type": "boolean"})
    assert rule in text({"type": "string", "description": "an ISO code"})
    assert rule not in text({"type": "string"})
    assert all(rule not in prompting.system_text(schema, language) for schema in schemas.every())
