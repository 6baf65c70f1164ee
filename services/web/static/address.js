// What is shown stands in the address: shareable, and the back button works.

export function parameters() {
  return new URLSearchParams(location.search);
}

// `edit` changes a copy of the parameters. A change that makes no difference is no step of the history.
export function go(edit) {
  const href = hrefAfter(edit);
  if (href === location.pathname + location.search) return;
  history.pushState(null, "", href);
  dispatchEvent(new Event("address"));
}

export function hrefAfter(edit) {
  const next = parameters();
  edit(next);
  const text = next.toString();
  return location.pathname + (text && `?${text}`);
}

// A link that changes the address without leaving the page; opened in a new tab it leads to the same figures.
export function follow(event) {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  const { search } = new URL(event.currentTarget.href);
  go((next) => {
    for (const key of [...next.keys()]) next.delete(key);
    for (const [key, value] of new URLSearchParams(search)) next.append(key, value);
  });
}

export function set(next, key, value) {
  if (value === null) next.delete(key);
  else next.set(key, value);
}

addEventListener("popstate", () => dispatchEvent(new Event("address")));
