// The newest closed window: its figures on tiles, its leaders; and the leaders of the newest open one.

import { fillBars } from "../web/bars.js";
import { count, plural } from "../web/format.js";
import { fillTile } from "../web/tiles.js";
import { fillTwin } from "../web/twins.js";

const DRAWN = 6;

export function showLast({ formats, facts }, { last }) {
  if (!last) return;
  for (const { metric, value, previous, change, line } of last.tiles) {
    const figure = facts.figures[metric];
    fillTile(document.getElementById(`tile-${metric}`), {
      big: formats.short(value, figure),
      exact: `${formats.exact(value, figure)}, ${formats.datedWindow(last.start, last.end)}`,
      change: change === null ? null : formats.change(change, figure),
      against: previous === null ? "no window before" : change === null ? "nothing before" : "vs previous",
      points: line,
      summary: `${figure.label} of the last ${line.length} closed windows`,
    });
  }
}

export function showLeaders(page, { leaders, metric, group }) {
  for (const [name, found] of Object.entries(leaders))
    if (found) showOne(page, document.getElementById(`leaders-${name}`), found, metric, group);
}

function showOne({ formats, facts }, card, { start, end, count: all, rows }, metric, group) {
  const figure = facts.figures[metric];
  const note = card.querySelector(".card-note");
  note.textContent = formats.window(start, end);
  note.title = `${formats.datedWindow(start, end)}, ${all > DRAWN ? `top ${DRAWN} of ${count(all)}` : plural(all, "value", "values")}`;
  const most = rows.reduce((whole, { value }) => Math.max(whole, Math.abs(value)), 0);
  const bars = rows.slice(0, DRAWN).map(({ group, records, value, colour }) => ({
    label: [group],
    title: group,
    value: Number(value),
    text: formats.short(value, figure, most),
    exact: `${formats.exact(value, figure)}, ${plural(records, "record", "records")}`,
    colour,
  }));
  fillBars(card.querySelector(".bars"), bars, most);
  const heads = [figure.label, ...(metric === "record_count" ? [] : [facts.figures.record_count.label])];
  fillTwin(card, [{ label: facts.dimensions[group] }, ...heads.map((label) => ({ label, number: true }))], () =>
    rows.map(({ group, value, records }) => [group, formats.exact(value, figure), count(records)].slice(0, 1 + heads.length)),
  );
}
