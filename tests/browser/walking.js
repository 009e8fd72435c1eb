// What a page says in its own language, and where the next key would go: for tests that walk along a path of people.
(() => {
  // What people wrote stands in elements with a language or a direction of their own; the rest is the page's language.
  const OTHERS = "bdi, code, [dir=auto], [dir=ltr]:not(html), textarea, datalist, script, style, noscript, .voice";
  const NAMES = ["aria-label", "title", "placeholder", "alt"];
  const isOwn = (element) => !element.closest(OTHERS) && element.closest("[lang]") === document.documentElement;

  window.said = () => {
    const found = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode())
      if (isOwn(node.parentElement)) found.push(node.data.trim());
    for (const name of NAMES)
      for (const each of document.querySelectorAll(`[${name}]`)) if (isOwn(each)) found.push(each.getAttribute(name));
    return found.filter(Boolean);
  };

  // What is read, in one line, without marks of direction.
  window.words = (element) => element.innerText.replaceAll(/[\u2066-\u2069]/g, "").replaceAll(/\s+/g, " ");

  // Nowhere yet, or at something that is seen.
  window.lostFocus = () => {
    const at = document.activeElement;
    if (!at || at === document.body || at.id === "main") return [];
    const { top, bottom, width, height } = at.getBoundingClientRect();
    const isSeen = width && height && bottom > 0 && top < innerHeight;
    return isSeen ? [] : [`a focus that nobody sees: <${at.localName}> ${at.textContent.trim().slice(0, 40)}`];
  };
})();
