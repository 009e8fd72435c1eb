// Keys for links and buttons: <a data-key="j ArrowRight"> is followed when one of its keys is pressed. Not while somebody
// types, not together with Ctrl, Alt or Meta. Arrows follow the direction of the page.

const MIRRORED = { ArrowLeft: "ArrowRight", ArrowRight: "ArrowLeft" };
const MARKED = "a[data-key], button[data-key]:enabled";
const TYPING = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog";

// What the keys are is told only where they work.
document.querySelectorAll("p[data-keys]").forEach((told) => (told.hidden = false));

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || event.target.closest(TYPING)) return;
  const key = document.documentElement.dir === "rtl" ? MIRRORED[event.key] ?? event.key : event.key;
  const link = [...document.querySelectorAll(MARKED)].find((each) => each.dataset.key.split(" ").includes(key));
  if (!link) return;
  event.preventDefault();
  link.click();
});
