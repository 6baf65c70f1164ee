// The four states of a card, and that of showing its figures.

import { age } from "./ages.js";
import { h } from "./dom.js";
import { ABSENT } from "./format.js";

// state: loading | ready | empty | error | stale. For the last three `detail` says what there is to say:
// { title, short, text, command, action: [label, listener], until, since, sinceText }, each of which may be absent.
export function setState(card, state, detail = {}) {
  card.dataset.state = state;
  card.setAttribute("aria-busy", String(state === "loading"));
  const covered = state === "empty" || state === "error";
  const tile = card.classList.contains("tile");
  const made = covered && (tile ? tileCover(detail) : cover(detail));
  replace(card.querySelector(":scope > .cover"), made || null, covered ? detail : null);
  const stale = state === "stale" ? detail : null;
  const warning = h("span", { "aria-hidden": "true" }, "⚠ ");
  replace(card.querySelector(".card-age"), stale && [warning, age(stale.since, tile ? "span" : "old")], stale);
  replace(card.querySelector(":scope > .card-since"), stale && [h("span", { title: stale.sinceText }, stale.sinceText)], stale);
}

export function setBusy(card, busy) {
  card.setAttribute("aria-busy", String(busy));
}

// Only what changed is made anew, so that a button keeps the focus while the page tries again and again.
function replace(node, children, detail) {
  if (!node) return;
  const key = detail && JSON.stringify(detail, (name, value) => (name === "until" ? undefined : value));
  node.hidden = !children;
  if (key && node.dataset.key === key) {
    const next = node.querySelector("time[data-form=in]");
    if (next && detail.until) next.dateTime = detail.until;
    return;
  }
  if (key) node.dataset.key = key;
  else delete node.dataset.key;
  node.replaceChildren(...(children ?? []));
}

function cover({ title, text, command, action, until }) {
  return [
    h("p", { class: "cover-title" }, title),
    text && h("p", { class: "cover-text" }, text),
    until && h("p", { class: "cover-text" }, "trying again in ", age(until, "in")),
    command && h("code", {}, command),
    action && h("button", { type: "button", class: "button", onclick: action[1] }, action[0]),
  ].filter(Boolean);
}

function tileCover({ title, short }) {
  return [h("p", { class: "big" }, ABSENT), h("p", { class: "change" }, short ?? title)];
}
