// A tile: one big figure, how it moved, and its small line.

import { h, svg } from "./dom.js";

const WIDTH = 100;
const HEIGHT = 28;

// texts: big, exact; change: { text, tone } or null, against; points: numbers or null; summary: what the line shows, in words
export function fillTile(tile, { big, exact, change, against, points, summary }) {
  const figure = tile.querySelector(".big");
  figure.textContent = big;
  figure.title = exact;
  tile.querySelector(".change").replaceChildren(...movement(change, against));
  tile.querySelector(".spark").replaceChildren(sparkline(points, change?.tone === "bad", summary));
}

function movement(change, against) {
  if (change === null) return [against];
  const words = { good: ", better", bad: ", worse" }[change.tone];
  const spoken = words ? h("span", { class: "sr-only" }, words) : null;
  return [h("b", { class: change.tone || null }, change.text, spoken), ` ${against}`];
}

export function sparkline(points, bad, summary) {
  const box = { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none" };
  const drawing = svg("svg", { ...box, role: "img", "aria-label": summary });
  const known = points.filter((point) => point !== null);
  if (known.length < 2) return drawing;
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const x = (place) => (points.length > 1 ? (place / (points.length - 1)) * WIDTH : WIDTH / 2);
  const y = (point) => (high > low ? HEIGHT - 3 - ((point - low) / (high - low)) * (HEIGHT - 6) : HEIGHT / 2);
  const at = (place) => `${x(place).toFixed(2)} ${y(points[place]).toFixed(2)}`;
  drawing.append(svg("path", { d: strokes(points, at), class: bad ? "is-bad" : "" }));
  return drawing;
}

// A stroke for each run of known points: a gap stays a gap, a point alone is a short dash.
function strokes(points, at) {
  const path = [];
  points.forEach((point, place) => {
    if (point === null) return;
    const first = place === 0 || points[place - 1] === null;
    const alone = first && (place === points.length - 1 || points[place + 1] === null);
    path.push(`${first ? "M" : "L"}${at(place)}${alone ? "h1" : ""}`);
  });
  return path.join("");
}
