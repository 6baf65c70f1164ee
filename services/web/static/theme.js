// The switch between light, dark and what the system has; and colours for what CSS cannot reach.

const THEMES = ["auto", "light", "dark"];
const root = document.documentElement;
const probe = document.createElement("span");
probe.hidden = true;
document.body.append(probe);

function chosen() {
  return root.dataset.theme ?? "auto";
}

function choose(theme) {
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
  try {
    localStorage.setItem("theme", theme);
  } catch {
    // not remembered then
  }
}

// Wires the switch; `changed` is called whenever colours are other ones, by the switch or by the system.
export function themeSwitch(button, name, changed) {
  const write = () => (name.textContent = { auto: "Auto", light: "Light", dark: "Dark" }[chosen()]);
  button.addEventListener("click", () => {
    choose(THEMES[(THEMES.indexOf(chosen()) + 1) % THEMES.length]);
    write();
    changed();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
  write();
}

// What a colour of tokens.css is at this moment, as the canvas understands it.
export function colour(token) {
  probe.style.color = `var(${token})`;
  return getComputedStyle(probe).color;
}
