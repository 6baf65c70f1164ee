// The filters: a span of days and values of dimensions. What they say stands in the address and nowhere else.

import * as address from "../web/address.js";
import { h } from "../web/dom.js";
import { count, days } from "../web/format.js";
import { ask } from "../web/feed.js";

const PRESETS = [7, 28, 91];
const PAUSE_MS = 200; // after a key, before the search is made
const DAY_MS = 86_400_000;

export function wireFilters(reset) {
  document.getElementById("reset")?.addEventListener("click", reset);
  document.querySelector("#period form")?.addEventListener("submit", showDays);
  for (const chip of document.querySelectorAll(".chip-dimension")) wireDimension(chip);
  document.addEventListener("keydown", (event) => event.key === "Escape" && closeChips(null, true));
  document.addEventListener("click", (event) => closeChips(event.target.closest?.(".chip")));
}

// What is chosen, as the address has it.
export function fillChosen() {
  const next = address.parameters();
  for (const chip of document.querySelectorAll(".chip-dimension")) fillDimension(chip, next.getAll(key(chip)));
  const narrowed = [...next.keys()].some((name) => name === "from" || name === "to" || name.startsWith("where."));
  document.getElementById("reset")?.toggleAttribute("hidden", !narrowed);
}

function compared({ from, previous }) {
  if (!from) return "";
  if (!previous) return "no equal period before it to compare with";
  const otherYear = previous.from.slice(0, 4) !== from.slice(0, 4);
  return `compared with ${days(previous.from, previous.to, otherYear)}`;
}

// Which days an answer is about.
export function fillPeriod(period) {
  const { from, to, first, last } = period;
  document.getElementById("compared").textContent = compared(period);
  const chip = document.getElementById("period");
  chip.querySelector(".chip-text").textContent = from ? days(from, to) : "No such days";
  chip.toggleAttribute("data-active", from !== first || to !== last);
  const form = chip.querySelector("form");
  for (const [input, day] of [[form.from, from], [form.to, to]]) {
    [input.min, input.max] = [first, last];
    if (document.activeElement !== input) input.value = day ?? "";
  }
  chip.querySelector(".presets").replaceChildren(...presets(first, last).map((preset) => presetButton(preset, from, to)));
}

// The last days, as many as there are, and all of them.
function presets(first, last) {
  const start = (length) => new Date(Date.parse(last) - (length - 1) * DAY_MS).toISOString().slice(0, 10);
  const some = PRESETS.map((length) => ({ name: `Last ${length} days`, from: start(length), to: last }));
  return [...some.filter(({ from }) => from > first), { name: "All days", from: first, to: last }];
}

function presetButton(preset, from, to) {
  const pressed = preset.from === from && preset.to === to;
  const choose = () => setDays(preset.from, preset.to);
  return h("button", { type: "button", class: "button", "aria-pressed": String(pressed), onclick: choose }, preset.name);
}

function showDays(event) {
  event.preventDefault();
  const { from, to } = event.target;
  setDays(...(from.value <= to.value ? [from.value, to.value] : [to.value, from.value]));
}

function setDays(from, to) {
  closeChips(null, true);
  narrow((next) => {
    next.set("from", from);
    next.set("to", to);
  });
}

function narrow(edit) {
  address.go((next) => {
    edit(next);
    next.delete("page");
  });
}

function key(chip) {
  return `where.${chip.dataset.dimension}`;
}

function fillDimension(chip, chosen) {
  const text = chosen.length ? chosen[0] + (chosen.length > 1 ? ` +${chosen.length - 1}` : "") : "all";
  chip.querySelector("b").textContent = text;
  chip.querySelector("summary").title = [chip.dataset.dimension, ...chosen].join("\n");
  chip.toggleAttribute("data-active", chosen.length > 0);
  for (const box of chip.querySelectorAll("input[type=checkbox]")) box.checked = chosen.includes(box.value);
}

function wireDimension(chip) {
  const search = chip.querySelector(".search");
  let timer = 0;
  chip.addEventListener("toggle", () => chip.open && list(chip));
  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => list(chip), PAUSE_MS);
  });
}

async function list(chip) {
  const search = chip.querySelector(".search").value;
  const { data, fault } = await ask(`/api/values?${new URLSearchParams({ dimension: chip.dataset.dimension, search })}`);
  if (search !== chip.querySelector(".search").value) return; // a later search is under way
  const chosen = address.parameters().getAll(key(chip));
  const found = data?.values ?? [];
  const apart = search ? [] : chosen.filter((value) => !found.some((other) => other.value === value));
  const listed = [...apart.map((value) => ({ value, records: null })), ...found];
  chip.querySelector(".choices").replaceChildren(...listed.map((choice) => choiceRow(chip, choice, chosen)));
  chip.querySelector(".panel-note").textContent = fault ? fault.message : noteOn(data, found);
}

function noteOn(data, found) {
  if (!found.length) return "nothing like it";
  return data.count > found.length ? `${found.length} of ${count(data.count)}; search for the others` : "";
}

function choiceRow(chip, { value, records }, chosen) {
  const toggle = (event) => setValue(chip, value, event.target.checked);
  const box = h("input", { type: "checkbox", value, checked: chosen.includes(value), onchange: toggle });
  const number = records === null ? null : h("span", { class: "choice-count" }, count(records));
  return h("label", { title: value }, box, h("span", { class: "choice-text" }, value), number);
}

function setValue(chip, value, on) {
  narrow((next) => {
    const others = next.getAll(key(chip)).filter((other) => other !== value);
    next.delete(key(chip));
    for (const kept of on ? [...others, value] : others) next.append(key(chip), kept);
  });
}

// Closes every open filter but one; with `back` the focus returns to the one that was open.
function closeChips(but, back = false) {
  for (const chip of document.querySelectorAll(".chip[open]")) {
    if (chip === but) continue;
    const inside = chip.contains(document.activeElement);
    chip.open = false;
    if (back && inside) chip.querySelector("summary").focus();
  }
}
