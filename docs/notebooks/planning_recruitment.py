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
# # Planning recruitment
#
# Next year's budget pays for some thousand new donors. For how many patients do we have a donor now? What would a larger registry be
# worth? Where should the new donors come from, and how many does it take only to stay where we are?
#
# The province of this notebook has 95,000 simulated donors in eleven branches. Two of them, 丽水 and 衢州, lie in the hills, and their people
# have the same haplotypes in quite other frequencies. **That is made up to show the method and says nothing about the people of any place.**

# %%
# SPDX-License-Identifier: Apache-2.0
# %matplotlib inline
import allomatch as am
import numpy as np
import pandas as pd
from allomatch import analytics
from allomatch.analytics import plots

pd.set_option("display.width", 140, "display.max_columns", 20)
TODAY = "2026-01-01"
FOLDER = "simulated/planning"

# %%
with am.Progress("simulating") as progress:
    coast = am.simulate(
        f"{FOLDER}/coast", donors=88_000, patients=1, seed=1, reference_date=TODAY, progress=progress
    )

rng = np.random.default_rng(7)
truth = pd.read_csv(coast["truth_donors"], dtype=str)
shares = pd.concat([truth["haplotype_1"], truth["haplotype_2"]]).value_counts(normalize=True)
order = rng.permutation(len(shares))
pd.DataFrame({"haplotype": shares.index, "frequency": shares.to_numpy()[order]}).to_csv(
    f"{FOLDER}/hills.csv", index=False
)
with am.Progress("simulating") as progress:
    hills = am.simulate(
        f"{FOLDER}/hills",
        donors=7_000,
        patients=1,
        seed=2,
        frequencies=[f"{FOLDER}/hills.csv"],
        normalise=True,
        reference_date=TODAY,
        progress=progress,
    )


# %%
def donors_of(files, population):
    return pd.read_csv(files["donors"], dtype=str, keep_default_na=False).assign(population=population)


in_hills = ["丽水", "衢州"]
plain = donors_of(coast, "coast")
plain["branch"] = plain["branch"].where(~plain["branch"].isin(in_hills), "杭州")
high = donors_of(hills, "hills").assign(branch=rng.choice(in_hills, 7_000, p=[0.6, 0.4]))
high["id"] = "H" + high["id"]
registry = am.Registry.from_frame(plain, mac=am.MacTable.load(coast["mac"]))
registry = registry.update(high, mac=am.MacTable.load(hills["mac"]))
registry

# %% [markdown]
# ## The frequencies of each population
#
# Everything below rests on haplotype frequencies: of the patients, and of the donors. The registry's own donors are the best source, population by
# population. One set for all together would marry people who do not meet, and find haplotype pairs that are rare in truth.

# %%
with am.Progress("estimating") as progress:
    estimates = am.estimate_by(registry, "population", loci="10/10", progress=progress)
frequencies = estimates.frequencies
for name, estimate in estimates.items():
    print(f"{name:6} {estimate.people:6,} donors, {len(estimate):5,} haplotypes")

# %% [markdown]
# ## For how many patients is there a donor?
#
# `match_likelihood` is the exact chance that a random patient of a population has at least one matched donor, by the number of
# donors. `shares` says of which populations the donors are, in every size. Retired donors (`DE`) do not count.

# %%
pool = registry.to_pandas()
have = pool.loc[pool["status"] != "DE", "population"].value_counts()
shares = (have / have.sum()).to_dict()
now = int(have.sum())


def chance(population, **options):
    table = analytics.match_likelihood(
        frequencies, frequencies, [now], population=population, shares=shares, **options
    )
    return table["probability"][0]


rows = [
    {
        "patients": population,
        "10/10": chance(population),
        "10/10, 60 % reachable": chance(population, reachable=0.6),
        "at least 9/10": chance(population, mismatches=1),
        "8/8": chance(population, loci="8/8"),
    }
    for population in shares
]
today = pd.DataFrame(rows).set_index("patients")
(100 * today).round(1)

# %% [markdown]
# In per cent. Patients of the hills are served much worse, though everybody looks into the same registry. **An average would have hidden
# this.**

# %%
curves = {
    f"10/10, patients of the {population}": analytics.match_likelihood(
        frequencies, frequencies, population=population, shares=shares
    )
    for population in shares
}
with am.Progress("everyone against everyone") as progress:
    observed = analytics.observed_likelihood(registry, progress=progress)
plots.likelihood(curves, observed, title="Match likelihood by the number of donors")

# %% [markdown]
# The grey band was not computed from frequencies: every donor was taken as a patient against all the others. It lies between *certain* and
# *potential* matches, because many donors are not fully typed; the truth is in between. Most donors are of the coast, so compare it with that
# curve.
#
# How many donors would be needed?

# %%
sizes = {
    population: analytics.size_for(
        frequencies, frequencies, targets=[0.5, 0.6, 0.7, 0.8], population=population, shares=shares
    ).set_index("target")["size"]
    for population in shares
}
pd.DataFrame(sizes)

# %% [markdown]
# Each further step costs about twice as many donors as the one before. Published figures have the same shape: in Japan 40.5, 54.4, 60.0 and 63.4 % of
# patients had an 8/8 donor among 100,000, 300,000, 500,000 and 700,000 (Bone Marrow Transplant 2019;54:300). The level is lower than any formula
# says, as [pool-likelihood](../pool-likelihood.md) explains: haplotypes that no donor had are missing from the frequencies.
#
# ## Where should the next thousand come from?
#
# `recruitment` gives the gain of 1,000 more donors of each population, for the patients of one. The province has 90 % of its patients
# at the coast.

# %%
patients = {"coast": 0.9, "hills": 0.1}
gains = pd.concat(
    analytics.recruitment(frequencies, sizes=have.to_dict(), population=population, reachable=0.6).assign(
        patients=population
    )
    for population in patients
)
table_of_gains = gains.pivot(index="population", columns="patients", values="gain_per_1000")
table_of_gains["province"] = sum(share * table_of_gains[population] for population, share in patients.items())
(100 * table_of_gains).round(3)

# %% [markdown]
# In percentage points for each 1,000 more donors. Nine of ten patients are at the coast, and yet a thousand donors of the hills add no less
# for the province as a whole: the 87,000 of the coast leave little to add, the 7,000 of the hills much. For the patients of the hills it is
# more than twenty times as much:

# %%
plots.recruitment(gains[gains["patients"] == "hills"], title="Gain for patients of the hills")

# %% [markdown]
# ## What does each branch add now?
#
# `branch_value` looks at the donors as they are: which patients (donors of the whole pool, one by one, without the retired) have their
# only certain match in one branch?

# %%
with am.Progress("everyone against everyone") as progress:
    value = analytics.branch_value(registry, progress=progress)
plots.branch_value(value, title="Patients whom only this branch serves")

# %% [markdown]
# The two branches in the hills come last. The patients here are the donors of the pool, of whom few are of the hills: the table values what the
# present pool needs, and `recruitment` what the patients need. Ask both.
#
# ## How many only to stay where we are?
#
# Donors leave at 60, at the latest; 3 in 100 move away or change their mind each year. A scenario of ten years, without recruits and with 4,000 a
# year from 18 to 30:

# %%
scenarios = {
    recruits: analytics.attrition(
        registry,
        years=10,
        yearly=0.03,
        reachable=0.6,
        recruits=recruits,
        recruit_ages=(18, 30),
        limit=60,
        on=TODAY,
    )
    for recruits in (0, 2_000, 4_000)
}
plots.attrition(scenarios[4_000], title="4,000 new donors a year")

# %% [markdown]
# And in the only unit that counts, patients with a 10/10 donor who can be had:

# %%
after = pd.DataFrame(
    {
        recruits: {
            "donors now": table["donors"].iloc[0],
            "donors in ten years": table["donors_at_end"].iloc[-1],
            **{
                f"likelihood {population}": analytics.match_likelihood(
                    frequencies,
                    frequencies,
                    [table["donors_at_end"].iloc[-1]],
                    population=population,
                    shares=shares,
                    reachable=0.6,
                )["probability"][0]
                for population in shares
            },
        }
        for recruits, table in scenarios.items()
    }
).T
after.index.name = "recruits a year"
after.round(3)

# %% [markdown]
# ## What to conclude, and what not
#
# - Staying in place has a price, and the first recruits of each year pay it.
# - Gains are of *the next* thousand. They fall with every thousand, so do not multiply them by twenty: compute again with the larger number.
# - The formula takes all donors to be typed at all loci, patients and donors to be drawn at random within a population, and haplotypes that nobody
#   had not to exist. It compares plans well; its level is too high.
