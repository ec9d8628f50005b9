"""The generator of documents: what it prints is what its gold says, and it says the same each time."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pypdfium2  # type: ignore[import-untyped]  # it has no types
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from eval.scoring.gold import load_all
from eval.synth import word
from eval.synth.__main__ import main
from eval.synth.content import FORM_TYPES, Form, Options, make
from eval.synth.degrade import LEVELS, Damage, degraded, with_gaps
from eval.synth.fonts import font_file
from eval.synth.formats import case, with_errors
from eval.synth.forms import sheets
from eval.synth.html import html
from eval.synth.ocr_text import ocr_text
from eval.synth.page_text import page_text
from eval.synth.paginate import lay
from eval.synth.pdf import printed
from eval.synth.planted import broken, plant
from eval.synth.samples import SAMPLES, Sample
from eval.synth.scans import pdf_of
from eval.synth.seeds import seeded
from eval.synth.sheet import Table, slots
from eval.synth.template import make_template
from eval.synth.wrap import ems, wrap
from extractor.accounting.checks import check
from extractor.errors import CallError, MissingPackage
from schemas import SCHEMAS, load
from schemas.spec import generic
from schemas.values import fold, parse_indicator
from tests.paths import DOCUMENTS

SEEDS = st.integers(0, 10**6)
KEPT = DOCUMENTS / "synth"
TEXTS = ("ocr", "page", "html", "md")
ALL = Options(types=(*FORM_TYPES, "table"), mixed=True)


def leaves(value: Any) -> list[str]:
    """Every printed paragraph of a form's values: indicator values by their text, numbers as they are."""
    if isinstance(value, dict):
        return leaves(value["text"]) if "text" in value else [t for v in value.values() for t in leaves(v)]
    if isinstance(value, list):
        return [t for v in value for t in leaves(v)]
    return [] if value is None else str(value).split("\n")


def squeezed(text: str) -> str:
    return fold(unescape(re.sub(r"</?[a-z][^>]*>", "", text))).replace(",", "")


@given(SEEDS)
def test_every_form_fits_its_schema(seed: int) -> None:
    for form in make(seed, ALL).forms:
        SCHEMAS[form.type].model_validate(form.values)


@given(SEEDS)
def test_without_planted_errors_only_values_that_nobody_fills_in_are_missing(seed: int) -> None:
    for form in make(seed).forms:
        hits = [hit for hit in broken(form) if form.type != "department_target" or hit.kind != "present"]
        assert hits == []


@given(SEEDS)
def test_indicator_values_are_what_the_schema_reads_in_their_text(seed: int) -> None:
    for form in make(seed).forms:
        for row in form.values["indicators"]:
            if row["target"]:
                assert parse_indicator(row["target"]["text"]).model_dump() == row["target"]


@given(SEEDS)
def test_tables_have_no_holes_and_no_overlaps(seed: int) -> None:
    for sheet in sheets(make(seed, ALL)):
        for block in sheet.blocks:
            if isinstance(block, Table):
                assert len(slots(block)) == sum(len(row) for row in block.rows)


@given(SEEDS)
def test_planted_errors_are_all_listed(seed: int) -> None:
    for form in make(seed, Options(forms=(1, 2))).forms:
        bad = plant(form, 1.0, seeded("test", seed))
        kinds = {hit.kind for hit in broken(bad)}
        assert {"percent_at_most100"} <= kinds
        assert kinds & {"sums", "share"}


@given(SEEDS)
def test_planted_errors_are_where_the_checks_find_them(seed: int) -> None:
    for form in with_errors(make(seed, Options(forms=(1, 2))), 1.0).forms:
        found = {(generic(f.path), f.kind) for f in check(load(form.type), form.values, "source")}
        assert {(generic(hit.path), hit.kind) for hit in broken(form)} <= found


def test_the_rate_of_planted_errors_is_the_rate_asked_for() -> None:
    swapped = total = 0
    for seed in range(300):
        for form in with_errors(make(seed, Options(types=("project_target",))), 0.2).forms:
            total += 1
            swapped += form.values["start_date"] > form.values["end_date"]
    assert 0.15 < swapped / total < 0.25


def test_a_broken_sum_is_found_by_its_total() -> None:
    form = make(3, Options(types=("project_target",), forms=(1, 1))).forms[0]
    form.values["funding"]["annual_total"] = "1.00"
    assert [(hit.path, hit.kind) for hit in broken(form)] == [("funding.annual_total", "sums")]


@pytest.mark.parametrize("format_", ["ocr", "html", "md"])
@given(seed=SEEDS)
def test_what_the_gold_says_is_printed(format_: str, seed: int) -> None:
    made = case(seed, format_, Options(forms=(1, 2), rows=(3, 20)))
    shown = squeezed(made.data.decode())
    for form in made.gold["forms"]:
        missing = [t for t in leaves(form) if squeezed(t) not in shown and t != form["form_type"]]
        assert missing == []


@given(SEEDS)
def test_page_text_prints_every_character_of_the_values(seed: int) -> None:
    content = make(seed, Options(forms=(1, 1), rows=(3, 20)))
    made = page_text(content, seeded("test", seed))
    shown = Counter(squeezed(made.data.decode()))
    wanted: Counter[str] = Counter()
    for sheet in sheets(replace(content, forms=made.forms)):
        for block in sheet.blocks:
            texts = [c.text for row in block.rows for c in row] if isinstance(block, Table) else [block.text]
            wanted.update(squeezed("".join(texts)))
    assert wanted - shown == Counter()


@given(SEEDS)
def test_page_text_of_an_evaluation_has_both_goals_or_what_it_had(seed: int) -> None:
    content = make(seed, Options(types=("self_evaluation",), forms=(1, 2)))
    for before, after in zip(content.forms, page_text(content, seeded("test", seed)).forms, strict=True):
        assert after.values["actual_completion"] == before.values["actual_completion"]
        assert after.values["expected_goal"]
        assert "\n" not in after.values["expected_goal"] or after.values == before.values


@given(SEEDS)
def test_labels_lost_in_ocr_text_are_those_above(seed: int) -> None:
    content = make(seed, Options(types=("project_target",), forms=(1, 3)))
    made = ocr_text(content, seeded("test", seed))
    for before, after in zip(content.forms, made.forms, strict=True):
        for i, (old, new) in enumerate(zip(before.values["indicators"], after.values["indicators"], strict=True)):
            assert old["level3"] == new["level3"]
            if old["level1"] != new["level1"]:
                assert new["level1"] == after.values["indicators"][i - 1]["level1"]


def test_some_ocr_texts_lose_labels_and_targets() -> None:
    lost: Counter[str] = Counter()
    for seed in range(60):
        content = make(seed)
        made = ocr_text(content, seeded("test", seed))
        for before, after in zip(content.forms, made.forms, strict=True):
            for old, new in zip(before.values["indicators"], after.values["indicators"], strict=True):
                lost.update(name for name in old if old[name] != new[name])
    assert lost["level1"] and lost["level2"] and lost["target"]
    assert not set(lost) - {"level1", "level2", "target"}


def test_html_has_true_spans() -> None:
    made = html(make(5, Options(types=("self_evaluation",), forms=(1, 1))), seeded("test", 1)).data.decode()
    assert 'rowspan="5"' in made
    assert 'colspan="7"' in made


@given(st.text(alphabet="数量指标abc123，。（）(). ", min_size=1, max_size=80), st.floats(2, 40))
def test_wrapping_loses_no_character_and_keeps_the_width(text: str, width: float) -> None:
    lines = wrap(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(ems(line) <= width + 2 for line in lines)


@pytest.mark.parametrize("format_", ["ocr", "page", "html", "md", "docx", "xlsx"])
def test_the_same_seed_gives_the_same_bytes(format_: str) -> None:
    assert case(11, format_) == case(11, format_)
    assert case(11, format_).data != case(12, format_).data


@pytest.mark.parametrize("format_", TEXTS)
def test_the_command_writes_documents_and_gold_that_eval_accepts(format_: str, tmp_path: Path) -> None:
    assert main(["--seed", "4", "--count", "3", "--format", format_, "--out", str(tmp_path)]) == 0
    golds = sorted(tmp_path.glob("*.gold.json"))
    assert [g.name for g in golds] == [f"synth-{format_}-{seed}.gold.json" for seed in (4, 5, 6)]
    for path in golds:
        raw = json.loads(path.read_text(encoding="utf-8"))
        assert (tmp_path / raw["document"]).is_file()
        assert all({"form", "path", "kind"} == set(hit) for hit in raw["planted"])


@pytest.mark.parametrize("wrong", [["--types", "invoice"], ["--forms", "5-2"], ["--rows", "x"], ["--level", "7"]])
def test_a_wrong_call_says_what_is_wrong(wrong: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main([*wrong, "--out", str(tmp_path)])
    assert stop.value.code == 2
    assert wrong[0] in capsys.readouterr().err


def test_forms_and_rows_are_as_many_as_asked_for() -> None:
    made = make(2, Options(types=("project_target",), forms=(30, 30), rows=(3, 60)))
    assert len(made.forms) == 30
    sizes = [len(f.values["indicators"]) for s in range(80) for f in make(s, Options(types=FORM_TYPES[:2])).forms]
    assert min(sizes) >= 3
    assert 30 < max(sizes) <= 60


def test_weights_sum_to_a_hundred() -> None:
    forms: list[Form] = [f for s in range(60) for f in make(s, Options(types=("self_evaluation",))).forms]
    for form in forms:
        total = sum(Decimal(row["weight"]) for row in form.values["indicators"])
        assert total + Decimal(form.values["funding"]["total"]["weight"]) == 100


def test_the_gold_of_a_format_is_validated(tmp_path: Path) -> None:
    assert main(["--seed", "1", "--count", "2", "--format", "ocr", "--out", str(tmp_path), "--mixed"]) == 0
    assert len(load_all([tmp_path])) == 2


# --- office files ---


def test_word_tables_hold_every_text_of_the_form_once() -> None:
    import docx

    content = make(9, Options(types=("self_evaluation",), forms=(1, 1)))
    table = docx.Document(BytesIO(word.docx(content, seeded("test", 9)).data)).tables[0]
    seen = {cell._tc: cell.text for row in table.rows for cell in row.cells}
    shown = Counter(squeezed(text) for text in seen.values() if text)
    wanted = next(b for b in sheets(content)[0].blocks if isinstance(b, Table))
    assert Counter(squeezed(c.text) for row in wanted.rows for c in row if c.text) - shown == Counter()


@given(SEEDS)
def test_workbooks_show_figures_as_the_gold_has_them(seed: int) -> None:
    made = case(seed, "xlsx", Options(types=("self_evaluation",), forms=(1, 1), rows=(3, 6)))
    sheet = openpyxl.load_workbook(BytesIO(made.data)).worksheets[0]
    shown = [_shown(cell.value, cell.number_format) for row in sheet.iter_rows() for cell in row]
    total = made.gold["forms"][0]["funding"]["total"]
    assert all(total[name] in shown for name in ("initial_budget", "annual_budget", "executed"))


def _shown(value: object, number_format: str) -> str:
    """A cell as Excel shows it, without separators."""
    if isinstance(value, int | float):
        return f"{value:.{len(number_format.partition('.')[2])}f}"
    return str(value or "").replace(",", "")


# --- PDF: these need a font, as who makes documents does; the kept ones do not ---


def has_font() -> bool:
    try:
        return font_file().is_file()
    except MissingPackage:
        return False


needs_font = pytest.mark.skipif(not has_font(), reason="no Chinese font on this machine")


def pdf_text(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    return "".join(page.get_textpage().get_text_bounded() for page in document)


@needs_font
@pytest.mark.parametrize("format_", ["pdf", "pdf-unruled"])
@given(seed=SEEDS)
@settings(max_examples=15, deadline=None)
def test_pdfs_print_every_character_of_the_values(format_: str, seed: int) -> None:
    made = case(seed, format_, Options(forms=(1, 3)))
    shown = Counter(squeezed(pdf_text(made.data)))
    wanted = Counter(squeezed("".join(t for form in made.gold["forms"] for t in values_once(form))))
    assert wanted - shown == Counter()


def values_once(form: dict[str, Any]) -> list[str]:
    """Every leaf but the spanning labels, which are printed once for many rows."""
    kept = {k: v for k, v in form.items() if k not in ("form_type", "indicators")}
    rows = [{k: v for k, v in row.items() if k not in ("level1", "level2")} for row in form["indicators"]]
    return leaves([kept, rows])


@needs_font
@given(SEEDS)
@settings(max_examples=15, deadline=None)
def test_nothing_is_printed_below_or_beside_the_page(seed: int) -> None:
    content = make(seed, Options(forms=(1, 2)))
    template = make_template(seeded("test", seed), "")
    for sheet in sheets(content):
        for block in sheet.blocks:
            if isinstance(block, Table):
                laid = lay(block, template, template.margin)
                for piece in (p for page in laid.pages for p in page):
                    room = int((piece.bottom - piece.top - 2 * template.padding) / template.leading + 0.01)
                    assert len(piece.lines) <= room
                    assert piece.bottom <= template.paper[1] - template.margin + 0.1


@needs_font
@pytest.mark.parametrize("format_", ["pdf", "scan", "mixed"])
def test_the_same_seed_gives_the_same_pdf(format_: str) -> None:
    small = Options(types=("project_target",), forms=(1, 1), rows=(3, 5))
    assert case(11, format_, small, Damage(5)).data == case(11, format_, small, Damage(5)).data


@needs_font
def test_rotated_pages_are_shown_upright() -> None:
    content = make(3, Options(forms=(1, 1), rows=(3, 6)))
    template = replace(make_template(seeded("test", 1), ""), paper=(841.89, 595.28), rotated=False)
    straight = pypdfium2.PdfDocument(printed(content, template))[0]
    rotated = pypdfium2.PdfDocument(printed(content, replace(template, rotated=True)))[0]
    assert rotated.get_rotation() == 90
    pictures = [np.asarray(page.render(scale=1, grayscale=True).to_pil()).astype(int) for page in (straight, rotated)]
    assert np.abs(pictures[0] - pictures[1]).mean() < 8


@needs_font
def test_scans_hold_no_text_and_mixed_files_on_every_second_page_only() -> None:
    long = Options(types=("project_target",), forms=(3, 3), rows=(20, 20))
    scanned = pypdfium2.PdfDocument(case(3, "scan", long, Damage(5)).data)
    assert all(page.get_textpage().count_chars() == 0 for page in scanned)
    mixed = pypdfium2.PdfDocument(case(3, "mixed", long, Damage(5)).data)
    assert [page.get_textpage().count_chars() > 0 for page in mixed][:2] == [True, False]
    assert len(mixed) == len(scanned)


def test_a_missing_font_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    font_file.cache_clear()
    monkeypatch.setenv("SYNTH_FONT", "/nowhere/font.ttf")
    with pytest.raises(MissingPackage, match="apt-get install fonts-wqy-zenhei"):
        font_file()
    font_file.cache_clear()


# --- degradation, on a page drawn here ---


def page() -> Image.Image:
    image = Image.new("RGB", (900, 1200), "white")
    draw = ImageDraw.Draw(image)
    for y in range(100, 1100, 100):
        draw.line((60, y, 840, y), fill="black", width=2)
        draw.text((80, y + 30), "12.50 100.00 3.20", fill="black")
    draw.line((60, 100, 60, 1000), fill="black", width=2)
    return image


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
def test_noise_has_the_stated_strength(level: int) -> None:
    made = np.asarray(degraded(Image.new("RGB", (600, 800), (128, 128, 128)), Damage(level), seeded("test", level)))
    patch = made[700:760, 280:320].astype(float)
    flat = patch if patch.ndim == 2 else patch.mean(axis=2)
    assert abs(flat.std() - LEVELS[level].noise) < max(1.0, LEVELS[level].noise * 0.15)


def test_level_zero_changes_nothing_but_the_colours() -> None:
    made = degraded(page(), Damage(0), seeded("test", 0))
    assert np.array_equal(np.asarray(made), np.asarray(page().convert("L")))


def test_faded_print_is_lighter_and_paper_stays_white() -> None:
    made = np.asarray(degraded(page(), Damage(4), seeded("test", 4)).convert("L")).astype(float)
    assert made[5:60, 5:890].mean() > 235
    assert 60 < np.percentile(made, 0.5) < 180


def test_stamps_are_red() -> None:
    made = np.asarray(degraded(page(), Damage(3), seeded("test", 3))).astype(int)
    assert ((made[:, :, 0] - made[:, :, 1]) > 60).mean() > 0.002


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_turned_pages_are_turned_clockwise(turn: int) -> None:
    made = degraded(page(), Damage(0, turn=turn), seeded("test", 0))
    straight = np.asarray(degraded(page(), Damage(0), seeded("test", 0)))
    assert np.array_equal(np.rot90(np.asarray(made), turn // 90), straight)


def test_gaps_take_pieces_of_rulings_and_leave_the_text() -> None:
    before = np.asarray(page())
    after = with_gaps(before, seeded("test", 1))
    changed = np.argwhere((before != after).any(axis=2))
    assert len(changed) > 300
    on_rows = np.isin(changed[:, 0] % 100, (0, 1, 99))
    on_column = np.abs(changed[:, 1] - 60) <= 2
    assert (on_rows | on_column).all()


def test_stains_darken_some_of_the_page() -> None:
    clean = np.asarray(degraded(page(), Damage(0), seeded("test", 2))).astype(int)
    made = np.asarray(degraded(page(), Damage(0, stains=True), seeded("test", 2)).convert("L")).astype(int)
    assert 0.001 < (clean - made > 10).mean() < 0.3


def test_unknown_levels_and_formats_are_refused() -> None:
    with pytest.raises(CallError, match="no level 9; there are: 0, 1"):
        degraded(page(), Damage(9), seeded("test", 0))
    with pytest.raises(CallError, match="no format named 'dvi'"):
        case(1, "dvi")


def test_a_pdf_of_images_is_read_as_such() -> None:
    out = BytesIO()
    page().convert("L").save(out, "JPEG")
    document = pypdfium2.PdfDocument(pdf_of([out.getvalue()] * 3, 150))
    assert len(document) == 3
    assert document[0].get_size() == pytest.approx((900 * 72 / 150, 1200 * 72 / 150), abs=0.1)
    shown = np.asarray(document[1].render(scale=150 / 72, grayscale=True).to_pil()).astype(int)[:, :900]
    assert np.abs(shown - np.asarray(page().convert("L"))).mean() < 3


# --- the documents that are kept ---


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: f"{s.format}-{s.seed}")
def test_kept_documents_are_there_and_their_gold_is_valid(sample: Sample) -> None:
    found = list(KEPT.glob(f"synth-{sample.format}*-{sample.seed}.gold.json"))
    assert len(found) == 1
    raw = json.loads(found[0].read_text(encoding="utf-8"))
    assert (KEPT / raw["document"]).is_file()
    assert {form["form_type"] for form in raw["forms"]} == {sample.type}
    assert len(load_all([found[0]])[0].forms) == sample.forms


@pytest.mark.parametrize("sample", [s for s in SAMPLES if s.format in TEXTS], ids=lambda s: f"{s.format}-{s.seed}")
def test_kept_texts_are_what_the_generator_makes(sample: Sample) -> None:
    made = sample.case()
    assert (KEPT / made.name).read_bytes() == made.data


@pytest.mark.parametrize("sample", [s for s in SAMPLES if s.format == "pdf"], ids=lambda s: f"{s.format}-{s.seed}")
def test_kept_pdfs_print_what_their_gold_says(sample: Sample) -> None:
    stem = f"synth-pdf-{sample.seed}"
    raw = json.loads((KEPT / f"{stem}.gold.json").read_text(encoding="utf-8"))
    shown = Counter(squeezed(pdf_text((KEPT / f"{stem}.pdf").read_bytes())))
    wanted = Counter(squeezed("".join(t for form in raw["forms"] for t in values_once(form))))
    assert wanted - shown == Counter()


def test_kept_documents_are_small() -> None:
    assert sum(p.stat().st_size for p in KEPT.iterdir()) < 1_500_000
