import type { RegistryAccess } from "#api/broker/image-request.ts";
import type { ImageVerification } from "#api/kyverno/verify-images.ts";

import { isList, isObject, own } from "../values/json.ts";
import type { Json } from "../values/json.ts";

/** Names of the `imagePullSecrets` of a pod spec. */
export function pullSecretsOf(spec: Json): readonly string[] {
  const secrets = isObject(spec) ? own(spec, "imagePullSecrets") : undefined;
  if (!isList(secrets)) return [];
  return secrets.flatMap((secret) => {
    const name = isObject(secret) ? own(secret, "name") : undefined;
    return typeof name === "string" && name !== "" ? [name] : [];
  });
}

/**
 * How registries are logged in to for a policy: as it says itself, and with the pull secrets of the object in the object's
 * namespace. Undefined where neither says anything.
 */
export function registryAccess(
  credentials: ImageVerification["imageRegistryCredentials"],
  pullSecrets: readonly string[],
  namespace: string | undefined,
): RegistryAccess | undefined {
  const access = {
    ...(credentials?.allowInsecureRegistry === true ? { allowInsecure: true as const } : {}),
    ...(credentials?.providers === undefined ? {} : { providers: credentials.providers }),
    ...(credentials?.secrets === undefined ? {} : { secrets: credentials.secrets }),
    ...(pullSecrets.length === 0 || namespace === undefined || namespace === ""
      ? {}
      : { pullSecrets: { namespace, names: pullSecrets } }),
  };
  return Object.keys(access).length === 0 ? undefined : access;
}
