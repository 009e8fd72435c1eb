// Translates originals on this device where the browser can (the Translator API): nothing is sent. The button appears only
// if the browser knows both languages; the first time it may have to download them, which needs the press.

const root = document.documentElement;
const code = (tag) => (tag.startsWith("zh-Hant") ? "zh-Hant" : tag.split("-")[0]);
const known = new Map();

function canTranslate(pair) {
  const key = `${pair.sourceLanguage} ${pair.targetLanguage}`;
  if (!known.has(key)) {
    known.set(key, self.Translator.availability(pair).then((found) => found !== "unavailable", () => false));
  }
  return known.get(key);
}

async function offer(place) {
  const [button, shown, made, failed] = ["button", ".told", "[data-made]", "[data-failed]"].map((part) => place.querySelector(part));
  const pair = { sourceLanguage: code(place.dataset.onDevice), targetLanguage: code(root.lang) };
  if (!(await canTranslate(pair))) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (button.ariaBusy === "true") return;
    button.ariaBusy = "true";
    failed.hidden = true;
    place.setAttribute("aria-busy", "true");
    try {
      const translator = await self.Translator.create(pair);
      const text = await translator.translate(place.dataset.text);
      translator.destroy?.();
      shown.firstElementChild.textContent = text;
      shown.firstElementChild.lang = root.lang;
      shown.firstElementChild.dir = root.dir || "ltr";
      shown.hidden = made.hidden = false;
      button.hidden = true;
    } catch {
      failed.hidden = false;
    }
    button.ariaBusy = null;
    place.removeAttribute("aria-busy");
  });
}

if ("Translator" in self) document.querySelectorAll("[data-on-device]").forEach(offer);
