// Ticks all slots of a half-day in the availability grid, or clears them if all are ticked.

for (const button of document.querySelectorAll("[data-presence] [data-tick]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const column = Number(button.dataset.tick) + 1;
    const boxes = [...button.closest("tbody").rows]
      .map((row) => row.cells[column]?.querySelector("input"))
      .filter((box) => box);
    const tick = !boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = tick;
  });
}
