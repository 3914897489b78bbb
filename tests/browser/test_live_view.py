"""The live view as a person uses it: in JupyterLab, with a mouse, a keyboard and eyes."""

from __future__ import annotations

import re
from pathlib import Path

from browser import PATIENCE, Notebook, in_browser, open_notebook, write_notebook

pytestmark = in_browser

SETUP = '''
import kubelab as kl
cluster = kl.Cluster(workers=3, seed=1)
cluster.apply("""
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 3
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: web
        image: nginx:1.27
---
apiVersion: v1
kind: Service
metadata:
  name: shop
spec:
  selector: {app: web}
  ports:
  - port: 80
""")
cluster.run(until=30)
lab = kl.Lab(cluster, speed=20)
lab
'''
BAD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: typo\nspec:\n  containrs: []\n"
WHERE = """() => Object.fromEntries([...document.querySelectorAll('.kubelab-lab [data-key^="pod/"]:not(.gone)')]
    .map(piece => [piece.dataset.key, piece.style.transform]))"""


def test_pods_move_when_a_node_is_killed(tmp_path: Path) -> None:
    from playwright.sync_api import expect

    expect.set_options(timeout=PATIENCE)
    write_notebook(
        tmp_path / "live.ipynb", SETUP, "print('later' if cluster.now > 300 else cluster)", "cluster.run(5);"
    )
    with open_notebook(tmp_path, "live.ipynb", height=1400, environment={"KUBELAB_LANG": "en"}) as notebook:
        notebook.run_all()
        lab = notebook.panel.locator(".kubelab-lab")
        expect(lab.locator('[data-key^="pod/"]')).to_have_count(3)
        before = notebook.page.evaluate(WHERE)
        notebook.screenshot(tmp_path / "light.png")

        # traffic flows as dots, and all of it is answered
        lab.get_by_role("button", name="Send traffic").click()
        lab.get_by_role("button", name="Play").click()
        lab.locator(".dot").first.wait_for(state="attached")
        expect(lab.locator('[data-key="client"]')).to_contain_text(re.compile(r"(\d+) of \1 answered"))

        # a node dies: its box says so at once, the API later, and then the pod is elsewhere
        lab.get_by_role("button", name="Kill worker-2").click()
        dead = lab.locator('[data-key="node/worker-2"]')
        expect(dead).to_contain_text("no power")
        expect(lab.get_by_role("button", name="Revive worker-2")).to_be_visible()
        lab.get_by_label("Speed").select_option("60")
        expect(dead).to_contain_text("NotReady")
        expect(lab.locator(".stories")).to_contain_text("is evicted from its node")
        expect(lab.locator('[data-key^="card/"]').filter(has_text="Deployment")).to_contain_text("3/3")
        lab.get_by_role("button", name="Pause").click()
        notebook.page.wait_for_timeout(500)
        after = notebook.page.evaluate(WHERE)
        stayed = [key for key in before if after.get(key) == before[key]]
        assert len(set(after) - set(before)) == 1, "one new pod"
        assert len(stayed) == 3, "whoever did not change did not move (the lost one is still in the API)"

        notebook.run_cell(2)
        expect(notebook.output(2)).to_contain_text("later")

        _looks_back(notebook)
        _refuses_a_bad_manifest(notebook, tmp_path)
        _is_reached_by_keyboard(notebook)


def _looks_back(notebook: Notebook) -> None:
    from playwright.sync_api import expect

    lab = notebook.panel.locator(".kubelab-lab")
    lab.get_by_label("Moment").focus()
    notebook.page.keyboard.press("Home")
    expect(lab.locator(".clock")).to_have_text("t = 0.0 s")
    expect(lab.locator('[data-key="node/worker-2"]')).not_to_contain_text("no power")
    expect(lab.get_by_text("You are looking at the past")).to_be_visible()
    lab.get_by_role("button", name="Back to the present").click()
    expect(lab.locator('[data-key="node/worker-2"]')).to_contain_text("no power")
    lab.get_by_label("Moment").focus()
    notebook.page.keyboard.press("Home")
    fork = lab.get_by_role("button", name="Another story from here")
    expect(fork).to_be_disabled()
    expect(lab.get_by_text("The view was opened at t = 30.0 s")).to_be_visible()
    lab.get_by_label("Moment").fill("31")
    expect(lab.get_by_text("The view was opened")).to_be_hidden()
    fork.click()
    expect(lab.get_by_role("button", name="Kill worker-2")).to_be_visible()
    expect(lab.locator(".clock")).to_have_text(re.compile(r"t = 3[01]\.\d s"))
    expect(lab.locator(".stories")).to_contain_text("this view now shows a fork: lab.cluster")


def _refuses_a_bad_manifest(notebook: Notebook, pictures: Path) -> None:
    from playwright.sync_api import expect

    lab = notebook.panel.locator(".kubelab-lab")
    editor = lab.get_by_label("Manifest")
    lab.get_by_role("button", name="Load an example").click()
    expect(editor).to_have_value(re.compile("kind: Deployment"))
    expect(lab.get_by_role("button", name="Load an example")).to_be_hidden()
    editor.fill(BAD)
    lab.get_by_role("button", name="Apply").click()
    expect(lab.locator(".editor .wrong")).to_have_text(re.compile(r"✗ 6"))
    expect(lab.locator(".answer.bad")).to_contain_text("Line 6:")
    expect(lab.locator(".answer.bad")).to_contain_text("containrs")
    expect(editor).to_have_attribute("aria-invalid", "true")
    notebook.theme(dark=True)
    notebook.screenshot(pictures / "dark.png")
    assert (pictures / "dark.png").read_bytes() != (pictures / "light.png").read_bytes()
    paper = "() => getComputedStyle(document.querySelector('.kubelab-scene')).backgroundColor"
    assert sum(map(int, re.findall(r"\d+", notebook.page.evaluate(paper))[:3])) < 200, "dark paper on a dark theme"
    notebook.theme(dark=False)


def _is_reached_by_keyboard(notebook: Notebook) -> None:
    from playwright.sync_api import expect

    lab = notebook.panel.locator(".kubelab-lab")
    pod = lab.locator('[data-key^="pod/"]').first
    pod.focus()
    notebook.page.keyboard.press("Enter")
    describe = lab.get_by_role("button", name="Describe")
    expect(describe).to_be_visible()
    describe.focus()
    notebook.page.keyboard.press("Enter")
    expect(lab.locator(".described")).to_contain_text("Node:")
    lab.locator('[data-key="node/worker-3"]').focus()
    notebook.page.keyboard.press("Enter")
    expect(lab.get_by_role("button", name="Kill worker-3")).to_be_focused()
    slider = lab.get_by_label("Replicas")
    slider.focus()
    notebook.page.keyboard.press("ArrowRight")
    expect(lab.locator('[data-key^="card/"]').filter(has_text="Deployment")).to_contain_text("/4")


def test_a_narrow_window_gets_a_picture_that_can_be_read(tmp_path: Path) -> None:
    from playwright.sync_api import expect

    write_notebook(tmp_path / "narrow.ipynb", SETUP)
    with open_notebook(tmp_path, "narrow.ipynb", width=800, environment={"KUBELAB_LANG": "es"}) as notebook:
        notebook.run_all()
        lab = notebook.panel.locator(".kubelab-lab")
        expect(lab.get_by_role("button", name="Apagar worker-1")).to_be_visible(timeout=PATIENCE)
        expect(lab.locator(".clock")).to_have_text("t = 30,0 s")
        expect(lab.locator("svg")).to_have_attribute("viewBox", re.compile("^0 0 440 "), timeout=PATIENCE)
        fits = "() => (lab => lab.scrollWidth <= lab.clientWidth)(document.querySelector('.kubelab-lab'))"
        assert notebook.page.evaluate(fits), "nothing sticks out to the right"


def test_time_that_a_cell_let_pass_can_be_looked_back_at(tmp_path: Path) -> None:
    from playwright.sync_api import expect

    write_notebook(tmp_path / "past.ipynb", SETUP, "cluster.kill('worker-2'); cluster.run(400);")
    with open_notebook(tmp_path, "past.ipynb", environment={"KUBELAB_LANG": "en"}) as notebook:
        notebook.run_all()
        lab = notebook.panel.locator(".kubelab-lab")
        node, moment = lab.locator('[data-key="node/worker-2"]'), lab.get_by_label("Moment")
        expect(lab.locator(".clock")).to_have_text("t = 7 min 10 s", timeout=PATIENCE)
        for time, clock, ready in (("200", "3 min 20 s", "API: NotReady"), ("60", "60.0 s", "API: Ready")):
            moment.fill(time)
            expect(lab.locator(".clock")).to_have_text(f"t = {clock}")
            expect(node).to_contain_text("no power")
            expect(node).to_contain_text(ready)
        lab.get_by_role("button", name="Back to the present").click()
        lab.get_by_role("button", name="Revive worker-2").click()
        expect(node).to_contain_text("booting")
        expect(lab.locator(".stories")).to_contain_text("worker-2 is switched on again")
        expect(lab.get_by_role("button", name="Booting… worker-2")).to_be_disabled()
        lab.locator('[data-key^="pod/"]').first.focus()
        notebook.page.keyboard.press("Enter")
        panel = lab.locator("fieldset").filter(has=notebook.page.get_by_role("button", name="Describe"))
        name = re.search(r"web-\w+-\w+", panel.inner_text())
        assert name, "the panel names the pod"
        lab.get_by_role("button", name="Delete").click()
        expect(panel).to_contain_text("Terminating")
        expect(lab.locator(".stories")).to_contain_text(f"kubectl deletes Pod {name.group()}")


def test_a_view_that_opens_in_the_middle_of_a_film_has_its_picture(tmp_path: Path) -> None:
    from playwright.sync_api import expect

    expect.set_options(timeout=PATIENCE)
    write_notebook(tmp_path / "twice.ipynb", SETUP, "lab.do('more', speed=20);", "lab")
    with open_notebook(tmp_path, "twice.ipynb", height=1400, environment={"KUBELAB_LANG": "en"}) as notebook:
        notebook.run_all()
        second = notebook.panel.locator(".kubelab-lab").nth(1)
        expect(second.locator('[data-key^="node/"]')).to_have_count(3)
        expect(second.locator('[data-key^="pod/"]')).to_have_count(3)
