# %% [markdown] lang="es"
# # Services: una dirección que no cambia
#
# En la [lección anterior](03-pods-and-their-network.ipynb) vimos que la dirección de un pod muere con él. Aquí verás
# qué se pone delante: qué es de verdad un **Service**, quién elige el pod de cada petición, por qué puertas se entra
# desde fuera, y cuántas peticiones se pierden cuando muere un nodo o llega una versión nueva. Al final, que sean cero.

# %% [markdown] lang="en"
# # Services: an address that does not change
#
# In the [lesson before](03-pods-and-their-network.ipynb) we saw that a pod's address dies with it. Here you will see
# what is put in front: what a **Service** really is, who chooses the pod for each request, which doors lead in from
# outside, and how many requests are lost when a node dies or a new version comes. In the end, let it be none.

# %% lang="es"
import kubelab as kl

kl.language.use("es")
cluster = kl.Cluster(workers=3, seed=1, cloud=True)
cluster.apply("../../data/shop.yaml", "../../data/pair.yaml")
cluster.run(20)

# %% lang="en"
import kubelab as kl

kl.language.use("en")
cluster = kl.Cluster(workers=3, seed=1, cloud=True)
cluster.apply("../../data/shop.yaml", "../../data/pair.yaml")
cluster.run(20)

# %% [markdown] lang="es"
# ## 1. La lista de quienes atienden

# %% [markdown] lang="en"
# ## 1. The list of those who serve

# %%
# %kubectl get services,endpointslices

# %% [markdown] lang="es"
# El Service `shop` tiene una **ClusterIP**: una dirección de un rango aparte (`10.96.0.0/12`), suya mientras exista. La
# **EndpointSlice** es la lista de los pods que llevan su etiqueta, con una señal en cada uno que dice si está listo
# (`kubectl describe endpointslices` la enseña). La mantiene un controlador, y solo los listos reciben peticiones.
# Borremos los pods:

# %% [markdown] lang="en"
# The Service `shop` has a **ClusterIP**: an address from a range apart (`10.96.0.0/12`), its own for as long as it
# exists. The **EndpointSlice** is the list of the pods that carry its label, with a mark on each that says whether it is
# ready (`kubectl describe endpointslices` shows it). A controller maintains it, and only those that are ready get
# requests. Let us delete the pods:

# %%
cluster.kubectl("delete pods -l app=shop")
cluster.run(15)

# %%
# %kubectl get services,endpointslices

# %% [markdown] lang="es"
# La lista es otra y la dirección, la misma. A esa dirección llaman los clientes.
#
# ## 2. ¿Quién vive en esa dirección?
#
# Nadie. Ninguna máquina tiene esa IP. Lo que hay en **cada nodo** son reglas que la cambian por la de un pod; las
# escribe kube-proxy, copiando la EndpointSlice. Estas son las de `worker-1`:

# %% [markdown] lang="en"
# The list is another, and the address the same. That address is what customers call.
#
# ## 2. Who lives at that address?
#
# Nobody. No machine has that IP. What there is on **each node** are rules that replace it with that of a pod;
# kube-proxy writes them, copying the EndpointSlice. These are those of `worker-1`:

# %%
cluster.draw.rules("worker-1", "shop")

# %%
cluster.rules("worker-1", service="shop")

# %% [markdown] lang="es"
# Lee las líneas `--probability`: la primera se queda con un tercio; la segunda, con la mitad de lo que queda; la última,
# que no lleva ninguna, con el resto. Un tercio cada una. (`KUBE-MARK-MASQ` es la marca para que el paquete vuelva por donde vino.)
#
# Una petición, con las direcciones antes y después de cada traducción:

# %% [markdown] lang="en"
# Read the lines with `--probability`: the first takes a third; the second, half of what is left; the last, which has
# none, the rest. A third each. (`KUBE-MARK-MASQ` is the mark that makes a packet return the way it came.)
#
# One request, with its addresses before and after each translation:

# %%
answer = cluster.request("http://shop", source="pod/pair")
cluster.draw.packet(answer)

# %% [markdown] lang="es"
# ### «Un Service reparte las peticiones»
#
# Reparte **conexiones**: la regla se mira con el primer paquete de cada una. Un cliente que deja abierta la conexión
# (*keep-alive*, como casi todos) se queda con su pod:

# %% [markdown] lang="en"
# ### "A Service shares out requests"
#
# It shares out **connections**: the rule is looked at with the first packet of each. A client that keeps its connection
# open (*keep-alive*, as nearly all do) stays with its pod:

# %%
for keepalive in (False, True):
    load = cluster.traffic("http://shop", rate=50, source="pod/pair", keepalive=keepalive)
    cluster.run(10)
    print(f"keepalive={keepalive}", load.stop().served_by())

# %% [markdown] lang="es"
# ## 3. Un nombre
#
# Tampoco la ClusterIP se apunta: el DNS del clúster da un nombre a cada Service.

# %% [markdown] lang="en"
# ## 3. A name
#
# The ClusterIP is not written down either: the cluster's DNS gives each Service a name.

# %%
# %kubectl exec pair -c helper -- nslookup shop.default.svc.cluster.local

# %% [markdown] lang="es"
# | desde | basta con |
# |---|---|
# | un pod del mismo namespace | `shop` |
# | otro namespace | `shop.default` |
# | siempre | `shop.default.svc.cluster.local` |
#
# Quien pregunta desde otro namespace:

# %% [markdown] lang="en"
# | from | it is enough to say |
# |---|---|
# | a pod of the same namespace | `shop` |
# | another namespace | `shop.default` |
# | anywhere | `shop.default.svc.cluster.local` |
#
# Somebody who asks from another namespace:

# %%
for name in ("shop", "shop.default"):
    print(name, cluster.request(f"http://{name}", namespace="office"))

# %% [markdown] lang="es"
# ## 4. Puertas desde fuera
#
# La ClusterIP solo significa algo dentro. (Si no le dices `source`, `cluster.request` llama desde dentro a lo que solo
# significa algo dentro, y desde fuera a todo lo demás.) Para quien viene de fuera hay tres puertas, cada una apoyada en
# la anterior:
#
# | puerta | qué añade |
# |---|---|
# | **NodePort** | el mismo puerto (30000–32767) abierto en **todos** los nodos |
# | **LoadBalancer** | una dirección pública de la nube, que reparte entre los nodos |
# | **Ingress** | nombres y rutas HTTP: una dirección para muchos Services |
#
# Un Service de tipo `LoadBalancer` lleva también su NodePort y su ClusterIP. (La nube, una pequeña, es la de
# `cloud=True` al crear el clúster.)

# %% [markdown] lang="en"
# ## 4. Doors from outside
#
# The ClusterIP means something only inside. (Unless you say `source`, `cluster.request` calls from inside where a URL
# means something only there, and from outside otherwise.) For those who come from outside there are three doors, each
# standing on the one before:
#
# | door | what it adds |
# |---|---|
# | **NodePort** | the same port (30000–32767) open on **all** nodes |
# | **LoadBalancer** | a public address of the cloud, which shares out among the nodes |
# | **Ingress** | HTTP names and paths: one address for many Services |
#
# A Service of type `LoadBalancer` has its NodePort and its ClusterIP as well. (The cloud, a small one, is that of
# `cloud=True` when the cluster was made.)

# %%
cluster.kubectl("""patch service shop -p '{"spec": {"type": "LoadBalancer"}}'""")
cluster.run(30)

# %%
# %kubectl get service shop

# %%
service = cluster.get("services", "shop")
for node in cluster.workers:
    print(node, cluster.request(f"http://{node}:{service.spec.ports[0].nodePort}"))

# %%
public = service.status.loadBalancer.ingress[0].ip
cluster.draw.path(cluster.request(f"http://{public}"))

# %% [markdown] lang="es"
# El nodo por el que se entra elige un pod, que puede estar en otro, y pone **su propia dirección** en lugar de la del
# cliente (*masquerade*): así la respuesta vuelve por él. El pod ya no ve quién llama; con
# `externalTrafficPolicy: Local` sí lo vería, y cada nodo solo usaría sus propios pods.
#
# El **Ingress** no lo trae Kubernetes: lo lee un programa que se instala aparte, el *ingress controller*, que son pods
# en el clúster con su propio LoadBalancer. Mira el nombre de cada petición y la pasa a un pod del Service que toca.
# (`cluster.hosts` es el DNS público: a qué dirección lleva el nombre.)

# %% [markdown] lang="en"
# The node through which a packet enters chooses a pod, which may be on another, and puts **its own address** in the place
# of the client's (*masquerade*): that is how the answer comes back through it. The pod no longer sees who calls; with
# `externalTrafficPolicy: Local` it would, and each node would use its own pods only.
#
# Kubernetes does not bring what makes an **Ingress** work: that is a program installed apart, the *ingress controller*,
# which is pods in the cluster with a LoadBalancer of its own. It looks at the name in each request, and passes it on to
# a pod of the right Service. (`cluster.hosts` is the public DNS: the address that a name leads to.)

# %%
cluster.install("ingress-nginx")
cluster.run(60)

# %%
# %kubectl create ingress shop --class=nginx --rule="shop.example.com/*=shop:80"

# %%
cluster.run(60)

# %%
# %kubectl get ingress shop

# %%
cluster.hosts["shop.example.com"] = cluster.get("ingresses", "shop").status.loadBalancer.ingress[0].ip
cluster.draw.path(cluster.request("http://shop.example.com"))

# %% [markdown] lang="es"
# ## 5. Dos erratas que todo el mundo comete
#
# ### En la etiqueta
#
# Al Service y al Deployment no los une el nombre, sino la etiqueta. Escribamos mal el selector:

# %% [markdown] lang="en"
# ## 5. Two typos that everybody makes
#
# ### In the label
#
# What ties a Service to a Deployment is not the name but the label. Let us misspell the selector:

# %%
cluster = kl.Cluster(workers=3, seed=1)
cluster.apply("../../data/shop.yaml", "../../data/pair.yaml")
cluster.run(20)
cluster.kubectl("""patch service shop -p '{"spec": {"selector": {"app": "shpo"}}}'""")
cluster.run(5)
cluster.kubectl("get endpointslices -l kubernetes.io/service-name=shop")

# %%
answer = cluster.request("http://shop", source="pod/pair")
print(answer)
cluster.why(answer)

# %% [markdown] lang="es"
# Nadie protesta: un selector que no encuentra a nadie es legal. La señal es una **EndpointSlice vacía**.
#
# ### En el puerto
#
# `port` es donde escucha el Service; `targetPort`, donde escucha el contenedor. nginx escucha en el 80:

# %% [markdown] lang="en"
# Nobody protests: a selector that finds nobody is legal. The sign is an **empty EndpointSlice**.
#
# ### In the port
#
# `port` is where the Service listens; `targetPort`, where the container listens. nginx listens on 80:

# %%
fault = '{"spec": {"selector": {"app": "shop"}, "ports": [{"port": 80, "targetPort": 8080}]}}'
cluster.kubectl(f"patch service shop -p '{fault}'")
cluster.run(5)
cluster.kubectl("get endpointslices -l kubernetes.io/service-name=shop")

# %%
answer = cluster.request("http://shop", source="pod/pair")
print(answer)
cluster.why(answer)

# %% [markdown] lang="es"
# Esta vez la lista está llena y mal. El orden de siempre: ¿hay nombre?, ¿hay alguien en la EndpointSlice, y está listo?,
# ¿es ese el puerto en el que escucha?

# %% [markdown] lang="en"
# This time the list is full, and wrong. The usual order: is there a name? Is there anybody in the EndpointSlice, and
# ready? Is that the port that it listens on?

# %%
cluster.kubectl("""patch service shop -p '{"spec": {"ports": [{"port": 80, "targetPort": 80}]}}'""")
cluster.run(5)
cluster.draw.services("shop")

# %% [markdown] lang="es"
# ## 6. Muere un nodo
#
# Las reglas son una copia de una copia, y pueden ser **viejas**. ¿Cuánto cuesta eso? Apuesta: con una réplica…

# %% [markdown] lang="en"
# ## 6. A node dies
#
# The rules are a copy of a copy, and can be **old**. What does that cost? Commit yourself: with one replica…

# %%
one = kl.Cluster(workers=3, seed=1)
one.apply("../../data/one-replica.yaml")
one.run(20)
guess = kl.predict("04/lost-of-one", one)
guess

# %%
alone = one.traffic("http://shop", rate=20)
home = one.get("pods")[0].spec.nodeName
one.kill(home)
one.run(600)
alone.stop()
guess.compare(alone.failed)

# %% [markdown] lang="es"
# …y con tres:

# %% [markdown] lang="en"
# …and with three:

# %%
three = kl.Cluster(workers=3, seed=1)
three.apply("../../data/shop.yaml")
three.run(20)
how_many = kl.predict("04/lost-of-three", three)
how_many

# %%
until = kl.predict("04/until-when", three)
until

# %%
load = three.traffic("http://shop", rate=20)
began = three.now
three.kill("worker-2")
three.run(600)
load.stop()
how_many.compare(load.failed)

# %%
until.compare(round(load.lost_until - began))

# %%
three.draw.shares(load)

# %% [markdown] lang="es"
# Durante unos 50 s nadie sabe que el nodo ha muerto: la EndpointSlice sigue dando por listos a los tres pods, y las
# reglas, sus tres tercios. Un tercio de las conexiones se pierde. Luego el pod deja de contar como listo, las reglas cambian en
# todos los nodos en un instante y **ya no se pierde nada**, mucho antes de que llegue el sustituto. Con una réplica no hay a
# quién redirigir: hay que esperarlo.
#
# ## 7. Llega una versión nueva
#
# Eso era un accidente. Una actualización se hace a propósito, y ahí no vale perder nada. Esta tienda tiene cuatro
# réplicas, de las que una actualización puede quitar la mitad (`maxUnavailable: 50%`), y su programa tarda 4 s en
# escuchar (eso, que en un clúster de verdad haría el programa, aquí lo dice la anotación `kubelab.io/behavior.web`). El
# manifiesto no avisa de nada:

# %% [markdown] lang="en"
# For some 50 s nobody knows that the node is dead: the EndpointSlice still says that all three pods are ready, and the
# rules have their three thirds. A third of the connections is lost. Then the pod no longer counts as ready, the rules change on all nodes in an
# instant, and **nothing more is lost**, long before the replacement comes. With one replica there is nobody to redirect
# to: you have to wait for it.
#
# ## 7. A new version comes
#
# That was an accident. An update is made on purpose, and there nothing may be lost. This shop has four replicas, half of
# which an update may take away (`maxUnavailable: 50%`), and its program takes 4 s until it listens (what the program would
# do by itself in a real cluster is said here by the annotation `kubelab.io/behavior.web`). The manifest warns of nothing:

# %%
from kubelab.lab import Exercise

task = Exercise("04/1")
careless = kl.Cluster(workers=3, seed=1)
careless.apply(task.start)
careless.run(30)
load = careless.traffic("http://shop", rate=50)
careless.run(5)
careless.kubectl("set env deployment/shop RELEASE=2")
careless.run(25)
careless.draw.shares(load.stop())

# %%
for error, times in load.errors().items():
    print(times, error)

# %% [markdown] lang="es"
# Dos clases de pérdida, y cada una tiene su remedio:
#
# | a quién llegó la petición | por qué se pierde | remedio |
# |---|---|---|
# | un pod **nuevo** (*refused*) | está en marcha y aún no escucha | una sonda `readinessProbe` |
# | un pod **viejo** (*timed out*) | se va antes de que todos los nodos lo sepan | una pausa en `lifecycle.preStop` |
#
# Y la `strategy` dice cuántos pueden faltar mientras tanto (`maxUnavailable`). En el contenedor se escriben así; a quién se
# pregunta y cuántos segundos hacen falta, dilo tú:
#
# ```yaml
# readinessProbe:
#   httpGet: {path: …, port: …}
# lifecycle:
#   preStop:
#     sleep: {seconds: …}
# ```
#
# ## 8. Hazlo tú

# %% [markdown] lang="en"
# Two kinds of loss, and each has its remedy:
#
# | who got the request | why it is lost | remedy |
# |---|---|---|
# | a **new** pod (*refused*) | it runs, and does not listen yet | a `readinessProbe` |
# | an **old** pod (*timed out*) | it leaves before all nodes know | a pause in `lifecycle.preStop` |
#
# And the `strategy` says how many may be missing meanwhile (`maxUnavailable`). In the container they are written so; whom
# to ask, and how many seconds it takes, is for you to say:
#
# ```yaml
# readinessProbe:
#   httpGet: {path: …, port: …}
# lifecycle:
#   preStop:
#     sleep: {seconds: …}
# ```
#
# ## 8. Make it yourself

# %%
task

# %%
my_shop = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  replicas: 4
  selector:
    matchLabels:
      app: shop
  strategy:
    rollingUpdate:
      maxUnavailable: 50%
  template:
    metadata:
      labels:
        app: shop
      annotations:
        kubelab.io/behavior.web: "{starts_after: 4, ready_after: 4}"
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
verdict = kl.check("04/1", my_shop)
verdict

# %% [markdown] lang="es"
# ## Qué te llevas
#
# - A un pod no se le llama por su dirección: un **Service** da un nombre y una dirección que duran.
# - Un Service no es un programa: son **reglas en cada nodo**, copiadas de la EndpointSlice, que eligen pod al abrir cada
#   conexión.
# - Las copias tardan. La muerte de un nodo cuesta, durante unos 50 s, la parte de las conexiones que iba a sus pods; si
#   no había otros, todas, hasta que llega el sustituto.
# - Actualizar sin perder nada: **sonda** para los que llegan, **pausa** para los que se van, y que no falten.
#
# **Simplificado aquí.** El DNS del clúster (`10.96.0.10`) y los kube-proxy están sin verse como pods ni como Service; en
# muchos clústeres son pods de `kube-system`, con un Service `kube-dns`. La nube es pequeña: da direcciones y mira si los nodos viven. El *ingress controller* entiende lo
# básico de nginx. Los clientes de `traffic` no reintentan si no se pide.

# %% [markdown] lang="en"
# ## What to take home
#
# - A pod is not called by its address: a **Service** gives a name and an address that last.
# - A Service is no program: it is **rules on each node**, copied from the EndpointSlice, which choose a pod as each
#   connection is opened.
# - Copies are late. For some 50 s the death of a node costs the share of connections that went to its pods; if there
#   were no others, all of them, until the replacement comes.
# - To update without losing anything: a **probe** for those who arrive, a **pause** for those who leave, and enough of
#   them there.
#
# **Simplified here.** The cluster's DNS (`10.96.0.10`) and the kube-proxies are there without being seen as pods or as a
# Service; in many clusters they are pods of `kube-system`, with a Service `kube-dns`. The cloud is small: it gives addresses and looks whether the nodes live. The *ingress controller*
# understands the basics of nginx. The clients of `traffic` do not retry unless asked.
