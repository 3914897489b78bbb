const AHEAD = 4; // seconds of film still to play when the next stretch is asked for

// Time: what is watched (`view`), how far anybody has watched (`head`), and how far the film goes (`end`).
class Player {
  constructor(model, stage, changed) {
    Object.assign(this, { model, stage, changed, frames: [], dots: [], view: 0, head: 0, end: 0 });
    this.playing = this.asked = false;
    this.speed = model.get("speed");
    this.load();
    model.on("change:film", () => this.load());
    // a page that is loaded anew in the middle of a film has no picture to move: ask for a whole one
    if (model.get("film").mode === "append") this.say("resize", { width: 980 });
    this.timer = setInterval(() => this.tick(), 50);
    this.last = performance.now();
  }

  load() {
    const film = this.model.get("film");
    for (const frame of film.frames) frame.strings = film.strings;
    if (film.mode === "append") {
      this.frames.push(...film.frames);
      this.dots.push(...film.dots);
    } else {
      const first = film.frames[0].t; // a frame of the same instant is the newer of the two
      this.frames = film.mode === "clear" ? [] : this.frames.filter((frame) => frame.t <= film.from && frame.t < first);
      this.frames.push(...film.frames);
      this.dots = [];
      this.view = this.head = film.to;
      this.stage.load(this.model.get("svg"));
      this.shown = null;
    }
    this.end = film.to;
    this.asked = false;
    this.show();
  }

  say(what, more = {}) {
    this.model.send({ do: what, at: Math.max(this.view, this.head), ...more });
  }

  tick() {
    const now = performance.now();
    const passed = (now - this.last) / 1000;
    this.last = now;
    if (!this.playing) return;
    const before = this.view;
    this.view = Math.min(this.view + passed * this.speed, this.end);
    this.head = Math.max(this.head, this.view);
    if (!this.asked && (this.end - this.view) / this.speed < AHEAD) {
      this.asked = true;
      this.say("more", { speed: this.speed });
    }
    for (const [t, points, answered] of this.dots) {
      if (t > before && t <= this.view && this.frames.length) this.stage.send(points, answered);
    }
    this.show();
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
    this.pause();
    this.view = Math.min(Math.max(moment, this.frames[0].t), this.head);
    this.show();
    if (!this.frames[this.index + 1]?.sampled || this.view === this.shown.t) return;
    this.view = this.shown.t; // what came next is not known frame by frame: the time is the picture's
    this.changed(this);
  }

  back() {
    const here = this.view - 1e-6;
    const earlier = this.frames.filter((frame) => frame.t < here);
    this.go(earlier.length ? earlier[earlier.length - 1].t : 0);
  }

  get past() {
    return this.view < this.head - 1e-6;
  }
}
