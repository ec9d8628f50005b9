"""A long text begins and ends with its sentences."""

from __future__ import annotations

import pytest

import schemas
from extractor.accounting.proof.whole_sentences import sentences_lacking
from extractor.document.results import Candidate


@pytest.mark.parametrize(
    ("text", "lacking"),
    [
        ("巡护河道三十公里。清理垃圾。", 0),
        ("完成河道巡护", 0),
        ("巡护河道三十公里。\n1、清理垃圾。", 0),
        ("一、巡护河道\n1、清理垃圾。", 0),
        ("巡护河道三十公里。清理垃", 1),
        ("，清理垃圾。巡护河道。", 1),
        ("巡护河道三十公里。\n河道资料汇编\n清理垃圾。", 1),
        ("巡护河道三十公里，清理    修补护栏，", 1),
        ("巡护河道  三十公里", 0),
    ],
)
def test_a_text_cut_amid_a_sentence_is_in_doubt(text: str, lacking: int) -> None:
    found = list(sentences_lacking(schemas.load("project_target"), Candidate("annual_goal", text, ())))
    assert [lack.path for lack in found] == ["annual_goal"] * lacking


def test_other_fields_have_no_sentences() -> None:
    assert not list(sentences_lacking(schemas.load("project_target"), Candidate("project_name", "。巡护", ())))
