const fields: Readonly<Record<string, readonly string[]>> = {
  Pod: [
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "spec.hostNetwork",
    "status.phase",
    "status.podIP",
    "status.nominatedNodeName",
  ],
  Namespace: ["status.phase"],
  Node: ["spec.unschedulable"],
  Secret: ["type"],
  Service: ["spec.clusterIP", "spec.type"],
  Job: ["status.successful"],
  ReplicaSet: ["status.replicas"],
  ReplicationController: ["status.replicas"],
  Event: [
    "involvedObject.kind",
    "involvedObject.namespace",
    "involvedObject.name",
    "involvedObject.uid",
    "involvedObject.apiVersion",
    "involvedObject.resourceVersion",
    "involvedObject.fieldPath",
    "reason",
    "reportingComponent",
    "source",
    "type",
  ],
  CertificateSigningRequest: ["spec.signerName"],
};

/** JSON paths (without the leading dot) that field selectors of a built-in kind may name, beside name and namespace. */
export function selectableFieldsOf(group: string, kind: string): readonly string[] {
  const known = fields[kind] ?? [];
  if (group !== "events.k8s.io") return known;
  const renamed = known.map((field) => field.replace(/^involvedObject/, "regarding"));
  return [...renamed, "reportingController"].filter(
    (field) => field !== "reportingComponent" && field !== "source",
  );
}
