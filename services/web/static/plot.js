// A chart over time on a canvas: Chart.js in our colours, with a name, a keyboard and exact figures in its tooltip.

import { announce } from "./dom.js";
import { colour } from "./theme.js";

const GRID_LINES = 5;
const AIR = 0.1; // above and below lines, of their height
const BARS_AT_MOST = 100; // more of them are a line

// Whether Chart.js was there to be loaded.
export const drawable = () => Boolean(globalThis.Chart);

export class Plot {
  constructor(canvas) {
    this.canvas = canvas;
    this.chart = null;
    this.spec = null;
    this.place = null; // which point the keyboard is on
    canvas.setAttribute("role", "img");
    canvas.addEventListener("keydown", (event) => this.#key(event));
    canvas.addEventListener("blur", () => this.#point(null));
  }

  // spec: name (of the chart, with its summary), labels, series: [{ name, values, colour (0 to 5), dashed, bars }],
  //       tick(value) -> text, tip(series, place) -> text, tipTitle(place) -> text; open: [whether it will still change] or
  //       absent. Bars of several series are stacked. What is pointed at stays pointed at.
  draw(spec) {
    this.spec = spec;
    this.canvas.setAttribute("aria-label", `${spec.name} Arrow keys read it point by point.`);
    if (!drawable()) return;
    globalThis.Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    const next = config(spec);
    if (!this.chart) {
      this.chart = new globalThis.Chart(this.canvas, next);
      return;
    }
    this.chart.data = next.data;
    this.chart.options = next.options;
    this.chart.update("none");
    if (this.place !== null) this.#mark(Math.min(this.place, spec.labels.length - 1));
  }

  redraw() {
    if (this.spec) this.draw(this.spec);
  }

  #key(event) {
    const last = this.spec ? this.spec.labels.length - 1 : -1;
    const step = { ArrowRight: 1, ArrowLeft: -1, PageDown: 7, PageUp: -7, Home: -Infinity, End: Infinity }[event.key];
    if (event.key === "Escape") this.#point(null);
    if (step === undefined || last < 0) return;
    event.preventDefault();
    const from = this.place ?? (step > 0 ? -1 : last + 1);
    this.#point(Math.min(last, Math.max(0, from + step)));
  }

  #said(place) {
    const tips = this.spec.series.map((_, series) => this.spec.tip(series, place));
    return [this.spec.tipTitle(place), ...tips].join(", ");
  }

  #point(place) {
    this.place = place;
    if (place !== null) announce(this.#said(place));
    if (this.chart) this.#mark(place);
  }

  #mark(place) {
    const active = place === null ? [] : this.spec.series.map((_, datasetIndex) => ({ datasetIndex, index: place }));
    const shown = active.filter(({ datasetIndex }) => this.spec.series[datasetIndex].values[place] !== null);
    this.chart.setActiveElements(shown);
    this.chart.tooltip.setActiveElements(shown, { x: 0, y: 0 });
    this.chart.update("none");
  }
}

function config(spec) {
  return {
    data: { labels: spec.labels, datasets: spec.series.map((series) => dataset(series, spec.open)) },
    options: {
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: "index", intersect: false },
      scales: { x: xAxis(), y: yAxis(spec) },
      plugins: { legend: { display: false }, tooltip: tooltip(spec) },
    },
  };
}

function dataset({ name, values, colour: number = 5, dashed, bars }, open) {
  const ink = colour(`--series-${number + 1}`);
  const fill = open ? open.map((still) => (still ? hatching(ink) : ink)) : ink;
  const inks = { borderColor: ink, backgroundColor: fill, hoverBackgroundColor: fill };
  const shared = { label: name, data: values, order: dashed ? 0 : 1, stack: dashed ? "before" : "now", ...inks };
  if (bars && values.length <= BARS_AT_MOST)
    return { ...shared, type: "bar", borderRadius: 2, maxBarThickness: 40, categoryPercentage: 0.9, barPercentage: 0.75 };
  const few = values.filter((value) => value !== null).length < 2;
  return {
    ...shared,
    type: "line",
    borderWidth: dashed ? 1.5 : 2,
    borderDash: dashed ? [4, 4] : [],
    segment: open ? { borderDash: ({ p1DataIndex }) => (open[p1DataIndex] ? [3, 3] : undefined) } : undefined,
    pointRadius: few ? 3 : (context) => (alone(values, context.dataIndex) ? 2 : 0),
    pointHoverRadius: 4,
    pointHitRadius: 8,
    spanGaps: false,
  };
}

// Stripes of a colour, made once: what is drawn with them is not yet what it will be.
const hatched = new Map();

function hatching(ink) {
  if (hatched.has(ink)) return hatched.get(ink);
  const tile = Object.assign(document.createElement("canvas"), { width: 6, height: 6 });
  const context = tile.getContext("2d");
  context.strokeStyle = ink;
  context.lineWidth = 2;
  for (const from of [-6, 0, 6]) {
    context.moveTo(from, 6);
    context.lineTo(from + 6, 0);
  }
  context.stroke();
  hatched.set(ink, context.createPattern(tile, "repeat"));
  return hatched.get(ink);
}

// A point between two gaps would not be seen as a line.
function alone(values, place) {
  return values[place] !== null && (values[place - 1] ?? null) === null && (values[place + 1] ?? null) === null;
}

function xAxis() {
  return {
    stacked: true,
    grid: { display: false },
    border: { display: false },
    ticks: { color: colour("--soft"), maxRotation: 0, autoSkipPadding: 18, font: { size: 12 } },
  };
}

function yAxis({ tick, series }) {
  const bars = series.some((one) => one.bars);
  return {
    stacked: bars,
    beginAtZero: bars,
    ...(bars ? {} : limits(series.flatMap(({ values }) => values).filter((value) => value !== null))),
    grid: { color: colour("--line"), drawTicks: false },
    border: { display: false },
    ticks: { color: colour("--soft"), maxTicksLimit: GRID_LINES, padding: 8, font: { size: 12 }, callback: (at) => tick(at) },
  };
}

// Lines need no zero, but no axis goes below it for them.
function limits(values) {
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const air = (high - low) * AIR || Math.abs(high) * AIR || 1;
  return { suggestedMin: low >= 0 ? Math.max(0, low - air) : low - air, suggestedMax: high + air };
}

function tooltip({ tip, tipTitle }) {
  return {
    backgroundColor: colour("--card"),
    borderColor: colour("--soft"),
    borderWidth: 1,
    titleColor: colour("--ink"),
    bodyColor: colour("--ink"),
    padding: 10,
    boxPadding: 6,
    multiKeyBackground: colour("--card"),
    itemSort: (a, b) => a.datasetIndex - b.datasetIndex,
    callbacks: {
      title: (items) => tipTitle(items[0].dataIndex),
      label: (item) => tip(item.datasetIndex, item.dataIndex),
    },
  };
}
