"use strict";
// One run: its steps as they arrive, then its answer, to be corrected, judged and taken away.

class Board {
  constructor(photo, order, onend) {
    this.photo = photo;
    this.onend = onend;
    this.target = 0;
    this.editor = new Editor(photo, () => this.corrected());
    this.status = h("span", { class: "chip running" }, "at work");
    this.steps = h("ol", { class: "live-steps", "aria-label": "Steps" });
    this.answer = h("div", { class: "answer" });
    this.element = h("article", { class: "board", "aria-label": `Crop by ${plain(order.model)}` },
      h("header", {}, h("h2", {}, plain(order.model)), this.status), this.editor.svg, this.answer, this.steps);
    this.run(order);
  }

  async run(order) {
    try {
      const answer = await post("/runs", order);
      this.id = (await answer.json()).run;
    } catch (error) {
      this.failed(error.message, "");
      return;
    }
    this.source = new EventSource(`/runs/${this.id}/events`);
    this.source.onmessage = (message) => this.hear(JSON.parse(message.data));
    this.source.onerror = () => {
      if (this.source.readyState === EventSource.CLOSED && !this.report) this.failed("The studio does not answer.", "");
    };
  }

  stop() {
    if (this.id) ask("DELETE", `/runs/${this.id}`).catch(trouble);
  }

  hear(event) {
    if (event.kind === "run_began") this.trace = event.trace_id;
    else if (event.kind === "step_began") this.began(event);
    else if (event.kind === "step_ended") this.stepEnded(event);
    else if (event.kind === "run_ended") this.ended(event.report);
    else if (event.kind === "run_failed") this.failed(event.message, event.hint);
  }

  began(event) {
    const item = h("li", { class: "going", "data-step": event.name }, h("b", {}, plain(event.name)), h("span", { class: "small" }, " …"));
    this.steps.append(item);
  }

  stepEnded(event) {
    const going = [...this.steps.querySelectorAll(".going")].find((one) => one.dataset.step === event.name);
    const words = event.error || event.told.join(" ");
    const calls = event.calls.map((call) => h("span", { class: call.status === "ok" ? "small ok" : "small bad" }, ` ${plain(call.purpose)}: ${plain(call.status)}`));
    const item = h("li", { class: event.error ? "bad" : "done" }, h("b", {}, plain(event.name)), h("span", { class: "small" }, ` ${took(event.seconds)} `), plain(words), calls);
    if (going) going.replaceWith(item); else this.steps.append(item);
    if (event.boxes.length) this.editor.consider(event.boxes);
  }

  finish() {
    this.source?.close();
    this.steps.querySelectorAll(".going").forEach((one) => one.remove());
    this.onend(this);
  }

  failed(message, hint) {
    this.status.className = "chip error";
    this.status.textContent = "failed";
    this.answer.replaceChildren(h("p", { class: "warning", role: "alert" }, plain([message, hint].filter(Boolean).join(" "))));
    this.editor.consider([]);
    this.finish();
  }

  ended(report) {
    this.report = report;
    this.status.className = "chip ok";
    this.status.textContent = "done";
    this.show(0);
    say(`The crop by ${report.model} is there.`);
    this.finish();
  }

  show(index) {
    this.target = index;
    const crop = this.report.crops[index];
    const ratio = crop.target.ratio;
    this.ratio = ratio ? ratio.width / ratio.height : null;
    const box = (b) => [b.x1, b.y1, b.x2, b.y2];
    this.editor.set(box(crop.box), this.ratio);
    this.size = h("b", {}, this.editor.size());
    this.verdict = h("span", { class: "small", role: "status" });
    const tabs = this.report.crops.length < 2 ? null : h("div", { class: "tools", role: "group", "aria-label": "Shapes" },
      this.report.crops.map((one, i) => h("button", { class: "toggle", type: "button", "aria-pressed": i === index, onclick: () => this.show(i) }, plain(one.target.name || `shape ${i + 1}`))));
    const choices = [{ box: crop.box, id: "the answer" }, ...crop.alternatives];
    const failures = this.report.failures.map((f) => h("p", { class: "warning" }, plain(`${f.source} failed in ${f.node}, ${f.status}: ${f.message}`)));
    this.answer.replaceChildren(...[tabs,
      h("p", {}, this.size, ` pixels${crop.kept ? ", kept as it is" : ""}`, crop.confidence == null ? "" : ` · ${Math.round(100 * crop.confidence)} % sure`),
      h("ul", { class: "reasons" }, crop.reasons.map((reason) => h("li", {}, plain(reason)))),
      h("ul", { class: "strip", "aria-label": "The answer and its alternatives" }, choices.map((c, i) => h("li", {},
        h("button", { class: "tile", type: "button", "aria-label": i ? `Alternative ${i}` : "The answer", onclick: () => { this.editor.set(box(c.box), this.ratio); this.corrected(); } },
          this.thumb(c.box))))),
      h("div", { class: "actions" },
        h("button", { class: "primary", type: "button", onclick: () => this.judge(true) }, "Accept"),
        h("button", { class: "quiet", type: "button", onclick: () => this.judge(false) }, "Reject"),
        h("button", { class: "quiet", type: "button", onclick: () => this.download() }, "Download"),
        h("button", { class: "quiet", type: "button", onclick: () => { this.editor.set(box(crop.box), this.ratio); this.corrected(); } }, "Undo"),
        this.report.trace_id ? h("a", { href: `/traces/${this.report.trace_id}` }, "See how it thought") : null,
        this.verdict),
      ...failures, ...this.report.notes.map((note) => h("p", { class: "small" }, plain(note)))].filter(Boolean));
  }

  thumb(b) {
    const { width: W, height: H, sha256 } = this.photo;
    return s("svg", { viewBox: `${b.x1 * W} ${b.y1 * H} ${(b.x2 - b.x1) * W} ${(b.y2 - b.y1) * H}`, "aria-hidden": "true" },
      s("image", { href: `/photos/${sha256}`, width: W, height: H, preserveAspectRatio: "none" }));
  }

  corrected() {
    this.size.textContent = this.editor.size();
    this.verdict.textContent = "";
  }

  piece() {
    const [x1, y1, x2, y2] = this.editor.box.map((v) => clamp(v, 0, 1));
    return { trace: this.report.trace_id, target: this.target, box: { x1, y1, x2, y2 } };
  }

  async judge(accepted) {
    try {
      const answer = await (await post("/crops/verdict", { ...this.piece(), accepted })).json();
      this.verdict.textContent = accepted ? (answer.corrected ? "Accepted as corrected." : "Accepted.") : "Rejected.";
      trouble(null);
    } catch (error) { trouble(error); }
  }

  async download() {
    try {
      const answer = await post("/crops/file", this.piece());
      const name = decodeURIComponent(answer.headers.get("content-disposition").split("''")[1]);
      const link = h("a", { href: URL.createObjectURL(await answer.blob()), download: name });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
      trouble(null);
    } catch (error) { trouble(error); }
  }
}
