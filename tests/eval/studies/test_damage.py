"""Scans damaged by other tools: repeatable, within bounds, with the parameters that are written down."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageSequence

from eval.scoring.gold import load_all
from eval.studies import seeds
from eval.studies.damage import __main__ as command
from eval.studies.damage import augraphy_effects, device_effects, documents, print_effects, sheet_marks, sheet_shape
from eval.studies.damage.chain import damaged
from eval.studies.damage.containers import fitting, stored
from eval.studies.damage.handwriting import STROKES, Word, handwritten
from eval.studies.damage.imaging import Page, darkness
from eval.studies.damage.levels import LEVELS, PRINTERS, RASTERISERS
from eval.studies.damage.measure import Cost, by_document, figures, scored
from eval.synth import degrade
from eval.synth.formats import case
from extractor.errors import MissingPackage

FIGURE = Word("1,234.50", (80.0, 208.0, 180.0, 232.0))


def page() -> Page:
    """A small page: three level lines, two upright ones, blocks for characters, a figure's place."""
    out = np.full((480, 360, 3), 255, dtype=np.uint8)
    for y in (60, 200, 400):
        out[y : y + 2, 30:330] = 0
    for x in (30, 328):
        out[60:402, x : x + 2] = 0
    for y in range(80, 190, 24):
        out[y : y + 10, 50:300:7] = 0
    out[212:228, 84:176:6] = 0
    return out


def glyph(character: str, size: int) -> npt.NDArray[np.uint8]:
    """A block in place of a character: no font is needed."""
    out = np.zeros((size, size), dtype=np.uint8)
    out[size // 4 : 3 * size // 4, size // 4 : 3 * size // 4] = 255
    return out


def chance(seed: int = 5) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("name", list(LEVELS))
def test_the_same_seed_gives_the_same_pixels(name: str) -> None:
    one, same, other = (damaged(page(), LEVELS[name], chance(s), glyph, [FIGURE]) for s in (5, 5, 6))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("name", list(LEVELS))
def test_damage_keeps_the_size_within_bounds_and_the_print_visible(name: str) -> None:
    level = LEVELS[name]
    out = damaged(page(), level, chance(), glyph, [FIGURE])
    grown = 1.1 if level.perspective else 1.0
    assert out.dtype == np.uint8
    assert out.shape[2] == 3
    assert abs(out.shape[0] - 480 * grown) <= 12
    assert abs(out.shape[1] - 360 * grown) <= 1 + 12
    assert np.percentile(darkness(out), 99) - np.percentile(darkness(out), 20) > 0.25


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_level_has_the_parameters_of_the_generator_s_level(number: int) -> None:
    own, other = LEVELS[str(number)], degrade.LEVELS[number]
    assert (own.dpi, own.skew, own.noise, own.blur, own.quality, own.fade, bool(own.shadow), own.seal) == (
        other.dpi,
        other.skew,
        other.noise,
        other.blur,
        other.quality,
        other.fade,
        other.shadow,
        other.stamp,
    )


def test_noise_has_the_sigma_that_the_level_says() -> None:
    grey = np.full((300, 300, 3), 128, dtype=np.uint8)
    assert np.std(device_effects.noisy(grey, 16, chance())) == pytest.approx(16, rel=0.05)


def test_skew_turns_a_line_by_the_degrees_that_are_asked_for() -> None:
    out = sheet_shape.skewed(page(), 2.0)
    left, right = (np.argmax(darkness(out)[:150, x]) for x in (60, 300))
    assert np.degrees(np.arctan2(int(left) - int(right), 240)) == pytest.approx(2.0, abs=0.3)


def test_gaps_take_pieces_of_lines_and_no_print() -> None:
    before, after = page(), print_effects.with_gaps(page(), 10, chance())
    assert (darkness(after)[60:62, 40:320] < 0.5).any()
    assert np.array_equal(before[75:190, 45:310], after[75:190, 45:310])


def test_a_photocopy_and_a_fax_have_two_brightnesses() -> None:
    for name in ("photocopy", "fax"):
        assert set(np.unique(damaged(page(), LEVELS[name], chance(), glyph))) == {0, 255}


def test_a_seal_is_red_lies_over_a_figure_and_hides_none_of_it() -> None:
    big = np.full((900, 900, 3), 255, dtype=np.uint8)
    big[430:450, 430:470] = 0
    out = sheet_marks.sealed(big, 200, [Word("88", (430, 430, 470, 450))], glyph, chance())
    red = (out[:, :, 0] > 150) & (out[:, :, 1] < 150)
    rows, columns = np.nonzero(red)
    assert rows.min() < 440 < rows.max()
    assert columns.min() < 450 < columns.max()
    assert (out[430:450, 430:470] <= 40).all()


def test_handwriting_replaces_figures_alone_and_writes_all_of_their_characters() -> None:
    assert set(STROKES) == set("0123456789.,%")
    words = [FIGURE, Word("绩效", (48.0, 80.0, 120.0, 92.0))]
    out = handwritten(page(), words, 1.0, chance())
    assert np.array_equal(out[70:130], page()[70:130])
    changed = out[205:235, 78:190]
    assert (changed[:, :, 2].astype(int) - changed[:, :, 0] > 30).any()


def test_two_pages_lie_beside_each_other_on_one_sheet() -> None:
    (sheet, alone) = documents.sheets([page(), page(), page()])
    assert sheet.shape[:2] == (360, 480)
    assert darkness(sheet)[:, :240].sum() == pytest.approx(darkness(sheet)[:, 240:].sum(), rel=0.05)
    assert darkness(alone)[:, 240:].sum() == 0


def test_two_wide_pages_are_stacked_on_an_upright_sheet() -> None:
    wide = np.ascontiguousarray(np.rot90(page()))
    sheet = sheet_shape.beside(wide, wide)
    assert sheet.shape[:2] == (480, 360)
    assert np.array_equal(sheet[:240], sheet[240:])
    assert np.ptp(np.nonzero(darkness(sheet) > 0.3)[1]) == pytest.approx((402 - 60) * 2 / 3, abs=2)  # 320 of 480 wide


def test_upside_down_is_the_page_turned_by_180_degrees() -> None:
    assert np.array_equal(sheet_shape.turned(page(), 180), page()[::-1, ::-1])
    assert np.array_equal(sheet_shape.turned(page(), 90), np.rot90(page(), -1))


@pytest.mark.parametrize("container", ["pdf", "tiff"])
@pytest.mark.parametrize("name", ["3", "fax"])
def test_a_file_holds_all_pages_and_is_the_same_every_time(container: str, name: str) -> None:
    pages = [damaged(page(), LEVELS[name], chance(i), glyph) for i in range(2)]
    data = stored(pages, LEVELS[name], container)
    assert data == stored(pages, LEVELS[name], container)
    assert len(data) < 400_000
    if container == "tiff":
        image = Image.open(BytesIO(data))
        assert [frame.size for frame in ImageSequence.Iterator(image)] == [(360, 480)] * 2
        assert image.mode == ("1" if name == "fax" else "RGB")
    else:
        assert data.count(b"/Type /Page\n") + data.count(b"/Type /Page ") + data.count(b"/Type /Page/") == 2


def test_what_a_file_cannot_hold_becomes_a_pdf() -> None:
    assert fitting("png", 2, LEVELS["1"]) == "pdf"
    assert fitting("png", 1, LEVELS["1"]) == "png"
    assert fitting("jpeg", 1, LEVELS["fax"]) == "pdf"


def test_a_level_s_documents_have_gold_that_is_valid_and_a_manifest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def printed(seeds: range, forms: int, out: Path) -> dict[int, Path]:
        for seed in seeds:
            text = json.dumps(case(seed, "ocr").gold, ensure_ascii=False)
            (out / f"{seed}.gold.json").write_text(text, encoding="utf-8")
        return {seed: out / f"{seed}.pdf" for seed in seeds}

    monkeypatch.setattr(documents, "print_forms", printed)
    monkeypatch.setattr(documents, "rasterised", lambda pdf, dpi, rasteriser: [page()])
    monkeypatch.setattr(documents, "words_of", lambda pdf, dpi: [[FIGURE]])
    monkeypatch.setattr(documents, "glyph", glyph)
    assert command.main(["--seed", "7", "--forms", "3", "--level", "3", "--out", str(tmp_path)]) == 0
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["level"], manifest["seed"], manifest["parameters"]["dpi"]) == ("3", 7, 200)
    assert [one["seed"] for one in manifest["documents"]] == [7000, 7001, 7002]
    assert {one["printer"] for one in manifest["documents"]} <= set(PRINTERS)
    assert {one["rasteriser"] for one in manifest["documents"]} <= set(RASTERISERS)
    golds = load_all([tmp_path / "documents"])
    assert [gold.document for gold in golds] == [one["name"] for one in manifest["documents"]]
    assert all((tmp_path / "documents" / gold.document).is_file() for gold in golds)


def test_augraphy_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "augraphy", None)
    with pytest.raises(MissingPackage, match="environment of its own"):
        augraphy_effects.augraphed(page(), chance())


def test_augraphy_takes_its_random_numbers_from_the_page_s_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def effect(p: float) -> Callable[[Page], Page]:
        return lambda picture: np.full_like(picture, random.randrange(256) ^ int(np.random.randint(256)))  # noqa: S311 - as augraphy does

    monkeypatch.setitem(sys.modules, "augraphy", SimpleNamespace(InkBleed=effect, BadPhotoCopy=effect))
    one, same, other = (augraphy_effects.augraphed(page(), chance(s)) for s in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_documents_that_were_not_read_count_as_errors(tmp_path: Path) -> None:
    made = case(3, "ocr")
    (tmp_path / "a.gold.json").write_text(json.dumps(made.gold, ensure_ascii=False), encoding="utf-8")
    run = tmp_path / "run"
    run.mkdir()
    (run / "records.jsonl").write_text("", encoding="utf-8")
    scores = scored(tmp_path, run)
    shown = figures(scores, Cost(12.0, 4))
    assert shown["F1"] == "0.00 %"
    assert shown["forms: found / missing / extra"] == f"0 / {len(made.gold['forms'])} / 0"
    assert shown["CPU seconds a page, the whole run"] == 3.0
    (line,) = by_document(scores)
    assert "no record of this document" in line


def test_a_seed_that_was_used_cannot_be_claimed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    used = tmp_path / "used_seeds.toml"
    monkeypatch.setattr("eval.studies.seeds.claim.__defaults__", (used,))
    monkeypatch.setattr(command, "_make", lambda args: None)
    call = ["--seed", "9", "--level", "1", "--out", str(tmp_path), "--claim", "a test"]
    assert command.main(call) == 0
    assert command.main(call) == 2
    assert "seed 9" in capsys.readouterr().err


def test_the_committed_list_of_used_seeds_can_be_read_and_names_each_seed_of_a_study_once() -> None:
    listed = [(entry.study, entry.seed) for entry in seeds.used()]
    assert ("damage photocopy", 4102) in listed
    assert len(listed) == len(set(listed))
