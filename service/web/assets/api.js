// The service's JSON API, asked in the reader's language.

import { language, say } from "./elements.js";

/** Ask the API; throws an Error with the problem in the reader's words. */
export async function ask(path, content, key) {
  const headers = { "Content-Type": "application/json", Accept: "application/json", "Accept-Language": language };
  if (key) headers.Authorization = `Bearer ${key}`;
  let response, answer;
  try {
    response = await fetch(path, { method: "POST", headers, body: JSON.stringify(content) });
    answer = await response.json();
  } catch {
    throw new Error(say("unreachable"));
  }
  if (!response.ok) throw new Error(answer.code === "no_text" ? say("empty") : `${answer.title}: ${answer.detail}`);
  return answer;
}

/** Read a text as a page, then label what was found in it; the same steps as service/web/story.py. */
export async function labelText(text, key) {
  const page = await ask("/v1/extract", { page: text }, key);
  const found = {};
  for (const name of ["headline", "subheadline", "body"]) if (page.fields[name]?.trim()) found[name] = page.fields[name];
  const hasText = found.headline !== undefined || found.body !== undefined;
  const sent = hasText ? found : { page: text }; // there is nothing to label, and the answer says why
  const answer = await ask("/v1/classify", { ...sent, options: { explain: true } }, key);
  return { page, answer, texts: hasText ? found : {} };
}
