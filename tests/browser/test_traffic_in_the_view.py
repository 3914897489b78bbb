"""Traffic in the live view: dots run where packets run, a lost one says why, and many do not freeze the page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from browser import PATIENCE, Notebook, in_browser, open_notebook, write_notebook

pytestmark = in_browser

SHOP = """
import kubelab as kl
cluster = kl.Cluster(workers=3, seed=1, cloud=True)
cluster.kubectl("create deployment web --image=nginx:1.27 --replicas=3")
cluster.kubectl("expose deployment web --port=80")
cluster.kubectl("expose deployment web --name=typo --port=80 --target-port=8081")
"""
INGRESS = (
    SHOP
    + """
cluster.install("ingress-nginx")
cluster.kubectl("create ingress door --class=nginx --rule=shop.example.com/*=web:80")
cluster.run(90)
lab = kl.Lab(cluster)
lab
"""
)
PLAIN = SHOP + "cluster.run(60)\nlab = kl.Lab(cluster, speed=5)\nlab"

# From now on remember where dots are, in the picture's own units.
REMEMBER = """() => {
    window.dots = [];
    const look = ({ target }) => {
        const at = /translate\\(([^,]+),([^)]+)/.exec(target.getAttribute("transform") ?? "");
        if (at && target.matches(".dot")) window.dots.push([Number(at[1]), Number(at[2])]);
    };
    new MutationObserver(seen => seen.forEach(look))
        .observe(document.querySelector(".kubelab-lab"), { subtree: true, attributeFilter: ["transform"] });
}"""
PASSED = """name => {
    const piece = [...document.querySelectorAll(".kubelab-lab [data-key]")]
        .find(held => held.querySelector("title")?.textContent.startsWith(name));
    const svg = piece.ownerSVGElement, box = piece.getBoundingClientRect(), turned = svg.getScreenCTM().inverse();
    const one = new DOMPoint(box.left, box.top).matrixTransform(turned);
    const other = new DOMPoint(box.right, box.bottom).matrixTransform(turned);
    return window.dots.some(([x, y]) => x > one.x - 1 && x < other.x + 1 && y > one.y && y < other.y);
}"""
FRAMES = """() => new Promise(done => {
    let frames = 0;
    const began = performance.now();
    const next = () => (frames++, performance.now() - began > 1000 ? done(frames) : requestAnimationFrame(next));
    next();
})"""


def opened(folder: Path, *cells: str) -> Any:
    write_notebook(folder / "traffic.ipynb", *cells)
    return open_notebook(folder, "traffic.ipynb", height=1800, environment={"KUBELAB_LANG": "en"})


def the_lab(notebook: Notebook) -> Any:
    from playwright.sync_api import expect

    expect.set_options(timeout=PATIENCE)
    return notebook.panel.locator(".kubelab-lab").first


def test_a_request_runs_by_balancer_node_and_ingress_to_its_pod(tmp_path: Path) -> None:
    from playwright.sync_api import expect

    with opened(tmp_path, INGRESS) as notebook:
        notebook.run_all()
        lab = the_lab(notebook)
        notebook.page.evaluate(REMEMBER)
        lab.get_by_role("button", name="Ingress door").click()
        expect(lab.get_by_label("Where to")).to_have_value(re.compile("^ingress/default/door"))
        expect(lab.get_by_role("button", name="One request")).to_be_focused()
        notebook.page.keyboard.press("Enter")
        expect(lab.locator(".mark.good")).to_contain_text("200")
        expect(lab.locator(".request")).to_contain_text("200 from web-")
        hops = lab.locator(".hops li")
        expect(lab.locator(".hops li.passed")).to_have_count(hops.count())
        for name in ("Cloud load balancer", "ingress-nginx-controller"):
            assert notebook.page.evaluate(PASSED, name), f"no dot was at {name}"
        who = re.search(r"web-\w+-\w+", lab.locator(".request p").inner_text())
        assert who
        assert notebook.page.evaluate(PASSED, who.group()), f"no dot was at {who.group()}"

        # a lost one: where, and why
        lab.get_by_label("Where to").select_option("default/typo")
        lab.get_by_role("button", name="One request").click()
        expect(lab.locator(".mark.lost")).to_contain_text("nobody listens on port 8081")
        expect(lab.locator(".why")).to_contain_text("targetPort")
        notebook.screenshot(tmp_path / "lost.png")


def test_a_thousand_requests_a_second_stay_fluent_and_a_reload_keeps_the_past(tmp_path: Path) -> None:
    from playwright.sync_api import expect

    with opened(tmp_path, PLAIN) as notebook:
        notebook.run_all()
        lab = the_lab(notebook)
        lab.get_by_label("Where to").select_option("default/web")
        lab.get_by_label("Requests a second").select_option("1000")
        lab.get_by_role("button", name="Send traffic").click()
        lab.get_by_role("button", name="Play").click()
        expect(lab.locator(".dot text").first).to_have_text(re.compile(r"×\d{3}"))
        lab.get_by_role("button", name="Kill worker-3").click()
        expect(lab.locator(".mark.lost")).to_contain_text("worker-3 does not answer")
        expect(lab.locator(".loads")).to_contain_text(re.compile(r"✗ \d+: worker-3 does not answer"))
        assert notebook.page.evaluate(FRAMES) > 8, "frames in a second"
        assert lab.locator(".dot").count() <= 80
        lab.get_by_role("button", name="Pause").click()
        notebook.screenshot(tmp_path / "thousand.png")

        notebook.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
        notebook.page.reload()
        expect(lab.locator('[data-key="node/worker-3"]')).to_contain_text("no power")
        lab.get_by_label("Moment").fill("50")
        expect(lab.locator('[data-key="node/worker-3"]')).not_to_contain_text("no power")
        expect(lab.locator('[data-key^="pod/"]')).to_have_count(3)


def test_a_busy_kernel_is_seen_to_be_waited_for(tmp_path: Path) -> None:
    from playwright.sync_api import expect

    with opened(tmp_path, PLAIN, "import time; time.sleep(4)") as notebook:
        notebook.run_cell(1)
        lab = the_lab(notebook)
        notebook.page.emulate_media(reduced_motion="reduce")
        lab.get_by_label("Where to").select_option("default/web")
        lab.get_by_role("button", name="One request").click()
        lab.locator(".dot polyline").first.wait_for(state="attached")  # nothing moves: the way is drawn
        expect(lab.locator(".mark.good")).to_contain_text("200")

        notebook.cell(2).locator(".cm-content").click()
        notebook.page.keyboard.press("Control+Enter")
        expect(notebook.cell(2).locator(".jp-InputPrompt")).to_have_text("[*]:")
        for _ in range(2):
            lab.get_by_role("button", name="Kill worker-1").click()
        expect(lab.locator(".bar .note")).to_have_text("waiting for the kernel…")
        expect(lab).to_have_attribute("aria-busy", "true")
        expect(lab.locator('[data-key="node/worker-1"]')).to_contain_text("no power")
        expect(lab).to_have_attribute("aria-busy", "false")
        expect(lab.get_by_text("worker-1 loses its power")).to_have_count(1)


def test_what_one_request_left_behind_belongs_to_its_moment(tmp_path: Path) -> None:
    from playwright.sync_api import expect

    with opened(tmp_path, PLAIN) as notebook:
        notebook.run_all()
        lab = the_lab(notebook)
        panel, mark, moment = lab.locator(".request"), lab.locator(".mark"), lab.get_by_label("Moment")
        clock, status = lab.locator(".clock"), lab.locator("p.answer[role=status]").first
        step, once = lab.get_by_role("button", name="Step"), lab.get_by_role("button", name="One request")

        # nothing happens by itself: that is said, and time stays
        step.click()
        expect(status).to_contain_text("nothing more happens by itself")
        expect(clock).to_have_text("t = 60.0 s")

        # a lost request is not there in the past before it, and there again in its present
        lab.get_by_label("Where to").select_option("default/typo")
        once.click()
        expect(lab.locator(".mark.lost")).to_contain_text("nobody listens")
        expect(panel).to_be_visible()
        moment.fill("20")
        expect(panel).to_be_hidden()
        expect(mark).to_have_count(0)
        lab.get_by_role("button", name="Back to the present").click()
        expect(panel).to_be_visible()

        # it ends with the next deed, as with time
        lab.get_by_label("Where to").select_option("default/web")
        lab.get_by_role("button", name="Send traffic").click()
        expect(panel).to_be_hidden()
        once.click()
        expect(lab.locator(".mark.good")).to_contain_text("200")
        lab.get_by_label("Speed").select_option("20")
        lab.get_by_role("button", name="Play").click()
        expect(lab.locator(".mark.good")).to_have_count(0, timeout=15_000)
        expect(panel).to_be_hidden(timeout=15_000)

        # with traffic on, a step is a piece of the story
        lab.get_by_role("button", name="Kill worker-3").click()
        lab.get_by_role("button", name="Pause").click()
        for _ in range(2):
            if "takes worker-3 for NotReady" not in lab.locator(".newest").inner_text():
                step.click()
        expect(lab.locator(".newest")).to_contain_text("the API takes worker-3 for NotReady")
        lab.get_by_role("button", name="Back", exact=True).click()
        expect(lab.locator(".newest")).to_contain_text("worker-3 loses its power")
        step.click()
        expect(lab.locator(".newest")).to_contain_text("the API takes worker-3 for NotReady")

        # another beginning has no leftovers
        once.click()
        expect(panel).to_be_visible()
        lab.get_by_role("button", name="Start again").click()
        expect(clock).to_have_text("t = 60.0 s")
        expect(panel).to_be_hidden()
        expect(mark).to_have_count(0)


def test_the_chosen_sender_stays_chosen_when_its_node_dies(tmp_path: Path) -> None:
    from playwright.sync_api import expect

    with opened(tmp_path, PLAIN) as notebook:
        notebook.run_all()
        lab = the_lab(notebook)
        source = lab.get_by_label("Where from")
        pod = source.locator("option").last.get_attribute("value")
        assert pod
        source.select_option(pod)
        for node in ("worker-1", "worker-2", "worker-3"):
            lab.get_by_role("button", name=f"Kill {node}").click()
            expect(lab.locator(f'[data-key="node/{node}"]')).to_contain_text("no power")
        expect(source).to_have_value(pod)
        expect(source.locator("option:checked")).to_contain_text("(cannot now)")
        lab.get_by_role("button", name="One request").click()
        expect(lab.locator("p.answer[role=status]").first).to_contain_text("cannot send anything")
