"""Small fictional forms and documents for the tests of the core."""

from __future__ import annotations

from collections.abc import Sequence

import schemas
from extractor.config import Settings
from extractor.document.layout import Block, Cell, Document, Grid, Line, Page
from extractor.document.results import DocumentResult, Form, Record
from extractor.forms.regions import cut, numbered, rows_of
from extractor.pipeline import process
from extractor.readers.text import reader as text_source
from schemas.spec import SchemaSpec

PROJECT = schemas.load("project_target")
EVALUATION = schemas.load("self_evaluation")
DEPARTMENT = schemas.load("department_target")

PROJECT_TITLE = "财政项目支出绩效目标申报表"
EVALUATION_TITLE = "财政项目支出绩效自评表"
DEPARTMENT_TITLE = "整体支出绩效目标申报表"

INDICATOR_HEADER = "\t一级指标\t二级指标\t三级指标\t年度(/项目)指标值"
INDICATOR_ROWS = (
    "绩效指标\t产出指标\t数量指标\t巡护河段\t≥30.00(公里)",
    "\t\t质量指标\t巡护合格率\t=100.00(%)",
    "\t效益指标\t生态效益指标\t水面清洁程度\t提升",
    "\t满意度指标\t服务对象满意度指标\t居民满意度\t≥90.00(%)",
)


def project_head(name: str = "河湖巡护经费", body: str = "云桥县水务局") -> list[str]:
    """The rows of a project form above its indicators, tabs between cells."""
    return [
        PROJECT_TITLE,
        "(2031年度)",
        f"项目名称\t{name}\t项目性质\t经常性项目\t项目类别\t特定目标类",
        f"主管部门\t{body}\t实施单位\t云桥县河道所",
        "计划开始日期\t2031-01-01\t计划完成日期\t2031-12-31",
        "项目资金(元)\t项目资金总额:\t\t年度资金申请总额:\t120000.00",
        "\t其中:财政资金\t\t其中:当年财政拨款\t100000.00",
        "\t\t\t上年结转资金\t20000.00",
        "\t其他资金\t\t其他资金\t0.00",
        "项目绩效目标\t项目总目标\t年度总体目标",
        "\t三年内清理全县河道。\t全年巡护河道三十公里。",
    ]


def project_form(name: str = "河湖巡护经费", rows: Sequence[str] = INDICATOR_ROWS) -> str:
    """A project form as tab-separated text."""
    return "\n".join([*project_head(name), INDICATOR_HEADER, *rows]) + "\n"


def evaluation_form(name: str = "河湖巡护经费") -> str:
    """A self-evaluation form as tab-separated text."""
    rows = [
        EVALUATION_TITLE,
        "(2031年度)",
        f"项目名称\t{name}",
        "主管部门\t云桥县水务局\t实施单位\t云桥县河道所",
        "项目资金(万元)\t\t年初预算数\t全年预算数\t全年执行数\t分数\t执行率(%)\t得分",
        "\t年度资金总额:\t20.00\t20.00\t18.00\t10.00\t90.00\t9.00",
        "\t其中:当年财政拨款\t20.00\t20.00\t18.00\t-\t90.00\t-",
        "\t上年结转资金\t0.00\t0.00\t0.00\t-\t0.00\t-",
        "\t其他资金\t0.00\t0.00\t0.00\t-\t0.00\t-",
        "年度总体目标\t预期目标\t实际完成情况",
        "\t全年巡护河道三十公里。\t巡护河道三十一公里。",
        "一级指标\t二级指标\t三级指标\t年度指标值\t实际完成值\t分值\t得分\t偏差原因分析及改进措施",
        "产出指标\t数量指标\t巡护河段\t≥30.00(公里)\t31.00(公里)\t60.00\t60.00\t",
        "满意度指标\t服务对象满意度指标\t居民满意度\t≥90.00(%)\t88.00(%)\t30.00\t29.00\t雨季水浑",
        "总分\t\t\t\t\t100.00\t98.00\t",
        "评分等级\t优",
    ]
    return "\n".join(rows) + "\n"


def document(text: str, name: str = "case.txt") -> Document:
    """A text as the text source reads it."""
    return Document(name, "0" * 64, text_source.pages(text))


def paged(*pages: Sequence[Block]) -> Document:
    """A document of pages of blocks made by hand."""
    return Document("case.txt", "0" * 64, tuple(Page(n, tuple(blocks)) for n, blocks in enumerate(pages, 1)))


def lines(*texts: str, page: int = 1, first: int = 1) -> list[Block]:
    """Lines numbered from `first`; an empty text leaves its number out, as a blank line does."""
    return [Line(page, n, text) for n, text in enumerate(texts, first) if text]


def grid(*rows: Sequence[str], page: int = 1, number: int = 1, ragged: bool = False) -> Grid:
    """A grid of rows of texts, one column each."""
    cells = [Cell(page, number, r, c, text) for r, row in enumerate(rows) for c, text in enumerate(row)]
    return Grid(page, number, tuple(cells), ragged=ragged)


def spanned(*cells: tuple[int, int, str] | tuple[int, int, str, int] | tuple[int, int, str, int, int]) -> Grid:
    """A grid of cells given as row, column, text, row span, column span."""
    return Grid(1, 1, tuple(Cell(1, 1, *cell) for cell in cells))


def form_of(what: str | Document, schema: SchemaSpec = PROJECT) -> Form:
    """The rows of a text or a document as one form of a schema, whatever stands there."""
    source = document(what) if isinstance(what, str) else what
    return numbered(Form(0, schema, tuple(rows_of(source))))


def forms_of(what: str | Document) -> tuple[Form, ...]:
    """The forms of a text or a document."""
    return cut(document(what) if isinstance(what, str) else what, schemas.builtin()).forms


def result_of(what: str | Document, specs: Sequence[SchemaSpec] = ()) -> DocumentResult:
    """What the pipeline gives for a text or a document with the built-in engine."""
    source = document(what) if isinstance(what, str) else what
    return process(source, Settings(), tuple(specs) or schemas.builtin(), "rules")


def record_of(what: str | Document) -> Record:
    """The first record of a text or a document."""
    return result_of(what).records[0]


def kinds(record: Record, about: str = "reading") -> set[str]:
    """The kinds of a record's findings."""
    return {f.kind for f in record.findings if f.about == about}
