"use strict";
// Arithmetic of a box [x1, y1, x2, y2] in 0..1. `shape` is its width over height in these units;
// null leaves the shape free. Every result lies inside the photo.

const SMALLEST = 0.02;
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

function moved([x1, y1, x2, y2], dx, dy) {
  const mx = clamp(dx, -x1, 1 - x2), my = clamp(dy, -y1, 1 - y2);
  return [x1 + mx, y1 + my, x2 + mx, y2 + my];
}

// Drag a handle ("nw", "e", ...) to a point; the opposite corner or side stays.
function resized(box, handle, [px, py], shape) {
  const [x1, y1, x2, y2] = box;
  const west = handle.includes("w"), north = handle.includes("n");
  const sideways = handle.includes("w") || handle.includes("e");
  const upright = handle.includes("n") || handle.includes("s");
  const ax = west ? x2 : x1, ay = north ? y2 : y1;
  const roomX = west ? ax : 1 - ax, roomY = north ? ay : 1 - ay;
  let width = sideways ? clamp(west ? ax - px : px - ax, SMALLEST, roomX) : x2 - x1;
  let height = upright ? clamp(north ? ay - py : py - ay, SMALLEST, roomY) : y2 - y1;
  if (shape) {
    // The larger of the two wishes leads, as far as there is room for both.
    width = sideways && upright ? Math.max(width, height * shape) : sideways ? width : height * shape;
    width = Math.min(width, roomX, roomY * shape);
    height = width / shape;
  }
  return [west ? ax - width : ax, north ? ay - height : ay, west ? ax : ax + width, north ? ay : ay + height];
}

function scaled(box, factor, shape) {
  const [x1, y1, x2, y2] = box;
  let width = clamp((x2 - x1) * factor, SMALLEST, 1), height = clamp((y2 - y1) * factor, SMALLEST, 1);
  if (shape) { width = Math.min(width, shape); height = width / shape; }
  return around(box, width, height);
}

// The same place and as much of the photo as before, in another shape.
function reshaped(box, shape) {
  if (!shape) return box;
  const area = (box[2] - box[0]) * (box[3] - box[1]);
  const width = Math.min(Math.sqrt(area * shape), 1, shape);
  return around(box, width, width / shape);
}

function around([x1, y1, x2, y2], width, height) {
  const cx = clamp((x1 + x2) / 2, width / 2, 1 - width / 2), cy = clamp((y1 + y2) / 2, height / 2, 1 - height / 2);
  return [cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2];
}

// The same place and size, in pixels, on a photo of `size` that was turned by one angle and is by
// another; smaller where it would not be inside.
function carried(box, size, from, to) {
  const a = levelSize(size, from), b = levelSize(size, to), turn = ((to - from) * Math.PI) / 180;
  const x = ((box[0] + box[2]) / 2 - 1 / 2) * a.width, y = ((box[1] + box[3]) / 2 - 1 / 2) * a.height;
  const cx = (Math.cos(turn) * x - Math.sin(turn) * y) / b.width + 1 / 2, cy = (Math.sin(turn) * x + Math.cos(turn) * y) / b.height + 1 / 2;
  const width = ((box[2] - box[0]) * a.width) / b.width, height = ((box[3] - box[1]) * a.height) / b.height;
  const shrunk = Math.max(1, width, height);
  return around([cx, cy, cx, cy], width / shrunk, height / shrunk);
}

const corners = (b) => [b.x1, b.y1, b.x2, b.y2];
const boxed = (corners) => {
  const [x1, y1, x2, y2] = corners.map((value) => clamp(value, 0, 1));
  return { x1, y1, x2, y2 };
};
