// One story and what is said about it, as templates/result.html writes it where no script runs.

import { figure, gauge, language, make, percent, say } from "./elements.js";

const STRENGTHS = 3;

/** Show a labelled story in the place for it. */
export function showStory(place, { page, answer, texts }) {
  place.replaceChildren(
    make("h2", { id: "result-title", class: "unseen", tabindex: "-1" }, say("result")),
    make(
      "div",
      { class: "answer" },
      make("div", { class: "said" }, verdict(answer.section), review(answer.review_reasons), topics(answer.topics)),
      make("div", { class: "read" }, story(texts, answer), removed(page.removed), printed(page.fields), remarks(page.warnings)),
    ),
    make("p", { class: "hint by" }, say("answered_by"), " ", make("bdi", { dir: "ltr" }, `${answer.model.name} ${answer.model.version}`)),
  );
}

function card(className, ...children) {
  return make("div", { class: `card ${className}`.trim() }, ...children);
}

function verdict(section) {
  const title = make("h3", {}, say("section"));
  if (section === null) return card("verdict", title, make("p", {}, say("no_section")));
  const badge = make("span", { class: "badge" }, say(`decision.${section.decision}`));
  const bars = [section, ...section.alternatives].map((choice) =>
    make("li", {}, make("span", {}, choice.name[language]), gauge(choice.confidence), figure(percent(choice.confidence))),
  );
  return card(
    `verdict ${section.decision}`,
    title,
    make("p", { class: "name" }, section.name[language], " ", badge),
    make("ul", { class: "bars" }, ...bars),
    spoken(section.evidence),
  );
}

function spoken(evidence) {
  if (evidence.length === 0) return null;
  const words = [...new Set(evidence.map((word) => word.text))];
  const shown = words.flatMap((word) => [" ", make("bdi", { lang: "ar" }, word)]);
  return make("p", { class: "spoke" }, make("span", { class: "hint" }, say("spoke")), ...shown);
}

function review(reasons) {
  if (reasons.length === 0) return null;
  const list = make("ul", {}, ...reasons.map((reason) => make("li", {}, say(`reason.${reason}`))));
  return card("review", make("h3", {}, say("review")), list);
}

function topics(given) {
  const title = make("h3", {}, say("topics"));
  if (given.length === 0) return card("", title, make("p", { class: "hint" }, say("no_topics")));
  const chips = given.map((topic) =>
    make(
      "li",
      {},
      make("p", { class: "chip" }, make("span", {}, topic.name[language]), figure(percent(topic.confidence))),
      gauge(topic.confidence, topic.threshold),
      make(
        "p",
        { class: "hint" },
        say("threshold"),
        " ",
        figure(percent(topic.threshold), ""),
        ...(topic.iptc ? [" ", make("code", { dir: "ltr" }, topic.iptc)] : []),
      ),
      spoken(topic.evidence),
    ),
  );
  return card("", title, make("ul", { class: "chips" }, ...chips));
}

function story(texts, answer) {
  const shown = make("article", { class: "card text", "aria-labelledby": "text-title" });
  shown.append(make("h3", { id: "text-title" }, say("story")));
  if (Object.keys(texts).length === 0) {
    shown.append(make("p", { class: "hint" }, say("nothing_left")));
    return shown;
  }
  const marks = gatherMarks(answer);
  const example = (kind) => make("mark", { class: `${kind} s2` }, say(`legend.${kind}`));
  shown.append(make("p", { class: "legend" }, say("legend"), " ", example("section"), " ", example("topic")));
  for (const [field, text] of Object.entries(texts)) shown.append(...paragraphs(field, text, marks[field] ?? []));
  return shown;
}

/** Gather the evidence of all labels: field -> marks in the order of the text. */
function gatherMarks(answer) {
  const labels = answer.topics.map((topic) => ["topic", topic]);
  if (answer.section) labels.unshift(["section", answer.section]);
  const fields = {};
  for (const [kind, label] of labels) {
    const heaviest = Math.max(0, ...label.evidence.map((word) => word.weight));
    for (const word of label.evidence) {
      const places = (fields[word.field] ??= new Map());
      const place = `${word.start}-${word.end}`;
      if (!places.has(place)) places.set(place, { start: word.start, end: word.end, kinds: new Set(), strength: 0, labels: [] });
      const mark = places.get(place);
      const strength = heaviest > 0 ? Math.min(STRENGTHS, 1 + Math.floor((STRENGTHS * word.weight) / heaviest)) : 1;
      mark.kinds.add(kind);
      mark.strength = Math.max(mark.strength, strength);
      mark.labels.push(`${label.name[language]} ${word.weight.toFixed(2)}`);
    }
  }
  const ordered = Object.entries(fields).map(([field, places]) => [
    field,
    [...places.values()].sort((a, b) => a.start - b.start || a.end - b.end),
  ]);
  return Object.fromEntries(ordered);
}

/** Cut a text at its newlines, and every paragraph around its marks; places are code points, not JavaScript's halves. */
function paragraphs(field, text, marks) {
  const found = [];
  let begin = 0;
  for (const line of text.split("\n")) {
    const points = Array.from(line);
    const end = begin + points.length;
    if (line.trim()) {
      const inside = marks.filter((mark) => begin <= mark.start && mark.end <= end);
      found.push(make("p", { class: field, dir: "auto", lang: "ar" }, ...pieces(points, begin, inside)));
    }
    begin = end + 1;
  }
  return found;
}

function pieces(points, offset, marks) {
  const parts = [];
  let begin = 0;
  const upTo = (end) => points.slice(begin, end).join("");
  for (const mark of marks) {
    const start = mark.start - offset;
    if (start < begin) continue;
    if (start > begin) parts.push(upTo(start));
    begin = start;
    const classes = `${[...mark.kinds].join(" ")} s${mark.strength}`;
    parts.push(make("mark", { class: classes, title: mark.labels.join(" · ") }, upTo(mark.end - offset)));
    begin = mark.end - offset;
  }
  if (begin < points.length) parts.push(upTo(points.length));
  return parts;
}

function removed(taken) {
  if (taken.length === 0) return null;
  const list = taken.map((piece) =>
    make(
      "li",
      {},
      make("span", { class: "kind" }, say(`kind.${piece.kind}`)),
      " ",
      make("del", { dir: "auto", lang: "ar" }, piece.text),
    ),
  );
  const summary = make("summary", {}, say("removed"), " ", make("span", { class: "count" }, String(taken.length)));
  return make("details", { class: "card removed" }, summary, make("ul", {}, ...list));
}

function printed(fields) {
  const names = [...(fields.section ? [fields.section] : []), ...fields.topics];
  if (names.length === 0) return null;
  const tags = names.flatMap((name) => [make("bdi", { class: "tag" }, name), " "]);
  return card("printed", make("h3", {}, say("printed")), make("p", { lang: "ar" }, ...tags));
}

function remarks(warnings) {
  if (warnings.length === 0) return null;
  const list = warnings.map((warning) =>
    make("li", {}, say(`warning.${warning.code}`), ...(warning.detail ? [" ", make("bdi", {}, warning.detail)] : [])),
  );
  return card("", make("h3", {}, say("warnings")), make("ul", {}, ...list));
}
