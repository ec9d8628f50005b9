"""The labels as a document prints them: declared ones, in other declared words, decorated, or unknown."""

from __future__ import annotations

from random import Random

from schemas.spec import SchemaSpec

UNKNOWN = {
    "project_nature": "立项形态",
    "project_category": "支出归口",
    "supervising_department": "归口处室",
    "implementing_unit": "经办机构",
    "start_date": "起始日",
    "end_date": "截止日",
    "funding.annual_total": "本年申请合计数",
    "funding.annual_appropriation": "其中:本级安排",
    "funding.total": "全部经费",
    "annual_goal": "本年要做到的事",
    "expected_goal": "原定计划",
    "actual_completion": "做到了什么",
    "rating": "综合结论",
    "indicators[].level3": "考核要点",
    "indicators[].target": "本年",
    "indicators[].actual": "年末数",
    "indicators[].weight": "配分",
    "indicators[].score": "实得",
    "subordinate_units": "下辖机构家数",
    "duties": "承担事务",
    "annual_goals": "本年要做到的事",
    "staff_at_year_end": "年底人头数",
    "internal_departments": "科室家数",
    "budget.basic": "人员及公用",
    "budget.fiscal": "本级安排",
}
"""Labels that no schema declares, by the field that they stand for."""

NOTES = ("必填", "全称", "按批复填写", "与批复一致", "据实填写", "必须填写")
NUMBERS = ("一二三四五六七八九", "123456789")
MARKS = {"一二三四五六七八九": ("{}、", "({})"), "123456789": ("{}.", "{}、")}


INNER = ("funding.", "budget.")
"""Fields whose labels have no number of their own: they stand inside of a block, or have one already."""


class Namer:
    """Prints the labels of one document: the same field has the same label in each of its forms."""

    def __init__(self, rng: Random, spec: SchemaSpec, features: frozenset[str], wide: bool) -> None:
        self._rng, self._spec, self._features, self._wide = rng, spec, features, wide
        self._chosen: dict[str, str] = {}
        self.unknown: set[str] = set()
        self.effects: set[str] = set()
        there = [path for path in UNKNOWN if spec.field(path) is not None]
        self._strange = frozenset(rng.sample(there, rng.randint(1, 2)) if "unknown_label" in features else ())
        digits = rng.choice(NUMBERS)
        self._numbers = iter(digits)
        self._mark = rng.choice(MARKS[digits])

    def beside(self, path: str) -> str:
        """The label of a field whose value stands beside it."""
        return self._once(path, True)

    def over(self, path: str) -> str:
        """The label of a column."""
        return self._once(path, False)

    def plain(self, path: str) -> str:
        """The label of a field without decoration, for a place where code puts something behind it."""
        return self._bracketed(self._word(path))

    def _once(self, path: str, beside: bool) -> str:
        if path not in self._chosen:
            self._chosen[path] = self._decorated(self._word(path), beside, numbered=path.startswith(INNER))
        return self._chosen[path]

    def _word(self, path: str) -> str:
        field = self._spec.field(path)
        if field is None:
            raise LookupError(f"{self._spec.name} has no field {path!r}")
        if path in self._strange:
            self.unknown.add(path)
            self.effects.add("unknown_label")
            return UNKNOWN[path]
        words = field.printed.labels or field.printed.column
        if "label_variant" in self._features and len(words) > 1 and self._rng.random() < 0.6:
            self.effects.add("label_variant")
            return self._rng.choice(words[1:])
        return words[0]

    def _decorated(self, word: str, beside: bool, numbered: bool) -> str:
        if self._wants("label_note", 0.4) and "(" not in word and ":" not in word:
            word = f"{word}({self._rng.choice(NOTES)})"
        if len(word) <= 6 and "(" not in word and ":" not in word and self._wants("label_spaced", 0.6):
            word = self._rng.choice((" ", " ", "　")).join(word)
        if beside and not numbered and self._features & {"label_number"}:
            number = next(self._numbers, None)
            if number is not None:
                self.effects.add("label_number")
                word = self._mark.format(number) + word
        if beside and self._wants("label_colon", 0.7):
            word += ":"
        return self._bracketed(word)

    def _wants(self, feature: str, rate: float) -> bool:
        if feature not in self._features or self._rng.random() >= rate:
            return False
        self.effects.add(feature)
        return True

    def _bracketed(self, word: str) -> str:
        return word.translate(str.maketrans("():", "（）：")) if self._wide else word
