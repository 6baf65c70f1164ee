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

export function fillVerdict(node, good, words) {
  node.className = `verdict ${good ? "good" : "bad"}`;
  node.textContent = `${good ? "✓" : "✗"} ${words}`;
}
