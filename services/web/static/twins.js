// The table twin of a chart: the same figures, exact, for those who would rather read than look.

import { h, table } from "./dom.js";

const makers = new WeakMap(); // card -> what makes its table; not made before somebody looks

// Wires every card's button; the drawing and the table stand in the same place.
export function wireTwins() {
  for (const button of document.querySelectorAll(".twin-button")) {
    const card = button.closest(".card");
    button.id = `${card.id}-twin`;
    button.setAttribute("aria-labelledby", `${card.id}-title ${button.id}`);
    button.addEventListener("click", () => showTwin(card, button.getAttribute("aria-pressed") !== "true"));
  }
}

export function showTwin(card, shown) {
  card.querySelector(".twin-button").setAttribute("aria-pressed", String(shown));
  card.querySelector(".twin").hidden = !shown;
  card.toggleAttribute("data-twin", shown);
  make(card);
}

// columns and rows as `table` takes them, rows as a function.
export function fillTwin(card, columns, rows) {
  makers.set(card, () => table(title(card), columns, rows()));
  make(card);
}

// Without Chart.js the table takes the place of the drawing, and says why.
export function withoutChart(card) {
  showTwin(card, true);
  const note = "Chart.js could not be loaded; run make setup. The figures as a table:";
  card.querySelector(".twin").prepend(h("p", { class: "card-note" }, note));
}

function make(card) {
  const twin = card.querySelector(".twin");
  const maker = makers.get(card);
  if (twin.hidden || !maker) return;
  twin.tabIndex = 0;
  twin.setAttribute("role", "region");
  twin.setAttribute("aria-label", `${title(card)}, table`);
  twin.replaceChildren(maker());
}

function title(card) {
  return card.querySelector(".card-title").textContent;
}
