# %% [markdown] lang="es"
# # Empieza aquí
#
# En cinco minutos vas a poner en marcha un Kubernetes entero, vas a apagar uno de sus servidores de golpe y vas a ver
# cómo el clúster se arregla solo, sin que nadie se levante de la cama.
#
# No hace falta instalar nada más ni saber Kubernetes. Ejecuta cada celda con **Mayús + Intro**.

# %% [markdown] lang="en"
# # Start here
#
# In five minutes you will start a whole Kubernetes, switch off one of its servers without warning, and watch the
# cluster mend itself with nobody getting out of bed.
#
# There is nothing else to install and no Kubernetes to know. Run each cell with **Shift + Enter**.

# %% lang="es"
import kubelab as kl

kl.language.use("es")
cluster = kl.Cluster(workers=3, seed=1)
cluster.draw.architecture()

# %% lang="en"
import kubelab as kl

kl.language.use("en")
cluster = kl.Cluster(workers=3, seed=1)
cluster.draw.architecture()

# %% [markdown] lang="es"
# Eso es un **clúster**: un *master* que decide y tres *workers* que trabajan. Está vivo en la memoria de este
# cuaderno, con su propio reloj: su tiempo solo pasa cuando tú lo dices. Sus piezas, en una línea cada una:
#
# - **etcd**: la base de datos en la que está escrito todo lo que el clúster sabe.
# - **kube-apiserver**: la única puerta a esos datos; todos hablan con él y nadie más toca etcd.
# - **kube-scheduler**: elige en qué servidor va cada pod nuevo.
# - **kube-controller-manager**: compara lo que hay con lo que se pidió y corrige la diferencia.
# - **kubelet**: el encargado de cada servidor; arranca sus pods y da señales de vida.
# - **containerd**: el programa que descarga las imágenes y ejecuta los contenedores.
# - **kube-proxy**: en cada servidor, lleva lo que va al nombre de un Service hasta uno de sus pods.
#
# No hay que aprendérselas: irán saliendo.
#
# ## Pide, no mandes
#
# A Kubernetes no se le dan órdenes («arranca esto ahí»). Se le dice **cómo quieres que estén las cosas** y él se
# encarga. Esto es lo que vamos a pedir, una tienda con tres réplicas y un nombre para encontrarla:

# %% [markdown] lang="en"
# That is a **cluster**: a *master* that decides and three *workers* that work. It lives in the memory of this
# notebook and has its own clock: its time passes only when you say so. Its parts, in a line each:
#
# - **etcd**: the database in which everything that the cluster knows is written down.
# - **kube-apiserver**: the only door to those data; everybody talks to it and nobody else touches etcd.
# - **kube-scheduler**: chooses the server for each new pod.
# - **kube-controller-manager**: compares what there is with what was asked for, and mends the difference.
# - **kubelet**: the caretaker of each server; it starts its pods and gives signs of life.
# - **containerd**: the program that pulls images and runs containers.
# - **kube-proxy**: on each server, it takes what is meant for a Service's name to one of its pods.
#
# There is no need to learn them by heart: they will turn up again.
#
# ## Ask, don't order
#
# You don't give Kubernetes orders ("start this there"). You tell it **how you want things to be**, and it sees to it.
# This is what we are going to ask for, a shop with three replicas and a name to find it by:

# %%
from pathlib import Path

print(Path("../../data/shop.yaml").read_text(encoding="utf-8"))

# %% [markdown] lang="es"
# - El **Deployment** dice qué queremos: `replicas: 3`, tres copias de lo que describe `template`, todas con la
#   etiqueta `app: shop`.
# - El **Service** les da un nombre. Los clientes piden `http://shop` y contesta cualquier pod listo que lleve esa
#   etiqueta.

# %% [markdown] lang="en"
# - The **Deployment** says what we want: `replicas: 3`, three copies of what `template` describes, all with the label
#   `app: shop`.
# - The **Service** gives them a name. Customers ask for `http://shop`, and any ready pod with that label answers.

# %%
cluster.apply("../../data/shop.yaml")

# %% [markdown] lang="es"
# Aceptado. Todavía no se ha movido nada: el tiempo está parado. Démosle diez segundos.

# %% [markdown] lang="en"
# Accepted. Nothing has moved yet: time stands still. Let's give it ten seconds.

# %%
cluster.run(10)
cluster.kubectl("get pods")

# %% [markdown] lang="es"
# Tres **pods** (así se llama lo que ejecuta tu programa), uno en cada servidor. Nadie dijo dónde: lo ha elegido el
# *scheduler*.
#
# Esta es la **vista en vivo** del clúster. Se puede pulsar todo, y también enseña lo que hagas en las celdas de más
# abajo: déjala a la vista.

# %% [markdown] lang="en"
# Three **pods** (that is what runs your program), one on each server. Nobody said where: the *scheduler* chose.
#
# This is the **live view** of the cluster. Everything in it can be pressed, and it also shows what you do in the
# cells further down: keep it in sight.

# %%
view = kl.Lab(cluster)
view

# %% [markdown] lang="es"
# ## Rómpelo
#
# Vas a desenchufar `worker-1`. Antes, apuesta: quien predice, aunque falle, ve mejor lo que pasa después.

# %% [markdown] lang="en"
# ## Break it
#
# You are going to unplug `worker-1`. Commit yourself first: whoever predicts, even wrongly, sees better what happens
# next.

# %%
guess = kl.predict("00/replacement", cluster)
guess

# %%
cluster.traffic("http://shop", rate=20)
cluster.run(10)
cluster.kill("worker-1")
cluster.run(30)
cluster.kubectl("get nodes,pods")

# %%
cluster.draw.placement()

# %% [markdown] lang="es"
# Hace treinta segundos que `worker-1` no existe y Kubernetes dice que todo va bien: `Ready`, `Running`. No miente:
# **aún no lo sabe**. Un servidor muerto no avisa; solo deja de dar señales de vida, y el clúster espera un poco antes
# de darlo por perdido.
#
# Deja pasar siete minutos más. Aquí cuestan menos de un segundo.

# %% [markdown] lang="en"
# `worker-1` has been gone for thirty seconds and Kubernetes says that all is well: `Ready`, `Running`. It is not
# lying: **it does not know yet**. A dead server sends no farewell; it merely stops giving signs of life, and the
# cluster waits a little before giving it up.
#
# Let seven more minutes pass. Here they cost less than a second.

# %%
cluster.run(420)
cluster.kubectl("get pods")

# %%
cluster.draw.placement()

# %%
guess.compare()

# %% [markdown] lang="es"
# Vuelve a haber tres pods listos. El de `worker-1` no se ha *mudado*: se ha dado por perdido y se ha hecho **otro**,
# con otro nombre y otra dirección.
#
# ¿Y los clientes? Veinte peticiones por segundo, todo este rato:

# %% [markdown] lang="en"
# There are three ready pods again. The one on `worker-1` did not *move*: it was given up and **another one** was
# made, with another name and another address.
#
# And the customers? Twenty requests a second, all the while:

# %%
cluster.draw.availability()

# %% [markdown] lang="es"
# Durante unos cincuenta segundos, una de cada tres peticiones fue a parar a un muerto. Después, el Service dejó de
# mandarle peticiones: el tráfico encontró a los vivos mucho antes de que llegara el sustituto.

# %% [markdown] lang="en"
# For some fifty seconds, one request in three went to a dead pod. Then the Service stopped sending any there: the
# traffic found the living long before the replacement arrived.

# %% [markdown] lang="es"
# ## Ahora tú
#
# Vuelve a la vista en vivo y rompe algo con el ratón: dale a **Reproducir**, apaga otro servidor, enciéndelo, pide
# seis réplicas, borra un pod, retrocede en el tiempo. O escribe: `cluster.kill("worker-2")`, `cluster.run(60)`,
# `cluster.kubectl("describe pod …")`, `cluster.why("pod/…")`.
#
# También puedes usar kubectl como en una terminal: `%kubectl` y la orden. Se dirige al clúster que el cuaderno guarda
# en la variable `cluster`.

# %% [markdown] lang="en"
# ## Your turn
#
# Go back to the live view and break something with the mouse: press **Play**, kill another server, revive it, ask for
# six replicas, delete a pod, go back in time. Or type: `cluster.kill("worker-2")`, `cluster.run(60)`,
# `cluster.kubectl("describe pod …")`, `cluster.why("pod/…")`.
#
# You can also use kubectl as in a terminal: `%kubectl` and the command. It talks to the cluster that the notebook
# keeps in the variable `cluster`.

# %%
# %kubectl get pods

# %% [markdown] lang="es"
# Con `%%kubectl` en la primera línea, el resto de la celda es el manifiesto. Cámbialo y vuelve a aplicarlo:

# %% [markdown] lang="en"
# With `%%kubectl` on the first line the rest of the cell is the manifest. Change it and apply it again:

# %%
# %%kubectl apply -f -
# apiVersion: v1
# kind: Pod
# metadata:
#   name: hello
# spec:
#   containers:
#     - name: web
#       image: nginx:1.29

# %% [markdown] lang="es"
# Y después, la lección que sigue: **[01 · Por qué un orquestador](01-why-an-orchestrator.ipynb)**. La misma tienda a
# mano y con Kubernetes, los 50 + 300 segundos por dentro, y dos ejercicios que te corrige el propio clúster.
#
# *Simplificado aquí:* los contenedores no ejecutan programas, sino su comportamiento (arrancan, escuchan, contestan);
# hay un solo master; los tiempos de arranque y de red son cifras redondas. Lo que decide Kubernetes, y cuándo, es lo
# que hace Kubernetes 1.36.

# %% [markdown] lang="en"
# And then the next lesson: **[01 · Why an orchestrator](01-why-an-orchestrator.ipynb)**. The same shop by hand and
# with Kubernetes, the 50 + 300 seconds from the inside, and two exercises that the cluster itself marks for you.
#
# *Simplified here:* containers run no programs but their behaviour (they start, listen, answer); there is a single
# master; starting and network times are round figures. What Kubernetes decides, and when, is what Kubernetes 1.36
# does.
