// The geometry of a crop: a box on a photo that is turned and straightened about its middle.
//
// Boxes and points are pixels of the photo, from the middle of the turned photo. A box never leaves the photo.

const LEAST = 16; // the shortest side of a box
// Straightening mixes pixels: so many at the photo's edge are half empty.
const SOFT = 1.5;

export const radians = (degrees) => (degrees * Math.PI) / 180;

// The upright box around a turned photo, as the server has it.
export function around({ width, height }, degrees) {
  const [along, across] = [Math.abs(Math.cos(radians(degrees))), Math.abs(Math.sin(radians(degrees)))];
  if (degrees === 0) return { width, height };
  return {
    width: Math.ceil(width * along + height * across - 1e-6),
    height: Math.ceil(width * across + height * along - 1e-6),
  };
}

export const whole = ({ width, height }) => ({ left: -width / 2, top: -height / 2, right: width / 2, bottom: height / 2 });
export const widthOf = (box) => box.right - box.left;
export const heightOf = (box) => box.bottom - box.top;
export const middleOf = (box) => ({ x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 });

export function boxAround({ x, y }, width, height) {
  return { left: x - width / 2, top: y - height / 2, right: x + width / 2, bottom: y + height / 2 };
}

export function quartered({ left, top, right, bottom }) {
  return { left: -bottom, top: left, right: -top, bottom: right };
}

export function isInside(box, size, degrees) {
  const margin = degrees === 0 ? 0 : SOFT;
  const [cos, sin] = [Math.cos(radians(degrees)), Math.sin(radians(degrees))];
  const most = { x: size.width / 2 - margin + 1e-6, y: size.height / 2 - margin + 1e-6 };
  return [box.left, box.right].every((x) =>
    [box.top, box.bottom].every((y) => Math.abs(x * cos + y * sin) <= most.x && Math.abs(y * cos - x * sin) <= most.y),
  );
}

// On the way from one box, which is inside, to another: the last that is inside. As the photo is convex, all
// before it are, too.
export function asFar(from, to, size, degrees) {
  if (isInside(to, size, degrees)) return to;
  let [done, over] = [0, 1];
  const at = (share) =>
    Object.fromEntries(Object.keys(from).map((side) => [side, from[side] + (to[side] - from[side]) * share]));
  for (let n = 0; n < 24; n += 1) {
    const half = (done + over) / 2;
    if (isInside(at(half), size, degrees)) done = half;
    else over = half;
  }
  return at(done);
}

// A box that is no longer inside, as the photo was straightened: smaller about its middle, which moves in first.
export function fitted(box, size, degrees) {
  const center = middleOf(asFar(boxAround({ x: 0, y: 0 }, 0, 0), boxAround(middleOf(box), 0, 0), size, degrees));
  const made = asFar(boxAround(center, 0, 0), boxAround(center, widthOf(box), heightOf(box)), size, degrees);
  if (widthOf(made) >= LEAST && heightOf(made) >= LEAST) return made;
  const middle = { x: 0, y: 0 };
  return asFar(boxAround(middle, 0, 0), boxAround(middle, widthOf(box), heightOf(box)), size, degrees);
}

// The largest box of a ratio about a middle.
export function largest(center, ratio, size, degrees) {
  const far = 2 * (size.width + size.height);
  return asFar(boxAround(center, 0, 0), boxAround(center, far * ratio, far), size, degrees);
}

export function moved(box, x, y, size, degrees) {
  const aside = (by) => ({ ...box, left: box.left + by, right: box.right + by });
  const across = asFar(box, aside(x), size, degrees);
  return asFar(across, { ...across, top: across.top + y, bottom: across.bottom + y }, size, degrees);
}

// A box whose handle ("n", "se", …) was moved; with a ratio it keeps that.
export function resized(box, handle, x, y, ratio, size, degrees) {
  const wanted = { ...box };
  if (handle.includes("w")) wanted.left = Math.min(box.left + x, box.right - LEAST);
  if (handle.includes("e")) wanted.right = Math.max(box.right + x, box.left + LEAST);
  if (handle.includes("n")) wanted.top = Math.min(box.top + y, box.bottom - LEAST);
  if (handle.includes("s")) wanted.bottom = Math.max(box.bottom + y, box.top + LEAST);
  if (!ratio) {
    const aside = asFar(box, { ...box, left: wanted.left, right: wanted.right }, size, degrees);
    return asFar(aside, { ...aside, top: wanted.top, bottom: wanted.bottom }, size, degrees);
  }
  let [width, height] = [widthOf(wanted), heightOf(wanted)];
  if (handle.length === 1) [width, height] = "ns".includes(handle) ? [height * ratio, height] : [width, width / ratio];
  // The side that was pulled further leads.
  else if (Math.abs(width / widthOf(box) - 1) >= Math.abs(height / heightOf(box) - 1)) height = width / ratio;
  else width = height * ratio;
  const { x: centerX, y: centerY } = middleOf(box);
  const left = handle.includes("w") ? box.right - width : handle.includes("e") ? box.left : centerX - width / 2;
  const top = handle.includes("n") ? box.bottom - height : handle.includes("s") ? box.top : centerY - height / 2;
  return asFar(box, { left, top, right: left + width, bottom: top + height }, size, degrees);
}

// The sides in whole pixels of a photo that is so many `times` as large as this one, so that a square is one;
// and as shares of the box around the turned photo. `boxOf` goes back from those.
export function sidesOf(box, { width, height }, degrees, times) {
  const all = around({ width: width * times, height: height * times }, degrees);
  const across = Math.min(all.width, Math.round(widthOf(box) * times));
  const down = Math.min(all.height, Math.round(heightOf(box) * times));
  const left = Math.min(all.width - across, Math.max(0, Math.round(box.left * times + all.width / 2)));
  const top = Math.min(all.height - down, Math.max(0, Math.round(box.top * times + all.height / 2)));
  const shares = {
    left: left / all.width,
    top: top / all.height,
    right: (left + across) / all.width,
    bottom: (top + down) / all.height,
  };
  return { shares, across, down };
}

export function boxOf({ left, top, right, bottom }, size, degrees) {
  const all = around(size, degrees);
  return {
    left: (left - 0.5) * all.width,
    top: (top - 0.5) * all.height,
    right: (right - 0.5) * all.width,
    bottom: (bottom - 0.5) * all.height,
  };
}
