// First of the live view's four files (stage, player, panels, live), which Python joins to one module.

const SVG = "http://www.w3.org/2000/svg";
const TRAVEL = 900; // milliseconds that a request takes along its way

function element(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

function button(label, act, properties = {}) {
  return element("button", { type: "button", textContent: label, onclick: act, ...properties });
}

const setText = (node, text) => node.textContent === text || (node.textContent = text);
const setName = (node, text, name) => (setText(node, text), node.setAttribute("aria-label", name));
const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
let point = "."; // the language's decimal sign
const decimal = (text) => String(text).replace(".", point);
const clock = (t) => (t < 120 ? `${decimal(t.toFixed(1))} s` : `${Math.floor(t / 60)} min ${Math.floor(t % 60)} s`);

// The picture: pieces by key, moved and redrawn as frames say.
class Stage {
  constructor(pick) {
    this.box = element("div", { className: "stage" });
    this.pick = pick;
    this.box.onclick = (event) => this.picked(event);
    this.box.onkeydown = (event) => {
      if ((event.key === "Enter" || event.key === " ") && this.picked(event)) event.preventDefault();
    };
  }

  picked(event) {
    const piece = event.target.closest?.('[role="button"]');
    if (piece) this.pick(piece.dataset.key, piece.getAttribute("aria-label"));
    return piece;
  }

  load(markup) {
    this.box.innerHTML = markup;
    this.svg = this.box.firstElementChild;
    this.svg.setAttribute("role", "group"); // an image has no buttons within
    this.pieces = new Map();
    for (const piece of this.svg.querySelectorAll("[data-key]")) this.adopt(piece);
  }

  adopt(piece) {
    this.pieces.set(piece.dataset.key, piece);
    if (!/^(pod|node)\//.test(piece.dataset.key)) return;
    piece.setAttribute("tabindex", "0");
    piece.setAttribute("role", "button");
    this.name(piece);
  }

  name(piece) {
    const title = piece.querySelector("title");
    if (title && piece.hasAttribute("role")) piece.setAttribute("aria-label", title.textContent);
  }

  show(frame) {
    this.svg.setAttribute("viewBox", `0 0 ${frame.size[0]} ${frame.size[1]}`);
    for (const [key, [layer, x, y, drawn]] of Object.entries(frame.pieces)) {
      let piece = this.pieces.get(key);
      if (!piece) {
        piece = document.createElementNS(SVG, "g");
        piece.dataset.key = key;
        piece.classList.add("fresh");
        this.svg.querySelector(`.layer-${layer}`).append(piece);
        this.adopt(piece);
      }
      if (piece.markup !== frame.strings[drawn]) {
        piece.innerHTML = piece.markup = frame.strings[drawn];
        this.name(piece);
      }
      piece.style.transform = `translate(${x}px, ${y}px)`;
    }
    for (const [key, piece] of this.pieces) {
      if (key in frame.pieces) continue;
      this.pieces.delete(key);
      piece.classList.add("gone");
      setTimeout(() => piece.remove(), calm() ? 0 : 400);
    }
  }

  send(points, answered) {
    const lengths = points.slice(1).map((p, i) => Math.hypot(p[0] - points[i][0], p[1] - points[i][1]));
    const total = lengths.reduce((sum, length) => sum + length, 0) || 1;
    const dot = document.createElementNS(SVG, "path");
    dot.setAttribute("class", answered ? "dot" : "dot lost");
    dot.setAttribute("d", answered ? "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0" : "M-5 -5l10 10m0 -10l-10 10");
    this.svg.querySelector(".layer-dots").append(dot);
    const born = performance.now();
    const move = (now) => {
      let left = (calm() ? 1 : Math.min((now - born) / TRAVEL, 1)) * total;
      let leg = 0;
      while (leg < lengths.length - 1 && left > lengths[leg]) left -= lengths[leg++];
      const part = lengths[leg] ? Math.min(left / lengths[leg], 1) : 1;
      const [from, to] = [points[leg], points[leg + 1]];
      dot.setAttribute("transform", `translate(${from[0] + (to[0] - from[0]) * part} ${from[1] + (to[1] - from[1]) * part})`);
      if (now - born < TRAVEL + 250) requestAnimationFrame(move);
      else dot.remove();
    };
    requestAnimationFrame(move);
  }
}
