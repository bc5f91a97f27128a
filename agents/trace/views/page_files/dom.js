"use strict";
// Everything on this page is made here, as elements and text nodes: no text of others is ever
// parsed as markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "style") node.style.cssText = value; // as script may, where markup may not
    else if (name.startsWith("aria-") && value != null) node.setAttribute(name, value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  for (const child of children.flat(9)) if (child != null && child !== false) node.append(child);
  return node;
}
const h = (name, attributes, ...children) => fill(document.createElement(name), attributes, children);
const s = (name, attributes, ...children) => fill(document.createElementNS(SVG, name), attributes, children);
const $ = (id) => document.getElementById(id);
const fixed = (value, digits = 3) => (value == null ? "–" : Number(value).toFixed(digits));
const say = (text) => { $("say").textContent = text; };

function took(seconds) {
  if (seconds == null) return "–";
  if (seconds < 0.01) return `${(seconds * 1000).toFixed(1)} ms`;
  return seconds < 1 ? `${(seconds * 1000).toFixed(0)} ms` : `${seconds.toFixed(1)} s`;
}

// As `price` of story.py says it.
const price = (cost) => (cost == null ? "cost unknown" : !cost ? "free" : cost < 0.00005 ? "under $0.0001" : `$${cost.toFixed(4)}`);

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch { // a page from a disk has no clipboard of its own
    const field = h("textarea", { class: "hidden-visually" });
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  say("Copied.");
}

// A control or direction sign is spelt out, so that a reply cannot hide what it says.
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]/g;
function plain(text) {
  return String(text ?? "").replace(HIDDEN, (sign) => {
    const code = sign.charCodeAt(0);
    return code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}
