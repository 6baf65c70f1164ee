// Elements from text. Nothing in the kit writes HTML: what comes from data can only become text.

// h("p", { class: "note" }, "text", node): attributes that are null or false are left out, `on…` are listeners.
export function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function svg(tag, attributes) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

// A table with a caption for screen readers. columns: { label, number }; cells: text, or { text, title }.
export function table(caption, columns, rows) {
  const heads = columns.map((column) => h("th", { scope: "col", class: column.number ? "number" : null }, column.label));
  const body = rows.map((row) => h("tr", {}, ...row.map((value, place) => cell(value, columns[place].number))));
  return h(
    "table",
    {},
    h("caption", { class: "sr-only" }, caption),
    h("thead", {}, h("tr", {}, ...heads)),
    h("tbody", {}, ...body),
  );
}

export function cell(value, number) {
  const { text, title } = typeof value === "object" ? value : { text: value, title: null };
  return h("td", { class: number ? "number" : "text", title }, text);
}

// Says something once to those who do not see the page.
export function announce(text) {
  document.getElementById("announcer").textContent = text;
}
