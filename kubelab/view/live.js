// The live view. Python films a stretch of virtual time; the player plays it with its own timer, the stage moves what
// moved, and Python is told what was clicked. A frame is a whole picture, so any moment can be jumped to.

let made = 0; // views on this page, for ids

function render({ model, el }) {
  const labels = model.get("labels");
  point = labels.point;
  const root = element("div", { className: "kubelab-lab" });
  root.dataset.lmSuppressShortcuts = "true"; // keys meant for these controls are not the notebook's
  root.onkeydown = (event) => event.stopPropagation();
  let bar, nodes, wishes, tale, traffic, controls, shown;
  const stage = new Stage((key, name) => {
    const [kind, rest] = [key.slice(0, 5), key.slice(5)];
    if (kind === "node/") nodes.pick(rest);
    else if (kind === "card/") traffic.pick(rest) || wishes.pick(rest);
    else pod.pick(key, name);
  });
  const changed = (player) => {
    bar?.update();
    root.setAttribute("aria-busy", String(player.waits));
    // the past is to be looked at: what acts would act on the present
    for (const panel of root.querySelectorAll("fieldset")) panel.disabled = player.past && !player.playing;
    if (!bar) return;
    traffic.pass();
    status.hidden = player.past; // it was said of the present
    if (player.shown === shown) return;
    shown = player.shown;
    tale.update(shown.told);
    pod.update(stage);
    traffic.loads(JSON.parse(shown.strings[shown.loads]));
    if (shown.strings[shown.controls] === controls) return;
    controls = shown.strings[shown.controls];
    nodes.update(JSON.parse(controls));
    wishes.update(JSON.parse(controls));
    traffic.update(JSON.parse(controls));
  };
  const player = new Player(model, stage, changed);
  const pod = podPanel(player, labels);
  [bar, nodes, wishes, tale] = [timeBar, nodePanel, wishPanel].map((make) => make(player, labels)).concat(story(labels));
  traffic = trafficPanel(player, labels, stage.dots);
  const manifest = editor(player, model, labels, ++made);
  const status = element("p", { className: "answer", role: "status" });
  model.on("change:reply", () => {
    const reply = model.get("reply");
    if (reply.about === "apply") manifest.answer(reply);
    else if (reply.about === "describe") pod.answer(reply);
    else if (reply.about === "request") traffic.answer(reply);
    const another = ["fork", "reset"].includes(reply.about);
    const told = !reply.ok || another || reply.about === "step";
    // what was shown of one request ends with the next deed, and all marks with another story
    if (reply.ok && !["request", "describe", "step"].includes(reply.about)) traffic.forget(another);
    setText(status, told && reply.about !== "apply" ? reply.text : "");
  });
  root.append(bar.bar, traffic.bar, stage.box, tale.panel, status, element("div", { className: "panels" },
    traffic.panel, nodes.panel, element("div", { className: "wishes" }, wishes.panel, pod.panel), manifest.panel));
  el.append(root);
  changed(player);
  let wide = true;
  const watch = new ResizeObserver(() => {
    if (root.clientWidth && wide !== root.clientWidth >= 640) player.say("resize", { width: (wide = !wide) ? 980 : 440 });
  });
  watch.observe(root);
  return () => (clearInterval(player.timer), watch.disconnect());
}

export default { render };
