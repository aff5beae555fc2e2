// Sending strokes: what the site answers, and what became of strokes that it could not take.

const PATIENCE_MS = 60_000; // for one answer, and for a job that takes longer than one
const PAUSES_MS = [400, 800, 1600, 3000];
const LONGEST_WAIT = 30; // seconds

// `isRefusal`: the same strokes would be refused again. Otherwise they are kept, and sent again after so many
// `seconds`, or when somebody says so, where `seconds` is null.
export class Trouble extends Error {
  constructor(message, { isRefusal = false, seconds = null } = {}) {
    super(message);
    this.isRefusal = isRefusal;
    this.seconds = seconds;
  }
}

const pause = (ms) => new Promise((after) => setTimeout(after, ms));

export class Sender {
  // `words` has the address and what is said of troubles.
  constructor(words, token) {
    this.words = words;
    this.token = token;
    this.lost = 0; // how often in a row the site could not be reached
  }

  // The picture of a mask that begins with another, or with nothing, and has these strokes, too.
  async mend(maskId, strokes, follow) {
    const cutting = maskId ? { mask: maskId } : { model: this.words.model };
    const body = JSON.stringify({ strokes, follow, cutting });
    const headers = { "content-type": "application/json", "x-csrftoken": this.token };
    const { data } = await this.answer(this.words.api, { method: "POST", headers, body });
    const done = data.maskId ? data : await this.finished(data.jobId);
    return { maskId: done.maskId, image: await this.picture(done.url) };
  }

  async picture(address) {
    const image = new Image();
    image.src = address;
    await image.decode().catch(() => {
      throw this.unreachable();
    });
    return image;
  }

  // A job that took longer than a request waits: until it ends in any way.
  async finished(jobId) {
    const until = Date.now() + PATIENCE_MS;
    for (let n = 0; Date.now() < until; n += 1) {
      await pause(PAUSES_MS[Math.min(n, PAUSES_MS.length - 1)]);
      const { data } = await this.answer(`/api/v1/jobs/${jobId}`);
      if (data.state === "completed") return { maskId: data.resultImageId, url: data.resultUrl };
      if (data.state === "cancelled") throw new Trouble(this.words.cancelled, { isRefusal: true });
      if (data.state === "failed") throw new Trouble(data.error?.message ?? this.words.failed, { isRefusal: true });
    }
    throw new Trouble(this.words.slow, { seconds: 5 });
  }

  async answer(address, options = {}) {
    let response;
    try {
      response = await fetch(address, { ...options, signal: AbortSignal.timeout(PATIENCE_MS) });
    } catch {
      throw this.unreachable();
    }
    const told = await response.json().catch(() => ({}));
    if (response.ok && told.data) {
      this.lost = 0;
      return told;
    }
    throw this.trouble(response, told);
  }

  trouble({ status, headers }, told) {
    if (status === 429) {
      const seconds = Number(headers.get("Retry-After")) || 10;
      return new Trouble(this.words.busy, { seconds: Math.min(LONGEST_WAIT, seconds) });
    }
    // Signed out, or signed in anew in another tab, so that this page's token is an old one.
    if (status === 401 || (status === 403 && told.code !== "QUOTA_EXCEEDED")) return new Trouble(this.words.signedOut);
    if (status === 408 || status === 425 || status >= 500 || status < 400) return this.unreachable();
    return new Trouble(told.error || this.words.failed, { isRefusal: true });
  }

  unreachable() {
    this.lost += 1;
    return new Trouble(this.words.offline, { seconds: Math.min(LONGEST_WAIT, 2 ** this.lost) });
  }
}
