"use strict";
const by = (id) => document.getElementById(id);
const [first, second] = document.querySelectorAll("#crops img");
// Of this page alone: its address holds the secret of one study.
const KEPT = `person ${location.pathname}`;
let person = "", pair = null, waiting = false, missing = 0;

function say(text) { by("said").textContent = text; }

function show(told) {
  say("");
  by("count").textContent = `${told.done} of ${told.all}`;
  by("undo").disabled = !told.done;
  pair = told.pair || null;
  by("vote").hidden = !pair && !told.done;
  by("crops").hidden = !pair;
  document.querySelector("[data-choice=bad]").hidden = !pair;
  by("asked").textContent = pair && told.text ? `Asked for: ${told.text}` : "";
  if (!pair) { say(`That was all, thank you: ${told.done} choices.`); return; }
  const who = encodeURIComponent(person);
  // Until both are there nobody should choose: what is late would lose.
  missing = 2;
  by("crops").classList.add("loading");
  say("Loading …");
  first.src = `crop/${pair}/first?person=${who}`;
  second.src = `crop/${pair}/second?person=${who}`;
}

function arrived() {
  missing -= 1;
  if (missing > 0) return;
  by("crops").classList.remove("loading");
  say("");
}

async function take(answer) {
  const told = await answer.json();
  if (answer.ok) show(told); else say(told.error);
}

async function post(name, what) {
  if (waiting) return;
  waiting = true;
  try {
    await take(await fetch(name, { method: "POST", headers: { "content-type": "application/json" },
      body: JSON.stringify({ person, ...what }) }));
  } catch (error) {
    say("The choice was not kept: the page's server does not answer.");
  } finally { waiting = false; }
}

const choose = (choice) => { if (pair && missing <= 0) post("vote", { pair, choice }); };
const undo = () => { if (person) post("undo", {}); };

async function begin(name) {
  person = name;
  by("who").hidden = true;
  by("as").textContent = `you are ${person},`;
  try {
    await take(await fetch(`next?person=${encodeURIComponent(person)}`));
    sessionStorage.setItem(KEPT, person);
  } catch (error) {
    say("The page's server does not answer.");
  }
}

by("who").addEventListener("submit", (event) => {
  event.preventDefault();
  const name = by("name").value.trim();
  if (name) begin(name);
});
for (const image of [first, second]) {
  image.addEventListener("load", arrived);
  image.addEventListener("error", () => say("A crop cannot be shown; reload the page."));
}
document.querySelectorAll("[data-choice]").forEach((button) =>
  button.addEventListener("click", () => choose(button.dataset.choice)));
by("undo").addEventListener("click", undo);
by("other").addEventListener("click", () => { sessionStorage.removeItem(KEPT); location.reload(); });
addEventListener("keydown", (event) => {
  if (!person) return;
  const choice = { ArrowLeft: "first", ArrowRight: "second", ArrowDown: "bad" }[event.key];
  if (choice && pair) { event.preventDefault(); choose(choice); }
  if (event.key === "Backspace") { event.preventDefault(); undo(); }
});
const known = sessionStorage.getItem(KEPT);
if (known) begin(known);
