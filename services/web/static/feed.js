// Polling. A small question is asked again and again; only when its answer names another run is the rest fetched anew.
// Polling, not server-sent events: an answer is due every few seconds at most, each poll is complete in itself, and nothing is
// left to mend when a laptop wakes up.

import { learnClock, now } from "./ages.js";
import { setBusy, setState } from "./cards.js";
import { announce } from "./dom.js";

const LONGEST_S = 30;
const PATIENCE_MS = 15_000;

// What came of a question: { data }, { empty } or { fault: { status, message, reasons } } with status 0 where nobody answered.
export async function ask(url) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS), headers: { Accept: "application/json" } });
    const body = await response.json();
    if (body.error) return { fault: body.error };
    return body.empty ? { empty: body.empty } : { data: body };
  } catch {
    return { fault: { status: 0, message: "the server does not answer", reasons: [] } };
  }
}

// sources: { name, url(), show(data) }; `show` gives what to say where there is nothing to show, else null, or a function from
// card to that. A card belongs to the source that its data-source names.
// hooks: changed(feed) after every change of what is known; reset() when the user gives up a wrong address;
//        staleText(fault, since); fits(status): whether this page is made for what is published now;
//        version(status, source): changes when that source has something new; news(before, status): what to announce, or null;
//        old(status, source): { since, sinceText } where the figures are old although they can be read, else null.
export class Feed {
  constructor({ statusUrl, refreshS, sources, hooks }) {
    this.statusUrl = statusUrl;
    this.refreshS = refreshS;
    this.hooks = hooks;
    this.sources = sources.map((source) => ({ ...source, wanted: true, good: null, asked: 0 }));
    this.status = null; // the last good answer about what is published
    this.answeredAt = null; // when the server last answered anything, by our clock
    this.fault = null; // why there is no status now
    this.empty = null;
    this.paused = false;
    this.failures = 0;
    this.timer = 0;
  }

  start() {
    document.addEventListener("visibilitychange", () => document.hidden || this.paused || this.tick());
    return this.tick();
  }

  setPaused(paused) {
    this.paused = paused;
    announce(paused ? "Paused" : "Resumed");
    if (paused) clearTimeout(this.timer);
    else this.tick();
    this.#explain();
  }

  async tick() {
    clearTimeout(this.timer);
    if (document.hidden && this.status) return;
    const { data, empty, fault } = await ask(this.statusUrl);
    if (data && !this.hooks.fits(data)) return location.reload(); // another dataset, or one after none: other cards
    this.#learn(data, empty, fault);
    this.#schedule();
    this.#explain();
    if (data) await this.load(this.sources.filter((source) => source.wanted));
  }

  // Fetches these sources now, whatever is known of them.
  reload(sources) {
    for (const source of sources) source.wanted = true;
    return this.status ? this.load(sources) : this.tick();
  }

  // Each is shown as soon as it is there; none waits for another.
  load(sources) {
    return Promise.all(sources.map((source) => this.#load(source).then(() => this.#explain())));
  }

  #learn(data, empty, fault) {
    const lost = Boolean(fault) && !this.fault;
    const found = this.fault && !fault;
    this.fault = fault ?? null;
    this.empty = empty ?? null;
    this.failures = fault ? this.failures + 1 : 0;
    if (!fault || fault.status) this.answeredAt = now();
    if (lost) announce(fault.message);
    if (empty) this.#forget(empty);
    if (!data) return;
    learnClock(data.now);
    this.answeredAt = now();
    const news = this.status && this.hooks.news(this.status, data);
    if (news) announce(news);
    else if (found) announce("The server answers again");
    this.status = data;
    for (const source of this.sources) this.#compare(source, this.hooks.version(data, source));
  }

  #compare(source, version) {
    if (source.version !== version) source.wanted = true;
    source.version = version;
  }

  // Nothing is published any more, or not yet: whatever comes is new.
  #forget(empty) {
    [this.status, this.empty] = [null, empty];
    for (const source of this.sources) source.version = null;
  }

  #schedule() {
    clearTimeout(this.timer);
    if (this.paused) return;
    const pauseS = Math.min(LONGEST_S, this.refreshS * 2 ** Math.min(this.failures, 5));
    this.nextAt = now() + Math.max(pauseS, this.refreshS) * 1000;
    this.timer = setTimeout(() => this.tick(), this.nextAt - now());
  }

  async #load(source) {
    const asked = ++source.asked;
    this.#cards(source).forEach((card) => setBusy(card, true));
    source.askedUrl = source.url();
    const { data, empty, fault } = await ask(source.askedUrl);
    if (asked !== source.asked) return; // a later question is under way
    this.#cards(source).forEach((card) => setBusy(card, false));
    source.fault = fault ?? null;
    source.wanted = Boolean(fault) && fault.status !== 400;
    if (empty) this.#forget(empty);
    if (!data) return;
    source.good = data;
    source.goodAt = now();
    const nothing = source.show(data) ?? null;
    source.nothing = typeof nothing === "function" ? nothing : () => nothing;
  }

  // Puts every card into the state that follows from what is known.
  #explain() {
    for (const source of this.sources) {
      const [state, detail] = this.#stateOf(source);
      for (const card of this.#cards(source)) setState(card, ...this.#stateOfCard(card, source, state, detail));
    }
    this.hooks.changed(this);
  }

  #stateOf(source) {
    if (this.empty) return ["empty", emptyDetail(this.empty)];
    const fault = this.fault ?? source.fault;
    if (fault?.status === 400) return ["error", this.#asked(fault)];
    if (fault) return source.good ? ["stale", this.#stale(source, fault)] : ["error", this.#error(fault)];
    if (!source.good) return ["loading"];
    const old = this.status && this.hooks.old?.(this.status, source);
    return old ? ["stale", old] : ["ready"];
  }

  // Some cards of a source may have nothing to show while others have.
  #stateOfCard(card, source, state, detail) {
    const nothing = (state === "ready" || state === "stale") && source.nothing?.(card);
    return nothing ? ["empty", nothing] : [state, detail];
  }

  #asked(fault) {
    const text = (fault.reasons.length ? fault.reasons : [fault.message]).join("; ");
    return { title: "The address cannot be answered", short: "not known", text, action: ["Reset", this.hooks.reset] };
  }

  #error(fault) {
    const until = this.paused ? null : new Date(this.nextAt).toISOString();
    const action = ["Try now", () => this.tick()];
    return { title: "The figures could not be read", short: "could not be read", text: fault.message, until, action };
  }

  #stale(source, fault) {
    const since = new Date(fault.status ? source.goodAt : this.answeredAt).toISOString();
    return { since, sinceText: this.hooks.staleText(fault, new Date(since)) };
  }

  #cards(source) {
    return document.querySelectorAll(`[data-source="${source.name}"]`);
  }
}

function emptyDetail({ reason, command }) {
  return { title: "Nothing yet", short: "nothing yet", text: reason, command };
}
