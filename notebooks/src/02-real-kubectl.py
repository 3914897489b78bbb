# %% [markdown] lang="es"
# # El mismo kubectl que en un clúster de verdad
#
# Sabes un poco de Docker: `docker run` arranca un contenedor, `docker ps` dice cuáles hay. En Kubernetes todo eso se
# hace con un solo programa, **kubectl**. En este cuaderno `%kubectl` escribe lo mismo que escribiría el de verdad, y
# al final hablaremos con este mismo clúster desde el de verdad.
#
# Vas a poner en marcha una aplicación, encontrarla por su nombre, hacerla crecer, actualizarla, estropearla,
# arreglarla y vaciar un servidor con ella dentro. Por el camino caerán cuatro ideas equivocadas.

# %% [markdown] lang="en"
# # The same kubectl as on a real cluster
#
# You know Docker a little: `docker run` starts a container, `docker ps` says which there are. In Kubernetes all that
# is done with one program, **kubectl**. In this notebook `%kubectl` prints what the real one would print, and at the
# end we shall talk to this very cluster with the real one.
#
# You are going to start an application, find it by its name, make it grow, update it, spoil it, mend it, and empty a
# server with it inside. Four mistaken ideas will fall on the way.

# %% lang="es"
import kubelab as kl

kl.language.use("es")
cluster = kl.Cluster(workers=3, seed=1)
cluster.run(60)

# %% lang="en"
import kubelab as kl

kl.language.use("en")
cluster = kl.Cluster(workers=3, seed=1)
cluster.run(60)

# %%
# %kubectl get nodes

# %% [markdown] lang="es"
# ## 1. Pide
#
# Con Docker escribes `docker run -p 30080:80 nginx:1.28` y tienes un contenedor en tu máquina. Aquí escribes un
# fichero que dice **qué quieres que haya**:

# %% [markdown] lang="en"
# ## 1. Ask
#
# With Docker you type `docker run -p 30080:80 nginx:1.28` and have a container on your machine. Here you write a file
# that says **what you want there to be**:

# %%
from pathlib import Path

print(Path("../../data/hello.yaml").read_text(encoding="utf-8"))

# %%
# %kubectl apply -f ../../data/hello.yaml

# %%
# %kubectl rollout status deployment/hello

# %%
# %kubectl get deployments,replicasets,pods

# %% [markdown] lang="es"
# Tres pisos, y cada uno hace el de abajo: el **Deployment** guarda tu deseo y hace un **ReplicaSet**, que es «tres
# pods *de esta versión*»; el ReplicaSet hace los **pods**. Fíjate en los nombres: el de un pod empieza por el de su
# ReplicaSet, y el del ReplicaSet, por el del Deployment.

# %% [markdown] lang="en"
# Three floors, and each makes the one below: the **Deployment** keeps your wish and makes a **ReplicaSet**, which is
# "three pods *of this version*"; the ReplicaSet makes the **pods**. Look at the names: a pod's begins with its
# ReplicaSet's, and the ReplicaSet's with the Deployment's.

# %%
cluster.draw.owners()

# %% [markdown] lang="es"
# Lo que ya sabes, con su nuevo nombre:
#
# | en Docker | en Kubernetes | la diferencia |
# |---|---|---|
# | `docker run` | `kubectl apply -f` | no das una orden: entregas un deseo |
# | `docker ps` | `kubectl get pods` | los de todos los servidores a la vez |
# | `docker logs` | `kubectl logs` | da igual en qué servidor esté |
# | `docker exec` | `kubectl exec` | igual |
# | `docker rm -f` | `kubectl delete pod` | se hace otro: el deseo sigue en pie |
#
# ### «kubectl habla con los servidores»
#
# `kubectl get pods` parece recorrer los nodos preguntando qué tienen. Apaguemos **solo** el API server, que vive en el
# master. Los tres workers y sus pods siguen encendidos.

# %% [markdown] lang="en"
# What you know already, under its new name:
#
# | in Docker | in Kubernetes | the difference |
# |---|---|---|
# | `docker run` | `kubectl apply -f` | you give no order: you hand in a wish |
# | `docker ps` | `kubectl get pods` | those of all servers at once |
# | `docker logs` | `kubectl logs` | no matter which server it is on |
# | `docker exec` | `kubectl exec` | the same |
# | `docker rm -f` | `kubectl delete pod` | another is made: the wish still stands |
#
# ### "kubectl talks to the servers"
#
# `kubectl get pods` seems to go round the nodes asking what they have. Let us switch off the API server **alone**,
# which lives on the master. The three workers and their pods stay on.

# %%
cluster.stop("kube-apiserver")

# %%
# %kubectl get pods

# %%
cluster.request("http://worker-1:30080")

# %% [markdown] lang="es"
# La aplicación contesta y kubectl no: no habla con ningún nodo. Habla **solo con el API server**, que le lee lo que
# está escrito en etcd. Los kubelets también le preguntan a él, y ninguno espera órdenes tuyas. Hasta `kubectl logs` y
# `kubectl exec` pasan por él: es el API server quien va a buscarlo al nodo.

# %% [markdown] lang="en"
# The application answers and kubectl does not: it talks to no node. It talks **to the API server alone**, which reads
# out what is written in etcd. The kubelets ask the API server too, and none of them waits for orders from you. Even
# `kubectl logs` and `kubectl exec` pass through it: the API server goes to the node for you.

# %%
cluster.start("kube-apiserver")
cluster.run(20)

# %% [markdown] lang="es"
# ## 2. Un nombre y una puerta: el Service
#
# Los pods cambian; el nombre se queda. Nuestro Service tiene tres números de puerto que se confunden siempre:
#
# - `port: 8080`: donde escucha el **Service**, dentro del clúster (`http://hello:8080`).
# - `targetPort: 80`: donde escucha el **contenedor**.
# - `nodePort: 30080`: la misma puerta, abierta en **todos los nodos**, para quien viene de fuera.

# %% [markdown] lang="en"
# ## 2. A name and a door: the Service
#
# Pods change; the name stays. Our Service has three port numbers that everybody mixes up:
#
# - `port: 8080`: where the **Service** listens, inside the cluster (`http://hello:8080`).
# - `targetPort: 80`: where the **container** listens.
# - `nodePort: 30080`: the same door, open on **every node**, for those who come from outside.

# %%
# %kubectl get service hello

# %%
# %kubectl get endpointslices -l kubernetes.io/service-name=hello

# %%
for node in cluster.workers:
    print(node, cluster.request(f"http://{node}:30080").body)

# %% [markdown] lang="es"
# Puedes llamar a un nodo y que te conteste un pod de otro. ¿Quién está en medio repartiendo?
#
# ### «Un Service es un proceso»
#
# Busca ese proceso. Entre los pods de todo el clúster no está:

# %% [markdown] lang="en"
# You may call at one node and be answered by a pod on another. Who stands in the middle and shares out?
#
# ### "A Service is a process"
#
# Look for that process. It is not among the pods of the whole cluster:

# %%
# %kubectl get pods --all-namespaces

# %% [markdown] lang="es"
# ¿Será kube-proxy, que sí es un programa y corre en cada nodo? Parémoslo en los tres:

# %% [markdown] lang="en"
# Is it kube-proxy, which is indeed a program and runs on each node? Let us stop it on all three:

# %%
cluster.stop("kube-proxy")
cluster.run(10)
cluster.request("http://worker-1:30080")

# %% [markdown] lang="es"
# Contesta igual. Un Service es **una regla escrita en el núcleo de cada nodo**: «lo que vaya a esta dirección, a uno de
# estos pods». kube-proxy escribe las reglas cuando cambian los pods; las peticiones no pasan por él. (Con kube-proxy
# parado, las reglas se quedarían viejas.)

# %% [markdown] lang="en"
# It answers all the same. A Service is **a rule written into the kernel of each node**: "what is meant for this
# address goes to one of these pods". kube-proxy writes the rules when the pods change; requests do not pass through
# it. (With kube-proxy stopped, the rules would grow old.)

# %%
cluster.start("kube-proxy")

# %% [markdown] lang="es"
# ## 3. Etiquetas y selectores
#
# ¿Cómo sabe el Service cuáles son sus pods? ¿Y el ReplicaSet, cuántos tiene? Por las **etiquetas**, y solo por ellas.
# Cambiémosle la etiqueta a un pod:

# %% [markdown] lang="en"
# ## 3. Labels and selectors
#
# How does the Service know which pods are its own? And the ReplicaSet, how many it has? By the **labels**, and by them
# alone. Let us change the label of one pod:

# %%
# %kubectl get pods --show-labels

# %%
pod = cluster.get("pods")[0].metadata.name

# %%
# %kubectl label pod $pod app=aside --overwrite

# %%
cluster.run(10)

# %%
# %kubectl get pods --label-columns=app

# %%
# %kubectl get endpointslices -l kubernetes.io/service-name=hello

# %% [markdown] lang="es"
# Cuatro pods. El ReplicaSet contó dos con su etiqueta, quería tres e hizo otro; el Service dejó de mandar peticiones al
# apartado. Nadie lo ha tocado: sigue en marcha, sin dueño. Es un truco útil de verdad: apartas un pod enfermo para
# examinarlo y los clientes no se enteran.

# %% [markdown] lang="en"
# Four pods. The ReplicaSet counted two with its label, wanted three, and made another; the Service stopped sending
# requests to the one set aside. Nobody touched it: it runs on, without an owner. That is a trick of real use: you set
# a sick pod aside to examine it, and the customers do not notice.

# %%
# %kubectl delete pod $pod

# %% [markdown] lang="es"
# ## 4. Más copias

# %% [markdown] lang="en"
# ## 4. More copies

# %%
# %kubectl scale deployment hello --replicas=5

# %%
cluster.run(10)

# %%
# %kubectl get pods -o wide

# %% [markdown] lang="es"
# ## 5. Aplicar dos veces
#
# Hay cinco, pero el fichero sigue diciendo `replicas: 3`. ¿Y si lo aplicas otra vez, tal cual?

# %% [markdown] lang="en"
# ## 5. Applying twice
#
# There are five, but the file still says `replicas: 3`. What if you apply it again, as it is?

# %%
guess = kl.predict("02/apply-again", cluster)
guess

# %%
# %kubectl apply -f ../../data/hello.yaml

# %%
cluster.run(10)
guess.compare()

# %% [markdown] lang="es"
# `configured` es que ha cambiado algo; `unchanged`, que no. Lo que pusiste a mano con `scale` duró hasta el siguiente
# `apply`: **lo que de verdad quieras, escríbelo en el fichero**.
#
# ### «apply manda el fichero entero y lo reemplaza todo»
#
# Pongamos a mano algo que el fichero **no** menciona, y apliquemos otra vez:

# %% [markdown] lang="en"
# `configured` means that something changed; `unchanged`, that nothing did. What you set by hand with `scale` lasted
# until the next `apply`: **what you really want, write into the file**.
#
# ### "apply sends the whole file and replaces everything"
#
# Let us set by hand something that the file does **not** mention, and apply again:

# %%
# %kubectl label deployment hello team=blue

# %%
# %kubectl apply -f ../../data/hello.yaml

# %%
# %kubectl get deployment hello --show-labels

# %% [markdown] lang="es"
# La etiqueta sigue ahí. kubectl compara **tres** cosas y manda solo la diferencia (un *patch*):
#
# | el fichero de ahora | el de la última vez | qué hace `apply` |
# |---|---|---|
# | lo dice | da igual | lo pone como dice el fichero |
# | no lo dice | lo decía | lo quita |
# | no lo dice | tampoco | no lo toca: será de otro |
#
# El de la última vez lo guarda en una anotación del propio objeto; `kubectl apply view-last-applied` la enseña.
#
# ### Dos personas, un objeto
#
# Con esa cuenta, dos personas que aplican ficheros distintos se pisan sin saberlo. Por eso existe
# `apply --server-side`: el API server apunta **quién puso cada campo**. Ana escribe la carta del bar:

# %% [markdown] lang="en"
# The label is still there. kubectl compares **three** things and sends only the difference (a *patch*):
#
# | the file of now | that of last time | what `apply` does |
# |---|---|---|
# | says it | no matter | sets it as the file says |
# | does not say it | said it | removes it |
# | does not say it | neither | leaves it alone: it will be somebody else's |
#
# That of last time it keeps in an annotation of the object itself; `kubectl apply view-last-applied` shows it.
#
# ### Two people, one object
#
# Reckoning so, two people who apply different files overwrite each other without knowing. That is why there is
# `apply --server-side`: the API server notes **who set which field**. Ana writes the menu of the bar:

# %%
# %%kubectl apply --server-side --field-manager=ana -f -
# apiVersion: v1
# kind: ConfigMap
# metadata:
#   name: menu
# data:
#   cake: "3.50"

# %% [markdown] lang="es"
# Luis añade el té. No menciona la tarta, así que no la toca:

# %% [markdown] lang="en"
# Luis adds tea. He does not mention cake, so he does not touch it:

# %%
# %%kubectl apply --server-side --field-manager=luis -f -
# apiVersion: v1
# kind: ConfigMap
# metadata:
#   name: menu
# data:
#   tea: "1.80"

# %%
# %kubectl get configmap menu -o jsonpath={.data}

# %% [markdown] lang="es"
# Y ahora Luis le cambia el precio a la tarta de Ana:

# %% [markdown] lang="en"
# And now Luis changes the price of Ana's cake:

# %%
# %%kubectl apply --server-side --field-manager=luis -f -
# apiVersion: v1
# kind: ConfigMap
# metadata:
#   name: menu
# data:
#   tea: "1.80"
#   cake: "4.00"

# %% [markdown] lang="es"
# Un **conflicto**: se dice qué campo, de quién es y qué puedes hacer. Nada se ha cambiado. Así conviven tu fichero y,
# por ejemplo, un autoescalador que cambia `replicas`.
#
# ## 6. Una versión nueva
#
# Volvamos a `hello`. Hay tres pods con `nginx:1.28` y vamos a pedir `nginx:1.29`, con veinte peticiones por segundo
# entrando. Antes, apuesta.

# %% [markdown] lang="en"
# A **conflict**: it says which field, whose it is, and what you can do. Nothing was changed. That is how your file and,
# for example, an autoscaler that changes `replicas` live together.
#
# ## 6. A new version
#
# Back to `hello`. There are three pods with `nginx:1.28`, and we are going to ask for `nginx:1.29` while twenty
# requests a second come in. Commit yourself first.

# %%
guess = kl.predict("02/same-pods", cluster)
guess

# %%
load = cluster.traffic("http://hello:8080", rate=20)
update_began = cluster.now
cluster.run(20)

# %%
# %kubectl set image deployment/hello web=nginx:1.29

# %% [markdown] lang="es"
# Con `-w` (*watch*) kubectl se queda mirando y escribe una línea por cada cambio:

# %% [markdown] lang="en"
# With `-w` (*watch*) kubectl keeps looking, and prints a line for every change:

# %%
# %kubectl get replicasets -w

# %%
cluster.run(20)
guess.compare()

# %% [markdown] lang="es"
# ### «El pod se actualiza por dentro»
#
# Ninguno de los tres es de los de antes. Cambiar la plantilla hace **otro ReplicaSet**, y el Deployment sube uno y
# baja el otro, de pod en pod: hace uno nuevo de más, espera a que esté **listo** y entonces retira uno viejo. Los dos
# ReplicaSets siguen ahí; el viejo, con cero:

# %% [markdown] lang="en"
# ### "The pod is updated in place"
#
# None of the three is one of those from before. Changing the template makes **another ReplicaSet**, and the Deployment
# raises one and lowers the other, pod by pod: it makes one new pod extra, waits until it is **ready**, and then takes
# one old pod away. Both ReplicaSets are still there; the old one, with zero:

# %%
# %kubectl get replicasets -o wide

# %%
cluster.draw.availability(since=update_began)

# %%
load.stop()
print(f"{load.failed} / {load.sent}")

# %% [markdown] lang="es"
# Casi nadie lo nota, pero no es *nadie*: un pod que se retira deja de escuchar un instante antes de que todos los
# nodos lo borren de sus reglas. El remedio habitual es que el pod espere un poco antes de irse (un `preStop` con unos
# segundos de `sleep`).
#
# ### Historia y marcha atrás

# %% [markdown] lang="en"
# Hardly anybody notices, but it is not *nobody*: a pod that is taken away stops listening an instant before all nodes
# have removed it from their rules. The usual remedy is to let the pod wait a little before it goes (a `preStop` with
# some seconds of `sleep`).
#
# ### History, and the way back

# %%
# %kubectl annotate deployment/hello kubernetes.io/change-cause="nginx 1.29"

# %%
cluster.run(5)

# %%
# %kubectl rollout history deployment/hello

# %%
# %kubectl rollout undo deployment/hello

# %%
# %kubectl rollout status deployment/hello

# %%
# %kubectl rollout history deployment/hello

# %% [markdown] lang="es"
# Deshacer no es volver atrás en el tiempo: es **otra actualización**, la 3, con la plantilla de la 1 (por eso la 1 ya no
# sale). Por eso se guardan los ReplicaSets viejos: son las versiones a las que puedes volver. Y fíjate en el aviso:
# kubectl te recuerda que tu fichero dice una cosa y el clúster otra.
#
# ## 7. Algo va mal: ¿dónde?
#
# ### Una imagen que no existe
#
# Querías la `1.29` y has escrito `1.92`. ¿Qué pasará?

# %% [markdown] lang="en"
# Undoing is not going back in time: it is **another update**, number 3, with the template of number 1 (which is why 1 is
# not listed any more). That is what the old ReplicaSets are kept for: they are the versions that you can return to.
# And mind the warning: kubectl reminds you that your file says one thing and the cluster another.
#
# ## 7. Something is wrong: where?
#
# ### An image that does not exist
#
# You wanted `1.29` and typed `1.92`. What will happen?

# %%
cluster.run(30)
guess = kl.predict("02/wrong-image", cluster)
guess

# %%
# %kubectl set image deployment/hello web=nginx:1.92

# %%
cluster.run(60)
guess.compare()

# %%
# %kubectl get pods

# %% [markdown] lang="es"
# El pod nuevo no está listo, así que no se retira ninguno viejo: la actualización **se atasca sin hacer daño**. Lo que
# puede faltar y sobrar lo dice `strategy` (por defecto, el 25 %; lo usarás en el primer ejercicio).
#
# Para encontrar la causa se pregunta de arriba abajo. ¿Ha acabado la actualización?

# %% [markdown] lang="en"
# The new pod is not ready, so no old one is taken away: the update **is stuck and does no harm**. What may be missing
# and what may be extra is said by `strategy` (25 % by default; you will use it in the first exercise).
#
# To find the cause, ask from the top down. Has the update ended?

# %%
# %kubectl rollout status deployment/hello --timeout=10s

# %% [markdown] lang="es"
# ¿Qué le pasa al pod? `kubectl describe pod` cuenta todo lo que se sabe de él; casi siempre, la respuesta está al
# final, en los **eventos**:

# %% [markdown] lang="en"
# What is the matter with the pod? `kubectl describe pod` tells all that is known of it; nearly always the answer is
# at the end, in the **events**:

# %%
(broken,) = [pod.metadata.name for pod in cluster.get("pods") if pod.status.phase == "Pending"]
description = cluster.kubectl(f"describe pod {broken}")
print(description[description.index("Events:") :])

# %% [markdown] lang="es"
# «`nginx:1.92`: `not found`». `ErrImagePull` es el intento que falla; `ImagePullBackOff`, la espera hasta el siguiente,
# cada vez más larga. ¿Y los *logs*? Los escribe el programa, y aquí el programa no ha llegado a arrancar:

# %% [markdown] lang="en"
# "`nginx:1.92`: `not found`". `ErrImagePull` is the attempt that fails; `ImagePullBackOff`, the wait until the next, which
# grows longer each time. And the *logs*? They are written by the program, and here the program never started:

# %%
# %kubectl logs $broken

# %%
# %kubectl rollout undo deployment/hello

# %%
# %kubectl rollout status deployment/hello

# %%
# %kubectl logs deployment/hello --tail=2

# %% [markdown] lang="es"
# ### Una errata en el manifiesto
#
# La otra clase de fallo no llega ni a empezar: el API server lee lo que mandas y **se niega**. ¿Ves la errata?

# %% [markdown] lang="en"
# ### A typo in the manifest
#
# The other kind of fault does not even begin: the API server reads what you send and **refuses**. Do you see the typo?

# %%
# %%kubectl apply -f -
# apiVersion: apps/v1
# kind: Deployment
# metadata:
#   name: hello-2
# spec:
#   replcas: 3
#   selector:
#     matchLabels:
#       app: hello-2
#   template:
#     metadata:
#       labels:
#         app: hello-2
#     spec:
#       containers:
#         - name: web
#           image: nginx:1.29

# %% [markdown] lang="es"
# La primera línea es la del API server de verdad. La última, con la línea, la columna y lo que seguramente querías
# decir, la añade kubelab. Y si no sabes qué campos hay, pregúntaselo al propio clúster:

# %% [markdown] lang="en"
# The first line is that of the real API server. The last one, with the line, the column and what you probably meant,
# is added by kubelab. And if you do not know which fields there are, ask the cluster itself:

# %%
# %kubectl explain deployment.spec.strategy

# %% [markdown] lang="es"
# ## 8. Vaciar un servidor
#
# Hay que actualizar `worker-1`. Nadie tira del cable: se **vacía** con `kubectl drain`, que lo marca para que no reciba
# pods y pide permiso para desalojar a los que tiene. Quien puede negar el permiso es un **PodDisruptionBudget**:

# %% [markdown] lang="en"
# ## 8. Emptying a server
#
# `worker-1` has to be upgraded. Nobody pulls the plug: it is **drained** with `kubectl drain`, which marks it so that it
# gets no more pods, and asks leave to evict those it has. The one who may refuse is a **PodDisruptionBudget**:

# %%
# %%kubectl apply -f -
# apiVersion: policy/v1
# kind: PodDisruptionBudget
# metadata:
#   name: hello
# spec:
#   minAvailable: 2
#   selector:
#     matchLabels:
#       app: hello

# %%
cluster.run(30)

# %%
# %kubectl get poddisruptionbudgets

# %%
# %kubectl drain worker-1

# %% [markdown] lang="es"
# De los tres pods podía faltar uno (`ALLOWED DISRUPTIONS`), y se ha ido a la primera. Con prisa, a por el siguiente,
# cuando el sustituto aún no está listo:

# %% [markdown] lang="en"
# Of the three pods one could be missing (`ALLOWED DISRUPTIONS`), and it went at once. In a hurry, on to the next one,
# while the replacement is not ready yet:

# %%
# %kubectl drain worker-2

# %% [markdown] lang="es"
# `Cannot evict pod as it would violate the pod's disruption budget`: todavía no. kubectl vuelve a pedirlo cada cinco
# segundos hasta que hay dos listos en otra parte. Los dos servidores quedan vacíos y **cerrados**
# (`SchedulingDisabled`); se reabren con `uncordon`:

# %% [markdown] lang="en"
# `Cannot evict pod as it would violate the pod's disruption budget`: not yet. kubectl asks again every five seconds
# until two are ready elsewhere. Both servers are left empty and **closed** (`SchedulingDisabled`); `uncordon` opens
# them again:

# %%
# %kubectl get nodes

# %%
cluster.draw.placement()

# %%
# %kubectl uncordon worker-1 worker-2

# %% [markdown] lang="es"
# Un presupuesto solo frena lo que se hace **a propósito** y preguntando. A un apagón no le pide permiso nadie.
#
# ## 9. Y ahora, el de verdad
#
# Todo lo anterior lo ha escrito kubelab. Pero el clúster puede abrir una puerta por la que entra **cualquier cliente de
# Kubernetes**: el kubectl que tengas instalado, `k9s`, `helm`, una biblioteca… Desde ese momento el tiempo virtual
# sigue al reloj de la pared. (Antes dejamos pasar un cuarto de hora, para que haya algo de historia.)

# %% [markdown] lang="en"
# A budget only holds back what is done **on purpose** and asks first. A power cut asks nobody's leave.
#
# ## 9. Now the real one
#
# All of the above was written by kubelab. But the cluster can open a door through which **any client of Kubernetes**
# comes in: the kubectl that you have installed, `k9s`, `helm`, a library… From then on virtual time follows the clock on
# the wall. (First we let a quarter of an hour pass, so that there is some history.)

# %%
cluster.run(930)
server = cluster.serve()
server

# %% [markdown] lang="es"
# Si tienes kubectl instalado, escribe en una celda **tuya** `!kubectl get pods`, con la exclamación: es el de verdad, y
# habla con este clúster, porque `serve` ha dejado puesta la variable `KUBECONFIG`. La celda que sigue hace lo mismo; si
# en esta máquina no hay kubectl, contesta el de kubelab, para que el cuaderno funcione en todas partes. **No se
# distinguen**: el resultado guardado aquí vale para los dos.

# %% [markdown] lang="en"
# If you have kubectl installed, type `!kubectl get pods` in a cell **of your own**, with the exclamation mark: that is
# the real one, and it talks to this cluster, for `serve` has set the variable `KUBECONFIG`. The cell below does the
# same; where there is no kubectl on the machine, kubelab's answers, so that the notebook works everywhere. **You cannot
# tell them apart**: the result that is stored here is good for both.

# %%
import shutil
import subprocess


def terminal(command):
    """What `!` does, where there is a kubectl; otherwise, what kubelab's own prints."""
    if shutil.which("kubectl"):
        print(subprocess.run(command.split(), capture_output=True, text=True).stdout, end="")
    else:
        print(cluster.kubectl(command.removeprefix("kubectl ")), end="")


terminal("kubectl get nodes")

# %%
terminal("kubectl get pods -o wide")

# %%
terminal("kubectl scale deployment hello --replicas=6")
terminal("kubectl wait deployment/hello --for=jsonpath={.status.readyReplicas}=6")

# %% [markdown] lang="es"
# Cerramos la puerta: el tiempo vuelve a ser tuyo. Lo que pidió el kubectl de verdad está aquí, porque era el mismo
# API server:

# %% [markdown] lang="en"
# We close the door: time is yours again. What the real kubectl asked for is here, since it was the same API server:

# %%
server.stop()
cluster.run(until=1800)

# %%
# %kubectl get deployments

# %% [markdown] lang="es"
# ### En dos terminales, sin cuaderno
#
# En la primera, `kubelab serve --kubeconfig kubelab.yaml` pone en marcha un clúster nuevo y espera. `Ctrl-C` lo para; con
# `--speed 10`, cada segundo tuyo son diez del clúster. En la segunda, la vida normal:
#
# ```sh
# export KUBECONFIG=$PWD/kubelab.yaml
# kubectl get nodes
# kubectl create deployment hello --image=nginx:1.29 --replicas=3
# kubectl rollout status deployment/hello
# kubectl exec deployment/hello -- hostname
# kubectl get pods --watch
# ```

# %% [markdown] lang="en"
# ### In two terminals, without a notebook
#
# In the first, `kubelab serve --kubeconfig kubelab.yaml` starts a new cluster and waits. `Ctrl-C` ends it; with
# `--speed 10` each second of yours is ten of the cluster's. In the second, everyday life:
#
# ```sh
# export KUBECONFIG=$PWD/kubelab.yaml
# kubectl get nodes
# kubectl create deployment hello --image=nginx:1.29 --replicas=3
# kubectl rollout status deployment/hello
# kubectl exec deployment/hello -- hostname
# kubectl get pods --watch
# ```

# %% [markdown] lang="es"
# ## 10. Hazlo tú
#
# Dos encargos, y se corrige **lo que pasa**. Ejecuta la comprobación tal como está, lee qué falla, cambia el manifiesto
# y vuelve a ejecutarla. `kl.hint("02/1")` da pistas cada vez más claras.

# %% [markdown] lang="en"
# ## 10. Make it yourself
#
# Two tasks, and what is marked is **what happens**. Run the check as it is, read what goes wrong, change the manifest
# and run it again. `kl.hint("02/1")` gives clearer and clearer hints.

# %%
from kubelab.lab import Exercise

Exercise("02/1")

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
      maxUnavailable: 100%
  template:
    metadata:
      labels:
        app: shop
    spec:
      containers:
        - name: web
          image: nginx:1.28
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
verdict = kl.check("02/1", my_shop)
verdict

# %%
Exercise("02/2")

# %%
my_shop_at_night = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  replicas: 3
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
          readinessProbe:
            httpGet:
              path: /
              port: 80
            initialDelaySeconds: 15
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
verdict = kl.check("02/2", my_shop_at_night)
verdict

# %% [markdown] lang="es"
# ## Qué te llevas
#
# - kubectl habla **solo con el API server**. `apply` manda la diferencia, no el fichero; y lo que quieras que dure va en
#   el fichero.
# - Un **Service** es una regla en cada nodo; las **etiquetas** dicen a qué pods lleva.
# - Un pod no se actualiza: **se sustituye**. Con una sonda `readinessProbe` y algo de margen, una mala versión se atasca
#   sin hacer daño, y `rollout undo` la retira.
# - Cuando algo falla: `get`, `describe` (los eventos, al final), `logs`. En ese orden.
# - `drain` pregunta antes de desalojar, y un **PodDisruptionBudget** contesta.
#
# **Simplificado aquí.** `nginx` no sirve páginas, sino su comportamiento. El `%kubectl` del cuaderno deja pasar el
# tiempo virtual cuando el de verdad esperaría (`rollout status`, `-w`, `drain`). Lo que contesta el API server es lo
# que contesta el de Kubernetes 1.36.

# %% [markdown] lang="en"
# ## What to take home
#
# - kubectl talks **to the API server alone**. `apply` sends the difference, not the file; and what you want to last
#   goes into the file.
# - A **Service** is a rule on each node; **labels** say which pods it leads to.
# - A pod is not updated: **it is replaced**. With a `readinessProbe` and some leeway a bad version is stuck and does no
#   harm, and `rollout undo` takes it away.
# - When something fails: `get`, `describe` (the events, at the end), `logs`. In that order.
# - `drain` asks before it evicts, and a **PodDisruptionBudget** answers.
#
# **Simplified here.** `nginx` serves no pages but its behaviour. The notebook's `%kubectl` lets virtual time pass where
# the real one would wait (`rollout status`, `-w`, `drain`). What the API server answers is what that of Kubernetes 1.36
# answers.
