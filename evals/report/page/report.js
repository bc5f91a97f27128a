"use strict";
// Everything from the study reaches the page as text nodes or numbers, never as markup.
const NARROW = matchMedia("(max-width: 700px)").matches;
const PAGE = NARROW ? 3 : 12;
const SVG = "http://www.w3.org/2000/svg";

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function rectangle([x1, y1, x2, y2], attributes) {
  const made = document.createElementNS(SVG, "rect");
  const all = { x: x1, y: y1, width: x2 - x1, height: y2 - y1, fill: "none",
    "vector-effect": "non-scaling-stroke", ...attributes };
  for (const [key, value] of Object.entries(all)) made.setAttribute(key, value);
  return made;
}

function overlay(box, truths) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 1000 1000");
  svg.setAttribute("preserveAspectRatio", "none");
  const shade = document.createElementNS(SVG, "path");
  const [x1, y1, x2, y2] = box;
  shade.setAttribute("d", `M0 0H1000V1000H0ZM${x1} ${y1}V${y2}H${x2}V${y1}Z`);
  shade.setAttribute("fill", "rgba(0,0,0,.45)");
  svg.append(shade);
  for (const truth of truths) svg.append(rectangle(truth, { stroke: "#fff", "stroke-width": 1.2 }));
  svg.append(rectangle(box, { class: "answer", stroke: "#ff9d00", "stroke-width": 2 }));
  return svg;
}

function crop(data, photo, answer) {
  const [system, value, box, told, trace] = answer;
  const frame = element("div", { class: "frame", style: `aspect-ratio:${photo.s[0]}/${photo.s[1]}` });
  if (photo.i) frame.append(element("img", { src: photo.i, alt: "", loading: "lazy" }));
  if (Array.isArray(box)) frame.append(overlay(box, photo.t || []));
  else frame.append(element("div", { class: "none" }, box));
  const made = element("div", { class: "crop" }, frame, element("b", {}, data.systems[system]));
  if (value !== null) made.append(` ${value}`);
  if (told) made.append(element("div", { class: "told" }, told));
  if (trace) {
    const href = data.traces ? data.traces.replace("{}", encodeURIComponent(trace)) : "";
    const title = `cropsmith trace open ${trace}`;
    made.append(element("div", {}, href ? element("a", { href, title }, "trace") : element("code", {}, title)));
  }
  return made;
}

function viewer(root) {
  const data = JSON.parse(document.getElementById(`data-${root.dataset.view}`).textContent);
  const search = root.querySelector("[type=search]");
  const failed = root.querySelector(".failed");
  const hidden = new Set();
  let start = 0;
  const choice = root.querySelector(".choice");
  data.systems.forEach((name, index) => {
    const box = element("input", { type: "checkbox" });
    box.checked = data.shown.includes(index);
    if (!box.checked) hidden.add(index);
    box.addEventListener("change", () => {
      if (box.checked) hidden.delete(index); else hidden.add(index);
      show();
    });
    choice.append(element("label", {}, box, ` ${name}`));
  });
  function show() {
    const wanted = search.value.toLowerCase();
    const found = data.photos.filter((photo) =>
      (!wanted || `${photo.n} ${photo.x || ""}`.toLowerCase().includes(wanted)) &&
      (!failed.checked || (photo.a || []).some((answer) => !Array.isArray(answer[2]))));
    start = Math.max(0, start >= found.length ? start - PAGE : start);
    const page = found.slice(start, start + PAGE);
    root.querySelector(".count").textContent = found.length
      ? `${start + 1}–${start + page.length} of ${found.length}` : "none";
    root.querySelector(".photos").replaceChildren(...page.map((photo) => {
      const title = [photo.n, photo.r, photo.x].filter(Boolean).join(" · ");
      const answers = (photo.a || []).filter((answer) => !hidden.has(answer[0]));
      answers.sort((a, b) => a[0] - b[0]);
      return element("div", { class: "photo" }, element("h4", {}, title),
        element("div", { class: "crops" }, ...answers.map((answer) => crop(data, photo, answer))));
    }));
  }
  search.addEventListener("input", () => { start = 0; show(); });
  failed.addEventListener("change", () => { start = 0; show(); });
  root.querySelector(".before").addEventListener("click", () => { start = Math.max(0, start - PAGE); show(); });
  root.querySelector(".after").addEventListener("click", () => { start += PAGE; show(); });
  show();
}

function sortable(table) {
  table.querySelectorAll("thead th").forEach((head, column) => head.addEventListener("click", () => {
    const rows = [...table.tBodies[0].rows];
    const key = (row) => {
      const cell = row.cells[column];
      const text = cell.dataset.sort ?? cell.textContent;
      return text === "" || isNaN(text) ? text : Number(text);
    };
    const down = head.dataset.order !== "down";
    head.dataset.order = down ? "down" : "up";
    rows.sort((a, b) => {
      const [x, y] = [key(a), key(b)];
      return (x < y ? -1 : x > y ? 1 : 0) * (down ? -1 : 1);
    });
    table.tBodies[0].append(...rows);
  }));
}

// Where a row is a card, each cell says which column it is of.
document.querySelectorAll(".wide table").forEach((table) => {
  const heads = [...table.tHead.rows[0].cells].map((head) => head.textContent);
  for (const row of table.tBodies[0].rows)
    [...row.cells].forEach((cell, column) => { if (column) cell.dataset.label = heads[column]; });
});

// On a phone the verdicts come first and the rest is opened at will; on paper all of it is there.
const folded = document.querySelectorAll("details.more");
if (NARROW) folded.forEach((one) => { one.open = false; });
addEventListener("beforeprint", () => folded.forEach((one) => { one.open = true; }));
document.querySelectorAll(".viewer").forEach(viewer);
document.querySelectorAll(".board").forEach(sortable);
