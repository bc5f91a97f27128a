// One model call: every attempt as it went over the wire, and what was understood.

const textOf = (number) => (number == null ? "" : data.texts[number]);

function block(title, text, open = true) {
  if (!text) return null;
  return h("details", { class: "block", open },
    h("summary", {}, title, " ", h("span", { class: "small" }, `${text.length.toLocaleString("en")} signs`)),
    h("div", { class: "copied" }, h("button", { class: "toggle copy", type: "button", "aria-label": `Copy: ${title}`, onclick: () => copy(text) }, "Copy"),
      h("pre", { tabindex: 0 }, plain(text))));
}

// A picture as the model saw it; the boxes of its reply are drawn where they belong.
function seen(name, size, boxes) {
  const [w, ht] = size || [4, 3];
  const label = `Picture ${name.slice(0, 8)}${size ? `, sent at ${w} × ${ht}` : ""}${boxes.length ? `, with ${boxes.length} boxes of the reply` : ""}`;
  const drawn = data.pictures[name]
    ? s("svg", { class: "seen", viewBox: `0 0 ${w} ${ht}`, role: "img", "aria-label": label, style: `aspect-ratio:${w}/${ht}` },
      s("image", { href: data.pictures[name], width: w, height: ht, preserveAspectRatio: "none" }),
      boxes.map(([x1, y1, x2, y2], i) => s("g", {}, s("title", {}, `Box ${i + 1}`),
        ["halo", "stroke"].map((kind) => s("rect", { class: kind, stroke: kind === "stroke" ? COLOURS[i % COLOURS.length] : null, x: x1 * w, y: y1 * ht, width: (x2 - x1) * w, height: (y2 - y1) * ht })))))
    : h("span", { class: "gonepic small" }, "not kept");
  return h("figure", {}, drawn, h("figcaption", { class: "small mono" }, label));
}

// Boxes belong to the attempt that was understood; a turn that was sent before is folded.
function turnItem(turn, place, attempt, call) {
  const last = attempt === call.attempts[call.attempts.length - 1];
  const before = call.attempts[call.attempts.indexOf(attempt) - 1];
  const again = before && JSON.stringify(before.turns[place]) === JSON.stringify(turn);
  const pieces = turn.pieces.map((piece) => (piece.picture
    ? seen(piece.picture, attempt.sizes[piece.picture], last && attempt.framed === piece.picture ? call.boxes : [])
    : h("pre", { tabindex: 0 }, plain(textOf(piece.text)))));
  const boxed = last && call.boxes.length && turn.pieces.some((piece) => piece.picture && piece.picture === attempt.framed);
  return h("li", { class: `turn ${plain(turn.role)}` }, h("h4", {}, plain(turn.role)),
    again && !boxed ? h("details", {}, h("summary", {}, "The same as in the attempt before"), pieces) : pieces);
}

function attemptPart(call, attempt, number) {
  const facts = [attempt.http ? `HTTP ${attempt.http}` : "no answer", took(attempt.seconds),
    `${attempt.tokens[0] ?? "–"} + ${attempt.tokens[1] ?? "–"} tokens`, price(attempt.cost), attempt.url].filter(Boolean);
  const words = attempt.turns.map((turn) => `${turn.role}:\n${turn.pieces.map((p) => (p.picture ? `[picture ${p.picture.slice(0, 16)}]` : textOf(p.text))).join("\n")}`).join("\n\n");
  return h("section", { class: "attempt", "aria-label": `Attempt ${number}` },
    h("h3", {}, call.attempts.length > 1 ? `Attempt ${number} of ${call.attempts.length} ` : "As it went over the wire ",
      h("span", { class: `chip ${attempt.status === "ok" ? "ok" : "error"}` }, plain(attempt.status || "no answer"))),
    attempt.why ? h("p", { class: "because" }, plain(attempt.why)) : null,
    h("p", { class: "small" }, plain(facts.join(" · "))),
    attempt.reason ? h("p", { class: "warning" }, plain(attempt.reason)) : null,
    h("ol", { class: "turns", "aria-label": "The conversation as the model saw it" },
      attempt.turns.map((turn, place) => turnItem(turn, place, attempt, call)),
      attempt.body == null || !textOf(attempt.said) ? null : h("li", { class: "turn reply" }, h("h4", {}, "reply"), h("pre", { tabindex: 0 }, plain(textOf(attempt.said))))),
    h("p", {}, h("button", { class: "toggle", type: "button", onclick: () => copy(words) }, "Copy the conversation")),
    block("Parameters and schema", textOf(attempt.parameters), false),
    block("Headers", Object.entries(attempt.headers).map(([k, v]) => `${k}: ${v}`).join("\n"), false),
    block(`Answer as it came, ${attempt.bytes.toLocaleString("en")} bytes${attempt.sha256 ? `, only its ends kept; sha256 ${attempt.sha256}` : ""}`, textOf(attempt.body), false));
}

function callPage(call, only) {
  const wanted = only == null ? call.attempts : [call.attempts[only]];
  return h("section", { class: "wide" },
    h("h2", {}, `${plain(call.model)}: ${plain(call.purpose)} `, h("span", { class: `chip ${call.status === "ok" ? "ok" : "error"}` }, plain(call.status))),
    h("p", { class: "small" }, [took(call.seconds), `${call.tokens[0] ?? "–"} + ${call.tokens[1] ?? "–"} tokens${call.tokens[2] ? `, ${call.tokens[2]} of them cached` : ""}`, price(call.cost),
      call.convention ? `boxes as ${plain(call.convention)}` : "", call.cached ? "answered from the cache: nothing was sent" : ""].filter(Boolean).join(" · ")),
    call.reason ? h("p", { class: "warning" }, plain(call.reason)) : null,
    call.letters.length ? h("p", { class: "letters" }, call.letters.map((id, i) => h("a", { class: "toggle", href: "#overview", onclick: () => { current = data.candidates.find((c) => c.id === id) || current; } },
      h("b", {}, String.fromCharCode(65 + i)), ` is ${plain(id)}${chosen.has(id) ? " ★" : ""}`))) : null,
    call.notes.map((note) => h("p", { class: "small" }, plain(note))),
    wanted.map((attempt) => attemptPart(call, attempt, call.attempts.indexOf(attempt) + 1)),
    call.attempts.length ? null : [block("The question as we put it", textOf(call.prompt)),
      h("div", { class: "shown" }, call.pictures.map((name) => seen(name, null, name === call.framed ? call.boxes : []))),
      block("Reply", textOf(call.raw) || "(empty)")],
    block("What we understood, boxes as shares of the picture", textOf(call.parsed)),
    call.tools.map((tool) => block("Tool that the model called", textOf(tool))));
}

function toolPage(tool) {
  return h("section", { class: "wide" }, h("h2", {}, `Tool ${plain(tool.name)} `, tool.error ? h("span", { class: "chip error" }, "failed") : null),
    h("p", { class: "small" }, `called by the ${plain(tool.by)} · ${took(tool.seconds)}`),
    tool.error ? h("p", { class: "warning" }, plain(tool.error)) : null,
    block("Arguments", JSON.stringify(tool.arguments, null, 2)), block("Result", JSON.stringify(tool.result, null, 2)));
}
