# SPDX-License-Identifier: Apache-2.0
"""Every fixed text of a pool report, in English and Chinese."""

from __future__ import annotations

from .column_texts import COLUMNS

LANGUAGES = ("en", "zh")

_TEXTS: dict[str, tuple[str, str]] = {
    # the page
    "title": ("Pool report", "供者库分析报告"),
    "heading": ("The pool in numbers and pictures", "供者库概况与图表"),
    "written": ("Written on {0}", "生成日期：{0}"),
    "made_by": ("allomatch {0}, nomenclature release {1}", "allomatch {0}，命名版本 {1}"),
    "skip": ("Skip to the report", "跳到正文"),
    "contents": ("Contents", "目录"),
    "starter": (
        "Read with the built-in starter nomenclature, which is not for clinical use.",
        "使用内置的入门命名表读取，不得用于临床。",
    ),
    "care": (
        "Computed from typings and records as received. Frequencies and likelihoods describe the pool; they"
        " say nothing of a single patient.",
        "本报告根据所提供的分型结果与记录计算得出。频率与概率描述整个供者库，不能用于判断个别患者。",
    ),
    "first_rows": ("The first {0} of {1}.", "共 {1} 行，显示前 {0} 行。"),
    "largest": (
        "The picture shows the {0} largest of {1} groups.",
        "图中为 {1} 个分组中人数最多的 {0} 个。",
    ),
    "blank": ("(blank)", "（空）"),
    "unknown": ("unknown", "未知"),
    "yes": ("yes", "是"),
    "no": ("no", "否"),
    "not_reached": ("not with any number", "无法达到"),
    "table": ("Table: {0}", "表：{0}"),
    # why a part is missing
    "why_no_donors": ("There are no donors.", "没有供者。"),
    "why_no_field": (
        "Left out: the donors have no field {0}.",
        "未作分析：供者没有字段 {0}。",
    ),
    "why_no_loci": (
        "Left out: nobody is typed at the loci asked for, or the frequencies lack them.",
        "未作分析：没有供者在所选位点分型，或频率中没有这些位点。",
    ),
    "why_one_locus": (
        "Left out: fewer than two of the loci asked for are typed.",
        "未作分析：所选位点中已分型的不足两个。",
    ),
    "why_not_both": ("Left out: {0} and {1} are not both typed.", "未作分析：{0} 与 {1} 未同时分型。"),
    "why_no_frequencies": (
        "Left out: it takes haplotype frequencies, which could not be estimated.",
        "未作分析：需要单倍型频率，但无法估计。",
    ),
    "why_not_estimated": (
        "Left out: haplotype frequencies could not be estimated: {0}",
        "未作分析：无法估计单倍型频率：{0}",
    ),
    "why_one_donor": (
        "Left out: this takes at least two donors.",
        "未作分析：至少需要两名供者。",
    ),
    "why_no_list": (
        "Left out: neither a store with recorded collections nor a list of donations was given.",
        "未作分析：没有提供记录采集的数据库，也没有提供捐献清单。",
    ),
    "why_no_store": (
        "Left out: it takes a store where the steps to a collection are recorded.",
        "未作分析：需要记录各采集步骤的数据库。",
    ),
    "why_no_collection": ("Left out: no collection is recorded.", "未作分析：没有采集记录。"),
    "why_no_dpb1": (
        "Left out: fewer than {0} of the donors are typed at DPB1.",
        "未作分析：在 DPB1 分型的供者不足 {0}。",
    ),
    "why_many_groups": (
        "Left out: {0} groups are too many to estimate each on its own; {1} are the most.",
        "未作分析：{0} 个分组过多，无法逐一估计，最多 {1} 个。",
    ),
    "why_error": ("Left out: {0}", "未作分析：{0}"),
    # the pool in numbers
    "numbers": ("The pool in numbers", "概况"),
    "measure_donors": ("donors in the pool", "库内供者"),
    "measure_donors_one": ("donor in the pool", "库内供者"),
    "measure_standing": ("not retired", "未注销"),
    "measure_available": ("with status available", "状态为可用"),
    "measure_groups": ("values of {0}", "{0} 数"),
    "measure_groups_one": ("value of {0}", "{0} 数"),
    "measure_groups_branch": ("branches", "分库"),
    "measure_groups_branch_one": ("branch", "分库"),
    "measure_loci": ("loci typed", "已分型位点"),
    "measure_loci_one": ("locus typed", "已分型位点"),
    "measure_fully_typed": ("fully typed at {0}", "{0} 完全分型"),
    "untyped_loci": (
        "Nobody is typed at {0}, or the frequencies lack it: left out of haplotypes and match likelihood.",
        "{0} 无人分型，或频率中没有该位点：单倍型与相合概率不含该位点。",
    ),
    # typing
    "typing": ("How far donors are typed", "分型完整度与分辨率"),
    "typing_says": (
        "{0} of the donors are typed at {2}, {1} of all fully: every position is one antigen recognition"
        " domain.",
        "{0} 的供者在 {2} 已分型；全部供者中 {1} 为完全分型，即每个位置只对应一种抗原识别区。",
    ),
    "typing_how": (
        "A set such as 10/10 is as good as its lowest locus. Ambiguous: several classes are possible; first"
        " field and serology leave many.",
        "10/10 等组合以其中最低的位点为准。“结果模糊”表示有多种可能类别；仅第一区域或仅血清学则可能更多。",
    ),
    "picture_completeness": (
        "Donors by locus and level of typing",
        "各位点分型水平的供者比例",
    ),
    "year_of": ("{0} (year)", "{0}（年份）"),
    "picture_completeness_year": (
        "Share of fully typed donors by locus and year of registration",
        "按入库年份与位点统计的完全分型比例",
    ),
    "latest": ("The picture shows the last {0} of {1} years.", "图中为 {1} 年中最近的 {0} 年。"),
    "picture_completeness_by": (
        "Share of fully typed donors by locus and {0}",
        "按{0}与位点统计的完全分型比例",
    ),
    # frequencies
    "frequencies": ("Alleles and haplotypes", "等位基因与单倍型频率"),
    "frequencies_says": (
        "{0:haplotype} at {1}; the most frequent is {2} with {3}.",
        "{1} 共有 {0} 种单倍型；最常见的是 {2}，频率 {3}。",
    ),
    "frequencies_says_own": (
        "The estimate has {0:haplotype} at {1}, {4} of them with half an expected copy or more; the most"
        " frequent is {2} with {3}.",
        "{1} 估计出 {0} 种单倍型，其中 {4} 种期望拷贝数不低于一半；最常见的是 {2}，频率 {3}。",
    ),
    "frequencies_own": (
        "Maximum-likelihood estimates from these donors, ambiguous and missing typings included; intervals"
        " (95 %) are from samples of the donors. A rare haplotype is uncertain: read the interval.",
        "由本库供者按最大似然法估计，包含模糊与缺失的分型；95 % 区间由供者抽样得到。"
        "罕见单倍型不确定，请看区间。",
    ),
    "frequencies_given": (
        "Haplotypes are those of the set {0} that was given; allele frequencies are"
        " estimates from these donors.",
        "单倍型来自所提供的频率集 {0}；等位基因频率由本库供者估计。",
    ),
    "alleles": ("The most frequent alleles of each locus", "各位点最常见的等位基因"),
    "haplotypes": ("The most frequent haplotypes", "最常见的单倍型"),
    "proportion": ("Hardy-Weinberg proportion", "Hardy-Weinberg 平衡"),
    "proportion_none": (
        "No locus deviates at 1 %.",
        "没有位点在 1 % 水平上偏离。",
    ),
    "proportion_some": (
        "At 1 % these loci deviate: {0}.",
        "在 1 % 水平上偏离的位点：{0}。",
    ),
    "proportion_how": (
        "More homozygotes than expected come from alleles that typing missed, from blanks that were not"
        " homozygous, or from several populations in one pool.",
        "纯合子多于期望，可能因为分型遗漏等位基因、空白并非纯合，或库中混有不同人群。",
    ),
    "linkage": ("Linkage of the loci", "位点间的连锁"),
    "linkage_says": (
        "{0} and {1} hang together most: Wn {2}.",
        "{0} 与 {1} 关联最强：Wn {2}。",
    ),
    "linkage_how": (
        "Wn is 0 for independent loci and 1 where each allele has its own partner. Small sets overstate it.",
        "Wn 为 0 表示相互独立，为 1 表示每个等位基因只有一个搭配；样本少时偏高。",
    ),
    "linkage_pairs": (
        "The most frequent pairs of C and B",
        "最常见的 C 与 B 组合",
    ),
    "homozygosity": ("Homozygous donors", "纯合供者"),
    "homozygosity_how": (
        "Of the donors fully typed at the locus, beside the share that the frequencies let expect. A"
        " homozygous donor needs but one unambiguous text: where many are ambiguous the share is too high.",
        "指该位点完全分型供者中的纯合比例，并与频率的期望值比较。"
        "纯合只需一个明确结果，模糊分型多时比例偏高。",
    ),
    "picture_homozygosity": (
        "Homozygous donors by locus, observed and expected",
        "各位点纯合供者：观察与期望",
    ),
    "picture_alleles": (
        "The most frequent alleles of each locus, with intervals",
        "各位点最常见的等位基因及区间",
    ),
    "picture_haplotypes": ("The most frequent haplotypes, with intervals", "最常见的单倍型及区间"),
    "picture_proportion": ("Homozygotes by locus, observed and expected", "各位点纯合子：观察与期望"),
    "picture_linkage": ("Strength of linkage by pair of loci", "位点两两之间的连锁强度"),
    # likelihood
    "likelihood": ("For how many patients is there a donor?", "多少患者能找到供者？"),
    "likelihood_says": (
        "With {0:donor}, a random patient has a {1} donor with probability {2} by the frequencies; of the"
        " donors themselves {3} to {4} have one.",
        "共 {0} 名供者时，按频率计算，随机患者有 {1} 相合供者的概率为 {2}；"
        "以库内供者作患者实测为 {3} 至 {4}。",
    ),
    "likelihood_says_formula": (
        "With {0:donor}, a random patient has a {1} donor with probability {2} by the frequencies.",
        "共 {0} 名供者时，按频率计算，随机患者有 {1} 相合供者的概率为 {2}。",
    ),
    "likelihood_how": (
        "The curve takes patients of the same population, all donors typed and reachable: it is too high. The"
        " observed band takes every donor as a patient; it lies between certain and potential matches.",
        "曲线假定患者来自同一人群、所有供者均已分型且可联系，因此偏高。"
        "实测区间以每名供者作患者，介于确定相合与可能相合之间。",
    ),
    "likelihood_part": (
        "Computed with the {0} most frequent of the {2:haplotype}, which are {1} of all copies.",
        "按 {2} 种单倍型中频率最高的 {0} 种计算，占总频率的 {1}。",
    ),
    "picture_likelihood": (
        "Match likelihood by the number of donors",
        "相合概率与供者人数",
    ),
    "dpb1": ("With DPB1 as well", "同时考虑 DPB1"),
    "dpb1_says": (
        "With {0:donor}, a random patient has a donor who matches at DPB1 too with probability {1}, one with"
        " a permissive DPB1 or better with {2}.",
        "共 {0} 名供者时，随机患者有 DPB1 也相合供者的概率为 {1}，有 DPB1 允许性或更佳供者的概率为 {2}。",
    ),
    "dpb1_how": (
        "Haplotypes with DPB1 are those of the donors typed there; all donors are taken as if they were.",
        "含 DPB1 的单倍型来自在该位点分型的供者；计算假定所有供者均已分型。",
    ),
    "dpb1_observed": (
        "The observed band is of permissive DPB1, among the {0:donor} typed there.",
        "实测区间为 DPB1 允许性，取自在该位点分型的 {0} 名供者。",
    ),
    "dpb1_match": ("and DPB1", "且 DPB1 相合"),
    "dpb1_permissive": ("and permissive DPB1", "且 DPB1 允许性"),
    "picture_dpb1": ("Match likelihood with DPB1", "含 DPB1 的相合概率"),
    "recruitment": ("What more donors add", "新增供者的作用"),
    "recruitment_says": (
        "1,000 more donors raise the likelihood of a {0} donor by {1} percentage points.",
        "每新增千名供者，{0} 相合概率提高 {1} 个百分点。",
    ),
    "recruitment_says_by": (
        "1,000 more donors raise the likelihood of a {0} donor by {1} percentage points where they add most"
        " ({2}), and by {3} where they add least ({4}).",
        "每新增千名供者，{0} 相合概率在作用最大处（{2}）提高 {1} 个百分点，最小处（{4}）提高 {3} 个百分点。",
    ),
    "recruitment_how": (
        "The largest groups by estimates of their own, all other donors by that of the pool; patients are"
        " like the pool. The haplotypes of a small group are known badly: small differences mean nothing.",
        "最大的几个分组按各自的估计，其余供者按全库估计；患者与全库相同。"
        "小分组的单倍型不准确，细小差别没有意义。",
    ),
    "picture_recruitment": ("Gain in match likelihood by 1,000 more donors", "新增千名供者的相合概率增益"),
    "whole_pool": ("the whole pool", "全库"),
    "others": ("the others", "其他"),
    "only_here_how": (
        "Haplotypes and those only here: with an expected copy or more by an estimate of each group, and less"
        " than half a copy in all other groups together.",
        "单倍型数与“仅此处有”：各组单独估计，期望拷贝数不低于 1，且其他分组合计不足半个拷贝。",
    ),
    "at_least": ("at least {0}", "至少 {0}"),
    "now": ("Patients with a donor, at the size of this pool", "按本库规模有供者的患者比例"),
    "sizes": ("Donors needed", "所需供者人数"),
    "sizes_how": (
        "Numbers beyond the haplotypes that were seen are a lower limit.",
        "未观察到的单倍型不在计算之内，因此为下限。",
    ),
    "value": ("What each {0} adds", "各{0}的贡献"),
    "value_says": (
        "Patients whom {0} alone serves for certain: {1}, the most of all.",
        "仅 {0} 能确定满足的患者最多：{1} 名。",
    ),
    "value_how": (
        "Every donor is taken as a patient. Own genotypes: those of fully typed donors that no other group"
        " has. Served alone: patients who would lose their last certain match without the group.",
        "以每名供者作患者。独有基因型：其他分组没有的完全分型基因型。"
        "独家满足：若无该分组，将失去最后一名确定相合供者的患者。",
    ),
    "picture_value": (
        "Patients matched by one group alone, for each 1,000 donors of it",
        "每千名供者独家满足的患者数",
    ),
    # typings to check
    "check": ("Typings to check", "需复核的分型"),
    "check_says": (
        "Donors with a typing to look at again: {0} of {1}.",
        "{1} 名供者中有 {0} 名的分型需要复核。",
    ),
    "check_how": (
        "The least probable first. A reason is no proof: rare haplotypes exist.",
        "按概率从低到高排列。所列原因不是证据：罕见单倍型确实存在。",
    ),
    "check_own": (
        "The frequencies come from these donors, so a wrong typing speaks for itself; a set from elsewhere"
        " finds more.",
        "频率来自本库供者，错误的分型会支持自身；使用外部频率可发现更多。",
    ),
    "check_ambiguous": (
        "{0:typing was/typings were} too ambiguous for the estimate.",
        "{0} 份分型过于模糊，未参与估计。",
    ),
    "check_unexplained": (
        "The table starts with the {0:donor} whom no haplotypes fit; {1} of these are typings that the"
        " estimate left out as too ambiguous, which does not make them wrong.",
        "表中首先是 {0} 名单倍型无法解释的供者；其中 {1} 名因分型过于模糊未参与估计，并不表示分型有误。",
    ),
    "suspicious": ("Donors to type again", "建议复核分型的供者"),
    "picture_probabilities": (
        "Donors by the probability of their typing",
        "按分型结果概率统计的供者",
    ),
    "duplicates": ("The same person twice?", "可能重复登记"),
    "duplicates_says": (
        "Groups of donors with equal typing, birth date and sex: {0}.",
        "{0} 组供者的分型、出生日期与性别完全相同。",
    ),
    "relatives": ("Likely relatives", "可能的亲属"),
    "relatives_says": (
        "Pairs of fully typed donors with the same genotype, at least a million times likelier as siblings"
        " than as strangers: {0}.",
        "{0} 对完全分型的供者基因型相同，其为同胞的似然至少是无关个体的一百万倍。",
    ),
    "relatives_how": (
        "A large pool has very many pairs: read the ages and branches too.",
        "大型库的配对数量极多，请结合年龄与分库判断。",
    ),
    # ages
    "ages": ("Ages", "年龄结构"),
    "ages_says": (
        "{0:donor is/donors are} below {1}; {2} of them reach it within {3} years.",
        "{0} 名供者未满 {1} 岁，其中 {2} 名将在 {3} 年内达到。",
    ),
    "ages_how": (
        "Ages are those of {0}. Retired donors do not count.",
        "年龄截至 {0}。已注销供者不计。",
    ),
    "ages_unknown": (
        "The age of {0:donor} is not known.",
        "另有 {0} 名供者年龄未知。",
    ),
    "ages_nobody": (
        "Nobody's age is known, so nothing can be said of who reaches {0}.",
        "没有供者的年龄已知，无法判断谁将达到 {0} 岁。",
    ),
    "attrition": ("If nobody joins", "若不再招募"),
    "attrition_says": (
        "If nobody joins, donors leave at {0} and {1} of the others leave each year, {2} of"
        " {3:donor is/donors are} left after {4} years.",
        "若不再招募，供者满 {0} 岁离库，其余每年另有 {1} 流失，则 {4} 年后 {3} 名供者中还有 {2} 名。",
    ),
    "attrition_how": (
        "An assumption, no forecast: attrition(..) takes your own part of losses, recruits and reach.",
        "这是假设情形，不是预测；可用 attrition(..) 代入本库的流失率、招募人数与可联系比例。",
    ),
    "picture_attrition": ("Donors left, year by year, if nobody joins", "若不再招募，逐年剩余供者数"),
    "picture_ages": ("Donors by age", "供者年龄分布"),
    "ageing_out": ("Who reaches the age of {0}", "达到 {0} 岁的供者"),
    "picture_ageing_out": ("Donors who reach the age limit, by year", "逐年达到年龄上限的供者"),
    # use
    "use": ("Use of the pool", "供者库使用情况"),
    "use_says": (
        "{0:donation} of {1:donor}: {2} for each 1,000.",
        "{1} 名供者共捐献 {0} 例，每千名 {2} 例。",
    ),
    "use_how": (
        "Small groups vary by chance: compare the intervals of the part of donors who have donated.",
        "小分组受偶然影响：请比较已捐献供者比例的区间。",
    ),
    "utilisation": ("Donations by group", "各分组捐献情况"),
    "picture_utilisation": ("Donations for each 1,000 donors", "每千名供者捐献例数"),
    "by_year": ("Donations by year", "逐年捐献例数"),
    "by_year_says": (
        "{0:donation} from {1} to {2}, {3} in the last year.",
        "{1} 至 {2} 年共 {0} 例，最后一年 {3} 例。",
    ),
    "by_year_one": ("{0:donation} in {1}.", "{1} 年共 {0} 例。"),
    "by_year_earlier": (
        "Picture and table begin with {1}; {0:donation was/donations were} earlier.",
        "图表自 {1} 年起；此前另有 {0} 例。",
    ),
    "picture_by_year": ("Donations by year", "逐年捐献例数"),
    "days": ("Days to collection", "至采集的天数"),
    "days_says": (
        "{0:collection}; the median from the reservation is {1} days.",
        "{0} 例采集；从预留到采集的中位天数为 {1}。",
    ),
    "picture_days": ("Collections by days from the reservation", "从预留到采集的天数"),
}


def texts(lang: str) -> dict[str, str]:
    """The texts of a language by key.

    Raises:
        KeyError: not one of :data:`LANGUAGES`.
    """
    if lang not in LANGUAGES:
        raise KeyError(lang)
    at = LANGUAGES.index(lang)
    return {key: both[at] for key, both in (_TEXTS | COLUMNS).items()}
