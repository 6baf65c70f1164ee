// The table of aggregated rows: sorted and paged by the server.

import * as address from "../web/address.js";
import { cell, h } from "../web/dom.js";
import { Formats, count } from "../web/format.js";
import { nothingMatches } from "./overview.js";

let shown = { page: 1, sort: "" };

export function wireRows() {
  for (const head of heads()) head.querySelector(".sorter").addEventListener("click", () => sortBy(head));
  document.getElementById("earlier").addEventListener("click", () => turn(-1));
  document.getElementById("later").addEventListener("click", () => turn(1));
}

export function showRows(data, reset) {
  const { columns, rows, count: all, start, size, sort, figures } = data;
  const formats = new Formats(data);
  const places = heads().map(({ dataset: { column } }) => [columns.indexOf(column), column]);
  const body = document.querySelector("#rows tbody");
  const cells = (row) => places.map(([place, name]) => written(formats, row[place], figures[name]));
  body.replaceChildren(...rows.map((row) => h("tr", {}, ...cells(row))));
  shown = { page: Math.floor(start / size) + 1, sort };
  for (const head of heads()) markSort(head, sort);
  document.getElementById("rows-count").textContent = `${count(all)} ${all === 1 ? "row" : "rows"}`;
  const span = `${count(start + 1)}–${count(start + rows.length)}`;
  document.getElementById("pages").textContent = rows.length ? `${span} of ${count(all)}` : "";
  document.getElementById("earlier").disabled = start === 0;
  document.getElementById("later").disabled = start + rows.length >= all;
  return all ? null : nothingMatches(data, reset);
}

function written(formats, value, figure) {
  if (!figure) return cell({ text: value, title: value }, false);
  return cell({ text: formats.cell(value, figure), title: formats.exact(value, figure) }, true);
}

function heads() {
  return [...document.querySelectorAll("#rows th")];
}

function markSort(head, sort) {
  const { column } = head.dataset;
  if (sort === column) head.setAttribute("aria-sort", "ascending");
  else if (sort === `-${column}`) head.setAttribute("aria-sort", "descending");
  else head.removeAttribute("aria-sort");
}

// Numbers begin with the largest, texts with the first; a second press turns the order round.
function sortBy(head) {
  const { column } = head.dataset;
  const [first, second] = head.classList.contains("number") ? [`-${column}`, column] : [column, `-${column}`];
  address.go((next) => {
    next.set("sort", shown.sort === first ? second : first);
    next.delete("page");
  });
}

function turn(by) {
  address.go((next) => address.set(next, "page", shown.page + by > 1 ? shown.page + by : null));
}
