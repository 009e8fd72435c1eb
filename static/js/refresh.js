// Patches regions of the page in place, so that focus and scroll position stay.
// <section id="run" data-refresh="2"> is fetched again every two seconds from the page's URL, until it comes without
// data-refresh. Redirects are followed.
// <form method="post" data-inplace="m7 purse told"> is sent without leaving the page; the regions with these ids are taken
// from the answer, and everything with an id and data-beside, which any act can change. If the regions are not there, such as on the page to sign in, the page that was answered is opened; a refusal is
// shown by sending the form again as without scripts. What the answer says above its content, <div id="said"> says at the
// edge of the window. Without a connection, the region with data-failed says so.

const WAIT = 20_000; // milliseconds until a request without an answer counts as failed

function patch(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  // What this browser has translated, or offers to, is not in the answer.
  if (old.dataset?.text && old.dataset.text === fresh.dataset?.text) return;
  if (old.nodeName !== fresh.nodeName) return old.replaceWith(fresh);
  if (old.nodeType !== Node.ELEMENT_NODE) return void (old.nodeValue = fresh.nodeValue);
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) old.setAttribute(name, value);
  const [shown, coming] = [[...old.childNodes], [...fresh.childNodes]];
  if (shown.length !== coming.length) return old.replaceChildren(...coming);
  shown.forEach((child, index) => patch(child, coming[index]));
}

const parsed = async (response) => new DOMParser().parseFromString(await response.text(), "text/html");

async function refresh(region) {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (response.redirected) return location.assign(response.url);
  if (!response.ok) return;
  const page = await parsed(response);
  const fresh = page.getElementById(region.id);
  if (!fresh) return location.reload();
  patch(region, document.importNode(fresh, true));
}

function keep(region) {
  setTimeout(async () => {
    // After a lost connection the next try may reach the server again.
    if (!document.hidden) await refresh(region).catch(() => {});
    if (region.dataset.refresh) keep(region);
  }, 1000 * Number(region.dataset.refresh));
}

document.querySelectorAll("[data-refresh]").forEach(keep);

function sendAsUsual(form, pressed) {
  const value = document.createElement("input");
  if (pressed?.name) form.append(Object.assign(value, { type: "hidden", name: pressed.name, value: pressed.value }));
  form.submit();
  // Who comes back to this page may press another button.
  value.remove();
}

function say(region, words) {
  region.replaceChildren(Object.assign(document.createElement("p"), { textContent: words }));
}

// The pressed button may have gone with what it changed: then the next thing to press is the same act, or the first one there.
function keepFocus(form, region) {
  if (document.activeElement && document.activeElement !== document.body) return;
  const again = [...region.querySelectorAll("form")].find(({ action }) => action === form.action) ?? region;
  const shown = (each) => [...each.querySelectorAll("button:not(.hidden)")].find((button) => button.checkVisibility());
  const next = shown(again) ?? shown(region);
  (next ?? document.querySelector("main")).focus({ preventScroll: true });
}

const regionsOf = (form) => form.dataset.inplace.split(" ").filter((id) => document.getElementById(id));

async function sendInPlace(form, pressed, body) {
  const ids = regionsOf(form);
  const tells = [...ids.map((id) => document.getElementById(id)), document.getElementById("said")].find((each) => each?.dataset.failed);
  const headers = { Accept: "text/html" };
  const response = await fetch(form.action, { method: "POST", headers, body, signal: AbortSignal.timeout(WAIT) }).catch(() => null);
  const page = response?.ok ? await parsed(response).catch(() => null) : null;
  if (tells && (!response || (response.ok && !page))) return say(tells, tells.dataset.failed);
  if (!page) return sendAsUsual(form, pressed);
  if (!ids.every((id) => page.getElementById(id))) return location.assign(response.url);
  const own = form.closest(ids.map((id) => `[id="${id}"]`).join()) ?? document.getElementById(ids[0]);
  const beside = [...document.querySelectorAll("[data-beside]")].map((each) => each.id).filter((id) => page.getElementById(id));
  for (const id of [...ids, ...beside]) patch(document.getElementById(id), document.importNode(page.getElementById(id), true));
  const told = page.querySelector("main > .notice:first-child .so");
  if (told && tells?.id === "said") say(tells, told.textContent);
  if (form.isConnected) form.reset();
  keepFocus(form, document.getElementById(own?.id) ?? document.getElementById(ids[0]));
}

// One after another, so that the last answer is the latest.
let sent = Promise.resolve();

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-inplace]");
  if (!form || !regionsOf(form).length) return;
  event.preventDefault();
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  const body = new URLSearchParams(new FormData(form, event.submitter));
  const send = () => sendInPlace(form, event.submitter, body);
  sent = sent.then(send).catch(console.error).then(() => void (form.ariaBusy = null));
});
