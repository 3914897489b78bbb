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
# cuaderno, con su propio reloj: su tiempo solo pasa cuando tú lo digas.
#
# ## Pide, no mandes
#
# A Kubernetes no se le dan órdenes («arranca esto ahí»). Se le dice **cómo quieres que estén las cosas** y él se
# encarga. Esto es lo que vamos a pedir, una tienda con tres réplicas y un nombre para encontrarla:

# %% [markdown] lang="en"
# That is a **cluster**: a *master* that decides and three *workers* that work. It lives in the memory of this
# notebook and has its own clock: its time passes only when you say so.
#
# ## Ask, don't order
#
# You don't give Kubernetes orders ("start this there"). You tell it **how you want things to be**, and it sees to it.
# This is what we are going to ask for, a shop with three replicas and a name to find it by:

# %%
from pathlib import Path

print(Path("../../data/shop.yaml").read_text(encoding="utf-8"))

# %%
cluster.apply("../../data/shop.yaml")

# %% [markdown] lang="es"
# Aceptado. Todavía no se ha movido nada: el tiempo está parado. Démosle diez segundos.

# %% [markdown] lang="en"
# Accepted. Nothing has moved yet: time stands still. Let's give it ten seconds.

# %%
cluster.run(10)
cluster.kubectl("get pods -o wide")

# %% [markdown] lang="es"
# Tres **pods** (así se llama lo que ejecuta tu programa), uno en cada servidor. Nadie dijo dónde: lo ha elegido el
# *scheduler*.

# %% [markdown] lang="en"
# Three **pods** (that is what runs your program), one on each server. Nobody said where: the *scheduler* chose.

# %%
cluster.draw.placement()

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
cluster.kubectl("get nodes,pods -o wide")

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
cluster.kubectl("get pods -o wide")

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
# mandarle gente: el tráfico encontró a los vivos mucho antes de que llegara el sustituto.
#
# ## Ahora tú
#
# La vista en vivo es el mismo clúster, con mandos. Devuelve la corriente a `worker-1`, apaga otro, cambia el número
# de réplicas, retrocede en el tiempo.

# %% [markdown] lang="en"
# For some fifty seconds, one request in three went to a dead pod. Then the Service stopped sending anybody there: the
# traffic found the living long before the replacement arrived.
#
# ## Your turn
#
# The live view is the same cluster, with controls. Give `worker-1` its power back, switch off another, change the
# number of replicas, go back in time.

# %%
view = kl.Lab(cluster)
view

# %% [markdown] lang="es"
# ## Y después
#
# - **[01 · Por qué un orquestador](01-why-an-orchestrator.ipynb)**: la misma tienda a mano y con Kubernetes, los 50 +
#   300 segundos por dentro, y dos ejercicios que te corrige el propio clúster.
# - Juega: `cluster.kubectl("describe pod …")`, `cluster.why("pod/…")`, `cluster.kill("worker-2")`, `cluster.run(60)`.
#
# *Simplificado aquí:* los contenedores no ejecutan programas, sino su comportamiento (arrancan, escuchan, contestan);
# un solo master; los tiempos de arranque y de red son redondos. Lo que decide Kubernetes, y cuándo, es lo de
# Kubernetes 1.36.

# %% [markdown] lang="en"
# ## What next
#
# - **[01 · Why an orchestrator](01-why-an-orchestrator.ipynb)**: the same shop by hand and with Kubernetes, the 50 +
#   300 seconds from the inside, and two exercises that the cluster itself marks for you.
# - Play: `cluster.kubectl("describe pod …")`, `cluster.why("pod/…")`, `cluster.kill("worker-2")`, `cluster.run(60)`.
#
# *Simplified here:* containers run no programs but their behaviour (they start, listen, answer); there is a single
# master; starting and network times are round figures. What Kubernetes decides, and when, is what Kubernetes 1.36
# does.
