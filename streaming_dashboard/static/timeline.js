// The timeline: one figure, window by window, each group in its colour; open windows hatched, since they will still grow.

import * as address from "../web/address.js";
import { h } from "../web/dom.js";
import { Plot, drawable } from "../web/plot.js";
import { fillTwin, withoutChart } from "../web/twins.js";

const OTHER = "other";
const CLOSED = ["closed", "closed"];
const GROWING = [CLOSED, ["open", "open, will still grow"]];
const CHANGING = [CLOSED, ["before", "open, will still change"]];

export class TimelineCard {
  constructor(card) {
    this.card = card;
    this.plot = new Plot(card.querySelector("canvas"));
    const choose = (key, value) => address.go((next) => address.set(next, key, value || null));
    for (const button of card.querySelectorAll("#metric button"))
      button.addEventListener("click", () => choose("metric", button.dataset.metric));
    card.querySelector("#last")?.addEventListener("change", ({ target }) => choose("last", target.value));
  }

  show({ formats, facts }, { timeline, metric }) {
    const figure = facts.figures[metric];
    this.card.querySelector(".card-title").textContent = `${figure.label} per window`;
    this.#press(metric, address.parameters().get("last"));
    if (!timeline.starts.length) return;
    const bars = figure.kind === "sum" || figure.kind === "count";
    const series = timeline.parts.map(({ group, colour, values }) => ({ name: group ?? OTHER, colour, values, bars }));
    this.card.querySelector(".legend").replaceChildren(...(bars ? GROWING : CHANGING).map(kind));
    this.card.querySelector(".groups").replaceChildren(...series.map(legend));
    this.plot.draw(spec(formats, figure, timeline, series));
    fillTwin(this.card, columns(figure, series), () => rows(formats, figure, timeline, series));
    if (!drawable()) withoutChart(this.card);
  }

  redraw() {
    this.plot.redraw();
  }

  #press(metric, last) {
    for (const button of this.card.querySelectorAll("#metric button"))
      button.setAttribute("aria-pressed", String(button.dataset.metric === metric));
    const select = this.card.querySelector("#last");
    if (select && last) select.value = last;
  }
}

function kind([name, words]) {
  return h("span", {}, h("i", { class: "swatch", "data-kind": name, "aria-hidden": "true" }), words);
}

function legend({ name, colour }) {
  return h("span", { title: name }, h("i", { class: "swatch", "data-colour": colour, "aria-hidden": "true" }), name);
}

function spec(formats, figure, { starts, ends, open, totals }, series) {
  const number = (value) => (value === null ? null : Number(value));
  const state = (place) => (open[place] ? "open, " : "");
  return {
    name: summary(formats, figure, { starts, open, totals }),
    labels: starts.map((start) => formats.edge(start)),
    series: series.map((one) => ({ ...one, values: one.values.map(number) })),
    open,
    tick: (value) => formats.tick(value, figure),
    tipTitle: (place) =>
      `${formats.datedWindow(starts[place], ends[place])}: ${state(place)}${formats.exact(totals[place], figure)}`,
    tip: (which, place) => `${series[which].name}: ${formats.exact(series[which].values[place] ?? null, figure)}`,
  };
}

// What the chart shows, in a sentence for who cannot see it.
function summary(formats, figure, { starts, open, totals }) {
  const still = open.filter(Boolean).length;
  const known = totals.map((value, place) => ({ value, place })).filter(({ value, place }) => value !== null && !open[place]);
  const span = `${figure.label} per window, ${starts.length} windows from ${formats.moment(starts[0])}, ${still} of them open`;
  if (!known.length) return `${span}.`;
  const most = known.reduce((a, b) => (Number(b.value) > Number(a.value) ? b : a));
  return `${span}: most of the closed ${formats.exact(most.value, figure)} in that from ${formats.edge(starts[most.place])}.`;
}

function columns(figure, series) {
  const heads = [{ label: "Window" }, { label: "State" }, { label: figure.label, number: true }];
  return [...heads, ...series.map(({ name }) => ({ label: name, number: true }))];
}

// The newest first.
function rows(formats, figure, { starts, ends, open, totals }, series) {
  const text = (value) => formats.exact(value ?? null, figure);
  return starts
    .map((start, place) => [
      { text: formats.datedWindow(start, ends[place]), title: null },
      open[place] ? "open" : "closed",
      text(totals[place]),
      ...series.map(({ values }) => text(values[place])),
    ])
    .reverse();
}
