// Asks for confirmation of acts that cannot be undone. A link with data-confirm leads to a page that asks the same
// question and posts to the same URL; with this script the question opens on the present page.

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function ask(link) {
  const { confirm, confirmText, confirmYes, confirmNo, confirmFields } = link.dataset;
  const fields = Object.entries(JSON.parse(confirmFields || "{}"));
  const no = element("button", { class: "button", type: "button", autofocus: "" }, confirmNo);
  const dialog = element("dialog", { class: "ask", "aria-labelledby": "ask-question", "aria-describedby": "ask-text" },
    element("form", { class: "stack", method: "post", action: link.href },
      element("h2", { id: "ask-question" }, confirm),
      element("p", { id: "ask-text" }, confirmText),
      ...fields.map(([name, value]) => element("input", { type: "hidden", name, value })),
      element("div", { class: "row" }, element("button", { class: "button stop" }, confirmYes), no)));
  no.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-confirm]");
  const opensElsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0;
  if (!link || opensElsewhere) return;
  event.preventDefault();
  ask(link);
});
