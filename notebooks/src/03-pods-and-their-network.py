# %% [markdown] lang="es"
# # Los pods y su red
#
# Un pod no es un contenedor ni una máquina pequeña: es **una dirección** con uno o varios contenedores detrás. En esta
# lección entrarás en un pod, seguirás un paquete de un servidor a otro, cortarás un cable y verás por qué la dirección
# de un pod no se apunta en ninguna parte.

# %% [markdown] lang="en"
# # Pods and their network
#
# A pod is neither a container nor a small machine: it is **one address** with one or more containers behind it. In this
# lesson you will go inside a pod, follow a packet from one server to another, cut a cable, and see why a pod's address
# is never written down anywhere.

# %% lang="es"
import kubelab as kl

kl.language.use("es")
cluster = kl.Cluster(workers=3, seed=1)

# %% lang="en"
import kubelab as kl

kl.language.use("en")
cluster = kl.Cluster(workers=3, seed=1)

# %% [markdown] lang="es"
# ## 1. Dos contenedores, una dirección
#
# Este pod tiene dos contenedores: un servidor web y un ayudante. (`nodeName` lo pone a dedo en `worker-1`, solo para
# que sepamos dónde está.)

# %% [markdown] lang="en"
# ## 1. Two containers, one address
#
# This pod has two containers: a web server and a helper. (`nodeName` puts it on `worker-1` by hand, just so that we
# know where it is.)

# %%
from pathlib import Path

print(Path("../../data/pair.yaml").read_text(encoding="utf-8"))

# %%
cluster.apply("../../data/pair.yaml", "../../data/shop.yaml")
cluster.run(15)

# %%
# %kubectl get pods -o wide

# %% [markdown] lang="es"
# `2/2`: dos contenedores listos, y **una sola IP**. Entremos en el ayudante a preguntar qué red ve:

# %% [markdown] lang="en"
# `2/2`: two containers ready, and **a single IP**. Let us go into the helper and ask which network it sees:

# %%
# %kubectl exec pair -c helper -- ip addr

# %%
# %kubectl exec pair -c helper -- wget -qO- http://localhost

# %% [markdown] lang="es"
# El ayudante llama a `localhost` y contesta **el otro contenedor**. Los contenedores de un pod viven en la misma casa:
#
# | comparten | no comparten |
# |---|---|
# | la dirección y `localhost` | la imagen y sus ficheros |
# | los puertos: dos no pueden escuchar en el mismo | los procesos que ejecutan |
# | el nodo, y la vida del pod | las veces que se reinician |
#
# Por eso van juntos en un pod los que no se entienden el uno sin el otro (un servidor y quien recoge sus *logs*), y
# **no** la tienda y su base de datos: esas crecen y se actualizan por separado. Los demás pods están en otra casa; para
# ellos, `localhost` es otra cosa:

# %% [markdown] lang="en"
# The helper calls `localhost`, and **the other container** answers. The containers of one pod live in the same house:
#
# | they share | they do not share |
# |---|---|
# | the address, and `localhost` | the image and its files |
# | the ports: two cannot listen on the same one | the processes that they run |
# | the node, and the life of the pod | how often each is restarted |
#
# So those that make no sense without each other go into one pod (a server and whoever collects its logs), and **not**
# the shop and its database: those grow and are updated separately. Other pods live in another house; for them
# `localhost` is something else:

# %%
other = cluster.get("pods", selector="app=shop")[0].metadata.name
print(cluster.request("http://localhost", source=f"pod/{other}"))
print(cluster.request("http://localhost:8080", source="pod/pair"))

# %% [markdown] lang="es"
# El pod de la tienda se llama a sí mismo. Y en el 8080 de `pair` no escucha ninguno de sus dos contenedores, así que la
# conexión se rechaza en el acto, sin salir de él.
#
# ## 2. Un rango para cada nodo
#
# ¿Quién reparte las direcciones? Cada nodo tiene **un rango propio** y da una de él a cada pod que llega.

# %% [markdown] lang="en"
# The shop's pod calls itself. And neither of the two containers of `pair` listens on port 8080, so that connection is
# refused on the spot, without leaving the pod.
#
# ## 2. A range for each node
#
# Who hands out the addresses? Each node has **a range of its own** and gives one of it to each pod that arrives.

# %%
# %kubectl get nodes -o custom-columns=NAME:.metadata.name,NODE:.status.addresses[0].address,PODS:.spec.podCIDR

# %% [markdown] lang="es"
# Con ver `10.244.2.7` ya sabes que ese pod está en `worker-2`. Los nodos lo saben igual: cada uno tiene una ruta hacia
# el rango de los demás. Hay **dos redes**: la de las máquinas (`172.18…`), que es la de verdad, y encima la de los pods
# (`10.244…`), que viaja dentro de ella por **túneles**. Por eso se llama *overlay*, «superpuesta».
#
# Del pod `pair`, en `worker-1`, a un pod de la tienda en otro nodo:

# %% [markdown] lang="en"
# Seeing `10.244.2.7`, you know already that this pod is on `worker-2`. The nodes know it the same way: each has a route
# to the range of the others. There are **two networks**: that of the machines (`172.18…`), the real one, and on top of
# it that of the pods (`10.244…`), which travels inside it through **tunnels**. That is why it is called an *overlay*.
#
# From the pod `pair`, on `worker-1`, to a pod of the shop on another node:

# %%
shop = {pod.spec.nodeName: pod for pod in cluster.get("pods", selector="app=shop")}
near, far = shop["worker-1"].status.podIP, shop["worker-2"].status.podIP
answer = cluster.request(f"http://{far}", source="pod/pair")
cluster.draw.path(answer)

# %%
cluster.draw.packet(answer)

# %% [markdown] lang="es"
# Mira las direcciones del paquete, de origen y de destino: **son las mismas de principio a fin**. El pod que recibe ve
# la dirección de quien llama. Esa es la regla de la red de Kubernetes: *todo pod llega a todo pod, por su dirección y
# sin traducciones*, esté donde esté. En Docker, con `-p 8080:80`, hay una traducción en la puerta de cada máquina.
#
# En el mismo nodo no hay túnel, y se nota en el tiempo:

# %% [markdown] lang="en"
# Look at the addresses of the packet, source and destination: **they are the same from beginning to end**. The pod that
# receives it sees the address of the one that calls. That is the rule of Kubernetes networks: *every pod reaches every
# pod, by its address and without translation*, wherever it is. In Docker, with `-p 8080:80`, there is a translation at
# each machine's door.
#
# On the same node there is no tunnel, and the time shows it:

# %%
for address in (near, far):
    print(address, cluster.request(f"http://{address}", source="pod/pair"))

# %% [markdown] lang="es"
# ## 3. Un cable roto
#
# Los túneles van por cables. Vamos a cortar **solo el enlace** entre `worker-1` y `worker-2`. ¿Lo notará el clúster?

# %% [markdown] lang="en"
# ## 3. A broken cable
#
# Tunnels run along cables. We are going to cut **only the link** between `worker-1` and `worker-2`. Will the cluster
# notice?

# %%
guess = kl.predict("03/link-cut", cluster)
guess

# %%
cluster.cut("worker-1", "worker-2")
cluster.run(120)

# %%
# %kubectl get nodes

# %%
guess.compare(sum("Ready" in line.split() for line in str(cluster.kubectl("get nodes --no-headers")).splitlines()))

# %%
lost = cluster.request(f"http://{far}", source="pod/pair")
cluster.draw.path(lost)

# %%
cluster.why(lost)

# %% [markdown] lang="es"
# Todo está `Ready`, todo `Running`, y un pod no llega a otro. El estado de un nodo dice que **habla con el API server**,
# no que hable con los demás. Y fíjate en cómo falla: **silencio** hasta que se acaba la paciencia. Hay dos maneras de
# fallar, y cada una es una pista:
#
# | lo que ves | qué significa |
# |---|---|
# | *connection refused*, enseguida | alguien ha dicho que no: en ese puerto no escucha nadie |
# | *timed out*, tras una espera | nadie ha dicho nada: el paquete, o su respuesta, se ha perdido por el camino |
#
# Un enlace lento es más discreto. Una décima de segundo más en cada sentido, para cada paquete que pase por ahí:

# %% [markdown] lang="en"
# All is `Ready`, all is `Running`, and one pod does not reach another. A node's status says that it **talks to the API
# server**, not that it talks to the others. And look at how it fails: **silence** until patience ends. There are two
# ways to fail, and each is a clue:
#
# | what you see | what it means |
# |---|---|
# | *connection refused*, at once | somebody has said no: nobody listens on that port |
# | *timed out*, after a wait | nobody has said anything: the packet, or its answer, got lost on the way |
#
# A slow link is more discreet. A tenth of a second more in each direction, for each packet that takes it:

# %%
cluster.heal()
cluster.slow("worker-1", "worker-2", 0.1)
for address in (near, far):
    print(address, cluster.request(f"http://{address}", source="pod/pair"))

# %%
cluster.heal()

# %% [markdown] lang="es"
# Cuatro décimas de segundo, y no dos: TCP cruza el enlace una vez de ida y otra de vuelta solo para saludar, y otras dos para
# preguntar y contestar.
#
# ## 4. Las direcciones mueren con su pod
#
# Apuntemos las direcciones de la tienda, y borremos sus tres pods. El ReplicaSet hará otros tres.

# %% [markdown] lang="en"
# Four tenths of a second, and not two: TCP crosses the link once there and once back just to say hello, and twice more to ask and
# to answer.
#
# ## 4. Addresses die with their pod
#
# Let us note the addresses of the shop, and delete its three pods. The ReplicaSet will make three others.

# %%
guess = kl.predict("03/same-addresses", cluster)
guess

# %%
before = {pod.status.podIP for pod in cluster.get("pods", selector="app=shop")}
cluster.kubectl("delete pods -l app=shop")
cluster.run(15)
after = {pod.status.podIP for pod in cluster.get("pods", selector="app=shop")}
guess.compare(len(before & after))

# %%
# %kubectl get pods -o wide

# %% [markdown] lang="es"
# La tienda está entera, y quien tenía apuntada una dirección llama a una casa vacía:

# %% [markdown] lang="en"
# The shop is whole, and whoever had noted an address calls at an empty house:

# %%
cluster.request(f"http://{far}", source="pod/pair")

# %% [markdown] lang="es"
# Hoy está vacía. Un día el nodo volverá a repartir esa dirección, y entonces contestará **otro**.
#
# No hace falta que nadie borre nada: un pod se sustituye con cada actualización, cada servidor que se vacía, cada
# servidor que muere. Un contenedor que se **reinicia** es otra cosa: el pod es el mismo, y la dirección también.

# %% [markdown] lang="en"
# Today it is empty. One day the node will hand out that address again, and then **somebody else** will answer.
#
# Nobody has to delete anything for that: a pod is replaced with each update, each server that is drained, each server
# that dies. A container that **restarts** is another matter: the pod is the same, and so is the address.

# %%
cluster.faults.kill_container("pair", "web")
cluster.run(30)

# %%
# %kubectl get pod pair -o wide

# %% [markdown] lang="es"
# `RESTARTS 1`, y la misma IP. Así que la dirección de un pod no se escribe en ninguna parte: ni en un fichero de
# configuración, ni en el código, ni en el DNS de la empresa. Lo que sí dura es un **nombre** que lleve a los pods que
# haya: un Service. De eso va la [lección siguiente](04-services.ipynb).
#
# ## 5. Hazlo tú
#
# En `annotations`, `forwards` dice a quién pasa los pedidos el programa de la tienda: hace de su fichero de
# configuración. Hay más de una respuesta buena. `kl.hint("03/1")` da pistas.

# %% [markdown] lang="en"
# `RESTARTS 1`, and the same IP. So a pod's address is not written down anywhere: not in a configuration file, not in
# code, not in the company's DNS. What does last is a **name** that leads to whatever pods there are: a Service. The
# [next lesson](04-services.ipynb) is about that.
#
# ## 5. Make it yourself
#
# Under `annotations`, `forwards` says to whom the shop's program passes orders on: it stands for its configuration
# file. There is more than one right answer. `kl.hint("03/1")` gives hints.

# %%
from kubelab.lab import Exercise

Exercise("03/1")

# %%
my_shop = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: kitchen
spec:
  selector:
    matchLabels:
      app: kitchen
  template:
    metadata:
      labels:
        app: kitchen
    spec:
      nodeSelector:
        kubernetes.io/hostname: worker-2
      containers:
        - name: stove
          image: nginx:1.29
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  selector:
    matchLabels:
      app: shop
  template:
    metadata:
      labels:
        app: shop
      annotations:
        kubelab.io/behavior.till: "{listens: [8080], forwards: 'http://10.244.2.2'}"
    spec:
      nodeSelector:
        kubernetes.io/hostname: worker-1
      containers:
        - name: till
          image: nginx:1.29
---
apiVersion: v1
kind: Service
metadata:
  name: shop
spec:
  selector:
    app: shop
  ports:
    - port: 80
      targetPort: 8080
"""
verdict = kl.check("03/1", my_shop)
verdict

# %% [markdown] lang="es"
# ## Qué te llevas
#
# - Un pod es **una dirección**; sus contenedores la comparten y se hablan por `localhost`.
# - Cada nodo tiene un rango, y **todo pod llega a todo pod sin traducciones**, por túneles entre los nodos.
# - `Ready` no dice que la red vaya bien. *Refused* es un «no»; *timed out*, un silencio.
# - Un pod sustituido es otro, con otra dirección. **No la escribas en ninguna parte.**
#
# **Simplificado aquí.** La red de pods se parece a Flannel con VXLAN, y además hace cumplir las NetworkPolicies, como
# Calico; otras (Cilium) hacen lo mismo por otros caminos. Los retrasos son cifras redondas. Las órdenes que entienden los contenedores (`ip`, `wget`…) son unas pocas.

# %% [markdown] lang="en"
# ## What to take home
#
# - A pod is **one address**; its containers share it and talk to each other over `localhost`.
# - Each node has a range, and **every pod reaches every pod without translation**, through tunnels between the nodes.
# - `Ready` does not say that the network is well. *Refused* is a "no"; *timed out* is silence.
# - A pod that was replaced is another pod, with another address. **Do not write it down anywhere.**
#
# **Simplified here.** The pod network resembles Flannel with VXLAN, and enforces NetworkPolicies as Calico does; others
# (Cilium) do the same in other ways. Delays are round figures. The commands that containers understand (`ip`, `wget`…) are a few.
