# %% [markdown] lang="es"
# # Por qué un orquestador
#
# Tienes una tienda en internet y tres servidores. Los servidores se mueren: no hoy, quizá no este año, pero un martes
# a las cuatro de la mañana, sí. Esta lección compara dos maneras de vivir con eso:
#
# 1. **a mano**: tú arrancas el programa en cada servidor;
# 2. **con un Deployment**: tú dices cuántas copias quieres y Kubernetes se ocupa.
#
# En las dos vamos a matar un servidor y a contar cuántos clientes se quedan sin respuesta. Antes de cada experimento,
# **predice**; después, mira.

# %% [markdown] lang="en"
# # Why an orchestrator
#
# You have a shop on the internet and three servers. Servers die: not today, perhaps not this year, but some Tuesday
# at four in the morning they do. This lesson compares two ways of living with that:
#
# 1. **by hand**: you start the program on each server;
# 2. **with a Deployment**: you say how many copies you want and Kubernetes sees to it.
#
# In both we shall kill a server and count the customers who get no answer. Before each experiment, **predict**; then
# look.

# %% lang="es"
import kubelab as kl

kl.language.use("es")
cluster = kl.Cluster(workers=3, seed=1)
cluster.apply("../../data/one-by-hand.yaml")

# %% lang="en"
import kubelab as kl

kl.language.use("en")
cluster = kl.Cluster(workers=3, seed=1)
cluster.apply("../../data/one-by-hand.yaml")

# %% [markdown] lang="es"
# ## 1. A mano, en un servidor
#
# `one-by-hand.yaml` contiene un **Pod suelto** clavado a un servidor (`nodeName: worker-1`). Es lo más parecido,
# dentro de Kubernetes, a entrar en `worker-1` y escribir `docker run --restart=always`: nadie elige el sitio y nadie
# lo vigila desde fuera. Si el programa se cae, el propio servidor lo levanta (ese es el trabajo del *kubelet*). ¿Y si
# se cae el servidor?

# %% [markdown] lang="en"
# ## 1. By hand, on one server
#
# `one-by-hand.yaml` holds a **bare Pod** nailed to a server (`nodeName: worker-1`). It is the nearest thing, inside
# Kubernetes, to logging in to `worker-1` and typing `docker run --restart=always`: nobody chooses the place and
# nobody watches it from outside. If the program crashes, the server itself starts it again (that is the *kubelet*'s
# work). And if the server crashes?

# %%
cluster.run(10)
cluster.kubectl("get pods -o wide")

# %%
guess = kl.predict("01/one-by-hand", cluster)
guess

# %%
load = cluster.traffic("http://shop", rate=20)
cluster.run(60)
cluster.kill("worker-1")
cluster.run(1200)
cluster.kubectl("get pods -o wide")

# %%
guess.compare(load)

# %%
cluster.draw.availability()

# %% [markdown] lang="es"
# Veinte minutos después no contesta nadie, ni contestará: el pod está marcado para borrarse y **nadie tiene el
# encargo de hacer otro**. Quien tenía ese encargo eras tú, y a las cuatro de la mañana duermes.
#
# ## 2. A mano, en los tres servidores
#
# Con tres copias, una en cada servidor, y un Service delante que reparte las peticiones, seguro que mejora. Vamos a
# apagar un servidor y, diez minutos más tarde, otro.

# %% [markdown] lang="en"
# Twenty minutes later nobody answers, and nobody will: the pod is marked for deletion and **nobody has the task of
# making another**. The one who had it was you, and at four in the morning you are asleep.
#
# ## 2. By hand, on all three servers
#
# Three copies, one on each server, and a Service in front that shares out the requests: surely better. Let us switch
# off one server and, ten minutes later, another.

# %%
cluster = kl.Cluster(workers=3, seed=1)
cluster.apply("../../data/three-by-hand.yaml")
cluster.run(10)
cluster.draw.placement()

# %%
guess = kl.predict("01/three-by-hand", cluster)
guess

# %%
cluster.traffic("http://shop", rate=20)
cluster.run(60)
cluster.kill("worker-1")
cluster.run(600)
cluster.kill("worker-2")
cluster.run(600)
cluster.kubectl("get pods -o wide")

# %%
guess.compare()

# %%
cluster.draw.availability()

# %% [markdown] lang="es"
# Dos baches de un minuto escaso: primero se pierde un tercio de las peticiones; luego, la mitad. No está mal. Pero
# fíjate en lo que queda: **una** copia, y nadie que reponga las otras. El tercer apagón cierra la tienda. Tener
# varias copias te da *tiempo*; no te da *reparación*.
#
# ## 3. Con un Deployment, una sola réplica
#
# Ahora no arrancamos nada: pedimos. «Quiero que haya siempre un pod de la tienda», y punto. (A este clúster lo
# llamamos `one`; luego lo compararemos con otro.)

# %% [markdown] lang="en"
# Two dips of barely a minute: first a third of the requests is lost, then a half. Not bad. But look at what is left:
# **one** copy, and nobody to replace the others. The third power cut closes the shop. Several copies give you *time*;
# they give you no *repair*.
#
# ## 3. With a Deployment, a single replica
#
# Now we start nothing: we ask. "I want there to be one pod of the shop, always", full stop. (We call this cluster
# `one`; later we shall compare it with another.)

# %%
one = kl.Cluster(workers=3, seed=1)
one.apply("../../data/one-replica.yaml")
one.run(10)
(pod,) = one.get("pods")
home = pod.spec.nodeName
one.kubectl("get deployments,pods")

# %% [markdown] lang="es"
# ¿Qué ha pasado entre tu deseo y el pod? Ninguna pieza le ha dado órdenes a otra. Cada una vigila el **API server**,
# ve que falta algo y lo escribe allí; la siguiente lo lee y hace su parte. (Las flechas discontinuas son avisos: «esto
# ha cambiado».)

# %% [markdown] lang="en"
# What happened between your wish and the pod? No part gave orders to another. Each watches the **API server**, sees
# that something is missing, and writes it there; the next one reads it and does its share. (The dashed arrows are
# notices: "this has changed".)

# %%
one.draw.sequence()

# %%
guess = kl.predict("01/one-replica", one)
guess

# %%
load = one.traffic("http://shop", rate=20)
one.run(60)
one.kill(home)
one.run(540)
one.kubectl("get pods")

# %%
guess.compare(load)

# %% [markdown] lang="es"
# La tienda ha vuelto **sola**. Pero no al instante: casi seis minutos. Mira en qué se fueron:

# %% [markdown] lang="en"
# The shop came back **by itself**. But not at once: almost six minutes. See where they went:

# %%
one.draw.timeline()

# %% [markdown] lang="es"
# | desde el apagón | qué pasa | quién lo hace |
# |---|---|---|
# | 0 s | El servidor muere. `kubectl get pods` sigue diciendo `Running`: nadie lo sabe. | — |
# | hasta 50 s | Cada nodo renueva una *Lease* cada 10 s. Esta ya no se renueva; se le conceden 50 s de **gracia**. | kubelet (callado) |
# | unos 50 s | Se acaba la gracia (se mira cada 5 s): el nodo pasa a `NotReady`, recibe la **marca** (*taint*) `unreachable` y sus pods dejan de estar listos. El Service ya no les manda a nadie. | node lifecycle controller |
# | 300 s más | Todo pod lleva una **tolerancia** de 300 s a esa marca. Quizá solo era un cable suelto: se espera. | el propio pod |
# | unos 350 s | Se acaba la paciencia: el pod se marca para borrarse y el ReplicaSet, que cuenta cero, hace otro. | taint eviction, ReplicaSet |
# | un par de segundos más | El scheduler le elige servidor, el kubelet lo arranca, está listo, y el Service lo encuentra. | scheduler, kubelet, kube-proxy |
#
# ¿Por qué tanta calma? Porque desde fuera un servidor muerto y uno incomunicado **se ven igual**, y el segundo sigue
# trabajando. Mudarlo todo por un cable suelto sería peor que esperar. (Muchas páginas dicen 40 s: eso era antes de
# Kubernetes 1.32.)

# %% [markdown] lang="en"
# | since the power cut | what happens | who does it |
# |---|---|---|
# | 0 s | The server dies. `kubectl get pods` still says `Running`: nobody knows. | — |
# | up to 50 s | Every node renews a *Lease* every 10 s. This one is no longer renewed; it is granted 50 s of **grace**. | kubelet (silent) |
# | about 50 s | The grace ends (it is looked at every 5 s): the node turns `NotReady`, gets the **taint** `unreachable`, and its pods are no longer ready. The Service sends nobody there any more. | node lifecycle controller |
# | 300 s more | Every pod carries a **toleration** of 300 s for that taint. Perhaps it was only a loose cable: wait. | the pod itself |
# | about 350 s | Patience ends: the pod is marked for deletion and the ReplicaSet, which counts zero, makes another. | taint eviction, ReplicaSet |
# | a couple of seconds more | The scheduler chooses a server, the kubelet starts it, it is ready, and the Service finds it. | scheduler, kubelet, kube-proxy |
#
# Why so calm? Because from outside a dead server and one that is cut off **look the same**, and the second is still
# working. Moving everything because of a loose cable would be worse than waiting. (Many pages say 40 s: so it was
# before Kubernetes 1.32.)

# %% [markdown] lang="es"
# ## 4. Con un Deployment, tres réplicas
#
# El mismo deseo con un número más grande: `replicas: 3`. El scheduler las reparte por su cuenta.

# %% [markdown] lang="en"
# ## 4. With a Deployment, three replicas
#
# The same wish with a larger number: `replicas: 3`. The scheduler spreads them of its own accord.

# %%
three = kl.Cluster(workers=3, seed=1)
three.apply("../../data/shop.yaml")
three.run(10)
before = three.get("pods")
three.draw.placement()

# %%
guess = kl.predict("01/three-replicas", three)
guess

# %%
load = three.traffic("http://shop", rate=20)
three.run(60)
three.kill("worker-1")
three.run(540)
three.kubectl("get pods")

# %%
guess.compare(load)

# %% [markdown] lang="es"
# El mismo apagón, las mismas esperas por dentro, y otra vida para los clientes. Arriba, una réplica; abajo, tres:

# %% [markdown] lang="en"
# The same power cut, the same waits inside, and another life for the customers. One replica above, three below:

# %%
one.draw.availability()

# %%
three.draw.availability()

# %% [markdown] lang="es"
# Con una réplica se pierde **todo** durante 357 s: los 50 + 300 de la tabla y unos pocos más, porque la gracia se mira
# cada 5 s y el pod nuevo tiene que arrancar. Con tres, **un tercio** durante 50 s: lo que tarda el Service en
# enterarse. Los otros 300 s ya no duelen, porque quedan dos. Y al final vuelve a haber tres, sin que nadie haya hecho
# nada: *tiempo* y *reparación*.
#
# ## 5. Investiga: cuatro ideas que casi todo el mundo trae aprendidas (mal)
#
# ### «El pod se ha mudado»

# %% [markdown] lang="en"
# With one replica **everything** is lost for 357 s: the 50 + 300 of the table and a few more, since the grace is looked
# at every 5 s and the new pod has to start. With three, **a third** for 50 s: as long as the Service takes to learn of
# it. The other 300 s no longer hurt, because two are left. And in the end there are three again, with nobody
# having done anything: *time* and *repair*.
#
# ## 5. Investigate: four ideas that almost everybody has learnt (wrongly)
#
# ### "The pod has moved"

# %%
after = [pod for pod in three.get("pods") if pod.metadata.deletionTimestamp is None]
for pods in (before, after):
    for pod in pods:
        print(pod.metadata.name, pod.metadata.uid[:8], pod.spec.nodeName)
    print()

# %% [markdown] lang="es"
# Los tres primeros son los de antes; los tres últimos, los de ahora. Dos siguen donde estaban. El tercero tiene
# **otro nombre y otra identidad** (`uid`): es otro pod. En Kubernetes un pod nace, vive y muere en el mismo nodo; lo
# que dura es el encargo de tener tres.
#
# ### «Cuando vuelva el servidor, volverán sus pods»

# %% [markdown] lang="en"
# The first three are those from before; the last three, those of now. Two are where they were. The third has
# **another name and another identity** (`uid`): it is another pod. In Kubernetes a pod is born, lives and dies on one
# node; what lasts is the task of having three.
#
# ### "When the server returns, so will its pods"

# %%
guess = kl.predict("01/server-returns", three)
guess

# %%
three.revive("worker-1")
three.run(600)
three.draw.placement()

# %%
guess.compare()

# %% [markdown] lang="es"
# Vacío. El scheduler solo coloca pods **nuevos**: no hay pods nuevos, luego no hay nada que colocar. Kubernetes no
# reequilibra. La próxima vez que despliegues, `worker-1` tendrá su parte.
#
# ### «Si borro los pods, borro la tienda»

# %% [markdown] lang="en"
# Empty. The scheduler only places **new** pods: there are no new pods, so there is nothing to place. Kubernetes does
# not rebalance. The next time you deploy, `worker-1` will get its share.
#
# ### "If I delete the pods, I delete the shop"

# %%
guess = kl.predict("01/pod-deleted", three)
guess

# %%
victim = next(pod for pod in three.get("pods") if pod.metadata.deletionTimestamp is None)
three.kubectl(f"delete pod {victim.metadata.name} --wait=false")
three.run(5)
guess.compare()

# %%
three.draw.placement()

# %% [markdown] lang="es"
# El ReplicaSet contó dos, quería tres e hizo otro; y ha caído en `worker-1`, que estaba vacío. Para cerrar la tienda
# se borra el **Deployment**, que es donde está escrito tu deseo.
#
# ### «Dos réplicas ya son alta disponibilidad»
#
# Dos réplicas, sí, pero las dos en el mismo servidor:

# %% [markdown] lang="en"
# The ReplicaSet counted two, wanted three, and made another; and it landed on `worker-1`, which was empty. To close
# the shop you delete the **Deployment**, which is where your wish is written down.
#
# ### "Two replicas are high availability"
#
# Two replicas, granted, but both on the same server:

# %%
cluster = kl.Cluster(workers=3, seed=1)
cluster.kubectl("cordon worker-1")
cluster.kubectl("cordon worker-2")
cluster.apply("../../data/shop.yaml")
cluster.kubectl("scale deployment shop --replicas=2")
cluster.run(10)
cluster.kubectl("uncordon worker-1")
cluster.kubectl("uncordon worker-2")
cluster.draw.placement()

# %%
guess = kl.predict("01/two-on-one", cluster)
guess

# %%
load = cluster.traffic("http://shop", rate=20)
cluster.run(60)
cluster.kill("worker-3")
cluster.run(540)
guess.compare(load)

# %%
cluster.draw.availability()

# %% [markdown] lang="es"
# Igual que con una. Lo que cuenta no es cuántas copias hay, sino **cuántas desaparecen a la vez**. El scheduler las
# reparte si puede (aquí le vetamos dos servidores a propósito), pero nadie las recoloca después.
#
# ## 6. Cambia algo
#
# Los plazos son del clúster y se pueden cambiar, a la vista de todos. ¿Qué se gana con una gracia de 20 s? ¿Y qué se
# arriesga si a un servidor se le suelta el cable medio minuto (`cluster.cut("worker-1")`,
# `cluster.heal("worker-1")`)? Prueba otros valores:

# %% [markdown] lang="en"
# The same as with one. What matters is not how many copies there are but **how many vanish together**. The scheduler
# spreads them if it can (here we ruled out two servers on purpose), but nobody places them again afterwards.
#
# ## 6. Change something
#
# The delays belong to the cluster and can be changed, in plain sight. What does a grace of 20 s gain? And what does
# it risk when a server's cable is loose for half a minute (`cluster.cut("worker-1")`, `cluster.heal("worker-1")`)?
# Try other values:

# %%
hasty = kl.Cluster(workers=3, seed=1, timings=kl.Timings(node_monitor_grace_period=20))
hasty.apply("../../data/shop.yaml")
hasty.run(10)
hasty.traffic("http://shop", rate=20)
hasty.run(60)
hasty.kill("worker-1")
hasty.run(540)
hasty.draw.availability()

# %% [markdown] lang="es"
# ## 7. Hazlo tú
#
# Dos encargos. No se corrige lo que escribes, sino **lo que pasa**: la comprobación monta tu tienda, apaga servidores
# y, si algo falla, te cuenta exactamente qué y cuándo. Hay varias respuestas buenas.

# %% [markdown] lang="en"
# ## 7. Make it yourself
#
# Two tasks. What is marked is not what you write but **what happens**: the check sets up your shop, switches servers
# off and, if something goes wrong, tells you exactly what and when. There are several right answers.

# %%
from kubelab.lab import Exercise

Exercise("01/1")

# %%
my_shop = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  replicas: 1
  selector:
    matchLabels:
      app: shop
  template:
    metadata:
      labels:
        app: shop
    spec:
      containers:
        - name: web
          image: nginx:1.29
          ports:
            - containerPort: 80
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
"""
verdict = kl.check("01/1", my_shop)
verdict

# %% [markdown] lang="es"
# Así suena un fallo: qué servidor murió, cuándo y a quién le dolió. Cambia `my_shop` y vuelve a ejecutar la celda. Si
# te atascas, `kl.hint("01/1")` da pistas cada vez más claras, y en `verdict.cluster` está el clúster en el que falló:
# ábrelo con `kl.Lab(verdict.cluster)`.
#
# Para el segundo encargo hace falta saber cómo se escribe una tolerancia. Esta es una de las que Kubernetes le pone a
# todo pod que no diga otra cosa; va en el `spec` del pod, a la altura de `containers`:
#
# ```yaml
# tolerations:
#   - key: node.kubernetes.io/not-ready
#     operator: Exists
#     effect: NoExecute
#     tolerationSeconds: 300
# ```

# %% [markdown] lang="en"
# That is what a failure sounds like: which server died, when, and who was hurt. Change `my_shop` and run the cell
# again. If you are stuck, `kl.hint("01/1")` gives clearer and clearer hints, and `verdict.cluster` is the cluster in
# which it failed: open it with `kl.Lab(verdict.cluster)`.
#
# For the second task you need to know how a toleration is written. This is one of those that Kubernetes gives every
# pod that says nothing else; its place is the pod's `spec`, level with `containers`:
#
# ```yaml
# tolerations:
#   - key: node.kubernetes.io/not-ready
#     operator: Exists
#     effect: NoExecute
#     tolerationSeconds: 300
# ```

# %%
Exercise("01/2")

# %%
my_till = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  replicas: 1
  selector:
    matchLabels:
      app: shop
  template:
    metadata:
      labels:
        app: shop
    spec:
      containers:
        - name: web
          image: nginx:1.29
          ports:
            - containerPort: 80
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
"""
verdict = kl.check("01/2", my_till)
verdict

# %% [markdown] lang="es"
# ## Qué te llevas
#
# - A mano, quien repara eres tú. Un **Deployment** es un deseo por escrito, con alguien dedicado a que se cumpla.
# - Recuperarse no es instantáneo: unos **50 s** en enterarse y **300 s** de paciencia. Con varias réplicas en
#   servidores distintos, los clientes solo notan los primeros, y solo en parte.
# - Los pods no se mudan ni se reequilibran: se sustituyen por otros.
#
# **Simplificado aquí.** Los clientes no reintentan y cada petición es una conexión nueva; quien llama a un muerto
# espera un segundo. No hay un balanceador externo, y el master no falla. Un Pod suelto se parece a `docker run
# --restart=always`, salvo en una cosa: Docker lo levantaría al volver el servidor, mientras que aquí, pasados los 350
# s, Kubernetes lo ha borrado.

# %% [markdown] lang="en"
# ## What to take home
#
# - By hand, the one who repairs is you. A **Deployment** is a wish in writing, with somebody whose job is to see it
#   fulfilled.
# - Recovery is not instant: some **50 s** to find out and **300 s** of patience. With several replicas on different
#   servers the customers notice only the former, and only in part.
# - Pods neither move nor rebalance: others replace them.
#
# **Simplified here.** Customers do not retry and each request is a new connection; who calls a dead pod waits for a
# second. There is no external load balancer, and the master does not fail. A bare Pod is like `docker run
# --restart=always` but for one thing: Docker would start it again when the server returns, whereas here, after those
# 350 s, Kubernetes has deleted it.
