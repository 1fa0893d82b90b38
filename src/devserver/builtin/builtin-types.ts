import type { TypeSchema } from "../schema/type-schema.ts";
import { parseSchemas } from "./parse-schemas.ts";
import { schemas as admissionregistration } from "./schemas/admissionregistration-v1.ts";
import { schemas as apiextensions } from "./schemas/apiextensions-v1.ts";
import { schemas as apiregistration } from "./schemas/apiregistration-v1.ts";
import { schemas as apps } from "./schemas/apps-v1.ts";
import { schemas as authentication } from "./schemas/authentication-v1.ts";
import { schemas as authorization } from "./schemas/authorization-v1.ts";
import { schemas as autoscalingV1 } from "./schemas/autoscaling-v1.ts";
import { schemas as autoscalingV2 } from "./schemas/autoscaling-v2.ts";
import { schemas as batch } from "./schemas/batch-v1.ts";
import { schemas as coordination } from "./schemas/coordination-v1.ts";
import { schemas as core } from "./schemas/core-v1.ts";
import { schemas as discovery } from "./schemas/discovery-v1.ts";
import { schemas as events } from "./schemas/events-v1.ts";
import { schemas as meta } from "./schemas/meta-v1.ts";
import { schemas as networking } from "./schemas/networking-v1.ts";
import { schemas as node } from "./schemas/node-v1.ts";
import { schemas as policy } from "./schemas/policy-v1.ts";
import { schemas as rbac } from "./schemas/rbac-v1.ts";
import { schemas as scheduling } from "./schemas/scheduling-v1.ts";
import { schemas as schedulingAlpha } from "./schemas/scheduling-v1alpha3.ts";
import { schemas as storage } from "./schemas/storage-v1.ts";

/** Every built-in type by its short name: `core.v1.Pod`. */
export const builtinTypes: ReadonlyMap<string, TypeSchema> = parseSchemas([
  admissionregistration,
  apiextensions,
  apiregistration,
  apps,
  authentication,
  authorization,
  autoscalingV1,
  autoscalingV2,
  batch,
  coordination,
  core,
  discovery,
  events,
  meta,
  networking,
  node,
  policy,
  rbac,
  scheduling,
  schedulingAlpha,
  storage,
]);

/** The short name of a kind's type: the first label of its group, its version and the kind. */
export function builtinTypeName(group: string, version: string, kind: string): string {
  return `${group === "" ? "core" : group.split(".")[0]}.${version}.${kind}`;
}

/** A type that the tables must hold. */
export function builtinType(name: string): TypeSchema {
  const type = builtinTypes.get(name);
  if (type === undefined) throw new Error(`no built-in type ${name}`);
  return type;
}
