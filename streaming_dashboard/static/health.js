// Whether the stream is alive and can be trusted: the strip, the clocks, rates on tiles, what became of every event.

import { fillAccount, fillFindings, fillVerdict, finding } from "../web/account.js";
import { age } from "../web/ages.js";
import { ABSENT, bytes, count, plural, rate, seconds } from "../web/format.js";
import { fillStrip } from "../web/strip.js";
import { fillTile } from "../web/tiles.js";

const FATES = ["windowed", "duplicate", "quarantined", "late"];

export function showHealth({ formats }, data) {
  const good = data.account.doubts.length === 0;
  const verdict = { good, words: good ? "adds up" : "does not add up" };
  fillStrip(document.querySelector(".strip"), stages(formats, data, verdict));
  fillVerdict(document.getElementById("verdict"), good, verdict.words);
  showTiles(data);
  showClocks(formats, data);
  showAccount(data.account);
  document.getElementById("foot-topic").textContent = `topic ${data.topic} at ${data.servers}`;
  const times = data.clocks.times_real;
  document.getElementById("pace").textContent = times ? `replayed at ${rate(times)} × real time · ` : "";
}

function stages(formats, { stages: { generated, replayed, read, windowed, published } }, verdict) {
  const aged = (iso) => (iso ? [age(iso, "ago", formats.instant(iso))] : []);
  const made = generated ?? { rows: null, files: 0, bytes: 0, at: null };
  const extracts = made.files ? `${plural(made.files, "file", "files")}, ${bytes(made.bytes)}` : "not known here";
  const sent = replayed.known ? (replayed.done ? "all acknowledged" : "acknowledged") : "in the topic";
  return {
    generated: {
      figure: count(made.rows),
      unit: made.rows === null ? "" : "rows",
      note: [extracts, ...aged(made.at)],
    },
    replayed: { figure: count(replayed.messages), unit: "messages", note: [sent, ...aged(replayed.at)] },
    read: { figure: count(read.events), unit: "events", note: [`${count(read.behind)} behind`, ...aged(read.at)] },
    windowed: {
      figure: count(windowed.events),
      unit: "events",
      note: [`${plural(windowed.open, "window", "windows")} open`, ...aged(windowed.at)],
      verdict,
    },
    published: {
      figure: count(published.closed),
      unit: "closed windows",
      note: [`commit ${count(published.batch)}`, ...aged(published.at)],
    },
  };
}

function showTiles({ rates, account }) {
  const tile = (name, figures) => fillTile(document.getElementById(`tile-${name}`), { change: null, ...figures });
  const over = `of the last ${plural(rates.batches, "batch", "batches")}`;
  tile("per_s", {
    big: rates.per_s === null ? ABSENT : rate(rates.per_s),
    exact: rates.per_s === null ? "" : `${rate(rates.per_s)} per second`,
    against: rates.busy_per_s === null ? "none read yet" : `${rate(rates.busy_per_s)} while a batch runs`,
    points: rates.sparks.per_s,
    summary: `Events per second ${over}`,
  });
  tile("lag", {
    big: count(rates.lag),
    exact: plural(rates.lag, "message", "messages"),
    against: "messages not read",
    points: rates.sparks.lag,
    summary: `Messages not read, ${over}`,
  });
  tile("age", {
    big: rates.age_s === null ? ABSENT : seconds(rates.age_s),
    exact: "from the begin of the last batch to its windows in the files",
    against: rates.p99_s === null ? "no batch yet" : `99 % of batches in ${seconds(rates.p99_s)}`,
    points: rates.sparks.age_s,
    summary: `Seconds ${over}`,
  });
  tile("late", {
    big: count(account.rows.late),
    exact: plural(account.rows.late, "event", "events"),
    against: "behind the watermark",
    points: [],
    summary: "",
  });
}

function showClocks(formats, { clocks: { event_clock: clock, watermark, last, next, times_real: times }, stages, standing }) {
  const write = (id, text, title = null) => {
    const node = document.getElementById(id);
    node.replaceChildren(...[text].flat());
    node.title = title ?? node.textContent;
  };
  const moment = (iso) => (iso ? formats.moment(iso) : ABSENT);
  write("event-clock", moment(clock), clock && formats.instant(clock));
  write("watermark", moment(watermark), watermark && formats.instant(watermark));
  write("last-closed", last ? formats.window(last.start, last.end) : "none yet", last && formats.datedWindow(last.start, last.end));
  write("next-close", next ? coming(formats, next, clock, standing.state === "live" ? times : null) : "none is open");
  write("last-commit", [`${count(stages.published.batch)} · `, age(stages.published.at, "ago", formats.instant(stages.published.at))]);
}

// When it closes is known only as well as the speed of event time; one that is due closes with the next batch.
function coming(formats, { start, end, closes }, clock, times) {
  const left = clock && times ? (Date.parse(closes) - Date.parse(clock)) / 1000 / times : null;
  const span = formats.window(start, end);
  if (left === null || left > 3600) return span;
  return left > 0 ? `${span}, in ${count(Math.ceil(left))} s` : `${span}, now due`;
}

function showAccount({ rows, doubts, reasons, more_reasons: more, repaired, heartbeats }) {
  const card = document.getElementById("account");
  fillAccount(card.querySelector(".account"), FATES.map((fate) => [fate, rows[fate]]));
  const found = doubts.map((doubt) => finding(doubt, null, "bad"));
  found.push(...reasons.map(({ reason, rows }) => finding(reason, rows)));
  if (more) found.push(finding("other reasons", more));
  found.push(...repaired.map(({ column, rows }) => finding(`repaired: ${column}`, rows, "soft")));
  if (heartbeats) found.push(finding("heartbeats of the replay, no events", heartbeats, "soft"));
  fillFindings(card.querySelector(".reasons"), found, "No event was quarantined or repaired.");
}
