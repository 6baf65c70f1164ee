// What became of every row or event: one bar of all fates, and whether they add up.

import { h } from "./dom.js";
import { count } from "./format.js";

// fates: [name, number] pairs, the first the one everything should have
export function fillAccount(node, fates) {
  const bar = h("div", { class: "account-bar", "aria-hidden": "true" });
  for (const [name, number] of fates.filter(([, number]) => number > 0)) {
    const part = h("i", { "data-fate": name, title: `${name} ${count(number)}` });
    part.style.flex = `${number} 0 0`;
    bar.append(part);
  }
  const legend = fates.map(([name, number]) =>
    h("span", {}, h("i", { class: "swatch", "data-fate": name, "aria-hidden": "true" }), `${name} ${count(number)}`),
  );
  node.replaceChildren(bar, h("div", { class: "account-legend" }, ...legend));
}

// tone: what it is in place of "bad" where it is not good.
export function fillVerdict(node, good, words, tone = null) {
  node.className = `verdict ${good ? "good" : (tone ?? "bad")}`;
  node.textContent = `${good ? "✓" : tone === "warn" ? "⚠" : "✗"} ${words}`;
}

// What is known of those that did not go the usual way: rows made by `finding`, or a sentence where there are none.
export function fillFindings(node, rows, none) {
  const caption = h("caption", { class: "sr-only" }, "What was quarantined and repaired, rows of each");
  node.replaceChildren(rows.length ? h("table", {}, caption, h("tbody", {}, ...rows)) : h("p", { class: "soft" }, none));
}

export function finding(text, number, tone = null) {
  const words = h("td", { class: "text", colspan: number === null ? 2 : null }, text);
  return h("tr", { class: tone }, words, number === null ? null : h("td", { class: "number" }, count(number)));
}
