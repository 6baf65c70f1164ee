// Bars with a name and a figure each: HTML, so that they are read as well as seen.

import { h } from "./dom.js";

// rows: { label: [texts], title, value (number or null), text, exact, colour (of the series, or null), href, onclick };
// `whole` is the value of a full bar
export function fillBars(node, rows, whole) {
  node.setAttribute("role", "list");
  node.replaceChildren(...rows.map((row) => bar(row, whole)));
}

function bar({ label, title, value, text, exact, colour = null, href, onclick }, whole) {
  const parts = label.flatMap((text, place) => (place ? [" · ", h("bdi", {}, text)] : [h("bdi", {}, text)]));
  const name = href ? h("a", { href, onclick }, ...parts) : h("span", {}, ...parts);
  name.className = "bar-label";
  name.title = title;
  const fill = h("i", { "data-negative": value < 0, "data-colour": colour });
  fill.style.width = `${whole > 0 ? Math.min(100, (Math.abs(value ?? 0) / whole) * 100) : 0}%`;
  return h(
    "div",
    { class: "row", role: "listitem" },
    name,
    h("span", { class: "bar", "aria-hidden": "true", title: exact }, fill),
    h("span", { class: "bar-value", title: exact }, text),
  );
}
