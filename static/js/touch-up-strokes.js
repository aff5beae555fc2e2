// The strokes of a touch-up and what the site made of them: undone and redone at once, sent in their turn.

const FOLD = 300; // strokes after which the mask they came to is what one goes on from

export class Strokes {
  // `send` answers { maskId, image } for a mask to begin with and strokes.
  constructor(send, changed) {
    this.send = send;
    this.changed = changed;
    this.steps = []; // each { stroke, mask }: the mask after it, once it is there
    this.undone = [];
    this.start = null; // the mask before the first stroke
    this.isBusy = false;
    this.problem = "";
  }

  begin(mask) {
    this.start = mask;
    this.changed();
  }

  get mask() {
    return this.steps.findLast((step) => step.mask)?.mask ?? this.start;
  }

  // Those that the shown mask doesn't have yet.
  get waiting() {
    const done = this.steps.findLastIndex((step) => step.mask);
    return this.steps.slice(done + 1).map((step) => step.stroke);
  }

  get isSettled() {
    return !this.isBusy && this.waiting.length === 0;
  }

  add(stroke) {
    this.steps.push({ stroke, mask: null });
    this.undone = [];
    this.work();
  }

  undo() {
    const step = this.steps.pop();
    if (step) this.undone.push(step);
    this.problem = "";
    this.work();
  }

  redo() {
    const step = this.undone.pop();
    if (step) this.steps.push(step);
    this.work();
  }

  async work() {
    this.changed();
    if (this.isBusy || this.waiting.length === 0) return;
    this.isBusy = true;
    this.changed();
    const last = this.steps.at(-1);
    try {
      last.mask = await this.send(this.start, this.steps.map((step) => step.stroke));
      this.problem = "";
    } catch (error) {
      // What can't be done is taken back; after a lost connection it is tried again with the next.
      this.problem = error.message;
      if (error.isRefusal) this.steps = this.steps.filter((step) => step !== last);
      else this.isStuck = true;
    }
    this.isBusy = false;
    this.fold();
    this.changed();
    if (this.isStuck) this.isStuck = false;
    else if (this.waiting.length) this.work();
  }

  fold() {
    if (this.steps.length < FOLD || !this.steps.at(-1).mask) return;
    this.start = this.steps.at(-1).mask;
    this.steps = [];
  }
}
