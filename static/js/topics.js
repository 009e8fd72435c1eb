// Loads the topics of a form when one of their fields is first opened.
// <div class="topic-groups" data-topics-at="address" data-topics-but="id"> holds <details data-topics-of="field">; the
// URL returns {"field": [["id", "label"], …], …}. Until then a button in each field asks for the form with all topics; it
// stays if the request fails.
// The event "topics-missing" on a form, with {name: [ids]} as its detail, ticks topics of a draft that are not in the page.

const fetched = new Map();

function topicsAt(address) {
  if (!fetched.has(address)) {
    const asked = fetch(address, { headers: { Accept: "application/json" } }).then((found) => found.json());
    asked.catch(() => fetched.delete(address));
    fetched.set(address, asked);
  }
  return fetched.get(address);
}

function chip(name, value, label, isTicked = false) {
  const box = Object.assign(document.createElement("input"), { type: "checkbox", name, value, checked: isTicked });
  const words = Object.assign(document.createElement("span"), { textContent: label });
  const made = Object.assign(document.createElement("label"), { className: "chip" });
  made.append(box, words);
  return made;
}

async function fill(group) {
  const groups = group.closest("[data-topics-at]");
  const field = groups.closest("fieldset");
  group.setAttribute("aria-busy", "true");
  try {
    const topics = await topicsAt(groups.dataset.topicsAt);
    const known = new Set([...field.querySelectorAll("input")].map((box) => box.value));
    known.add(groups.dataset.topicsBut);
    const offered = topics[group.dataset.topicsOf].filter(([value]) => !known.has(value));
    const chips = group.querySelector(".chips");
    chips.replaceChildren(...offered.map(([value, label]) => chip(groups.dataset.topicsName, value, label)));
    delete group.dataset.topicsOf;
  } finally {
    group.removeAttribute("aria-busy");
  }
}

for (const group of document.querySelectorAll("[data-topics-of]")) {
  group.addEventListener("toggle", () => {
    if (group.open && group.dataset.topicsOf && !group.hasAttribute("aria-busy")) fill(group).catch(() => {});
  });
}

async function tick(groups, values) {
  const chips = groups.closest("fieldset").querySelector(".chips");
  const made = values.map((value) => chip(groups.dataset.topicsName, value, value, true));
  chips.append(...made);
  const labels = new Map(Object.values(await topicsAt(groups.dataset.topicsAt)).flat());
  made.forEach((each, at) => (each.querySelector("span").textContent = labels.get(values[at]) ?? values[at]));
}

for (const groups of document.querySelectorAll("[data-topics-at]")) {
  groups.closest("form").addEventListener("topics-missing", ({ detail }) => {
    const values = detail[groups.dataset.topicsName] ?? [];
    if (values.length) tick(groups, values).catch(() => {});
  });
}
