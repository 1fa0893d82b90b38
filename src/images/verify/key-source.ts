import type { BrokerScope } from "#api/broker/broker-request.ts";
import type { Clock } from "#kube/clock.ts";
import { RegistryError } from "../registry/registry-error.ts";
import type { ReadSecret } from "../access-authority.ts";
import { createTimedCache } from "../timed-cache.ts";
import { AttestorProblem, messageOf } from "./verify-failure.ts";

/** Keys that policies name by a reference. */
export interface KeySource {
  /** The PEM text. Throws an `AttestorProblem`, or a `RegistryError` where it cannot be read now. */
  read(reference: string, scope: BrokerScope): Promise<string>;
}

const keyField = "cosign.pub";
/** A rotated key counts this soon. */
const lifetimeMs = 30_000;
const maxKeys = 1_000;
const kmsSchemes = /^(?:awskms|azurekms|gcpkms|hashivault|pkcs11):/;

export function createKeySource(options: {
  readonly readSecret: ReadSecret;
  readonly clock: Clock;
}): KeySource {
  const nowMs = (): number => options.clock.monotonicMs();
  const kept = createTimedCache<string>({ maxEntries: () => maxKeys, maxBytes: 4 * 1_048_576, nowMs });
  return {
    async read(reference, scope) {
      if (kmsSchemes.test(reference)) {
        throw new AttestorProblem(
          `keys in a key management service are not supported: put the public key of ${reference.slice(0, 200)} into the policy or a Secret`,
        );
      }
      const [, namespace, name] = /^k8s:\/\/([a-z0-9-]+)\/([a-z0-9.-]+)$/.exec(reference) ?? [];
      if (namespace === undefined || name === undefined) {
        throw new AttestorProblem(
          `failed to load public key: ${reference.slice(0, 200)} is no key and no reference`,
        );
      }
      const { policyNamespace } = scope;
      if (policyNamespace !== undefined && policyNamespace !== namespace) {
        throw new AttestorProblem(
          `a policy of the namespace ${policyNamespace} reads Secrets of that namespace only, not ${namespace}/${name}`,
        );
      }
      const key = `${namespace}/${name}`;
      const known = kept.get(key);
      if (known !== undefined) return known;
      const pem = await readKey(options.readSecret, namespace, name);
      kept.set(key, pem, nowMs() + lifetimeMs, pem.length);
      return pem;
    },
  };
}

async function readKey(readSecret: ReadSecret, namespace: string, name: string): Promise<string> {
  let data: Readonly<Record<string, string>> | undefined;
  try {
    data = await readSecret(namespace, name);
  } catch (error) {
    throw new RegistryError("outage", `cannot read the Secret ${namespace}/${name}: ${messageOf(error)}`);
  }
  if (data === undefined) throw new RegistryError("outage", `secrets "${name}" not found in ${namespace}`);
  if (!Object.hasOwn(data, keyField)) {
    throw new AttestorProblem(`the Secret ${namespace}/${name} has no ${keyField}`);
  }
  return data[keyField] ?? "";
}
