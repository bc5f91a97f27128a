"use strict";
// Talks to the studio: every change carries the page's own mark, every refusal has a sentence.

const CSRF = document.querySelector("meta[name=csrf]").content;
const SILENT = "The studio does not answer. Is it still running?";

class Refused extends Error {}

function sentence(text, status) {
  let told = text;
  try {
    const found = JSON.parse(text);
    told = [found.message, found.hint].filter(Boolean).join(" ");
  } catch { /* a plain sentence */ }
  return new Refused(told || `The studio refused (${status}).`);
}

async function ask(method, path, body, type) {
  const headers = { "x-cropsmith-csrf": CSRF };
  if (type) headers["content-type"] = type;
  let answer;
  try {
    answer = await fetch(path, { method, headers, body });
  } catch {
    throw new Refused(SILENT);
  }
  if (answer.ok) return answer;
  throw sentence(await answer.text(), answer.status);
}

const post = async (path, value) => ask("POST", path, JSON.stringify(value), "application/json");
const read = async (path) => (await ask("GET", path)).json();

// Sends a file, and tells how much of it has gone, 0 to 1.
function send(path, file, progress) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.setRequestHeader("x-cropsmith-csrf", CSRF);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) progress(event.loaded / event.total); });
    request.addEventListener("load", () => (request.status < 300 ? done(JSON.parse(request.responseText)) : failed(sentence(request.responseText, request.status))));
    request.addEventListener("error", () => failed(new Refused(SILENT)));
    request.send(file);
  });
}

// Hands the browser a file that the studio made; returns what it could not keep, as sentences.
async function keep(answer) {
  const name = decodeURIComponent(answer.headers.get("content-disposition").split("''")[1]);
  const link = h("a", { href: URL.createObjectURL(await answer.blob()), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  return JSON.parse(answer.headers.get("x-cropsmith-notes") || "[]");
}

function trouble(error) {
  const place = $("trouble");
  place.hidden = !error;
  place.textContent = error ? plain(error.message) : "";
  if (error && !(error instanceof Refused)) throw error;
}

// Does something that may be refused; says so where it is.
async function attempt(work) {
  try {
    trouble(null);
    return await work();
  } catch (error) {
    trouble(error);
    return undefined;
  }
}

// A part of a photo as a picture of exactly its shape: nothing beside the crop is ever seen.
// The box lies on the photo turned by `angle`.
function showPart(svg, href, b, size, angle = 0) {
  const { width: W, height: H } = levelSize(size, angle);
  const [w, t] = [(b.x2 - b.x1) * W, (b.y2 - b.y1) * H];
  svg.style.setProperty("--ratio", String(w / t));
  svg.setAttribute("viewBox", `${b.x1 * W} ${b.y1 * H} ${w} ${t}`);
  if (!svg.firstChild) svg.append(s("image", { preserveAspectRatio: "none" }));
  fill(svg.firstChild, { href, width: size.width, height: size.height, transform: turning(size, angle) }, []);
  return svg;
}

// The size of a photo turned by degrees, clockwise: the largest of its own shape without a corner.
function levelSize({ width: W, height: H }, angle) {
  const sin = Math.abs(Math.sin((angle * Math.PI) / 180)), cos = Math.cos((angle * Math.PI) / 180);
  const scale = Math.min(W / (W * cos + H * sin), H / (W * sin + H * cos));
  return { width: Math.max(1, Math.floor(W * scale)), height: Math.max(1, Math.floor(H * scale)) };
}

// How a picture of the photo is laid to be level.
function turning(size, angle) {
  const { width: W, height: H } = levelSize(size, angle);
  return `translate(${W / 2} ${H / 2}) rotate(${angle}) translate(${-size.width / 2} ${-size.height / 2})`;
}
