const ROWS = 6; // up to so many nodes have a row of buttons each
const LINE = 18; // height of a line in the editor, as in live.css

// Play, pause, step, back, speed, and the moment that is watched.
function timeBar(player, labels) {
  const play = button(labels.play, () => (player.playing ? player.pause() : (player.playing = true), player.show()), { className: "play" });
  const step = button(labels.step, () => player.step());
  const back = button(labels.back, () => player.back());
  const reset = button(labels.reset, () => ((player.playing = false), player.say("reset")));
  const fork = button(labels.fork, () => player.say("fork", { moment: player.view }));
  const opened = player.model.get("opened"); // from before there is no fork of the cluster
  const early = element("span", { className: "early", textContent: labels.early.replace("{time}", clock(opened)) });
  const present = button(labels.present, () => player.go(player.head));
  const speed = element("select", { ariaLabel: labels.speed });
  for (const times of [0.5, 1, 5, 20, 60]) speed.append(element("option", { value: times, textContent: `${decimal(times)}×` }));
  speed.value = player.speed;
  speed.onchange = () => (player.speed = Number(speed.value));
  const scrub = element("input", { type: "range", step: "any", ariaLabel: labels.time });
  scrub.oninput = () => player.go(Number(scrub.value));
  const now = element("span", { className: "clock" });
  const note = element("span", { className: "note", role: "status" });
  const past = element("span", { className: "past" }, element("strong", { textContent: labels.past }), fork, early, present);
  const bar = element("div", { className: "bar" }, back, play, step, speed, scrub, now, note, past, reset);
  const update = () => {
    setText(play, player.playing ? labels.pause : labels.play);
    setText(now, `t = ${clock(player.view)}`);
    setText(note, player.waits ? labels.waiting : "");
    past.hidden = !player.past || player.playing;
    fork.disabled = player.view < opened - 1e-6;
    early.hidden = !fork.disabled;
    scrub.min = player.frames[0]?.t ?? 0;
    scrub.max = player.head;
    if (document.activeElement !== scrub || player.playing) scrub.value = player.view;
    scrub.setAttribute("aria-valuetext", clock(player.view));
  };
  return { bar, update };
}

// A row of buttons for each node; for many nodes one row, and a list to choose from.
function nodePanel(player, labels) {
  const panel = element("fieldset", {}, element("legend", { textContent: labels.nodes }));
  const rows = [];
  const choice = element("select", { ariaLabel: labels.nodes });
  let nodes = [];
  const row = () => {
    const parts = { title: element("span", { className: "title" }) };
    parts.kill = button("", () => player.say(parts.node[1] === "off" ? "revive" : "kill", { node: parts.node[0] }));
    parts.cut = button("", () => player.say(parts.node[1] === "cut" ? "heal" : "cut", { node: parts.node[0] }));
    parts.cordon = button("", () => player.say(parts.node[2] ? "uncordon" : "cordon", { node: parts.node[0] }));
    parts.row = element("div", { className: "row" }, parts.title, parts.kill, parts.cut, parts.cordon);
    panel.append(parts.row);
    rows.push(parts);
    return parts;
  };
  const fill = (parts, node) => {
    const [name, power, cordoned] = (parts.node = node);
    setText(parts.title, name);
    for (const [part, key] of [
      [parts.kill, power === "off" ? "revive" : "kill"],
      [parts.cut, power === "cut" ? "heal" : "cut"],
      [parts.cordon, cordoned ? "uncordon" : "cordon"],
    ]) setName(part, labels[key], `${labels[key]} ${name}`);
    if (power === "booting") setName(parts.kill, labels.booting, `${labels.booting} ${name}`);
    parts.kill.disabled = power === "booting";
    parts.cut.disabled = power === "off" || power === "booting";
  };
  const update = (controls) => {
    nodes = controls.nodes;
    const many = nodes.length > ROWS;
    options(choice, nodes.map((node) => node[0]));
    if (many && !choice.isConnected) panel.children[0].after(choice);
    const shown = many ? nodes.filter((node) => node[0] === choice.value) : nodes;
    while (rows.length > shown.length) rows.pop().row.remove();
    shown.forEach((node, index) => fill(rows[index] ?? row(), node));
  };
  choice.onchange = () => update({ nodes });
  const pick = (name) => {
    choice.value = name;
    update({ nodes });
    rows.find((parts) => parts.node[0] === name)?.kill.focus({ preventScroll: true });
  };
  return { panel, update, pick };
}

// Choices by their value: [value, words], or the value alone. `away` names the chosen one if it is there no more.
function options(select, choices, away) {
  const known = JSON.stringify(choices);
  if (select.known === known) return;
  const chosen = select.value;
  select.known = known;
  const pairs = choices.map((choice) => (Array.isArray(choice) ? choice : [choice, choice]));
  if (away && chosen && !pairs.some(([value]) => value === chosen)) {
    pairs.push([chosen, away.replace("{name}", select.names.get(chosen))]);
  }
  select.names ??= new Map();
  for (const [value, words] of choices.filter(Array.isArray)) select.names.set(value, words);
  select.replaceChildren(...pairs.map(([value, words]) => element("option", { value, textContent: words })));
  if (pairs.some(([value]) => value === chosen)) select.value = chosen;
}

// The replica slider.
function wishPanel(player, labels) {
  const deployment = element("select", { ariaLabel: labels.deployment });
  const slider = element("input", { type: "range", min: 0, max: 10, step: 1, ariaLabel: labels.replicas });
  const number = element("output", { className: "number" });
  let deployments = [];
  slider.oninput = () => setText(number, slider.value);
  slider.onchange = () => player.say("scale", { deployment: deployment.value, replicas: Number(slider.value) });
  const refresh = () => {
    const chosen = deployments.find(([name]) => name === deployment.value);
    slider.disabled = deployment.disabled = !chosen;
    if (chosen) slider.max = Math.max(10, chosen[1]);
    slider.value = chosen ? chosen[1] : 0;
    setText(number, chosen ? String(chosen[1]) : labels.none);
  };
  deployment.onchange = refresh;
  const update = (controls) => {
    deployments = controls.deployments;
    options(deployment, deployments.map(([name]) => [name, name.replace(/^default\//, "")]));
    refresh();
  };
  const pick = (uid) => {
    const chosen = deployments.find((held) => held[2] === uid);
    if (!chosen) return;
    deployment.value = chosen[0];
    refresh();
    slider.focus({ preventScroll: true });
  };
  const panel = element("fieldset", {}, element("legend", { textContent: labels.replicas }),
    element("div", { className: "row" }, deployment, slider, number));
  return { panel, update, pick };
}

// The manifest editor: an error stands at its line.
function editor(player, model, labels, id) {
  const gutter = element("pre", { className: "gutter", ariaHidden: "true" });
  const band = element("div", { className: "band", hidden: true });
  const area = element("textarea", { wrap: "off", spellcheck: false, rows: 9, ariaLabel: labels.manifest, value: model.get("manifest") });
  const note = element("p", { className: "answer", id: `kubelab-answer-${id}`, role: "status" });
  const place = () => {
    gutter.scrollTop = area.scrollTop;
    band.style.top = `${(band.line - 1) * LINE + 6 - area.scrollTop}px`;
  };
  const mark = (line, ok) => {
    const lines = area.value.split("\n").length;
    gutter.replaceChildren(...Array.from({ length: lines }, (_, index) =>
      element("span", { className: index + 1 === line ? "wrong" : "", textContent: `${index + 1 === line ? "✗ " : ""}${index + 1}\n` })));
    band.hidden = !line;
    band.line = line || 1;
    area.setAttribute("aria-invalid", String(!ok));
    if (line) area.scrollTop = Math.max(0, (line - 4) * LINE);
    place();
  };
  area.onscroll = place;
  area.oninput = () => (mark(0, true), setText(note, ""), (example.hidden = area.value.trim() !== ""));
  area.setAttribute("aria-describedby", note.id);
  const apply = button(labels.apply, () => player.say("apply", { text: area.value }));
  const example = button(labels.example, () => ((area.value = labels.manifestExample), area.oninput(), area.focus()));
  const answer = (reply) => {
    mark(reply.ok ? 0 : reply.line, reply.ok);
    note.classList.toggle("bad", !reply.ok);
    const where = !reply.ok && reply.line ? `${labels.line} ${reply.line}: ` : "";
    setText(note, `${where}${reply.text}${reply.hint ? ` — ${reply.hint}` : ""}`);
  };
  area.oninput();
  const box = element("div", { className: "editor" }, gutter, element("div", { className: "text" }, band, area));
  const panel = element("fieldset", { className: "wide" }, element("legend", { textContent: labels.manifest }), box,
    element("div", { className: "row" }, apply, example), note);
  return { panel, answer };
}

function podPanel(player, labels) {
  const title = element("p", { textContent: labels.pick });
  const text = element("pre", { className: "described", hidden: true, tabIndex: 0 });
  let key = "", known = "";
  const describe = button(labels.describe, () => player.say("describe", { pod: key }));
  const remove = button(labels.delete, () => player.say("delete", { pod: key }));
  const buttons = element("div", { className: "row", hidden: true }, describe, remove);
  const panel = element("fieldset", {}, element("legend", { textContent: labels.pod }), title, buttons, text);
  const pick = (chosen, name) => {
    [key, known] = [chosen, name.split(":")[0]];
    setText(title, name);
    buttons.hidden = false;
    text.hidden = true;
    setText(text, "");
    describe.focus({ preventScroll: true });
  };
  const answer = (reply) => {
    text.hidden = reply.about !== "describe" || !reply.ok;
    text.time = player.view;
    setText(text, reply.ok ? `t = ${clock(player.view)}\n\n${reply.text}` : "");
  };
  const update = (stage) => { // what it says is what the picture says
    if (!key) return;
    const piece = stage.pieces.get(key);
    setText(title, piece?.getAttribute("aria-label") ?? labels.gone.replace("{name}", known));
    buttons.hidden = !piece;
    text.hidden = !text.textContent || player.view < text.time - 1e-6;
  };
  return { panel, pick, answer, update };
}

function story(labels) {
  const list = element("ol", { className: "story", ariaLabel: labels.story });
  const newest = element("p", { className: "newest" });
  newest.setAttribute("aria-live", "polite");
  const update = (told) => {
    const lines = told.slice().reverse();
    setText(newest, lines.length ? `${clock(lines[0][0])}: ${lines[0][1]}` : labels.quiet);
    list.replaceChildren(...lines.slice(1).map(([t, words]) => element("li", { textContent: `${clock(t)}: ${words}` })));
  };
  return { panel: element("div", { className: "stories" }, newest, list), update };
}
