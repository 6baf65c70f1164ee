// Before the first paint: the theme that was chosen here last, if one was. Runs as a plain script in the head.
{
  let theme = null;
  try {
    theme = localStorage.getItem("theme");
  } catch {
    // storage is switched off: the system decides
  }
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
}
