"use strict";
// The list of past runs: ticked, two to six can be compared and any deleted; what is new comes by itself.

const AGAIN = 3000; // milliseconds between two looks for what is new
const rows = () => document.querySelector("#runs tbody");
const ticks = () => [...document.querySelectorAll("input[name=trace]")];
const ticked = () => ticks().filter((one) => one.checked).map((one) => one.value);
let sure = false; // that what is ticked shall go
let lost = false;

function count() {
  const { length } = ticked();
  sure = false;
  $("compare").disabled = length < 2 || length > 6;
  $("delete").disabled = !length;
  $("delete").textContent = "Delete the ticked runs";
}

async function remove() {
  const traces = ticked();
  if (!sure) {
    sure = true;
    $("delete").textContent = `Delete ${traces.length === 1 ? "it" : `these ${traces.length}`} for good`;
    return;
  }
  const done = await attempt(async () => (await post("/traces/deletion", { traces })).json());
  count();
  if (!done) return;
  say(`Deleted ${done.deleted}.`);
  await look();
}

// Rows that changed are put in anew; ticks and the focus stay.
async function look() {
  const found = new DOMParser().parseFromString(await (await ask("GET", location.href)).text(), "text/html");
  const now = found.querySelector("#runs tbody"), here = rows();
  if (!now || !here) { // the first has come, or the last is gone
    if (now || here) location.reload();
    return;
  }
  if (now.innerHTML === look.had) return;
  look.had = now.innerHTML;
  const kept = new Set(ticked()), focused = here.contains(document.activeElement) ? document.activeElement : null;
  const same = focused && (focused.value ? `input[value="${focused.value}"]` : `a[href="${focused.getAttribute("href")}"]`);
  here.replaceWith(document.adoptNode(now));
  for (const one of ticks()) one.checked = kept.has(one.value);
  if (same) rows().querySelector(same)?.focus();
  if (ticked().length !== kept.size) count();
}

async function watch() {
  if (document.hidden || sure) return;
  try {
    await look();
    if (lost) trouble(null);
    lost = false;
  } catch (error) {
    if (!lost) trouble(error);
    lost = true;
  }
}

if (rows()) {
  look.had = rows().innerHTML;
  $("runs").addEventListener("change", count);
  $("delete").addEventListener("click", remove);
  $("delete").addEventListener("blur", count);
  addEventListener("pageshow", count); // Back keeps the ticks
  count();
}
setInterval(watch, AGAIN);
document.documentElement.dataset.ready = "yes";
