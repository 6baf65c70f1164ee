// The batch page: what it asks for, and which part of it writes which answer.

import * as address from "../web/address.js";
import { age } from "../web/ages.js";
import { fillPill, wireMasthead } from "../web/masthead.js";
import { Feed } from "../web/feed.js";
import { emptyStrip } from "../web/strip.js";
import { wireTwins } from "../web/twins.js";
import { Formats, days } from "../web/format.js";
import { fillChosen, fillPeriod, wireFilters } from "./filters.js";
import { showOverview } from "./overview.js";
import { showQuality } from "./quality.js";
import { showRows, wireRows } from "./rows.js";
import { TrendCard } from "./trend.js";

const root = document.documentElement;
const page = {
  formats: new Formats({ currency: null, timezone: root.dataset.timezone }),
  facts: null, // labels, formats and polarity of the figures, from the last overview
  trend: new TrendCard(document.getElementById("trend")),
};

const filters = (key) => key === "from" || key === "to" || key.startsWith("where.");
const ASKS = {
  overview: (key) => filters(key) || key === "metric" || key === "split",
  rows: (key) => filters(key) || key === "sort" || key === "page",
  csv: (key) => filters(key) || key === "sort",
};

// The parameters of the page that one endpoint understands; what else stands in the address is not ours.
function query(path, wanted) {
  const kept = [...address.parameters()].filter(([key]) => wanted(key));
  const text = new URLSearchParams(kept).toString();
  return text ? `${path}?${text}` : path;
}

const feed = new Feed({
  statusUrl: "/api/status",
  refreshS: Number(root.dataset.refreshS),
  sources: [
    { name: "overview", url: () => query("/api/overview", ASKS.overview), show: (data) => overview(data) },
    { name: "quality", url: () => "/api/quality", show: (data) => showQuality(page, data) },
    { name: "rows", url: () => query("/api/rows", ASKS.rows), show: (data) => showRows(data, reset) },
  ],
  hooks: {
    version: ({ run }) => run.id,
    news: (before, { run }) => (before.run.id === run.id ? null : `Run ${run.short} is published`),
    fits: ({ shape }) => shape === root.dataset.shape,
    changed,
    reset,
    staleText,
  },
});

function overview(data) {
  page.facts = data;
  page.formats = new Formats(data);
  fillPeriod(data.period);
  document.getElementById("extent").textContent = days(data.period.first, data.period.last);
  return showOverview(page, data, reset);
}

function changed({ status, empty }) {
  fillPill(feed, { at: published, live: (status) => ["good", "published ", published(status)] });
  if (empty) emptyStrip(document.querySelector(".strip"), empty.stage);
  if (status) fillFoot(status.run);
}

function published({ run }) {
  return age(run.published_at, "ago", page.formats.instant(run.published_at));
}

function fillFoot(run) {
  document.getElementById("foot-run").textContent = `run ${run.id}`;
  document.getElementById("foot-folder").textContent = run.folder;
}

function staleText(fault, since) {
  const clock = page.formats.clock(since);
  return fault.status ? `Since ${clock}: ${fault.message}` : `The server has not answered since ${clock}.`;
}

function reset() {
  address.go((next) => {
    for (const key of [...next.keys()]) if (ASKS.overview(key) || ASKS.rows(key)) next.delete(key);
  });
}

// Only what the address asks otherwise than before is fetched anew.
function readdress() {
  feed.reload(feed.sources.filter((source) => source.url() !== source.askedUrl));
  fillAsked();
}

// What the address says can be shown before any answer to it.
function fillAsked() {
  fillChosen();
  document.getElementById("download").href = query("/rows.csv", ASKS.csv);
}

wireMasthead(feed, () => page.trend.redraw());
wireTwins();
wireFilters(reset);
wireRows();
addEventListener("address", readdress);
fillAsked();
feed.start();
