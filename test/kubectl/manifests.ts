/** What the commands create: small, and of every sort that the embedded server must treat as the real one does. */

export const namespace = `
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels: { team: red }
`;

export const configMap = `
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  labels: { app: web, tier: front }
  annotations: { note: first }
data:
  color: blue
  size: "10"
`;

export const configMapChanged = `
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  labels: { app: web }
data:
  color: green
  shape: round
`;

/** No replicas, so that no pods come and go while commands run. */
export const deployment = `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: { app: web }
spec:
  replicas: 0
  selector:
    matchLabels: { app: web }
  template:
    metadata:
      labels: { app: web }
    spec:
      containers:
        - name: server
          image: nginx:1.27
          ports:
            - containerPort: 80
          env:
            - { name: MODE, value: plain }
          resources:
            requests: { cpu: 500m, memory: 0.5Gi }
            limits: { cpu: 1000m, memory: 1024Mi }
          livenessProbe:
            httpGet: { port: 80 }
      volumes:
        - name: settings
          configMap: { name: settings }
`;

/** The same with another image, one more container and one variable less. */
export const deploymentChanged = deployment
  .replace("nginx:1.27", "nginx:1.28")
  .replace("            - { name: MODE, value: plain }\n", "            - { name: LEVEL, value: high }\n")
  .replace(
    "      volumes:",
    "        - name: helper\n          image: busybox@sha256:0000000000000000000000000000000000000000000000000000000000000000\n      volumes:",
  );

export const pod = `
apiVersion: v1
kind: Pod
metadata:
  name: single
  labels: { app: single }
spec:
  containers:
    - name: main
      image: busybox
      command: [sleep, "3600"]
      securityContext: { runAsNonRoot: true, capabilities: { drop: [ALL] } }
  volumes:
    - name: scratch
`;

export const others = `
apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  selector: { app: web }
  ports: [{ port: 80, targetPort: 8080 }]
---
apiVersion: v1
kind: Secret
metadata: { name: password }
stringData: { password: secret }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web }
spec:
  ingressClassName: none
  rules:
    - host: shop.example
      http:
        paths:
          - { path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: closed }
spec:
  podSelector: { matchLabels: { app: web } }
  egress: [{ ports: [{ port: 53 }] }]
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec:
  minAvailable: 50%
  selector: { matchLabels: { app: web } }
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec:
  maxReplicas: 3
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: store }
spec:
  replicas: 0
  serviceName: store
  selector: { matchLabels: { app: store } }
  template:
    metadata: { labels: { app: store } }
    spec: { containers: [{ name: db, image: "postgres:17" }] }
---
apiVersion: batch/v1
kind: CronJob
metadata: { name: nightly }
spec:
  schedule: "0 3 * * *"
  suspend: true
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers: [{ name: job, image: busybox }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: reader }
rules: [{ apiGroups: [""], resources: [configmaps], verbs: [get, list] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: readers }
roleRef: { kind: Role, name: reader, apiGroup: rbac.authorization.k8s.io }
subjects: [{ kind: ServiceAccount, name: reader, namespace: shop }, { kind: User, name: jane }]
`;

export const policy = `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata:
  name: owners
spec:
  rules:
    - name: owner
      match: { any: [{ resources: { kinds: [ConfigMap] } }] }
      validate:
        message: an owner is needed
        pattern: { metadata: { labels: { owner: "?*" } } }
`;

/** An unknown field, and one of a wrong type. */
export const wrongPolicy = policy
  .replace("  rules:", "  background: perhaps\n  rules:")
  .replace("owners", "wrong");
export const unknownField = configMap.replace("\ndata:", "\ndada: {}\ndata:").replace("settings", "unknown");

export const report = `
apiVersion: wgpolicyk8s.io/v1alpha2
kind: PolicyReport
metadata: { name: results }
scope: { apiVersion: v1, kind: ConfigMap, name: settings }
results:
  - { policy: owners, rule: owner, result: fail, source: kyverno, message: an owner is needed }
summary: { pass: 0, fail: 1, warn: 0, error: 0, skip: 0 }
`;

export const applied = (image: string, field: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shared
spec:
  ${field}
  selector: { matchLabels: { app: shared } }
  template:
    metadata: { labels: { app: shared } }
    spec:
      containers:
        - name: server
          image: ${image}
`;

export const generated = `
apiVersion: v1
kind: ConfigMap
metadata: { generateName: made- }
`;

export const held = `
apiVersion: v1
kind: ConfigMap
metadata:
  name: held
  finalizers: [example.com/hold]
`;

export const node = `
apiVersion: v1
kind: Node
metadata: { name: worker }
`;

export const event = `
apiVersion: v1
kind: Event
metadata: { name: told }
involvedObject: { apiVersion: v1, kind: ConfigMap, name: told-of, namespace: shop }
reason: Told
message: something happened
type: Normal
source: { component: tests }
firstTimestamp: "2026-01-01T00:00:00Z"
lastTimestamp: "2026-01-01T00:00:00Z"
count: 2
`;

/** Defaults, pruning, bounds, an enumeration, a map list, columns, scale, a selectable field. */
export const customKind = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: boxes.example.com }
spec:
  group: example.com
  scope: Namespaced
  names: { plural: boxes, kind: Box, shortNames: [bx] }
  versions:
    - name: v1
      served: true
      storage: true
      subresources:
        status: {}
        scale: { specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas }
      selectableFields: [{ jsonPath: .spec.color }]
      additionalPrinterColumns:
        - { name: Color, type: string, jsonPath: .spec.color }
        - { name: First, type: string, jsonPath: ".spec.parts[0].name" }
        - { name: Age, type: date, jsonPath: .metadata.creationTimestamp }
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              description: What the box is to be.
              required: [color]
              properties:
                color: { type: string, enum: [red, blue], description: Its color. }
                size: { type: integer, default: 1, maximum: 10 }
                replicas: { type: integer }
                parts:
                  type: array
                  x-kubernetes-list-type: map
                  x-kubernetes-list-map-keys: [name]
                  items:
                    type: object
                    required: [name]
                    properties:
                      name: { type: string, pattern: "^[a-z]+$" }
                      weight: { type: number, default: 0.5 }
            status:
              type: object
              properties:
                replicas: { type: integer }
`;

export const box = `
apiVersion: example.com/v1
kind: Box
metadata: { name: small }
spec:
  color: red
  parts: [{ name: lid }]
`;
