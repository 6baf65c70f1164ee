// Tiles, segments and rates from one answer; the trend has a file of its own.

import * as address from "../web/address.js";
import { fillBars } from "../web/bars.js";
import { count, days, inside, plural } from "../web/format.js";
import { fillTile } from "../web/tiles.js";
import { fillTwin } from "../web/twins.js";

const DRAWN = 6; // bars of a card; its table has more

// Writes the answer; gives what to say instead of figures where no record matches.
export function showOverview(page, data, reset) {
  const cards = data.segments.map((_, place) => document.getElementById(`segments-${place}`));
  page.trend.name(page.facts.figures[data.metric], data.metric);
  data.segments.forEach((segments, place) => nameSegments(page, cards[place], segments, data));
  for (const { metric } of data.tiles) linkTile(metric, metric === data.metric);
  if (data.tiles.every((tile) => tile.value === null)) return nothingMatches(data, reset);
  for (const tile of data.tiles) showTile(page, tile, data.period);
  page.trend.show(page, data);
  data.segments.forEach((segments, place) => showSegments(page, cards[place], segments, data));
  if (data.rates.length) showRates(page, document.getElementById("rates"), data.rates);
  return null;
}

export function nothingMatches({ period }, reset) {
  const text = `The run has records from ${days(period.first, period.last)}.`;
  return { title: "No record matches the filters", short: "no match", text, action: ["Reset the filters", reset] };
}

// A tile's title leads to the trend of its figure.
function linkTile(metric, shown) {
  const link = document.querySelector(`#tile-${metric} .tile-link`);
  link.href = address.hrefAfter((next) => next.set("metric", metric));
  link.onclick = address.follow;
  if (shown) link.setAttribute("aria-current", "true");
  else link.removeAttribute("aria-current");
}

function showTile({ formats, facts }, { metric, value, previous, change, days: points }, period) {
  const figure = facts.figures[metric];
  const node = document.getElementById(`tile-${metric}`);
  const known = points.filter((point) => point !== null);
  const [low, high] = [Math.min(...known), Math.max(...known)].map((point) => formats.short(point, figure));
  fillTile(node, {
    big: formats.short(value, figure),
    exact: formats.exact(value, figure),
    change: change === null ? null : formats.change(change, figure),
    against: change === null ? against(previous, period) : "vs previous",
    points,
    summary: `${figure.label}, ${days(period.from, period.to)}: between ${low} and ${high}`,
  });
  node.querySelector(".change").title = previous === null ? "" : `${formats.exact(previous, figure)} before`;
}

function against(previous, period) {
  if (!period.previous) return "no earlier days";
  return previous === null ? "no records before" : "nothing before";
}

function nameSegments({ facts }, card, { dimensions }, { metric }) {
  const within = dimensions.map((name) => inside(facts.dimensions[name])).join(" · ");
  card.querySelector(".card-title").textContent = `${facts.figures[metric].label} by ${within}`;
}

function showSegments({ formats, facts }, card, { dimensions, count: all, rows }, data) {
  const figure = facts.figures[data.metric];
  const label = dimensions.map((name) => facts.dimensions[name]).join(" · ");
  card.querySelector(".card-note").textContent = all > DRAWN ? `top ${DRAWN} of ${count(all)}` : "";
  const most = Math.max(...rows.map((row) => Math.abs(row.value)));
  const bars = rows.slice(0, DRAWN).map((row) => segmentBar(formats, figure, dimensions, row, most));
  fillBars(card.querySelector(".bars"), bars, most);
  fillTwin(
    card,
    [{ label }, { label: figure.label, number: true }, { label: facts.figures.record_count.label, number: true }],
    () => rows.map((row) => [row.values.join(" · "), formats.exact(row.value, figure), count(row.records)]),
  );
}

function segmentBar(formats, figure, dimensions, { values, value, records, colour }, most) {
  const label = values.join(" · ");
  const narrow = (next) => {
    dimensions.forEach((name, place) => next.set(`where.${name}`, values[place]));
    next.delete("page");
  };
  return {
    label: values,
    title: `${label}: show these records alone`,
    value: Number(value),
    text: formats.short(value, figure, most),
    exact: `${formats.exact(value, figure)}, ${plural(records, "record", "records")}`,
    colour,
    href: address.hrefAfter(narrow),
    onclick: address.follow,
  };
}

function showRates({ formats, facts }, card, rates) {
  const shown = rates.map((rate) => ({ ...rate, figure: facts.figures[rate.metric] }));
  fillBars(card.querySelector(".bars"), shown.map((rate) => rateBar(formats, rate)), 1);
  fillTwin(
    card,
    [{ label: "Rate" }, { label: "Share", number: true }, { label: "Records", number: true }],
    () => shown.map(({ figure, value, count: hits }) => [figure.label, formats.exact(value, figure), count(hits)]),
  );
}

function rateBar(formats, { metric, figure, value, count: hits, records }) {
  return {
    label: [figure.label],
    title: metric,
    value: value === null ? null : Number(value),
    text: formats.short(value, figure),
    exact: `${formats.exact(value, figure)}, ${count(hits)} of ${plural(records, "record", "records")}`,
  };
}
