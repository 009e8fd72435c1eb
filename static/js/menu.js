// Closes an open menu of the bar on a click elsewhere or on Escape, and scrolls the current link or tab into view if the
// row is wider than the screen.

function closeAll(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
}

document.addEventListener("click", (event) => closeAll(event.target.closest("details.menu")));
document.addEventListener("focusin", (event) => closeAll(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.activeElement.closest("details.menu[open]");
  closeAll();
  menu?.querySelector("summary").focus();
});

for (const row of document.querySelectorAll(".places, .tabs")) {
  const current = row.querySelector("[aria-current]");
  if (!current || row.scrollWidth <= row.clientWidth) continue;
  // The row alone: scrollIntoView would scroll the page, too, down to the row.
  const [own, all] = [current.getBoundingClientRect(), row.getBoundingClientRect()];
  row.scrollBy({ left: own.left + own.width / 2 - all.left - all.width / 2 });
}
