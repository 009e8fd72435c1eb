// The people's desk: Shift with a click on a heading sorts by that column too; F opens the conditions.

const SHUT = "input, textarea, select, [contenteditable], dialog";

document.addEventListener("click", (event) => {
  const heading = event.target.closest("a[data-add]");
  if (!heading || !event.shiftKey) return;
  event.preventDefault();
  location.assign(heading.dataset.add);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "f" || event.ctrlKey || event.altKey || event.metaKey || event.target.closest(SHUT)) return;
  const more = document.querySelector(".pill-more");
  if (!more) return;
  event.preventDefault();
  more.open = true;
  more.querySelector("a")?.focus();
});
