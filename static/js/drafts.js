// Keeps typed text until the form is sent: through a reload, a change of language, a sign-out elsewhere.
// A form with a [data-draft] field (the state of every form that edits or creates) is stored in this tab under the page's
// URL and the field's value, which names the person. Signing out in this tab deletes everything stored.
// <form data-keeps>: what is typed is also sent to the page's URL, with as=keep, a moment after the last key, so that it can be
// continued on another device; [data-kept] then says so.
// What the page was drawn with is stored too, so that changes by others are found when the form is sent.

const PREFIX = "draft:";
const DRAWN = ["drawn", "seen_source"];
const LEFT_OUT = ["submit", "button", "file", "password"];

function isKept(field) {
  if (!field.name || LEFT_OUT.includes(field.type)) return false;
  return field.type !== "hidden" || DRAWN.includes(field.name);
}

function read(form) {
  const values = {};
  for (const field of [...form.elements].filter(isKept)) {
    const list = (values[field.name] ??= []);
    if (!["checkbox", "radio"].includes(field.type) || field.checked) list.push(field.value);
  }
  return values;
}

function write(form, values) {
  const left = structuredClone(values);
  for (const field of [...form.elements].filter(isKept)) {
    const list = left[field.name];
    if (!list) continue;
    if (["checkbox", "radio"].includes(field.type)) field.checked = list.includes(field.value);
    else field.value = list.shift() ?? field.value;
  }
  const inPage = new Set([...form.elements].filter(isKept).map((field) => `${field.name}=${field.value}`));
  const missing = Object.entries(values).map(([name, list]) => [name, list.filter((each) => !inPage.has(`${name}=${each}`))]);
  form.dispatchEvent(new CustomEvent("topics-missing", { detail: Object.fromEntries(missing) }));
  for (const field of form.querySelectorAll("[data-count]")) field.dispatchEvent(new Event("input"));
}

const PAUSE = 1500; // milliseconds without a key after which a form is kept

function keepElsewhere(form) {
  const told = form.querySelector("[data-kept]");
  let waiting = null;
  const send = async () => {
    waiting = null;
    const body = new URLSearchParams(new FormData(form));
    body.set("as", "keep");
    const answer = await fetch(location.pathname, { method: "POST", body, keepalive: true }).catch(() => null);
    if (answer?.status === 204 && told) told.textContent = told.dataset.kept;
  };
  const stop = () => {
    clearTimeout(waiting);
    waiting = null;
  };
  form.addEventListener("input", () => {
    stop();
    waiting = setTimeout(send, PAUSE);
  });
  form.addEventListener("submit", stop);
  // Who leaves the page or takes up another device does not wait.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden || waiting === null) return;
    stop();
    send();
  });
}

document.querySelectorAll("form[data-keeps]").forEach(keepElsewhere);

for (const notice of document.querySelectorAll("[data-draft]")) {
  const form = notice.closest("form");
  const key = `${PREFIX}${location.pathname}:${notice.dataset.draft}`;
  const drawn = JSON.stringify(read(form));
  const kept = sessionStorage.getItem(key);
  // A page that shows faults already has the typed text.
  if (kept && kept !== drawn && !form.querySelector("#faults")) {
    write(form, JSON.parse(kept));
    notice.hidden = false;
  }
  const keep = () => sessionStorage.setItem(key, JSON.stringify(read(form)));
  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
  form.addEventListener("submit", () => sessionStorage.removeItem(key));
  notice.querySelector("button").addEventListener("click", () => {
    sessionStorage.removeItem(key);
    write(form, JSON.parse(drawn));
    notice.hidden = true;
  });
}

for (const form of document.querySelectorAll('form[action="/sign-out"]')) {
  form.addEventListener("submit", () => {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
  });
}
