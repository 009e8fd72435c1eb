// The timetable that is changed by hand: steps without loading the page again, and keys. Without this script every step
// is a link or a form. Letters and digits act only in the timetable and in the hand, not while somebody types.

const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const TYPING = "input, textarea, select, [contenteditable], dialog";

const bench = () => document.querySelector("#bench");
const within = (selector) => bench()?.querySelector(selector);

// Asks for the page and puts its bench in place of this one. focus: finds what gets the focus there. still: nothing
// scrolls for it.
async function turn(address, options, focus, still = false) {
  const old = bench();
  if (old.ariaBusy === "true") return;
  old.ariaBusy = "true";
  let answer, next;
  try {
    answer = await fetch(address, { headers: { Accept: "text/html" }, ...options });
    next = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#bench");
  } catch {
    old.ariaBusy = "false";
    const offline = within("[data-offline]");
    offline.hidden = false;
    offline.focus();
    return;
  }
  if (!next) {
    // A page of its own: a sign-in, a refusal, the plan. A form is not sent twice: its page is loaded.
    location.assign(answer.redirected || !options.body ? answer.url : location.href);
    return;
  }
  const [left, top] = [within(".timetable").scrollLeft, within(".timetable").scrollTop];
  old.replaceWith(next);
  within(".timetable").scrollTo(left, top);
  if (answer.redirected || !options.body) history.replaceState(null, "", answer.url);
  (answer.ok ? focus() : within("[data-refused]"))?.focus({ preventScroll: answer.ok && still });
}

// The first of the best places in the timetable, or what is in hand if there is none.
const bestPlace = () => {
  const cell = within("[data-best]")?.value;
  return (cell && within(`[data-place][value="${CSS.escape(cell)}"]`)) || within("[data-best], [data-back]");
};
const meeting = (pair) => document.getElementById(`m-${pair}`)?.closest("a") ?? within(".timetable");

document.addEventListener("click", (event) => {
  const link = event.target.closest("#bench a[data-pick], #bench a[data-back]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  const pair = within("#put")?.elements.pair.value;
  // With a pointer nothing on the page moves: what was picked is under the finger.
  const focus = link.matches("[data-pick]") ? bestPlace : () => meeting(pair);
  turn(link.href, {}, focus, event.detail > 0);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.closest("#bench") || form.method !== "post" || !form.elements.seen) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  const pair = body.get("pair");
  turn(form.action, { method: "POST", body }, () => (pair ? meeting(pair) : within("[data-step]")));
});

// The next place or meeting in a direction: in the same row, or in the nearest row at the nearest column.
function neighbour(from, [across, down]) {
  const chosen = within("[data-place]") ? "[data-place]" : "a[data-pick]";
  const all = [...within(".timetable").querySelectorAll(chosen)];
  const at = (each) => [each.closest("td").cellIndex, each.closest("tr").rowIndex];
  const [column, row] = at(from);
  const far = (each) => {
    const [dx, dy] = [at(each)[0] - column, at(each)[1] - row];
    const ahead = dx * across + dy * down;
    return ahead > 0 && (down || dy === 0) ? ahead * 1000 + Math.abs(down ? dx : dy) : Infinity;
  };
  const found = all.filter((each) => each !== from && far(each) < Infinity).sort((a, b) => far(a) - far(b))[0];
  return found ?? null;
}

function pinThere(button) {
  const form = within("#put");
  form.elements.do.value = "place_and_pin";
  button.click();
}

document.addEventListener("keydown", (event) => {
  if (!event.target.closest("#bench") || event.target.closest(TYPING) || event.altKey) return;
  const mirrored = document.documentElement.dir === "rtl" ? { ArrowLeft: "ArrowRight", ArrowRight: "ArrowLeft" } : {};
  const key = mirrored[event.key] ?? event.key;
  const cell = event.target.closest(".timetable td :is(a, button)");
  let target = null;
  if (event.ctrlKey || event.metaKey) {
    const step = key.toLowerCase() === "z" ? (event.shiftKey ? "redo" : "undo") : key.toLowerCase() === "y" ? "redo" : "";
    target = step && within(`[data-step="${step}"]`);
  } else if (WAYS[key] && event.target.closest(".timetable")) {
    const next = cell ? neighbour(cell, WAYS[key]) : within(".timetable :is([data-place], a[data-pick])");
    if (!next) return;
    event.preventDefault();
    next.focus();
    return;
  } else if (key === "Escape") target = within("a[data-back]");
  else if (key === "Delete") target = within('[data-do="drop"]');
  else if (key === " " && event.target.matches("a[data-pick]")) target = event.target;
  else if (/^[1-9]$/.test(key)) target = within(`[data-best="${key}"]`);
  else if (key.toLowerCase() === "p" && event.target.matches("[data-place], [data-best]")) {
    event.preventDefault();
    pinThere(event.target);
    return;
  }
  if (!target) return;
  event.preventDefault();
  target.click();
});
