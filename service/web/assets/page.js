// What the page can do where scripts run: answer without leaving it, several stories, files dropped, the language kept.
// Without this file the form still labels one story; everything here is added to that.

import { ask, labelText } from "./api.js";
import { language, say } from "./elements.js";
import { csvOf, download, jsonOf, MOST_STORIES, showRows, storiesOf } from "./several.js";
import { makeSortable } from "./sorting.js";
import { showStory } from "./story.js";

const at = (id) => document.getElementById(id);

keepLanguage();
document.querySelectorAll("table.sortable").forEach(makeSortable);
if (at("ask")) {
  startForm();
  keepText();
}

/** Remember the language in the browser, not in a cookie: the server never learns of it but by the address. */
function keepLanguage() {
  try {
    const asked = new URLSearchParams(location.search).get("lang");
    if (asked) return localStorage.setItem("lang", language);
    const kept = localStorage.getItem("lang");
    if (kept === "en" && language === "ar") location.replace("?lang=en");
  } catch {
    // A browser that keeps nothing shows Arabic first every time.
  }
}

/** Carry what is written over to the other language, in this tab and once. */
function keepText() {
  try {
    at("text").value = sessionStorage.getItem("text") ?? at("text").value;
    sessionStorage.removeItem("text");
    document.querySelector(".switch").addEventListener("click", () => sessionStorage.setItem("text", at("text").value));
  } catch {
    // As above: the text is pasted again.
  }
}

function startForm() {
  const form = at("ask");
  const modes = form.querySelector(".modes");
  const button = form.querySelector("button[type=submit]");
  const said = button.textContent;
  let shown = { stories: [], results: [] };

  for (const element of [modes, at("drop-hint"), at("clear")]) element.hidden = false;
  at("file").multiple = true;
  at("file").parentElement.classList.add("chooser"); // what is chosen is read at once: its name need not be shown
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    labelWritten();
  });
  at("text").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  at("clear").addEventListener("click", () => {
    at("text").value = "";
    complain("");
    at("result").hidden = at("several").hidden = true;
    at("text").focus();
  });
  at("file").addEventListener("change", () => takeFiles([...at("file").files]));
  at("csv").addEventListener("click", () => download("tabwib.csv", "text/csv", csvOf(shown.stories, shown.results)));
  at("json").addEventListener("click", () => download("tabwib.json", "application/json", jsonOf(shown.stories, shown.results)));
  takeDrops();

  function labelWritten() {
    const text = at("text").value;
    if (modes.querySelector("input:checked").value === "many") {
      return during(() => labelSeveral(storiesOf(text)));
    }
    at("several").hidden = true;
    return during(() => labelOne(text));
  }

  async function labelOne(text) {
    if (!text.trim()) throw new Error(say("empty"));
    const labelled = await labelText(text, at("key")?.value);
    showStory(at("result"), labelled);
    reveal("result");
  }

  async function labelSeveral(stories, count = stories.length) {
    if (stories.length === 0) throw new Error(say("empty"));
    const taken = stories.slice(0, MOST_STORIES);
    const documents = taken.map((story, place) => ({ id: String(place + 1), page: story.text }));
    const { results } = await ask("/v1/classify/batch", { documents }, at("key")?.value);
    shown = { stories: taken, results };
    showRows(at("several").querySelector("table"), taken, results, (story) => during(() => labelOne(story.text)));
    const review = results.filter((result) => result.problem || result.needs_review).length;
    const counted = say("labelled", { count: results.length, review });
    const cut = count > taken.length ? ` ${say("too_many", { limit: MOST_STORIES, count })}` : "";
    at("several-note").textContent = counted + cut;
    at("result").hidden = true;
    reveal("several");
  }

  /** Show that something is under way, and what went wrong with it. */
  async function during(work) {
    if (button.disabled) return;
    complain("");
    button.disabled = true;
    button.textContent = button.dataset.working;
    try {
      await work();
    } catch (error) {
      complain(error.message);
    } finally {
      button.disabled = false;
      button.textContent = said;
    }
  }

  /** One file is put into the form, where it can be read; several are labelled at once. */
  function takeFiles(files) {
    if (files.length === 0) return;
    during(async () => {
      const stories = await Promise.all(files.slice(0, MOST_STORIES).map(readFile));
      at("file").value = "";
      if (files.length > 1) return labelSeveral(stories, files.length);
      at("text").value = stories[0].text;
      modes.querySelector("[value=one]").checked = true;
      at("several").hidden = true;
      return labelOne(stories[0].text);
    });
  }

  /** Take files wherever they land: beside the form, the browser would leave the page for them. */
  function takeDrops() {
    let depth = 0; // a drag enters and leaves every element on its way
    const mark = (by) => form.classList.toggle("dropping", (depth = Math.max(0, depth + by)) > 0);
    const acts = {
      dragenter: () => mark(1),
      dragleave: () => mark(-1),
      dragover: (event) => event.preventDefault(),
      drop: (event) => {
        mark(-depth);
        event.preventDefault();
        takeFiles([...event.dataTransfer.files]);
      },
    };
    form.dataset.drop = say("drop_now");
    for (const [name, act] of Object.entries(acts)) {
      document.addEventListener(name, (event) => {
        if (event.dataTransfer.types.includes("Files")) act(event); // a text that is dragged lands where it is dropped
      });
    }
  }
}

/** Read a file: UTF-8, else the Windows charset in which older Arabic pages are kept. */
async function readFile(file) {
  const content = new Uint8Array(await file.arrayBuffer());
  if (content.includes(0)) throw new Error(say("not_text", { name: file.name }));
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch {
    text = new TextDecoder("windows-1256").decode(content);
  }
  return { name: file.name, text: text.replaceAll("\r\n", "\n") };
}

function complain(text) {
  at("complaint").textContent = text;
  at("complaint").hidden = !text;
}

/** Bring what was just made into view, and the keyboard's focus with it. */
function reveal(id) {
  at(id).hidden = false;
  at(`${id}-title`).focus({ preventScroll: true });
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  at(id).scrollIntoView({ behavior: still ? "auto" : "smooth", block: "start" });
}
