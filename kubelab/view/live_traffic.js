// Traffic: where requests go to, from where, how many, what became of them; and one request with its way.

const READ = 6; // seconds of play for which the result of one request stays
const RATES = [1, 5, 20, 100, 1000];

function trafficPanel(player, labels, dots) {
  const target = element("select", { ariaLabel: labels.target });
  const source = element("select", { ariaLabel: labels.source });
  const rate = element("select", { ariaLabel: labels.rate });
  for (const number of RATES) rate.append(element("option", { value: number, textContent: `${number}/s` }));
  rate.value = 5;
  const aim = () => ({ service: target.value, source: source.value });
  const once = button(labels.once, () => player.say("request", aim()));
  const send = button(labels.on, () => player.say("traffic", { ...aim(), rate: Number(rate.value), on: true }));
  const running = element("ul", { className: "loads", ariaLabel: labels.traffic });
  const one = oneRequest(labels, dots);
  const bar = element("fieldset", { className: "aim", ariaLabel: labels.traffic }, target, source, once, rate, send);
  const quiet = element("p", { className: "note", textContent: labels.doors });
  const panel = element("fieldset", { className: "wide" }, element("legend", { textContent: labels.traffic }), quiet, running, one.box);
  let doors = [];
  const update = (controls) => {
    doors = controls.targets;
    options(target, doors.map(([key, label]) => [key, label]));
    options(source, controls.sources, labels.away);
    for (const part of [target, source, rate, once, send]) part.disabled = !doors.length;
  };
  const loads = (held) => {
    while (running.children.length > held.length) running.lastChild.remove();
    held.forEach((load, index) => fill(running.children[index] ?? row(), load));
    running.hidden = !held.length;
    hush();
  };
  const hush = () => (quiet.hidden = !running.hidden || !one.box.hidden);
  const pass = () => (one.pass(player), hush());
  const forget = (all) => (one.forget(), all ? dots.clear() : dots.pass(Infinity), hush());
  const row = () => {
    const words = element("span"), why = element("span", { className: "bad" });
    const stop = button(labels.off, () => player.say("traffic", { service: stop.url, on: false }));
    const item = Object.assign(element("li", {}, stop, words, why), { stop, words, why });
    running.append(item);
    return item;
  };
  const fill = (item, load) => {
    item.stop.url = load.url;
    setName(item.stop, labels.off, `${labels.off} ${load.url}`);
    const from = load.source ? ` ← ${load.source}` : "";
    const answered = labels.answered.replace("{answered}", load.answered).replace("{sent}", load.sent);
    setText(item.words, `${load.rate}/s → ${load.url}${from} · ${answered}`);
    setText(item.why, load.errors.map(([words, many]) => `✗ ${many}: ${words}`).join("   "));
  };
  const pick = (uid) => {
    const door = doors.find((held) => held[3] === uid);
    if (!door) return false;
    target.value = door[0];
    once.focus({ preventScroll: true });
    return true;
  };
  return { bar, panel, update, loads, pick, pass, forget, answer: one.answer };
}

// The way of one request: its hops light up as the dot passes them.
function oneRequest(labels, dots) {
  const headline = element("p", { role: "status" });
  const hops = element("ol", { className: "hops", ariaLabel: labels.hops });
  const why = element("pre", { className: "why" });
  const box = element("div", { className: "request", hidden: true }, headline, hops, why);
  let time = null; // when it was, as long as it is worth showing
  // It belongs to its moment: neither to the past before it, nor to what comes long after.
  const pass = (player) => {
    box.hidden = time === null || player.view < time - 1e-6 || player.view > time + READ * player.speed;
  };
  const forget = () => ((time = null), (box.hidden = true));
  const answer = (reply) => {
    box.hidden = !reply.ok;
    if (!reply.ok) return forget();
    time = reply.time;
    setText(headline, `${reply.answered ? "✓" : "✗"} ${reply.url}: ${reply.text}`);
    headline.className = reply.answered ? "good" : "bad";
    hops.replaceChildren(...reply.hops.map(([time, title, words]) =>
      element("li", {}, element("span", { className: "time", textContent: time }), element("strong", { textContent: title }), ` ${words}`)));
    setText(why, reply.why ? `${labels.why}: ${reply.why}` : "");
    why.hidden = !reply.why;
    const heard = (number) => [...hops.children].forEach((hop, index) => hop.classList.toggle("passed", index <= number));
    dots.walk(reply, heard);
  };
  return { box, answer, pass, forget };
}
