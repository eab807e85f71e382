// Several stories at once: a table of their labels, to be sorted and taken away as CSV or JSON.

import { figure, gauge, language, make, percent, say } from "./elements.js";

export const MOST_STORIES = 256; // documents that the API takes in one request
const SHOWN = 90; // characters of a story in its row: a headline
const BETWEEN = [/^[^\S\n]*[-=*_–—]{3,}[^\S\n]*$/m, /\n[^\S\n]*\n/, /\n/]; // what may part stories, the clearest first

/** Cut a text at its lines of dashes; where there are none, at its blank lines; where there are none, at every line. */
export function storiesOf(text) {
  const written = text.trim();
  const between = BETWEEN.find((mark) => mark.test(written));
  const parts = between ? written.split(between) : [written];
  return parts.map((part) => part.trim()).filter(Boolean).map((part) => ({ text: part }));
}

/** The beginning of a story, to know it by. */
export function beginningOf(story) {
  const lines = story.text.split("\n").map((line) => line.replace(/\s+/g, " ").trim());
  const points = Array.from(story.name ?? lines.filter(Boolean).join(" · "));
  return points.length > SHOWN ? `${points.slice(0, SHOWN).join("")}…` : points.join("");
}

/** Show a row for every story; `open` is called with the story whose details are asked for. */
export function showRows(table, stories, results, open) {
  const rows = results.map((result, place) => row(place + 1, stories[place], result, () => open(stories[place])));
  table.tBodies[0].replaceChildren(...rows);
  for (const heading of table.tHead.rows[0].cells) heading.removeAttribute("aria-sort");
}

function row(number, story, result, open) {
  const section = result.section ?? null;
  const details = make("button", { type: "button", class: "second", "aria-label": say("details_of", { number }) }, say("details"));
  details.addEventListener("click", open);
  const share = section ? [gauge(section.confidence), figure(percent(section.confidence))] : ["–"];
  const decision = section ? make("span", { class: `badge ${section.decision}` }, say(`decision.${section.decision}`)) : "–";
  const topics = (result.topics ?? []).map((topic) => topic.name[language]).join(language === "ar" ? "، " : ", ");
  const reasons = (result.review_reasons ?? []).map((reason) => say(`reason_short.${reason}`));
  const why = result.problem ? `${result.problem.title}: ${result.problem.detail}` : reasons.join(language === "ar" ? "، " : ", ");
  return make(
    "tr",
    {},
    cell("number", "number", number, String(number)),
    make("th", { scope: "row", "data-value": beginningOf(story), dir: "auto", lang: "ar" }, beginningOf(story)),
    cell("section", "", section?.name[language] ?? "", section?.name[language] ?? "–"),
    cell("confidence", "share", section?.confidence ?? "", ...share),
    cell("decision", "", section ? say(`decision.${section.decision}`) : "", decision),
    cell("reasons", "", why, why || "–"),
    cell("topics", "wide", topics, topics || "–"),
    make("td", { class: "act" }, details),
  );
}

function cell(name, className, value, ...content) {
  return make("td", { "data-name": say(name), "data-value": String(value), class: className }, ...content);
}

/** Hand a file to the reader; it is made here and comes from nowhere. */
export function download(name, type, content) {
  const address = URL.createObjectURL(new Blob([content], { type }));
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

const COLUMNS = [
  ...["number", "story", "section", "section_name", "confidence", "decision"],
  ...["topics", "topic_names", "topic_confidences", "needs_review", "review_reasons", "problem"],
];

/** The table as CSV, with a byte order mark, without which Excel takes Arabic for something else. */
export function csvOf(stories, results) {
  const rows = results.map((result, place) => [
    place + 1,
    beginningOf(stories[place]),
    result.section?.id ?? "",
    result.section?.name[language] ?? "",
    result.section?.confidence ?? "",
    result.section?.decision ?? "",
    (result.topics ?? []).map((topic) => topic.id).join("|"),
    (result.topics ?? []).map((topic) => topic.name[language]).join("|"),
    (result.topics ?? []).map((topic) => topic.confidence).join("|"),
    result.needs_review ?? "",
    (result.review_reasons ?? []).join("|"),
    result.problem?.code ?? "",
  ]);
  return `\ufeff${[COLUMNS, ...rows].map((values) => values.map(csvValue).join(",")).join("\r\n")}\r\n`;
}

/** Quote a value; one that a spreadsheet would run as a formula is kept a text. */
function csvValue(value) {
  const text = typeof value === "string" && /^[\s=+\-@＝＋－＠]/.test(value) ? `'${value}` : String(value);
  return `"${text.replaceAll('"', '""')}"`;
}

/** The answers as JSON, each with the beginning of its story. */
export function jsonOf(stories, results) {
  const entries = results.map((result, place) => ({ number: place + 1, story: beginningOf(stories[place]), ...result }));
  return JSON.stringify({ results: entries }, null, 2);
}
