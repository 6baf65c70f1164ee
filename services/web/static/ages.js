// Ages that go on ageing, whether anybody answers or not. They follow the server's clock, as far as it is known.

import { h } from "./dom.js";
import { spans } from "./format.js";

const TICK_MS = 1000;
let skew = 0; // the server's clock ahead of this one, in ms

export function learnClock(iso) {
  skew = Date.parse(iso) - Date.now();
}

export function now() {
  return Date.now() + skew;
}

// A text that says how long an instant is past ("ago", "old", "span") or ahead ("in").
export function age(iso, form, title = null) {
  const node = h("time", { datetime: iso, "data-form": form, title });
  write(node);
  return node;
}

function write(node) {
  const passed = (now() - Date.parse(node.dateTime)) / 1000;
  const text = spans[node.dataset.form](node.dataset.form === "in" ? Math.ceil(-passed) : passed);
  if (node.textContent !== text) node.textContent = text;
}

setInterval(() => document.querySelectorAll("time[data-form]").forEach(write), TICK_MS);
