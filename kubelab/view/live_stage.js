// First of the live view's files (stage, dots, player, panels, traffic, live), which Python joins to one module.

const SVG = "http://www.w3.org/2000/svg";

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
    this.dots = new Dots();
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
    const focused = this.box.contains(document.activeElement) && document.activeElement.dataset.key;
    this.box.innerHTML = markup;
    this.svg = this.box.firstElementChild;
    this.dots.moveTo(this.svg.querySelector(".layer-dots"));
    this.svg.setAttribute("role", "group"); // an image has no buttons within
    this.pieces = new Map();
    for (const piece of this.svg.querySelectorAll("[data-key]")) this.adopt(piece);
    if (focused) this.pieces.get(focused)?.focus({ preventScroll: true }); // who was there is not thrown out
  }

  get width() {
    return this.svg.viewBox.baseVal.width;
  }

  adopt(piece) {
    this.pieces.set(piece.dataset.key, piece);
    if (!/^(pod|node|card)\//.test(piece.dataset.key)) return;
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
}
