// Why this one won: scores times weights, votes, and the margin to the runner-up.

const TINTS = ["#c96a3d", "#3d7fc9", "#5a9a4a", "#9a5ab0", "#b08c2e", "#3fa19a", "#8a7f76", "#c2557f"];

function whySections() {
  return data.why.filter((shape) => shape.rows.length).map((shape) => {
    const names = [...new Set(shape.rows.flatMap((row) => Object.keys(row.brought)))];
    const tint = (name) => TINTS[names.indexOf(name) % TINTS.length];
    const most = Math.max(...shape.rows.map((row) => row.total || 0), 1e-9);
    const voted = shape.rows.length > 1 && shape.rows.some((row) => row.place != null) && shape.voter !== "builtin";
    const title = data.why.length > 1 ? `Why this one won, shape ${shape.target + 1}` : "Why this one won";
    return h("section", { class: "wide why", "aria-label": title }, h("h2", {}, title), h("p", {}, verdict(shape)),
      h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": "Leaders" }, h("table", {},
        h("thead", {}, h("tr", {}, ["place", "candidate", ...(voted ? ["vote"] : []), "preference", ...(shape.weight ? ["joined"] : []), "what scores brought", "total"].map((t) => h("th", { scope: "col", class: ["preference", "joined", "total"].includes(t) ? "num" : "" }, t)))),
        h("tbody", {}, shape.rows.map((row, i) => h("tr", { class: i ? "" : "won" }, h("td", {}, i ? `${i + 1}` : "★"),
          h("td", {}, h("button", { class: "toggle", type: "button", onclick: () => select(data.candidates.find((c) => c.id === row.id)) }, plain(row.id))),
          voted ? h("td", {}, row.place ? `no. ${row.place}` : "none") : null,
          h("td", { class: "num" }, fixed(row.preference)),
          shape.weight ? h("td", { class: "num" }, fixed(row.joined)) : null,
          h("td", { class: "brought" }, h("span", { class: "stack", role: "img", "aria-label": Object.entries(row.brought).map(([n, v]) => `${n} ${fixed(v)}`).join(", ") || "not recorded" },
            names.map((name) => (row.brought[name] ? h("i", { title: `${plain(name)} ${fixed(row.brought[name])}`, style: `width:${(100 * row.brought[name] / most).toFixed(2)}%;background:${tint(name)}` }) : null)))),
          h("td", { class: "num" }, fixed(row.total))))))),
      names.length ? h("ul", { class: "legend", "aria-label": "Scorers and their weights" }, names.map((name) => h("li", {},
        h("span", { class: "dot", style: `background:${tint(name)}` }), `${plain(name)} × ${shape.weights[name]}`))) : null);
  });
}

function verdict(shape) {
  const [first, second] = shape.rows;
  const how = shape.by === "joined" ? `the vote of ${plain(shape.voter)} and what people prefer, joined`
    : shape.voter && shape.voter !== "builtin" ? `the choice of ${plain(shape.voter)}` : "the total of all scores";
  if (!second) return `Candidate ${plain(first.id)} was the only one left: nothing was compared.`;
  const margin = shape.margin == null ? "" : shape.margin < 0 ? `, though it is ${fixed(-shape.margin)} behind by score` : ` by ${fixed(shape.margin)}`;
  return `Candidate ${plain(first.id)} came before ${plain(second.id)}${margin}. Decided by ${how}.`;
}
