// Keeps a region up to date: <section id="run" data-refresh="2"> is fetched again every two seconds from the page's URL
// and patched in place, so that focus and scroll position stay. Ends when it comes without data-refresh. Redirects are
// followed.

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

async function refresh(region) {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (response.redirected) return location.assign(response.url);
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
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
