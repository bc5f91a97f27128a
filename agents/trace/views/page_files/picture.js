// The photo of the page: whole, cut to a box, and with guide lines on it.

const data = JSON.parse($("data").textContent);
const W = data.width, H = data.height;
const COLOURS = ["#ffb000", "#37c6ff", "#ff6ad5", "#7ee081", "#c9a6ff", "#ff7f50", "#ffffff"];

const rect = (box, more) => s("rect", {
  x: box[0] * W, y: box[1] * H, width: (box[2] - box[0]) * W, height: (box[3] - box[1]) * H, ...more });

function photo(extra) {
  return data.photo
    ? s("image", { href: data.photo, width: W, height: H, preserveAspectRatio: "none", ...extra })
    : s("rect", { width: W, height: H, class: "gone" });
}

function cropped([x1, y1, x2, y2], label, attributes) {
  const [w, ht] = [(x2 - x1) * W, (y2 - y1) * H];
  // An inner drawing cuts at its edges: the outer one may be of another shape than the crop.
  return s("svg", { viewBox: `0 0 ${w} ${ht}`, role: "img", "aria-label": label || null, ...attributes },
    s("svg", { width: w, height: ht, viewBox: `${x1 * W} ${y1 * H} ${w} ${ht}`, overflow: "hidden" }, photo()));
}

// Guide lines lie on the crop that is looked at: that is what they judge.
function guides(box, show) {
  const [x1, y1, x2, y2] = [box[0] * W, box[1] * H, box[2] * W, box[3] * H];
  const w = x2 - x1, ht = y2 - y1, lines = [];
  const line = (a, b, c, d) => lines.push(s("line", { x1: a, y1: b, x2: c, y2: d, class: "guide" }));
  const cross = (f) => [f, 1 - f].forEach((k) => {
    line(x1 + k * w, y1, x1 + k * w, y2);
    line(x1, y1 + k * ht, x2, y1 + k * ht);
  });
  if (show.thirds) cross(1 / 3);
  if (show.golden) cross(0.381966);
  if (show.diagonals) { line(x1, y1, x2, y2); line(x1, y2, x2, y1); }
  return lines;
}
