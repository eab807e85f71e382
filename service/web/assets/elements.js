// Elements and words for the page. Text only ever becomes text: nothing here, or in what uses it, takes HTML.

const WORDS = JSON.parse(document.body.dataset.words);
const SVG = "http://www.w3.org/2000/svg";

export const language = document.documentElement.lang;

/** Say something in the reader's language; a key that is not there is said by its end. */
export function say(key, values = {}) {
  const text = Object.hasOwn(WORDS, key) ? WORDS[key] : key.slice(key.lastIndexOf(".") + 1);
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** Make an element; children are elements, texts, or nothing. */
export function make(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

function drawn(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** Draw a share as a bar, and the threshold on it as a line; the same as templates/gauge.html. */
export function gauge(share, threshold = null) {
  const at = (value) => String(Math.round(value * 10000) / 100);
  return drawn(
    "svg",
    { class: "gauge", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true", focusable: "false" },
    drawn("rect", { class: "rail", width: "100", height: "8" }),
    drawn("rect", { class: "fill", width: at(share), height: "8" }),
    threshold === null ? null : drawn("line", { x1: at(threshold), x2: at(threshold), y1: "0", y2: "8" }),
  );
}

/** Write a share in [0, 1]; what rounding would call certain or impossible is not called so. */
export function percent(share) {
  if (share > 0.999 && share < 1) return ">99.9%";
  if (share > 0 && share < 0.001) return "<0.1%";
  return `${(share * 100).toFixed(1).replace(/\.0$/, "")}%`;
}

/** A number, written from left to right wherever it stands. */
export function figure(text, className = "figure") {
  return make("span", { class: className, dir: "ltr" }, text);
}
