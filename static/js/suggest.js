// Three kinds of suggestions, shown dashed until the person confirms them.
// Latin spelling: <input data-latin-from="ID of the name's field" data-latin-country="ID of the country's">;
// GET /names/latin?name=…&country=… answers {"latin": "…"}.
// Topics: <div class="chips" data-topics-from="ID of the text's field" data-topics-name="name of the boxes"
// data-topics-event="address">;
// POST /topics/suggest with {"text": "…", "event": "address", "chosen": ["…"]} answers
// {"topics": [{"value": "…", "label": "…", "words": "…"}], "told": "…"}, which [data-topics-told] beside the boxes says.

async function answer(address, options = { headers: { Accept: "application/json" } }) {
  const response = await fetch(address, options);
  return response.ok ? response.json() : {};
}

// The suggestion is a button below the field: nothing is filled in or saved before the person presses it.
function suggestLatin(latin) {
  const name = document.getElementById(latin.dataset.latinFrom);
  const country = document.getElementById(latin.dataset.latinCountry);
  const offered = Object.assign(document.createElement("button"), { type: "button", className: "chip found", lang: latin.lang });
  offered.hidden = true;
  latin.after(offered);
  const offer = async () => {
    const typed = name?.value.trim();
    const asked = new URLSearchParams({ name: typed ?? "", country: country?.value ?? "" });
    const { latin: guess } = typed ? await answer(`/names/latin?${asked}`).catch(() => ({})) : {};
    offered.hidden = !guess || guess === latin.value;
    offered.textContent = guess ?? "";
  };
  for (const field of [name, country]) field?.addEventListener("change", offer);
  offered.addEventListener("click", () => {
    latin.value = offered.textContent;
    latin.dispatchEvent(new Event("input", { bubbles: true }));
    offered.hidden = true;
    latin.focus();
  });
}

function chip(name, { value, label, words: found }) {
  const box = Object.assign(document.createElement("input"), { type: "checkbox", name, value });
  const words = Object.assign(document.createElement("span"), { textContent: `${label} ` });
  words.append(Object.assign(document.createElement("bdi"), { className: "quiet", textContent: found }));
  const made = Object.assign(document.createElement("label"), { className: "chip found" });
  made.dataset.guess = "";
  made.append(box, words);
  return made;
}

function suggestTopics(chips) {
  const text = document.getElementById(chips.dataset.topicsFrom);
  const told = chips.parentElement.querySelector("[data-topics-told]");
  const ticked = () => [...text.form.elements].filter((box) => box.name === chips.dataset.topicsName && box.checked);
  text?.addEventListener("change", async () => {
    const found = await answer("/topics/suggest", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({
        text: text.value,
        event: chips.dataset.topicsEvent,
        chosen: ticked().map((box) => box.value),
      }),
    }).catch(() => ({}));
    chips.querySelectorAll("[data-guess]:not(:has(:checked))").forEach((old) => old.remove());
    // The same topic can be elsewhere in the form; if it is ticked there it is not suggested.
    const known = new Set([...ticked(), ...chips.querySelectorAll("input")].map((box) => box.value));
    const more = (found.topics ?? []).filter(({ value }) => !known.has(value));
    chips.append(...more.map((topic) => chip(chips.dataset.topicsName, topic)));
    if (told) told.textContent = found.told ?? "";
  });
}

// Fills in the browser's time zone for <input data-own-zone>.
function suggestZone(zone) {
  if (zone.value !== "") return;
  zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
  zone.classList.add("suggested");
  zone.addEventListener("input", () => zone.classList.remove("suggested"), { once: true });
}

document.querySelectorAll("[data-own-zone]").forEach(suggestZone);
document.querySelectorAll("[data-latin-from]").forEach(suggestLatin);
document.querySelectorAll("[data-topics-from]").forEach(suggestTopics);
