// The strip: how far the rows have come, stage by stage, with ages.

import { fillVerdict } from "./account.js";
import { h } from "./dom.js";
import { ABSENT } from "./format.js";

// stages: name -> { figure, unit, title, note: [texts and nodes], verdict: { good, words } where there is one }
export function fillStrip(strip, stages) {
  for (const [name, { figure, unit, title, note, verdict }] of Object.entries(stages)) {
    const stage = find(strip, name);
    delete stage.dataset.here;
    stage.querySelector(".stage-figure").replaceChildren(h("b", { title }, figure), unit ? ` ${unit}` : "");
    stage.querySelector(".stage-note").replaceChildren(...separated(note));
    if (verdict) fillVerdict(stage.querySelector(".verdict"), verdict.good, verdict.words);
  }
}

// Nothing has come further than this: the stage says so, what lies behind it is absent.
export function emptyStrip(strip, here) {
  for (const stage of strip.querySelectorAll(".stage")) {
    const empty = stage.dataset.stage === here;
    stage.toggleAttribute("data-here", empty);
    stage.querySelector(".stage-figure").textContent = empty ? "⚠ nothing yet" : ABSENT;
    stage.querySelector(".stage-note").textContent = "";
    stage.querySelector(".verdict").textContent = "";
  }
}

function find(strip, name) {
  return strip.querySelector(`[data-stage="${name}"]`);
}

function separated(note) {
  return note.flatMap((part, place) => (place ? [" · ", part] : [part]));
}
