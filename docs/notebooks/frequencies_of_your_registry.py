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
# # Haplotype frequencies of your own registry
#
# Match probabilities, match likelihood and the search for wrong typings all need haplotype frequencies of the right population. The registry
# has them already: its donors. But they are typed with codes, at some loci only, and nobody's haplotypes were ever seen. Can that be enough?
#
# 95,000 simulated donors are as badly typed as real ones, and since they are simulated, the truth is known. **Not for clinical use.**

# %%
# SPDX-License-Identifier: Apache-2.0
# %matplotlib inline
import allomatch as am
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from allomatch import analytics
from allomatch.analytics import plots

pd.set_option("display.width", 140, "display.max_columns", 20, "display.max_colwidth", 60)
FOLDER = "simulated/frequencies"

with am.Progress("simulating") as progress:
    files = am.simulate(
        FOLDER,
        donors=95_000,
        patients=100,
        seed=1,
        null_alleles=0,
        reference_date="2026-01-01",
        progress=progress,
    )
mac = am.MacTable.load(files["mac"])
registry = am.Registry.from_csv(files["donors"], mac=mac)
completeness = analytics.completeness(registry)
completeness.set_index("locus").loc[["A", "B", "C", "DRB1", "DQB1", "10/10"], ["typed", "one_class"]].round(2)

# %% [markdown]
# ## Estimate
#
# `am.estimate` finds the frequencies under which the typings of all donors together are the likeliest (expectation maximisation). Codes, lists
# and missing loci are not thrown away and not guessed beforehand: what everybody else carries decides between the alternatives of each donor.

# %%
with am.Progress("estimating") as progress:
    estimate = am.estimate(registry, loci="10/10", unit="two_fields", name="ours", progress=progress)
print(estimate)
print("left out:", estimate.left_out, " converged:", estimate.converged)
table = estimate.to_pandas()
table[["haplotype", "frequency", "count"]].head(10).round(5)

# %% [markdown]
# Every iteration makes the typings likelier, never less likely; it ends when no frequency changes by more than 1e-8. The likelihood grows fast and
# then slowly, so look at what is missing to the end:

# %%
missing = estimate.trace[-1] - estimate.trace[:-1]
figure, axes = plt.subplots(figsize=(6.2, 2.8), layout="constrained")
axes.semilogy(np.arange(len(missing)), missing, color="#0072b2")
axes.set(xlabel="iteration", ylabel="log-likelihood missing to the end")
axes.grid(color="#e6eaef")
axes.spines[["top", "right"]].set_visible(False)

# %% [markdown]
# ## Is it true?
#
# The simulation kept the haplotypes that every donor really has. Half the sum of all differences is the **total variation**: 0 is perfect, 1 is
# nothing in common.

# %%
truth = pd.read_csv(files["truth_donors"], dtype=str)


def shares_of(rows):
    return pd.concat([rows["haplotype_1"], rows["haplotype_2"]]).value_counts(normalize=True)


def distance(found, true):
    return float(found.sub(true, fill_value=0).abs().sum() / 2)


true = shares_of(truth)
found = table.set_index("haplotype")["frequency"]
print(f"{len(true):,} true haplotypes, {len(found):,} estimated, total variation {distance(found, true):.4f}")

# %%
both = pd.DataFrame({"true": true, "estimated": found}).fillna(0)
seen = both[(both["true"] > 0) & (both["estimated"] > 1e-6)]
figure, axes = plt.subplots(figsize=(4.2, 4), layout="constrained")
axes.loglog([5e-6, 0.1], [5e-6, 0.1], color="#9aa5b1", linewidth=1, linestyle="--")
axes.loglog(seen["true"], seen["estimated"], ".", color="#0072b2", markersize=3)
axes.set(xlabel="true frequency among the donors", ylabel="estimated frequency")
axes.grid(color="#e6eaef")
axes.set_axisbelow(True)
axes.spines[["top", "right"]].set_visible(False)

# %%
missed = both[both["estimated"] <= 1e-6]["true"]
invented = both[both["true"] == 0]["estimated"]
print(f"missed:   {(missed > 0).sum():4} haplotypes, together {missed.sum():.4%} of the people's")
print(f"invented: {(invented > 0).sum():4} haplotypes, together {invented.sum():.4%}")

# %% [markdown]
# Frequent haplotypes lie on the line. Below 1 in 10,000 the dots scatter: a haplotype that three donors have, two of them typed with codes, cannot be
# known well by any method. Hardly any haplotype was invented: what the others explain needs none. These are the most frequent ones:

# %%
both[both["true"] == 0].nlargest(5, "estimated").round(7)

# %% [markdown]
# ## Do the badly typed help?
#
# The usual habit is to take the fully typed donors and leave the others out. Against the truth of *everybody*:

# %%
codes = registry.to_pandas()
typed = codes[[f"{locus}_{i}" for locus in ("A", "B", "C", "DRB1", "DQB1") for i in (1, 2)]]
allele = r"(?:\d+:\d+(?::\d+)*[GP]?)"
well = np.flatnonzero(
    typed.apply(lambda column: column.str.fullmatch(allele).fillna(False).astype(bool)).all(axis=1)
)
estimates = {}
for words, people in {
    "first 2,000 donors": np.arange(2_000),
    "2,000 well typed donors": well[:2_000],
    "all well typed donors": well,
}.items():
    with am.Progress(words) as progress:
        estimates[words] = am.estimate(registry, unit="two_fields", people=people, progress=progress)
estimates["all donors"] = estimate
rows = [
    {
        "from": words,
        "people": one.people,
        "haplotypes": len(one),
        "total variation": distance(one.to_pandas().set_index("haplotype")["frequency"], true),
    }
    for words, one in estimates.items()
]
compared = pd.DataFrame(rows).set_index("from")
compared.round(4)

# %% [markdown]
# In this simulation who is well typed does not depend on the haplotypes. In real registries it does: the young ones are typed better, and some
# typings are ambiguous *because* of the alleles. Leaving people out then bends the frequencies, using them does not.
#
# ## How sure is a frequency?
#
# `bootstrap` draws the donors anew, many times, and gives each frequency an interval. Three loci and the first 20,000 donors keep it short.

# %%
with am.Progress("bootstrap") as progress:
    sampled = am.estimate(
        registry,
        loci="A,B,DRB1",
        unit="two_fields",
        people=range(20_000),
        bootstrap=50,
        seed=1,
        progress=progress,
    )
intervals = sampled.to_pandas()[["haplotype", "frequency", "standard_error", "low", "high"]]
three = ["~".join(np.array(name.split("~"))[[0, 2, 3]]) for name in true.index]
true_three = pd.Series(true.to_numpy()).groupby(three).sum()
intervals["true"] = intervals["haplotype"].map(true_three)
intervals.head(8).round(5)

# %% [markdown]
# ## Which loci hang together?

# %%
plots.linkage(analytics.linkage(estimate.frequencies), title="Linkage disequilibrium")

# %%
pairs = analytics.linkage_pairs(estimate.frequencies, "DRB1", "DQB1")
pairs.head(5).round(3)

# %% [markdown]
# DRB1 and DQB1 nearly tell each other, as do C and B. That is why a donor without C or DQB1 can be predicted, and why a pair that never occurs
# elsewhere is a sign of a mixed-up sample ([know_your_pool](know_your_pool.py)).
#
# ## Are the people one population?

# %%
analytics.hardy_weinberg(registry)[
    ["locus", "people", "homozygotes", "expected_homozygotes", "inbreeding", "p_value"]
].round(4)

# %% [markdown]
# Small p-values at many loci would mean a mix of populations (estimate each with `am.estimate_by(registry, "population")`) or missed alleles. Here there
# are none.
#
# ## Keep it, and bring it up to date
#
# The file can be given to every search, `--frequencies ours.csv` on the command line. New donors are added to the old estimate without the old
# donors: `prior_people` says how many people it counts as.

# %%
estimate.write(f"{FOLDER}/ours.csv")
ours = am.Frequencies.read(f"{FOLDER}/ours.csv")
fresh = am.simulate(
    f"{FOLDER}/new", donors=2_000, patients=1, seed=8, null_alleles=0, reference_date="2026-01-01"
)
newcomers = am.Registry.from_csv(fresh["donors"], mac=am.MacTable.load(fresh["mac"]))
updated = am.estimate(newcomers, prior=ours, prior_people=estimate.people, unit="two_fields")
first = updated.to_pandas().set_index("haplotype")["frequency"]
pd.DataFrame({"old": found, "updated": first}).nlargest(3, "old").round(5)

# %% [markdown]
# And in a search:

# %%
patients, _ = am.read_patients(files["patients"], mac=mac)
matches = registry.search(patients[0], frequencies=ours, max_mismatches=1, on="2026-01-01", top=5)
[(match.donor_id, match.mismatches, am.percent_text(match.p0)) for match in matches]

# %% [markdown]
# ## What to conclude, and what not
#
# - Use all donors, however they are typed; the likelihood knows what each of them does not say.
# - An estimate is of the people in it. Patients of another origin need other frequencies, and nothing in the table warns you.
# - Haplotypes that few donors have are uncertain, and those that no donor has are missing. Check what that does with
#   [probability_and_calibration](probability_and_calibration.py).
# - Intervals from `bootstrap` know of sampling only, not of donors who are no sample of the patients.
# - More in [own-frequencies](../own-frequencies.md).
