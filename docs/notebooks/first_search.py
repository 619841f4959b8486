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
# # A first search
#
# A transplant centre sends the HLA typing of a patient. Who of our 95,000 donors fits, who comes first, and why?
#
# The donors here are simulated: drawn from haplotype frequencies that were estimated from 382 East Asian people, and typed
# as badly as the donors of real registries are. **Nothing here is about a real person or registry.** To try your own file, give
# its name to `Registry.from_csv`.

# %%
# SPDX-License-Identifier: Apache-2.0
# %matplotlib inline
import allomatch as am
import pandas as pd
from allomatch import analytics
from allomatch.analytics import plots

pd.set_option("display.width", 140, "display.max_columns", 20)
TODAY = "2026-01-01"  # ages are counted on this day

# %%
with am.Progress("simulating") as progress:
    files = am.simulate(
        "simulated/first_search",
        donors=95_000,
        patients=300,
        seed=1,
        reference_date=TODAY,
        progress=progress,
    )

# %% [markdown]
# ## Load the donors
#
# A donor file has one row a donor: an id, two columns a locus, and what else is known. NMDP codes such as `02:AB` need the
# table of codes. **Read the account first**: every row was taken or refused, and a refused donor is found by nobody.

# %%
mac = am.MacTable.load(files["mac"])
with am.Progress("reading donors") as progress:
    registry = am.Registry.from_csv(files["donors"], mac=mac, progress=progress)
report = registry.report
print(f"{report.rows_read:,} rows read, {report.rows_taken:,} taken, {report.rows_refused:,} refused")

# %%
registry.to_pandas().set_index("id").iloc[[0, 2, 7]].T

# %% [markdown]
# How well are they typed? Half of the answers further down come from this table: where donors are typed with codes, or not at all
# at C and DQB1, a search can only say *perhaps*.

# %%
plots.completeness(
    analytics.completeness(registry, by="branch"), title="Donors typed without doubt, by branch"
)

# %% [markdown]
# ## One patient
#
# A patient can be written out by hand, two texts a locus. `registry.search` takes the loci (`10/10` is A, B, C, DRB1 and DQB1),
# how many mismatches may be, and conditions on the donors.

# %%
patient = am.Patient(
    "P1",
    {
        "A": ("02:07", "11:01"),
        "B": ("46:01", "15:02"),
        "C": ("01:02", "08:01"),
        "DRB1": ("09:01", "12:02"),
        "DQB1": ("03:03", "03:01"),
    },
    sex="M",
    birth_date="2014-06-02",
    cmv="neg",
)
matches = registry.search(patient, loci="10/10", max_mismatches=1, where="status = 'AV'", on=TODAY)
print(matches)
table = matches.to_pandas()
table[["rank", "donor_id", "mismatches", "mismatches_max", "A", "B", "C", "DRB1", "DQB1"]].head(8)

# %% [markdown]
# Two letters a locus: `A` an allele match for certain, `P` a potential one, `L` an allele and `M` an antigen mismatch, `-` not typed.
# `mismatches` is the fewest that the typings allow, `mismatches_max` the most. A donor with 0 and 0 matches whatever happens;
# a donor with 0 and 5 may be a match, and is to be typed further before anyone is called.

# %%
full = table[table["mismatches"] == 0]
certain = full[full["mismatches_max"] == 0]
print(f"{len(table):,} donors on the list, {len(full):,} may match 10/10, {len(certain):,} do for certain")

# %% [markdown]
# ### Why is this one before that one?
#
# Every place has a reason: what set the donor below the one above. The order is a ranking that can be chosen or written by yourself.

# %%
for match in matches[:6]:
    print(f"{match.rank:3} {match.donor_id}  age {match.age}, CMV {match.cmv:9} {match.reason}")

# %% [markdown]
# And locus by locus, for the first donor who is only a potential match:

# %%
doubtful = next(match for match in matches if match.mismatches_max > 0)
print(doubtful.explain())

# %% [markdown]
# ### Why is a donor not on the list?
#
# The question that a colleague asks by telephone. `why` answers for any donor.

# %%
print(registry.why(patient, "D0000001", max_mismatches=1, where="status = 'AV'", on=TODAY).words)

# %% [markdown]
# ## Three hundred patients
#
# This patient has common haplotypes. What about others? All patients of a year at once:

# %%
patients, patient_report = am.read_patients(files["patients"], mac=mac)
with am.Progress("searching", len(patients)) as progress:
    found = registry.search_many(
        patients, max_mismatches=1, where="status = 'AV'", on=TODAY, progress=progress
    )
hits = found.to_pandas()
hits["kind"] = "9/10 at best"
hits.loc[hits["mismatches"] == 0, "kind"] = "10/10 potential"
hits.loc[hits["mismatches_max"] == 0, "kind"] = "10/10 certain"
kinds = ["10/10 certain", "10/10 potential", "9/10 at best"]
counts = hits.pivot_table(
    index="patient_id", columns="kind", values="donor_id", aggfunc="count", fill_value=0
)
counts = counts.reindex(index=[one.id for one in patients], columns=kinds, fill_value=0)
counts.describe().loc[["50%", "mean", "max"]].round(1)

# %% [markdown]
# The mean is far above the median: some patients have hundreds of donors, many have none. So ask for the best that each has.

# %%
best = pd.Series("no donor", index=counts.index)
for kind in reversed(kinds):
    best[counts[kind] > 0] = kind
share = best.value_counts(normalize=True).reindex([*kinds, "no donor"], fill_value=0)
axes = share.iloc[::-1].plot.barh(color="#0072b2", figsize=(6.2, 2.2), width=0.7)
axes.set_xlabel("share of patients, by the best donor on the list")
axes.xaxis.set_major_formatter("{x:.0%}")
axes.spines[["top", "right", "left"]].set_visible(False)
_ = axes.bar_label(axes.containers[0], fmt="{:.0%}", padding=3)

# %% [markdown]
# ## Which donors are found?
#
# From which branches are the potential 10/10 donors, against the number of donors there?

# %%
branch = registry.to_pandas().set_index("id")["branch"]
ten = hits[hits["mismatches"] == 0]
by_branch = pd.DataFrame(
    {"donors": branch.value_counts(), "on lists": ten["donor_id"].map(branch).value_counts()}
)
by_branch["on lists for each 1,000 donors"] = 1000 * by_branch["on lists"] / by_branch["donors"]
by_branch.round(0)

# %% [markdown]
# ## What to conclude, and what not
#
# - A list is as good as the typings on it. *Potential* is not *found*: the next step is a probability for each donor
#   ([probability_and_calibration](probability_and_calibration.py)) and then confirmatory typing.
# - The branches are drawn from one population here, so they differ by chance alone. In a real registry they may not.
# - The patients are drawn from the same frequencies as the donors. Real patients are not, and the share without a donor is larger:
#   see [planning_recruitment](planning_recruitment.py).
# - Who is asked first is a physician's decision; the ranking only sorts.
