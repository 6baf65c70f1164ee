// The trend: one figure, day by day, over the period and the one before it; split by a dimension if asked.

import * as address from "../web/address.js";
import { h } from "../web/dom.js";
import { days, fullDay, shortDay } from "../web/format.js";
import { Plot, drawable } from "../web/plot.js";
import { fillTwin, withoutChart } from "../web/twins.js";

const OTHER = "other";
const BEFORE = "before";

export class TrendCard {
  constructor(card) {
    this.card = card;
    this.plot = new Plot(card.querySelector("canvas"));
    this.#wire();
  }

  // Which figure is shown, even where there is nothing of it.
  name({ label }, metric) {
    this.card.querySelector(".card-title").textContent = `${label} per day`;
    this.#press(metric, address.parameters().get("split"));
  }

  show({ formats, facts }, { trend, metric, period }) {
    const figure = facts.figures[metric];
    const series = seriesOf(figure, trend, period);
    this.card.querySelector(".legend").replaceChildren(...series.map(legend));
    this.plot.draw(spec(formats, figure, trend, period, series));
    fillTwin(this.card, columns(figure, series), () => twinRows(formats, figure, trend, series));
    if (!drawable()) withoutChart(this.card);
  }

  redraw() {
    this.plot.redraw();
  }

  #wire() {
    const choose = (key, value) => address.go((next) => address.set(next, key, value || null));
    for (const button of this.card.querySelectorAll("#metric button"))
      button.addEventListener("click", () => choose("metric", button.dataset.metric));
    const more = this.card.querySelector("#metric select");
    more?.addEventListener("change", () => more.value && choose("metric", more.value));
    this.card.querySelector("#split")?.addEventListener("change", ({ target }) => choose("split", target.value));
  }

  #press(metric, split) {
    for (const button of this.card.querySelectorAll("#metric button"))
      button.setAttribute("aria-pressed", String(button.dataset.metric === metric));
    select(this.card.querySelector("#metric select"), metric);
    select(this.card.querySelector("#split"), split);
  }
}

function select(node, value) {
  if (!node) return;
  node.value = [...node.options].some((option) => option.value === value) ? value : "";
  node.toggleAttribute("data-chosen", node.value !== "");
}

// What is drawn: the figure, or its parts; and the days before as a dashed line.
function seriesOf(figure, { values, parts, previous_days: earlier, previous_values: before }, { from, to, previous }) {
  const bars = figure.kind === "sum" || figure.kind === "count";
  const whole = { name: days(from, to, false), values, bars, colour: 0 };
  const drawn = parts.map((part) => ({ name: part.value ?? OTHER, values: part.values, bars, colour: part.colour }));
  const shown = drawn.length ? drawn : [whole];
  if (!previous) return shown;
  return [...shown, { name: days(previous.from, previous.to, false), values: before, kind: BEFORE, days: earlier }];
}

function legend({ name, colour, kind }) {
  return h("span", {}, h("i", { class: "swatch", "data-kind": kind, "data-colour": colour, "aria-hidden": "true" }), name);
}

function spec(formats, figure, trend, period, series) {
  const number = (value) => (value === null ? null : Number(value));
  const several = trend.parts.length > 0;
  return {
    name: summary(formats, figure, trend, period),
    labels: trend.days.map(shortDay),
    series: series.map((one) => ({ ...one, dashed: one.kind === BEFORE, values: one.values.map(number) })),
    tick: (value) => formats.tick(value, figure),
    tipTitle: (place) => fullDay(trend.days[place]) + (several ? `: ${formats.exact(trend.values[place], figure)}` : ""),
    tip: (which, place) => {
      const { name, values, days: earlier } = series[which];
      const before = earlier ? `${shortDay(earlier[place])}: ` : "";
      return `${several && !earlier ? `${name}: ` : before}${formats.exact(values[place] ?? null, figure)}`;
    },
  };
}

// What the chart shows, in a sentence for who cannot see it.
function summary(formats, figure, { days: dates, values }, period) {
  const known = values.map((value, place) => ({ value, day: dates[place] })).filter(({ value }) => value !== null);
  const inOrder = known.toSorted((a, b) => a.value - b.value);
  const said = ({ value, day }) => `${formats.exact(value, figure)} on ${shortDay(day)}`;
  return `${figure.label} per day, ${days(period.from, period.to)}: most ${said(inOrder.at(-1))}, least ${said(inOrder[0])}.`;
}

// The parts under their names, the whole under the figure's.
function columns(figure, series) {
  const whole = series.filter(({ kind }) => kind !== BEFORE).length === 1;
  const label = ({ name, kind }) => (kind === BEFORE ? `Before: ${name}` : whole ? figure.label : name);
  return [{ label: "Day" }, ...series.map((one) => ({ label: label(one), number: true }))];
}

function twinRows(formats, figure, trend, series) {
  const text = ({ values, days: earlier }, place) => ({
    text: formats.exact(values[place] ?? null, figure),
    title: earlier ? fullDay(earlier[place]) : null,
  });
  return trend.days.map((day, place) => [fullDay(day), ...series.map((one) => text(one, place))]);
}
