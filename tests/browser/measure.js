// Says what is wrong with the layout of the page that is shown: measure({targets, outline, docks, focus}) answers sentences.
// With focus the last key pressed has to be Tab, after which browsers show where the focus is.
(() => {
  const THUMB = 44;
  const shown = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && getComputedStyle(element).visibility === "visible" && !element.closest("[aria-hidden], .hidden, .skip");
  };
  const told = (element) => `<${element.localName} class="${element.className}"> ${(element.textContent || element.name || "").trim().slice(0, 40)}`;

  const isInText = (link) => {
    if (link.localName !== "a" || getComputedStyle(link).display !== "inline") return false;
    const block = link.closest("p, li, td, dd, cite, h1, h2, h3, small, span:not(:only-child), bdi:not(:only-child)");
    const words = (block ?? link).textContent.replaceAll(/[\s·]/g, "");
    return words.length > link.textContent.replaceAll(/[\s·]/g, "").length;
  };

  function* targets() {
    for (const each of document.querySelectorAll("a[href], button, summary, select, textarea, input:not([type=hidden])")) {
      const pressed = ["checkbox", "radio"].includes(each.type) ? each.closest("label") ?? each : each;
      if (!shown(pressed) || isInText(each)) continue;
      // What is laid around it can be pressed, too.
      const around = getComputedStyle(pressed, "::after");
      const more = around.content !== "none" && around.position === "absolute" ? -2 * Math.min(0, parseFloat(around.insetInlineStart) || 0) : 0;
      const box = pressed.getBoundingClientRect();
      const [width, height] = [box.width + more, box.height + more];
      if (height < THUMB - 0.5 || (width < THUMB - 0.5)) yield `a target of ${Math.round(width)} × ${Math.round(height)}: ${told(pressed)}`;
    }
  }

  const nameOf = (element) => {
    const by = element.getAttribute("aria-labelledby");
    const words = by ? by.split(" ").map((id) => document.getElementById(id)?.textContent ?? "").join(" ") : element.getAttribute("aria-label");
    return (words ?? "").replaceAll(/\s+/g, " ").trim();
  };

  function* outline() {
    const heads = [...document.querySelectorAll("h1, h2, h3, h4")].filter(shown);
    if (heads.filter((head) => head.localName === "h1").length !== 1) yield "not one h1";
    let level = 0;
    for (const head of heads) {
      const own = Number(head.localName[1]);
      if (own > level + 1) yield `h${own} after h${level}: ${told(head)}`;
      level = own;
    }
    const names = new Map();
    for (const each of document.querySelectorAll("nav, aside, section, form, [role=region], main, body > header, body > footer")) {
      const name = nameOf(each);
      if (!name && each.localName !== "nav" && each.localName !== "aside") continue;
      const key = name || `${each.localName} without a name`;
      if (names.has(key)) yield `two landmarks of one name: ${key} (${names.get(key)}, ${each.localName})`;
      names.set(key, each.localName);
    }
    for (const each of document.querySelectorAll("a[aria-label], button[aria-label], summary[aria-label]")) {
      if (!nameOf(each).toLowerCase().includes(each.textContent.trim().toLowerCase())) yield `a name without what is shown: ${nameOf(each)}`;
    }
  }

  function* docks() {
    for (const each of document.querySelectorAll(".dock, .actions.stays, .foot-bar, .purse, .lately")) {
      if (!["fixed", "sticky"].includes(getComputedStyle(each).position)) continue;
      const { height } = each.getBoundingClientRect();
      if (height > innerHeight / 5) yield `a dock of ${Math.round(height)} of ${innerHeight}`;
    }
  }

  const isCovered = (element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    const points = [0.1, 0.5, 0.9].flatMap((x) => [0.2, 0.5, 0.8].map((y) => [left + x * width, top + y * height]));
    const over = element.closest("label") ?? element;
    return points.every(([x, y]) => {
      const hit = document.elementFromPoint(x, y);
      return !hit || !(over.contains(hit) || hit.contains(over));
    });
  };

  // Everything that a keyboard reaches shows a ring, and lies under nothing that is fixed to the window.
  function* focus() {
    for (const each of document.querySelectorAll("a[href], button:enabled, summary, select:enabled, textarea:enabled, input:enabled:not([type=hidden])")) {
      if (!shown(each) || each.tabIndex < 0 || each.closest("details:not([open]) > :not(summary)")) continue;
      each.focus();
      if (document.activeElement !== each) yield `no focus: ${told(each)}`;
      const { outlineStyle, outlineWidth } = getComputedStyle(each);
      if (outlineStyle === "none" || parseFloat(outlineWidth) < 2) yield `a focus that nobody sees: ${told(each)}`;
      if (isCovered(each)) yield `covered when it has the focus: ${told(each)}`;
    }
    document.activeElement.blur();
    scrollTo(0, 0);
  }

  // What cannot be pressed or changed says why.
  function* disabled() {
    for (const each of document.querySelectorAll(":disabled, [aria-disabled=true]")) {
      const ids = (each.getAttribute("aria-describedby") ?? "").split(" ");
      if (shown(each) && !ids.some((id) => document.getElementById(id)?.textContent.trim())) yield `disabled without a reason: ${told(each)}`;
    }
  }

  function* overflow() {
    const root = document.documentElement;
    const wider = root.scrollWidth - root.clientWidth;
    if (wider <= 0) return;
    const isOut = (element) => {
      const { left, right } = element.getBoundingClientRect();
      return (right > root.clientWidth + 0.5 || left < -0.5) && shown(element) && !element.closest(".scroll, .tabs, .places, .timetable, details:not([open])");
    };
    const out = [...document.querySelectorAll("body *")].filter(isOut);
    yield `${wider} px wider than the window: ${out.slice(-2).map(told).join(", ")}`;
  }

  window.measure = (asked) => [
    ...overflow(),
    ...disabled(),
    ...(asked.targets ? targets() : []),
    ...(asked.outline ? outline() : []),
    ...(asked.docks ? docks() : []),
    ...(asked.focus ? focus() : []),
  ];
})();
