# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Know your pool
#
# A provincial registry has 95,000 donors in eleven city branches. Once a year somebody asks: how well are they typed, which typings
# look wrong, who is registered twice, how old is the pool, and is it used? One of the branches, 宁波, has 13,884 donors and 123 donations.
# Is that many?
#
# The donors are simulated, and some mistakes are planted so that there is something to find. **No figure here is that of a real
# registry.**

# %%
# SPDX-License-Identifier: Apache-2.0
# %matplotlib inline
from pathlib import Path

import allomatch as am
import numpy as np
import pandas as pd
from allomatch import analytics
from allomatch.analytics import plots

pd.set_option("display.width", 140, "display.max_columns", 20)
TODAY = "2026-01-01"

with am.Progress("simulating") as progress:
    files = am.simulate(
        "simulated/know_your_pool", donors=95_000, patients=1, seed=1, reference_date=TODAY, progress=progress
    )
mac = am.MacTable.load(files["mac"])
donors = pd.read_csv(files["donors"], dtype=str, keep_default_na=False)

# %% [markdown]
# ## Three mistakes and a list of donations
#
# Real files have these, only that nobody tells where:
#
# 1. the laboratory of 舟山 misses one of the two DRB1 alleles in one of ten donors, and reports the other alone;
# 2. in a plate of 12 samples the HLA-B results slipped by one place;
# 3. 40 donors registered a second time after they moved to another city.

# %%
rng = np.random.default_rng(2026)

missed = (donors["branch"] == "舟山") & (rng.random(len(donors)) < 0.1)
donors.loc[missed, "DRB1_2"] = donors.loc[missed, "DRB1_1"]

complete = donors.index[donors["B_1"].str.fullmatch(r"\d+:\d+(:\d+)*") & (donors["C_1"] != "")]
plate = rng.choice(complete, 12, replace=False)
donors.loc[plate, ["B_1", "B_2"]] = donors.loc[np.roll(plate, 1), ["B_1", "B_2"]].to_numpy()

moved = donors.loc[rng.choice(donors.index, 40, replace=False)].assign(branch="杭州")
moved["id"] = "M" + moved["id"]
moved["registered"] = "2025-06-30"

# %% [markdown]
# The donations of ten years, a list with a day, a donor and a branch. 宁波 has 123; each other branch has a rate of its own.

# %%
branches = donors["branch"].value_counts()
given = {
    branch: 123 if branch == "宁波" else rng.poisson(size * rng.uniform(0.003, 0.009))
    for branch, size in branches.items()
}
per_year = np.array([5, 6, 7, 8, 6, 8, 10, 12, 14, 16])
donations = pd.concat(
    [
        pd.DataFrame(
            {
                "day": [
                    f"{year}-{month:02}-15"
                    for year, month in zip(
                        rng.choice(range(2016, 2026), count, p=per_year / per_year.sum()),
                        rng.integers(1, 13, count),
                        strict=True,
                    )
                ],
                "donor": rng.choice(donors.index[donors["branch"] == branch], count, replace=False),
                "branch": branch,
            }
        )
        for branch, count in given.items()
    ],
    ignore_index=True,
)
donors["donations"] = "0"
donors.loc[donations["donor"], "donations"] = "1"
registry = am.Registry.from_frame(pd.concat([donors, moved.assign(donations="0")]), mac=mac)
print(registry, registry.report.rows_refused, "refused")

# %% [markdown]
# ## How well are they typed?
#
# `one_class` is what matching needs: it is certain which antigen-recognition domain each position has. A set such as 10/10 is as good as
# its worst locus.

# %%
completeness = analytics.completeness(registry)
completeness.set_index("locus").loc[["A", "B", "C", "DRB1", "DQB1", "6/6", "8/8", "10/10"]].round(3)

# %%
by_year = analytics.completeness(registry, by="registered_year")
plots.completeness(
    by_year[by_year["registered_year"].between("2010", "2025")],
    title="Donors typed without doubt, by year of registration",
)

# %% [markdown]
# The years tell the story that branches do not: early donors have no C and no DQB1. Typing these loci for the young ones among them is the
# cheapest way to a better pool.
#
# ## Which typings look wrong?
#
# **A whole branch.** In a population that marries at random the share of homozygous donors follows from the allele frequencies
# (Hardy-Weinberg). A laboratory that misses alleles makes too many.

# %%
proportion = analytics.hardy_weinberg(registry, by="branch").sort_values("p_value")
proportion[
    ["branch", "locus", "people", "homozygotes", "expected_homozygotes", "inbreeding", "p_value"]
].head(5)

# %% [markdown]
# 55 tests were made, so the smallest of 55 chance values would be about 0.02. The first line is no chance: 舟山, DRB1.

# %%
frequencies = am.Frequencies.builtin()
homozygosity = analytics.homozygosity(registry, frequencies, by="branch")
plots.homozygosity(homozygosity[homozygosity["locus"] == "DRB1"], title="Homozygous at DRB1, by branch")

# %% [markdown]
# **Single donors.** B and C lie side by side and are inherited together, as are DRB1 and DQB1. A pair that never occurs elsewhere is a rare
# person or a mixed-up tube.

# %%
suspicious = analytics.suspicious_typings(registry, frequencies)
print(f"{len(suspicious)} of {len(registry):,} donors to look at again")
slipped = set(donors.loc[plate, "id"])
listed = suspicious[suspicious["donor_id"].isin(slipped)]
print(f"{len(listed)} of the {len(slipped)} slipped samples are among them")
for row in listed.head(5).itertuples():
    print(row.donor_id, "|", row.reasons)

# %% [markdown]
# The others on the list are rare people, or typings that the demonstration frequencies do not know. A list for the laboratory, not a
# verdict.

# %%
plots.typing_probabilities(
    analytics.typing_probabilities(registry, frequencies), title="How probable the typings are"
)

# %% [markdown]
# ## Who is registered twice?
#
# Equal typing (in meaning, however written), birth date and sex.

# %%
duplicates = analytics.duplicates(registry)
twice = duplicates.groupby("group")["donor_id"].agg(sorted)
planted = twice.apply(lambda ids: any(one.startswith("M") for one in ids))
print(f"{len(twice)} groups, {planted.sum()} of them planted ones")
duplicates.head(6)

# %% [markdown]
# ## How old is the pool?

# %%
plots.age_structure(analytics.age_structure(registry, on=TODAY, by="sex"), title="Donors by age and sex")

# %% [markdown]
# Transplant centres ask for young donors. Who turns 45, and will hardly be asked any more, in the next ten years?

# %%
leaving = analytics.ageing_out(registry, limit=45, years=10, on=TODAY)
print(
    f"{leaving['leaving'].sum():,} of {leaving['donors'].iloc[0]:,} donors below 45 turn 45 within ten years"
)
plots.ageing_out(leaving, title="Donors who turn 45, by year")

# %% [markdown]
# ## Is the pool used?
#
# 123 donations sound like many. Set them against the donors that the branch has.

# %%
use = analytics.utilisation(registry)
ningbo = use.set_index("branch").loc["宁波"]
print(
    f"宁波: {ningbo['donations']:.0f} donations, {ningbo['donors']:,.0f} donors, {ningbo['per_1000']:.1f} for each 1,000"
)
plots.utilisation(use, title="Donations by branch")

# %% [markdown]
# Before branches are ranked, look at the intervals: a small branch is high or low by chance.

# %%
use[["branch", "donors", "donations", "per_1000", "low", "high"]].sort_values("per_1000").round(4)

# %%
years = analytics.donations_by_year(donations[["day", "branch"]])
plots.donations_by_year(years, title="Donations by year", lang="zh")

# %% [markdown]
# Every picture takes `lang="zh"`.
#
# ## From the reservation to the collection
#
# Where the registry is kept in a [store](../donor-life.md), each step is recorded and the store can be asked. Here a store with the donors of 宁波
# and their donations of the last four years.

# %%
place = Path("simulated/know_your_pool/ningbo.db")
place.unlink(missing_ok=True)
store = am.Store.create(place, mac=mac, actor="import")
store.import_frame(donors[donors["branch"] == "宁波"].assign(status="AV", donations="0"), actor="import")
for number, row in enumerate(donations[donations["branch"] == "宁波"].query("day >= '2022'").itertuples()):
    donor, patient, day = donors.loc[row.donor, "id"], f"P{number}", pd.Timestamp(row.day)
    reserved, plan = day - pd.Timedelta(days=int(rng.gamma(9, 8)) + 20), day - pd.Timedelta(days=14)
    store.reserve(donor, patient, day.date(), day=reserved.date(), actor="desk")
    for step, more in [("physical_examination", {"cleared": True}), ("assessment", {"cleared": True})]:
        store.record_step(donor, patient, step, day=plan.date(), actor="doctor", **more)
    store.record_step(donor, patient, "collection_plan", day=plan.date(), product="pbsc", actor="desk")
    store.record_step(donor, patient, "mobilisation", day=day.date(), actor="doctor")
    store.record_step(donor, patient, "collection", day=day.date(), actor="desk")
days = analytics.days_to_collection(store)
store.close()
print(f"{len(days)} collections, median {days['days'].median():.0f} days")
plots.days_to_collection(days, title="宁波, collections of 2022-2025")

# %% [markdown]
# ## What to conclude, and what not
#
# - Old donors without C and DQB1, one laboratory, twelve samples and forty doubled donors: each is a list that somebody can work off.
# - A branch with few donations for each 1,000 donors may have older donors, poorer typings, fewer who can be reached, or bad luck. The table
#   cannot tell which; the intervals tell how much luck may explain.
# - `suspicious_typings` is as good as the frequencies: use those of [your own registry](frequencies_of_your_registry.py), and mind that a
#   mistake that many donors share looks normal there.
# - More on each function: [pool-analytics](../pool-analytics.md).
