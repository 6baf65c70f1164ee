// Batch and stream: whether they say the same of the windows that both have.

import { fillVerdict } from "../web/account.js";
import { h, table } from "../web/dom.js";
import { count, plural } from "../web/format.js";

export function showComparison({ formats, facts }, data) {
  const badge = document.getElementById("badge");
  if (data.state === "waiting") {
    badge.textContent = "";
    return { title: "Not yet compared", text: data.reason, command: data.command };
  }
  fillVerdict(badge, data.state === "reconciled", words(data), data.state === "explained" ? "warn" : null);
  const records = facts.figures.record_count.label;
  const total = Object.values(facts.figures).find(({ kind }) => kind === "sum");
  const money = (value) => (total ? formats.exact(value, total) : value);
  const columns = [{ label: "closed span" }, { label: "batch", number: true }, { label: "stream", number: true }];
  const rows = [[records, count(data.records.batch), count(data.records.stream)]];
  if (data.value) rows.push([data.label, money(data.value.batch), money(data.value.stream)]);
  const [why, ...listed] = data.state === "reconciled" ? [] : differences(formats, data);
  const said = [why, h("p", {}, span(formats, data)), ...listed].filter(Boolean);
  const totals = table("Batch and stream over the closed windows", columns, rows);
  document.querySelector(".compared").replaceChildren(totals, ...said);
  return null;
}

function words({ state, missing, surplus, differing }) {
  if (state === "reconciled") return "reconciled, 0 difference";
  if (state === "explained") return `${plural(missing, "record", "records")} fewer, explained`;
  const parts = [missing && `${count(missing)} missing`, surplus && `${count(surplus)} more`].filter(Boolean);
  return `differs: ${parts.join(", ") || `${count(differing)} sums`}`;
}

function span(formats, { from, to, windows, epochs, batch_run: run }) {
  const passes = epochs > 1 ? `, ${count(epochs)} epochs` : "";
  return `${plural(windows, "window", "windows")} from ${formats.moment(from)} to ${formats.moment(to)}${passes}; run ${run}`;
}

function differences(formats, { allowed, surplus, listed, differing }) {
  const told = `In all ${count(allowed.late)} late, ${count(allowed.quarantined)} quarantined, ${count(allowed.duplicate)} duplicate.`;
  const repeats = surplus ? " Repeats further apart than the watermark count twice in the stream." : "";
  const head = `${plural(differing, "group of a window differs", "groups of windows differ")}, the first:`;
  const columns = [{ label: "Window" }, { label: "Group" }, { label: "batch", number: true }, { label: "stream", number: true }];
  const rows = listed.map(({ start, end, group, records }) => [
    { text: formats.window(start, end), title: formats.datedWindow(start, end) },
    group,
    count(records.batch),
    count(records.stream),
  ]);
  return [h("p", {}, told + repeats), h("p", {}, head), table("Windows that differ", columns, rows)];
}
