"""XML and JSON: names and values as grids, digits as written, nothing lost."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import schemas
from extractor.config import Settings
from extractor.document.layout import Document, Grid
from extractor.errors import DocumentError
from extractor.pipeline import process_file
from extractor.readers import read

SETTINGS = Settings()
Shape = list[str | list[list[str]]]


def parsed(folder: Path, text: str, name: str, encoding: str = "utf-8") -> Document:
    (folder / name).write_bytes(text.encode(encoding))
    return read(folder / name, name, SETTINGS)


def shape(document: Document) -> Shape:
    """Lines as texts, grids as rows."""
    out: Shape = []
    for block in document.pages[0].blocks:
        if isinstance(block, Grid):
            out.append([[cell.text for cell in block.cells if cell.row == row] for row in range(block.rows)])
        else:
            out.append(block.text)
    return out


def test_json_object_and_records(tmp_path: Path) -> None:
    text = """{"项目名称": "流动书车", "金额": 120000.00, "备注": null, "延续": true,
      "指标": [{"名称": "场次", "目标": 24}, {"名称": "满意度", "实际": 0.930}], "职责": ["购书", "借还"]}"""
    assert shape(parsed(tmp_path, text, "a.json")) == [
        [["项目名称", "流动书车"], ["金额", "120000.00"], ["备注", ""], ["延续", "true"]],
        "指标",
        [["名称", "目标", "实际"], ["场次", "24", ""], ["满意度", "", "0.930"]],
        "职责",
        "购书",
        "借还",
    ]


def test_json_rows_and_json_lines(tmp_path: Path) -> None:
    assert shape(parsed(tmp_path, '[["a", 1], ["b", 2]]', "a.json")) == [[["a", "1"], ["b", "2"]]]
    assert shape(parsed(tmp_path, '{"a": 1}\n{"a": 2}\n', "a.jsonl")) == [[["a"], ["1"], ["2"]]]


def test_xml_attributes_elements_and_records(tmp_path: Path) -> None:
    text = """<?xml version="1.0" encoding="GB18030"?><自评 年度="2025"><名称>书车 &amp; 阅读</名称>
      <指标 id="1"><名称>场次</名称><目标>24.00</目标></指标>
      <指标 id="2"><名称>满意度</名称></指标>散字<!-- 注 --></自评>"""
    assert shape(parsed(tmp_path, text, "a.xml", "gb18030")) == [
        "自评",
        [["年度", "2025"], ["名称", "书车 & 阅读"]],
        "指标",
        [["id", "名称", "目标"], ["1", "场次", "24.00"], ["2", "满意度", ""]],
        "散字",
    ]


def test_what_is_not_well_formed_is_read_as_text(tmp_path: Path) -> None:
    for name, text in (("a.json", '{"a": 1,\n甲'), ("a.xml", "<a><b>甲</a>")):
        document = parsed(tmp_path, text, name)
        assert "甲" in "".join(unit.text for unit in document.units())
        assert [note.kind for note in document.notes] == ["structure"]


def test_xml_by_any_other_name(tmp_path: Path) -> None:
    assert parsed(tmp_path, '<?xml version="1.0"?><a><b>甲</b></a>', "a.doc").pages[0].reader == "structured"


def test_xhtml_is_html(tmp_path: Path) -> None:
    text = '<?xml version="1.0"?><html><body><table><tr><td colspan="2">甲</td></tr></table></body></html>'
    assert parsed(tmp_path, text, "a.xml").pages[0].reader == "html"


@pytest.mark.parametrize("text", ["[" * 100_000, "[" * 500 + "]" * 500, '{"a":' * 300 + "1" + "}" * 300])
def test_too_deep_a_nest(tmp_path: Path, text: str) -> None:
    with pytest.raises(DocumentError, match="nested too deeply"):
        parsed(tmp_path, text, "a.json")


def test_no_values(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="no values"):
        parsed(tmp_path, "{}", "a.json")


def test_entity_bombs_and_outside_files_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("机密", encoding="utf-8")
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    for declared, used in ((f'<!ENTITY e0 "x">{entities}', "e9"), (f'<!ENTITY f SYSTEM "{tmp_path}/secret.txt">', "f")):
        document = parsed(tmp_path, f"<!DOCTYPE a [{declared}]><a>甲&{used};</a>", "a.xml")
        found = "".join(unit.text for unit in document.units())
        assert "甲" in found and "机密" not in found and len(found) < 10_000


VALUE = st.recursive(
    st.text(st.sampled_from("项目书0 ，"), max_size=5),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.lists(inner, max_size=3).map(lambda v: dict(enumerate(v)))),
    max_leaves=12,
)


@settings(max_examples=80, deadline=None)
@given(st.lists(VALUE, max_size=4))
def test_each_value_of_a_json_file_is_there(tmp_path_factory: pytest.TempPathFactory, value: list[object]) -> None:
    document = parsed(tmp_path_factory.mktemp("json"), json.dumps(["题", value], ensure_ascii=False), "a.json")
    found = Counter("".join(unit.text for unit in document.units()))
    for char in "项目书，题":
        assert found[char] == str(["题", value]).count(char)
    ids = [unit.id for unit in document.units()]
    assert len(ids) == len(set(ids))


def test_a_broken_file_is_never_settled_and_says_where_it_breaks(tmp_path: Path) -> None:
    text = "<orders><order><id>1</id><sum>5.00</sum></order><order><id>2</id><su"
    (tmp_path / "a.xml").write_text(text, encoding="utf-8")
    result = process_file(tmp_path / "a.xml", "a.xml", SETTINGS, schemas.builtin(), "rules")
    (finding,) = (f for f in result.findings if f.kind == "structure")
    assert not result.settled and "line 1" in finding.message


def test_records_with_parts_are_one_table_and_their_lists_keep_their_path(tmp_path: Path) -> None:
    text = """<orders>
      <order no="1"><buyer><name>Ada</name><city>Lund</city></buyer>
        <line><item>Rope</item><count>2</count></line><line><item>Nail</item><count>90</count></line></order>
      <order no="2"><buyer><name>Bo</name></buyer><line><item>Saw</item><count>1</count></line>
        <line><item>Oil</item><count>3</count></line></order>
    </orders>"""
    assert shape(parsed(tmp_path, text, "a.xml")) == [
        "orders",
        "order",
        [["no", "buyer.name", "buyer.city"], ["1", "Ada", "Lund"], ["2", "Bo", ""]],
        "order[1].line",
        [["item", "count"], ["Rope", "2"], ["Nail", "90"]],
        "order[2].line",
        [["item", "count"], ["Saw", "1"], ["Oil", "3"]],
    ]


def test_json_lines_are_told_by_line_feeds_alone(tmp_path: Path) -> None:
    text = '{"a": "one\u2028line"}\n{"a": "two\u0085"}\n'
    assert shape(parsed(tmp_path, text, "a.jsonl"))[0][1][0].startswith("one")
