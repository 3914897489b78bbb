// Requests: dots that run where the packets ran, and marks where they were lost.

const TRAVEL = 1000; // milliseconds that a request takes along its way
const LEG = 600; // and for each leg, when it is the only one
const STAYS = 2500; // that a mark is there after the last loss
const MOST_FLYING = 80;
const SIGNS = { good: "M-6 0l4 5l8 -10", lost: "M-6 -6l12 12m0 -12l-12 12", origin: "M0 -5v10m-5 -5h10" };

class Dots {
  constructor() {
    Object.assign(this, { flying: [], marks: new Map(), layer: null, running: false });
  }

  // Another picture: what is under way goes on there.
  moveTo(layer) {
    if (this.layer) layer.append(...this.layer.childNodes);
    this.layer = layer;
  }

  // One dot for `count` requests that go the same way.
  send([, points, answered, count, words, origin]) {
    const end = points[points.length - 1];
    if (origin) this.mark(points[0], origin, 0, "origin");
    const arrived = () => answered || this.mark(end, words, count);
    if (this.flying.length < MOST_FLYING && !document.hidden) this.fly(points, TRAVEL, count, arrived);
    else arrived();
  }

  // One request alone, leg by leg; `heard` is told up to which of its hops it is.
  walk(reply, heard) {
    const legs = reply.legs;
    this.pass(Infinity); // what was marked before is not about this one
    let from = legs[0]?.[0];
    heard(legs.length ? reply.began : reply.hops.length);
    const next = (index) => {
      if (index === legs.length) {
        heard(reply.hops.length);
        if (from) this.mark(from, reply.answered ? reply.status : reply.lost, 1, reply.answered ? "good" : "lost");
        return;
      }
      const points = [from, ...legs[index]];
      from = points[points.length - 1];
      this.fly(points, LEG, 1, () => (heard(reply.heard[index]), next(index + 1)));
    };
    next(0);
  }

  fly(points, time, count, arrived) {
    const lengths = points.slice(1).map((p, i) => Math.hypot(p[0] - points[i][0], p[1] - points[i][1]));
    const dot = shape("g", { class: "dot" });
    if (!calm()) dot.setAttribute("transform", `translate(${points[0]})`);
    if (calm()) dot.append(shape("polyline", { points: points.join(" ") }));
    else dot.append(shape("circle", { r: Math.min(5 + Math.log10(count) * 2, 11) }));
    if (count >= 10 && !calm()) dot.append(Object.assign(shape("text", { y: -9, "text-anchor": "middle" }), { textContent: `×${count}` }));
    this.layer.append(dot);
    const total = lengths.reduce((sum, length) => sum + length, 0);
    this.flying.push({ dot, points, lengths, total, time, arrived, born: performance.now() });
    if (!this.running) requestAnimationFrame((now) => this.move(now));
    this.running = true;
  }

  move(now) {
    const gone = [];
    for (const held of this.flying) {
      const part = Math.min(Math.max((now - held.born) / held.time, 0), 1);
      if (!calm()) held.dot.setAttribute("transform", `translate(${along(held, part * held.total)})`);
      if (part === 1) gone.push(held);
    }
    this.flying = this.flying.filter((held) => !gone.includes(held));
    for (const held of gone) (held.dot.remove(), held.arrived());
    this.running = this.flying.length > 0;
    if (this.running) requestAnimationFrame((later) => this.move(later));
  }

  // What happened at a point, in words: how often, while it goes on.
  mark(point, words, count, kind = "lost") {
    const key = `${point} ${words}`;
    let mark = this.marks.get(key);
    if (!mark) {
      const node = shape("g", { class: `mark ${kind}` });
      const [text, paper] = [shape("text", { "text-anchor": "middle" }), shape("rect", { rx: 4, height: 18 })];
      node.append(paper, text, shape("path", { d: SIGNS[kind], transform: `translate(${point})` }));
      this.layer.append(node);
      this.marks.set(key, (mark = { node, text, paper, point, count: 0 }));
    }
    mark.count += count;
    mark.left = count === 1 ? 2 * STAYS : STAYS;
    setText(mark.text, mark.count > 1 ? `${words} ×${mark.count}` : words);
    this.settle(mark);
  }

  // The words stand by their place, where no others do.
  settle(mark) {
    const wide = mark.text.textContent.length * 6.4 + 12;
    const most = this.layer.ownerSVGElement.viewBox.baseVal.width - 4;
    const x = Math.max(4, Math.min(mark.point[0] - wide / 2, most - wide));
    const taken = [...this.marks.values()].filter((other) => other !== mark && other.box).map((other) => other.box);
    const free = (y) => taken.every((box) => Math.abs(box.y - y) >= 19 || box.x > x + wide || x > box.x + box.wide);
    const away = [22, -22, 41, -41, 60, 79, 98, 117].find((far) => free(mark.point[1] + far)) ?? 22;
    mark.box = { x, y: mark.point[1] + away, wide };
    for (const [node, at] of [[mark.text, { x: x + wide / 2, y: mark.box.y + 4 }], [mark.paper, { x, y: mark.box.y - 9, width: wide }]]) {
      for (const [name, value] of Object.entries(at)) node.setAttribute(name, value);
    }
  }

  // What was under way and what was marked belong to another moment.
  clear() {
    for (const held of this.flying) held.dot.remove();
    this.flying = [];
    this.pass(Infinity);
  }

  // Time passes, in milliseconds: marks fade that nothing has renewed.
  pass(time) {
    for (const [key, mark] of this.marks) {
      mark.left -= time;
      if (mark.left > 0) continue;
      mark.node.remove();
      this.marks.delete(key);
    }
  }
}

function shape(name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

// The point that is so far along the way.
function along({ points, lengths }, way) {
  let leg = 0;
  while (leg < lengths.length - 1 && way > lengths[leg]) way -= lengths[leg++];
  const part = lengths[leg] ? Math.min(way / lengths[leg], 1) : 1;
  const [from, to] = [points[leg], points[leg + 1]];
  return [0, 1].map((axis) => from[axis] + (to[axis] - from[axis]) * part);
}
