// The streaming page: what it asks for, and which part of it writes which answer.

import * as address from "../web/address.js";
import { age } from "../web/ages.js";
import { Feed } from "../web/feed.js";
import { Formats } from "../web/format.js";
import { fillPill, wireMasthead } from "../web/masthead.js";
import { emptyStrip } from "../web/strip.js";
import { wireTwins } from "../web/twins.js";
import { showHealth } from "./health.js";
import { showLeaders, showLast } from "./leaders.js";
import { showComparison } from "./reconciliation.js";
import { TimelineCard } from "./timeline.js";

const root = document.documentElement;
const page = {
  formats: new Formats({ currency: null, timezone: root.dataset.timezone }),
  timeline: new TimelineCard(document.getElementById("timeline")),
};
const ASKED = ["metric", "last"];

function windowsUrl() {
  const text = new URLSearchParams([...address.parameters()].filter(([key]) => ASKED.includes(key))).toString();
  return text ? `/api/windows?${text}` : "/api/windows";
}

const feed = new Feed({
  statusUrl: "/api/status",
  refreshS: Number(root.dataset.refreshS),
  sources: [
    { name: "health", url: () => "/api/health", show: (data) => showHealth(learn(data), data) },
    { name: "windows", url: windowsUrl, show: (data) => showWindows(learn(data), data) },
    { name: "reconciliation", url: () => "/api/reconciliation", show: (data) => showComparison(learn(data), data) },
  ],
  hooks: {
    version: ({ versions }, { name }) => versions[name],
    news: (before, { standing }) => (before.standing.state === standing.state ? null : `The stream is ${standing.state}`),
    old: ({ standing: { trouble, since } }, { name }) =>
      trouble && name === "windows" ? { since, sinceText: `${trouble} ${page.formats.clock(new Date(since))}.` } : null,
    fits: ({ shape }) => shape === root.dataset.shape,
    staleText,
    changed,
    reset,
  },
});

function learn(data) {
  page.formats = new Formats(data);
  page.facts = data;
  return page;
}

function showWindows(page, data) {
  page.timeline.show(page, data);
  showLast(page, data);
  showLeaders(page, data);
  const { timeline, last, leaders, watermark_s: watermark } = data;
  const rule = `A window closes when the event clock is ${watermark} s past its end.`;
  const none = { title: "No window yet", short: "no window yet", text: "No event has come into a window." };
  const closed = { title: "No window has closed yet", short: "none closed yet", text: rule };
  const open = { title: "No window is open", text: "All windows with an event are closed." };
  return ({ id, classList }) => {
    if (!timeline.starts.length) return none;
    if (id === "leaders-closed" || classList.contains("tile")) return last ? null : closed;
    return id === "leaders-open" && !leaders.open ? open : null;
  };
}

function changed({ status, empty }) {
  fillPill(feed, { at: ({ stream }) => aged(stream.published_at), live });
  if (empty) emptyStrip(document.querySelector(".strip"), empty.stage);
  const folder = document.getElementById("foot-folder");
  if (status && folder) folder.textContent = status.stream.folder;
}

function live({ standing: { state, since }, stream }) {
  if (state === "live") return ["good", "live · ", aged(stream.published_at)];
  if (state === "idle") return ["quiet", "all is read · ", aged(since)];
  return ["warn", state === "silent" ? "no commit · " : "stopped · ", aged(since)];
}

function aged(iso) {
  return age(iso, "ago", page.formats.instant(iso));
}

function staleText(fault, since) {
  const clock = page.formats.clock(since);
  return fault.status ? `Since ${clock}: ${fault.message}` : `The server has not answered since ${clock}.`;
}

function reset() {
  address.go((next) => ASKED.forEach((key) => next.delete(key)));
}

wireMasthead(feed, () => page.timeline.redraw());
wireTwins();
addEventListener("address", () => feed.reload(feed.sources.filter((source) => source.url() !== source.askedUrl)));
feed.start();
