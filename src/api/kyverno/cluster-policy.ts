import { object, optional } from "../schema/build.ts";
import { decode } from "../schema/decode.ts";
import type { Decoded } from "../schema/decode.ts";
import { isRecord } from "../schema/path.ts";
import { objectMetaSchema, typeMeta } from "../schema/metadata.ts";
import type { Infer, Schema } from "../schema/schema.ts";
import { policySpecSchema, policySpecV2beta1Schema, policyStatusSchema } from "./policy-spec.ts";

const versions = ["kyverno.io/v1", "kyverno.io/v2beta1"] as const;

function policyOf<const K extends string, S>(kind: K, spec: Schema<S>) {
  return object({
    ...typeMeta(versions, kind),
    metadata: objectMetaSchema,
    spec,
    status: optional(policyStatusSchema),
  });
}

/** ClusterPolicy as kyverno.io/v1 has it. */
export const clusterPolicySchema = policyOf("ClusterPolicy", policySpecSchema);

/** ClusterPolicy as kyverno.io/v2beta1 has it. */
export const clusterPolicyV2beta1Schema = policyOf("ClusterPolicy", policySpecV2beta1Schema);

/** Policy as kyverno.io/v1 has it. */
export const policySchema = policyOf("Policy", policySpecSchema);

/** Policy as kyverno.io/v2beta1 has it. */
export const policyV2beta1Schema = policyOf("Policy", policySpecV2beta1Schema);

/** A policy for the whole cluster. What v2beta1 allows is a part of what v1 does, so one type serves both. */
export interface ClusterPolicy extends Infer<typeof clusterPolicySchema> {}

/** A policy for one namespace. */
export interface Policy extends Infer<typeof policySchema> {}

/** Reads a ClusterPolicy of any served version; problems name the field. */
export function decodeClusterPolicy(value: unknown): Decoded<ClusterPolicy> {
  return decodeAs<ClusterPolicy>(value, clusterPolicySchema, clusterPolicyV2beta1Schema);
}

/** Reads a Policy of any served version; problems name the field. */
export function decodePolicy(value: unknown): Decoded<Policy> {
  return decodeAs<Policy>(value, policySchema, policyV2beta1Schema);
}

/** The type is that of v1: a field that v2beta1 does not know, and so does not look at, has to fit it all the same. */
function decodeAs<T>(value: unknown, v1: Schema<unknown>, v2beta1: Schema<unknown>): Decoded<T> {
  if (!isV2beta1(value)) return decode(v1 as Schema<T>, value);
  const decoded = decode(v2beta1, value);
  return decoded.ok ? decode(v1 as Schema<T>, decoded.value) : decoded;
}

function isV2beta1(value: unknown): boolean {
  return (
    isRecord(value) && Object.hasOwn(value, "apiVersion") && value["apiVersion"] === "kyverno.io/v2beta1"
  );
}
