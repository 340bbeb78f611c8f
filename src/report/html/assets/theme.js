"use strict";
// Light, dark, or as the system says; and always light on paper.
const root = document.documentElement;
const themes = ["system", "light", "dark"];
let theme = "system";
const redraws = [];

function useTheme(wanted) {
  if (wanted === "system") delete root.dataset.theme; else root.dataset.theme = wanted;
  redraws.forEach((redraw) => redraw());
}

{
  const button = document.getElementById("theme");
  button.hidden = false;
  button.addEventListener("click", () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length];
    button.querySelector("span").textContent = theme;
    useTheme(theme);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => useTheme(theme));
  addEventListener("beforeprint", () => {
    document.querySelectorAll("details").forEach((details) => { details.open = true; });
    useTheme("light");
  });
  addEventListener("afterprint", () => useTheme(theme));
}
