// Turns from one profile to the next by a swipe on a touch screen: <nav class="turning"> has a link with rel="next", one
// with rel="prev", or both. Their keys are in keys.js. Whatever was focused is focused on the next profile, too.

const FAR = 64; // pixels after which a swipe turns
const CLEAR = 12; // pixels after which a touch is a swipe or a scroll
const EDGE = 28; // pixels at the edges of the screen, where swipes belong to the browser
const PULL = 48; // pixels that the page follows the finger at most
const KEPT = "turned";
const OURS = "input, textarea, select, dialog, [contenteditable]";

const nav = document.querySelector("nav.turning");
const main = document.querySelector("main");
// Not the whole page: what is fixed to the window stays there.
const text = nav?.closest(".split > div");
const isStill = matchMedia("(prefers-reduced-motion: reduce)");

const link = (rel) => nav.querySelector(`a[rel="${rel}"]`);

function pull(pixels) {
  if (!text || (pixels && isStill.matches)) return;
  main.style.overflowX = pixels ? "clip" : "";
  text.style.transform = pixels ? `translateX(${pixels}px)` : "";
}

// How the focused element is found on the next profile.
function focused() {
  const at = document.activeElement;
  if (nav.contains(at)) return `nav.turning a[rel="${at.rel}"]`;
  return at?.matches("button[name][value]") ? `main button[name="${CSS.escape(at.name)}"][value="${CSS.escape(at.value)}"]` : "";
}

function scrollsAcross(element) {
  for (let each = element; each && each !== document.body; each = each.parentElement) {
    if (each.scrollWidth > each.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(each).overflowX)) return true;
  }
  return false;
}

function begins(event) {
  const [finger] = event.touches;
  const isFree = event.touches.length === 1 && finger.clientX > EDGE && finger.clientX < innerWidth - EDGE;
  const isZoomed = (visualViewport?.scale ?? 1) > 1.01;
  return isFree && !isZoomed && !event.target.closest(OURS) && !scrollsAcross(event.target) && getSelection().isCollapsed;
}

function listen() {
  let from = null; // where the finger came down
  let isSwipe = false;

  const way = (event) => [event.changedTouches[0].clientX - from.x, event.changedTouches[0].clientY - from.y];
  const target = (across) => link((across < 0) === (document.documentElement.dir !== "rtl") ? "next" : "prev");
  const end = () => {
    from = null;
    isSwipe = false;
    pull(0);
  };

  document.addEventListener("touchstart", (event) => {
    end();
    if (begins(event)) from = { x: event.touches[0].clientX, y: event.touches[0].clientY };
  }, { passive: true });

  document.addEventListener("touchmove", (event) => {
    if (!from) return;
    const [across, down] = way(event);
    if (!isSwipe && Math.max(Math.abs(across), Math.abs(down)) < CLEAR) return;
    if (event.touches.length > 1 || (!isSwipe && Math.abs(across) < 2 * Math.abs(down))) return end();
    isSwipe = true;
    if (target(across)) pull(Math.max(-PULL, Math.min(PULL, across / 3)));
  }, { passive: true });

  document.addEventListener("touchend", (event) => {
    const [across, down] = isSwipe ? way(event) : [0, 0];
    end();
    if (Math.abs(across) >= FAR && Math.abs(across) > 2 * Math.abs(down)) target(across)?.click();
  });
  document.addEventListener("touchcancel", end);
}

function keepFocus() {
  nav.addEventListener("click", (event) => {
    const to = event.target.closest("a[rel]");
    if (to) sessionStorage.setItem(KEPT, JSON.stringify([new URL(to.href).pathname, focused()]));
  });
  const [path, selector] = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
  sessionStorage.removeItem(KEPT);
  if (path !== location.pathname || !selector) return;
  // At the end of the list the link to the next profile is gone.
  (document.querySelector(selector) ?? nav.querySelector("a"))?.focus({ preventScroll: true });
}

if (nav) {
  // The browser's own swipe would go back in its history at the same time.
  document.documentElement.style.overscrollBehaviorX = "none";
  listen();
  keepFocus();
}
