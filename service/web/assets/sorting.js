// Tables whose columns sort their rows, by mouse or keyboard.

import { language, make } from "./elements.js";

const collator = new Intl.Collator(language, { numeric: true });

/** Make a button of every heading that says how its column is sorted. */
export function makeSortable(table) {
  for (const heading of table.querySelectorAll("thead th[data-sort]")) {
    const button = make("button", { type: "button" }, heading.textContent);
    button.addEventListener("click", () => sortBy(table, heading));
    heading.replaceChildren(button);
  }
}

function sortBy(table, heading) {
  const isNumber = heading.dataset.sort === "number";
  const before = heading.getAttribute("aria-sort");
  // Figures are asked for from the top, names from the first letter.
  const first = isNumber && heading.cellIndex > 0 ? "descending" : "ascending";
  const order = before === null ? first : before === "ascending" ? "descending" : "ascending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", order);
  const rows = [...table.tBodies[0].rows].map((row) => [row.cells[heading.cellIndex].dataset.value, row]);
  const sign = order === "ascending" ? 1 : -1;
  rows.sort(([a], [b]) => {
    if (a === "" || b === "") return (a === "") - (b === ""); // what has no value stands last, either way
    return sign * (isNumber ? Number(a) - Number(b) : collator.compare(a, b));
  });
  table.tBodies[0].append(...rows.map(([, row]) => row));
}
