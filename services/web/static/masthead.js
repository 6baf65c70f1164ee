// The pill, the pause button and the theme switch.

import { age } from "./ages.js";
import { themeSwitch } from "./theme.js";

export function wireMasthead(feed, themeChanged) {
  const pause = document.getElementById("pause");
  pause.addEventListener("click", () => {
    feed.setPaused(!feed.paused);
    pause.setAttribute("aria-pressed", String(feed.paused));
    pause.textContent = feed.paused ? "Resume" : "Pause";
  });
  themeSwitch(document.getElementById("theme"), document.getElementById("theme-name"), themeChanged);
}

// Whether the page is alive, in a few words; the ages in them go on by themselves. said: at(status), the age of what is
// published; live(status), the tone and the words where all is well with the page itself.
export function fillPill(feed, said) {
  const pill = document.getElementById("pill");
  const [tone, ...words] = pillWords(feed, said);
  pill.dataset.tone = tone;
  document.getElementById("pill-text").replaceChildren(...words);
}

function pillWords({ status, fault, empty, paused, answeredAt }, { at, live }) {
  if (paused) return ["quiet", ...(status ? ["paused · published ", at(status)] : ["paused"])];
  if (fault && !fault.status) {
    if (!answeredAt) return ["bad", "no answer"];
    return ["bad", "no answer for ", age(new Date(answeredAt).toISOString(), "span")];
  }
  if (fault) return ["bad", "cannot be read"];
  if (empty) return ["warn", "nothing published yet"];
  return status ? live(status) : ["quiet", "connecting"];
}
