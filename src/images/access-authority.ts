import type { BrokerScope } from "#api/broker/broker-request.ts";
import type { RegistryAccess } from "#api/broker/image-request.ts";
import { imageKey } from "./image-key.ts";
import { findCredential, parseDockerConfig, type CredentialEntry } from "./registry/docker-credentials.ts";
import type { RegistryAuthority } from "./registry/registry-auth.ts";
import { RegistryError } from "./registry/registry-error.ts";

/** The data of a Secret, decoded; undefined where there is none. Rejects where it cannot be read now. */
export type ReadSecret = (
  namespace: string,
  name: string,
) => Promise<Readonly<Record<string, string>> | undefined>;

export interface AuthorityPorts {
  readonly readSecret: ReadSecret;
  /** The text of a docker configuration that this process was given; undefined where there is none. */
  readonly dockerConfig: () => Promise<string | undefined>;
  /** The namespace of this process, in which Secrets lie that policies name without one. */
  readonly ownNamespace: string;
}

interface SecretName {
  readonly namespace: string;
  readonly name: string;
}

/**
 * Under whose name a policy's images are read. Logins come from the Secrets that the policy names, then from the pull
 * secrets of the object, then from this process's own configuration, each only for the host that it was written for. A
 * namespaced policy reads Secrets of its own namespace and never uses this process's logins. Throws a `RegistryError` for
 * Secrets out of reach.
 */
export function registryAuthority(
  access: RegistryAccess,
  { policyNamespace }: BrokerScope,
  ports: AuthorityPorts,
): RegistryAuthority {
  const { secrets = [], pullSecrets, providers, allowInsecure = false } = access;
  const named = secrets.map((name) => secretOf(name, policyNamespace ?? ports.ownNamespace));
  const pulled = (pullSecrets?.names ?? []).map((name) => ({
    namespace: pullSecrets?.namespace ?? "",
    name,
  }));
  const all = [...named, ...pulled];
  const foreign = all.find(({ namespace }) => policyNamespace !== undefined && namespace !== policyNamespace);
  if (foreign !== undefined) {
    throw new RegistryError(
      "refused",
      `a policy of the namespace ${policyNamespace} reads Secrets of that namespace only, not ${foreign.namespace}/${foreign.name}`,
    );
  }
  const usesOwn = policyNamespace === undefined && (providers === undefined || providers.includes("default"));
  return {
    key: imageKey({ policyNamespace, secrets: all, usesOwn, allowInsecure }),
    allowInsecure,
    async credential(registry, repository) {
      for (const secret of all) {
        const found = findCredential(await entriesOf(secret, ports), registry, repository);
        if (found !== undefined) return found;
      }
      const own = usesOwn ? await ports.dockerConfig() : undefined;
      return own === undefined
        ? undefined
        : findCredential(parseDockerConfig(own) ?? [], registry, repository);
    },
  };
}

function secretOf(text: string, namespace: string): SecretName {
  const slash = text.indexOf("/");
  return slash < 0
    ? { namespace, name: text }
    : { namespace: text.slice(0, slash), name: text.slice(slash + 1) };
}

/** The logins in a Secret, of either type that pull secrets have; none where it does not exist. */
async function entriesOf(
  secret: SecretName,
  { readSecret }: AuthorityPorts,
): Promise<readonly CredentialEntry[]> {
  let data: Readonly<Record<string, string>> | undefined;
  try {
    data = await readSecret(secret.namespace, secret.name);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new RegistryError("outage", `cannot read the Secret ${secret.namespace}/${secret.name}: ${why}`);
  }
  if (data === undefined) return [];
  return [".dockerconfigjson", ".dockercfg"].flatMap((key) =>
    Object.hasOwn(data, key) ? (parseDockerConfig(data[key] ?? "") ?? []) : [],
  );
}
