# SPDX-License-Identifier: Apache-2.0
"""Sentences of the library in Chinese: criteria of the ranking, reasons of letters, match classes."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

from .texts import texts

_CRITERIA = {
    "mismatches": "错配数",
    "mismatches_max": "最多错配数",
    "gvh": "GvH 错配数",
    "hvg": "HvG 错配数",
    "antigen_mismatches": "抗原错配数",
    "probability": "完全相合概率（10 % 分段）",
    "exact_probability": "完全相合概率",
    "dpb1": "DPB1",
    "dpb1_tce": "DPB1 TCE",
    "dpb1_expression": "DPB1 表达",
    "availability": "可用状态",
    "age_band": "年龄段",
    "cmv": "CMV",
    "sex": "性别与妊娠",
    "abo": "ABO 血型",
    "rh": "Rh",
    "weight": "体重",
    "weight_ratio": "供患者体重比",
    "leader": "B 前导肽",
    "b_leader": "B 前导肽",
    "age": "年龄",
    "tnc_per_kg": "每公斤 TNC",
    "cd34_per_kg": "每公斤 CD34",
    "low_expression": "DRB345、DQB1、DPB1 的 GvH 错配数",
    "class": "相合类别",
}

_CAPITALS = {"abo", "b", "cd34", "cmv", "dpb1", "hla", "rh", "tce", "tnc"}

_FIXED = {
    "available": "可用",
    "availability not known": "可用状态未知",
    "temporarily not available": "暂不可用",
    "reserved for another patient": "为其他患者保留",
    "deleted": "已注销",
    "CMV equal": "CMV 相同",
    "CMV different": "CMV 不同",
    "CMV not known": "CMV 未知",
    "male": "男",
    "female without pregnancies": "女，无妊娠",
    "female with pregnancies": "女，有妊娠",
    "sex or pregnancies not known": "性别或妊娠情况未知",
    "ABO identical": "ABO 相同",
    "ABO minor mismatch": "ABO 次要不合",
    "ABO major mismatch": "ABO 主要不合",
    "ABO bidirectional mismatch": "ABO 双向不合",
    "ABO not known": "ABO 未知",
    "weight not known": "体重未知",
    "age not known": "年龄未知",
    "probability not known": "概率未知",
    "not explained by the frequencies": "频率无法解释",
    "not known": "未知",
    "donor id": "供者编号",
    "match": "相合",
    "mismatch": "错配",
    "permissive": "允许性",
    "unknown": "未知",
    "DPB1 match": "DPB1 相合",
    "DPB1 permissive": "DPB1 允许性",
    "DPB1 non-permissive HvG": "DPB1 非允许性（HvG）",
    "DPB1 non-permissive GvH": "DPB1 非允许性（GvH）",
    "DPB1 matched": "DPB1 相合",
    "DPB1 expression favourable": "DPB1 表达有利",
    "DPB1 expression unfavourable": "DPB1 表达不利",
    "DPB1 expression not known": "DPB1 表达未知",
    "B leaders match or do not count": "B 前导肽相合或不适用",
    "B leaders not known": "B 前导肽未知",
    "B leaders differ": "B 前导肽不同",
    "Rh identical": "Rh 相同",
    "Rh different": "Rh 不同",
    "Rh not known": "Rh 未知",
    "weight ratio not known": "体重比未知",
    "TNC/kg not known": "每公斤 TNC 未知",
    "CD34/kg not known": "每公斤 CD34 未知",
    "DPB1 unknown": "DPB1 未知",
    "DPB1 not known": "DPB1 未知",
    "certain full match": "确定完全相合",
    "potential full match": "潜在完全相合",
    "more": "更多错配",
    "more mismatches": "更多错配",
    "not typed on one side": "一方未分型",
    "not typed or not present on one side": "一方未分型或不携带该基因",
    "neither side has an expressed product": "双方均无表达产物",
    "may be the same": "可能相同",
    "a new allele matches nothing": "新等位基因与任何基因均不相合",
    "one side has no expressed product": "一方无表达产物",
    "no class in common; at DPB1 antigens are not compared": "无共同类别；DPB1 不比较抗原",
    "no class and no first field in common": "类别与第一字段均不相同",
}

_TERMS = {
    "match": "相合",
    "mismatch": "不同",
    "permissive": "允许性",
    "nonpermissive_gvh": "非允许性 GvH",
    "nonpermissive_hvg": "非允许性 HvG",
    "unknown": "未知",
    "matched": "相合",
    "favourable": "有利",
    "unfavourable": "不利",
}


def _terms(words: str) -> str:
    return "、".join(_TERMS.get(word, word) for word in words.split(", "))


_PATTERNS: list[tuple[str, str | Callable[[re.Match[str]], str]]] = [
    (r"(\d+) mismatch(?:es)?", r"\1 个错配"),
    (r"(\d+) antigen mismatch(?:es)?", r"\1 个抗原错配"),
    (r"(?:one|1) mismatch(?: at ([A-Z]\w*))?", r"1 个错配（\1）"),
    (r"(?:two|2) mismatches at ([A-Z]\w*) and ([A-Z]\w*)", r"2 个错配（\1 与 \2）"),
    (r"(?:two|2) mismatches at ([A-Z]\w*)", r"2 个错配（均在 \1）"),
    (r"(\d+) mismatch(?:es)? at most", r"最多 \1 个错配"),
    (r"(\d+) mismatch(?:es)? at ([A-Z]\w*)", r"\2 有 \1 个错配"),
    (r"(\d+) (GvH|HvG) mismatch(?:es)?", r"\1 个 \2 错配"),
    (r"(\d+) GvH mismatch(?:es)? at loci of low expression", r"低表达座位有 \1 个 GvH 错配"),
    (r"(\d+/\d+) certain", r"\1 确定"),
    (r"(\d+/\d+) potential", r"\1 潜在"),
    (r"(\d+/\d+), (\w+) mismatch", r"\1，\2 错配"),
    (r"(\d+/\d+), (\w+) and (\w+) mismatches", r"\1，\2 与 \3 错配"),
    (r"(\d+/\d+), 2 (\w+) mismatches", r"\1，\2 有 2 个错配"),
    (r"(\d+/\d+)", r"\1"),
    (r"weight ratio ([\d.e+-]+)", r"体重比 \1"),
    (r"(TNC|CD34) ([\d.e+-]+) x (10\^[57])/kg", r"\1 \2 × \3/kg"),
    (r"score (\S+) after (\S+)", r"本供者“得分 \1”，上一名“得分 \2”"),
    (r"score ([\d.e+-]+)", r"得分 \1"),
    (r"probability (\d+)-(\d+) %", r"概率 \1–\2 %"),
    (r"([\d.e+-]+ (?:%|kg))", r"\1"),
    (r"age up to (\d+)", r"\1 岁及以下"),
    (r"age (\d+)-(\d+)", r"\1–\2 岁"),
    (r"age (\d+) or more", r"\1 岁及以上"),
    (r"age (-?[\d.]+) years", r"年龄 \1 岁"),
    (r"both are (.+)", r"双方均为 \1"),
    (r"both may be (.+)", r"双方可能同为 \1"),
    (r"no class in common, but an antigen: same first field", "无共同类别；第一字段相同，抗原视为相合"),
    (
        r"no class in common, but an antigen: (.+) has (.+) of the patient through (.+)",
        r"无共同类别，但抗原相合：\1 经 \3 与患者的 \2 相连",
    ),
    (
        r"no class in common, but an antigen: (.+) has (.+) of the patient",
        r"无共同类别，但抗原相合：\1 与患者同有 \2",
    ),
    (r"TCE (\w+)", lambda found: f"TCE {_terms(found[1])}"),
    (r"TCE (\w+), possible: ([^;]+)", lambda found: f"TCE {_terms(found[1])}，可能：{_terms(found[2])}"),
    (r"expression (\w+)", lambda found: f"表达{_terms(found[1])}"),
    (
        r"leaders \(patient/donor\) (\S+); those of the mismatched alleles: (\w+)",
        lambda found: f"前导肽（患者/供者）{found[1]}；错配等位基因的前导肽{_terms(found[2])}",
    ),
    (r"no class in common; antigens (.+) and (.+) differ", r"无共同类别；抗原 \1 与 \2 不同"),
    (
        r"the best of (\d+) patient and (\d+) donor alternatives is shown",
        r"显示患者 \1 种与供者 \2 种可能中最佳的一种",
    ),
    (r"no haplotype of ([^;]+) has what is typed at (\w+)", r"频率集 \1 中没有符合 \2 分型的单倍型"),
    (r"no haplotype of ([^;]+?) has ([^;]+)", r"频率集 \1 中没有携带 \2 的单倍型"),
    (r"(\S+) not known", lambda found: f"{criterion_name(found[1], 'zh')}未知"),
    (r"(\S+) of another kind", lambda found: f"{criterion_name(found[1], 'zh')}为其他"),
    (
        r"no haplotypes fit: (.+)",
        lambda found: f"没有单倍型能解释：{_in_chinese(found[1])}",
    ),
    (r"1 in ([\d,.e+^]+) people has such a typing", r"每 \1 人中有 1 人为此分型"),
    (r"(\w+) and (\w+): no known haplotypes of the two fit", r"\1 与 \2：没有已知单倍型相符"),
    (
        r"(\w+) and (\w+): ([\d,.e+^]+) times rarer together than apart",
        r"\1 与 \2：同时出现比各自独立罕见 \3 倍",
    ),
    (
        r"homozygous at (\d+) of (\d+) loci, as 1 in ([\d,.e+^]+) people",
        r"\2 个位点中 \1 个纯合，每 \3 人中有 1 人如此",
    ),
    (
        r"no two haplotypes of ([^;]+) have all of the typing together",
        r"频率集 \1 中没有任何两个单倍型能共同解释该分型",
    ),
]
_COMPILED = [(re.compile(pattern), words) for pattern, words in _PATTERNS]
_SAME_FIELD = re.compile(r"(\S+) (.+) after \1 (.+)")
_ONE_ALTERNATIVE = " in this alternative, not in every one"


@functools.lru_cache(maxsize=4096)
def chinese(sentence: str) -> str | None:
    """A sentence of the library in Chinese; ``None`` when it is not one of those known."""
    if sentence in _FIXED:
        return _FIXED[sentence]
    if sentence.endswith(_ONE_ALTERNATIVE):
        start = chinese(sentence.removesuffix(_ONE_ALTERNATIVE))
        return None if start is None else start + "（仅在此种可能中，并非全部）"
    if " after " in sentence and not sentence.startswith("score "):
        return _placed(sentence)
    for pattern, words in _COMPILED:
        if found := pattern.fullmatch(sentence):
            return _listed(words(found) if callable(words) else found.expand(words).replace("（）", ""))
    parts = sentence.split("; ")
    known = [chinese(part) for part in parts] if len(parts) > 1 else [None]
    return None if None in known else "；".join(part for part in known if part is not None)


def _in_chinese(sentence: str) -> str:
    return chinese(sentence) or sentence


def _placed(sentence: str) -> str | None:
    """What put a donor below the one above. Of a donor field the values stay as they are."""
    own, _, above = sentence.partition(" after ")
    both = [chinese(own), chinese(above)]
    if None in both and (field := _SAME_FIELD.fullmatch(sentence)):
        both = [chinese(f"{field[1]} {value}") or f"{field[1]} {value}" for value in (field[2], field[3])]
    return None if None in both else f"本供者“{both[0]}”，上一名“{both[1]}”"


def _listed(text: str) -> str:
    return re.sub(r" and (\d+) more", r" 等另外 \1 种", text).replace(", ", "、")


def criterion_name(name: str, lang: str) -> str:
    """A criterion of the ranking in words."""
    if lang == "zh" and (words := _chinese_criterion(name)):
        return words
    return " ".join(word.upper() if word in _CAPITALS else word for word in name.split("_"))


def _chinese_criterion(name: str) -> str | None:
    if name in _CRITERIA:
        return _CRITERIA[name]
    if found := re.fullmatch(r"dpb1_p_(\w+)", name):
        return f"DPB1 为{_TERMS[found[1]]}的概率" if found[1] in _TERMS else None
    if found := re.fullmatch(r"(?:([A-Z]\w*)_)?p(\d+)", name):
        return f"{found[1] + ' ' if found[1] else ''}{found[2]} 个错配的概率"
    if found := re.fullmatch(r"([A-Z]\w*)_mm", name):
        return f"{found[1]} 错配数"
    return texts("zh").get(f"field_{name}")
