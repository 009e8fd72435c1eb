// Patches regions of the page in place, so that focus and scroll position stay.
// <section id="run" data-refresh="2"> is fetched again every two seconds from the page's URL, until it comes without
// data-refresh. Redirects are followed.
// <form method="post" data-inplace="m7 purse told"> is sent without leaving the page; the regions with these ids are taken
// from the answer. Whatever else the answer is, such as a page with faults, the form is sent again as without scripts.

function patch(old, fresh) {
  if (old.isEqualNode(fresh)) return;
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
  if (pressed?.name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: pressed.name, value: pressed.value }));
  form.submit();
}

async function sendInPlace(form, pressed) {
  const ids = form.dataset.inplace.split(" ").filter((id) => document.getElementById(id));
  const response = await fetch(form.action, {
    method: "POST",
    headers: { Accept: "text/html" },
    body: new URLSearchParams(new FormData(form, pressed)),
  }).catch(() => null);
  const page = response?.ok ? await parsed(response) : null;
  if (!page || !ids.every((id) => page.getElementById(id))) return sendAsUsual(form, pressed);
  const own = form.closest(ids.map((id) => `[id="${id}"]`).join()) ?? document.getElementById(ids[0]);
  for (const id of ids) patch(document.getElementById(id), document.importNode(page.getElementById(id), true));
  // The pressed button may have gone with what it changed: then the next thing to press is the first one there.
  if (!document.activeElement || document.activeElement === document.body) {
    (document.getElementById(own?.id) ?? document.getElementById(ids[0]))?.querySelector("button")?.focus({ preventScroll: true });
  }
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-inplace]");
  if (!form) return;
  event.preventDefault();
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  await sendInPlace(form, event.submitter);
  form.ariaBusy = null;
});
