// Elements, built without any markup in text: whatever the server says is text and stays text.

const SVG = "http://www.w3.org/2000/svg";

/** An element; `on…` are listeners, null and false leave an attribute out, nested lists of children are flattened. */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** An element of SVG. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** One of the page's own icons. */
export function icon(name) {
  return svg("svg", { "aria-hidden": "true" }, svg("use", { href: `#i-${name}` }));
}

/** Text for screen readers alone. */
export function unseen(text) {
  return h("span", { class: "unseen" }, text);
}

/** The element with an id. */
export function byId(id) {
  return document.getElementById(id);
}

/** Says something to screen readers when they are free. */
export function announce(text) {
  byId("status").textContent = text;
}

/** Replaces the children of an element; focus and sideways scrolling stay where they were, by `data-key`. */
export function replace(element, ...children) {
  const focused = element.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  const scrolled = [...element.querySelectorAll("[data-scroll]")].map((row) => [row.dataset.scroll, row.scrollLeft]);
  element.replaceChildren(...flat(children));
  for (const [key, left] of scrolled) {
    const row = element.querySelector(`[data-scroll="${CSS.escape(key)}"]`);
    if (row) row.scrollLeft = left;
  }
  if (focused === undefined) return;
  const again = element.querySelector(`[data-key="${CSS.escape(focused)}"]`);
  (again ?? byId("main")).focus({ preventScroll: true });
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...flat(children));
  return element;
}

function flat(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}
