// SPDX-License-Identifier: Apache-2.0
"use strict";
(() => {
  document.documentElement.classList.add("js");
  const table = document.getElementById("donors");
  if (!table) return;
  const donors = Array.from(table.tBodies);
  const heads = Array.from(table.tHead.rows[1].cells);
  const textFilter = document.getElementById("text-filter");
  const classFilter = document.getElementById("class-filter");
  const shown = document.getElementById("shown");
  const noRow = document.getElementById("no-row");
  const scroll = document.getElementById("scroll");
  const words = new Map(donors.map((d) => [d, d.rows[0].textContent.toLowerCase()]));

  const unfold = (donor, open) => {
    donor.classList.toggle("open", open);
    donor.querySelector("button.fold").setAttribute("aria-expanded", String(open));
  };

  const filter = () => {
    const parts = textFilter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const kind = classFilter.value;
    let count = 0;
    for (const donor of donors) {
      const fits = (!kind || donor.dataset.class === kind) && parts.every((p) => words.get(donor).includes(p));
      donor.hidden = !fits;
      count += fits ? 1 : 0;
    }
    shown.textContent = shown.dataset.words.replace("{0}", count).replace("{1}", donors.length);
    noRow.hidden = count > 0;
    scroll.hidden = count === 0;
  };

  const keyOf = (donor, column) => {
    const cell = donor.rows[0].cells[column];
    return cell.dataset.v === undefined ? cell.textContent.trim() : cell.dataset.v;
  };

  const sort = (column) => {
    const down = heads[column].getAttribute("aria-sort") === "ascending";
    heads.forEach((h, i) => h.setAttribute("aria-sort", i !== column ? "none" : down ? "descending" : "ascending"));
    const keys = new Map(donors.map((d) => [d, keyOf(d, column)]));
    const numbers = donors.every((d) => !Number.isNaN(Number(keys.get(d))));
    const places = new Map(donors.map((d, i) => [d, i]));
    const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
    donors.sort((x, y) => {
      const a = keys.get(x), b = keys.get(y);
      // Missing values stay last in both directions.
      if ((a === "") !== (b === "")) return a === "" ? 1 : -1;
      const order = numbers ? Number(a) - Number(b) : collator.compare(a, b);
      return (down ? -order : order) || places.get(x) - places.get(y);
    });
    table.append(...donors);
  };

  heads.forEach((head, i) => head.querySelector("button").addEventListener("click", () => sort(i)));
  table.addEventListener("click", (event) => {
    const button = event.target.closest("button.fold");
    if (button) unfold(button.closest("tbody"), button.getAttribute("aria-expanded") !== "true");
  });
  textFilter.addEventListener("input", filter);
  classFilter.addEventListener("change", filter);
  document.getElementById("unfold").addEventListener("click", () => {
    donors.filter((d) => !d.hidden).slice(0, 10).forEach((d) => unfold(d, true));
  });
  document.getElementById("fold").addEventListener("click", () => donors.forEach((d) => unfold(d, false)));
  filter();
})();
