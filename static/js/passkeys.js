// Buttons that add a passkey or sign in with one; hidden where the browser cannot.
// <button data-passkey="address" data-options="address" data-next="/path" data-failed="sentence" hidden>: what the device
// answers to the options is posted to the address, which names the page to open. The element after it says what went wrong.

async function send(address, body) {
  const headers = { Accept: "application/json", "Content-Type": "application/json" };
  const response = await fetch(address, { method: "POST", headers, body: JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw Object.assign(new Error(), { said: answer.detail ?? answer.title });
  return answer;
}

async function use(button) {
  const options = await send(button.dataset.options, {});
  const isNew = "user" in options;
  const credential = isNew
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  const { to } = await send(button.dataset.passkey, { credential: credential.toJSON(), next: button.dataset.next });
  location.assign(to);
  if (location.href.split("#")[0] === new URL(to, location.href).href.split("#")[0]) location.reload();
}

for (const button of document.querySelectorAll("button[data-passkey]")) {
  if (!globalThis.PublicKeyCredential?.parseCreationOptionsFromJSON) continue;
  for (const each of document.querySelectorAll("[data-with-passkey]")) each.hidden = false;
  button.addEventListener("click", async () => {
    const told = document.getElementById(button.getAttribute("aria-describedby"));
    if (button.ariaBusy === "true") return;
    told.textContent = "";
    button.ariaBusy = "true";
    // A person who closes the window of the browser has changed their mind: nothing to say but that nothing happened.
    await use(button).catch((fault) => (told.textContent = fault.said ?? button.dataset.failed));
    button.ariaBusy = null;
  });
}
