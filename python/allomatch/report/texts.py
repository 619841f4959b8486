# SPDX-License-Identifier: Apache-2.0
"""Every fixed text of a report, in English and Chinese."""

from __future__ import annotations

LANGUAGES = ("en", "zh")

_TEXTS: dict[str, tuple[str, str]] = {
    # the page
    "title": ("Donor search report", "造血干细胞供者检索报告"),
    "patient": ("Patient", "患者"),
    "written": ("Written on {0}", "生成日期：{0}"),
    "made_by": ("allomatch {0}, nomenclature release {1}", "allomatch {0}，命名版本 {1}"),
    "care": (
        "Computed from typings as received. Potential matches need confirmatory typing;"
        " the choice of a donor is a clinical decision.",
        "本报告根据所提供的分型结果计算得出。潜在相合须经确认分型；供者的选择属于临床决策。",
    ),
    "starter": (
        "Read with the built-in starter nomenclature, which is not for clinical use.",
        "使用内置的入门命名表读取，不得用于临床。",
    ),
    "english_note": ("", "数据文件的提示信息由程序以英文给出，未作翻译；分型结果与编号按原文显示。"),
    "skip": ("Skip to the list of donors", "跳到供者列表"),
    "typings": ("HLA typings as received", "HLA 分型（按原文）"),
    "locus": ("Locus", "位点"),
    "not_typed": ("not typed", "未分型"),
    "shown_locus": ("not searched", "未参与检索"),
    "warnings": ("Notes on the typings", "分型提示"),
    "unexplained_patient": (
        "The haplotype frequencies do not explain the typings of the patient:"
        " there are no match probabilities.",
        "单倍型频率无法解释患者的分型，因此没有相合概率。",
    ),
    # figures
    "overview": ("Overview", "概览"),
    "in_registry": ("donors in the registry", "供者库人数"),
    "within": ("within the limits", "符合检索条件"),
    "listed": ("listed here", "本报告列出"),
    "classes": ("Donors by match class", "按相合类别统计的供者"),
    "class": ("Match class", "相合类别"),
    "donors": ("Donors", "供者数"),
    "all_within": (
        "All donors within the limits, also those not listed here.",
        "包括符合条件但未列出的供者。",
    ),
    "bands": ("Probability of a full match, listed donors", "所列供者的完全相合概率分布"),
    "bands_words": (
        "Number of listed donors by probability of a full match: {0}.",
        "所列供者按完全相合概率的人数：{0}。",
    ),
    "bands_without": ("Listed donors without a probability: {0}.", "所列供者中有 {0} 人没有概率。"),
    "no_frequencies": (
        "Searched without haplotype frequencies: no match probabilities.",
        "检索未使用单倍型频率，因此没有相合概率。",
    ),
    "band_axis": ("probability of a full match, per cent", "完全相合概率（%）"),
    # legend
    "legend": ("How to read the list", "列表说明"),
    "letters_head": (
        "Two letters per locus, one for each position of the donor:",
        "每个位点两个字母，分别对应供者的两个位置：",
    ),
    "letter_A": ("certain match", "确定相合"),
    "letter_P": ("potential match", "潜在相合"),
    "letter_L": ("allele mismatch, antigens match", "等位基因错配，抗原相合"),
    "letter_M": ("antigen mismatch", "抗原错配"),
    "letter_-": ("not typed on one side", "一方未分型"),
    "legend_class": (
        "Match class: matched positions of all searched ones, as good as the typings allow. “potential”:"
        " the typings also allow more mismatches.",
        "相合类别：检索位点中可能相合的最多位置数。“潜在”表示按现有分型也可能有更多错配。",
    ),
    "legend_p": (
        "P(0), P(1): probability of exactly 0 or 1 mismatches at the searched loci,"
        " from haplotype frequencies.",
        "P(0)、P(1)：根据单倍型频率，检索位点恰有 0 个或 1 个错配的概率。",
    ),
    "legend_tce": (
        "DPB1 TCE: by T-cell epitope groups. DPB1 expression: of a single mismatch, favourable when the"
        " patient’s mismatched allele is low expressed.",
        "DPB1 TCE：按 T 细胞表位组判断。DPB1 表达：单个错配时，患者错配等位基因为低表达者有利。",
    ),
    "legend_leader": (
        "B leader: M or T of both HLA-B alleles, patient/donor; below it, of a single B mismatch,"
        " whether the leaders agree.",
        "B 前导肽：双方 HLA-B 等位基因的 M 或 T 型（患者/供者）；下方为单个 B 错配时前导肽是否一致。",
    ),
    "legend_dash": ("–: not known, or not applicable", "–：未知或不适用"),
    # the list
    "list": ("Donors", "供者列表"),
    "caption": ("Donors for patient {0}, best first", "患者 {0} 的供者，按优先顺序排列"),
    "caption_unranked": (
        "Donors for patient {0}, in the order of the registry",
        "患者 {0} 的供者，按供者库顺序排列",
    ),
    "scroll": ("List of donors, scrolls sideways", "供者列表，可左右滚动"),
    "none_found": (
        "No donor was found within the limits of this search.",
        "在本次检索条件下没有找到任何供者。",
    ),
    "none_listed": (
        "Donors within the limits: {0}, but none was asked to be listed.",
        "有 {0} 名供者符合条件，但未要求列出。",
    ),
    "filter": ("Find in the list", "在列表中查找"),
    "filter_hint": ("id, branch, status …", "编号、分库、状态……"),
    "every_class": ("all classes", "全部类别"),
    "unfold": ("Unfold the first 10", "展开前 10 名"),
    "fold": ("Fold all", "全部收起"),
    "shown": ("{0} of {1} donors shown", "显示 {0} / {1} 名供者"),
    "no_row": ("No listed donor fits this filter.", "没有符合筛选条件的供者。"),
    "print_note": (
        "Click a column heading to sort. Printing keeps filter, order and unfolded donors.",
        "点击列标题可排序。打印时保留当前的筛选、排序和已展开的供者。",
    ),
    "left_out": (
        "Not known of any listed donor, so without a column: {0}.",
        "所列供者均无以下信息，故不设列：{0}。",
    ),
    "rank": ("Rank", "名次"),
    "donor": ("Donor", "供者"),
    "details": ("details", "详情"),
    "potential": ("potential", "潜在"),
    "tce": ("DPB1 TCE", "DPB1 TCE"),
    "expression": ("DPB1 expression", "DPB1 表达"),
    "leader": ("B leader", "B 前导肽"),
    "age": ("Age", "年龄"),
    "unexplained": ("not explained", "无法解释"),
    "tce_match": ("match", "相合"),
    "tce_permissive": ("permissive", "允许性"),
    "tce_nonpermissive_gvh": ("non-permissive GvH", "非允许性 GvH"),
    "tce_nonpermissive_hvg": ("non-permissive HvG", "非允许性 HvG"),
    "tce_unknown": ("unknown", "未知"),
    "expression_matched": ("matched", "相合"),
    "expression_favourable": ("favourable", "有利"),
    "expression_unfavourable": ("unfavourable", "不利"),
    "expression_unknown": ("unknown", "未知"),
    "leader_match": ("leader match", "前导肽一致"),
    "leader_mismatch": ("leader mismatch", "前导肽不一致"),
    "leader_unknown": ("leader unknown", "前导肽未知"),
    "cmv_equal": ("equal", "相同"),
    "cmv_different": ("different", "不同"),
    "abo_identical": ("identical", "相同"),
    "abo_minor": ("minor", "次要不合"),
    "abo_major": ("major", "主要不合"),
    "abo_bidirectional": ("bidirectional", "双向不合"),
    "sex_M": ("M", "男"),
    "sex_F": ("F", "女"),
    "pregnancies_short": ("preg. {0}", "妊娠 {0}"),
    "status_AV": ("available", "可用"),
    "status_TU": ("temporarily not", "暂不可用"),
    "status_OP": ("reserved, other", "为他人保留"),
    "status_RS": ("reserved, this", "为本患者保留"),
    "status_DE": ("deleted", "已注销"),
    # fields
    "field_birth_date": ("Birth date", "出生日期"),
    "field_sex": ("Sex", "性别"),
    "field_abo": ("ABO", "ABO 血型"),
    "field_rh": ("Rh", "Rh"),
    "field_cmv": ("CMV", "CMV"),
    "field_weight_kg": ("Weight, kg", "体重 kg"),
    "field_population": ("Population", "人群"),
    "field_pregnancies": ("Pregnancies", "妊娠次数"),
    "field_status": ("Status", "状态"),
    "field_branch": ("Branch", "分库"),
    "field_registered": ("Registered", "入库日期"),
    "field_last_contact": ("Last contact", "最近联系"),
    "field_donations": ("Donations", "捐献次数"),
    "field_abroad_donations": ("Donations abroad", "境外捐献次数"),
    "field_type": ("Type", "类型"),
    "field_tnc": ("TNC", "TNC"),
    "field_cd34": ("CD34", "CD34"),
    "field_volume_ml": ("Volume, ml", "体积 ml"),
    "field_tnc_per_kg": ("TNC, 10⁷ per kg", "TNC，10⁷/kg"),
    "field_cd34_per_kg": ("CD34, 10⁵ per kg", "CD34，10⁵/kg"),
    # one donor
    "why_letters": ("Typings side by side", "分型对照"),
    "letters": ("Letters", "字母"),
    "why": ("Why", "说明"),
    "counts": ("Mismatches", "错配数"),
    "counts_words": ("{0}, GvH {1}, HvG {2}", "{0}，GvH {1}，HvG {2}"),
    "to": ("{0} to {1}", "{0} 至 {1}"),
    "locus_p": ("P(0 / 1 / 2), %", "P(0 / 1 / 2)，%"),
    "place": ("Place in the list", "排序理由"),
    "place_first": ("First of the list.", "列表第一名。"),
    "place_after": (
        "Rank {0}, below the donor above because of: {1}.",
        "第 {0} 名，排在上一名之后的原因：{1}。",
    ),
    "chances": ("Probability of so many mismatches", "错配数的概率分布"),
    "chances_words": ("Probability of so many mismatches, per cent: {0}.", "各错配数的概率（%）：{0}。"),
    "mismatches_axis": ("mismatches", "错配数"),
    "no_chances": ("No probability for this donor.", "该供者没有概率。"),
    "donor_set": ("Frequency set of the donor: {0}.", "供者使用的频率集：{0}。"),
    "more_fields": ("About the donor", "供者信息"),
    "tce_chances": ("DPB1 TCE, probabilities", "DPB1 TCE 各结果的概率"),
    "tce_possible": ("DPB1 TCE, possible answers", "DPB1 TCE 可能的结果"),
    "low_expression": ("GvH mismatches at DRB345, DQB1, DPB1", "DRB345、DQB1、DPB1 的 GvH 错配数"),
    "weight_ratio": ("Weight, donor to patient", "供患者体重比"),
    # what was searched
    "searched": ("What was searched", "检索说明"),
    "release": ("Nomenclature release", "命名版本"),
    "frequencies": ("Frequency sets", "单倍型频率集"),
    "one_set": ("{0} ({1} haplotypes at {2})", "{0}（{1} 个单倍型，位点 {2}）"),
    "none": ("none", "无"),
    "fallback": ("Fall-back populations", "备用人群"),
    "loci": ("Loci searched", "检索位点"),
    "loci_shown": ("Loci shown without being searched", "仅显示、不参与检索的位点"),
    "limits": ("Limits", "限制条件"),
    "at_most": ("mismatches: at most {0}", "最多 {0} 个错配"),
    "from_to": ("mismatches: {0} to {1}", "{0} 至 {1} 个错配"),
    "exactly": ("mismatches: exactly {0}", "恰好 {0} 个错配"),
    "limit_at": ("{0} at most {1}", "{0} 最多 {1} 个"),
    "accept": ("one mismatch accepted at {0}", "允许在 {0} 有一个错配"),
    "direction": ("Counted direction", "计数方向"),
    "direction_both": ("both", "双向"),
    "direction_gvh": ("graft versus host (GvH)", "移植物抗宿主（GvH）"),
    "direction_hvg": ("host versus graft (HvG)", "宿主抗移植物（HvG）"),
    "homozygous_once": ("A,A against B,B counts as one mismatch", "A,A 对 B,B 计为一个错配"),
    "where": ("Filter", "筛选条件"),
    "ranking": ("Ranking", "排序规则"),
    "on": ("Ages counted on", "年龄计算日期"),
    "today": ("the day of the search", "检索当日"),
    "tce_version": ("DPB1 TCE version", "DPB1 TCE 版本"),
    "counted": ("Donors", "供者数量"),
    "counted_words": (
        "{0} in the registry, {1} within the limits, {2} listed here",
        "供者库 {0} 名，符合条件 {1} 名，本报告列出 {2} 名",
    ),
    "inputs": ("Input files", "输入文件"),
    "rows": ("{0}: {1} rows read, {2} taken, {3} refused", "{0}：读取 {1} 行，接受 {2} 行，拒绝 {3} 行"),
    "refused": ("Refused rows", "被拒绝的行"),
    "refused_words": (
        "Rows that were refused and are not part of this search: {0}. The first reasons:",
        "有 {0} 行被拒绝，未参与本次检索。最先出现的原因：",
    ),
    "refused_none": ("No row was refused.", "没有被拒绝的行。"),
    # several patients
    "index_title": ("Donor search reports", "供者检索报告目录"),
    "index_caption": ("{0} patients", "{0} 名患者"),
    "best": ("Best donor", "首选供者"),
}


def texts(lang: str) -> dict[str, str]:
    """The texts of a language by key.

    Raises:
        KeyError: not one of :data:`LANGUAGES`.
    """
    if lang not in LANGUAGES:
        raise KeyError(lang)
    at = LANGUAGES.index(lang)
    return {key: both[at] for key, both in _TEXTS.items()}
