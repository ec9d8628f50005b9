"""README and docs show every command, option and setting, and what they show works."""

from __future__ import annotations

import argparse
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from extractor.cli import main
from extractor.cli.parser import parser
from extractor.config import Settings
from extractor.document.results import DocumentResult, Record
from schemas.fields import KEYS
from schemas.json_file import TITLES, UNASKED
from tests.paths import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = {p.name: p.read_text(encoding="utf-8") for p in sorted((ROOT / "docs").glob("*.md"))}
SHOWN = "\n".join((README, *PAGES.values(), (ROOT / "eval" / "README.md").read_text(encoding="utf-8")))
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def blocks(language: str, text: str = SHOWN) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def calls() -> list[list[str]]:
    """Every `extractor` command of the shell blocks, as its arguments."""
    lines = [shlex.split(line, comments=True) for block in blocks("sh") for line in block.splitlines()]
    return [words[1:] for words in lines if words and words[0] == "extractor"]


Command = tuple[str, ...]


def commands(of: argparse.ArgumentParser | None = None, path: Command = ()) -> Iterator[tuple[Command, list[str]]]:
    """Every command, with those below it (`gold check`), and its options."""
    actions = (of or parser())._actions
    yield path, [option for action in actions for option in action.option_strings if option not in ("-h", "--help")]
    for action in actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                yield from commands(below, (*path, name))


def shown(path: Command) -> list[list[str]]:
    return [call for call in calls() if tuple(call[: len(path)]) == path]


@pytest.mark.parametrize("path", [path for path, _ in commands()], ids=" ".join)
def test_every_command_is_shown(path: Command) -> None:
    assert shown(path)


SHARED = {"--config", "--schema", "--password", "--drafts", "--sources"}  # shown with one command, they are shown


@pytest.mark.parametrize(("path", "option"), [(path, option) for path, options in commands() for option in options])
def test_every_option_is_shown(path: Command, option: str) -> None:
    words = {word for call in (calls() if option in SHARED else shown(path)) for word in call}
    assert option in words, f"show {option} of {' '.join(path)} in a shell block of README.md or docs/"


@pytest.mark.parametrize("call", calls(), ids=" ".join)
def test_every_call_that_is_shown_can_be_made(call: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    try:
        parser().parse_args(call)
    except SystemExit as ended:
        assert ended.code == 0, capsys.readouterr().err


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_every_setting_is_shown_with_its_default(name: str) -> None:
    row = re.search(rf"^\| (?:`\w+`, )*`{name}`(?:, `\w+`)* \| (.*?) ?\|", PAGES["settings.md"], re.MULTILINE)
    assert row, f"add {name} to docs/settings.md"
    default = Settings.model_fields[name].default
    if isinstance(default, int | float):
        assert float(row[1]) == default
    elif isinstance(default, str):
        assert row[1] == default


@pytest.mark.parametrize("target", sorted(set(re.findall(r"(?:^|`)make (\w+)", SHOWN, re.MULTILINE))))
def test_every_make_target_that_is_shown_is_there(target: str) -> None:
    assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)


def named_blocks(text: str = PAGES["schemas.md"]) -> dict[str, str]:
    return dict(re.findall(r"^`([\w.]+)`[^\n]*:\n\n```\w+\n(.*?)^```$", text, re.DOTALL | re.MULTILINE))


def the_call(schema: str) -> list[str]:
    return next(call for call in calls() if "run" in call and schema in call)


def test_the_schema_in_one_file_works_as_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = named_blocks()
    assert set(files) == {"loan.py", "loan.md", "lending.json"}
    for name, text in files.items():
        Path(name).write_text(text, encoding="utf-8")
    call = the_call("loan.py:EquipmentLoan")
    assert main(call) == 0
    (record,) = (json.loads(line) for line in Path("out/records.jsonl").read_text(encoding="utf-8").splitlines())
    assert record["values"] == json.loads(blocks("json", PAGES["schemas.md"])[0])
    assert record["schema"] == "equipment_loan"
    assert record["settled"]
    assert record["residue"] == []
    assert main(["export", "out", "--to", "loan.csv"]) == 0
    assert Path("loan.equipment_loan.items.csv").is_file()


def test_the_json_schema_works_as_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in named_blocks().items():
        Path(name).write_text(text, encoding="utf-8")
    assert main(the_call("lending.json")) == 0
    (record,) = (json.loads(line) for line in Path("lent/records.jsonl").read_text(encoding="utf-8").splitlines())
    assert record["values"] == json.loads(blocks("json", PAGES["schemas.md"])[-1])
    assert (record["schema"], record["settled"], record["residue"]) == ("lending", True, [])


@pytest.mark.parametrize("key", [*KEYS, TITLES, UNASKED])
def test_every_key_of_a_json_schema_is_shown(key: str) -> None:
    assert f"`{key}`" in PAGES["schemas.md"]


def test_labels_of_another_place_go_beside_the_schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = named_blocks()
    Path("loan.py").write_text(files["loan.py"], encoding="utf-8")
    Path("loan.md").write_text(files["loan.md"].replace("借出日期", "领用日期"), encoding="utf-8")
    Path("loan.toml").write_text('[labels]\n"借出日期" = ["领用日期"]\n', encoding="utf-8")
    call = the_call("loan.py:EquipmentLoan")
    assert main(call) == 0
    (record,) = (json.loads(line) for line in Path("out/records.jsonl").read_text(encoding="utf-8").splitlines())
    assert record["values"]["lent_on"] == "2031-05-06"


def test_the_lines_that_are_shown_have_the_keys_of_real_ones() -> None:
    record = Record("", "", 0, "", {}, {}, (), (), "rules")
    lines = [json.loads(block) for block in blocks("json", PAGES["output.md"])]
    assert list(lines[0]) == list(record.to_json())
    assert list(lines[1]) == list(DocumentResult("", "", "done").to_json())


def test_the_example_of_the_readme_works_on_the_command_line_and_from_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in named_blocks(README).items():
        Path(name).write_text(text, encoding="utf-8")
    assert main(the_call("delivery.py:DeliveryNote")) == 0
    (record,) = (json.loads(line) for line in Path("out/records.jsonl").read_text(encoding="utf-8").splitlines())
    assert record["values"] == json.loads(blocks("json", README)[0]) and record["settled"]
    names: dict[str, object] = {}
    capsys.readouterr()
    exec(blocks("python", README)[-1], names)  # noqa: S102  # the README's own
    assert "Larkfield Primary School" in capsys.readouterr().out
    assert names["items"].num_rows == 2  # type: ignore[attr-defined]  # a pyarrow table


def test_the_readme_is_short_and_names_every_page_in_one_step() -> None:
    assert len(README.splitlines()) <= 220
    for name in ("commands", "settings", "formats", "schemas", "output", "engines", "evaluation", "README"):
        assert f"(docs/{name}.md)" in README
    assert {name for name in PAGES if f"({name})" not in PAGES["README.md"]} == {"README.md"}


def links(text: str) -> list[str]:
    return [link for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text) if "://" not in link]


@pytest.mark.parametrize("name", ["README.md", "eval/README.md", *(f"docs/{name}" for name in PAGES)])
def test_every_link_leads_to_a_file(name: str) -> None:
    page = ROOT / name
    assert [link for link in links(page.read_text(encoding="utf-8")) if not (page.parent / link).exists()] == []
