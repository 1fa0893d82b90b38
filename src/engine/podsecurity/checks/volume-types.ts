import { finding } from "../check.ts";
import type { CheckPod } from "../check.ts";
import { forbidden } from "../field-error.ts";
import type { FieldError } from "../field-error.ts";
import type { VolumeView } from "../pod-view.ts";

const allowedTypes = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "image",
  "persistentVolumeClaim",
  "projected",
  "secret",
] as const;

/** In the order in which a volume that (wrongly) has several is named. */
const refusedTypes = [
  "hostPath",
  "gcePersistentDisk",
  "awsElasticBlockStore",
  "gitRepo",
  "nfs",
  "iscsi",
  "glusterfs",
  "rbd",
  "flexVolume",
  "cinder",
  "cephfs",
  "flocker",
  "fc",
  "azureFile",
  "vsphereVolume",
  "quobyte",
  "azureDisk",
  "photonPersistentDisk",
  "portworxVolume",
  "scaleIO",
  "storageos",
] as const;

/** Only volume types of the restricted profile are used. */
export const restrictedVolumes: CheckPod = (pod) => {
  const errors: FieldError[] = [];
  for (const [index, volume] of pod.volumes.entries()) {
    const type = refusedTypeOf(volume);
    if (type !== undefined) errors.push(forbidden(`spec.volumes[${index}].${type}`, ""));
  }
  return finding("restricted volume types", errors);
};

function refusedTypeOf({ fields }: VolumeView): string | undefined {
  if (allowedTypes.some((type) => fields.has(type))) return undefined;
  return refusedTypes.find((type) => fields.has(type)) ?? "unknown";
}
