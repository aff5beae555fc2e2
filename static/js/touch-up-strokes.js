// The strokes of a touch-up and what the site made of them: undone and redone at once, sent in their turn.

// So many steps are made anew together: strokes beside each other then come to one edge without a seam.
const TOGETHER = 12;
// The site keeps 50 masks of a picture; a step before the last of them can't be gone back to.
const KEPT = 48;

export class Strokes {
  // `send(maskId, strokes)` answers { maskId, image }. It throws what `touch-up-send.js` calls Trouble.
  constructor(send, changed) {
    this.send = send;
    this.changed = changed;
    this.steps = []; // each { strokes, mask }: the mask after it, once it is there
    this.undone = [];
    this.start = null; // the mask before the first step
    this.isBusy = false;
    this.trouble = null;
    this.timer = 0;
    this.made = 0; // masks since the page was opened
  }

  begin(mask) {
    this.start = { ...mask, number: this.made };
    this.changed();
  }

  get mask() {
    return this.steps.findLast((step) => step.mask)?.mask ?? this.start;
  }

  // Steps that the shown mask doesn't have yet.
  get waiting() {
    const done = this.steps.findLastIndex((step) => step.mask);
    return this.steps.slice(done + 1);
  }

  get isSettled() {
    return !this.isBusy && this.waiting.length === 0;
  }

  add(strokes) {
    this.steps.push({ strokes, mask: null });
    this.undone = [];
    this.work();
  }

  undo() {
    const step = this.steps.pop();
    if (step) this.undone.push(step);
    this.work();
  }

  redo() {
    const step = this.undone.pop();
    if (step) this.steps.push(step);
    this.work();
  }

  // After a trouble: now, and not when its time has come.
  again() {
    this.trouble = null;
    this.work();
  }

  async work() {
    clearTimeout(this.timer);
    if (this.waiting.length === 0) this.trouble = null;
    this.changed();
    if (this.isBusy || this.waiting.length === 0) return;
    this.isBusy = true;
    this.changed();
    const last = this.steps.at(-1);
    try {
      const mask = await this.send(...this.request());
      this.made += 1;
      last.mask = { ...mask, number: this.made };
      this.trouble = null;
    } catch (trouble) {
      this.trouble = trouble;
      if (trouble.isRefusal) this.steps = this.steps.filter((step) => step !== last);
    }
    this.isBusy = false;
    this.forget();
    this.changed();
    if (this.trouble && !this.trouble.isRefusal) this.wait();
    else if (this.waiting.length) this.work();
  }

  // The mask to begin with, and all strokes since: the steps that wait, and some before them.
  request() {
    const done = this.steps.length - this.waiting.length;
    let from = Math.max(0, Math.min(done, this.steps.length - TOGETHER));
    while (from > 0 && !this.steps[from - 1].mask) from -= 1;
    const base = from > 0 ? this.steps[from - 1].mask : this.start;
    return [base.maskId, this.steps.slice(from).flatMap((step) => step.strokes)];
  }

  wait() {
    if (this.trouble.seconds !== null) this.timer = setTimeout(() => this.again(), 1000 * this.trouble.seconds);
  }

  // Steps that nobody can go back to, as the site has forgotten the mask before them.
  forget() {
    while (this.steps.length && this.steps[0].mask && this.made - this.start.number >= KEPT) {
      this.start = this.steps.shift().mask;
    }
    this.undone = this.undone.filter((step) => !step.mask || this.made - step.mask.number < KEPT);
  }
}
