// What the Touch-up page shows: the photo, what is cut away veiled, the strokes on their way, the brush.
// All places are pixels of the upright photo; the stage knows how they lie on the screen.

const MOST = 2048; // the longer side of the copies that are drawn from
// On what is cut away: one of them shows on any photo.
const VEILS = [[214, 40, 57], [37, 84, 235]];
const VEIL_ALPHA = 160;
const STROKES = { keep: "rgb(46 160 88 / 45%)", erase: "rgb(20 20 24 / 45%)" };

export class Stage {
  constructor(canvas, width, height) {
    this.canvas = canvas;
    this.size = { width, height };
    this.scale = Math.min(1, MOST / Math.max(width, height));
    this.photo = this.copy();
    this.veil = this.copy();
    this.cut = this.copy();
    this.zoom = 1;
    this.center = { x: width / 2, y: height / 2 };
    this.strokes = [];
    this.cursor = null;
    this.showsResult = false;
    new ResizeObserver(() => this.draw()).observe(canvas);
  }

  copy() {
    const made = document.createElement("canvas");
    made.width = Math.max(1, Math.round(this.size.width * this.scale));
    made.height = Math.max(1, Math.round(this.size.height * this.scale));
    return made;
  }

  setPhoto(image) {
    this.photo.getContext("2d").drawImage(image, 0, 0, this.photo.width, this.photo.height);
    this.draw();
  }

  // A gray picture: white is the product.
  setMask(image) {
    const { width, height } = this.veil;
    const veil = this.veil.getContext("2d", { willReadFrequently: true });
    veil.globalCompositeOperation = "copy";
    veil.drawImage(image, 0, 0, width, height);
    const pixels = veil.getImageData(0, 0, width, height);
    const alpha = new ImageData(width, height);
    const color = this.veilColor(pixels.data);
    for (let i = 0; i < pixels.data.length; i += 4) {
      const product = pixels.data[i];
      alpha.data[i + 3] = product;
      pixels.data.set([...color, ((255 - product) * VEIL_ALPHA) / 255], i);
    }
    veil.putImageData(pixels, 0, 0);
    const cut = this.cut.getContext("2d");
    cut.putImageData(alpha, 0, 0);
    cut.globalCompositeOperation = "source-in";
    cut.drawImage(this.photo, 0, 0);
    cut.globalCompositeOperation = "source-over";
    this.hasMask = true;
    this.draw();
  }

  // The one that is further from what it covers; `mask` is gray, four bytes a pixel.
  veilColor(mask) {
    const { width, height } = this.photo;
    const photo = this.photo.getContext("2d").getImageData(0, 0, width, height).data;
    const sum = [0, 0, 0];
    let count = 0;
    for (let i = 0; i < mask.length; i += 4 * 97) {
      if (mask[i] > 127) continue;
      count += 1;
      for (let part = 0; part < 3; part += 1) sum[part] += photo[i + part];
    }
    const apart = (veil) => veil.reduce((total, part, n) => total + (part - sum[n] / Math.max(1, count)) ** 2, 0);
    // Red is what people know; the other only where red is hard to see.
    return apart(VEILS[0]) > 0.6 * apart(VEILS[1]) ? VEILS[0] : VEILS[1];
  }

  // CSS pixels of the canvas for one pixel of the photo.
  get factor() {
    const { clientWidth, clientHeight } = this.canvas;
    const { width, height } = this.size;
    return Math.min(clientWidth / width, clientHeight / height) * this.zoom;
  }

  zoomBy(times, at = this.center) {
    const before = this.zoom;
    this.zoom = Math.min(32, Math.max(1, this.zoom * times));
    const share = before / this.zoom;
    this.moveTo(at.x + (this.center.x - at.x) * share, at.y + (this.center.y - at.y) * share);
  }

  moveTo(x, y) {
    const { width, height } = this.size;
    const across = Math.min(width, this.canvas.clientWidth / this.factor) / 2;
    const down = Math.min(height, this.canvas.clientHeight / this.factor) / 2;
    this.center = {
      x: Math.min(width - across, Math.max(across, x)),
      y: Math.min(height - down, Math.max(down, y)),
    };
    this.draw();
  }

  place(event) {
    const box = this.canvas.getBoundingClientRect();
    const factor = this.factor;
    return {
      x: this.center.x + (event.clientX - box.left - box.width / 2) / factor,
      y: this.center.y + (event.clientY - box.top - box.height / 2) / factor,
    };
  }

  draw() {
    if (this.isDue) return;
    this.isDue = true;
    requestAnimationFrame(() => {
      this.isDue = false;
      this.paint();
    });
  }

  paint() {
    const { canvas, center } = this;
    const density = window.devicePixelRatio || 1;
    const width = Math.round(canvas.clientWidth * density);
    const height = Math.round(canvas.clientHeight * density);
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const pen = canvas.getContext("2d");
    const factor = this.factor * density;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.setTransform(factor, 0, 0, factor, width / 2 - center.x * factor, height / 2 - center.y * factor);
    pen.imageSmoothingEnabled = factor * this.scale < 2;
    const whole = [0, 0, this.size.width, this.size.height];
    if (this.showsResult && this.hasMask) {
      pen.drawImage(this.cut, ...whole);
    } else {
      pen.drawImage(this.photo, ...whole);
      if (this.hasMask) pen.drawImage(this.veil, ...whole);
      for (const stroke of this.strokes) drawStroke(pen, stroke);
    }
    if (this.cursor) drawCursor(pen, this.cursor, factor);
  }
}

function drawStroke(pen, { tool, radius, points }) {
  pen.strokeStyle = STROKES[tool];
  pen.lineWidth = 2 * radius;
  pen.lineCap = pen.lineJoin = "round";
  pen.beginPath();
  pen.moveTo(...points[0]);
  for (const point of points) pen.lineTo(...point);
  pen.stroke();
}

// Two rings, so that one of them shows on any photo.
function drawCursor(pen, { x, y, radius }, factor) {
  for (const [color, wide] of [["rgb(0 0 0 / 70%)", 3], ["#fff", 1.25]]) {
    pen.strokeStyle = color;
    pen.lineWidth = wide / factor;
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    pen.stroke();
  }
}
