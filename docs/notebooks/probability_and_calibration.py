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
# # How likely is the match, and can the number be trusted?
#
# A search lists donors who *may* match. Haplotype frequencies of the population tell how *likely* it is: alleles of
# different loci travel together, so the known loci speak about the unknown ones. But a number that looks exact is not yet a
# true one. This notebook predicts, then opens the envelope with the true alleles and counts.
#
# All people are simulated; the frequencies come from 382 East Asian people. **Not for clinical use.**

# %%
# SPDX-License-Identifier: Apache-2.0
# %matplotlib inline
import allomatch as am
import pandas as pd

pd.set_option("display.width", 140, "display.max_columns", 20)
TODAY = "2026-01-01"

with am.Progress("simulating") as progress:
    files = am.simulate(
        "simulated/probability",
        donors=95_000,
        patients=200,
        seed=4,
        null_alleles=0,
        quality={"xx": 1, "g_group": 2, "two_field": 2},
        reference_date=TODAY,
        progress=progress,
    )
mac = am.MacTable.load(files["mac"])
registry = am.Registry.from_csv(files["donors"], mac=mac)
patients, _ = am.read_patients(files["patients"], mac=mac)

# %% [markdown]
# ## Probabilities on a list
#
# With `frequencies=` every donor gets the probabilities of 0, 1, 2 .. mismatches. `am.Frequencies.read("yours.csv")` reads your own, or
# they are estimated from the registry: see [frequencies_of_your_registry](frequencies_of_your_registry.py).

# %%
frequencies = am.Frequencies.builtin()
with am.Progress("searching", len(patients)) as progress:
    lists = registry.search_many(
        patients, max_mismatches=0, frequencies=frequencies, on=TODAY, progress=progress
    )
print(f"{sum(len(one) == 0 for one in lists)} of {len(patients)} patients have nobody who may match 10/10")


def different_answers(matches):
    return len({am.percent_text(match.p0) for match in matches if match.p0 is not None})


matches = max(lists, key=different_answers)
print(matches)
rows = [
    {
        "rank": match.rank,
        "donor": match.donor_id,
        "letters": " ".join(match.letters.values()),
        **dict(zip(["10/10 %", "9/10 %", "8/10 %"], map(am.percent_text, match.p[:3]), strict=True)),
    }
    for match in matches
    if match.p is not None
]
pd.DataFrame(rows).drop_duplicates("10/10 %").set_index("rank")

# %% [markdown]
# One donor for each answer. None of them has a mismatch that is certain, and the letters look alike, yet one is nearly a match and another
# hardly. The ranking uses this: the likelier donors come first among those with equally many potential mismatches.
#
# Expected numbers add up: how many 10/10 donors does this list hold?

# %%
predicted = [match.p0 for match in matches if match.p0 is not None]
print(f"{len(predicted)} potential donors, {sum(predicted):.1f} of them expected to match 10/10")

# %% [markdown]
# ### Where does the doubt come from?
#
# Locus by locus for the donor whose answer is the most open, and whom to type next: `typing_gain` tells what typing one more locus of one donor would change.

# %%
donor = min((match for match in matches if match.p0 is not None), key=lambda match: abs(match.p0 - 0.5))
print(donor.donor_id, "10/10 with", am.percent_text(donor.p0), "%")
for locus, p in donor.locus_p.items():
    print(f"{locus:5} {donor.letters[locus]}  no mismatch {am.percent_text(p[0]):>4} %")
gains = pd.DataFrame(matches.typing_gain()).drop_duplicates(["locus", "p0_if_match"])
gains[["donor_id", "locus", "p0", "p0_if_match", "rank", "rank_if_match", "rank_if_mismatch"]].head(5).round(
    2
)

# %% [markdown]
# ## Opening the envelope
#
# The simulation kept the true alleles. For every doubtful pair: what was predicted, and what is true? Group the pairs by
# prediction. If of the pairs with 30-40 % about 35 in 100 match, the predictions are **calibrated**.
#
# First the list above: how many of these donors do match?

# %%
truth = pd.read_csv(files["truth_donors"], dtype=str)
true_patients, _ = am.read_patients(files["truth_patients"])
true_patient = next(one for one in true_patients if one.id == matches.patient.id)
listed = truth[truth["id"].isin([match.donor_id for match in matches])]
true_matches = am.Registry.from_frame(listed).search(true_patient, max_mismatches=0, on=TODAY)
print(f"{sum(predicted):.1f} expected, {len(true_matches)} true, of {len(predicted)} donors")

# %% [markdown]
# One list proves nothing. `calibrate` compares every patient with every donor; 12,000 donors are enough to see something in a moment. Against
# the right frequencies stands a mistake that is easily made: haplotypes that are right and frequencies that are not. Here all haplotypes that
# occur count the same.

# %%
few = truth.head(12_000)
haplotypes = sorted({*few["haplotype_1"], *few["haplotype_2"]})
pd.DataFrame({"haplotype": haplotypes, "frequency": 1 / len(haplotypes)}).to_csv(
    "simulated/level.csv", index=False
)

donors = pd.read_csv(files["donors"], dtype=str, nrows=len(few))
people = (donors, patients, few, files["truth_patients"])
calibrations = {}
for name, used in {
    "the population's own frequencies": frequencies,
    "every haplotype equally frequent": am.Frequencies.read("simulated/level.csv"),
}.items():
    with am.Progress(f"predicting with {name}", len(patients)) as progress:
        calibrations[name] = am.calibrate(*people, used, mac=mac, progress=progress)

am.plot_calibrations(calibrations, quantities=["p0", "p1", "A_p0"])

# %% [markdown]
# Left, the dots lie about the diagonal, nearly all within their intervals. Right, they do not: likely donors look unlikely, and would be passed over. The
# bars below are the numbers of pairs: where there are few, a dot may lie anywhere.

# %%
rows = []
for name, calibration in calibrations.items():
    for quantity in ("p0", "A_p0", "B_p0", "DRB1_p0"):
        score = calibration.score(quantity)
        rows.append(
            {
                "frequencies": name,
                "of": quantity,
                "doubtful pairs": score.pairs,
                "expected": round(score.expected),
                "true": score.matched,
                "mean distance": score.calibration_error,
                "Brier score": score.brier,
            }
        )
scores = pd.DataFrame(rows).set_index(["of", "frequencies"]).sort_index()
scores.round(3)

# %% [markdown]
# `expected` adds the predictions up, `true` counts what came out. The Brier score is the mean squared distance between the two: 0 is
# best, 0.25 is what one gets for saying 50 % always.
#
# ## Too few people
#
# What if the frequencies are your own, but estimated from a small part of the registry? Their haplotypes are missing the rare ones.

# %%
sizes = [200, 1_000, 5_000]
unexplained = []
for size in sizes:
    with am.Progress(f"estimating from {size:,} donors") as progress:
        own = am.estimate(registry, people=range(size), name="own", progress=progress).frequencies
    with am.Progress("predicting", len(patients)) as progress:
        found = am.calibrate(
            donors.head(5_000), patients, few, files["truth_patients"], own, mac=mac, progress=progress
        )
    score = found.score("A_p0")
    unexplained.append(
        {
            "donors used": size,
            "haplotypes": own.sets[0]["haplotypes"],
            "unexplained patients": found.unexplained_patients,
            "certain but wrong": found.contradictions,
            "mean distance at A": round(score.calibration_error, 3),
        }
    )
unexplained = pd.DataFrame(unexplained)
unexplained

# %% [markdown]
# A patient whose haplotypes nobody in the sample had is *unexplained* and gets no probability; that is honest. Worse is *certain but
# wrong*: the sample knew other haplotypes that fit, and the true one was taken for impossible. (Pairs are
# counted, of a million.)
#
# ## What to conclude, and what not
#
# - A probability is about the population of the frequencies. **The wrong population does not announce itself**: only a comparison with people
#   who were typed again shows it. `am.calibrate` takes your own retyped donors in place of simulated ones.
# - Intervals take the pairs as independent. They are not: one donor is in the pairs of many patients. Read them as too narrow.
# - A well calibrated 90 % is wrong in 1 of 10. Nothing replaces confirmatory typing.
# - More in [the page on probability](../probability.md).
