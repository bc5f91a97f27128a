"use strict";
// Talks to the studio: every change carries the page's own mark, every refusal has a sentence.

const CSRF = document.querySelector("meta[name=csrf]").content;

class Refused extends Error {}

async function ask(method, path, body, type) {
  const headers = { "x-cropsmith-csrf": CSRF };
  if (type) headers["content-type"] = type;
  let answer;
  try {
    answer = await fetch(path, { method, headers, body });
  } catch {
    throw new Refused("The studio does not answer. Is it still running?");
  }
  if (answer.ok) return answer;
  const text = await answer.text();
  let told = text;
  try {
    const found = JSON.parse(text);
    told = [found.message, found.hint].filter(Boolean).join(" ");
  } catch { /* a plain sentence */ }
  throw new Refused(told || `The studio refused (${answer.status}).`);
}

const post = async (path, value) => ask("POST", path, JSON.stringify(value), "application/json");

function trouble(error) {
  const place = $("trouble");
  place.hidden = !error;
  place.textContent = error ? plain(error.message) : "";
  if (error && !(error instanceof Refused)) throw error;
}
