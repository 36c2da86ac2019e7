// A generated repository of manifests: five objects a file, as large as real ones.
import fs from 'node:fs';
import path from 'node:path';

/** One application as YAML: Deployment, Service, ConfigMap, ServiceAccount, PodDisruptionBudget; about 4 KB. */
export function applicationYaml(index) {
  const name = `service-${String(index).padStart(5, '0')}`;
  const settings = Array.from({ length: 18 }, (_, line) => `  setting.${line}: "value ${line} of ${name}"`).join('\n');
  return `# ${name}: made for the benchmark
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: team-${index % 20}
  labels:
    app.kubernetes.io/name: ${name}
    app.kubernetes.io/part-of: bench
    app.kubernetes.io/managed-by: hand
spec:
  replicas: ${1 + (index % 5)}
  revisionHistoryLimit: 3
  strategy:
    type: RollingUpdate
    rollingUpdate: {maxSurge: 1, maxUnavailable: 0}
  selector:
    matchLabels:
      app.kubernetes.io/name: ${name}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: ${name}
        app.kubernetes.io/part-of: bench
      annotations:
        prometheus.io/scrape: "true"
        prometheus.io/port: "9090"
    spec:
      serviceAccountName: ${name}
      securityContext:
        runAsNonRoot: true
        runAsUser: 10001
        seccompProfile:
          type: RuntimeDefault
      initContainers:
        - name: migrate
          image: registry.example/${name}-migrate:1.${index % 30}.0
          command: ["/bin/migrate", "--wait"]
          resources:
            requests: {cpu: 50m, memory: 64Mi}
            limits: {memory: 128Mi}
      containers:
        - name: app
          image: registry.example/${name}:2.${index % 30}.1
          args:
            - --listen=:8080
            - --metrics=:9090
          ports:
            - name: http
              containerPort: 8080
            - name: metrics
              containerPort: 9090
          env:
            - name: POD_NAME
              valueFrom:
                fieldRef:
                  fieldPath: metadata.name
            - name: LOG_LEVEL
              value: info
          envFrom:
            - configMapRef:
                name: ${name}
          resources:
            requests:
              cpu: ${100 + 10 * (index % 20)}m
              memory: ${128 + 16 * (index % 10)}Mi
            limits:
              memory: 512Mi
          livenessProbe:
            httpGet: {path: /healthz, port: http}
            initialDelaySeconds: 10
          readinessProbe:
            httpGet:
              path: /ready
              port: http
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities:
              drop: [ALL]
          volumeMounts:
            - name: tmp
              mountPath: /tmp
      volumes:
        - name: tmp
          emptyDir: {}
---
apiVersion: v1
kind: Service
metadata:
  name: ${name}
  namespace: team-${index % 20}
  labels:
    app.kubernetes.io/name: ${name}
spec:
  selector:
    app.kubernetes.io/name: ${name}
  ports:
    - name: http
      port: 80
      targetPort: http
    - name: metrics
      port: 9090
      targetPort: metrics
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
  namespace: team-${index % 20}
data:
${settings}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: ${name}
  namespace: team-${index % 20}
automountServiceAccountToken: false
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: ${name}
  namespace: team-${index % 20}
spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      app.kubernetes.io/name: ${name}
`;
}

/** Writes `files` applications below the directory, with their namespaces, and gives the number of bytes. */
export function writeRepository(directory, files) {
  let bytes = 0;
  fs.mkdirSync(directory, { recursive: true });
  const namespaces = Array.from({ length: 20 }, (_, index) => `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: team-${index}\n`).join('---\n');
  fs.writeFileSync(path.join(directory, '00-namespaces.yaml'), namespaces);
  for (let index = 0; index < files; index++) {
    const folder = path.join(directory, `team-${index % 20}`);
    if (index < 20) fs.mkdirSync(folder, { recursive: true });
    const text = applicationYaml(index);
    bytes += text.length;
    fs.writeFileSync(path.join(folder, `${index}.yaml`), text);
  }
  return bytes;
}
