const AHEAD = 4; // seconds of film still to play when the next stretch is asked for
const PATIENCE = 500; // milliseconds after which an unheard message is worth a word
const MOST_FRAMES = 4000;

// Time: what is watched (`view`), how far anybody has watched (`head`), and how far the film goes (`end`).
class Player {
  constructor(model, stage, changed) {
    Object.assign(this, { model, stage, changed, frames: [], dots: [], view: 0, head: 0, end: 0 });
    this.playing = this.asked = this.recalls = false;
    this.wanted = null; // the moment that somebody chose before the past was there
    this.speed = model.get("speed");
    this.unheard = new Map();
    this.name = Math.random().toString(36).slice(2);
    this.said = 0;
    this.last = performance.now();
    model.on("change:film", () => this.load());
    model.on("change:heard", () => this.heard(...model.get("heard")));
    stage.load(model.get("svg"));
    if (model.get("film").mode === "clear") this.load();
    else this.recall();
    this.timer = setInterval(() => this.tick(), 50);
  }

  // A page that is loaded anew has lost what came before.
  recall() {
    this.recalls = true;
    this.say("whole", { width: this.stage.width });
  }

  load() {
    const film = this.model.get("film");
    const before = this.view;
    for (const frame of film.frames) frame.strings = film.strings;
    const dots = film.dots.slice().sort((one, other) => one[0] - other[0]);
    if (film.mode === "append") {
      this.frames.push(...film.frames);
      this.dots.push(...dots);
    } else {
      const first = film.frames[0].t; // a frame of the same instant is the newer of the two
      this.frames = film.mode === "clear" ? [] : this.frames.filter((frame) => frame.t <= film.from && frame.t < first);
      this.frames.push(...film.frames);
      this.dots = film.mode === "clear" ? dots : this.dots.filter(([t]) => t <= film.from).concat(dots);
      this.view = this.head = film.to;
      this.stage.load(this.model.get("svg"));
      this.shown = null;
      this.stage.dots.pass((Math.max(film.to - before, 0) / this.speed) * 1000);
    }
    if (this.frames.length > MOST_FRAMES) this.thin();
    this.end = film.to;
    this.asked = false;
    this.show();
    if (!this.recalls || film.mode === "append") return;
    this.recalls = false;
    if (this.wanted !== null) this.go(this.wanted);
  }

  // Of the older half of a long film every other frame goes.
  thin() {
    const half = this.frames.length >> 1;
    this.frames = this.frames.filter((frame, index) => index >= half || index % 2 === 0 || !(frame.sampled = true));
  }

  // Tell Python. The same thing is not said twice before it was heard.
  say(what, more = {}) {
    const words = JSON.stringify([what, more]);
    if (this.unheard.has(words)) return;
    this.unheard.set(words, { number: ++this.said, since: performance.now(), quiet: what === "more" });
    this.model.send({ do: what, at: Math.max(this.view, this.head), message: [this.name, this.said], ...more });
  }

  heard(name, number) {
    if (name !== this.name) return;
    for (const [words, held] of this.unheard) if (held.number <= number) this.unheard.delete(words);
    this.changed(this);
  }

  // Whether somebody waits for a kernel that has not yet heard.
  get waits() {
    const long = performance.now() - PATIENCE;
    for (const held of this.unheard.values()) if (!held.quiet && held.since < long) return true;
    return this.playing && this.view >= this.end;
  }

  tick() {
    const now = performance.now();
    const passed = (now - this.last) / 1000;
    this.last = now;
    if (this.unheard.size) this.changed(this);
    if (!this.playing) return;
    const before = this.view;
    this.view = Math.min(this.view + passed * this.speed, this.end);
    this.head = Math.max(this.head, this.view);
    if (!this.asked && (this.end - this.view) / this.speed < AHEAD) {
      this.asked = true;
      this.say("more", { speed: this.speed });
    }
    this.stage.dots.pass(passed * 1000);
    for (let index = this.firstDot(before); index < this.dots.length && this.dots[index][0] <= this.view; index++) {
      this.stage.dots.send(this.dots[index]);
    }
    this.show();
  }

  // The first request after an instant.
  firstDot(time) {
    let [low, high] = [0, this.dots.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.dots[middle][0] > time) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  show() {
    let index = this.frames.length - 1;
    while (index > 0 && this.frames[index].t > this.view + 1e-9) index--;
    const frame = this.frames[index];
    if (frame && frame !== this.shown) this.stage.show(frame);
    this.shown = frame;
    this.index = index;
    this.changed(this);
  }

  pause() {
    if (this.playing) this.say("pause"); // the cluster comes to the moment that is seen: cells go on from there
    this.playing = false;
  }

  go(moment) {
    if (this.recalls) this.wanted = moment;
    if (!this.frames.length) return;
    this.pause();
    this.stage.dots.clear();
    this.view = Math.min(Math.max(moment, this.frames[0].t), this.head);
    this.show();
    if (!this.frames[this.index + 1]?.sampled || this.view === this.shown.t) return;
    this.view = this.shown.t; // what came next is not known frame by frame: the time is the picture's
    this.changed(this);
  }

  // The frames at which the story has something new to tell, and the first one.
  get news() {
    const newest = (frame) => String(frame.told[frame.told.length - 1]);
    return this.frames.filter((frame, index, all) => !index || newest(frame) !== newest(all[index - 1]));
  }

  back() {
    const earlier = this.news.filter((frame) => frame.t < this.view - 1e-6);
    this.go(earlier.length ? earlier[earlier.length - 1].t : 0);
  }

  // On to what is told next: in the past what came, in the present what Python finds.
  step() {
    if (this.past) return this.go(this.news.find((frame) => frame.t > this.view + 1e-6)?.t ?? this.head);
    this.playing = false;
    this.say("step");
  }

  get past() {
    return this.view < this.head - 1e-6;
  }
}
