// The page of one text in translation. Ctrl+Enter saves and opens the next text, with Shift the translation also counts as
// checked. Buttons with data-insert put their words where the cursor is.

const form = document.querySelector("[data-translation]");

if (form) {
  const field = form.querySelector("textarea[name=text]");
  // The summary of faults has the focus where there are any.
  if (!document.getElementById("faults")) field.focus({ preventScroll: true });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector(`button[value=${event.shiftKey ? "checked" : "next"}]`));
  });
  for (const button of document.querySelectorAll("[data-insert]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      field.setRangeText(button.dataset.insert || button.textContent, field.selectionStart, field.selectionEnd, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.focus();
    });
  }
}
